//! Objects in a session: handles, the identity map, states.

use std::panic::{AssertUnwindSafe, catch_unwind};

use onggi::{Error, Handle, Id, Model, Result, Session, State, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    author: Option<Id<User>>,
    title: String,
}

const NOTHING: [&str; 0] = [];
const BY_KEY: &str = r#"SELECT "id", "name", "age" FROM "user" WHERE "id" = ?1"#;
const ALL: &str = r#"SELECT "id", "name", "age" FROM "user""#;

fn user(name: &str, age: i32) -> User {
    User { name: name.into(), age, ..Default::default() }
}

/// A session, with users of ids from 1 on in the database.
fn session_with(harness: &Harness, names: &[&str]) -> Result<Session> {
    harness.create(onggi::models![User, Post])?;
    let mut users: Vec<User> = names.iter().map(|name| user(name, 20)).collect();
    harness.connect()?.insert_all(&mut users)?;
    harness.statements();
    harness.session()
}

fn panics<T>(work: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(work()))).is_err()
}

pub fn an_added_object_is_there_at_once_and_written_later(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(user("Jane", 30));
    assert_eq!(session[jane].name, "Jane");
    assert!(session[jane].id.is_unset());
    session[jane].age += 1;
    assert_eq!(harness.statements(), NOTHING);
    session.commit()?;
    assert_eq!(session[jane].id.key(), Some(1));
    assert_eq!(harness.rows::<User>()?, [User { id: 1.into(), ..user("Jane", 31) }]);
    Ok(())
}

pub fn added_objects_are_inserted_in_their_order(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let users = session.add_all(["a", "b", "c"].map(|name| user(name, 1)));
    session.flush()?;
    let keys: Vec<_> = users.iter().map(|&user| session[user].id.key()).collect();
    assert_eq!(keys, [Some(1), Some(2), Some(3)]);
    Ok(())
}

pub fn a_key_given_by_hand_is_kept(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(User { id: 70.into(), ..user("Jane", 30) });
    let next = session.add(user("Next", 30));
    session.commit()?;
    assert_eq!((session[jane].id.key(), session[next].id.key()), (Some(70), Some(71)));
    Ok(())
}

pub fn getting_reads_a_row_once(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get::<User>(1)?.expect("a row");
    assert_eq!(harness.statements(), ["SAVEPOINT begin", BY_KEY]);
    assert_eq!(session.get::<User>(1)?, Some(jane));
    assert_eq!(session.get_one::<User>(1)?, jane);
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn getting_a_row_that_is_not_there_is_none(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    assert_eq!(session.get::<User>(7)?, None);
    assert_eq!(session.get::<User>(7)?, None);
    assert_eq!(harness.statements(), ["SAVEPOINT begin", BY_KEY, BY_KEY]);
    Ok(())
}

pub fn getting_one_that_is_not_there_names_model_and_key(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let error = session.get_one::<User>(7).expect_err("no such row");
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "there is no row of user with id 7");
    Ok(())
}

