//! Pickled columns.

use std::collections::BTreeMap;

use onggi::pickle::Value;
use onggi::{Id, Model, Pickled, Result, sql};
use serde::{Deserialize, Serialize};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: String,
    tags: Vec<String>,
    extra: BTreeMap<String, Option<f64>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    profile: Pickled<Profile>,
    maybe: Option<Pickled<i64>>,
    none: Pickled<Option<i64>>,
}

fn user(name: &str, age: i64) -> User {
    let profile = Profile { age, city: "New York".into(), ..Default::default() };
    User { name: name.into(), profile: Pickled(profile), ..Default::default() }
}

const UPDATE_PROFILE: &str = r#"UPDATE "user" SET "profile" = ?1 WHERE "id" = ?2"#;

/// What `pickle.dumps({"age": 30, "city": "New York", "tags": [], "extra": {}, "more": 1}, 0)` writes in Python.
const BY_PYTHON: &[u8] =
    b"(dp0\nVage\np1\nI30\nsVcity\np2\nVNew York\np3\nsVtags\np4\n(lp5\nsVextra\np6\n(dp7\nsVmore\np8\nI1\ns.";

fn stored(harness: &Harness, column: &str, id: i64) -> Result<Option<Vec<u8>>> {
    let bytes =
        sql(format!("SELECT {column} FROM \"user\" WHERE id = ?1")).bind(id).one(&mut harness.connect()?);
    harness.statements();
    bytes
}

fn store(harness: &Harness, id: i64, bytes: &[u8]) -> Result<()> {
    let update = sql("UPDATE \"user\" SET profile = ?1 WHERE id = ?2").bind(bytes.to_vec()).bind(id);
    update.execute(&mut harness.connect()?)?;
    harness.statements();
    Ok(())
}

pub fn values_are_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let extra = BTreeMap::from([("π".to_owned(), Some(std::f64::consts::PI)), (String::new(), None)]);
    let tags = vec!["a\0b".to_owned(), "김치".repeat(1000)];
    let profile = Profile { age: i64::MIN, city: String::new(), tags, extra };
    let full = User {
        profile: Pickled(profile),
        maybe: Some(Pickled(7)),
        none: Pickled(Some(8)),
        ..user("full", 0)
    };
    let written = harness.insert([full, User::default()])?;
    assert_eq!(harness.rows::<User>()?, written);
    let mut session = harness.session()?;
    let handle = session.get_one::<User>(1)?;
    assert_eq!(session[handle], written[0]);
    Ok(())
}

pub fn none_of_an_option_is_null_and_a_pickled_none_is_not(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("x", 1)])?;
    assert_eq!(stored(harness, "maybe", 1)?, None);
    assert!(stored(harness, "none", 1)?.is_some());
    let mut connection = harness.connect()?;
    assert_eq!(User::query().filter(|u| u.maybe.is_null()).count(&mut connection)?, 1);
    let mut session = harness.session()?;
    let handle = session.get_one::<User>(1)?;
    session[handle].maybe = Some(Pickled(1));
    session.commit()?;
    assert!(stored(harness, "maybe", 1)?.is_some());
    session[handle].maybe = None;
    session.commit()?;
    assert_eq!(stored(harness, "maybe", 1)?, None);
    Ok(())
}

pub fn changes_inside_are_noticed_by_value(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("x", 30)])?;
    let mut session = harness.session()?;
    let handle = session.get_one::<User>(1)?;
    harness.statements();
    session[handle].profile.tags.push("new".into());
    session.flush()?;
    session[handle].profile.tags.pop();
    session[handle].profile.tags.push("new".into());
    session[handle].profile = session[handle].profile.clone();
    session.flush()?;
    session[handle].profile.age += 1;
    session.commit()?;
    assert_eq!(harness.statements(), [UPDATE_PROFILE, UPDATE_PROFILE, "COMMIT"]);
    let row = &harness.rows::<User>()?[0];
    assert_eq!((row.profile.age, row.profile.tags.len()), (31, 1));
    Ok(())
}

pub fn rollback_restores_the_value(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("x", 30)])?;
    let mut session = harness.session()?;
    let handle = session.get_one::<User>(1)?;
    session[handle].profile.age = 99;
    session.flush()?;
    session.rollback()?;
    assert_eq!(session[handle].profile.age, 30);
    Ok(())
}

/// What Python wrote keeps its protocol, its memo and the keys that the struct does not have.
pub fn a_pickle_that_did_not_change_is_never_written_again(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("x", 1)])?;
    store(harness, 1, BY_PYTHON)?;
    let mut session = harness.session()?;
    let handle = session.get_one::<User>(1)?;
    assert_eq!((session[handle].profile.age, session[handle].profile.city.as_str()), (30, "New York"));
    harness.statements();
    session[handle].name = "y".into();
    session[handle].profile.age = 31;
    session[handle].profile.age = 30;
    session.commit()?;
    assert_eq!(harness.statements(), [r#"UPDATE "user" SET "name" = ?1 WHERE "id" = ?2"#, "COMMIT"]);
    assert_eq!(stored(harness, "profile", 1)?.as_deref(), Some(BY_PYTHON));
    Ok(())
}

/// Three rows; that of id 2 holds bytes that are no pickle.
fn with_a_corrupt_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("a", 1), user("b", 2), user("c", 3)])?;
    store(harness, 2, b"\x80\x04not a pickle")
}

