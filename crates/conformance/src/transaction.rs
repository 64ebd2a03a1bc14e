//! Commit, rollback, savepoints, and units of work as closures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use onggi::{Error, Handle, Id, Isolation, Model, Result, Session, State, TransactionOptions, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    #[model(unique)]
    name: String,
    age: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    author: Option<Id<User>>,
    title: String,
}

const BY_KEY: &str = r#"SELECT "id", "name", "age" FROM "user" WHERE "id" = ?1"#;

fn user(name: &str, age: i32) -> User {
    User { name: name.into(), age, ..Default::default() }
}

/// A session whose user Jane, 30, and her post are committed.
fn session_with_jane(harness: &Harness) -> Result<(Session, Handle<User>, Handle<Post>)> {
    harness.create(onggi::models![User, Post])?;
    let mut session = harness.session()?;
    let jane = session.add(user("Jane", 30));
    let post = session.add(Post { author: jane.into(), title: "first".into(), ..Default::default() });
    session.commit()?;
    harness.statements();
    Ok((session, jane, post))
}

fn stop<T>() -> Result<T> {
    Err(Error::other("stop"))
}

pub fn rollback_restores_values(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session[jane].age = 31;
    session.flush()?;
    session[jane].age = 32;
    session[jane].name = "Joan".into();
    session.flush()?;
    session[jane].age = 33;
    session.rollback()?;
    assert_eq!(session[jane], User { id: 1.into(), ..user("Jane", 30) });
    assert!(session.modified(jane).is_empty());
    harness.statements();
    session.commit()?;
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!(harness.rows::<User>()?[0].age, 30);
    Ok(())
}

pub fn rollback_restores_unflushed_values_without_a_statement(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session[jane].age = 31;
    session.add(user("Joan", 1));
    session.delete(jane)?;
    session.rollback()?;
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!((session[jane].age, session.state(jane)), (30, State::Persistent));
    assert_eq!(harness.rows::<User>()?.len(), 1);
    Ok(())
}

pub fn rollback_takes_new_objects_and_their_keys_away(harness: &Harness) -> Result<()> {
    let (mut session, _, _) = session_with_jane(harness)?;
    let joan = session.add(user("Joan", 40));
    session.flush()?;
    assert_eq!(session.get::<User>(2)?, Some(joan));
    session.rollback()?;
    assert_eq!((session.try_get(joan), session.state(joan)), (None, State::Detached));
    assert_eq!(session.get::<User>(2)?, None);
    // A new object in the same place has a handle of its own.
    let june = session.add(user("June", 50));
    assert_ne!(june, joan);
    session.commit()?;
    assert_eq!(session.try_get(joan), None);
    // SQLite gives the key again; others never do.
    assert!(matches!(session[june].id.key(), Some(2 | 3)));
    Ok(())
}

pub fn rollback_restores_references(harness: &Harness) -> Result<()> {
    let (mut session, jane, post) = session_with_jane(harness)?;
    let joan = session.add(user("Joan", 40));
    session[post].author = joan.into();
    session.flush()?;
    assert_eq!(session[post].author, Some(session[joan].id));
    session.rollback()?;
    assert_eq!(session[post].author, Some(session[jane].id));
    session[post].title = "changed".into();
    session.commit()?;
    assert_eq!(harness.rows::<Post>()?[0].author, Some(1.into()));
    Ok(())
}

pub fn rollback_brings_deleted_objects_back(harness: &Harness) -> Result<()> {
    let (mut session, jane, post) = session_with_jane(harness)?;
    session.delete(post)?;
    session.delete(jane)?;
    session.flush()?;
    assert_eq!(session.try_get(jane), None);
    assert_eq!(session.get::<User>(1)?, None);
    session.rollback()?;
    assert_eq!(session.state(jane), State::Persistent);
    assert_eq!((session[jane].age, session[post].title.as_str()), (30, "first"));
    assert_eq!(session.get::<User>(1)?, Some(jane));
    session[jane].age = 31;
    session.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 31);
    Ok(())
}

