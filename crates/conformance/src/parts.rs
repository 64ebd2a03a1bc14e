//! Parts of pickles in queries.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use onggi::pickle::{ValuePath, types};
use onggi::{Error, Id, Model, Pickled, Query, Result, Value, count_rows, sql};
use serde::{Deserialize, Serialize};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: Option<String>,
    tags: Vec<String>,
    #[serde(rename = "it's \"odd\"\n")]
    odd: Option<f64>,
    born: Option<types::Date>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(
    index(data.at("city")),
    index(name = "by_tag", data.at("tags").at(-1), name),
    unique(data.at("it's \"odd\"\n"))
)]
struct User {
    id: Id<User>,
    name: String,
    data: Pickled<Profile>,
    more: Option<Pickled<BTreeMap<String, i64>>>,
}

fn user(name: &str, age: i64, city: Option<&str>) -> User {
    let tags = vec!["first".to_owned(), name.to_lowercase()];
    let born = format!("19{age}-01-31").parse().ok();
    let profile = Profile { age, city: city.map(Into::into), tags, born, ..Default::default() };
    User { name: name.into(), data: Pickled(profile), ..Default::default() }
}

fn users(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let users = [user("Jo", 30, Some("Seoul")), user("Ann", 20, Some("Busan")), user("Bo", 40, None)];
    harness.insert(users).map(drop)
}

fn names(harness: &Harness, query: Query<User>) -> Result<Vec<String>> {
    query.select(|u| u.name).all(&mut harness.connect()?)
}

pub fn rows_are_filtered_by_parts(harness: &Harness) -> Result<()> {
    users(harness)?;
    let all = || User::query().order_by(|u| u.id);
    assert_eq!(names(harness, all().filter(|u| u.data.at("city").eq("Seoul")))?, ["Jo"]);
    assert_eq!(
        harness.statements(),
        [r#"SELECT "name" FROM "user" WHERE "pickle_get"("data", '$.city') = ?1 ORDER BY "id""#]
    );
    assert_eq!(names(harness, all().filter(|u| u.data.at("city").ne("Seoul")))?, ["Ann"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("city").is_null()))?, ["Bo"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("city").is_not_null()))?, ["Jo", "Ann"]);
    assert_eq!(
        names(harness, all().filter(|u| u.data.at("age").gt(20) & u.data.at("age").le(40_i64)))?,
        ["Jo", "Bo"]
    );
    assert_eq!(names(harness, all().filter(|u| u.data.at("age").lt(25.5)))?, ["Ann"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("age").between(20, 30)))?, ["Jo", "Ann"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("age").is_in([20, 40])))?, ["Ann", "Bo"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("city").is_in(["Seoul", "Jeju"])))?, ["Jo"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("tags").at(1).eq("bo")))?, ["Bo"]);
    assert_eq!(
        names(harness, all().filter(|u| u.data.at("tags").at(-1).eq(u.name.lower())))?,
        ["Jo", "Ann", "Bo"]
    );
    assert_eq!(names(harness, all().filter(|u| u.name.eq(u.data.at("city").of::<String>())))?, [""; 0]);
    assert_eq!(names(harness, all().filter(|u| u.more.at("x").eq(1)))?, [""; 0]);
    // A text is no number: nothing is converted.
    assert_eq!(names(harness, all().filter(|u| u.data.at("age").eq("30")))?, [""; 0]);
    Ok(())
}

