//! Looking inside pickles in SQL.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use onggi::pickle::{BigInt, Protocol, to_vec, to_vec_with, types};
use onggi::{Error, FromRow, Parameter, Result, sql};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use crate::Harness;

fn pickled<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    to_vec(value).map_err(Error::other)
}

fn get<T: FromRow>(harness: &Harness, pickle: &[u8], path: &str) -> Result<T> {
    let text = "SELECT pickle_get(?1, ?2)";
    sql(text).bind(pickle.to_vec()).bind(path).one(&mut harness.connect()?)
}

/// `{'city': 'Seoul', 'age': 30, 'ratio': 0.5, 'sweet': True, 'none': None, 'raw': b'\x00\xff', 'list': [1, ('a', {2: b'x'})]}`
const DICT: &[u8] =
    b"\x80\x04}(\x8c\x04city\x8c\x05Seoul\x8c\x03ageK\x1e\x8c\x05ratioG\x3f\xe0\0\0\0\0\0\0\x8c\x05sweet\x88\
    \x8c\x04noneN\x8c\x03rawC\x02\0\xff\x8c\x04list](K\x01\x8c\x01a}K\x02C\x01xs\x86eu.";

pub fn parts_of_a_pickle_are_values(harness: &Harness) -> Result<()> {
    assert_eq!(get::<String>(harness, DICT, "$.city")?, "Seoul");
    assert_eq!(get::<i64>(harness, DICT, "$[\"age\"]")?, 30);
    assert_eq!(get::<f64>(harness, DICT, "$.ratio")?, 0.5);
    assert_eq!(get::<i64>(harness, DICT, "$.sweet")?, 1);
    assert_eq!(get::<Vec<u8>>(harness, DICT, "$.raw")?, [0, 255]);
    assert_eq!(get::<String>(harness, DICT, "$.list[-1][0]")?, "a");
    for missing in ["$.none", "$.town", "$.city.x", "$.list[2]", "$.list.age"] {
        assert_eq!(get::<Option<String>>(harness, DICT, missing)?, None, "{missing}");
    }
    Ok(())
}

