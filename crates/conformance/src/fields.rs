//! Every type that a field can have, there and back at its extremes.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::{Bind, Error, Field, Id, Json, Model, Result, Type, ValueRef, sql};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Harness;

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

/// Refused by every way to write it, with nothing written.
fn refused<M: Model>(harness: &Harness, mut object: M) -> Result<()> {
    let error = harness.connect()?.insert(&mut object).expect_err("a value out of range was inserted");
    assert!(error.is_value(), "{error}");
    let mut session = harness.session()?;
    session.add(object);
    let error = session.flush().expect_err("a value out of range was flushed");
    assert!(error.is_value(), "{error}");
    session.rollback()?;
    assert_eq!(M::query().count(&mut session)?, 0);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Integers {
    id: Id<Integers>,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    i128: i128,
    isize: isize,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    u128: u128,
    usize: usize,
}

const GREATEST: u64 = i64::MAX.unsigned_abs();

pub fn integers_are_kept_at_their_extremes(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Integers])?;
    kept(harness, Integers::default())?;
    kept(
        harness,
        Integers {
            i8: i8::MIN,
            i16: i16::MIN,
            i32: i32::MIN,
            i64: i64::MIN,
            i128: i64::MIN.into(),
            isize: isize::MIN,
            ..Default::default()
        },
    )?;
    kept(
        harness,
        Integers {
            id: Id::default(),
            i8: i8::MAX,
            i16: i16::MAX,
            i32: i32::MAX,
            i64: i64::MAX,
            i128: i64::MAX.into(),
            isize: isize::MAX,
            u8: u8::MAX,
            u16: u16::MAX,
            u32: u32::MAX,
            u64: GREATEST,
            u128: GREATEST.into(),
            usize: isize::MAX.unsigned_abs(),
        },
    )?;
    assert_eq!(Integers::query().filter(|i| i.u8.eq(u8::MAX)).count(&mut harness.connect()?)?, 1);
    assert_eq!(Integers::query().filter(|i| i.i64.lt(i64::MAX)).count(&mut harness.connect()?)?, 2);
    Ok(())
}

pub fn unsigned_integers_are_divided_as_whole_numbers(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Integers])?;
    harness.insert([Integers { u64: 7, ..Default::default() }])?;
    let mut connection = harness.connect()?;
    assert_eq!(Integers::query().filter(|i| (i.u64 / 2).eq(3)).count(&mut connection)?, 1);
    Integers::query().update(&mut connection, |i| [i.u64.set(i.u64 / 2 * 2)])?;
    assert_eq!(harness.rows::<Integers>()?[0].u64, 6);
    Ok(())
}

pub fn great_floats_are_rounded_to_themselves(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Floats])?;
    let mut connection = harness.connect()?;
    for (double, rounded) in [(9_007_199_254_740_991.0, 9_007_199_254_740_991.0), (2.5, 3.0), (-2.5, -3.0)] {
        harness.insert([Floats { double, ..Default::default() }])?;
        let found =
            Floats::query().order_by(|f| f.id.desc()).select(|f| f.double.round()).first(&mut connection)?;
        assert_eq!(found, Some(rounded));
    }
    Ok(())
}

pub fn integers_beyond_64_bits_are_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Integers])?;
    refused(harness, Integers { i128: i128::from(i64::MIN) - 1, ..Default::default() })?;
    refused(harness, Integers { i128: i128::MAX, ..Default::default() })?;
    refused(harness, Integers { i128: i128::MIN, ..Default::default() })?;
    refused(harness, Integers { u128: u128::MAX, ..Default::default() })?;
    refused(harness, Integers { u128: u128::from(u64::MAX) + 1, ..Default::default() })
}

