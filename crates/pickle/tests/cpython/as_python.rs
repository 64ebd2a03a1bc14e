//! Types of the standard library and of other crates as Python types, both ways, and what does not fit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::common::{Python, hex, unhex};
use onggi_pickle::types::as_python::{self, AsPython};
use onggi_pickle::{Protocol, from_slice, to_vec, to_vec_with};
use serde::{Deserialize, Serialize};

const SCRIPT: &str = include_str!("types.py");

/// A value of any such type, as a field would be.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "T: AsPython")]
struct Field<T>(#[serde(with = "as_python")] T);

/// An expression, its value, and the same read from what Python writes.
struct Case {
    line: String,
    check: Box<Check>,
}

type Check = dyn Fn(&[u8]);

fn case<T: AsPython + PartialEq + std::fmt::Debug + 'static>(expression: &str, value: T) -> Case {
    let field = Field(value);
    let pickles = Protocol::ALL.map(|protocol| hex(&to_vec_with(&field, protocol).expect(expression)));
    let line = [&[expression.to_owned()], &pickles[..]].concat().join("\t");
    let expression = expression.to_owned();
    let check = move |pickle: &[u8]| assert_eq!(from_slice::<Field<T>>(pickle).expect(&expression), field);
    Case { line, check: Box::new(check) }
}

fn exchange(cases: &[Case]) {
    let Some(mut python) = Python::start(SCRIPT) else { return };
    python.send(&cases.iter().map(|case| case.line.clone()).collect::<Vec<_>>());
    let replies = python.lines();
    assert_eq!(replies.len(), cases.len());
    for (case, reply) in cases.iter().zip(&replies) {
        let mut fields = reply.split('\t');
        assert_eq!(fields.next(), Some("ok"), "{}", case.line);
        fields.map(unhex).for_each(|pickle| (case.check)(&pickle));
    }
}

fn refused<T: AsPython>(value: T) -> String {
    to_vec(&Field(value)).expect_err("a refusal").to_string()
}

fn does_not_fit<T: AsPython + std::fmt::Debug>(pickle: &[u8]) -> String {
    from_slice::<Field<T>>(pickle).expect_err("a refusal").to_string()
}

#[test]
fn types_of_the_standard_library() {
    let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(1_795_343_415_123_456);
    exchange(&[
        case("dt.timedelta(days=1, milliseconds=1500)", Duration::from_millis(86_401_500)),
        case("None", None::<Duration>),
        case("[dt.timedelta(0), dt.timedelta(1)]", vec![Duration::ZERO, Duration::from_secs(86_400)]),
        case("dt.datetime(2026, 11, 22, 10, 30, 15, 123456, dt.timezone.utc)", moment),
        case(
            "dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.timezone.utc)",
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        ),
        case(
            "dt.datetime(1970, 3, 1, tzinfo=dt.timezone.utc)",
            SystemTime::UNIX_EPOCH + Duration::from_secs(59 * 86_400),
        ),
        case(
            "dt.datetime(2000, 2, 29, tzinfo=dt.timezone.utc)",
            SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400),
        ),
        case("ipaddress.ip_address('192.0.2.1')", IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        case("ipaddress.ip_address('192.0.2.1')", Ipv4Addr::new(192, 0, 2, 1)),
        case("ipaddress.ip_address('::1')", Ipv6Addr::LOCALHOST),
        case("pathlib.PurePosixPath('/etc/hosts')", PathBuf::from("/etc/hosts")),
    ]);
    assert!(refused(Duration::from_nanos(1)).contains("microseconds"));
    assert!(refused(SystemTime::UNIX_EPOCH + Duration::from_nanos(1)).contains("microseconds"));
    // datetime.timedelta(-1), a naive datetime, an IPv6 address
    assert!(does_not_fit::<Duration>(b"cdatetime\ntimedelta\nJ\xff\xff\xff\xff\x85R.").contains("negative"));
    let naive = b"cdatetime\ndatetime\nC\x0a\x07\xea\x0b\x16\0\0\0\0\0\0\x85R.";
    assert!(does_not_fit::<SystemTime>(naive).contains("without a known offset"));
    assert!(
        does_not_fit::<Ipv4Addr>(b"cipaddress\nIPv6Address\nK\x01\x85R.")
            .contains("expected an IPv4 address")
    );
}

