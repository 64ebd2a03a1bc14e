//! Long values among many changed rows, which MariaDB lists in one statement.

#![cfg(all(feature = "mysql", feature = "json"))]

use onggi::{Database, Id, Json, Model, Result};

mod mysql;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    text: String,
    bytes: Vec<u8>,
    maybe: Option<String>,
    json: Json<String>,
}

/// How long one value is, and how long the others.
const LENGTHS: [(usize, usize); 13] = [
    (10, 0),
    (8_192, 10),
    (8_193, 8_192),
    (10, 8_192),
    (8_192, 8_192),
    (400_000, 20_000),
    (70_000, 20_000),
    (400_000, 0),
    (66_000, 300),
    (65_536, 10),
    (300, 200),
    (22_000, 10),
    (5_000_000, 10),
];

#[test]
fn long_values_are_kept_whole_when_many_rows_change() -> Result<()> {
    let Some(own) = mysql::Own::open() else { return Ok(()) };
    let db = Database::open(own.url())?;
    db.create_tables(onggi::models![Page])?;
    let mut wrong = Vec::new();
    for column in ["text", "bytes", "maybe", "json", "all"] {
        for (long, short) in LENGTHS {
            for place in [0, 15] {
                let mut session = db.session()?;
                let pages = session.add_all((0..32).map(|_| Page::default()));
                session.flush()?;
                for (at, &page) in pages.iter().enumerate() {
                    let length = if at == place { long } else { short };
                    match column {
                        "text" => session[page].text = "x".repeat(length),
                        "bytes" => session[page].bytes = vec![7; length],
                        "maybe" => session[page].maybe = (at % 3 != 1).then(|| "x".repeat(length)),
                        "json" => session[page].json = Json("é".repeat(length)),
                        _ => {
                            session[page].text = "x".repeat(length);
                            session[page].bytes = vec![7; length];
                            session[page].json = Json("x".repeat(short));
                        }
                    }
                }
                session.commit()?;
                let mut connection = db.connect()?;
                for &page in &pages {
                    if connection.get_one::<Page>(session[page].id).ok().as_ref() != Some(&session[page]) {
                        wrong.push((column, long, short, place));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, []);
    Ok(())
}
