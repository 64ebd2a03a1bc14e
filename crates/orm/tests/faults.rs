//! What goes wrong outside: wrong URLs, files that are locked, full, read only, damaged or no databases, other writers.
//! Each gives a clear error of its own kind, loses nothing that was committed, and leaves the session consistent.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::fs;
use std::path::{Path, PathBuf};

use onggi::{Database, Error, Handle, Id, Model, Result, Session, State, sql};

#[path = "faults/damage.rs"]
mod damage;
#[cfg(unix)]
#[path = "faults/limit.rs"]
mod limit;
#[path = "faults/waiting.rs"]
mod waiting;
#[path = "faults/writers.rs"]
mod writers;

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
    #[model(unique)]
    label: String,
    liters: i64,
    content: Vec<u8>,
}

fn jar(label: &str) -> Jar {
    Jar { label: label.into(), ..Default::default() }
}

fn big_jar(label: &str) -> Jar {
    Jar { content: vec![7; 50_000], ..jar(label) }
}

/// A folder, the path of a database in it that holds one jar, and nothing open.
struct Shelf {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Shelf {
    fn new(options: &str) -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jars.db");
        let shelf = Shelf { _folder: folder, path };
        let db = shelf.open(options).unwrap();
        db.create_tables(onggi::models![Jar]).unwrap();
        db.connect().unwrap().insert(&mut jar("first")).unwrap();
        shelf
    }

    fn open(&self, options: &str) -> Result<Database> {
        open(&self.path, options)
    }

    /// The labels that another program would see.
    fn labels(&self) -> Vec<String> {
        labels(&self.open("").unwrap())
    }
}

fn open(path: &Path, options: &str) -> Result<Database> {
    Database::open(&format!("sqlite://{}{options}", path.display()))
}

fn labels(db: &Database) -> Vec<String> {
    Jar::query().select(|j| j.label).order_by(|j| j.id).all(&mut db.connect().unwrap()).unwrap()
}

/// An error that was expected: what it says, with all that it says on request.
fn fails<T>(result: Result<T>) -> Error {
    match result {
        Ok(_) => panic!("this was to fail"),
        Err(error) => error,
    }
}

#[test]
fn wrong_urls_are_refused_in_words_and_without_their_secrets() {
    for (url, words) in [
        ("s3cret.db", "starts with its scheme"),
        ("", "starts with its scheme"),
        ("oracle://jane:s3cret@example.com/jars", "no database is known for the URL's scheme \"oracle\""),
        ("s3cret@example.com:5432/jars", "no database is known"),
        ("SQLITE://s3cret.db", "known: sqlite"),
        ("sqlite:", "names a file"),
        ("sqlite:memory:", "both colons"),
        ("sqlite://", "names a file"),
        ("sqlite://?mode=ro", "names a file"),
        ("sqlite://s3cret%zz", "two hexadecimal digits"),
        ("sqlite://s3cret%2", "two hexadecimal digits"),
        ("sqlite://s3cret%00.db", "NUL"),
        ("sqlite://s3cret%ff.db", "UTF-8"),
        ("sqlite://s3cret.db?s3cret", "name=value"),
        ("sqlite://s3cret.db?password=s3cret", "no URL option \"password\""),
        ("sqlite://s3cret.db?mode=write", "mode is one of rwc, rw, ro"),
        ("sqlite://s3cret.db?journal_mode=wall", "journal_mode is one of wal, delete"),
        ("sqlite://s3cret.db?synchronous=2", "synchronous is one of normal, full"),
        ("sqlite://s3cret.db?foreign_keys=maybe", "foreign_keys is one of on, off"),
        ("sqlite://s3cret.db?busy_timeout=-1", "whole number of milliseconds"),
        ("sqlite://s3cret.db?busy_timeout=5s", "whole number of milliseconds"),
    ] {
        let error = fails(Database::open(url));
        assert!(error.is_url(), "{url}: {error}");
        assert!(error.to_string().contains(words), "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{url}: {error:?}");
    }
}