pub fn an_inserted_object_is_found_by_its_key_without_a_statement(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(user("Jane", 30));
    session.flush()?;
    harness.statements();
    assert_eq!(session.get::<User>(1)?, Some(jane));
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn a_new_object_of_a_known_key_is_found_by_flushing(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(User { id: 5.into(), ..user("Jane", 30) });
    assert_eq!(session.get::<User>(5)?, Some(jane));
    let insert = r#"INSERT INTO "user" ("id", "name", "age") VALUES (?1, ?2, ?3)"#;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", insert]);
    Ok(())
}

pub fn the_same_row_is_always_the_same_handle(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a", "b", "c"])?;
    let first = User::query().order_by(|u| u.id).all(&mut session)?;
    let again = User::query().order_by(|u| u.id.desc()).all(&mut session)?;
    assert_eq!(first, again.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(session.get::<User>(2)?, Some(first[1]));
    assert_eq!(User::query().filter(|u| u.name.eq("c")).one(&mut session)?, first[2]);
    assert_eq!(User::query().order_by(|u| u.id).first(&mut session)?, Some(first[0]));
    Ok(())
}

pub fn a_changed_object_keeps_its_change_when_its_row_is_read_again(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    session.commit()?;
    harness.connect()?.update(&mut User { id: 1.into(), ..user("Joan", 50) })?;
    // Unchanged objects of an earlier transaction take what their row has now.
    User::query().all(&mut session)?;
    assert_eq!(session[jane], User { id: 1.into(), ..user("Joan", 50) });
    // Within a transaction they keep what they have.
    session[jane].age = 51;
    User::query().all(&mut session)?;
    assert_eq!(session[jane].age, 51);
    session.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 51);
    Ok(())
}

pub fn handles_of_another_session_are_refused(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let mut other = harness.session()?;
    let jane = session.get_one::<User>(1)?;
    other.get_one::<User>(1)?;
    assert_eq!(other.try_get(jane), None);
    assert_eq!(other.try_get_mut(jane), None);
    assert_eq!(other.state(jane), State::Detached);
    assert!(other.delete(jane).is_err());
    assert!(other.refresh(jane).is_err());
    assert!(other.detach(jane).is_err());
    assert!(other.modified(jane).is_empty());
    assert!(panics(|| other[jane].age));
    assert!(panics(|| other[jane].age = 1));
    assert_eq!(session[jane].age, 20);
    Ok(())
}

pub fn a_reference_to_an_object_of_another_session_is_refused(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let mut other = harness.session()?;
    let foreign = other.add(user("Jane", 30));
    session.add(Post { author: foreign.into(), ..Default::default() });
    let error = session.flush().expect_err("a reference into another session");
    assert!(error.to_string().contains("author refers to an object that is deleted, or not in this session"));
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn two_objects_are_lent_at_once(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a", "b"])?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    let post = session.add(Post::default());
    let (a, b) = session.pair_mut(users[0], users[1]);
    std::mem::swap(&mut a.age, &mut b.age);
    a.age = 1;
    let (a, post) = session.pair_mut(users[0], post);
    post.title.clone_from(&a.name);
    assert!(panics(|| session.pair_mut(users[0], users[0]).0.age));
    session.commit()?;
    let ages: Vec<i32> = harness.rows::<User>()?.iter().map(|user| user.age).collect();
    assert_eq!((ages, harness.rows::<Post>()?[0].title.as_str()), (vec![1, 20], "a"));
    Ok(())
}

pub fn states_follow_an_objects_life(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(user("Jane", 30));
    assert_eq!(session.state(jane), State::Pending);
    session.flush()?;
    assert_eq!(session.state(jane), State::Persistent);
    session.commit()?;
    session.delete(jane)?;
    assert_eq!(session.state(jane), State::Deleted);
    session.flush()?;
    assert_eq!(session.state(jane), State::Deleted);
    session.commit()?;
    assert_eq!(session.state(jane), State::Detached);
    let joan = session.add(user("Joan", 30));
    session.rollback()?;
    assert_eq!(session.state(joan), State::Detached);
    Ok(())
}

pub fn modified_names_the_columns_that_differ(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    assert!(session.modified(jane).is_empty());
    session[jane].age = 20;
    assert!(session.modified(jane).is_empty());
    session[jane].age = 21;
    session[jane].name = "Joan".into();
    assert_eq!(session.modified(jane), ["name", "age"]);
    session[jane].name = "Jane".into();
    assert_eq!(session.modified(jane), ["age"]);
    session.flush()?;
    assert!(session.modified(jane).is_empty());
    Ok(())
}

pub fn a_deleted_object_is_gone(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    session.delete(jane)?;
    session.delete(jane)?;
    assert_eq!(session.get::<User>(1)?, None);
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", BY_KEY, r#"DELETE FROM "user" WHERE "id" = ?1"#, "COMMIT"]
    );
    assert_eq!(session.try_get(jane), None);
    assert!(panics(|| session[jane].age));
    assert!(session.delete(jane).is_err());
    assert_eq!(session.get::<User>(1)?, None);
    Ok(())
}

pub fn a_pending_object_that_is_deleted_was_never_there(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let jane = session.add(user("Jane", 30));
    session.delete(jane)?;
    assert_eq!((session.try_get(jane), session.state(jane)), (None, State::Detached));
    let joan = session.add(user("Joan", 30));
    assert_ne!(jane, joan);
    session.commit()?;
    assert_eq!(harness.rows::<User>()?.len(), 1);
    assert_eq!(session.try_get(jane), None);
    Ok(())
}

pub fn refreshing_reads_the_row_and_gives_changes_up(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    session.commit()?;
    harness.connect()?.update(&mut User { id: 1.into(), ..user("Joan", 50) })?;
    session[jane].age = 99;
    harness.statements();
    session.refresh(jane)?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", BY_KEY]);
    assert_eq!(session[jane], User { id: 1.into(), ..user("Joan", 50) });
    session.commit()?;
    assert_eq!(harness.statements(), ["COMMIT"]);
    Ok(())
}

pub fn refreshing_what_has_no_row_is_an_error(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let new = session.add(user("New", 30));
    assert!(session.refresh(new).is_err());
    session.delete(new)?;
    let jane = session.get_one::<User>(1)?;
    session.commit()?;
    sql("DELETE FROM \"user\"").execute(&mut harness.connect()?)?;
    let error = session.refresh(jane).expect_err("the row is gone");
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "there is no row of user with id 1 any more");
    Ok(())
}

