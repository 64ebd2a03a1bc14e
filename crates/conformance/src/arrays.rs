//! Columns that are arrays, which PostgreSQL has: elsewhere each of these cases fails with the words that say so.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::{Error, Field, Id, Json, Model, Result, RowMap, Type, Value, sql};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Harness;
use crate::arrays_queries::count;

/// Writes an object and reads it back, as a plain struct and in a session.
fn kept<M: Model + PartialEq + Debug>(harness: &Harness, mut object: M) -> Result<()> {
    let mut connection = harness.connect()?;
    connection.insert(&mut object)?;
    assert_eq!(connection.get_one::<M>(object.key())?, object);
    let mut session = harness.session()?;
    let handle = session.get_one::<M>(object.key())?;
    assert_eq!(session[handle], object);
    drop(session);
    connection.update(&mut object)?;
    assert_eq!(connection.get_one::<M>(object.key())?, object);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
pub(crate) struct Numbers {
    pub(crate) id: Id<Numbers>,
    pub(crate) truths: Vec<bool>,
    pub(crate) i8: Vec<i8>,
    pub(crate) i16: Vec<i16>,
    pub(crate) i32: Vec<i32>,
    pub(crate) i64: Vec<i64>,
    pub(crate) i128: Vec<i128>,
    pub(crate) u16: Vec<u16>,
    pub(crate) u32: Vec<u32>,
    pub(crate) u64: Vec<u64>,
    pub(crate) u128: Vec<u128>,
    pub(crate) sizes: Vec<usize>,
    pub(crate) single: Vec<f32>,
    pub(crate) double: Vec<f64>,
    pub(crate) decimals: Vec<Decimal>,
}

pub fn numbers_are_kept_at_their_extremes(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Numbers])?;
    kept(harness, Numbers::default())?;
    let decimal = |text: &str| text.parse::<Decimal>().map_err(Error::other);
    kept(
        harness,
        Numbers {
            id: Id::default(),
            truths: vec![true, false, true],
            i8: vec![i8::MIN, 0, i8::MAX],
            i16: vec![i16::MIN, 0, i16::MAX],
            i32: vec![i32::MIN, 0, i32::MAX],
            i64: vec![i64::MIN, 0, i64::MAX],
            i128: vec![i64::MIN.into(), u64::MAX.into()],
            u16: vec![0, u16::MAX],
            u32: vec![0, u32::MAX],
            u64: vec![0, u64::MAX],
            u128: vec![0, u64::MAX.into()],
            sizes: vec![0, usize::MAX],
            single: vec![f32::MIN, f32::MIN_POSITIVE, 0.1, f32::INFINITY],
            double: vec![f64::MIN, f64::MIN_POSITIVE, 0.1, f64::NEG_INFINITY],
            decimals: vec![decimal("0.10")?, decimal("-79228162514264337593543950335")?],
        },
    )
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Field)]
#[model(rename_all = "lowercase")]
pub(crate) enum Taste {
    #[default]
    Sour,
    Salty,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
pub(crate) struct Others {
    pub(crate) id: Id<Others>,
    pub(crate) texts: Vec<String>,
    pub(crate) bytes: Vec<Vec<u8>>,
    pub(crate) one: Vec<u8>,
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) times: Vec<NaiveTime>,
    pub(crate) date_times: Vec<NaiveDateTime>,
    pub(crate) moments: Vec<DateTime<Utc>>,
    pub(crate) uuids: Vec<Uuid>,
    pub(crate) documents: Vec<Json<serde_json::Value>>,
    pub(crate) tastes: Vec<Taste>,
}

