//! What onggi writes, CPython reads with its own `sqlite3` and `pickle`; and the other way round.
//!
//! Where there is no `python3`, each test prints a line that says so.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::path::Path;

use onggi::{Database, Id, Model, Pickled, Result, pickle};
use serde::{Deserialize, Serialize};

#[path = "python/hostile.rs"]
mod hostile;
#[path = "python/interpreter.rs"]
mod interpreter;
#[path = "python/tutorial.rs"]
mod tutorial;
#[cfg(all(feature = "chrono", feature = "decimal", feature = "json", feature = "uuid"))]
#[path = "python/types.rs"]
mod types;
#[path = "python/writers.rs"]
mod writers;

/// What `pickle.dumps({'age': 30, 'city': 'New York'})` holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: String,
}

fn profile() -> Profile {
    Profile { age: 30, city: "New York".into() }
}

/// A folder, and the database in it that the Python programs call `jars.db`.
struct Kitchen(tempfile::TempDir);

impl Kitchen {
    fn new() -> Kitchen {
        Kitchen(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn open(&self) -> Database {
        Database::open(&format!("sqlite://{}", self.folder().join("jars.db").display())).unwrap()
    }

    /// Runs a Python program that has the database open as `db`, with autocommit; gives what it printed.
    fn python(&self, program: &str) -> Option<String> {
        let before = "import datetime, decimal, json, pickle, sqlite3, uuid
db = sqlite3.connect('jars.db', isolation_level=None, timeout=30)
";
        interpreter::run(self.folder(), &(before.to_owned() + program))
    }
}

#[derive(Clone, Debug, Default, Model)]
struct Note {
    id: Id<Note>,
    about: String,
    profile: Pickled<Profile>,
    tags: Option<Pickled<Vec<String>>>,
    anything: Pickled<pickle::Value>,
}

#[test]
fn python_reads_the_pickles_of_a_session() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Note]).unwrap();
    let mut session = db.session().unwrap();
    let mut anything = pickle::Dict::default();
    anything.push("big", u64::MAX);
    anything.push("tuple", pickle::Value::Tuple(vec![1.into(), 2.5.into(), pickle::Value::None].into()));
    anything.push("set", pickle::Value::Set(vec!["a".into()].into()));
    anything.push("bytes", pickle::Value::Bytes(vec![0, 255]));
    session.add(Note {
        about: "new".into(),
        profile: Pickled(profile()),
        tags: Some(Pickled(vec!["sour".into(), "매운".into()])),
        anything: Pickled(anything.into()),
        ..Default::default()
    });
    let changed = session.add(Note { about: "changed".into(), ..Default::default() });
    session.commit().unwrap();
    session[changed].profile.age = -7;
    session[changed].profile.city = "서울 \"quoted\" \n\u{1f952}".into();
    session.commit().unwrap();

    let program = "
rows = db.execute('SELECT about, profile, tags, anything FROM note ORDER BY id').fetchall()
assert all(isinstance(row[1], bytes) for row in rows)
for about, profile, tags, anything in rows:
    print(about, ascii(pickle.loads(profile)), tags and pickle.loads(tags), pickle.loads(anything), sep=' | ')
";
    let Some(printed) = kitchen.python(program) else { return };
    assert_eq!(
        printed,
        "new | {'age': 30, 'city': 'New York'} | ['sour', '매운'] | {'big': 18446744073709551615, \
         'tuple': (1, 2.5, None), 'set': {'a'}, 'bytes': b'\\x00\\xff'}\n\
         changed | {'age': -7, 'city': '\\uc11c\\uc6b8 \"quoted\" \\n\\U0001f952'} | None | None\n"
    );
}

#[test]
fn the_pickles_of_python_are_read_at_every_protocol() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Note]).unwrap();
    let program = "
for protocol in range(6):
    dumps = lambda value: pickle.dumps(value, protocol)
    shared = ['shared']
    db.execute('INSERT INTO note (about, profile, tags, anything) VALUES (?, ?, ?, ?)', (
        str(protocol),
        dumps({'age': 30, 'city': 'New York', 'unknown': (1, 2)}),
        dumps(('a', 'b' * protocol)) if protocol % 2 else None,
        dumps([protocol, shared, shared, -2**70, 1.5, True, None, b'\\x00', {'k': frozenset([1])}])))