pub fn rollback_of_everything_at_once(harness: &Harness) -> Result<()> {
    let (mut session, jane, post) = session_with_jane(harness)?;
    session[jane].age = 31;
    let joan = session.add(user("Joan", 1));
    session.flush()?;
    session[joan].age = 2;
    session[post].author = joan.into();
    session.flush()?;
    session.delete(jane)?;
    session.flush()?;
    session.delete(joan)?;
    session[post].author = None;
    session.flush()?;
    session.rollback()?;
    assert_eq!(session[jane], User { id: 1.into(), ..user("Jane", 30) });
    assert_eq!((session[post].author, session.try_get(joan)), (Some(1.into()), None));
    assert_eq!((harness.rows::<User>()?.len(), harness.rows::<Post>()?.len()), (1, 1));
    Ok(())
}

/// What was read in a transaction that is rolled back may never have been there.
pub fn objects_read_in_a_rolled_back_transaction_are_read_again(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    sql("UPDATE \"user\" SET age = 99").execute(&mut session)?;
    session.refresh(jane)?;
    assert_eq!(session[jane].age, 99);
    session.rollback()?;
    harness.statements();
    assert_eq!(session.get::<User>(1)?, Some(jane));
    assert_eq!(harness.statements(), ["SAVEPOINT begin", BY_KEY]);
    assert_eq!(session[jane].age, 30);
    Ok(())
}

pub fn a_session_lives_on_after_commit_and_rollback(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    for age in 31..36 {
        session[jane].age = age;
        if age % 2 == 0 { session.rollback()? } else { session.commit()? }
    }
    assert_eq!((session[jane].age, harness.rows::<User>()?[0].age), (35, 35));
    Ok(())
}

pub fn commit_does_not_expire_objects(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session[jane].age = 31;
    session.commit()?;
    harness.statements();
    assert_eq!((session[jane].age, session.get::<User>(1)?), (31, Some(jane)));
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}

pub fn a_savepoint_is_kept_when_its_closure_succeeds(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session[jane].age = 31;
    let joan = session.savepoint(|session| {
        session[jane].name = "Janet".into();
        Ok(session.add(user("Joan", 1)))
    })?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"UPDATE "user" SET "age" = ?1 WHERE "id" = ?2"#,
            "SAVEPOINT onggi_0",
            "SAVEPOINT onggi_1",
            r#"INSERT INTO "user" ("name", "age") VALUES (?1, ?2)"#,
            r#"UPDATE "user" SET "name" = ?1 WHERE "id" = ?2"#,
            "RELEASE SAVEPOINT onggi_1",
            "RELEASE SAVEPOINT onggi_0",
        ]
    );
    session.commit()?;
    assert_eq!((session[joan].id.key(), harness.rows::<User>()?.len()), (Some(2), 2));
    Ok(())
}

pub fn a_failed_savepoint_undoes_its_part_only(harness: &Harness) -> Result<()> {
    let (mut session, jane, post) = session_with_jane(harness)?;
    session[jane].age = 31;
    let kept = session.add(user("Kept", 1));
    let mut lost = None;
    let failed = session.savepoint(|session| {
        let joan = session.add(user("Joan", 1));
        lost = Some(joan);
        session[jane].age = 99;
        session[kept].age = 98;
        session[post].author = joan.into();
        session.flush()?;
        session.delete(post)?;
        session.flush()?;
        session[jane].age = 97;
        stop::<()>()
    });
    assert_eq!(failed.expect_err("the closure's error").to_string(), "stop");
    assert_eq!((session[jane].age, session[kept].age), (31, 1));
    assert_eq!((session.state(post), session[post].author), (State::Persistent, Some(1.into())));
    assert_eq!(lost.and_then(|joan| session.try_get(joan)), None);
    session.commit()?;
    let ages: Vec<(String, i32)> = harness.rows::<User>()?.into_iter().map(|u| (u.name, u.age)).collect();
    assert_eq!(ages, [("Jane".to_owned(), 31), ("Kept".to_owned(), 1)]);
    assert_eq!(harness.rows::<Post>()?.len(), 1);
    Ok(())
}