#[test]
fn files_that_cannot_be_opened_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no such folder/jars.db");
    for (path, options) in [
        (missing.as_path(), ""),
        (folder.path(), ""),
        (&folder.path().join("none.db"), "?mode=rw"),
        (&folder.path().join("none.db"), "?mode=ro"),
    ] {
        let error = fails(open(path, options));
        assert!(error.is_open(), "{} {options}: {error}", path.display());
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(std::error::Error::source(&error).is_some(), "the database's own words are kept");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_locked_file_is_busy_and_the_work_can_be_done_afterwards() {
    let shelf = Shelf::new("");
    let db = shelf.open("?busy_timeout=0").unwrap();
    let mut other = shelf.open("").unwrap().connect().unwrap();
    sql("BEGIN IMMEDIATE").execute(&mut other).unwrap();

    let error = fails(db.transaction(|session| {
        session.add(jar("closure"));
        Ok(())
    }));
    assert!(error.is_busy() && !error.is_serialization_failure(), "{error}");

    let mut session = db.session().unwrap();
    let pending = session.add(jar("session"));
    assert!(fails(session.commit()).is_busy());
    assert_eq!(session.state(pending), State::Pending);
    assert_eq!(session[pending].id.key(), None);
    assert!(fails(db.connect().unwrap().insert(&mut jar("plain"))).is_busy());
    assert!(fails(db.drop_tables(onggi::models![Jar])).is_busy());
    assert_eq!(labels(&db), ["first"], "readers go on");

    sql("ROLLBACK").execute(&mut other).unwrap();
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "session"]);
}

#[test]
fn a_file_that_is_locked_against_readers_is_busy() {
    let shelf = Shelf::new("?journal_mode=delete");
    let db = shelf.open("?journal_mode=delete&busy_timeout=0").unwrap();
    let mut other = shelf.open("?journal_mode=delete").unwrap().connect().unwrap();
    sql("BEGIN EXCLUSIVE").execute(&mut other).unwrap();

    let mut session = db.session().unwrap();
    assert!(fails(Jar::query().all(&mut session)).is_busy());
    assert!(fails(session.get::<Jar>(1)).is_busy());
    let opened = shelf.open("?journal_mode=delete&busy_timeout=0").and_then(|db| {
        let mut connection = db.connect()?;
        Jar::query().count(&mut connection)
    });
    assert!(fails(opened).is_busy());

    sql("COMMIT").execute(&mut other).unwrap();
    assert_eq!(Jar::query().count(&mut session).unwrap(), 1);
}

/// With a rollback journal, a reader makes the commit itself wait.
#[test]
fn a_commit_that_is_busy_leaves_its_transaction_open_to_try_again() {
    let shelf = Shelf::new("?journal_mode=delete");
    let mut other = shelf.open("?journal_mode=delete").unwrap().session().unwrap();
    assert_eq!(Jar::query().count(&mut other).unwrap(), 1);

    let mut session = shelf.open("?journal_mode=delete&busy_timeout=0").unwrap().session().unwrap();
    let second = session.add(jar("second"));
    assert!(fails(session.commit()).is_busy());
    assert_eq!(session.state(second), State::Persistent, "it is written, not yet committed");

    other.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "second"]);
}

#[test]
fn a_database_opened_read_only_refuses_writes() {
    for journal in ["?journal_mode=wal", "?journal_mode=delete"] {
        let shelf = Shelf::new(journal);
        let db = shelf.open("?mode=ro").unwrap();
        refuses_writes(&db);
        assert_eq!(shelf.labels(), ["first"]);
    }
}

