//! SQL as text.

use onggi::{Id, Model, Result, Value, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Word {
    id: Id<Word>,
    text: String,
    weight: Option<f64>,
}

fn words(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Word])?;
    let word = |text: &str| Word { text: text.into(), ..Default::default() };
    harness.insert(["a", "b", "c"].map(word)).map(drop)
}

pub fn rows_are_typed(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let rows: Vec<(i64, String, Option<f64>)> =
        sql("SELECT id, text, weight FROM word WHERE id > ?1 ORDER BY id").bind(1).all(&mut connection)?;
    assert_eq!(rows, [(2, "b".to_owned(), None), (3, "c".to_owned(), None)]);
    let single: Vec<String> = sql("SELECT text FROM word ORDER BY id").all(&mut connection)?;
    assert_eq!(single, ["a", "b", "c"]);
    let (id,): (Id<Word>,) = sql("SELECT max(id) FROM word").one(&mut connection)?;
    assert_eq!(id.key(), Some(3));
    Ok(())
}

pub fn parameters_are_bound(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let row: (i64, String, bool, f64, Option<i64>, Vec<u8>) = sql("SELECT ?1, ?2, ?3, ?4, ?5, ?6")
        .bind(7_i64)
        .bind("it's")
        .bind(true)
        .bind(0.5)
        .bind(None::<i64>)
        .bind(vec![0_u8, 255])
        .one(&mut connection)?;
    assert_eq!(row, (7, "it's".to_owned(), true, 0.5, None, vec![0, 255]));
    Ok(())
}

pub fn null_is_looked_up_anew_in_each_run(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let text = "SELECT COUNT(*) FROM word WHERE NULLIF(id, 2) NOT IN (SELECT id FROM word WHERE id > ?1)";
    for (least, expected) in [(0, 0), (100, 3), (2, 1), (0, 0)] {
        assert_eq!(sql(text).bind(least).one::<i64, _>(&mut connection)?, expected, "of ids from {least}");
    }
    Ok(())
}

pub fn the_same_parameter_can_stand_twice(harness: &Harness) -> Result<()> {
    let doubled: i64 = sql("SELECT ?1 + ?1").bind(21).one(&mut harness.connect()?)?;
    assert_eq!(doubled, 42);
    Ok(())
}

pub fn too_few_or_too_many_parameters_are_refused(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let text = "SELECT text FROM word WHERE id = ?1";
    let error = sql(text).one::<String, _>(&mut connection).expect_err("no parameter");
    assert!(error.to_string().starts_with("1 parameters wanted, 0 bound"), "{error}");
    let error = sql(text).bind(1).bind(2).one::<String, _>(&mut connection).expect_err("too many");
    assert!(error.to_string().starts_with("1 parameters wanted, 2 bound"), "{error}");
    assert!(sql("DELETE FROM word WHERE id = ?1").execute(&mut connection).is_err());
    assert_eq!(harness.rows::<Word>()?.len(), 3);
    Ok(())
}

pub fn a_value_that_cannot_be_bound_is_refused(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    let error = sql("SELECT ?1").bind(i128::MAX).one::<i64, _>(&mut connection).expect_err("too great");
    assert!(error.is_value());
    let error = sql("SELECT ?1").bind(Id::<Word>::default()).one::<i64, _>(&mut connection);
    assert!(error.expect_err("a key that is not set").is_value());
    Ok(())
}

pub fn rows_of_another_width_or_type_are_refused(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let query = sql("SELECT id, text FROM word");
    assert!(query.all::<(i64, String, i64), _>(&mut connection).is_err());
    assert!(query.all::<i64, _>(&mut connection).is_err());
    let error = query.all::<(i64, i64), _>(&mut connection).expect_err("a text as a number");
    assert!(error.is_value());
    assert!(error.to_string().starts_with("column 2 of the result: "), "{error}");
    Ok(())
}

pub fn one_wants_exactly_one(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    assert!(sql("SELECT id FROM word").one::<i64, _>(&mut connection).expect_err("3").is_not_unique());
    let none = sql("SELECT id FROM word WHERE id < 0").one::<i64, _>(&mut connection);
    assert!(none.expect_err("none").is_not_found());
    Ok(())
}

pub fn executing_counts_rows(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let update = sql("UPDATE word SET weight = ?1 WHERE id <= ?2").bind(0.5).bind(2);
    assert_eq!(update.execute(&mut connection)?, 2);
    assert_eq!(sql("DELETE FROM word WHERE weight IS NULL").execute(&mut connection)?, 1);
    assert_eq!(sql("DELETE FROM word WHERE id = 99").execute(&mut connection)?, 0);
    Ok(())
}

pub fn executing_what_gives_rows_is_an_error(harness: &Harness) -> Result<()> {
    words(harness)?;
    assert!(sql("SELECT id FROM word").execute(&mut harness.connect()?).is_err());
    Ok(())
}

pub fn rows_are_lent_one_after_another(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut seen = String::new();
    sql("SELECT text FROM word ORDER BY id DESC").each(&mut harness.connect()?, |text: String| {
        seen.push_str(&text);
        Ok(())
    })?;
    assert_eq!(seen, "cba");
    Ok(())
}

pub fn a_session_flushes_before_it(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut session = harness.session()?;
    session.add(Word { text: "d".into(), ..Default::default() });
    assert_eq!(sql("SELECT count(*) FROM word").one::<i64, _>(&mut session)?, 4);
    session.rollback()?;
    assert_eq!(sql("SELECT count(*) FROM word").one::<i64, _>(&mut session)?, 3);
    Ok(())
}

pub fn what_is_no_sql_is_an_error_with_its_text(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    let error = sql("SELEC 1").one::<i64, _>(&mut connection).expect_err("no SQL");
    assert_eq!(error.statement(), Some("SELEC 1"));
    let error = sql("SELECT 1 FROM nowhere").one::<i64, _>(&mut connection).expect_err("no table");
    assert!(error.to_string().contains("nowhere"), "{error}");
    Ok(())
}

pub fn several_statements_in_one_text_are_refused(harness: &Harness) -> Result<()> {
    words(harness)?;
    let mut connection = harness.connect()?;
    let both = sql("DELETE FROM word WHERE id = 1; DELETE FROM word").execute(&mut connection);
    assert!(both.is_err());
    assert_eq!(harness.rows::<Word>()?.len(), 3);
    Ok(())
}

pub fn values_are_what_they_look_like(_harness: &Harness) -> Result<()> {
    assert_eq!(Value::from(7), Value::Integer(7));
    assert_eq!(Value::from("x"), Value::Text("x".to_owned()));
    Ok(())
}