pub fn a_detached_object_is_plain_and_its_row_stays(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let handle = session.get_one::<User>(1)?;
    session[handle].age = 99;
    let jane = session.detach(handle)?;
    assert_eq!((jane.age, session.try_get(handle)), (99, None));
    session.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 20);
    let again = session.get_one::<User>(1)?;
    assert_ne!(again, handle);
    assert_eq!(session[again].age, 20);
    Ok(())
}

pub fn attaching_an_object_writes_what_differs_from_its_row(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let attached = session.attach(User { id: 1.into(), ..user("Jane", 44) })?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", BY_KEY, r#"UPDATE "user" SET "age" = ?1 WHERE "id" = ?2"#, "COMMIT"]
    );
    // It is here now: nothing to read, and nothing to write for what is the same.
    assert_eq!(session.attach(User { id: 1.into(), ..user("Jane", 44) })?, attached);
    session.commit()?;
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn attaching_an_object_without_row_adds_it(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let without_key = session.attach(user("a", 1))?;
    let with_key = session.attach(User { id: 9.into(), ..user("b", 2) })?;
    assert_eq!(session.state(with_key), State::Pending);
    session.commit()?;
    assert_eq!((session[without_key].id.key(), session[with_key].id.key()), (Some(1), Some(9)));
    Ok(())
}

pub fn a_detached_object_goes_to_another_session(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    session[jane].age = 33;
    let plain = session.detach(jane)?;
    drop(session);
    let mut other = harness.session()?;
    other.attach(plain)?;
    other.commit()?;
    assert_eq!(harness.rows::<User>()?[0].age, 33);
    Ok(())
}

pub fn a_query_flushes_first(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["Jane"])?;
    let jane = session.get_one::<User>(1)?;
    let joan = session.add(user("Joan", 30));
    session[jane].age = 31;
    harness.statements();
    let found = User::query().filter(|u| u.age.ge(30)).order_by(|u| u.age).all(&mut session)?;
    assert_eq!(found, [joan, jane]);
    assert_eq!(
        harness.statements(),
        [
            r#"INSERT INTO "user" ("name", "age") VALUES (?1, ?2)"#,
            r#"UPDATE "user" SET "age" = ?1 WHERE "id" = ?2"#,
            &format!(r#"{ALL} WHERE "age" >= ?1 ORDER BY "age""#),
        ]
    );
    Ok(())
}

