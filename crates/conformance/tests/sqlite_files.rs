//! What is SQLite's own: files and their options, locks between connections, damaged and full files.

use std::fs;
use std::path::PathBuf;

use onggi::{Database, Error, Id, Model, Result, Session, sql};
use onggi_conformance::{Harness, raw_rows};
use tempfile::TempDir;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Jar {
    id: Id<Jar>,
    label: String,
    liters: i64,
    big: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Lid {
    id: Id<Lid>,
    jar: Id<Jar>,
}

/// A folder for one test, with the path of a file in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Result<Place> {
        Ok(Place { folder: tempfile::tempdir().map_err(Error::other)? })
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("jars.db")
    }

    fn open(&self, options: &str) -> Result<Database> {
        Database::open(&format!("sqlite://{}{options}", self.file().display()))
    }

    /// The database with its tables and two jars.
    fn filled(&self, options: &str) -> Result<Database> {
        let database = self.open(options)?;
        database.create_tables(onggi::models![Lid, Jar])?;
        database.connect()?.insert_all(&mut ["kimchi", "soy"].map(jar))?;
        Ok(database)
    }
}

fn jar(label: &str) -> Jar {
    Jar { label: label.into(), liters: 10, ..Default::default() }
}

fn liters(database: &Database) -> Result<Vec<i64>> {
    Jar::query().select(|j| j.liters).order_by(|j| j.id).all(&mut database.connect()?)
}

#[test]
fn what_was_committed_is_there_after_opening_again() -> Result<()> {
    let place = Place::new()?;
    drop(place.filled("")?);
    assert_eq!(liters(&place.open("")?)?, [10, 10]);
    Ok(())
}

#[test]
fn two_databases_in_memory_are_two() -> Result<()> {
    let (one, other) = (Database::open("sqlite::memory:")?, Database::open("sqlite::memory:")?);
    one.create_tables(onggi::models![Jar])?;
    one.connect()?.insert(&mut jar("kimchi"))?;
    assert_eq!(liters(&one.clone())?, [10]);
    assert!(liters(&other).is_err());
    Ok(())
}

#[test]
fn options_are_set_on_every_connection() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let pragma = |database: &Database, name: &str| -> Result<(String, String)> {
        let value = |connection: &mut onggi::Connection| {
            let text = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
            sql(text).one::<String, _>(connection)
        };
        let (mut one, mut other) = (database.connect()?, database.connect()?);
        Ok((value(&mut one)?, value(&mut other)?))
    };
    let both = |value: &str| (value.to_owned(), value.to_owned());
    assert_eq!(pragma(&database, "journal_mode")?, both("wal"));
    assert_eq!(pragma(&database, "synchronous")?, both("1"));
    assert_eq!(pragma(&database, "foreign_keys")?, both("1"));
    drop(database);
    let database = place.open("?journal_mode=delete&synchronous=full&foreign_keys=off")?;
    assert_eq!(pragma(&database, "journal_mode")?, both("delete"));
    assert_eq!(pragma(&database, "synchronous")?, both("2"));
    assert_eq!(pragma(&database, "foreign_keys")?, both("0"));
    database.connect()?.insert(&mut Lid { jar: 99.into(), ..Default::default() })
}

#[test]
fn wrong_options_are_refused() {
    for (url, words) in [
        ("sqlite:", "names a file"),
        ("sqlite://", "names a file"),
        ("sqlite://x.db?mode=write", "mode is one of rwc, rw, ro"),
        ("sqlite://x.db?journal_mode=fast", "journal_mode is one of wal"),
        ("sqlite://x.db?busy_timeout=soon", "whole number of milliseconds"),
        ("sqlite://x.db?busy_timeout=-1", "whole number of milliseconds"),
        ("sqlite://x.db?cache=shared", "no URL option \"cache\""),
        ("sqlite://x.db?mode", "name=value"),
        ("sqlite://x%zz.db", "two hexadecimal digits"),
    ] {
        let error = Database::open(url).unwrap_err();
        assert!(error.is_url(), "{url}: {error}");
        assert!(error.to_string().contains(words), "{url}: {error}");
    }
    assert!(!fs::exists("x.db").unwrap());
}

#[test]
fn files_that_cannot_be_opened_are_named() -> Result<()> {
    let place = Place::new()?;
    let missing = place.open("?mode=rw").unwrap_err();
    assert!(missing.is_open(), "{missing}");
    assert!(missing.to_string().contains("jars.db"), "{missing}");
    let read_only = place.open("?mode=ro").unwrap_err();
    assert!(read_only.is_open(), "{read_only}");
    assert!(!fs::exists(place.file()).map_err(Error::other)?);
    let no_folder = Database::open("sqlite:///no/such/folder/x.db").unwrap_err();
    assert!(no_folder.is_open(), "{no_folder}");
    let folder = Database::open(&format!("sqlite://{}", place.folder.path().display())).unwrap_err();
    assert!(folder.is_open(), "{folder}");
    Ok(())
}