pub fn texts_and_all_others_are_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Others])?;
    kept(harness, Others::default())?;
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a date");
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    let odd = ["", " ", "NULL", "null", "{a,b}", "\"quoted\"", "back\\slash", "a,b", "김치", "\u{1}\n\t"];
    kept(
        harness,
        Others {
            id: Id::default(),
            texts: odd.map(str::to_owned).to_vec(),
            bytes: vec![vec![], vec![0, 255], vec![b'{'; 1_000]],
            one: vec![0, 255],
            dates: vec![date, NaiveDate::default(), date],
            times: vec![NaiveTime::MIN, time],
            date_times: vec![date.and_time(time)],
            moments: vec![date.and_time(time).and_utc()],
            uuids: vec![Uuid::nil(), Uuid::max()],
            documents: vec![Json(serde_json::json!({ "a": [1, null, "x"] })), Json(serde_json::Value::Null)],
            tastes: vec![Taste::Salty, Taste::Sour],
        },
    )
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
pub(crate) struct Post {
    pub(crate) id: Id<Post>,
    #[model(unique)]
    pub(crate) title: String,
    pub(crate) tags: Vec<String>,
    pub(crate) marks: Vec<Option<i32>>,
    pub(crate) more: Option<Vec<Option<String>>>,
}

fn post(title: &str, tags: &[&str], marks: &[Option<i32>], more: Option<&[Option<&str>]>) -> Post {
    let owned = |text: &str| text.to_owned();
    Post {
        id: Id::default(),
        title: title.to_owned(),
        tags: tags.iter().copied().map(owned).collect(),
        marks: marks.to_vec(),
        more: more.map(|more| more.iter().map(|text| text.map(owned)).collect()),
    }
}

/// Some posts, whose arrays are of all sorts.
pub(crate) fn posts(harness: &Harness) -> Result<[Post; 4]> {
    harness.create(onggi::models![Post])?;
    harness.insert([
        post("empty", &[], &[], Some(&[])),
        post("null", &["soy"], &[None], None),
        post("some", &["soy", "fish"], &[Some(1), None, Some(3)], Some(&[Some("a"), None])),
        post("full", &["soy", "fish", "salt"], &[Some(3), Some(2)], Some(&[Some("")])),
    ])
}

pub fn what_is_empty_and_what_is_null_differ(harness: &Harness) -> Result<()> {
    let posts = posts(harness)?;
    assert_eq!(harness.rows::<Post>()?, posts);
    for post in posts {
        kept(harness, Post { id: Id::default(), title: post.title.clone() + " again", ..post })?;
    }
    Ok(())
}

/// Rows of arrays of all lengths.
fn many() -> Vec<Post> {
    let text = |number: i32| format!("text {number}");
    let one = |number: i32| Post {
        id: Id::default(),
        title: format!("{number:04}"),
        tags: (0..number % 5).map(text).collect(),
        marks: (0..number % 7).map(|mark| (mark % 3 > 0).then_some(mark)).collect(),
        more: (number % 4 > 0).then(|| (0..number % 3).map(|mark| (mark > 0).then(|| text(mark))).collect()),
    };
    (0..1_000).map(one).collect()
}

pub fn a_thousand_rows_with_generated_keys_come_back(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Post])?;
    let mut posts = many();
    harness.connect()?.insert_all(&mut posts)?;
    assert!(posts.windows(2).all(|pair| pair[0].id.key() < pair[1].id.key()));
    assert_eq!(harness.rows::<Post>()?, posts);
    let mut session = harness.session()?;
    let added = many().into_iter().map(|post| Post { title: post.title + " more", ..post });
    let added: Vec<_> = added.map(|post| session.add(post)).collect();
    session.flush()?;
    posts.extend(added.iter().map(|&handle| session[handle].clone()));
    session.commit()?;
    assert_eq!(harness.rows::<Post>()?, posts);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Sheet {
    #[model(primary_key)]
    name: String,
    cells: Vec<Option<f64>>,
    notes: Option<Vec<String>>,
}