";
    if kitchen.python(program).is_none() {
        return;
    }
    let mut session = db.session().unwrap();
    let notes = Note::query().order_by(|n| n.id).all(&mut session).unwrap();
    assert_eq!(notes.len(), 6);
    for (protocol, note) in (0_i64..).zip(notes) {
        let note = &session[note];
        assert_eq!(note.about, protocol.to_string());
        assert_eq!(*note.profile, profile());
        let letters = "b".repeat(usize::try_from(protocol).unwrap());
        assert_eq!(note.tags, (protocol % 2 == 1).then(|| Pickled(vec!["a".into(), letters])));
        let items = note.anything.items().unwrap();
        assert_eq!(items[0].as_int(), Some(protocol));
        assert_eq!(items[1], items[2]);
        assert_eq!(items[1], pickle::Value::List(vec!["shared".into()].into()));
        assert!(
            matches!(&items[3], pickle::Value::BigInt(number) if number.to_string() == "-1180591620717411303424")
        );
        assert_eq!((items[4].as_float(), items[5].as_bool()), (Some(1.5), Some(true)));
        assert!(items[6].is_none());
        assert_eq!(items[7].as_bytes(), Some(&[0][..]));
        assert_eq!(items[8]["k"], pickle::Value::FrozenSet(vec![1.into()].into()));
    }
}

#[derive(Clone, Debug, Default, Model)]
struct Copy {
    id: Id<Copy>,
    original: Vec<u8>,
    copied: Option<Pickled<pickle::Value>>,
}

#[derive(Clone, Debug, Default, Model)]
#[model(table = "copy")]
struct Original {
    id: Id<Original>,
    original: Pickled<pickle::Value>,
}

/// Python's values through a session and back are the same values, type for type.
#[test]
fn python_gets_back_all_builtins_as_they_were() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Copy]).unwrap();
    let program = "
nested = None
for level in range(50): nested = [nested, (level,), {level: nested and None}]
values = [
    None, True, False, 0, -1, 255, 256, -128, 2**31 - 1, -2**31, 2**31, 2**63 - 1, -2**63, 2**63, -2**63 - 1,
    10**300, -10**300, 0.0, -0.0, 1.5, 1e300, 5e-324, float('inf'), float('-inf'), float('nan'), 1j, complex(-0.0, 2.5),
    '', 'a', '\\n\\t\\0', \"quo'te\\\"\", 'ü', '김치', '\\U0001f952', '\\ud800', 'x' * 300, 'ä' * 70000,
    b'', b'\\x00\\xff', b'x' * 300, b'y' * 70000, bytearray(b''), bytearray(b'\\x80abc'),
    [], [1], list(range(1500)), [[], [[]]], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),)),
    {}, {'a': 1}, {1: 'one', None: 'none', (1, 2): 'pair', b'k': [], 1.5: {}}, {str(n): n for n in range(1500)},
    set(), {1}, {'a', 'b', 3}, set(range(1500)), frozenset(), frozenset([1, (2, 3)]), {frozenset([1]), frozenset()},
    nested, {'age': 30, 'city': 'New York'},
]
db.execute('BEGIN')
for protocol in range(6):
    for value in values:
        db.execute('INSERT INTO copy (original) VALUES (?)', (pickle.dumps(value, protocol),))
db.execute('COMMIT')
print(len(values) * 6)
";
    let Some(printed) = kitchen.python(program) else { return };
    let count: u64 = printed.trim().parse().unwrap();

    let mut connection = db.connect().unwrap();
    let originals = Original::query().order_by(|o| o.id).all(&mut connection).unwrap();
    assert_eq!(u64::try_from(originals.len()), Ok(count));
    let mut session = db.session().unwrap();
    for Original { id, original } in originals {
        let copy = session.get_one::<Copy>(id.key().unwrap()).unwrap();
        session[copy].copied = Some(original);
    }
    session.commit().unwrap();

    let program = "
def same(a, b):
    if type(a) is not type(b): return False
    if isinstance(a, (list, tuple)): return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict): return same(list(a.items()), list(b.items()))
    if isinstance(a, (set, frozenset)): return a == b and {type(x) for x in a} == {type(x) for x in b}
    return repr(a) == repr(b)
rows = db.execute('SELECT id, original, copied FROM copy').fetchall()
for id, original, copied in rows:
    original, copied = pickle.loads(original), pickle.loads(copied)
    if not same(original, copied): print(id, repr(original)[:200], repr(copied)[:200])
print(len(rows))
";
    assert_eq!(kitchen.python(program).unwrap(), printed);
}

/// A column that Python made as text holds pickles at protocol 0 as text.
#[test]
fn pickles_that_python_kept_as_text_are_read() {
    let kitchen = Kitchen::new();
    let program = "
db.execute('CREATE TABLE note (id INTEGER PRIMARY KEY, about TEXT, profile TEXT, tags TEXT, anything TEXT)')
text = lambda value: pickle.dumps(value, 0).decode('ascii')
db.execute('INSERT INTO note VALUES (1, ?, ?, ?, ?)',
    ('text', text({'age': 30, 'city': 'New York'}), None, text('서울')))
";
    if kitchen.python(program).is_none() {
        return;
    }
    let note = kitchen.open().connect().unwrap().get_one::<Note>(1).unwrap();
    assert_eq!(*note.profile, profile());
    assert_eq!(note.anything.as_str(), Some("서울"));
}