pub fn parts_of_one_type_are_expressions(harness: &Harness) -> Result<()> {
    users(harness)?;
    let all = || User::query().order_by(|u| u.id);
    let starts = |u: onggi::Expression<Option<String>>| u.starts_with("Seo");
    assert_eq!(names(harness, all().filter(|u| starts(u.data.at("city").of())))?, ["Jo"]);
    assert_eq!(names(harness, all().filter(|u| (u.data.at("age").of::<i64>() + 10).eq(40)))?, ["Jo"]);
    let day: NaiveDate = "1930-01-31".parse().map_err(Error::other)?;
    assert_eq!(names(harness, all().filter(|u| u.data.at("born").of::<NaiveDate>().gt(day)))?, ["Bo"]);
    assert_eq!(names(harness, all().filter(|u| u.data.at("born").eq(day)))?, ["Jo"]);
    let mut connection = harness.connect()?;
    let selected = all().select(|u| (u.data.at("age").of::<i64>(), u.data.at("city").of::<String>(), u.name));
    let rows = selected.all(&mut connection)?;
    assert_eq!(rows[0], (Some(30), Some("Seoul".to_owned()), "Jo".to_owned()));
    assert_eq!(rows[2], (Some(40), None, "Bo".to_owned()));
    let days: Vec<Option<NaiveDate>> = all().select(|u| u.data.at("born").of()).all(&mut connection)?;
    assert_eq!(days[0], Some(day));
    let sum: Vec<Option<i64>> =
        User::query().select(|u| u.data.at("age").of::<i64>().sum()).all(&mut connection)?;
    assert_eq!(sum, [Some(90)]);
    let error = all().select(|u| u.data.at("city").of::<i64>()).all(&mut connection).expect_err("a text");
    assert!(error.is_value(), "{error}");
    Ok(())
}

pub fn parts_of_any_type_are_selected_as_they_are(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let query = User::query().filter(|u| u.name.eq("Jo"));
    let row = query
        .select(|u| (u.data.at("age"), u.data.at("city"), u.data.at("tags"), u.data.at("none")))
        .one(&mut connection)?;
    let map = User::query().select(|u| (u.name, u.data.at("age").label("age"))).maps(&mut connection)?;
    assert_eq!(map[1]["age"], Value::Integer(20));
    let texts = |text: &str| Value::Text(text.into());
    assert_eq!(row, (Value::Integer(30), texts("Seoul"), texts(r#"["first","jo"]"#), Value::Null));
    Ok(())
}

pub fn rows_are_sorted_by_parts(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, User::query().order_by(|u| u.data.at("age")))?, ["Ann", "Jo", "Bo"]);
    assert_eq!(names(harness, User::query().order_by(|u| u.data.at("age").desc()))?, ["Bo", "Jo", "Ann"]);
    let last = User::query().order_by(|u| u.data.at("city").asc().nulls_last());
    assert_eq!(names(harness, last)?, ["Ann", "Jo", "Bo"]);
    Ok(())
}

/// How the database searches for the rows of the last statement.
fn plan(harness: &Harness, value: &str) -> Result<String> {
    let statement = harness.statements().pop().expect("a statement");
    let explain = sql(format!("EXPLAIN QUERY PLAN {statement}")).bind(value);
    let steps: Vec<(i64, i64, i64, String)> = explain.all(&mut harness.connect()?)?;
    harness.statements();
    Ok(steps.into_iter().map(|step| step.3).collect::<Vec<_>>().join("; "))
}

pub fn a_search_by_a_part_uses_its_index(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("city").eq("Seoul")))?, ["Jo"]);
    assert_eq!(plan(harness, "Seoul")?, "SEARCH user USING INDEX user_data$.city_idx (<expr>=?)");
    let query = User::query().filter(|u| u.data.at("city").of::<String>().ge("C"));
    assert_eq!(names(harness, query)?, ["Jo"]);
    assert_eq!(plan(harness, "C")?, "SEARCH user USING INDEX user_data$.city_idx (<expr>>?)");
    let query = User::query().filter(|u| u.data.at("tags").at(-1).eq("bo")).order_by(|u| u.name);
    assert_eq!(names(harness, query)?, ["Bo"]);
    assert_eq!(plan(harness, "bo")?, "SEARCH user USING COVERING INDEX by_tag (<expr>=?)");
    // The derive writes a path as the query does, also where it needs quotes.
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("it's \"odd\"\n").eq("x")))?, [""; 0]);
    assert!(plan(harness, "x")?.starts_with("SEARCH user USING INDEX user_data$[\"it's"), "no search");
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("age").eq("x")))?, [""; 0]);
    assert_eq!(plan(harness, "x")?, "SCAN user");
    Ok(())
}

