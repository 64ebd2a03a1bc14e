//! What an error says, and what it leaves behind.

use std::error::Error as _;

use onggi::{Database, Error, Id, Model, Result, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(table = "users", unique(first, last))]
struct User {
    id: Id<User>,
    #[model(unique)]
    email: String,
    first: String,
    last: String,
    boss: Option<Id<User>>,
}

fn user(email: &str) -> User {
    User { email: email.into(), first: email.into(), ..Default::default() }
}

pub fn a_unique_violation_names_table_and_columns(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("jane")])?;
    let mut session = harness.session()?;
    session.add(User { first: "other".into(), ..user("jane") });
    let error = session.commit().expect_err("an e-mail twice");
    assert!(error.is_unique_violation());
    assert_eq!((error.table(), error.columns()), (Some("users"), vec!["email"]));
    assert!(error.to_string().starts_with("inserting a new row of users: "), "{error}");
    assert!(
        error.statement().is_some_and(|text| text.replace('`', "\"").starts_with(r#"INSERT INTO "users""#))
    );
    assert!(error.source().is_some());
    assert!(!error.to_string().contains("jane"), "values are not shown: {error}");
    Ok(())
}

pub fn a_null_where_none_is_allowed_names_table_and_column(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut connection = harness.connect()?;
    let error = sql("INSERT INTO users (first, last) VALUES ('a', 'b')").execute(&mut connection);
    let error = error.expect_err("no e-mail");
    assert!(error.is_not_null_violation());
    assert_eq!((error.table(), error.columns()), (Some("users"), vec!["email"]));
    Ok(())
}

pub fn a_broken_foreign_key_is_one(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let [boss] = harness.insert([user("boss")])?;
    harness.insert([User { boss: Some(boss.id), ..user("jane") }])?;
    let mut connection = harness.connect()?;
    assert!(connection.delete(&boss).expect_err("a boss of somebody").is_foreign_key_violation());
    let mut lost = User { boss: Some(99.into()), ..user("lost") };
    assert!(connection.insert(&mut lost).expect_err("no such boss").is_foreign_key_violation());
    Ok(())
}

pub fn an_error_is_of_one_kind(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("jane")])?;
    let mut connection = harness.connect()?;
    let errors = [
        connection.insert(&mut user("jane")).expect_err("an e-mail twice"),
        connection.insert(&mut User { boss: Some(9.into()), ..user("x") }).expect_err("no boss"),
        sql("INSERT INTO users (first, last) VALUES ('a', 'b')").execute(&mut connection).expect_err("NULL"),
        connection.get_one::<User>(99).expect_err("no row"),
        connection.update(&mut User { id: 99.into(), ..user("y") }).expect_err("no row"),
        Error::value("a value"),
        Error::other("the user's own"),
        sql("SELEC").execute(&mut connection).expect_err("no SQL"),
    ];
    let kinds = [
        Error::is_unique_violation,
        Error::is_foreign_key_violation,
        Error::is_not_null_violation,
        Error::is_not_found,
        Error::is_stale,
        Error::is_value,
        Error::is_not_unique,
        Error::is_cycle,
        Error::is_check_violation,
        Error::is_serialization_failure,
        Error::is_busy,
        Error::is_read_only,
        Error::is_full,
        Error::is_corrupt,
        Error::is_url,
        Error::is_open,
    ];
    for (position, error) in errors.iter().enumerate() {
        let is: Vec<usize> = (0..kinds.len()).filter(|&kind| kinds[kind](error)).collect();
        let expected = if position < 6 { vec![position] } else { vec![] };
        assert_eq!(is, expected, "{error}");
    }
    Ok(())
}

pub fn an_error_of_the_users_own_passes_through(harness: &Harness) -> Result<()> {
    #[derive(Debug)]
    struct Mine;
    impl std::fmt::Display for Mine {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("my own reason")
        }
    }
    impl std::error::Error for Mine {}
    let error = harness.database().transaction(|_| Err::<(), _>(Error::other(Mine))).expect_err("mine");
    assert_eq!(error.to_string(), "my own reason");
    assert!(error.source().is_some_and(|source| source.downcast_ref::<Mine>().is_some()));
    Ok(())
}

pub fn wrong_urls_say_what_is_wrong(_harness: &Harness) -> Result<()> {
    for (url, words) in [
        ("", "a database URL starts with its scheme"),
        ("users.db", "a database URL starts with its scheme"),
        ("oracle://host/db", "no database is known for the URL's scheme"),
    ] {
        let error = Database::open(url).expect_err("a URL that is none");
        assert!(error.is_url(), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = Database::open("oracle://scott:tiger@host/db").expect_err("a URL that is none");
    assert!(!error.to_string().contains("tiger"), "{error}");
    Ok(())
}

pub fn a_table_that_is_not_there_is_named(harness: &Harness) -> Result<()> {
    let error = User::query().all(&mut harness.connect()?).expect_err("no such table");
    assert!(error.to_string().contains("users"), "{error}");
    Ok(())
}

pub fn a_session_goes_on_after_an_error(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut session = harness.session()?;
    let jane = session.add(user("jane"));
    session.flush()?;
    assert!(sql("SELEC").execute(&mut session).is_err());
    assert!(sql("INSERT INTO users (email) VALUES (NULL)").execute(&mut session).is_err());
    assert_eq!(session.get::<User>(1)?, Some(jane));
    session.commit()?;
    assert_eq!(harness.rows::<User>()?.len(), 1);
    Ok(())
}
