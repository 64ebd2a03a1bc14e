//! Pickles that would run a command where they are loaded. They are built here by hand, byte by byte, and no real
//! unpickler ever sees them.

use super::*;

#[derive(Clone, Debug, Default, Model)]
#[model(table = "letters")]
struct Raw {
    id: Id<Raw>,
    content: Vec<u8>,
}

#[derive(Clone, Debug, Default, Model)]
#[model(table = "letters")]
struct Anything {
    id: Id<Anything>,
    content: Pickled<pickle::Value>,
}

#[derive(Clone, Debug, Default, Model)]
#[model(table = "letters")]
struct Typed {
    id: Id<Typed>,
    content: Pickled<Profile>,
}

/// The same call of `os.system` by every opcode that can make one.
fn calls(command: &str) -> Vec<Vec<u8>> {
    let text = |before: &str, after: &str| format!("{before}{command}{after}").into_bytes();
    let short = |text: &str| [&[0x8c, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let call = [short(command), b"\x85R.".to_vec()].concat();
    vec![
        // GLOBAL and REDUCE, protocol 0, on Unix and Windows.
        text("cos\nsystem\n(S'", "'\ntR."),
        text("cposix\nsystem\n(V", "\ntR."),
        text("cnt\nsystem\n(V", "\ntR."),
        // INST and OBJ, which call what they name.
        text("(S'", "'\nios\nsystem\n."),
        text("(cos\nsystem\nS'", "'\no."),
        // STACK_GLOBAL and REDUCE in a frame, protocol 4.
        [b"\x80\x04".to_vec(), short("os"), short("system"), b"\x93".to_vec(), call.clone()].concat(),
        // By way of another function, and hidden in a dict that looks as it should.
        text("cbuiltins\neval\n(S'__import__(\"os\").system(\"", "\")'\ntR."),
        text("c__builtin__\napply\n(cos\nsystem\n(S'", "'\nttR."),
        text("(dS'age'\nI30\nsS'city'\ncos\nsystem\n(S'", "'\ntRs."),
        // NEWOBJ of a class whose constructor starts a process; a function that is looked up by another.
        [text("csubprocess\nPopen\n(S'", "'\nt"), b"\x81.".to_vec()].concat(),
        text("ccodecs\ngetattr\n(cos\nS'system'\ntR(S'", "'\ntR."),
    ]
}

#[test]
fn a_pickle_that_would_run_a_command_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("proof");
    let db = Database::open("sqlite::memory:").unwrap();
    db.create_tables(onggi::models![Raw]).unwrap();
    let mut connection = db.connect().unwrap();
    let pickles = calls(&format!("touch {}", proof.display()));
    let mut letters: Vec<Raw> =
        pickles.into_iter().map(|content| Raw { content, ..Default::default() }).collect();
    connection.insert_all(&mut letters).unwrap();
    let mut good = Typed { content: Pickled(profile()), ..Default::default() };
    connection.insert(&mut good).unwrap();

    for letter in &letters {
        let key = letter.id.key().unwrap();
        for error in [
            connection.get_one::<Anything>(key).unwrap_err(),
            connection.get_one::<Typed>(key).unwrap_err(),
            db.session().unwrap().get_one::<Typed>(key).unwrap_err(),
        ] {
            assert!(error.is_value(), "{error}");
            assert_eq!((error.table(), error.columns()), (Some("letters"), vec!["content"]));
            assert!(error.to_string().starts_with(&format!("letters.content of id {key}: ")), "{error}");
        }
        // As a graph it is inert data: it says what it would call, and can be written as it was read.
        if let Ok(graph) = pickle::Graph::from_slice(&letter.content) {
            assert!(format!("{graph:?}").contains("Global"), "{graph:?}");
        }
    }
    assert!(!proof.exists(), "a command was run");

    let mut readable = Vec::new();
    let mut refused = 0;
    let query = Typed::query().order_by(|t| t.id);
    let each = |typed: Result<Typed>| {
        match typed {
            Ok(typed) => readable.push(typed.content.0),
            Err(_) => refused += 1,
        }
        Ok(())
    };
    query.each(&mut connection, each).unwrap();
    assert_eq!((refused, readable), (letters.len(), vec![profile()]), "the other rows stay readable");
    assert!(query.all(&mut connection).is_err());
}

/// Nothing of the above is a broken pickle: Python's own disassembler, which runs nothing, follows each to its end.
#[test]
fn python_takes_these_for_pickles() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Raw]).unwrap();
    let mut letters: Vec<Raw> =
        calls("touch proof").into_iter().map(|content| Raw { content, ..Default::default() }).collect();
    db.connect().unwrap().insert_all(&mut letters).unwrap();
    let program = "
import pickletools
for (content,) in db.execute('SELECT content FROM letters'):
    names = [opcode.name for opcode, _, _ in pickletools.genops(content)]
    assert names[-1] == 'STOP' and {'GLOBAL', 'STACK_GLOBAL', 'INST'} & set(names), names
    print(any(name in names for name in ('REDUCE', 'INST', 'OBJ', 'NEWOBJ')))
";
    let Some(printed) = kitchen.python(program) else { return };
    assert_eq!(printed, "True\n".repeat(letters.len()));
}