pub fn a_thousand_rows_with_given_keys_come_back(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Sheet])?;
    let sheet = |post: Post| Sheet {
        name: post.title,
        cells: post.marks.iter().map(|mark| mark.map(f64::from)).collect(),
        notes: post.more.map(|_| post.tags),
    };
    let mut sheets: Vec<Sheet> = many().into_iter().map(sheet).collect();
    harness.connect()?.insert_all(&mut sheets)?;
    let written = harness.statements();
    assert_eq!(harness.rows::<Sheet>()?, sheets);
    let written = format!("{written:?}");
    assert!(written.contains(r#"COPY \"sheet\""#) && !written.contains("INSERT"), "{written}");
    let mut few: Vec<Sheet> = sheets.iter().take(20).cloned().collect();
    few.iter_mut().for_each(|sheet| sheet.name += " too");
    harness.connect()?.insert_all(&mut few)?;
    let mut rows = harness.rows::<Sheet>()?;
    rows.retain(|sheet| sheet.name.ends_with(" too"));
    assert_eq!(rows, few);
    Ok(())
}

pub fn a_row_among_many_that_cannot_be_written_is_named(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Post])?;
    let mut posts = many();
    posts[700].tags = vec!["fine".into(), "not\0fine".into()];
    let error = harness.connect()?.insert_all(&mut posts).expect_err("a NUL in a text");
    let said = error.to_string();
    assert!(error.is_value() && said.contains("post.tags") && said.contains("NUL"), "{said}");
    assert!(posts.iter().all(|post| post.id.key().is_none()));
    posts[700].tags.clear();
    posts[500].title = posts[3].title.clone();
    let error = harness.connect()?.insert_all(&mut posts).expect_err("a title that is taken");
    assert!(error.is_unique_violation(), "{error}");
    assert!(posts.iter().all(|post| post.id.key().is_none()));
    assert_eq!(harness.rows::<Post>()?, []);
    Ok(())
}

pub fn changes_of_elements_are_written(harness: &Harness) -> Result<()> {
    let [_, _, some, _] = posts(harness)?;
    let mut session = harness.session()?;
    let handle = session.get_one::<Post>(some.id)?;
    session[handle].tags.push("sea".into());
    session[handle].marks[0] = None;
    assert_eq!(session.modified(handle), ["tags", "marks"]);
    session.commit()?;
    let changed = harness.connect()?.get_one::<Post>(some.id)?;
    assert_eq!((changed.tags.len(), changed.marks.as_slice()), (3, &[None, None, Some(3)][..]));
    assert_eq!(changed.more, some.more);

    let all: Vec<_> = Post::query().order_by(|p| p.id).all(&mut session)?;
    for &handle in &all {
        session[handle].more = Some(vec![None; session[handle].tags.len()]);
    }
    session.commit()?;
    let lengths = harness.rows::<Post>()?.into_iter().map(|post| post.more.map_or(99, |more| more.len()));
    assert_eq!(lengths.collect::<Vec<_>>(), [0, 1, 3, 3]);
    Ok(())
}

pub fn arrays_are_set_and_upserted(harness: &Harness) -> Result<()> {
    let [_, null, some, _] = posts(harness)?;
    let mut connection = harness.connect()?;
    let mut again = post("some", &["new"], &[Some(7)], Some(&[None]));
    connection.upsert(&mut again, |p| p.title)?;
    assert_eq!(connection.get_one::<Post>(some.id)?, Post { id: some.id, ..again });

    Post::query().filter(|p| p.title.ne("some")).update(&mut connection, |p| {
        [
            p.tags.set(vec!["set".to_owned(), String::new()]),
            p.marks.set(vec![None, Some(1)]),
            p.more.set(None),
        ]
    })?;
    let set = connection.get_one::<Post>(null.id)?;
    assert_eq!(set, Post { id: null.id, ..post("null", &["set", ""], &[None, Some(1)], None) });

    Post::query().update(&mut connection, |p| p.more.set(Some(vec![Some("x".to_owned())])))?;
    Post::query().update(&mut connection, |p| p.tags.set(Vec::new()))?;
    let rows = harness.rows::<Post>()?;
    assert!(rows.iter().all(|post| post.tags.is_empty() && post.more == Some(vec![Some("x".into())])));
    Ok(())
}