/// Not every database has integers of 64 bits without sign; one that has not must say so.
pub fn unsigned_integers_of_64_bits_are_kept_or_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Integers])?;
    for number in [GREATEST + 1, u64::MAX] {
        for object in [
            Integers { u64: number, ..Default::default() },
            Integers { u128: number.into(), ..Default::default() },
            Integers { usize: usize::try_from(number).map_err(Error::other)?, ..Default::default() },
        ] {
            match harness.connect()?.insert(&mut object.clone()) {
                Ok(()) => kept(harness, object)?,
                Err(error) => assert!(error.is_value(), "{error}"),
            }
        }
    }
    Ok(())
}

pub fn integers_that_a_field_cannot_hold_are_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Integers])?;
    let [row] = harness.insert([Integers::default()])?;
    let mut connection = harness.connect()?;
    for (column, bad) in [("i8", 128_i64), ("i16", -32_769), ("i32", 1 << 31), ("u8", -1), ("u16", 65_536)] {
        sql(format!("UPDATE integers SET {column} = ?1")).bind(bad).execute(&mut connection)?;
        let error = connection.get_one::<Integers>(row.id).expect_err("a number out of range was read");
        assert!(error.is_value());
        assert_eq!((error.table(), error.columns()), (Some("integers"), vec![column]));
        assert!(error.to_string().contains("id 1"), "{error}");
        assert!(error.to_string().contains(&bad.to_string()), "{error}");
        sql(format!("UPDATE integers SET {column} = 0")).execute(&mut connection)?;
    }
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Floats {
    id: Id<Floats>,
    single: f32,
    double: f64,
    maybe: Option<f64>,
}

pub fn floats_are_kept_at_their_extremes(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Floats])?;
    for (single, double) in [
        (0.0, 0.0),
        (-0.0, -0.0),
        (0.1, 0.1),
        (f32::MIN, f64::MIN),
        (f32::MAX, f64::MAX),
        (f32::MIN_POSITIVE, f64::MIN_POSITIVE),
        (f32::from_bits(1), f64::from_bits(1)),
        (f32::EPSILON, f64::EPSILON),
        (16_777_217.0, 9_007_199_254_740_993.0),
    ] {
        kept(harness, Floats { id: Id::default(), single, double, maybe: Some(double) })?;
    }
    Ok(())
}

pub fn infinities_are_kept_or_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Floats])?;
    for (single, double) in [(f32::INFINITY, f64::INFINITY), (f32::NEG_INFINITY, f64::NEG_INFINITY)] {
        match harness.keeps_infinities() {
            true => kept(harness, Floats { single, double, ..Default::default() })?,
            false => {
                refused(harness, Floats { single, ..Default::default() })?;
                refused(harness, Floats { double, ..Default::default() })?;
            }
        }
    }
    if !harness.keeps_infinities() {
        return Ok(());
    }
    let greatest = Floats::query().order_by(|f| f.double.desc()).first(&mut harness.connect()?)?;
    assert_eq!(greatest.map(|floats| floats.double), Some(f64::INFINITY));
    Ok(())
}

/// Databases would make it NULL, or never find it again.
pub fn nan_is_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Floats])?;
    refused(harness, Floats { single: f32::NAN, ..Default::default() })?;
    refused(harness, Floats { double: f64::NAN, ..Default::default() })?;
    refused(harness, Floats { maybe: Some(f64::NAN), ..Default::default() })?;
    let mut connection = harness.connect()?;
    let search = Floats::query().filter(|f| f.double.eq(f64::NAN)).all(&mut connection);
    assert!(search.expect_err("NaN was compared").is_value());
    let search = Floats::query().filter(|f| f.double.is_in([1.0, f64::NAN])).all(&mut connection);
    assert!(search.expect_err("NaN was searched").is_value());
    Ok(())
}

pub fn a_double_that_is_no_single_is_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Floats])?;
    let [row] = harness.insert([Floats::default()])?;
    let mut connection = harness.connect()?;
    sql("UPDATE floats SET single = 0.1").execute(&mut connection)?;
    let error = connection.get_one::<Floats>(row.id).expect_err("digits were lost");
    assert_eq!((error.is_value(), error.columns()), (true, vec!["single"]));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Texts {
    id: Id<Texts>,
    flag: bool,
    text: String,
    bytes: Vec<u8>,
}