pub fn containers_inside_pickles_are_json(harness: &Harness) -> Result<()> {
    assert_eq!(get::<String>(harness, DICT, "$.list")?, r#"[1,["a",{"2":"eA=="}]]"#);
    let document: String = sql("SELECT pickle_json(?1)").bind(DICT.to_vec()).one(&mut harness.connect()?)?;
    let all = r#"{"city":"Seoul","age":30,"ratio":0.5,"sweet":true,"none":null,"raw":"AP8=","list":[1,["a",{"2":"eA=="}]]}"#;
    assert_eq!(document, all);
    assert_eq!(get::<String>(harness, DICT, "$")?, all);
    Ok(())
}

/// The text of a part is the one that a column of its type would have.
fn same<T: Serialize, P: Parameter + Debug>(harness: &Harness, part: &T, column: P) -> Result<()> {
    let compared: (bool, Option<String>) = sql("SELECT pickle_get(?1, '$') = ?2, pickle_get(?1, '$')")
        .bind(pickled(part)?)
        .bind(column)
        .one(&mut harness.connect()?)?;
    assert!(compared.0, "{compared:?}");
    Ok(())
}

pub fn dates_decimals_and_uuids_inside_pickles_are_as_columns_keep_them(harness: &Harness) -> Result<()> {
    let other = |error| Error::other(error);
    for text in ["0001-01-01", "2024-02-29", "9999-12-31"] {
        let part: types::Date = text.parse().map_err(Error::other)?;
        same(harness, &part, text.parse::<NaiveDate>().map_err(other)?)?;
    }
    for text in ["00:00:00", "12:34:56.25", "12:34:56.250001"] {
        let part: types::Time = text.parse().map_err(Error::other)?;
        same(harness, &part, text.parse::<NaiveTime>().map_err(other)?)?;
        let text = format!("2024-01-31T{text}");
        let part: types::DateTime = text.parse().map_err(Error::other)?;
        same(harness, &part, text.parse::<NaiveDateTime>().map_err(other)?)?;
        let text = format!("{text}+05:30");
        let part: types::DateTime = text.parse().map_err(Error::other)?;
        same(harness, &part, text.parse::<DateTime<Utc>>().map_err(other)?)?;
    }
    for text in ["1.50", "-0.0000001", "79228162514264337593543950335"] {
        let part: types::Decimal = text.parse().map_err(Error::other)?;
        same(harness, &part, Decimal::from_str_exact(text).map_err(Error::other)?)?;
    }
    let code = Uuid::from_u128(0x1234_5678_9abc_def0_0fed_cba9_8765_4321);
    let part: types::Uuid = code.to_string().parse().map_err(Error::other)?;
    same(harness, &part, code)
}

pub fn what_no_column_type_has_is_readable_inside_pickles(harness: &Harness) -> Result<()> {
    let text = |value: &[u8]| get::<Option<String>>(harness, value, "$");
    let parsed = |error: onggi::pickle::Error| Error::other(error);
    let moment: types::DateTime = "2024-01-31T12:00:00[Asia/Seoul]".parse().map_err(parsed)?;
    assert_eq!(text(&pickled(&moment)?)?.as_deref(), Some("2024-01-31T12:00:00[Asia/Seoul]"));
    let huge: types::Decimal = "1E+400".parse().map_err(parsed)?;
    assert_eq!(text(&pickled(&huge)?)?.as_deref(), Some("1E+400"));
    let fraction: types::Fraction = "3/4".parse().map_err(parsed)?;
    assert_eq!(text(&pickled(&fraction)?)?.as_deref(), Some("3/4"));
    assert_eq!(text(&pickled(&f64::NAN)?)?, None);
    assert_eq!(get::<f64>(harness, &pickled(&f64::INFINITY)?, "$")?, f64::INFINITY);
    let address: types::IpAddress = "127.0.0.1".parse().map_err(parsed)?;
    assert_eq!(text(&pickled(&address)?)?.as_deref(), Some("127.0.0.1"));
    let span = types::TimeDelta::new(1, 1, 500_000).expect("a span");
    assert_eq!(get::<f64>(harness, &pickled(&span)?, "$")?, 86_401.5);
    // An instance of app.Jar with the attribute label, and the class itself.
    assert_eq!(
        get::<String>(harness, b"\x80\x02capp\nJar\n)\x81}U\x05labelU\x06kimchisb.", "$.label")?,
        "kimchi"
    );
    assert_eq!(text(b"capp\nJar\n.")?.as_deref(), Some("\"app.Jar\""));
    Ok(())
}

pub fn integers_beyond_64_bits_inside_pickles_are_texts(harness: &Harness) -> Result<()> {
    assert_eq!(get::<i64>(harness, &pickled(&i64::MIN)?, "$")?, i64::MIN);
    assert_eq!(get::<String>(harness, &pickled(&u64::MAX)?, "$")?, u64::MAX.to_string());
    let huge = BigInt::from_le_bytes(&[0x7f; 5000]);
    let huge = onggi::pickle::Value::BigInt(huge);
    let error = get::<String>(harness, &pickled(&huge)?, "$").expect_err("too long");
    assert!(error.to_string().contains("pickle_get: ") && error.to_string().contains("4300"), "{error}");
    Ok(())
}

pub fn protocols_do_not_matter_inside_pickles(harness: &Harness) -> Result<()> {
    for protocol in Protocol::ALL {
        let pickle =
            to_vec_with(&[("city", "Seoul")].map(|(_, city)| city), protocol).map_err(Error::other)?;
        assert_eq!(get::<String>(harness, &pickle, "$[0]")?, "Seoul");
    }
    // The oldest one is kept as text by some programs.
    let text: String =
        sql("SELECT pickle_get('(lp0\nVSeoul\np1\na.', '$[0]')").one(&mut harness.connect()?)?;
    assert_eq!(text, "Seoul");
    Ok(())
}

pub fn pickles_are_equal_by_value(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    // {'a': 1, 'b': [2]} of Python 3 and {'b': [2.0], 'a': True} of protocol 0; then with a 3 in it.
    let one = b"\x80\x04}(\x8c\x01aK\x01\x8c\x01b]K\x02au.".to_vec();
    for (other, expected) in
        [("(dp0\nVb\n(lF2\nasVa\nI01\ns.", true), ("(dp0\nVb\n(lF3\nasVa\nI01\ns.", false)]
    {
        let query = sql("SELECT pickle_equals(?1, ?2), pickle_equals(?2, ?1)").bind(one.clone()).bind(other);
        assert_eq!(query.one::<(bool, bool), _>(&mut connection)?, (expected, expected));
    }
    let none: Option<bool> = sql("SELECT pickle_equals(?1, NULL)").bind(one).one(&mut connection)?;
    assert_eq!(none, None);
    let error = sql("SELECT pickle_equals(x'4e2e', x'5d71006800612e')").one::<bool, _>(&mut connection);
    let error = error.expect_err("a list that contains itself").to_string();
    assert!(error.contains("pickle_equals: ") && error.contains("contains itself"), "{error}");
    Ok(())
}

pub fn null_is_no_pickle_and_no_error(harness: &Harness) -> Result<()> {
    let nulls: (Option<i64>, Option<i64>, Option<i64>, Option<i64>) =
        sql("SELECT pickle_get(NULL, '$'), pickle_get(?1, NULL), pickle_json(NULL), pickle_valid(NULL)")
            .bind(DICT.to_vec())
            .one(&mut harness.connect()?)?;
    assert_eq!(nulls, (None, None, None, None));
    Ok(())
}

pub fn what_is_no_pickle_is_an_error_that_names_the_function(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    for (call, expected) in [
        ("pickle_get(x'8004', '$')", "pickle_get: the pickle cannot be read: the pickle is cut short"),
        ("pickle_get('', '$')", "pickle_get: the pickle cannot be read"),
        ("pickle_get(7, '$')", "pickle_get: expected a pickle, found integer"),
        ("pickle_get(x'4e2e', 'city')", "pickle_get: no path at \"city\": it starts with `$`"),
        ("pickle_get(x'4e2e', 7)", "pickle_get: a path is a text like '$.city', not integer"),
        ("pickle_json(x'')", "pickle_json: the pickle cannot be read"),
        // a = []; a.append(a) is no error, but a set in a dict's key is.
        ("pickle_json(x'7d285d4b01752e')", "pickle_json: the pickle cannot be read: unhashable type: 'list'"),
    ] {
        let error = sql(format!("SELECT {call}")).one::<Option<String>, _>(&mut connection).expect_err(call);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let valid: (bool, bool, bool, bool, bool) =
        sql("SELECT pickle_valid(?1), pickle_valid('I1\n.'), pickle_valid(x''), pickle_valid(x'4e'), pickle_valid(7)")
            .bind(DICT.to_vec())
            .one(&mut connection)?;
    assert_eq!(valid, (true, true, false, false, false));
    Ok(())
}

pub fn hostile_pickles_are_looked_into_within_limits(harness: &Harness) -> Result<()> {
    let mut connection = harness.connect()?;
    // Nothing is called: os.system('touch …') is data.
    let call = b"cos\nsystem\n(S'touch /tmp/onggi-was-here'\ntR.".to_vec();
    let json: String = sql("SELECT pickle_json(?1)").bind(call).one(&mut connection)?;
    assert!(json.starts_with(r#"{"__class__":"os.system""#), "{json}");
    // A list that holds itself, and one that doubles itself thirty times.
    let json: String =
        sql("SELECT pickle_json(?1)").bind(b"\x80\x02]q\0h\0a.".to_vec()).one(&mut connection)?;
    assert_eq!(json, r#"[{"__cycle__":"$"}]"#);
    let mut bomb = b"]".to_vec();
    (0..30).for_each(|_| bomb.extend_from_slice(b"2\x86"));
    bomb.push(b'.');
    let error = sql("SELECT length(pickle_json(?1))").bind(bomb.clone()).one::<i64, _>(&mut connection);
    let error = error.expect_err("a thousand million lists");
    assert!(error.to_string().contains("pickle_json: ") && error.to_string().contains("limit"), "{error}");
    let part: String = sql("SELECT pickle_get(?1, ?2)")
        .bind(bomb)
        .bind(format!("${}", "[1]".repeat(30)))
        .one(&mut connection)?;
    assert_eq!(part, "[]");
    // A hundred thousand levels.
    let mut deep = b"K\x01".to_vec();
    deep.extend(b"\x85".repeat(100_000));
    deep.push(b'.');
    let length: i64 = sql("SELECT length(pickle_json(?1))").bind(deep).one(&mut connection)?;
    assert_eq!(length, 200_001);
    Ok(())
}