/// What another program has written, and is no array of the field's.
pub fn arrays_of_other_forms_are_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Post])?;
    harness.insert([post("some", &["soy"], &[Some(1)], None)])?;
    let mut connection = harness.connect()?;
    for (column, array, words) in [
        (
            "marks",
            "'{{1,2},{3,4}}'",
            "post.marks of id 1: expected an array of one dimension, found one of 2 dimensions",
        ),
        ("tags", "'[0:1]={a,b}'", "post.tags of id 1: expected an array whose first element is number 1"),
        ("tags", "'{a,NULL}'", "post.tags of id 1: element 2: expected text, found NULL"),
    ] {
        let before = Post::query().one(&mut connection)?;
        sql(format!("UPDATE post SET {column} = {array}")).execute(&mut connection)?;
        let error = Post::query().one(&mut connection).expect_err(array);
        assert!(error.is_value() && error.to_string().contains(words), "{error}");
        connection.update(&mut before.clone())?;
    }
    sql("ALTER TABLE post ALTER marks TYPE BIGINT[]").execute(&mut connection)?;
    sql("UPDATE post SET marks = '{1,2147483648}'").execute(&mut connection)?;
    let error = Post::query().one(&mut harness.connect()?).expect_err("more than an i32");
    let words = "post.marks of id 1: element 2: 2147483648 is out of the range of i32";
    assert!(error.to_string().contains(words), "{error}");
    sql("ALTER TABLE post ALTER marks TYPE TEXT USING 'none'").execute(&mut connection)?;
    let error = Post::query().one(&mut harness.connect()?).expect_err("a text");
    assert!(error.to_string().contains("post.marks of id 1: expected an array, found a text"), "{error}");
    Ok(())
}

pub fn tables_of_other_array_types_are_mapped(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Plan, Others])?;
    let mut connection = harness.connect()?;
    for statement in [
        "CREATE TYPE taste AS ENUM ('sour', 'salty')",
        "CREATE DOMAIN names AS VARCHAR(9)[]",
        "CREATE DOMAIN positive AS INTEGER CHECK (VALUE > 0)",
        "ALTER TABLE plan ALTER wide TYPE INTEGER[]",
        "ALTER TABLE plan ALTER names TYPE names",
        "ALTER TABLE plan ALTER others TYPE VARCHAR(9)[]",
        "ALTER TABLE plan ALTER counts TYPE positive[]",
        "ALTER TABLE plan ALTER tastes TYPE taste[] USING CAST(tastes AS taste[])",
        "ALTER TABLE plan ALTER documents TYPE JSON[] USING CAST(documents AS JSON[])",
    ] {
        sql(statement).execute(&mut connection)?;
    }
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let plan = Plan {
        id: Id::default(),
        wide: vec![1, -2],
        names: texts(&["a", "b"]),
        others: texts(&["c"]),
        counts: vec![3, 4],
        tastes: vec![Taste::Salty, Taste::Sour],
        documents: vec![Json(serde_json::json!([1, "two"]))],
    };
    kept(harness, plan.clone())?;
    let mut many = vec![Plan { id: Id::default(), ..plan.clone() }; 200];
    harness.connect()?.insert_all(&mut many)?;
    assert_eq!(harness.rows::<Plan>()?[1..], many);

    assert_eq!(
        count::<Plan>(harness, |p| p.wide.contains(-2) & p.wide.contains_all([1]) & p.wide.eq(vec![1, -2]))?,
        201
    );
    assert_eq!(count::<Plan>(harness, |p| p.wide.contains(i64::MAX))?, 0);
    assert_eq!(count::<Plan>(harness, |p| p.others.contains("c") & p.others.overlaps(["c", "d"]))?, 201);
    assert_eq!(count::<Plan>(harness, |p| p.others.eq(texts(&["c"])) & p.others.lt(texts(&["d"])))?, 201);
    assert_eq!(count::<Plan>(harness, |p| p.names.contains("b") & p.names.eq(texts(&["a", "b"])))?, 201);
    assert_eq!(
        count::<Plan>(harness, |p| p.tastes.contains(Taste::Salty) & p.tastes.contains_all([Taste::Sour]))?,
        201
    );
    let first = Taste::Salty;
    for found in [
        count::<Plan>(harness, |p| p.tastes.element(0).eq(first))?,
        count::<Plan>(harness, |p| p.tastes.element(1).ne(first))?,
        count::<Plan>(harness, |p| p.tastes.element(0).is_in([first]) & p.tastes.element(1).not_in([first]))?,
    ] {
        assert_eq!(found, 201);
    }
    let error = kept(harness, Plan { wide: vec![0, i64::MAX], ..Plan::default() }).expect_err("an integer[]");
    let words = "plan.wide: element 2: 9223372036854775807 is beyond what PostgreSQL's integer[] holds";
    assert!(error.to_string().contains(words), "{error}");
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Plan {
    id: Id<Plan>,
    wide: Vec<i64>,
    names: Vec<String>,
    others: Vec<String>,
    counts: Vec<i32>,
    tastes: Vec<Taste>,
    documents: Vec<Json<serde_json::Value>>,
}

