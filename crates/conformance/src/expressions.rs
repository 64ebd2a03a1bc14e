//! Expressions: what columns can be asked and made into, and queries inside of them.

use chrono::{NaiveDate, NaiveDateTime};
use onggi::{
    Condition, Error, Expression, Id, Json, Model, Result, Selection, SqlFunction, case, exists, raw, row,
    value,
};
use serde::{Deserialize, Serialize};

use crate::{Harness, Text};

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i32,
    city: Option<String>,
    score: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    writer: String,
    likes: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    city: Option<String>,
    tags: Vec<String>,
    size: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Event {
    id: Id<Event>,
    day: NaiveDate,
    at: NaiveDateTime,
    end: Option<NaiveDate>,
    doc: Json<Doc>,
}

/// Ann 20 in Seoul, Bob 30, Cid 41 in Busan; Ann wrote two posts, Cid one.
fn users(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post])?;
    let user = |name: &str, age: i32, city: Option<&str>, score: f64| User {
        name: name.into(),
        age,
        city: city.map(str::to_owned),
        score,
        ..Default::default()
    };
    harness.insert([
        user("Ann", 20, Some("Seoul"), 2.25),
        user("Bob", 30, None, -7.5),
        user("Cid", 41, Some("Busan"), 0.0),
    ])?;
    let post = |title: &str, writer: &str, likes: i64| Post {
        title: title.into(),
        writer: writer.into(),
        likes,
        ..Default::default()
    };
    harness.insert([post("One", "Ann", 5), post("Two", "Ann", 9), post("Three", "Cid", 41)]).map(drop)
}

fn names<C: Into<Condition>>(harness: &Harness, condition: impl FnOnce(UserColumns) -> C) -> Result<String> {
    let query = User::query().filter(condition).select(|u| u.name).order_by(|u| u.id);
    let names: Vec<String> = query.all(&mut harness.connect()?)?;
    Ok(names.iter().filter_map(|name| name.chars().next()).collect())
}

/// What a selection gives for each user.
fn each<S: Selection>(
    harness: &Harness,
    selection: impl FnOnce(UserColumns) -> S,
) -> Result<Vec<S::Item<onggi::Plain>>> {
    User::query().order_by(|u| u.id).select(selection).all(&mut harness.connect()?)
}

/// The only statement so far.
fn statement(harness: &Harness) -> Result<Text> {
    let statements = harness.statements();
    match &statements[..] {
        [only] => Ok(only.clone()),
        _ => Err(Error::other(format!("not one statement: {statements:?}"))),
    }
}

pub fn cases_give_the_value_of_the_first_condition_that_holds(harness: &Harness) -> Result<()> {
    users(harness)?;
    let stages: Vec<String> = each(harness, |u| {
        case().when(u.age.lt(25), "young").when(u.city.is_null(), "unknown").otherwise(u.name)
    })?;
    assert_eq!(stages, ["young", "unknown", "Cid"]);
    assert_eq!(
        statement(harness)?,
        concat!(
            r#"SELECT CASE WHEN "age" < ?1 THEN ?2 WHEN "city" IS NULL THEN ?3 ELSE "name" END "#,
            r#"FROM "user" ORDER BY "id""#
        )
    );
    let cities: Vec<Option<String>> =
        each(harness, |u| case().when(u.age.lt(25), u.city).otherwise("elsewhere"))?;
    assert_eq!(
        cities,
        [Some("Seoul".to_owned()), Some("elsewhere".to_owned()), Some("elsewhere".to_owned())]
    );
    let ages: Vec<Option<i32>> = each(harness, |u| case().when(u.age.gt(25), u.age).or_null())?;
    assert_eq!(ages, [None, Some(30), Some(41)]);
    assert_eq!(names(harness, |u| case().when(u.age.eq(30), 1).otherwise(0).eq(1))?, "B");
    Ok(())
}

pub fn null_is_replaced_and_made(harness: &Harness) -> Result<()> {
    users(harness)?;
    let cities: Vec<String> = each(harness, |u| u.city.coalesce("nowhere"))?;
    assert_eq!(cities, ["Seoul", "nowhere", "Busan"]);
    let either: Vec<Option<String>> = each(harness, |u| u.city.coalesce(u.name.null_if("Bob")))?;
    assert_eq!(either[1], None);
    let ages: Vec<Option<i32>> = each(harness, |u| u.age.null_if(30))?;
    assert_eq!(ages, [Some(20), None, Some(41)]);
    Ok(())
}

