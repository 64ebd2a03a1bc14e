//! Writing plain structs on a connection.

use onggi::{Id, Model, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(unique(shelf, place))]
struct Jar {
    id: Id<Jar>,
    #[model(unique)]
    label: String,
    shelf: i32,
    place: Option<i32>,
    liters: f64,
}

fn jar(label: &str, liters: f64) -> Jar {
    Jar { label: label.into(), liters, ..Default::default() }
}

const INSERT: &str = r#"INSERT INTO "jar" ("label", "shelf", "place", "liters") VALUES (?1, ?2, ?3, ?4)"#;

pub fn inserting_sets_the_key(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    let (mut first, mut second) = (jar("a", 1.0), Jar { id: 40.into(), ..jar("b", 2.0) });
    connection.insert(&mut first)?;
    connection.insert(&mut second)?;
    assert_eq!((first.id.key(), second.id.key()), (Some(1), Some(40)));
    let with_key =
        r#"INSERT INTO "jar" ("id", "label", "shelf", "place", "liters") VALUES (?1, ?2, ?3, ?4, ?5)"#;
    assert_eq!(harness.statements(), [INSERT, with_key]);
    assert_eq!(harness.rows::<Jar>()?, [first, second]);
    Ok(())
}

pub fn inserting_many_is_one_transaction(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    let mut jars: Vec<Jar> = (0..50).map(|number| jar(&number.to_string(), 1.0)).collect();
    connection.insert_all(&mut jars)?;
    assert_eq!(harness.statements(), ["BEGIN IMMEDIATE", &format!("50 x {INSERT}"), "COMMIT"]);
    let keys: Vec<Option<i64>> = jars.iter().map(|jar| jar.id.key()).collect();
    assert_eq!(keys, (1..=50).map(Some).collect::<Vec<_>>());
    assert_eq!(harness.rows::<Jar>()?, jars);
    connection.insert_all::<Jar>(&mut [])?;
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}

pub fn inserting_many_is_all_or_nothing(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    let mut jars = [jar("a", 1.0), jar("b", 1.0), jar("a", 1.0), jar("c", 1.0)];
    let error = connection.insert_all(&mut jars).expect_err("a label twice");
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!((error.table(), error.columns()), (Some("jar"), vec!["label"]));
    assert!(jars.iter().all(|jar| jar.id.is_unset()));
    assert_eq!(harness.rows::<Jar>()?, []);
    jars[2].label = "d".into();
    connection.insert_all(&mut jars)?;
    assert_eq!(harness.rows::<Jar>()?, jars);
    Ok(())
}

pub fn a_failed_insert_leaves_the_key_unset(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    harness.insert([jar("a", 1.0)])?;
    let mut twin = jar("a", 1.0);
    assert!(harness.connect()?.insert(&mut twin).is_err());
    assert!(twin.id.is_unset());
    Ok(())
}

pub fn updating_writes_all_columns_of_one_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let [mut a, b] = harness.insert([jar("a", 1.0), jar("b", 2.0)])?;
    a.label = "changed".into();
    a.place = Some(7);
    harness.connect()?.update(&mut a)?;
    let update =
        r#"UPDATE "jar" SET "label" = ?1, "shelf" = ?2, "place" = ?3, "liters" = ?4 WHERE "id" = ?5"#;
    assert_eq!(harness.statements(), [update]);
    assert_eq!(harness.rows::<Jar>()?, [a, b]);
    Ok(())
}

pub fn updating_or_deleting_without_a_key_is_an_error(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    harness.insert([jar("a", 1.0)])?;
    let mut connection = harness.connect()?;
    assert!(connection.update(&mut jar("a", 9.0)).expect_err("no key").is_value());
    assert!(connection.delete(&jar("a", 9.0)).expect_err("no key").is_value());
    assert_eq!(harness.rows::<Jar>()?[0].liters, 1.0);
    Ok(())
}

pub fn updating_a_row_that_is_gone_names_it(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut gone = Jar { id: 9.into(), ..jar("a", 1.0) };
    let error = harness.connect()?.update(&mut gone).expect_err("no such row");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("updating jar with id 9: "), "{error}");
    Ok(())
}

pub fn deleting_removes_one_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let [a, b] = harness.insert([jar("a", 1.0), jar("b", 2.0)])?;
    let mut connection = harness.connect()?;
    connection.delete(&a)?;
    assert_eq!(harness.statements(), [r#"DELETE FROM "jar" WHERE "id" = ?1"#]);
    connection.delete(&a)?;
    assert_eq!(harness.rows::<Jar>()?, [b]);
    Ok(())
}

pub fn getting_reads_one_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let [a] = harness.insert([jar("a", 1.0)])?;
    let mut connection = harness.connect()?;
    assert_eq!(connection.get::<Jar>(1)?, Some(a.clone()));
    assert_eq!(connection.get_one::<Jar>(a.id)?, a);
    assert_eq!(connection.get::<Jar>(2)?, None);
    let error = connection.get_one::<Jar>(2).expect_err("no such row");
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "there is no row of jar with id 2");
    assert_eq!(harness.statements().len(), 4);
    Ok(())
}

