//! The questions of the example `music`, each against SQL written by hand and in the statements that it says: on the shop
//! that the example invents, and on the Chinook sample database where that is beside the repository.

#![cfg(all(feature = "chrono", feature = "sqlite"))]

#[path = "../examples/music/answer.rs"]
mod answer;
#[path = "../examples/music/data/mod.rs"]
mod data;
#[path = "../examples/music/models.rs"]
mod models;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[path = "../examples/music/questions/mod.rs"]
mod questions;
#[path = "../examples/music/shop.rs"]
mod shop;

use std::fs;
use std::path::{Path, PathBuf};

use answer::{Answer, Cell};
#[cfg(any(feature = "mysql", feature = "postgres"))]
use onggi::Model as _;
use questions::{Question, THEMES};
use rusqlite::types::ValueRef;
use shop::Shop;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn the_invented_shop_answers_as_sql_by_hand_does() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("shop.db");
    let shop = Shop::open(&url(&file))?;
    data::fill(&shop.db)?;
    check(&shop, &file)
}

#[test]
fn chinook_answers_as_sql_by_hand_does() -> Outcome {
    let Some(original) = chinook() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("chinook.db");
    fs::write(&file, fs::read(original)?)?;
    check(&Shop::open(&url(&file))?, &file)
}

/// The Chinook sample database, if it is there.
fn chinook() -> Option<PathBuf> {
    let original =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chinook/Chinook_Sqlite.sqlite");
    if !original.is_file() {
        eprintln!("skipped: there is no {}", original.display());
        return None;
    }
    Some(original)
}

#[test]
fn the_invented_shop_is_the_same_every_time() -> Outcome {
    let dump = || -> Result<Vec<Answer>, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("shop.db");
        data::fill(&Shop::open(&url(&file))?.db)?;
        let mut connection = rusqlite::Connection::open(&file)?;
        let all = |table: &&'static onggi::Table| {
            by_hand(&mut connection, &format!("SELECT * FROM {}", table.name))
        };
        models::tables().iter().map(all).collect()
    };
    let (one, other) = (dump()?, dump()?);
    assert!(one.iter().all(|rows| !rows.is_empty()) && one.iter().map(Vec::len).sum::<usize>() > 3000);
    assert!(one == other);
    Ok(())
}

#[cfg(feature = "postgres")]
#[test]
fn the_invented_shop_answers_the_same_on_postgresql() -> Outcome {
    let Some(schema) = postgres::Schema::open() else { return Ok(()) };
    the_invented_shop_answers_the_same(schema.url())
}