#[test]
fn a_session_that_only_reads_refuses_writes_and_the_next_one_does_not() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    let error = fails(db.read(|session| {
        session.add(jar("second"));
        session.flush()
    }));
    assert!(error.is_read_only(), "{error}");
    db.transaction(|session| {
        session.add(jar("second"));
        Ok(())
    })
    .unwrap();
    assert_eq!(shelf.labels(), ["first", "second"]);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_to_write_refuses_writes() {
    use std::os::unix::fs::PermissionsExt as _;
    let shelf = Shelf::new("?journal_mode=delete");
    fs::set_permissions(&shelf.path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::OpenOptions::new().append(true).open(&shelf.path).is_ok() {
        println!("skipped: permissions do not bind this user");
        return;
    }
    refuses_writes(&shelf.open("?journal_mode=delete").unwrap());
    assert_eq!(shelf.labels(), ["first"]);
}

fn refuses_writes(db: &Database) {
    let mut session = db.session().unwrap();
    let first = session.get_one::<Jar>(1).unwrap();
    session[first].liters = 5;
    let error = fails(session.commit());
    assert!(error.is_read_only(), "{error}");
    assert_eq!((session[first].liters, session.modified(first)), (5, vec!["liters"]));
    session.rollback().unwrap();
    assert_eq!((session[first].liters, session.modified(first)), (0, vec![]));

    assert!(fails(db.connect().unwrap().insert(&mut jar("second"))).is_read_only());
    assert!(fails(db.transaction(|session| Jar::query().delete(session))).is_read_only());
    assert!(fails(db.drop_tables(onggi::models![Jar])).is_read_only());
    assert_eq!(labels(db), ["first"]);
}

/// Lets the database of the session's connection grow by a few pages only.
fn fill_up(session: &mut Session) {
    let pages: i64 = sql("PRAGMA page_count").one(session).unwrap();
    let limit: i64 = sql(format!("PRAGMA max_page_count = {}", pages + 4)).one(session).unwrap();
    assert_eq!(limit, pages + 4);
    session.rollback().unwrap();
}

fn make_room(session: &mut Session) {
    let _: i64 = sql("PRAGMA max_page_count = 1000000").one(session).unwrap();
}

fn jar_of(session: &Session, handle: Handle<Jar>) -> (State, Option<(i64, bool)>) {
    (session.state(handle), session.try_get(handle).map(|jar| (jar.liters, jar.id.key().is_some())))
}

/// SQLite ends the whole transaction when a statement finds the disk full: the objects return to the last commit.
#[test]
fn a_full_disk_undoes_the_transaction_and_the_session_with_it() {
    let shelf = Shelf::new("");
    let mut session = shelf.open("").unwrap().session().unwrap();
    fill_up(&mut session);
    let first = session.get_one::<Jar>(1).unwrap();
    session[first].liters = 3;
    let second = session.add(jar("second"));
    session.flush().unwrap();
    let big = session.add(big_jar("big"));
    session[first].liters = 4;

    let error = fails(session.flush());
    assert!(error.is_full(), "{error}");
    assert_eq!(jar_of(&session, first), (State::Persistent, Some((0, true))));
    assert_eq!(jar_of(&session, second), (State::Detached, None));
    assert_eq!(jar_of(&session, big), (State::Detached, None));
    assert_eq!(shelf.labels(), ["first"]);

    session.rollback().unwrap();
    make_room(&mut session);
    session.add(big_jar("big"));
    session[first].liters = 5;
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "big"]);
}

/// Nothing else was in the transaction: there is nothing to lose.
#[test]
fn a_full_disk_at_the_first_flush_leaves_the_objects_to_try_again() {
    for jars in [1, 3] {
        let shelf = Shelf::new("");
        let mut session = shelf.open("").unwrap().session().unwrap();
        fill_up(&mut session);
        let handles = session.add_all((0..jars).map(|number| big_jar(&format!("big {number}"))));
        for _ in 0..2 {
            assert!(fails(session.commit()).is_full());
            for &handle in &handles {
                assert_eq!(jar_of(&session, handle), (State::Pending, Some((0, false))));
            }
            assert_eq!(shelf.labels(), ["first"]);
        }
        for &handle in &handles {
            session[handle].content.clear();
        }
        session.commit().unwrap();
        assert_eq!(shelf.labels().len(), 1 + jars);
    }
}

/// Otherwise a part of the work would be committed, and its caller told that all was.
#[test]
fn work_goes_on_after_a_lost_transaction_only_when_it_is_rolled_back() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    let mut session = db.session().unwrap();
    fill_up(&mut session);
    session.add(jar("second"));
    session.flush().unwrap();
    session.add(big_jar("big"));
    assert!(fails(session.flush()).is_full());

    session.add(jar("third"));
    for result in [session.flush(), session.commit(), Jar::query().count(&mut session).map(|_| ())] {
        let error = fails(result);
        assert!(error.to_string().contains("roll back before going on"), "{error}");
    }
    session.rollback().unwrap();
    session.add(jar("fourth"));
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "fourth"]);
}