pub fn upserting_inserts_or_updates(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    let mut new = jar("a", 1.0);
    connection.upsert(&mut new, |j| j.label)?;
    let [other] = harness.insert([jar("b", 2.0)])?;
    let mut again = Jar { shelf: 3, ..jar("a", 5.0) };
    connection.upsert(&mut again, |j| j.label)?;
    assert_eq!((new.id.key(), again.id.key()), (Some(1), Some(1)));
    let tail = r#""shelf" = excluded."shelf", "place" = excluded."place", "liters" = excluded."liters" RETURNING "id""#;
    let upsert = format!(r#"{INSERT} ON CONFLICT ("label") DO UPDATE SET {tail}"#);
    assert_eq!(harness.statements(), [upsert]);
    assert_eq!(harness.rows::<Jar>()?, [again, other]);
    Ok(())
}

pub fn upserting_by_several_columns(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    let placed = |label, liters| Jar { shelf: 1, place: Some(2), ..jar(label, liters) };
    connection.upsert(&mut placed("a", 1.0), |j| (j.shelf, j.place))?;
    connection.upsert(&mut placed("b", 2.0), |j| (j.shelf, j.place))?;
    assert_eq!(harness.rows::<Jar>()?, [Jar { id: 1.into(), ..placed("b", 2.0) }]);
    Ok(())
}

pub fn upserting_by_columns_that_are_not_unique_is_an_error(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    let mut connection = harness.connect()?;
    assert!(connection.upsert(&mut jar("a", 1.0), |j| j.liters).is_err());
    assert!(connection.upsert(&mut jar("a", 1.0), |j| j.liters + 1.0).is_err());
    assert_eq!(harness.rows::<Jar>()?, []);
    Ok(())
}

pub fn upserting_past_another_unique_column_is_a_violation(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    harness.insert([Jar { shelf: 1, place: Some(2), ..jar("a", 1.0) }])?;
    let mut clash = Jar { shelf: 1, place: Some(2), ..jar("b", 1.0) };
    let error = harness.connect()?.upsert(&mut clash, |j| j.label).expect_err("a place taken");
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(error.columns(), ["shelf", "place"]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Setting {
    #[model(primary_key)]
    name: String,
    value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Tag {
    #[model(primary_key)]
    name: String,
}

pub fn upserting_by_a_primary_key(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Setting, Tag])?;
    let mut connection = harness.connect()?;
    let setting = |value: &str| Setting { name: "theme".into(), value: value.into() };
    for value in ["light", "dark"] {
        connection.upsert(&mut setting(value), |s| s.name)?;
        connection.upsert(&mut Tag { name: "only a key".into() }, |t| t.name)?;
    }
    assert_eq!(harness.rows::<Setting>()?, [setting("dark")]);
    assert_eq!(harness.rows::<Tag>()?.len(), 1);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Stock {
    id: Id<Stock>,
    amount: i64,
    #[model(version)]
    version: u32,
}

pub fn upserting_counts_the_version_of_the_row_up(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Stock])?;
    let [mut stock] = harness.insert([Stock { amount: 1, ..Default::default() }])?;
    let mut connection = harness.connect()?;
    connection.update(&mut stock)?;
    let mut theirs = Stock { id: stock.id, amount: 7, ..Default::default() };
    connection.upsert(&mut theirs, |s| s.id)?;
    assert_eq!(harness.rows::<Stock>()?, [Stock { amount: 7, version: 2, ..stock.clone() }]);
    assert!(connection.update(&mut stock).expect_err("theirs came between").is_stale());
    Ok(())
}

pub fn a_failed_insert_is_of_a_new_row(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Jar])?;
    harness.insert([jar("a", 1.0)])?;
    let error = harness.connect()?.insert(&mut jar("a", 1.0)).expect_err("a label twice");
    assert!(error.to_string().starts_with("inserting a new row of jar: "), "{error}");
    Ok(())
}

pub fn versions_are_checked_and_count_up(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Stock])?;
    let [mut mine] = harness.insert([Stock { amount: 1, ..Default::default() }])?;
    let mut theirs = mine.clone();
    let mut connection = harness.connect()?;
    theirs.amount = 2;
    connection.update(&mut theirs)?;
    assert_eq!(theirs.version, 1);
    let update =
        r#"UPDATE "stock" SET "amount" = ?1, "version" = "version" + 1 WHERE "id" = ?2 AND "version" = ?3"#;
    assert_eq!(harness.statements(), [update]);
    assert!(connection.update(&mut mine).expect_err("theirs came first").is_stale());
    assert_eq!(mine.version, 0);
    assert!(connection.delete(&mine).expect_err("theirs came first").is_stale());
    assert_eq!(harness.rows::<Stock>()?, [theirs.clone()]);
    connection.delete(&theirs)?;
    assert_eq!(harness.rows::<Stock>()?, []);
    Ok(())
}