#[test]
fn a_file_opened_to_read_is_not_written() -> Result<()> {
    let place = Place::new()?;
    drop(place.filled("")?);
    let database = place.open("?mode=ro")?;
    assert_eq!(liters(&database)?, [10, 10]);
    assert!(database.connect()?.insert(&mut jar("new")).unwrap_err().is_read_only());
    let mut session = database.session()?;
    let kimchi = session.get_one::<Jar>(1)?;
    session[kimchi].liters = 5;
    assert!(session.commit().unwrap_err().is_read_only());
    session.rollback()?;
    assert_eq!(session[kimchi].liters, 10);
    Ok(())
}

#[test]
fn a_file_that_is_no_database_is_refused_and_kept() -> Result<()> {
    let place = Place::new()?;
    let text = "this is a letter, and not a database at all. ".repeat(100);
    fs::write(place.file(), &text).map_err(Error::other)?;
    let error = place.open("").unwrap_err();
    assert!(error.is_corrupt(), "{error}");
    assert!(error.to_string().contains("jars.db"), "{error}");
    assert_eq!(fs::read_to_string(place.file()).map_err(Error::other)?, text);
    Ok(())
}

#[test]
fn a_truncated_file_is_an_error_and_not_other_rows() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("?journal_mode=delete")?;
    let mut many: Vec<Jar> = (0..2_000).map(|number| jar(&format!("jar {number}"))).collect();
    database.connect()?.insert_all(&mut many)?;
    drop(database);
    let bytes = fs::read(place.file()).map_err(Error::other)?;
    fs::write(place.file(), &bytes[..bytes.len() / 2]).map_err(Error::other)?;
    let read = place.open("?journal_mode=delete").and_then(|database| liters(&database));
    let error = read.unwrap_err();
    assert!(error.is_corrupt(), "{error}");
    Ok(())
}

#[test]
fn a_full_database_refuses_and_keeps_what_it_has() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let mut session = database.session()?;
    let pages: i64 = sql("SELECT page_count FROM pragma_page_count").one(&mut session)?;
    sql(format!("PRAGMA max_page_count = {}", pages + 1)).one::<i64, _>(&mut session)?;
    let big = session.add(jar(&"x".repeat(100_000)));
    let error = session.commit().unwrap_err();
    assert!(error.is_full(), "{error}");
    session.rollback()?;
    assert_eq!(session.try_get(big), None);
    let small = session.add(jar("small"));
    session.commit()?;
    assert_eq!((session[small].id.key(), liters(&database)?.len()), (Some(3), 3));
    Ok(())
}

/// Two sessions that have read, and then the second writes and commits.
fn collision(database: &Database) -> Result<(Session, onggi::Handle<Jar>)> {
    let mut session = database.session()?;
    let kimchi = session.get_one::<Jar>(1)?;
    let soy = database.connect()?.get_one::<Jar>(2)?;
    database.connect()?.update(&mut Jar { liters: soy.liters + 1, ..soy })?;
    Ok((session, kimchi))
}

#[test]
fn a_session_that_read_before_another_wrote_must_start_again() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("?busy_timeout=0")?;
    let (mut session, kimchi) = collision(&database)?;
    session[kimchi].liters = 5;
    let error = session.commit().unwrap_err();
    assert!(error.is_serialization_failure(), "{error}");
    assert!(!error.is_busy());
    assert_eq!(session.modified(kimchi), ["liters"]);
    session.rollback()?;
    assert_eq!(session[kimchi].liters, 10);
    session[kimchi].liters = 6;
    session.commit()?;
    assert_eq!(liters(&database)?, [6, 11]);
    Ok(())
}

#[test]
fn a_transaction_that_collides_is_run_again() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("?busy_timeout=0")?;
    let (mut session, kimchi) = collision(&database)?;
    session[kimchi].liters = 5;
    let mut failure = Some(session.commit().unwrap_err());
    drop(session);
    let mut runs = 0;
    let sum = database.transaction(|session| {
        runs += 1;
        let soy = session.get_one::<Jar>(2)?;
        session[soy].liters += 100;
        session.flush()?;
        match failure.take() {
            Some(failure) => Err(failure),
            None => Ok(session[soy].liters),
        }
    })?;
    assert_eq!((runs, sum, liters(&database)?), (2, 111, vec![10, 111]));
    Ok(())
}

#[test]
fn a_transaction_that_always_collides_gives_up() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("?busy_timeout=0")?;
    let mut runs = 0;
    let failed = database.transaction(|session| {
        runs += 1;
        session.add(jar("never"));
        session.flush()?;
        // A collision of another database's, as this one's transaction holds the lock.
        let other = Place::new()?;
        let (mut colliding, kimchi) = collision(&other.filled("?busy_timeout=0")?)?;
        colliding[kimchi].liters = 5;
        colliding.commit()
    });
    assert!(failed.unwrap_err().is_serialization_failure());
    assert_eq!((runs, liters(&database)?.len()), (10, 2));
    Ok(())
}