pub fn texts_are_kept_to_the_last_character(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts])?;
    let long = "깍두기".repeat(20_000);
    for text in [
        "",
        " ",
        "김치 🌶️ 👩‍👩‍👧",
        "'; DROP TABLE texts; --",
        "\\%_\"`\r\n\t",
        "\u{10ffff}",
        &long,
        "7",
        "1e3",
        "NULL",
    ] {
        let texts = Texts { text: text.to_owned(), ..Default::default() };
        kept(harness, texts)?;
        let found = Texts::query().filter(|t| t.text.eq(text)).all(&mut harness.connect()?)?;
        assert_eq!(found.len(), 1, "{text:?} found");
        assert_eq!(found[0].text, text);
    }
    Ok(())
}

pub fn nul_characters_are_kept_or_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts, Page])?;
    let settings = Json(Settings { theme: "\0".into(), ..Default::default() });
    let page = Page { settings, ..Default::default() };
    let texts = ["a\0b", "\0"].map(|text| Texts { text: text.to_owned(), ..Default::default() });
    if !harness.keeps_nul() {
        refused(harness, page)?;
        return texts.into_iter().try_for_each(|texts| refused(harness, texts));
    }
    kept(harness, page)?;
    for texts in texts {
        let text = texts.text.clone();
        kept(harness, texts)?;
        let found = Texts::query().filter(|t| t.text.eq(&text)).one(&mut harness.connect()?)?;
        assert_eq!(found.text, text);
    }
    Ok(())
}

pub fn bytes_are_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts])?;
    for bytes in [vec![], vec![0], (0..=255).collect(), b"text".to_vec(), vec![0xff; 100_000]] {
        kept(harness, Texts { bytes: bytes.clone(), ..Default::default() })?;
        let found = Texts::query().filter(|t| t.bytes.eq(bytes.clone()));
        assert_eq!(found.count(&mut harness.connect()?)?, 1);
    }
    Ok(())
}

pub fn booleans_are_kept_and_are_conditions(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts])?;
    kept(harness, Texts { flag: true, ..Default::default() })?;
    kept(harness, Texts { flag: false, ..Default::default() })?;
    let mut connection = harness.connect()?;
    assert_eq!(Texts::query().filter(|t| t.flag).count(&mut connection)?, 1);
    assert_eq!(Texts::query().filter(|t| t.flag.eq(false)).count(&mut connection)?, 1);
    Ok(())
}

pub fn a_boolean_that_is_neither_is_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts])?;
    let [row] = harness.insert([Texts::default()])?;
    let mut connection = harness.connect()?;
    sql("UPDATE texts SET flag = 2").execute(&mut connection)?;
    let error = connection.get_one::<Texts>(row.id).expect_err("2 was read as a boolean");
    assert_eq!((error.is_value(), error.columns()), (true, vec!["flag"]));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Options {
    id: Id<Options>,
    integer: Option<i32>,
    real: Option<f64>,
    flag: Option<bool>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    other: Option<Id<Options>>,
    moment: Option<DateTime<Utc>>,
    uuid: Option<Uuid>,
    amount: Option<Decimal>,
    json: Option<Json<Vec<i32>>>,
    level: Option<Level>,
}

pub fn none_is_null_and_some_is_kept(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Options])?;
    kept(harness, Options::default())?;
    let some = Options {
        id: Id::default(),
        integer: Some(0),
        real: Some(0.0),
        flag: Some(false),
        text: Some(String::new()),
        bytes: Some(Vec::new()),
        other: Some(1.into()),
        moment: Some(DateTime::UNIX_EPOCH),
        uuid: Some(Uuid::nil()),
        amount: Some(Decimal::ZERO),
        json: Some(Json(Vec::new())),
        level: Some(Level::Mild),
    };
    kept(harness, some)?;
    let mut connection = harness.connect()?;
    let nulls = Options::query().filter(|o| {
        o.integer.is_null()
            & o.real.is_null()
            & o.flag.is_null()
            & o.text.is_null()
            & o.bytes.is_null()
            & o.other.is_null()
            & o.moment.is_null()
            & o.uuid.is_null()
            & o.amount.is_null()
            & o.json.is_null()
            & o.level.is_null()
    });
    assert_eq!(nulls.all(&mut connection)?, [Options { id: 1.into(), ..Default::default() }]);
    Ok(())
}

