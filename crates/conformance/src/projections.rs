//! Columns that repeat parts of pickled fields.

use onggi::{Id, Model, Pickled, Result, pickle, sql};
use serde::{Deserialize, Serialize};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    city: String,
    age: Option<i64>,
    tags: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(index(city, name))]
struct User {
    id: Id<User>,
    #[model(project(city: String = "$.city", age: Option<i64> = "$.age"))]
    #[model(project(tag: Option<String> = "$.tags[0]"))]
    data: Pickled<Profile>,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Note {
    id: Id<Note>,
    #[model(project(size: Option<f64> = "$.size"))]
    text: Option<Pickled<pickle::Value>>,
}

fn user(name: &str, city: &str, age: Option<i64>) -> User {
    let data = Pickled(Profile { city: city.into(), age, tags: vec![name.to_lowercase()] });
    User { name: name.into(), data, ..Default::default() }
}

type Row = (i64, String, Option<i64>, Option<String>);

fn rows(harness: &Harness) -> Result<Vec<Row>> {
    let rows = sql(r#"SELECT id, city, age, tag FROM "user" ORDER BY id"#).all(&mut harness.connect()?);
    harness.statements();
    rows
}

fn row(id: i64, city: &str, age: Option<i64>, tag: &str) -> Row {
    (id, city.into(), age, Some(tag.into()))
}

pub fn projected_columns_are_written_by_a_flush(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut session = harness.session()?;
    let jo = session.add(user("Jo", "Seoul", Some(30)));
    session.add(user("Ann", "Busan", None));
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"2 x INSERT INTO "user" ("data", "name", "city", "age", "tag") VALUES (?1, ?2, ?3, ?4, ?5)"#,
            "COMMIT"
        ]
    );
    assert_eq!(rows(harness)?, [row(1, "Seoul", Some(30), "jo"), row(2, "Busan", None, "ann")]);
    // The pickle alone is changed.
    session[jo].data.city = "Jeju".into();
    session[jo].data.tags.clear();
    session.commit()?;
    let update = r#"UPDATE "user" SET "data" = ?1, "city" = ?2, "age" = ?3, "tag" = ?4 WHERE "id" = ?5"#;
    assert!(harness.statements().iter().any(|statement| statement == update));
    assert_eq!(rows(harness)?[0], (1, "Jeju".to_owned(), Some(30), None));
    // What does not touch the pickle leaves them alone.
    session[jo].name = "Joe".into();
    session.commit()?;
    assert!(
        harness
            .statements()
            .iter()
            .any(|statement| statement == r#"UPDATE "user" SET "name" = ?1 WHERE "id" = ?2"#)
    );
    Ok(())
}

pub fn projected_columns_are_written_without_a_session(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut connection = harness.connect()?;
    let mut jo = user("Jo", "Seoul", Some(30));
    connection.insert(&mut jo)?;
    jo.data.city = "Jeju".into();
    connection.update(&mut jo)?;
    assert_eq!(rows(harness)?, [row(1, "Jeju", Some(30), "jo")]);
    jo.data.age = None;
    connection.upsert(&mut jo, |u| u.id)?;
    assert_eq!(rows(harness)?, [row(1, "Jeju", None, "jo")]);
    assert_eq!(connection.get_one::<User>(1)?, jo);
    Ok(())
}

pub fn projected_columns_are_columns_in_queries(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([
        user("Jo", "Seoul", Some(30)),
        user("Ann", "Busan", Some(20)),
        user("Bo", "Seoul", None),
    ])?;
    let mut connection = harness.connect()?;
    let seoul = User::query().filter(|u| u.city.eq("Seoul")).order_by(|u| u.age.desc());
    let found: Vec<(String, Option<i64>)> = seoul.clone().select(|u| (u.name, u.age)).all(&mut connection)?;
    assert_eq!(found, [("Jo".to_owned(), Some(30)), ("Bo".to_owned(), None)]);
    // Whole objects, alone and beside something else, in a session too.
    assert_eq!(seoul.all(&mut connection)?.len(), 2);
    let mut session = harness.session()?;
    let ann = User::query().filter(|u| u.age.eq(20)).one(&mut session)?;
    assert_eq!(session[ann].data.city, "Busan");
    Ok(())
}

pub fn projected_columns_follow_updates_of_many_rows(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    harness.insert([user("Jo", "Seoul", Some(30)), user("Ann", "Busan", None)])?;
    let mut connection = harness.connect()?;
    let data = user("x", "Jeju", Some(1)).data;
    User::query().filter(|u| u.name.eq("Jo")).update(&mut connection, |u| u.data.set(data))?;
    assert_eq!(rows(harness)?, [row(1, "Jeju", Some(1), "x"), row(2, "Busan", None, "ann")]);
    let error = User::query().update(&mut connection, |u| u.city.set("Seoul")).expect_err("follows");
    assert!(error.to_string().contains("user.city repeats a part of data: set that"), "{error}");
    let error = User::query().update(&mut connection, |u| u.data.set(u.data)).expect_err("computed");
    assert!(error.to_string().contains("set it to a value"), "{error}");
    assert_eq!(User::query().update(&mut connection, |u| u.name.set("same"))?, 2);
    Ok(())
}

pub fn parts_that_do_not_fit_their_column_are_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Note])?;
    let mut connection = harness.connect()?;
    let note = |value: pickle::Value| {
        let dict = pickle::Value::Dict([("size", value)].into_iter().collect());
        Note { text: Some(Pickled(dict)), ..Default::default() }
    };
    connection.insert_all(&mut [
        Note::default(),
        note(1.5.into()),
        note(2_i64.into()),
        note(pickle::Value::None),
    ])?;
    let sizes: Vec<Option<f64>> = Note::query().select(|n| n.size).all(&mut connection)?;
    assert_eq!(sizes, [None, Some(1.5), Some(2.0), None]);
    let error = connection.insert(&mut note("large".into())).expect_err("a text");
    assert!(
        error.is_value()
            && error.to_string().contains("note.size")
            && error.to_string().contains("$.size: text"),
        "{error}"
    );
    Ok(())
}

pub fn projected_columns_are_written_by_inserts_that_meet_rows(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut connection = harness.connect()?;
    let mut jo = user("Jo", "Seoul", Some(30));
    connection.insert(&mut jo)?;
    let moved = User { id: jo.id, ..user("Jo", "Busan", Some(31)) };
    let conflict = User::on_conflict(|u| u.id).update(|old, new| old.data.set(new.data));
    connection.insert_or(&[moved], &conflict)?;
    assert_eq!(rows(harness)?, [row(1, "Busan", Some(31), "jo")]);
    Ok(())
}

pub fn rows_of_queries_are_not_inserted_past_projected_columns(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let mut connection = harness.connect()?;
    let names = User::query().select(|u| (u.name, u.data));
    let error =
        names.insert_into::<User, _>(&mut connection, |u| (u.name, u.data)).expect_err("a city is missing");
    assert!(error.to_string().contains("repeats a part of a pickle"), "{error}");
    Ok(())
}