pub fn raw_rows_hold_arrays(harness: &Harness) -> Result<()> {
    posts(harness)?;
    let mut connection = harness.connect()?;
    let text = "SELECT tags, marks, more FROM post ORDER BY id";
    let maps: Vec<RowMap> = sql(text).all(&mut connection)?;
    let json = |map: &RowMap| serde_json::to_value(map).map_err(Error::other);
    let expected = serde_json::json!({ "tags": ["soy", "fish"], "marks": [1, null, 3], "more": ["a", null] });
    assert_eq!(json(&maps[2])?, expected);
    assert_eq!(maps[1]["more"], Value::Null);
    assert!(matches!(&maps[2]["tags"], Value::Array(array) if array.values[1] == Value::Text("fish".into())));
    type Row = (Vec<String>, Vec<Option<i32>>, Option<Vec<Option<String>>>);
    let rows: Vec<Row> = sql(text).all(&mut connection)?;
    assert_eq!(rows[2].1, [Some(1), None, Some(3)]);
    let given: Vec<String> =
        sql("SELECT title FROM post WHERE tags @> ?").bind(vec!["salt".to_owned()]).all(&mut connection)?;
    assert_eq!(given, ["full"]);
    let nothing: Vec<RowMap> =
        sql("SELECT '{NULL}'::SMALLINT[] AS a, '{}'::BOOLEAN[] AS b").all(&mut connection)?;
    let types = ["a", "b"].map(|name| nothing[0][name].ty());
    assert_eq!(types, [Type::BIGINT, Type::Boolean].map(|element| Some(element.array())));
    Ok(())
}

/// What is said on a database without arrays of a table that is there already: where rows are written, read and searched.
///
/// # Errors
///
/// Those of the database.
///
/// # Panics
///
/// What is not refused.
pub fn refused(on: &Harness) -> Result<[String; 4]> {
    let mut connection = on.connect()?;
    sql("CREATE TABLE sheet (name VARCHAR(99), cells VARCHAR(99), notes VARCHAR(99))")
        .execute(&mut connection)?;
    let mut sheet = Sheet { name: "a".into(), cells: vec![Some(1.0)], notes: None };
    let written = connection.insert(&mut sheet).expect_err("an array was written");
    sql("INSERT INTO sheet VALUES ('a', '[1]', NULL)").execute(&mut connection)?;
    let read = Sheet::query().one(&mut connection).expect_err("an array was read");
    let searched = Sheet::query().filter(|s| s.cells.contains(1.0)).count(&mut connection);
    let equal = Sheet::query().filter(|s| s.cells.eq(vec![Some(1.0)])).count(&mut connection);
    let [searched, equal] = [searched, equal].map(|count| count.expect_err("an array was searched"));
    Ok([written, read, searched, equal].map(|error| error.to_string()))
}
