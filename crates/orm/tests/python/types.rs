//! Every field type, in the forms of Python's own types.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::{Field, Json};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;

#[derive(Clone, Debug, PartialEq, Field)]
enum Taste {
    Sour,
    VerySpicy,
    #[model(rename = "fermenting")]
    Unfinished,
}

#[derive(Clone, Debug, PartialEq, Model)]
struct Dish {
    id: Id<Dish>,
    small: i8,
    large: i64,
    unsigned: u32,
    largest: u64,
    single: f32,
    double: f64,
    vegan: bool,
    name: String,
    photo: Vec<u8>,
    day: NaiveDate,
    noon: NaiveTime,
    cooked: NaiveDateTime,
    eaten: DateTime<Utc>,
    code: Uuid,
    price: Decimal,
    recipe: Json<BTreeMap<String, Vec<f64>>>,
    taste: Taste,
    note: Option<String>,
    best_before: Option<NaiveDate>,
    refund: Option<Decimal>,
}

fn dish() -> Dish {
    Dish {
        id: Id::default(),
        small: -128,
        large: i64::MIN,
        unsigned: u32::MAX,
        largest: 9_223_372_036_854_775_807,
        single: 0.1,
        double: 0.1,
        vegan: true,
        name: "김치 'n' \"Co\"\0".into(),
        photo: vec![0, 1, 254, 255],
        day: "2024-02-29".parse().unwrap(),
        noon: "12:34:56.000007".parse().unwrap(),
        cooked: "1999-12-31T23:59:59.250".parse().unwrap(),
        eaten: "2024-01-31T12:34:56.789012Z".parse().unwrap(),
        code: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap(),
        price: "12345678901234567890.12345678".parse().unwrap(),
        recipe: Json(BTreeMap::from([("ü\"".into(), vec![1.5, -2.0]), ("b".into(), vec![])])),
        taste: Taste::VerySpicy,
        note: None,
        best_before: Some("0001-01-01".parse().unwrap()),
        refund: Some("-0.10".parse().unwrap()),
    }
}

/// The simplest values of all types.
fn plain_dish() -> Dish {
    Dish {
        noon: "00:00:00".parse().unwrap(),
        cooked: "9999-12-31T00:00:00".parse().unwrap(),
        eaten: "1970-01-01T00:00:00Z".parse().unwrap(),
        price: "7".parse().unwrap(),
        taste: Taste::Unfinished,
        recipe: Json(BTreeMap::new()),
        best_before: None,
        refund: None,
        note: Some(String::new()),
        vegan: false,
        ..dish()
    }
}

const COLUMNS: &str = "small, large, unsigned, largest, single, double, vegan, name, photo, day, noon, cooked, eaten, \
                       code, price, recipe, taste, note, best_before, refund";

/// The same two dishes in Python, by what its types are made of.
const DISHES: &str = "
from datetime import date, time, datetime, timezone
from decimal import Decimal
import struct
first = (-128, -2**63, 2**32 - 1, 2**63 - 1, struct.unpack('f', struct.pack('f', 0.1))[0], 0.1, True,
    '김치 \\'n\\' \"Co\"\\0', b'\\x00\\x01\\xfe\\xff', date(2024, 2, 29), time(12, 34, 56, 7),
    datetime(1999, 12, 31, 23, 59, 59, 250000), datetime(2024, 1, 31, 12, 34, 56, 789012, timezone.utc),
    uuid.UUID('67e55044-10b1-426f-9247-bb680e5fe0c8'), Decimal('12345678901234567890.12345678'),
    {'b': [], 'ü\"': [1.5, -2.0]}, 'VerySpicy', None, date(1, 1, 1), Decimal('-0.10'))
second = first[:6] + (False,) + first[7:10] + (time(0), datetime(9999, 12, 31), datetime(1970, 1, 1, tzinfo=timezone.utc),
    first[13], Decimal(7), {}, 'fermenting', '', None, None)
";

#[test]
fn python_reads_every_type_as_its_own() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Dish]).unwrap();
    db.connect().unwrap().insert_all(&mut [dish(), plain_dish()]).unwrap();
    let program = format!(
        "{DISHES}
def maybe(read): return lambda value: None if value is None else read(value)
whole = lambda value: value if type(value) is int else ['not an int', value]
readers = [whole] * 4 + [float, float, bool, str, bytes, date.fromisoformat, time.fromisoformat, datetime.fromisoformat,
    datetime.fromisoformat, uuid.UUID, Decimal, json.loads, str, maybe(str), maybe(date.fromisoformat), maybe(Decimal)]
rows = db.execute('SELECT {COLUMNS} FROM dish ORDER BY id').fetchall()
for row, expected in zip(rows, [first, second], strict=True):
    for read, value, wanted in zip(readers, row, expected, strict=True):
        found = read(value)
        same = found == wanted and type(found) is type(wanted) and str(found) == str(wanted)
        if not same: print(repr(value), repr(found), repr(wanted))
print(len(rows), db.execute('SELECT typeof(price), typeof(day), typeof(vegan) FROM dish').fetchone())
"
    );
    let Some(printed) = kitchen.python(&program) else { return };
    assert_eq!(printed, "2 ('text', 'text', 'integer')\n");
}