pub fn an_index_of_a_part_follows_changes(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut session = harness.session()?;
    let jo = User::query().filter(|u| u.data.at("city").eq("Seoul")).one(&mut session)?;
    session[jo].data.city = Some("Jeju".into());
    session.commit()?;
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("city").eq("Seoul")))?, [""; 0]);
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("city").eq("Jeju")))?, ["Jo"]);
    Ok(())
}

pub fn a_part_can_be_unique(harness: &Harness) -> Result<()> {
    users(harness)?;
    let odd = |name: &str, odd| {
        let mut user = user(name, 50, None);
        user.data.odd = odd;
        user
    };
    harness.insert([odd("a", Some(0.5)), odd("b", None), odd("c", None)])?;
    let error = harness.insert([odd("d", Some(0.5))]).expect_err("taken");
    assert!(error.is_unique_violation(), "{error}");
    Ok(())
}

pub fn a_row_that_is_no_pickle_is_refused_by_an_index_of_a_part(harness: &Harness) -> Result<()> {
    users(harness)?;
    let broken = sql("UPDATE user SET data = x'00' WHERE id = 1").execute(&mut harness.connect()?);
    let error = broken.expect_err("no pickle");
    assert!(error.to_string().contains("pickle_get: the pickle cannot be read"), "{error}");
    assert_eq!(names(harness, User::query().filter(|u| u.data.at("city").eq("Seoul")))?, ["Jo"]);
    Ok(())
}

pub fn paths_that_are_too_long_are_refused(harness: &Harness) -> Result<()> {
    users(harness)?;
    let query = User::query().filter(|u| (0..65).fold(u.data.at("a"), |part, _| part.at(0)).eq(1));
    let error = names(harness, query).expect_err("65 steps");
    assert!(error.to_string().contains("at most 64 steps"), "{error}");
    assert!(harness.statements().is_empty());
    // Whatever a name holds, it stays a text of the statement.
    let name = "x') OR 1 = 1 --\0\"";
    assert_eq!(names(harness, User::query().filter(|u| u.data.at(name).eq(1)))?, [""; 0]);
    let path = ValuePath::root().name(name).to_string();
    assert!(harness.statements()[0].contains(&path.replace('\'', "''")));
    Ok(())
}