#[cfg(feature = "chrono")]
#[test]
fn types_of_chrono() {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

    let date = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
    let moment = Utc.with_ymd_and_hms(2026, 11, 22, 10, 30, 15).single().expect("a moment");
    let india = FixedOffset::east_opt(19_800).expect("an offset");
    exchange(&[
        case("dt.date(2026, 11, 22)", date),
        case("dt.time(23, 59, 58, 7)", NaiveTime::from_hms_micro_opt(23, 59, 58, 7).expect("a time")),
        case("dt.datetime(2026, 11, 22, 1, 2, 3)", date.and_hms_opt(1, 2, 3).expect("a time")),
        case("dt.datetime(2026, 11, 22, 10, 30, 15, tzinfo=dt.timezone.utc)", moment),
        case(
            "dt.datetime(2026, 11, 22, 16, 0, 15, tzinfo=dt.timezone(dt.timedelta(hours=5.5)))",
            moment.with_timezone(&india),
        ),
        case("dt.timedelta(days=-1, microseconds=5)", TimeDelta::microseconds(5 - 86_400_000_000)),
    ]);
    assert!(refused(TimeDelta::nanoseconds(1)).contains("microseconds"));
    assert!(
        refused(NaiveTime::from_hms_nano_opt(1, 2, 59, 1_500_000_000).expect("a leap second"))
            .contains("leap second")
    );
    assert!(refused(NaiveDate::from_ymd_opt(-1, 1, 1).expect("a day")).contains("1 to 9999"));
    let aware = to_vec(&Field(moment.with_timezone(&india))).expect("writable");
    assert_eq!(from_slice::<Field<DateTime<Utc>>>(&aware).expect("the same moment").0, moment);
    assert!(does_not_fit::<NaiveDateTime>(&aware).contains("naive"));
    let naive = to_vec(&Field(date.and_hms_opt(1, 2, 3).expect("a time"))).expect("writable");
    assert!(does_not_fit::<DateTime<Utc>>(&naive).contains("without a known offset"));
    assert!(does_not_fit::<DateTime<FixedOffset>>(&naive).contains("without a known offset"));
}

#[cfg(feature = "uuid")]
#[test]
fn types_of_uuid() {
    let text = "12345678-1234-5678-1234-567812345678";
    exchange(&[case(&format!("uuid.UUID('{text}')"), uuid::Uuid::parse_str(text).expect("a UUID"))]);
}

#[cfg(feature = "decimal")]
#[test]
fn types_of_rust_decimal() {
    use rust_decimal::Decimal;

    let decimal = |text: &str| Decimal::from_str_exact(text).expect("a decimal");
    exchange(&[
        case("decimal.Decimal('12.50')", decimal("12.50")),
        case("decimal.Decimal('-79228162514264337593543950335')", decimal("-79228162514264337593543950335")),
        case("decimal.Decimal('0.0000001')", decimal("0.0000001")),
    ]);
    let exponent =
        to_vec(&"1.5E+3".parse::<onggi_pickle::types::Decimal>().expect("a decimal")).expect("writable");
    assert_eq!(from_slice::<Field<Decimal>>(&exponent).expect("1500").0, decimal("1500"));
    for text in ["NaN", "1E+30", "1E-29", "0.12345678901234567890123456789012345"] {
        let pickle =
            to_vec(&text.parse::<onggi_pickle::types::Decimal>().expect("a decimal")).expect("writable");
        assert!(does_not_fit::<Decimal>(&pickle).contains("not exact"), "{text}");
    }
}