pub fn values_are_converted(harness: &Harness) -> Result<()> {
    users(harness)?;
    let all: Vec<(String, f64, Option<i64>)> =
        each(harness, |u| (u.age.cast::<String>(), u.age.cast::<f64>(), u.city.length().cast::<i64>()))?;
    assert_eq!(all[0], ("20".to_owned(), 20.0, Some(5)));
    assert_eq!(all[1].2, None);
    assert_eq!(names(harness, |_| value("41").cast::<i64>().eq(41))?, "ABC");
    Ok(())
}

pub fn null_equals_null_where_that_is_asked(harness: &Harness) -> Result<()> {
    users(harness)?;
    let wanted: Option<&str> = None;
    assert_eq!(names(harness, |u| u.city.is_not_distinct_from(wanted))?, "B");
    assert_eq!(names(harness, |u| u.city.is_not_distinct_from(Some("Seoul")))?, "A");
    assert_eq!(names(harness, |u| u.city.is_distinct_from("Seoul"))?, "BC");
    assert_eq!(names(harness, |u| u.city.is_not_distinct_from(u.city))?, "ABC");
    Ok(())
}

pub fn texts_are_taken_apart_and_put_together(harness: &Harness) -> Result<()> {
    users(harness)?;
    let first: (i64, String, String, String, String) = User::query()
        .select(|u| {
            (
                u.name.length(),
                u.name.concat(" of ").concat("old"),
                u.name.substring(2, 1),
                u.name.left(2),
                u.name.right(2),
            )
        })
        .order_by(|u| u.id)
        .limit(1)
        .one(&mut harness.connect()?)?;
    let texts = ["Ann of old", "n", "An", "nn"].map(str::to_owned);
    assert_eq!((first.0, [first.1, first.2, first.3, first.4]), (3, texts));
    assert_eq!(each(harness, |u| u.city.concat("!"))?[1], None);
    assert_eq!(names(harness, |u| u.city.position("u").eq(4))?, "A");
    assert_eq!(names(harness, |u| u.name.replace("n", "m").eq("Amm"))?, "A");
    assert_eq!(names(harness, |u| u.name.substring_from(2).eq("ob"))?, "B");
    let trimmed = |_| (value(" a ").trim(), value(" a ").trim_start(), value(" a ").trim_end());
    assert_eq!(each(harness, trimmed)?[0], ("a".into(), "a ".into(), " a".into()));
    Ok(())
}

pub fn numbers_are_computed_with(harness: &Harness) -> Result<()> {
    users(harness)?;
    let numbers = each(harness, |u| {
        (u.score.abs(), u.score.sign(), u.score.round(), u.score.floor(), u.score.ceil(), u.score.round_to(1))
    })?;
    assert_eq!(numbers[0], (2.25, 1, 2.0, 2.0, 3.0, 2.3));
    assert_eq!(numbers[1], (7.5, -1, -8.0, -8.0, -7.0, -7.5));
    assert_eq!(numbers[2], (0.0, 0, 0.0, 0.0, 0.0, 0.0));
    assert_eq!(each(harness, |u| (u.age.power(2), u.score.sqrt(), -u.age))?[0], (400.0, Some(1.5), -20));
    assert_eq!(each(harness, |u| (u.age.least(25), u.age.greatest(25)))?, [(20, 25), (25, 30), (25, 41)]);
    assert_eq!(
        each(harness, |u| u.name.least(u.city))?,
        [Some("Ann".to_owned()), None, Some("Busan".to_owned())]
    );
    Ok(())
}

/// From 2^53 on, a float is another number.
pub fn values_alone_are_computed_with_exactly(harness: &Harness) -> Result<()> {
    users(harness)?;
    let (large, one) = (9_007_199_254_740_993_i64, 1_i64);
    let computed = User::query().limit(1).select(|_| {
        let negative = (-value(large), -(-value(large)), value(-large).abs());
        (negative, value(large) + value(one), value(large) - one, value(large) * one, value(large) / one)
    });
    let negative = (-large, large, large);
    let expected = (negative, large + 1, large - 1, large, large);
    assert_eq!(computed.one(&mut harness.connect()?)?, expected);
    let sum = User::query().select(|_| value(large).sum()).one(&mut harness.connect()?)?;
    assert_eq!(sum, Some(3 * large));
    Ok(())
}

fn event(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Event])?;
    let day = NaiveDate::from_ymd_opt(2024, 2, 28).unwrap_or_default();
    let at = day.and_hms_opt(23, 58, 57).unwrap_or_default();
    let doc = Json(Doc { city: None, tags: vec!["a\"b".into(), "c".into()], size: 2.5 });
    harness.insert([Event { day, at, doc, ..Default::default() }]).map(drop)
}