pub fn savepoints_nest(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session.savepoint(|session| {
        session[jane].age = 1;
        let inner = session.savepoint(|session| {
            session[jane].age = 2;
            session.savepoint(|session| {
                session[jane].age = 3;
                Ok(())
            })?;
            assert_eq!(session[jane].age, 3);
            stop::<()>()
        });
        assert!(inner.is_err());
        assert_eq!(session[jane].age, 1);
        session.savepoint(|session| {
            session[jane].name = "Janet".into();
            Ok(())
        })
    })?;
    session.commit()?;
    assert_eq!(harness.rows::<User>()?, [User { id: 1.into(), ..user("Janet", 1) }]);
    Ok(())
}

pub fn a_rollback_undoes_kept_savepoints(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    let joan = session.savepoint(|session| {
        session[jane].age = 99;
        Ok(session.add(user("Joan", 1)))
    })?;
    session.rollback()?;
    assert_eq!((session[jane].age, session.try_get(joan)), (30, None));
    assert_eq!(harness.rows::<User>()?.len(), 1);
    Ok(())
}

pub fn a_violation_in_a_savepoint_leaves_the_rest_usable(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session[jane].age = 31;
    let failed = session.savepoint(|session| {
        session.add(user("Jane", 1));
        Ok(())
    });
    assert!(failed.expect_err("a name twice").is_unique_violation());
    session.add(user("Joan", 1));
    session.commit()?;
    assert_eq!(harness.rows::<User>()?.iter().map(|user| user.age).collect::<Vec<_>>(), [31, 1]);
    Ok(())
}

pub fn a_panic_in_a_savepoint_undoes_its_part(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        session.savepoint(|session| -> Result<()> {
            session[jane].age = 99;
            session.flush()?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(session[jane].age, 30);
    session.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 30);
    Ok(())
}

pub fn a_savepoint_ends_by_its_closure_alone(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    session.savepoint(|session| {
        assert!(session.commit().is_err());
        assert!(session.rollback().is_err());
        session[jane].age = 31;
        Ok(())
    })?;
    session.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 31);
    Ok(())
}