#[test]
fn a_closure_that_ignores_a_lost_transaction_commits_nothing() {
    for adds_more in [false, true] {
        let shelf = Shelf::new("");
        let db = shelf.open("").unwrap();
        let error = fails(db.transaction(|session| {
            session.add(jar("second"));
            session.flush()?;
            let pages: i64 = sql("PRAGMA page_count").one(session)?;
            let _: i64 = sql(format!("PRAGMA max_page_count = {}", pages + 4)).one(session)?;
            session.add(big_jar("big"));
            assert!(fails(session.flush()).is_full());
            if adds_more {
                session.add(jar("third"));
            }
            Ok(())
        }));
        assert!(error.to_string().contains("roll back"), "{error}");
        assert_eq!(shelf.labels(), ["first"]);
    }
}

#[test]
fn a_full_disk_in_a_savepoint_undoes_what_was_before_it_too() {
    let shelf = Shelf::new("");
    let mut session = shelf.open("").unwrap().session().unwrap();
    fill_up(&mut session);
    let second = session.add(jar("second"));
    let error = fails(session.savepoint(|session| {
        session.savepoint(|session| {
            session.add(big_jar("big"));
            Ok(())
        })
    }));
    assert!(error.is_full(), "{error}");
    assert_eq!(session.state(second), State::Detached);
    session.rollback().unwrap();
    session.add(jar("third"));
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "third"]);
}

/// A savepoint whose transaction was lost has nothing to return to.
#[test]
fn a_savepoint_that_outlives_its_transaction_ends_with_an_error() {
    for keep in [true, false] {
        let shelf = Shelf::new("");
        let mut session = shelf.open("").unwrap().session().unwrap();
        fill_up(&mut session);
        session.add_all([jar("second"), jar("third")]);
        let error = fails(session.savepoint(|session| {
            session.add(big_jar("big"));
            assert!(fails(session.flush()).is_full());
            // The failure is ignored, and work goes on.
            fails(Jar::query().count(session));
            fails(session.savepoint(|_| Ok(())));
            session.add(jar("fourth"));
            if keep { Ok(()) } else { Err(Error::other("on second thoughts")) }
        }));
        let words = if keep { "roll back" } else { "on second thoughts" };
        assert!(error.to_string().contains(words), "{error}");
        session.rollback().unwrap();
        session.add(jar("fifth"));
        session.commit().unwrap();
        assert_eq!(shelf.labels(), ["first", "fifth"]);
    }
}

#[test]
fn a_full_disk_fails_the_closure_form_and_spares_the_next() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    let error = fails(db.transaction(|session| {
        session.add(jar("second"));
        session.flush()?;
        let pages: i64 = sql("PRAGMA page_count").one(session)?;
        let _: i64 = sql(format!("PRAGMA max_page_count = {}", pages + 4)).one(session)?;
        session.add(big_jar("big"));
        Ok(())
    }));
    assert!(error.is_full(), "{error}");
    assert_eq!(shelf.labels(), ["first"]);
    db.transaction(|session| {
        make_room(session);
        session.add(big_jar("big"));
        Ok(())
    })
    .unwrap();
    assert_eq!(shelf.labels(), ["first", "big"]);
}

#[test]
fn a_statement_of_the_callers_that_ends_the_transaction_undoes_the_session() {
    let shelf = Shelf::new("");
    let mut session = shelf.open("").unwrap().session().unwrap();
    let first = session.get_one::<Jar>(1).unwrap();
    session[first].liters = 3;
    let second = session.add(jar("second"));
    let insert = "INSERT OR ROLLBACK INTO jar (label, liters, content) VALUES ('first', 0, x'')";
    assert!(fails(sql(insert).execute(&mut session)).is_unique_violation());
    assert_eq!(jar_of(&session, first), (State::Persistent, Some((0, true))));
    assert_eq!(jar_of(&session, second), (State::Detached, None));
    session.rollback().unwrap();
    session[first].liters = 4;
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first"]);
}