pub fn every_way_to_read_flushes_first(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    let mut count = 0;
    let mut add = |session: &mut Session| {
        count += 1;
        session.add(user("x", count));
        count
    };
    let number = |expected: i32| u64::try_from(expected).map_err(Error::other);
    let added = add(&mut session);
    assert_eq!(User::query().count(&mut session)?, number(added)?);
    let added = add(&mut session);
    assert!(User::query().filter(|u| u.age.eq(added)).exists(&mut session)?);
    let added = add(&mut session);
    assert_eq!(User::query().select(|u| u.age.max()).one(&mut session)?, Some(added));
    let added = add(&mut session);
    assert_eq!(sql("SELECT count(*) FROM \"user\"").one::<i64, _>(&mut session)?, i64::from(added));
    let added = add(&mut session);
    let mut seen = 0;
    User::query().each(&mut session, |user| user.map(|user| seen = seen.max(user.age)))?;
    assert_eq!(seen, added);
    let added = add(&mut session);
    assert_eq!(User::query().update(&mut session, |u| u.name.set("y"))?, number(added)?);
    let added = add(&mut session);
    assert_eq!(sql("UPDATE \"user\" SET name = 'z'").execute(&mut session)?, number(added)?);
    let added = add(&mut session);
    assert_eq!(User::query().delete(&mut session)?, number(added)?);
    Ok(())
}

pub fn a_set_wide_update_is_seen_by_the_next_query(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a", "b"])?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    User::query().update(&mut session, |u| u.age.set(u.age + 1))?;
    assert_eq!(session[users[0]].age, 20);
    let again = User::query().order_by(|u| u.id).all(&mut session)?;
    assert_eq!((again == users, session[users[0]].age), (true, 21));
    User::query().update(&mut session, |u| u.age.set(u.age + 1))?;
    assert_eq!(session.get::<User>(2)?, Some(users[1]));
    assert_eq!(session[users[1]].age, 22);
    Ok(())
}

pub fn a_set_wide_delete_is_seen_by_get(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a", "b"])?;
    let a = session.get_one::<User>(1)?;
    User::query().filter(|u| u.name.eq("a")).delete(&mut session)?;
    assert_eq!(session.get::<User>(1)?, None);
    assert!(session.refresh(a).expect_err("the row is gone").is_not_found());
    Ok(())
}

pub fn raw_sql_is_seen_by_the_next_query(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a"])?;
    let a = session.get_one::<User>(1)?;
    sql("UPDATE \"user\" SET age = 77").execute(&mut session)?;
    assert_eq!(session.get::<User>(1)?, Some(a));
    assert_eq!(session[a].age, 77);
    Ok(())
}

pub fn a_session_holds_no_transaction_until_its_first_statement(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    session.flush()?;
    session.commit()?;
    session.rollback()?;
    let gone = session.add(user("x", 1));
    session.delete(gone)?;
    session.commit()?;
    assert_eq!(harness.statements(), NOTHING);
    User::query().count(&mut session)?;
    session.commit()?;
    session.commit()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", r#"SELECT count(*) FROM "user""#, "COMMIT"]);
    Ok(())
}

pub fn what_a_first_query_brought_is_known_by_key_whatever_comes_next(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &["a", "b", "c"])?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    session[users[0]].name = "A".into();
    session.delete(users[1])?;
    let added = session.add(user("d", 1));
    session.flush()?;
    harness.statements();
    assert_eq!(session.get::<User>(1)?, Some(users[0]));
    assert_eq!(session.get::<User>(2)?, None);
    assert_eq!(session.get::<User>(4)?, Some(added));
    assert_eq!(User::query().order_by(|u| u.id).all(&mut session)?, [users[0], users[2], added]);
    session.rollback()?;
    assert_eq!(session.get::<User>(2)?, Some(users[1]));
    assert_eq!(User::query().order_by(|u| u.id).all(&mut session)?, users);
    Ok(())
}

pub fn a_session_that_is_dropped_writes_nothing(harness: &Harness) -> Result<()> {
    let mut session = session_with(harness, &[])?;
    session.add(user("flushed", 1));
    session.flush()?;
    session.add(user("pending", 1));
    drop(session);
    assert_eq!(harness.rows::<User>()?, []);
    Ok(())
}

pub fn handles_are_small_and_copy(_harness: &Harness) -> Result<()> {
    fn is_copy<T: Copy + Eq + std::hash::Hash + Send + Sync>() {}
    is_copy::<Handle<User>>();
    assert_eq!(size_of::<Handle<User>>(), 8);
    Ok(())
}