pub fn dates_have_parts_and_distances(harness: &Harness) -> Result<()> {
    event(harness)?;
    let mut connection = harness.connect()?;
    let parts = Event::query()
        .select(|e| (e.day.year(), e.at.month(), e.at.day(), e.day.weekday(), e.day.day_of_year()));
    assert_eq!(parts.one(&mut connection)?, (2024, 2, 28, 3, 59));
    let times = Event::query().select(|e| (e.at.hour(), e.at.minute(), e.at.second(), e.end.year()));
    assert_eq!(times.one(&mut connection)?, (23, 58, 57, None));
    let later =
        Event::query().select(|e| (e.day.add_days(2), e.at.date(), e.day.days_since(e.day.add_days(-400))));
    let (later, same, days) = later.one(&mut connection)?;
    assert_eq!((later, days), (NaiveDate::from_ymd_opt(2024, 3, 1).unwrap_or_default(), 400));
    assert_eq!(same, NaiveDate::from_ymd_opt(2024, 2, 28).unwrap_or_default());
    let past = |e: EventColumns| e.day.lt(onggi::current_date()) & e.at.lt(onggi::current_date_time());
    assert_eq!(Event::query().filter(past).count(&mut connection)?, 1);
    let today = Event::query().select(|_| onggi::now()).one(&mut connection)?;
    assert!(today > chrono::DateTime::UNIX_EPOCH);
    Ok(())
}

pub fn json_documents_are_looked_into(harness: &Harness) -> Result<()> {
    event(harness)?;
    let mut connection = harness.connect()?;
    let parts = Event::query().select(|e| {
        (
            e.doc.get("tags").get(0).text(),
            e.doc.get("tags").length(),
            e.doc.get("size").number(),
            e.doc.get("size").json_type(),
            e.doc.get("no\"thing").text(),
        )
    });
    let expected = (Some("a\"b".to_owned()), Some(2), Some(2.5), Some("number".to_owned()), None);
    assert_eq!(parts.one(&mut connection)?, expected);
    let there = |e: EventColumns| e.doc.get("city").exists() & !e.doc.get("town").exists();
    assert_eq!(Event::query().filter(there).count(&mut connection)?, 1);
    Ok(())
}

static UNICODE: SqlFunction<(String,), Option<i64>> = SqlFunction::new("unicode");

pub fn functions_of_ones_own_are_declared_once(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| UNICODE.call((u.name,)).ge(66))?, "BC");
    harness.statements();
    assert_eq!(each(harness, |u| UNICODE.call((u.city,)))?, [Some(83), None, Some(66)]);
    assert_eq!(statement(harness)?, r#"SELECT "unicode"("city") FROM "user" ORDER BY "id""#);
    Ok(())
}

pub fn raw_fragments_have_places_for_values_and_columns(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| raw::<bool>("? GLOB ?").bind(u.name).bind("?n*"))?, "A");
    harness.statements();
    let doubled: Vec<i64> = each(harness, |u| raw::<i64>("? * ?").bind(u.age).bind(2) + 1)?;
    assert_eq!(doubled, [41, 61, 83]);
    assert_eq!(statement(harness)?, r#"SELECT ("age" * ?1) + ?2 FROM "user" ORDER BY "id""#);
    let error = names(harness, |u| raw::<bool>("? = ?").bind(u.name)).expect_err("one is missing");
    assert_eq!(error.to_string(), "raw SQL has 2 places for values, 1 are bound");
    assert_eq!(names(harness, |u| u.name.eq(raw::<String>("'B?b'").replace("?", "o")))?, "B");
    Ok(())
}

pub fn conditions_are_values(harness: &Harness) -> Result<()> {
    users(harness)?;
    let known = each(harness, |u| (u.city.eq("Seoul").value(), Condition::never().value()))?;
    assert_eq!(known, [(Some(true), Some(false)), (None, Some(false)), (Some(false), Some(false))]);
    assert_eq!(names(harness, |_| Condition::never())?, "");
    Ok(())
}

pub fn queries_are_lists_of_values(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.name.is_in(Post::query().select(|p| p.writer)))?, "AC");
    assert_eq!(
        statement(harness)?,
        concat!(
            r#"SELECT "user"."name" FROM "user" WHERE "user"."name" IN "#,
            r#"(SELECT "post"."writer" FROM "post") ORDER BY "user"."id""#
        )
    );
    assert_eq!(names(harness, |u| u.name.not_in(Post::query().select(|p| p.writer)))?, "B");
    assert_eq!(names(harness, |u| u.name.not_in(["Ann"]))?, "BC");
    let few = |u: UserColumns| {
        u.name.is_in(Post::query().filter(|p| p.likes.lt(u.age.cast::<i64>())).select(|p| p.writer))
    };
    assert_eq!(names(harness, few)?, "A");
    Ok(())
}

