//! Rows as structs of the user's.

use onggi::{FromRow, Id, Model, Result, count_rows, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Person {
    id: Id<Person>,
    name: String,
    city: Option<String>,
    age: i64,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
struct Town {
    city: Option<String>,
    people: i64,
    oldest: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
struct Pair {
    younger: String,
    elder: Option<String>,
}

/// Ann (30) and Bob (40) in Seoul, Cem (50) nowhere.
fn people(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Person])?;
    let person = |name: &str, city: Option<&str>, age| Person {
        name: name.into(),
        city: city.map(str::to_owned),
        age,
        ..Default::default()
    };
    harness.insert([
        person("Ann", Some("Seoul"), 30),
        person("Bob", Some("Seoul"), 40),
        person("Cem", None, 50),
    ])?;
    harness.statements();
    Ok(())
}

fn town(city: Option<&str>, people: i64, oldest: i64) -> Town {
    Town { city: city.map(str::to_owned), people, oldest: Some(oldest) }
}

pub fn fields_are_selected_by_name(harness: &Harness) -> Result<()> {
    people(harness)?;
    // Written in another order than the struct has.
    let towns = Person::query().group_by(|p| p.city).order_by(|p| p.city).select(|p| TownColumns {
        people: count_rows(),
        oldest: p.age.max(),
        city: p.city,
    });
    let expected = [town(None, 1, 50), town(Some("Seoul"), 2, 40)];
    assert_eq!(towns.all(&mut harness.connect()?)?, expected);
    assert_eq!(
        harness.statements(),
        [r#"SELECT "city", count(*), max("age") FROM "person" GROUP BY "city" ORDER BY "city""#]
    );
    assert_eq!(towns.all(&mut harness.session()?)?, expected);
    Ok(())
}

pub fn derived_rows_keep_the_names_of_fields(harness: &Harness) -> Result<()> {
    people(harness)?;
    let large = Person::query()
        .group_by(|p| p.city)
        .select(|p| TownColumns { city: p.city, people: count_rows(), oldest: p.age.max() })
        .derived()
        .filter(|town| town.people.gt(1));
    let mut connection = harness.connect()?;
    assert_eq!(large.all(&mut connection)?, [town(Some("Seoul"), 2, 40)]);
    let names: Vec<(i64, Option<String>)> =
        large.select(|town| (town.people, town.city)).all(&mut connection)?;
    assert_eq!(names, [(2, Some("Seoul".to_owned()))]);
    Ok(())
}

pub fn joined_rows_become_structs(harness: &Harness) -> Result<()> {
    people(harness)?;
    let pairs: Vec<(Pair, i64)> = Person::query()
        .left_join::<Person>(|one, other| one.city.eq(other.city) & one.age.lt(other.age))
        .order_by(|(one, _)| one.name)
        .select(|(one, other)| (PairColumns { younger: one.name, elder: other.name }, one.age))
        .all(&mut harness.connect()?)?;
    let pair = |younger: &str, elder: Option<&str>| Pair {
        younger: younger.into(),
        elder: elder.map(str::to_owned),
    };
    let expected = [(pair("Ann", Some("Bob")), 30), (pair("Bob", None), 40), (pair("Cem", None), 50)];
    assert_eq!(pairs, expected);
    Ok(())
}

pub fn rows_of_sql_are_read_by_name(harness: &Harness) -> Result<()> {
    people(harness)?;
    let text =
        "SELECT max(age) AS oldest, city, count(*) AS people FROM person GROUP BY city ORDER BY people";
    let towns: Vec<Town> = sql(text).all(&mut harness.connect()?)?;
    assert_eq!(towns, [town(None, 1, 50), town(Some("Seoul"), 2, 40)]);
    assert_eq!(sql(text).all::<Town, _>(&mut harness.session()?)?, towns);
    Ok(())
}

pub fn columns_that_do_not_fit_a_struct_are_named(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    let mut error = |text: &str| -> String {
        let rows = sql(text).all::<Pair, _>(&mut connection);
        rows.expect_err("the columns do not fit").to_string()
    };
    assert!(
        error("SELECT 'a' AS younger")
            .ends_with("no column is called `elder`, as the field is: there are younger")
    );
    assert!(
        error("SELECT 'a' AS younger, 'b' AS elder, 1 AS age")
            .ends_with("the column `age` is no field: fields are younger, elder")
    );
    assert!(
        error("SELECT 'a' AS younger, 'b' AS elder, 'c' AS younger")
            .ends_with("two columns are called `younger`: rename one with AS")
    );
    Ok(())
}
