//! Several writers at once.

use std::sync::Barrier;
use std::thread;

use super::*;

#[test]
fn a_session_that_read_before_another_wrote_fails_to_write_and_can_start_again() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    let mut session = db.session().unwrap();
    let first = session.get_one::<Jar>(1).unwrap();
    let mut other = db.connect().unwrap();
    other.insert(&mut jar("second")).unwrap();

    session[first].liters += 1;
    let new = session.add(jar("third"));
    let error = fails(session.commit());
    assert!(error.is_serialization_failure() && !error.is_busy(), "{error}");
    assert!(error.to_string().contains("run it again"), "{error}");
    assert_eq!(jar_of(&session, first), (State::Persistent, Some((1, true))));
    assert_eq!(jar_of(&session, new), (State::Pending, Some((0, false))));

    session.rollback().unwrap();
    assert_eq!(jar_of(&session, first), (State::Persistent, Some((0, true))));
    session[first].liters += 1;
    session.add(jar("third"));
    session.commit().unwrap();
    assert_eq!(shelf.labels(), ["first", "second", "third"]);
}

#[test]
fn the_closure_form_does_not_meet_that_failure() {
    let shelf = Shelf::new("");
    let db = shelf.open("?busy_timeout=0").unwrap();
    let mut attempts = 0;
    db.transaction(|session| {
        attempts += 1;
        let first = session.get_one::<Jar>(1)?;
        // Nobody else can write between reading and writing.
        assert!(fails(db.connect()?.insert(&mut jar("second"))).is_busy());
        session[first].liters += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(attempts, 1);
    assert_eq!(db.connect().unwrap().get_one::<Jar>(1).unwrap().liters, 1);
}

#[test]
fn the_closure_form_runs_again_after_a_collision_and_only_then() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    let collision = || {
        let mut session = db.session()?;
        let first = session.get_one::<Jar>(1)?;
        db.connect()?.update(&mut session[first].clone())?;
        session[first].liters += 1;
        session.commit()
    };
    let mut attempts = 0;
    let value = db.transaction(|session| {
        attempts += 1;
        if attempts == 3 {
            session.add(jar("second"));
            return Ok(attempts);
        }
        // Another session's collision, given on as one's own; what was done before is undone.
        session.add(jar("never"));
        session.rollback()?;
        collision()?;
        Ok(0)
    });
    assert_eq!(value.unwrap(), 3);

    let mut attempts = 0;
    fails(db.transaction(|_| {
        attempts += 1;
        Err::<(), _>(Error::other("no collision"))
    }));
    assert_eq!(attempts, 1);
    assert_eq!(shelf.labels(), ["first", "second"]);
}

#[test]
fn a_closure_that_panics_writes_nothing_and_frees_the_lock() {
    let shelf = Shelf::new("");
    let db = shelf.open("?busy_timeout=0").unwrap();
    let panicked = std::panic::catch_unwind(|| {
        db.transaction(|session| -> Result<()> {
            session.add(jar("second"));
            session.flush()?;
            panic!("in the middle of it")
        })
    });
    assert!(panicked.is_err());
    db.connect().unwrap().insert(&mut jar("third")).unwrap();
    assert_eq!(shelf.labels(), ["first", "third"]);
}

const THREADS: i64 = 4;
const ROUNDS: i64 = 25;

/// Runs the same work in several threads that start together.
fn at_once(work: impl Fn() + Sync) {
    let barrier = Barrier::new(usize::try_from(THREADS).unwrap());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                (0..ROUNDS).for_each(|_| work());
            });
        }
    });
}

#[test]
fn threads_that_count_in_closures_lose_no_update() {
    let shelf = Shelf::new("");
    let file = shelf.open("").unwrap();
    let rollback_journal = Shelf::new("?journal_mode=delete&synchronous=off");
    let other_file = rollback_journal.open("?journal_mode=delete&synchronous=off").unwrap();
    let memory = Database::open("sqlite::memory:").unwrap();
    memory.create_tables(onggi::models![Jar]).unwrap();
    memory.connect().unwrap().insert(&mut jar("first")).unwrap();
    for db in [file, other_file, memory] {
        at_once(|| {
            let counted = db.transaction(|session| {
                let first = session.get_one::<Jar>(1)?;
                session[first].liters += 1;
                Ok(())
            });
            counted.unwrap();
        });
        assert_eq!(db.connect().unwrap().get_one::<Jar>(1).unwrap().liters, THREADS * ROUNDS);
    }
}

#[test]
fn threads_that_count_in_sessions_and_try_again_lose_no_update() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    at_once(|| {
        let mut session = db.session().unwrap();
        loop {
            let first = session.get_one::<Jar>(1).unwrap();
            session.refresh(first).unwrap();
            session[first].liters += 1;
            match session.commit() {
                Ok(()) => break,
                Err(error) => assert!(error.is_serialization_failure(), "{error}"),
            }
            session.rollback().unwrap();
        }
    });
    assert_eq!(db.connect().unwrap().get_one::<Jar>(1).unwrap().liters, THREADS * ROUNDS);
}

#[test]
fn readers_see_whole_transactions_while_others_write() {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    db.connect().unwrap().insert(&mut jar("second")).unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..60 {
                let moved = db.transaction(|session| {
                    for key in [1, 2] {
                        let jar = session.get_one::<Jar>(key)?;
                        session[jar].liters += if key == 1 { 1 } else { -1 };
                        session.flush()?;
                    }
                    Ok(())
                });
                moved.unwrap();
            }
        });
        loop {
            let done = writer.is_finished();
            let liters: Vec<i64> = db
                .read(|session| {
                    let jars = Jar::query().all(session)?;
                    let first = session.get_one::<Jar>(1)?;
                    session.refresh(first)?;
                    Ok(jars.into_iter().map(|jar| session[jar].liters).collect())
                })
                .unwrap();
            assert_eq!(liters.iter().sum::<i64>(), 0, "{liters:?}");
            if done {
                assert_eq!(liters, [60, -60]);
                break;
            }
        }
    });
}