pub fn null_in_a_field_that_is_no_option_is_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Texts])?;
    let mut connection = harness.connect()?;
    let error = sql("SELECT NULL").one::<i64, _>(&mut connection).expect_err("NULL was read as a number");
    assert!(error.is_value(), "{error}");
    assert_eq!(sql("SELECT NULL").one::<Option<i64>, _>(&mut connection)?, None);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Model)]
struct Times {
    id: Id<Times>,
    date: NaiveDate,
    time: NaiveTime,
    naive: NaiveDateTime,
    moment: DateTime<Utc>,
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

fn times(date: NaiveDate, hour: u32, minute: u32, second: u32, nanosecond: u32) -> Times {
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond).expect("a time of day");
    let naive = date.and_time(time);
    Times { id: Id::default(), date, time, naive, moment: naive.and_utc() }
}

pub fn dates_and_times_are_kept_to_the_microsecond(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Times])?;
    for object in [
        times(date(1970, 1, 1), 0, 0, 0, 0),
        times(date(2024, 2, 29), 12, 34, 56, 0),
        times(date(2024, 2, 29), 12, 34, 56, 500_000_000),
        times(date(2024, 2, 29), 12, 34, 56, 123_456_000),
        times(date(1, 1, 1), 0, 0, 0, 0),
        times(date(0, 1, 1), 0, 0, 0, 0),
        times(date(9999, 12, 31), 23, 59, 59, 999_999_000),
    ] {
        kept(harness, object)?;
    }
    Ok(())
}

pub fn nanoseconds_are_kept_or_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Times])?;
    for nanoseconds in [1, 123_456_789, 999_999_999] {
        let object = times(date(2024, 2, 29), 12, 34, 56, nanoseconds);
        match harness.keeps_nanoseconds() {
            true => kept(harness, object)?,
            false => refused(harness, object)?,
        }
    }
    Ok(())
}

pub fn dates_and_times_compare_and_sort_as_such(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Times])?;
    let late = times(date(2024, 10, 9), 10, 0, 0, 0);
    let later = times(date(2024, 10, 10), 10, 0, 0, 500_000_000);
    let early = times(date(999, 12, 31), 9, 59, 59, 999_999_000);
    harness.insert([late.clone(), later.clone(), early.clone()])?;
    let mut connection = harness.connect()?;
    let sorted = |found: Vec<Times>| found.into_iter().map(|times| times.date).collect::<Vec<_>>();
    let expected = vec![early.date, late.date, later.date];
    assert_eq!(sorted(Times::query().order_by(|t| t.date).all(&mut connection)?), expected);
    assert_eq!(sorted(Times::query().order_by(|t| t.time).all(&mut connection)?), expected);
    assert_eq!(sorted(Times::query().order_by(|t| t.naive).all(&mut connection)?), expected);
    assert_eq!(sorted(Times::query().order_by(|t| t.moment).all(&mut connection)?), expected);
    let after = Times::query().filter(|t| t.moment.gt(late.moment)).count(&mut connection)?;
    assert_eq!(after, 1);
    assert!(Times::query().filter(|t| t.time.eq(early.time)).exists(&mut connection)?);
    assert!(Times::query().filter(|t| t.date.between(early.date, late.date)).exists(&mut connection)?);
    Ok(())
}

/// They would not sort, or not come back.
pub fn years_of_more_than_four_digits_are_kept_or_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Times])?;
    for object in [times(date(10_000, 1, 1), 0, 0, 0, 0), times(date(-1, 1, 1), 0, 0, 0, 0)] {
        match harness.connect()?.insert(&mut object.clone()) {
            Ok(()) => kept(harness, object)?,
            Err(error) => assert!(error.is_value(), "{error}"),
        }
    }
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Token {
    #[model(primary_key)]
    uuid: Uuid,
    other: Option<Uuid>,
}