#[cfg(feature = "mysql")]
#[test]
fn the_invented_shop_answers_the_same_on_mariadb() -> Outcome {
    let Some(own) = mysql::Own::open() else { return Ok(()) };
    the_invented_shop_answers_the_same(own.url())
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
fn the_invented_shop_answers_the_same(url: &str) -> Outcome {
    let shop = Shop::open("sqlite::memory:")?;
    data::fill(&shop.db)?;
    alike(&shop, url, |other| Ok(data::fill(&other.db)?))
}

#[cfg(feature = "postgres")]
#[test]
fn chinook_answers_the_same_on_postgresql() -> Outcome {
    let Some(schema) = postgres::Schema::open() else { return Ok(()) };
    chinook_answers_the_same(schema.url())
}

#[cfg(feature = "mysql")]
#[test]
fn chinook_answers_the_same_on_mariadb() -> Outcome {
    let Some(own) = mysql::Own::open() else { return Ok(()) };
    chinook_answers_the_same(own.url())
}

/// Chinook's rows are moved from one database to the other as objects.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn chinook_answers_the_same(server: &str) -> Outcome {
    let Some(original) = chinook() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("chinook.db");
    fs::write(&file, fs::read(original)?)?;
    let shop = Shop::open(&url(&file))?;
    alike(&shop, server, |other| {
        other.db.create_tables(models::tables())?;
        moved(&shop, other, models::Artist::query())?;
        moved(&shop, other, models::Album::query())?;
        moved(&shop, other, models::Genre::query())?;
        moved(&shop, other, models::MediaType::query())?;
        moved(&shop, other, models::Track::query().with(|t| t.bytes))?;
        moved(&shop, other, models::Playlist::query())?;
        moved(&shop, other, models::PlaylistTrack::query())?;
        moved(&shop, other, models::Employee::query())?;
        moved(&shop, other, models::Customer::query())?;
        moved(&shop, other, models::Invoice::query())?;
        moved(&shop, other, models::InvoiceLine::query())
    })
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
fn moved<M: onggi::Model>(from: &Shop, to: &Shop, rows: onggi::Query<M>) -> Outcome {
    let mut objects = rows.all(&mut from.db.connect()?)?;
    assert!(!objects.is_empty());
    Ok(to.db.connect()?.insert_all(&mut objects)?)
}

/// Fills a shop of its own on a server, and asks both the same.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn alike(shop: &Shop, url: &str, fill: impl FnOnce(&Shop) -> Outcome) -> Outcome {
    let other = Shop::open(url)?;
    fill(&other)?;
    let mut wrong = Vec::new();
    for question in THEMES.iter().flat_map(|(_, questions)| questions.iter()) {
        let (expected, _) = shop.ask(question)?;
        match other.ask(question) {
            Ok((answer, statements)) if !same(&answer, &expected) => wrong.push(format!(
                "{}\n{}on SQLite:\n{}{}",
                question.text,
                shown(&answer),
                shown(&expected),
                statements.join("\n")
            )),
            Ok((_, statements)) if statements.len() != question.statements => {
                wrong.push(format!("{}\n{} statements", question.text, statements.len()));
            }
            Ok(_) => {}
            Err(error) => wrong.push(format!("{}\n{error}", question.text)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}

/// Asks everything, twice: nothing that an answer writes stays.
fn check(shop: &Shop, file: &Path) -> Outcome {
    let mut connection = rusqlite::Connection::open(file)?;
    for _ in 0..2 {
        let mut wrong = Vec::new();
        for question in THEMES.iter().flat_map(|(_, questions)| questions.iter()) {
            if let Err(error) = check_one(shop, &mut connection, question) {
                wrong.push(format!("{}\n{error}", question.text));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
    Ok(())
}

fn check_one(shop: &Shop, connection: &mut rusqlite::Connection, question: &Question) -> Outcome {
    let (answer, statements) = shop.ask(question)?;
    let expected = by_hand(connection, question.sql)?;
    if answer.is_empty() {
        return Err("no rows, which shows nothing".into());
    }
    if !same(&answer, &expected) {
        return Err(
            format!("{}by hand:\n{}{}", shown(&answer), shown(&expected), statements.join("\n")).into()
        );
    }
    if statements.len() != question.statements {
        let listed = statements.join("\n");
        return Err(format!("{} statements, not {}:\n{listed}", statements.len(), question.statements).into());
    }
    Ok(())
}

/// The rows of the last of some statements; what they write is undone.
fn by_hand(connection: &mut rusqlite::Connection, sql: &str) -> Result<Answer, Box<dyn std::error::Error>> {
    let transaction = connection.transaction()?;
    let (before, last) = sql.rsplit_once(';').unwrap_or(("", sql));
    transaction.execute_batch(before)?;
    let mut statement = transaction.prepare(last)?;
    let columns = statement.column_count();
    let rows =
        statement.query_map([], |row| (0..columns).map(|column| Ok(cell(row.get_ref(column)?))).collect())?;
    Ok(rows.collect::<rusqlite::Result<Answer>>()?)
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(value) => String::from_utf8_lossy(value).into_owned().into(),
        ValueRef::Blob(value) => format!("{value:?}").into(),
    }
}

/// Whether all cells are the same; sums of prices that were added in another order nearly.
fn same(answer: &Answer, expected: &Answer) -> bool {
    let pairs = |one: &[Cell], other: &[Cell]| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(one, other)| match (one, other) {
                (Cell::Real(one), Cell::Real(other)) => (one - other).abs() < 1e-6,
                _ => one == other,
            })
    };
    answer.len() == expected.len() && answer.iter().zip(expected).all(|(one, other)| pairs(one, other))
}

/// The first rows.
fn shown(answer: &Answer) -> String {
    answer.iter().take(20).map(|row| format!("    {row:?}\n")).collect()
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
