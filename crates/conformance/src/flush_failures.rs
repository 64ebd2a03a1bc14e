//! What a flush that fails leaves, and what it takes to be able to undo it.

use onggi::{Error, Handle, Id, Model, Result, Session, State};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Member {
    id: Id<Member>,
    #[model(unique)]
    email: String,
    #[model(check = "age >= 0")]
    age: i32,
    boss: Option<Id<Member>>,
}

fn member(email: &str, age: i32) -> Member {
    Member { email: email.into(), age, ..Default::default() }
}

const INSERT_MEMBER: &str = r#"INSERT INTO "member" ("email", "age", "boss") VALUES (?1, ?2, ?3)"#;

pub fn a_failing_first_flush_leaves_nothing_and_can_be_tried_again(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    let mut session = harness.session()?;
    let boss = session.add(member("boss", 50));
    let wrong = session.add(Member { boss: boss.into(), ..member("wrong", -1) });
    let error = session.flush().expect_err("a check was passed by");
    assert!(error.is_check_violation());
    assert_eq!(harness.statements(), ["SAVEPOINT begin", &format!("2 x {INSERT_MEMBER}"), "ROLLBACK"]);
    assert_eq!((session.state(boss), session.state(wrong)), (State::Pending, State::Pending));
    assert!(session[boss].id.is_unset());
    assert_eq!(session[wrong].boss.and_then(|boss| boss.pending()), Some(boss));
    session[wrong].age = 1;
    session.commit()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", &format!("2 x {INSERT_MEMBER}"), "COMMIT"]);
    assert_eq!(session[wrong].boss, Some(session[boss].id));
    assert_eq!(harness.rows::<Member>()?.len(), 2);
    Ok(())
}

pub fn a_failing_later_flush_keeps_the_transaction(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    let mut session = harness.session()?;
    let first = session.add(member("first", 1));
    session.flush()?;
    harness.statements();
    session[first].age = 2;
    let second = session.add(member("second", 1));
    let twin = session.add(member("first", 1));
    let error = session.flush().expect_err("an e-mail twice");
    assert!(error.is_unique_violation());
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT onggi_0",
            &format!("2 x {INSERT_MEMBER}"),
            "ROLLBACK TO SAVEPOINT onggi_0",
            "RELEASE SAVEPOINT onggi_0"
        ]
    );
    assert_eq!((session[first].age, session.modified(first)), (2, vec!["age"]));
    assert!(session[second].id.is_unset() && session[twin].id.is_unset());
    session.delete(twin)?;
    session.commit()?;
    let stored: Vec<(String, i32)> =
        harness.rows::<Member>()?.into_iter().map(|m| (m.email, m.age)).collect();
    assert_eq!(stored, [("first".to_owned(), 2), ("second".to_owned(), 1)]);
    Ok(())
}

pub fn a_failing_update_of_one_row_keeps_the_transaction(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    harness.insert([member("a", 1), member("b", 1)])?;
    let mut session = harness.session()?;
    let a = session.get_one::<Member>(1)?;
    session[a].email = "b".into();
    assert!(session.flush().expect_err("an e-mail twice").is_unique_violation());
    assert_eq!(session.modified(a), ["email"]);
    session[a].email = "c".into();
    session.commit()?;
    assert_eq!(harness.rows::<Member>()?[0].email, "c");
    Ok(())
}

pub fn a_query_tells_that_its_flush_failed(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    let mut session = harness.session()?;
    let wrong = session.add(member("wrong", -1));
    assert!(Member::query().count(&mut session).expect_err("a check").is_check_violation());
    assert!(session.get::<Member>(1).expect_err("a check").is_check_violation());
    session[wrong].age = 0;
    assert_eq!(Member::query().count(&mut session)?, 1);
    Ok(())
}

const ALL: &str = r#"SELECT "id", "email", "age", "boss" FROM "member" ORDER BY "id""#;
const UPDATE_AGE: &str = r#"UPDATE "member" SET "age" = ?1 WHERE "id" = ?2"#;
const UPDATE_EMAIL: &str = r#"UPDATE "member" SET "email" = ?1 WHERE "id" = ?2"#;

/// Members `a` and `b`, read by the session.
fn two_read(session: &mut Session) -> Result<[Handle<Member>; 2]> {
    let members = Member::query().order_by(|m| m.id).all(session)?;
    members.try_into().map_err(|_| Error::other("other members than were written"))
}

pub fn a_flush_after_reads_needs_no_savepoint(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    harness.insert([member("a", 1), member("b", 1)])?;
    let mut session = harness.session()?;
    let [a, b] = two_read(&mut session)?;
    (session[a].age, session[b].age) = (2, 3);
    session.commit()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", ALL, &format!("2 x {UPDATE_AGE}"), "COMMIT"]);
    Ok(())
}

pub fn a_failing_flush_after_reads_undoes_what_it_wrote_and_keeps_the_transaction(
    harness: &Harness,
) -> Result<()> {
    harness.create(onggi::models![Member])?;
    harness.insert([member("a", 1), member("b", 1)])?;
    let mut session = harness.session()?;
    let [a, b] = two_read(&mut session)?;
    session[a].age = 2;
    session[b].email = "a".into();
    assert!(session.flush().expect_err("an e-mail twice").is_unique_violation());
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", ALL, UPDATE_AGE, UPDATE_EMAIL, "ROLLBACK TO SAVEPOINT begin"]
    );
    assert_eq!((session.modified(a), session.modified(b)), (vec!["age"], vec!["email"]));
    session[a].age = 1;
    session[b].email = "c".into();
    session.commit()?;
    assert_eq!(harness.statements(), [UPDATE_EMAIL, "COMMIT"]);
    let stored: Vec<(String, i32)> =
        harness.rows::<Member>()?.into_iter().map(|m| (m.email, m.age)).collect();
    assert_eq!(stored, [("a".to_owned(), 1), ("c".to_owned(), 1)]);
    Ok(())
}

pub fn the_last_flush_of_a_closure_needs_no_savepoint(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Member])?;
    harness.insert([member("a", 1), member("b", 1)])?;
    let db = harness.database();
    db.transaction(|session| {
        let [a, b] = two_read(session)?;
        (session[a].age, session[b].age) = (2, 3);
        Ok(())
    })?;
    assert_eq!(harness.statements(), ["BEGIN IMMEDIATE", ALL, &format!("2 x {UPDATE_AGE}"), "COMMIT"]);
    let failed = db.transaction(|session| {
        let [a, b] = two_read(session)?;
        session[a].age = 4;
        session[b].email = "a".into();
        Ok(())
    });
    assert!(failed.expect_err("an e-mail twice").is_unique_violation());
    assert_eq!(harness.statements(), ["BEGIN IMMEDIATE", ALL, UPDATE_AGE, UPDATE_EMAIL]);
    assert_eq!(harness.rows::<Member>()?[0].age, 2);
    Ok(())
}