pub fn uuids_are_kept_and_found(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Token])?;
    for uuid in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)] {
        kept(harness, Token { uuid, other: Some(uuid) })?;
        let found = Token::query().filter(|t| t.other.eq(uuid)).one(&mut harness.connect()?)?;
        assert_eq!(found.uuid, uuid);
    }
    let found = Token::query().filter(|t| t.uuid.is_in([Uuid::nil(), Uuid::max(), Uuid::from_u128(5)]));
    assert_eq!(found.count(&mut harness.connect()?)?, 2);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Price {
    id: Id<Price>,
    amount: Decimal,
}

fn prices<const N: usize>(harness: &Harness, texts: [&str; N]) -> Result<()> {
    let price = |text: &str| Price { amount: decimal(text), ..Default::default() };
    harness.insert(texts.map(price)).map(drop)
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal number")
}

fn texts(prices: Vec<Price>) -> Vec<String> {
    prices.into_iter().map(|price| price.amount.to_string()).collect()
}

/// The texts of decimals as the database gives them back: some leave out the zeros at their end.
fn scaled<const N: usize>(harness: &Harness, texts: [&str; N]) -> [String; N] {
    texts.map(|text| match harness.keeps_scale() {
        true => text.to_owned(),
        false => decimal(text).normalize().to_string(),
    })
}

pub fn decimals_are_exact_and_keep_their_scale(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Price])?;
    for text in [
        "0",
        "0.00",
        "1.10",
        "-0.1",
        "0.1234567890123456789012345678",
        "123456789012345678.1234567890",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "0.0000000000000000000000000001",
    ] {
        kept(harness, Price { amount: decimal(text), ..Default::default() })?;
        let last = Price::query().order_by(|p| p.id.desc()).first(&mut harness.connect()?)?;
        let [expected] = scaled(harness, [text]);
        assert_eq!(last.map(|price| price.amount.to_string()), Some(expected));
    }
    Ok(())
}

pub fn decimals_compare_as_numbers(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Price])?;
    prices(harness, ["9.5", "10", "-3", "1.50", "1.5", "100.01"])?;
    let mut connection = harness.connect()?;
    let mut found = |query: onggi::Query<Price>| query.order_by(|p| p.id).all(&mut connection).map(texts);
    let all = Price::query;
    let halves = scaled(harness, ["1.50", "1.5"]);
    assert_eq!(found(all().filter(|p| p.amount.eq(decimal("1.500"))))?, halves);
    assert_eq!(found(all().filter(|p| p.amount.ne(decimal("1.500"))))?, ["9.5", "10", "-3", "100.01"]);
    assert_eq!(found(all().filter(|p| p.amount.gt(decimal("9.5"))))?, ["10", "100.01"]);
    assert_eq!(found(all().filter(|p| p.amount.ge(decimal("9.50"))))?, ["9.5", "10", "100.01"]);
    assert_eq!(found(all().filter(|p| p.amount.lt(decimal("0"))))?, ["-3"]);
    assert_eq!(
        found(all().filter(|p| p.amount.between(decimal("1.5"), decimal("9.50"))))?,
        scaled(harness, ["9.5", "1.50", "1.5"])
    );
    Ok(())
}

pub fn decimals_sort_as_numbers(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Price])?;
    prices(harness, ["9", "10", "-10", "-9.5", "0.5", "100"])?;
    let mut connection = harness.connect()?;
    let sorted = Price::query().order_by(|p| p.amount).all(&mut connection)?;
    assert_eq!(texts(sorted), ["-10", "-9.5", "0.5", "9", "10", "100"]);
    let extremes = Price::query().select(|p| (p.amount.min(), p.amount.max())).one(&mut connection)?;
    assert_eq!(extremes, (Some(decimal("-10")), Some(decimal("100"))));
    Ok(())
}