#[test]
fn a_lock_that_another_holds_is_waited_for_and_then_told() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("?busy_timeout=0")?;
    let mut writing = database.session()?;
    writing.add(jar("mine"));
    writing.flush()?;
    let error = database.connect()?.insert(&mut jar("theirs")).unwrap_err();
    assert!(error.is_busy(), "{error}");
    assert!(database.transaction(|_| Ok(())).unwrap_err().is_busy());
    // Readers go on meanwhile, and see what is committed.
    assert_eq!(liters(&database)?.len(), 2);
    writing.commit()?;
    database.connect()?.insert(&mut jar("theirs"))?;
    assert_eq!(liters(&database)?.len(), 4);
    Ok(())
}

#[test]
fn transactions_of_many_threads_lose_nothing() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let count = || {
        (0..25).try_for_each(|_| {
            database.transaction(|session| {
                let kimchi = session.get_one::<Jar>(1)?;
                session[kimchi].liters += 1;
                Ok(())
            })
        })
    };
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    results.into_iter().collect::<Result<Vec<()>>>()?;
    assert_eq!(liters(&database)?, [110, 10]);
    Ok(())
}

#[test]
fn a_reading_session_sees_one_state() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let seen = database.read(|session| {
        let before: i64 = sql("SELECT sum(liters) FROM jar").one(session)?;
        Jar::query().update(&mut database.connect()?, |j| j.liters.set(0))?;
        let after: i64 = sql("SELECT sum(liters) FROM jar").one(session)?;
        Ok((before, after))
    })?;
    assert_eq!((seen, liters(&database)?), ((20, 20), vec![0, 0]));
    Ok(())
}

/// A commit that the database refuses leaves the transaction open: it can be mended, or rolled back.
#[test]
fn a_commit_that_fails_can_be_mended() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let mut session = database.session()?;
    sql("PRAGMA defer_foreign_keys = ON").execute(&mut session)?;
    let lid = session.add(Lid { jar: 99.into(), ..Default::default() });
    session.flush()?;
    assert!(session.commit().unwrap_err().is_foreign_key_violation());
    session[lid].jar = 1.into();
    session.commit()?;
    assert_eq!(Lid::query().select(|l| l.jar).all(&mut database.connect()?)?, [Id::from(1)]);
    Ok(())
}

#[test]
fn a_commit_that_fails_can_be_rolled_back() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let mut session = database.session()?;
    let kimchi = session.get_one::<Jar>(1)?;
    sql("PRAGMA defer_foreign_keys = ON").execute(&mut session)?;
    session[kimchi].liters = 99;
    let lid = session.add(Lid { jar: 99.into(), ..Default::default() });
    assert!(session.commit().unwrap_err().is_foreign_key_violation());
    session.rollback()?;
    assert_eq!((session[kimchi].liters, session.try_get(lid)), (10, None));
    session[kimchi].liters = 11;
    session.commit()?;
    assert_eq!(liters(&database)?, [11, 10]);
    Ok(())
}

/// SQLite's integers have a sign.
#[test]
fn integers_above_63_bits_are_refused() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let mut connection = database.connect()?;
    let error = connection.insert(&mut Jar { big: 1 << 63, ..jar("big") }).unwrap_err();
    assert!(error.is_value());
    assert!(error.to_string().contains("jar.big: 9223372036854775808 is more than SQLite's integers hold"));
    let search = Jar::query().filter(|j| j.big.eq(u64::MAX)).all(&mut connection);
    assert!(search.unwrap_err().is_value());
    Ok(())
}

#[test]
fn a_database_that_ends_the_transaction_takes_the_objects_back() -> Result<()> {
    let place = Place::new()?;
    let database = place.filled("")?;
    let mut session = database.session()?;
    let kimchi = session.get_one::<Jar>(1)?;
    session[kimchi].liters = 5;
    session.flush()?;
    sql("CREATE TRIGGER stop BEFORE INSERT ON jar BEGIN SELECT RAISE(ROLLBACK, 'stopped'); END")
        .execute(&mut session)?;
    session.add(jar("new"));
    let error = session.flush().unwrap_err();
    assert!(error.to_string().contains("stopped"), "{error}");
    assert_eq!(session[kimchi].liters, 10);
    session[kimchi].liters = 6;
    assert!(session.commit().unwrap_err().to_string().contains("roll back before going on"));
    session.rollback()?;
    session[kimchi].liters = 6;
    session.commit()?;
    assert_eq!(liters(&database)?, [6, 10]);
    Ok(())
}

#[test]
fn raw_rows_hold_what_sqlite_keeps() -> Result<()> {
    let [values, sums] = raw_rows::kinds(&Harness::open("sqlite::memory:")?)?;
    let integers = ["integer"; 4];
    assert_eq!(values[..4], integers);
    assert_eq!(values[4..], ["text", "text", "text", "text", "blob", "NULL"]);
    assert_eq!(sums, ["integer", "integer", "integer", "real", "real"]);
    Ok(())
}