pub fn a_transaction_commits_what_its_closure_did(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let age = harness.database().transaction(|session| {
        let jane = session.get_one::<User>(1)?;
        session[jane].age += 1;
        Ok(session[jane].age)
    })?;
    assert_eq!(
        harness.statements(),
        ["BEGIN IMMEDIATE", BY_KEY, r#"UPDATE "user" SET "age" = ?1 WHERE "id" = ?2"#, "COMMIT"]
    );
    assert_eq!((age, harness.rows::<User>()?[0].age), (31, 31));
    Ok(())
}

pub fn a_transaction_undoes_what_failed(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let failed = harness.database().transaction(|session| {
        session.add(user("Joan", 1));
        session.flush()?;
        stop::<()>()
    });
    assert_eq!(failed.expect_err("the closure's error").to_string(), "stop");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        harness.database().transaction(|session| -> Result<()> {
            session.add(user("June", 1));
            session.flush()?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(harness.rows::<User>()?.len(), 1);
    Ok(())
}

pub fn an_error_that_is_no_collision_is_not_tried_again(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let mut runs = 0;
    let failed = harness.database().transaction(|session| {
        runs += 1;
        session.add(user("Jane", 1));
        Ok(())
    });
    assert!(failed.expect_err("a name twice").is_unique_violation());
    assert_eq!(runs, 1);
    Ok(())
}

pub fn reading_is_one_transaction_that_is_rolled_back(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let age = harness.database().read(|session| {
        let jane = session.get_one::<User>(1)?;
        Ok(session[jane].age)
    })?;
    assert_eq!(age, 30);
    assert_eq!(harness.statements(), ["SAVEPOINT begin", BY_KEY, "ROLLBACK"]);
    Ok(())
}

/// Where a failed statement ends what is around it, its savepoint is undone; elsewhere the rest of it is kept.
pub fn a_failure_that_a_savepoints_closure_keeps_to_itself_leaves_the_transaction(
    harness: &Harness,
) -> Result<()> {
    let (mut session, ..) = session_with_jane(harness)?;
    session.add(user("Kept", 1));
    session.flush()?;
    let kept = session.savepoint(|session| {
        let joan = session.add(user("Joan", 2));
        session.flush()?;
        assert!(sql("SELEC").execute(session).is_err());
        Ok(joan)
    });
    assert_eq!(kept.is_ok(), harness.goes_on_after_failures());
    session.commit()?;
    let names: Vec<String> = harness.rows::<User>()?.into_iter().map(|user| user.name).collect();
    let expected: &[&str] = if kept.is_ok() { &["Jane", "Kept", "Joan"] } else { &["Jane", "Kept"] };
    assert_eq!(names, expected);
    Ok(())
}

pub fn reading_refuses_to_write(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let database = harness.database();
    let written = database.read(|session| {
        let jane = session.get_one::<User>(1)?;
        session[jane].age = 99;
        session.flush()
    });
    assert!(written.expect_err("a write while reading").is_read_only());
    let left_behind = database.read(|session| Ok(session.add(user("Joan", 1))));
    assert!(left_behind.expect_err("a write at the end").is_read_only());
    let raw = database.read(|session| sql("DELETE FROM \"user\"").execute(session));
    assert!(raw.expect_err("a raw write").is_read_only());
    assert_eq!(harness.rows::<User>()?[0].age, 30);
    Ok(())
}

pub fn connections_write_again_after_reading(harness: &Harness) -> Result<()> {
    let (session, ..) = session_with_jane(harness)?;
    drop(session);
    for result in [harness.database().read(|_| Ok(())), harness.database().read(|_| stop())] {
        drop(result);
        let mut session = harness.session()?;
        let jane = session.get_one::<User>(1)?;
        session[jane].age += 1;
        session.commit()?;
    }
    assert_eq!(harness.rows::<User>()?[0].age, 32);
    Ok(())
}

pub fn a_transaction_with_options_is_refused_writes_or_commits(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let birthday = |session: &mut Session| {
        let jane = session.get_one::<User>(1)?;
        session[jane].age += 1;
        Ok(session[jane].age)
    };
    let database = harness.database();
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let options = TransactionOptions::new().isolation(isolation);
        let refused = database.transaction_with(options.read_only(), birthday);
        assert!(refused.expect_err("a write while reading").is_read_only());
        database.transaction_with(options, birthday)?;
    }
    assert_eq!(harness.rows::<User>()?[0].age, 33);
    harness.statements();
    database.transaction_with(TransactionOptions::new(), birthday)?;
    let update = r#"UPDATE "user" SET "age" = ?1 WHERE "id" = ?2"#;
    assert_eq!(harness.statements(), ["BEGIN IMMEDIATE", BY_KEY, update, "COMMIT"]);
    Ok(())
}

pub fn a_deferrable_transaction_only_reads(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let options = TransactionOptions::new().deferrable();
    let writes = harness.database().transaction_with(options, |_| Ok(()));
    assert!(writes.expect_err("it may write").to_string().contains("add `.read_only()`"));
    let count =
        harness.database().transaction_with(options.read_only(), |session| User::query().count(session));
    match harness.defers() {
        true => assert_eq!(count?, 1),
        false => {
            let error = count.expect_err("there are none").to_string();
            assert!(error.ends_with(" has no deferrable transactions"), "{error}");
        }
    }
    Ok(())
}

/// Where the lock to write is the only one, whoever has it has that of every name.
pub fn a_unit_of_work_locks_a_name(harness: &Harness) -> Result<()> {
    session_with_jane(harness)?;
    let database = harness.database();
    let locked = database.transaction(|session| {
        session.lock("birthdays")?;
        Ok((session.try_lock("birthdays")?, session.try_lock("weddings")?))
    })?;
    assert_eq!(locked, (true, true));
    if harness.is_exact() {
        let mut session = harness.session()?;
        for refused in [session.lock("birthdays").err(), session.try_lock("birthdays").err()] {
            let error = refused.expect("it has not written").to_string();
            assert!(error.contains("use the closure form of transactions"), "{error}");
        }
        session.add(user("Joan", 31));
        session.flush()?;
        session.lock("birthdays")?;
        for refused in [session.notify("births", "Joan").err(), database.listen(&["births"]).err()] {
            assert!(refused.is_some(), "SQLite has no channels");
        }
    }
    Ok(())
}

pub fn a_connections_transaction_is_all_or_nothing(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post])?;
    let mut connection = harness.connect()?;
    connection.transaction(|connection| {
        connection.insert(&mut user("a", 1))?;
        let inner = connection.transaction(|connection| {
            connection.insert(&mut user("b", 1))?;
            stop::<()>()
        });
        assert!(inner.is_err());
        connection.transaction(|connection| connection.insert(&mut user("c", 1)))
    })?;
    let insert = r#"INSERT INTO "user" ("name", "age") VALUES (?1, ?2)"#;
    assert_eq!(
        harness.statements(),
        [
            "BEGIN IMMEDIATE",
            insert,
            "SAVEPOINT onggi_1",
            insert,
            "ROLLBACK TO SAVEPOINT onggi_1",
            "RELEASE SAVEPOINT onggi_1",
            "SAVEPOINT onggi_1",
            insert,
            "RELEASE SAVEPOINT onggi_1",
            "COMMIT",
        ]
    );
    let failed = connection.transaction(|connection| {
        connection.insert(&mut user("d", 1))?;
        stop::<()>()
    });
    assert!(failed.is_err());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        connection.transaction(|connection| -> Result<()> {
            connection.insert(&mut user("e", 1))?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    let names: Vec<String> = User::query().select(|u| u.name).order_by(|u| u.name).all(&mut connection)?;
    assert_eq!(names, ["a", "c"]);
    Ok(())
}

pub fn a_transaction_is_rolled_back_and_gives_its_value(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post])?;
    let database = harness.database();
    let count = database.transaction(|session| {
        session.add(user("Jane", 30));
        session.set_rollback()?;
        // What follows is seen, and undone too.
        session.add(user("John", 31));
        User::query().count(session)
    })?;
    assert_eq!(count, 2);
    // What was not flushed is never written.
    harness.statements();
    database.transaction(|session| {
        session.add(user("Jane", 30));
        session.set_rollback()
    })?;
    assert!(harness.statements().iter().all(|text| !text.as_str().contains("INSERT")));
    assert_eq!(harness.rows::<User>()?, []);

    let mut connection = harness.connect()?;
    let jane = connection.transaction(|connection| {
        let mut jane = user("Jane", 30);
        connection.insert(&mut jane)?;
        connection.set_rollback()?;
        Ok(jane)
    })?;
    assert!(jane.id.key().is_some());
    assert_eq!(harness.rows::<User>()?, []);
    Ok(())
}