pub fn decimals_are_found_in_a_list_as_numbers(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Price])?;
    prices(harness, ["1.0", "2", "3.00"])?;
    let mut connection = harness.connect()?;
    let wanted = ["1", "3", "4"].map(decimal);
    let found = Price::query().filter(|p| p.amount.is_in(wanted)).order_by(|p| p.id).all(&mut connection)?;
    assert_eq!(texts(found), scaled(harness, ["1.0", "3.00"]));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Rate {
    #[model(primary_key)]
    rate: Decimal,
    #[model(unique)]
    step: Decimal,
}

pub fn decimals_are_keys_and_unique(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Rate])?;
    let rate = |rate, step| Rate { rate: decimal(rate), step: decimal(step) };
    harness.insert([rate("0.10", "1.5"), rate("0.2", "-1.5")])?;
    let error = harness.connect()?.insert(&mut rate("0.3", "1.5")).expect_err("a step twice");
    assert!(error.is_unique_violation());
    assert_eq!(error.columns(), ["step"]);
    assert!(harness.connect()?.insert(&mut rate("0.2", "9")).expect_err("a key twice").is_unique_violation());
    let mut session = harness.session()?;
    let tenth = session.get_one::<Rate>(decimal("0.1"))?;
    assert_eq!([session[tenth].rate.to_string()], scaled(harness, ["0.10"]));
    assert_eq!(session.get::<Rate>(decimal("0.10"))?, Some(tenth));
    session[tenth].step = decimal("7");
    session.commit()?;
    assert_eq!(harness.connect()?.get_one::<Rate>(decimal("0.100"))?.step, decimal("7"));
    Ok(())
}

pub fn decimals_of_too_many_digits_are_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Price])?;
    prices(harness, ["1"])?;
    let mut connection = harness.connect()?;
    sql("UPDATE price SET amount = ?1").bind("0.12345678901234567890123456789").execute(&mut connection)?;
    let error = connection.get_one::<Price>(1).expect_err("digits were lost");
    assert_eq!((error.is_value(), error.columns()), (true, vec!["amount"]));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
    sizes: Vec<u32>,
    inner: Option<Box<Settings>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Page {
    id: Id<Page>,
    title: String,
    settings: Json<Settings>,
}

pub fn json_is_kept_and_changes_inside_are_noticed(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Page])?;
    let inner = Some(Box::new(Settings { theme: "\"quoted\" 김치".into(), ..Default::default() }));
    let settings = Settings { theme: "dark".into(), sizes: vec![0, u32::MAX], inner };
    kept(harness, Page { settings: Json(settings), ..Default::default() })?;
    let mut session = harness.session()?;
    let page = session.get_one::<Page>(1)?;
    harness.statements();
    session[page].settings.sizes.push(3);
    assert_eq!(session.modified(page), ["settings"]);
    session.commit()?;
    assert_eq!(harness.statements(), [r#"UPDATE "page" SET "settings" = ?1 WHERE "id" = ?2"#, "COMMIT"]);
    assert_eq!(harness.rows::<Page>()?[0].settings.sizes, [0, u32::MAX, 3]);
    Ok(())
}

pub fn json_is_compared_with_values(harness: &Harness) -> Result<()> {
    let settings = |theme: &str| Json(Settings { theme: theme.into(), ..Default::default() });
    harness.create(onggi::models![Page])?;
    harness
        .insert(["dark", "light"].map(|theme| Page { settings: settings(theme), ..Default::default() }))?;
    let mut connection = harness.connect()?;
    let dark = Page::query().filter(|p| p.settings.eq(settings("dark"))).one(&mut connection)?;
    assert_eq!(dark.settings.theme, "dark");
    assert_eq!(Page::query().filter(|p| p.settings.ne(settings("dark"))).count(&mut connection)?, 1);
    let some = [settings("light"), settings("none")];
    assert_eq!(
        Page::query().filter(|p| p.settings.is_in(some)).one(&mut connection)?.settings.theme,
        "light"
    );
    Ok(())
}

pub fn json_that_is_none_is_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Page])?;
    harness.insert([Page::default()])?;
    let mut connection = harness.connect()?;
    for bad in ["{", "[]", r#"{"theme": 1}"#] {
        sql("UPDATE page SET settings = ?1").bind(bad).execute(&mut connection)?;
        let error = connection.get_one::<Page>(1).expect_err("what is no settings was read");
        assert_eq!((error.is_value(), error.columns()), (true, vec!["settings"]));
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Field)]
enum Level {
    #[default]
    Mild,
    #[model(rename = "very hot")]
    Hot,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Field)]