pub fn corrupt_bytes_name_table_column_and_key(harness: &Harness) -> Result<()> {
    with_a_corrupt_row(harness)?;
    let mut connection = harness.connect()?;
    for corrupt in [&b""[..], b"\x80\x04", b"I1\n.", b"cos\nsystem\n(S'true'\ntR.", b"\x80\x04not a pickle"] {
        store(harness, 2, corrupt)?;
        let error = connection.get_one::<User>(2).expect_err("no profile was read");
        assert!(error.is_value(), "{error}");
        assert_eq!((error.table(), error.columns()), (Some("user"), vec!["profile"]));
        assert!(
            error.to_string().starts_with("user.profile of id 2: the pickle cannot be read: "),
            "{error}"
        );
    }
    let error = User::query().all(&mut connection).expect_err("one of the rows cannot be read");
    assert!(error.to_string().starts_with("user.profile of id 2: "), "{error}");
    Ok(())
}

pub fn the_other_rows_stay_readable(harness: &Harness) -> Result<()> {
    with_a_corrupt_row(harness)?;
    let mut connection = harness.connect()?;
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    User::query().order_by(|u| u.id).each(&mut connection, |user| {
        match user {
            Ok(user) => read.push(user.name),
            Err(error) => failed.push(error.to_string()),
        }
        Ok(())
    })?;
    assert_eq!(read, ["a", "c"]);
    assert!(failed.len() == 1 && failed[0].starts_with("user.profile of id 2: "), "{failed:?}");
    let names = User::query().select(|u| u.name).order_by(|u| u.id).all(&mut connection)?;
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(connection.get_one::<User>(3)?.profile.age, 3);
    Ok(())
}

pub fn a_session_survives_a_corrupt_row(harness: &Harness) -> Result<()> {
    with_a_corrupt_row(harness)?;
    let mut session = harness.session()?;
    assert!(User::query().order_by(|u| u.id).all(&mut session).is_err());
    assert!(session.get::<User>(2).is_err());
    let first = session.get_one::<User>(1)?;
    let third = User::query().filter(|u| u.name.eq("c")).one(&mut session)?;
    assert_eq!(session.get_one::<User>(3)?, third);
    session[first].profile.age = 50;
    session.commit()?;
    assert_eq!(User::query().filter(|u| u.id.eq(Id::from(1))).one(&mut session)?, first);
    assert_eq!(harness.connect()?.get_one::<User>(1)?.profile.age, 50);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Model)]
struct Blob {
    id: Id<Blob>,
    any: Pickled<Value>,
}

pub fn any_pickle_is_read_as_a_value_and_written_back(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Blob])?;
    let any = Value::List(vec![Value::Int(1), Value::Str("two".into()), Value::None].into());
    let [blob] = harness.insert([Blob { id: Id::default(), any: Pickled(any) }])?;
    assert_eq!(harness.rows::<Blob>()?, [blob]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Odd {
    #[default]
    Fine,
    #[serde(skip)]
    Unspeakable,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Thing {
    id: Id<Thing>,
    odd: Pickled<Odd>,
}

pub fn a_value_that_has_no_pickle_is_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Thing])?;
    let mut session = harness.session()?;
    let thing = session.add(Thing { odd: Pickled(Odd::Unspeakable), ..Default::default() });
    let error = session.flush().expect_err("a variant that serde skips");
    assert!(error.is_value(), "{error}");
    assert!(error.to_string().contains("thing.odd: the value cannot be pickled"), "{error}");
    session[thing].odd = Pickled(Odd::Fine);
    session.commit()?;
    assert_eq!(harness.rows::<Thing>()?.len(), 1);
    Ok(())
}

pub fn pickles_are_selected_and_set(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("a", 1), user("b", 2)])?;
    let mut connection = harness.connect()?;
    let changed = User::query().filter(|u| u.name.eq("b")).update(&mut connection, |u| {
        [u.profile.set(Pickled(Profile { age: 7, ..Default::default() })), u.maybe.set(None)]
    })?;
    assert_eq!(changed, 1);
    let ages = User::query().select(|u| (u.name, u.profile)).order_by(|u| u.id).all(&mut connection)?;
    let ages: Vec<_> = ages.iter().map(|(name, profile)| (name.as_str(), profile.age)).collect();
    assert_eq!(ages, [("a", 1), ("b", 7)]);
    Ok(())
}
