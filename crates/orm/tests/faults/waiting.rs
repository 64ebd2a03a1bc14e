//! Who waits for a lock that its own thread holds fails at once: these tests would go on for weeks otherwise.

use std::sync::Barrier;
use std::thread;

use super::*;

const WEEKS: &str = "busy_timeout=4000000000";

fn memory() -> Database {
    let db = Database::open(&format!("sqlite::memory:?{WEEKS}")).unwrap();
    db.create_tables(onggi::models![Jar]).unwrap();
    db.connect().unwrap().insert(&mut jar("first")).unwrap();
    db
}

fn waits_for_itself<T>(result: Result<T>) -> Error {
    let error = fails(result);
    assert!(error.is_busy(), "{error}");
    let message = error.to_string();
    assert!(message.contains("this thread holds the lock itself, by 1 of its other sessions"), "{message}");
    assert!(message.contains("commit, roll back or drop them first"), "{message}");
    error
}

fn add(session: &mut Session) -> Result<()> {
    session.add(jar("second"));
    Ok(())
}

#[test]
fn in_memory_a_session_that_has_read_is_named_by_its_threads_writes() {
    let db = memory();
    let mut session = db.session().unwrap();
    assert_eq!(Jar::query().count(&mut session).unwrap(), 1);
    let error = waits_for_itself(db.transaction(add));
    assert!(error.to_string().contains("has only read holds it too"), "{error}");
    waits_for_itself(db.connect().unwrap().insert(&mut jar("second")));

    session.commit().unwrap();
    db.transaction(add).unwrap();
    assert_eq!(Jar::query().count(&mut session).unwrap(), 2);
}

#[test]
fn in_memory_rows_that_are_being_read_keep_their_thread_from_writing() {
    let db = memory();
    let read = Jar::query().each(&mut db.connect().unwrap(), |_| {
        waits_for_itself(db.connect()?.insert(&mut jar("second")));
        Ok(())
    });
    read.unwrap();
    db.connect().unwrap().insert(&mut jar("second")).unwrap();
}

#[test]
fn in_memory_a_transaction_keeps_its_thread_from_reading_elsewhere() {
    let db = memory();
    db.transaction(|session| {
        add(session)?;
        session.flush()?;
        waits_for_itself(Jar::query().count(&mut db.connect()?));
        Ok(())
    })
    .unwrap();
    assert_eq!(Jar::query().count(&mut db.connect().unwrap()).unwrap(), 2);
}

#[test]
fn in_a_file_only_who_has_written_is_in_the_way() {
    let shelf = Shelf::new("");
    let db = shelf.open(&format!("?{WEEKS}")).unwrap();
    let mut session = db.session().unwrap();
    let first = session.get_one::<Jar>(1).unwrap();
    db.transaction(add).unwrap();
    session.rollback().unwrap();

    session[first].liters += 1;
    session.flush().unwrap();
    let error = waits_for_itself(db.transaction(add));
    assert!(!error.to_string().contains("has only read"), "{error}");
    session.commit().unwrap();
    assert_eq!(
        db.transaction(|session| session.get_one::<Jar>(1).map(|jar| session[jar].liters)).unwrap(),
        1
    );
}

#[test]
fn a_lock_of_another_thread_is_waited_for_and_told() {
    let shelf = Shelf::new("");
    let db = shelf.open("?busy_timeout=1").unwrap();
    let told = db.transaction(|session| {
        add(session)?;
        session.flush()?;
        let theirs = thread::scope(|scope| scope.spawn(|| db.transaction(add)).join().unwrap());
        Ok(fails(theirs).to_string())
    });
    let message = told.unwrap();
    assert!(message.contains("longer than 1 ms (option busy_timeout): 1 connections of other"), "{message}");

    let other = shelf.open("?busy_timeout=1").unwrap();
    let told = db.transaction(|_| Ok(fails(other.transaction(add)).to_string()));
    assert!(told.unwrap().contains("none that this `Database` has opened"));
}

#[test]
fn in_memory_who_reads_does_not_wait_for_who_waits_for_it() {
    let db = memory();
    let mut session = db.session().unwrap();
    assert_eq!(Jar::query().count(&mut session).unwrap(), 1);
    let (began, seen) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            db.transaction(|session| {
                began.wait();
                seen.wait();
                add(session)
            })
        });
        began.wait();
        let error = fails(Jar::query().count(&mut db.connect().unwrap()));
        seen.wait();
        assert!(error.is_busy(), "{error}");
        let words =
            "another thread writes, and cannot end before 1 other sessions or connections of this thread";
        assert!(error.to_string().contains(words), "{error}");
        // Its commit has waited for this.
        session.commit().unwrap();
        other.join().unwrap().unwrap();
    });
    assert_eq!(Jar::query().count(&mut session).unwrap(), 2);
}