#[model(rename_all = "SCREAMING_SNAKE_CASE")]
enum Stage {
    #[default]
    JustSalted,
    FullyRipe,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Kimchi {
    id: Id<Kimchi>,
    level: Level,
    stage: Stage,
}

pub fn enums_are_texts(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Kimchi])?;
    kept(harness, Kimchi { level: Level::Hot, stage: Stage::FullyRipe, ..Default::default() })?;
    kept(harness, Kimchi::default())?;
    let mut connection = harness.connect()?;
    let stored: Vec<(String, String)> =
        sql("SELECT level, stage FROM kimchi ORDER BY id").all(&mut connection)?;
    let stored: Vec<_> = stored.iter().map(|(level, stage)| (level.as_str(), stage.as_str())).collect();
    assert_eq!(stored, [("very hot", "FULLY_RIPE"), ("Mild", "JUST_SALTED")]);
    let hot = Kimchi::query().filter(|k| k.level.is_in([Level::Hot])).one(&mut connection)?;
    assert_eq!(hot.stage, Stage::FullyRipe);
    Ok(())
}

pub fn a_text_that_is_no_variant_is_refused_when_read(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Kimchi])?;
    harness.insert([Kimchi::default()])?;
    let mut connection = harness.connect()?;
    sql("UPDATE kimchi SET level = 'Nuclear'").execute(&mut connection)?;
    let error = connection.get_one::<Kimchi>(1).expect_err("an unknown variant was read");
    assert_eq!((error.is_value(), error.columns()), (true, vec!["level"]));
    assert!(error.to_string().contains(r#"expected one of "Mild", "very hot", found "Nuclear""#), "{error}");
    Ok(())
}

/// A type of the user's own, kept as text.
#[derive(Clone, Debug, Default, PartialEq)]
struct Color(u8, u8, u8);

impl Field for Color {
    type Base = Color;
    const TYPE: Type = Type::Text;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        let text = format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2);
        Ok(to.bind(ValueRef::Text(&text))?)
    }

    fn read(value: ValueRef<'_>) -> Result<Color> {
        let wrong = || Error::value("expected a color like #00ff7f");
        let ValueRef::Text(text) = value else { return Err(wrong()) };
        let part = |at: usize| {
            let digits = text.get(at..at + 2).ok_or_else(wrong)?;
            u8::from_str_radix(digits, 16).map_err(|_| wrong())
        };
        Ok(Color(part(1)?, part(3)?, part(5)?))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Lid {
    id: Id<Lid>,
    color: Color,
    rim: Option<Color>,
}

pub fn a_type_of_the_users_own_is_a_column(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Lid])?;
    kept(harness, Lid { color: Color(1, 2, 255), rim: Some(Color(0, 0, 0)), ..Default::default() })?;
    kept(harness, Lid::default())?;
    let mut connection = harness.connect()?;
    let found = Lid::query().filter(|l| l.color.eq(Color(1, 2, 255))).one(&mut connection)?;
    assert_eq!(found.rim, Some(Color(0, 0, 0)));
    sql("UPDATE lid SET color = 'red' WHERE id = 2").execute(&mut connection)?;
    let error = connection.get_one::<Lid>(2).expect_err("red was read as a color");
    assert!(error.is_value() && error.to_string().contains("lid.color of id 2"), "{error}");
    Ok(())
}