pub fn of_closures_in_each_other_the_innermost_is_rolled_back(harness: &Harness) -> Result<()> {
    let (mut session, jane, _) = session_with_jane(harness)?;
    let age = session.savepoint(|session| {
        session[jane].age = 31;
        let inner = session.savepoint(|session| {
            session[jane].age += 1;
            session.flush()?;
            session.set_rollback()?;
            Ok(session[jane].age)
        })?;
        assert_eq!((inner, session[jane].age), (32, 31));
        Ok(session[jane].age)
    })?;
    session.commit()?;
    assert_eq!((age, harness.rows::<User>()?[0].age), (31, 31));

    let outer = session.savepoint(|session| {
        session.set_rollback()?;
        session.savepoint(|session| {
            session[jane].age = 40;
            Ok(())
        })?;
        Ok(session[jane].age)
    })?;
    assert_eq!((outer, session[jane].age), (40, 31));
    session.commit()?;

    let mut connection = harness.connect()?;
    connection.transaction(|connection| {
        connection.insert(&mut user("Ann", 1))?;
        connection.transaction(|connection| {
            connection.set_rollback()?;
            connection.insert(&mut user("Ben", 2))
        })
    })?;
    let names: Vec<String> = harness.rows::<User>()?.into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Jane", "Ann"]);

    for error in [
        session.set_rollback().expect_err("no closure runs"),
        connection.set_rollback().expect_err("no closure runs"),
    ] {
        assert!(error.to_string().starts_with("set_rollback outside of"), "{error}");
    }
    Ok(())
}
