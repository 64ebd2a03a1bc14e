//! What MariaDB would do silently, by the means of its SQL alone, is an error or what the other databases do.

#![cfg(all(feature = "mysql", feature = "decimal"))]

#[path = "mysql/mod.rs"]
mod mysql;

use onggi::{Bound, Connection, Database, Id, Model, Result, case, cume_dist, sql, value};

#[derive(Clone, Debug, Default, Model)]
struct Note {
    id: Id<Note>,
    text: String,
    number: i64,
    weight: f64,
    price: rust_decimal::Decimal,
}

/// A connection to a database with three notes; none without a server.
fn notes() -> Result<Option<(mysql::Own, Connection)>> {
    let Some(own) = mysql::Own::open() else { return Ok(None) };
    let db = Database::open(own.url())?;
    db.create_tables(onggi::models![Note])?;
    let mut connection = db.connect()?;
    let note = |text: &str, number, weight, cents| Note {
        text: text.into(),
        number,
        weight,
        price: rust_decimal::Decimal::new(cents, 2),
        ..Default::default()
    };
    connection.insert_all(&mut [
        note("abc", 1, 1.5, 150),
        note("12", 2, -2.0, 1000),
        note("x", 3, 0.0, 0),
    ])?;
    Ok(Some((own, connection)))
}

#[test]
fn a_number_that_a_conversion_cannot_hold_is_an_error() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    for text in ["99999999999999999999", "9223372036854775808", "-9223372036854775809"] {
        sql("UPDATE note SET text = ? WHERE id = 1").bind(text).execute(&mut connection)?;
        let query = Note::query().filter(|n| n.id.eq(Id::from(1))).select(|n| n.text.cast::<i64>());
        let error = query.one(&mut connection).expect_err("a number that is too large");
        assert!(error.to_string().contains("out of range"), "{error}");
    }
    let least = i64::MIN.to_string();
    sql("UPDATE note SET text = ?, weight = 1e40 WHERE id = 1")
        .bind(least.as_str())
        .execute(&mut connection)?;
    let query = Note::query().order_by(|n| n.id).select(|n| n.text.cast::<i64>());
    assert_eq!(query.all(&mut connection)?, [i64::MIN, 12, 0]);
    let decimals = Note::query().select(|n| n.weight.cast::<rust_decimal::Decimal>());
    let error = decimals.all(&mut connection).expect_err("a number that is too large");
    assert!(error.to_string().contains("out of range"), "{error}");
    Ok(())
}

#[test]
fn a_decimal_as_a_text_has_no_zeros_at_its_end() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let texts = Note::query().order_by(|n| n.id).select(|n| n.price.cast::<String>());
    assert_eq!(texts.all(&mut connection)?, ["1.5", "10", "0"]);
    Ok(())
}

#[test]
fn joined_texts_that_would_be_cut_off_are_an_error() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let joined = Note::query().select(|n| n.text.string_agg(", ").order_by(n.id.desc()));
    assert_eq!(joined.one(&mut connection)?, Some("x, 12, abc".to_owned()));
    let limit: i64 = sql("SELECT @@max_allowed_packet").one(&mut connection)?;
    sql("UPDATE note SET text = repeat('ä', ?)").bind(limit / 6).execute(&mut connection)?;
    let error = joined.one(&mut connection).expect_err("a text that is too long");
    assert!(error.to_string().contains("out of range"), "{error}");
    Ok(())
}

#[test]
fn a_rank_sees_all_rows_whatever_the_frame() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let ranks = Note::query()
        .order_by(|n| n.id)
        .select(|n| cume_dist().over(|w| w.order_by(n.number).rows(Bound::Preceding(1), Bound::Current)));
    assert_eq!(ranks.all(&mut connection)?, [1.0 / 3.0, 2.0 / 3.0, 1.0]);
    Ok(())
}

#[test]
fn a_part_of_a_text_from_place_0_on_is_one_character_less() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let parts = Note::query()
        .filter(|n| n.id.eq(Id::from(1)))
        .select(|n| (n.text.substring(0, 2), n.text.substring_from(0)));
    assert_eq!(parts.one(&mut connection)?, ("a".to_owned(), "abc".to_owned()));
    Ok(())
}

#[test]
fn a_case_with_a_float_among_its_values_is_divided_as_a_float() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let halves = Note::query().order_by(|n| n.id).select(|n| {
        let weight = case().when(n.number.eq(1), n.weight).otherwise(3.0);
        (weight / 2.0, n.number / 2)
    });
    assert_eq!(halves.all(&mut connection)?, [(0.75, 0), (1.5, 1), (1.5, 1)]);
    Ok(())
}

/// MySQL would compare both texts as numbers, of which both are 0.
#[test]
fn a_text_that_becomes_null_is_compared_as_one_where_a_number_is_made_of_it() -> Result<()> {
    let Some((_own, mut connection)) = notes()? else { return Ok(()) };
    let numbers = Note::query().limit(1).select(|_| {
        let chosen = |text: &str| value(text.to_owned()).null_if(String::new());
        (chosen("a").cast::<i64>(), chosen("12").cast::<i64>(), chosen("").cast::<i64>())
    });
    assert_eq!(numbers.one(&mut connection)?, (Some(0), Some(12), None));
    Ok(())
}