/// The same statement on one connection, with other values: MariaDB keeps what a prepared one has found for a NULL.
pub fn null_is_looked_up_anew_each_time(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let likes = |least: i64| Post::query().filter(move |p| p.likes.ge(least)).select(|p| p.likes);
    // NULL of Bob.
    let age = |u: UserColumns| u.age.null_if(30).cast::<Option<i64>>();
    for (least, expected) in [(0, 1), (100, 3), (0, 1)] {
        let others = User::query().filter(|u| age(u).not_in(likes(least)));
        assert_eq!(others.count(&mut connection)?, expected, "of likes from {least}");
    }
    let bob = User::query().filter(|u| u.name.eq("Bob"));
    for (least, expected) in [(100, Some(false)), (0, None), (100, Some(false))] {
        let known = bob.clone().select(|u| age(u).is_in(likes(least)).value());
        assert_eq!(known.one(&mut connection)?, expected, "of likes from {least}");
    }
    for (least, expected) in [(0, 0), (100, 1), (0, 0)] {
        let pairs = likes(least).select(|p| (p.likes, p.likes));
        let not_any = bob.clone().filter(|u| !row((age(u), age(u))).is_in(pairs));
        assert_eq!(not_any.count(&mut connection)?, expected, "of likes from {least}");
    }
    Ok(())
}

pub fn existence_is_asked_with_the_columns_around(harness: &Harness) -> Result<()> {
    users(harness)?;
    let wrote = |u: UserColumns| exists(Post::query().filter(|p| p.writer.eq(u.name) & p.likes.gt(5)));
    assert_eq!(names(harness, wrote)?, "AC");
    assert_eq!(
        statement(harness)?,
        concat!(
            r#"SELECT "user"."name" FROM "user" WHERE EXISTS (SELECT 1 FROM "post" "#,
            r#"WHERE "post"."writer" = "user"."name" AND "post"."likes" > ?1) ORDER BY "user"."id""#
        )
    );
    assert_eq!(names(harness, |u| !wrote(u))?, "B");
    // The same model inside and outside.
    let elder = |u: UserColumns| exists(User::query().filter(|o| o.age.gt(u.age)));
    assert_eq!(names(harness, elder)?, "AB");
    Ok(())
}

pub fn queries_are_single_values(harness: &Harness) -> Result<()> {
    users(harness)?;
    let eldest = |u: UserColumns| u.age.eq(User::query().select(|o| o.age.max()).scalar());
    assert_eq!(names(harness, eldest)?, "C");
    let best: Vec<Option<i64>> =
        each(harness, |u| Post::query().filter(|p| p.writer.eq(u.name)).select(|p| p.likes.max()).scalar())?;
    assert_eq!(best, [Some(9), None, Some(41)]);
    let counted: Vec<i64> = each(harness, |u| {
        let posts = Post::query().filter(|p| p.writer.eq(u.name)).select(|_| Expression::count_rows());
        posts.scalar().coalesce(0)
    })?;
    assert_eq!(counted, [2, 0, 1]);
    Ok(())
}

pub fn rows_are_compared_part_by_part(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| row((u.name, u.age)).gt(("Ann", 20)))?, "BC");
    assert_eq!(names(harness, |u| row((u.name, u.age)).ge(("Bob", 30)))?, "BC");
    assert_eq!(names(harness, |u| row((u.name, u.age)).eq(("Cid", 41)))?, "C");
    assert_eq!(names(harness, |u| row((u.name, u.age)).ne(("Cid", 40)))?, "ABC");
    assert_eq!(names(harness, |u| row((u.age, u.name)).lt((30, u.name)))?, "A");
    assert_eq!(names(harness, |u| row((u.age, u.name)).le((30, "Bob")))?, "AB");
    harness.statements();
    let wrote = |u: UserColumns| {
        row((u.name, u.age.cast::<i64>())).is_in(Post::query().select(|p| (p.writer, p.likes)))
    };
    assert_eq!(names(harness, wrote)?, "C");
    assert_eq!(
        statement(harness)?,
        concat!(
            r#"SELECT "user"."name" FROM "user" WHERE ("user"."name", CAST("user"."age" AS INTEGER)) IN "#,
            r#"(SELECT "post"."writer", "post"."likes" FROM "post") ORDER BY "user"."id""#
        )
    );
    Ok(())
}

/// Each level would be a walk deeper.
pub fn subqueries_nest_within_limits(harness: &Harness) -> Result<()> {
    users(harness)?;
    let nested = |levels: usize, inner: Condition| {
        (0..levels).fold(inner, |inner, _| exists(User::query().filter(|_| inner)))
    };
    assert_eq!(names(harness, |_| nested(harness.nested_selects(), Condition::always()))?, "ABC");
    let error = names(harness, |_| nested(100_000, Condition::always())).expect_err("too deep");
    assert!(error.to_string().contains("more than 500 levels"), "{error}");
    Ok(())
}