pub fn whole_pickles_are_compared_by_value(harness: &Harness) -> Result<()> {
    users(harness)?;
    let map = |pairs: &[(&str, i64)]| {
        Pickled(pairs.iter().map(|pair| (pair.0.to_owned(), pair.1)).collect::<BTreeMap<_, _>>())
    };
    // {'b': 2, 'a': True}, as another program wrote it at protocol 0.
    let other = b"(dp0\nVb\nI2\nsVa\nI01\ns.".to_vec();
    sql("UPDATE user SET more = ?1 WHERE name = 'Jo'").bind(other).execute(&mut harness.connect()?)?;
    harness.statements();
    let equal = User::query().filter(|u| u.more.eq(map(&[("a", 1), ("b", 2)])));
    assert_eq!(names(harness, equal)?, ["Jo"]);
    assert_eq!(harness.statements(), [r#"SELECT "name" FROM "user" WHERE "pickle_equals"("more", ?1)"#]);
    assert_eq!(names(harness, User::query().filter(|u| u.more.eq(map(&[("a", 1)]))))?, [""; 0]);
    assert_eq!(names(harness, User::query().filter(|u| u.more.ne(map(&[("a", 1)]))))?, ["Jo"]);
    let none = User::query().filter(|u| !u.more.eq(map(&[("a", 1), ("b", 2)])));
    assert_eq!(names(harness, none)?, [""; 0]);
    assert_eq!(names(harness, User::query().filter(|u| u.more.eq(u.more)))?, ["Jo"]);
    Ok(())
}

pub fn whole_pickles_are_the_same_by_value_or_both_null(harness: &Harness) -> Result<()> {
    users(harness)?;
    let map = Pickled(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    let other = b"(dp0\nVb\nI2\nsVa\nI1\ns.".to_vec();
    sql("UPDATE user SET more = ?1 WHERE name = 'Jo'").bind(other).execute(&mut harness.connect()?)?;
    harness.statements();
    let all = || User::query().order_by(|u| u.id);
    assert_eq!(names(harness, all().filter(|u| u.more.is_not_distinct_from(map.clone())))?, ["Jo"]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "name" FROM "user" WHERE coalesce("pickle_equals"("more", ?1), "#,
            r#""more" IS NULL AND ?2 IS NULL) ORDER BY "id""#
        )]
    );
    assert_eq!(names(harness, all().filter(|u| u.more.is_distinct_from(map.clone())))?, ["Ann", "Bo"]);
    let none: Option<Pickled<BTreeMap<String, i64>>> = None;
    assert_eq!(names(harness, all().filter(|u| u.more.is_not_distinct_from(none)))?, ["Ann", "Bo"]);
    assert_eq!(names(harness, all().filter(|u| u.more.is_not_distinct_from(u.more)))?, ["Jo", "Ann", "Bo"]);
    let left = all().select(|u| u.more.null_if(map.clone())).all(&mut harness.connect()?)?;
    assert_eq!(left, [None, None, None]);
    let left = all().select(|u| u.more.null_if(Pickled(BTreeMap::new()))).first(&mut harness.connect()?)?;
    assert_eq!(left, Some(Some(map)));
    Ok(())
}

pub fn rows_are_grouped_by_parts(harness: &Harness) -> Result<()> {
    users(harness)?;
    harness.insert([user("Al", 60, Some("Seoul"))])?;
    let mut connection = harness.connect()?;
    let cities = User::query().group_by(|u| u.data.at("city")).order_by(|u| u.data.at("city"));
    let rows = cities.select(|u| (u.data.at("city").of::<String>(), count_rows())).all(&mut connection)?;
    let expected = [(None, 1), (Some("Busan"), 1), (Some("Seoul"), 2)];
    assert_eq!(rows, expected.map(|(city, people)| (city.map(str::to_owned), people)));
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "pickle_get"("data", '$.city'), count(*) FROM "user" "#,
            r#"GROUP BY "pickle_get"("data", '$.city') ORDER BY "pickle_get"("data", '$.city')"#
        )]
    );
    let some = User::query().select(|u| u.data.at("city")).distinct();
    assert_eq!(some.count(&mut connection)?, 3);
    assert_eq!(some.clone().union(some).count(&mut connection)?, 3);
    Ok(())
}

/// Of two rows with equal pickles one would stay or both, as the bytes are: whole objects have a key.
pub fn rows_with_whole_pickles_are_not_made_distinct(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let first = User::query().distinct().select(|u| (u.name, u.data));
    let last = User::query().select(|u| u.data).distinct();
    let counted = User::query().select(|u| u.data.count().distinct());
    let errors = [
        first.all(&mut connection).map(drop),
        last.count(&mut connection).map(drop),
        counted.all(&mut connection).map(drop),
    ];
    let text = "equal pickles can have different bytes, so rows with a pickle are not made distinct: \
                select a part of it, `column.at(\"key\")`, or a column that repeats a part";
    for error in errors {
        assert_eq!(error.expect_err("bytes").to_string(), text);
    }
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!(User::query().distinct().all(&mut connection)?.len(), 3);
    assert_eq!(User::query().union(User::query()).all(&mut connection)?.len(), 3);
    Ok(())
}