#[test]
fn every_type_of_pythons_is_read() {
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Dish]).unwrap();
    let program = format!(
        "{DISHES}
def written(value, separator):
    if isinstance(value, datetime): return value.isoformat(separator)
    if isinstance(value, (date, time)): return value.isoformat()
    if isinstance(value, (uuid.UUID, Decimal)): return str(value)
    if isinstance(value, dict): return json.dumps(value)
    return value
places = ', '.join('?' * len(first))
for dish in (first, second):
    for separator in ' T':
        db.execute('INSERT INTO dish ({COLUMNS}) VALUES (' + places + ')', [written(value, separator) for value in dish])
"
    );
    if kitchen.python(&program).is_none() {
        return;
    }
    let mut dishes = Dish::query().order_by(|d| d.id).all(&mut db.connect().unwrap()).unwrap();
    for dish in &mut dishes {
        dish.id = Id::default();
    }
    assert_eq!(dishes, [dish(), dish(), plain_dish(), plain_dish()]);
}

/// What SQLite and Python write for moments when nobody says how.
#[test]
fn moments_in_other_forms_are_the_same_moments() {
    const FORMS: [&str; 4] = [
        "datetime.datetime(2024, 1, 31, 14, 34, 56, tzinfo=datetime.timezone(datetime.timedelta(hours=2))).isoformat()",
        "datetime.datetime.fromtimestamp(1706704496, datetime.timezone.utc).isoformat(' ')",
        "db.execute('SELECT datetime(1706704496, ?)', ('unixepoch',)).fetchone()[0]",
        "datetime.datetime(2024, 1, 31, 12, 34, 56).isoformat() + 'Z'",
    ];
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Dish]).unwrap();
    let mut connection = db.connect().unwrap();
    connection.insert_all(&mut FORMS.map(|_| dish())).unwrap();
    let updates = (1..).zip(FORMS).map(|(id, python)| update(id, "eaten", python));
    if kitchen.python(&updates.collect::<String>()).is_none() {
        return;
    }
    let wanted: DateTime<Utc> = "2024-01-31T12:34:56Z".parse().unwrap();
    let dishes = Dish::query().all(&mut connection).unwrap();
    assert_eq!(dishes.iter().map(|dish| dish.eaten).collect::<Vec<_>>(), [wanted; 4]);
}

fn update(id: i64, column: &str, python: &str) -> String {
    format!("db.execute('UPDATE dish SET {column} = ? WHERE id = {id}', ({python},))\n")
}

/// A value of Python's that the field cannot hold is an error that says where; the other rows stay readable.
#[test]
fn what_a_field_cannot_hold_is_named() {
    const WRONG: [(&str, &str); 15] = [
        ("small", "128"),
        ("unsigned", "-1"),
        ("largest", "-1"),
        ("single", "0.1"),
        ("vegan", "2"),
        ("name", "b'\\xff'"),
        ("day", "'2023-02-29'"),
        ("noon", "'25:00'"),
        ("cooked", "'yesterday'"),
        ("eaten", "'2024-01-31'"),
        ("code", "'67e55044'"),
        ("price", "'12,50'"),
        ("recipe", "'{'"),
        ("taste", "'Sweet'"),
        ("note", "b'\\xff'"),
    ];
    let kitchen = Kitchen::new();
    let db = kitchen.open();
    db.create_tables(onggi::models![Dish]).unwrap();
    let mut connection = db.connect().unwrap();
    connection.insert_all(&mut WRONG.map(|_| dish())).unwrap();
    connection.insert(&mut dish()).unwrap();
    let updates = (1..).zip(WRONG).map(|(id, (column, python))| update(id, column, python));
    if kitchen.python(&updates.collect::<String>()).is_none() {
        return;
    }
    for (id, (column, python)) in (1..).zip(WRONG) {
        let error = connection.get_one::<Dish>(id).unwrap_err();
        assert!(error.is_value(), "{column} {python}: {error}");
        assert_eq!((error.table(), error.columns()), (Some("dish"), vec![column]));
        assert!(error.to_string().starts_with(&format!("dish.{column} of id {id}: ")), "{error}");
    }
    let mut readable = Vec::new();
    let each = |row: Result<Dish>| {
        readable.extend(row.ok());
        Ok(())
    };
    Dish::query().each(&mut connection, each).unwrap();
    assert_eq!(readable, [Dish { id: 16.into(), ..dish() }]);
}
