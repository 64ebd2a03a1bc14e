//! The types of `onggi_pickle::types` and classes by their paths, against CPython in both directions.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr};

use crate::common::{Python, hex, unhex};
use onggi_pickle::types::{
    Array, ByteArray, Bytes, Callable, Complex, Counter, Date, DateTime, Decimal, DefaultDict, Deque,
    Fraction, FrozenSet, IpAddress, IpInterface, IpNetwork, OrderedDict, Pairs, PosixPath, PurePosixPath,
    PureWindowsPath, Range, Set, Time, TimeDelta, Uuid, Zone,
};
use onggi_pickle::{Graph, Protocol, from_slice, to_vec_with};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const SCRIPT: &str = include_str!("types.py");

/// A value and the Python expression that says the same.
struct Case {
    expression: String,
    pickles: Vec<Vec<u8>>,
    /// Reads a pickle and compares.
    read: Box<Read>,
}

type Read = dyn Fn(&[u8]) -> Result<(), String>;

fn case<T>(expression: &str, value: T) -> Case
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + 'static,
{
    let pickles: Vec<_> = Protocol::ALL
        .into_iter()
        .map(|protocol| to_vec_with(&value, protocol).unwrap_or_else(|error| panic!("{expression}: {error}")))
        .collect();
    // Through a graph, which objects need anyway: half as much code for each type.
    let read = move |pickle: &[u8]| match Graph::from_slice(pickle).and_then(|graph| graph.deserialize::<T>())
    {
        Ok(read) if read == value => Ok(()),
        Ok(read) => Err(format!("{read:?} is not {value:?}")),
        Err(error) => Err(error.to_string()),
    };
    Case { expression: expression.to_owned(), pickles, read: Box::new(read) }
}

fn text<T: std::str::FromStr<Err = onggi_pickle::Error>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Both ways. What is written must not be longer than what CPython writes.
fn exchange(cases: &[Case]) {
    let Some(mut python) = Python::start(SCRIPT) else { return };
    let lines: Vec<_> = cases
        .iter()
        .map(|case| {
            let pickles = case.pickles.iter().map(|pickle| hex(pickle));
            std::iter::once(case.expression.clone()).chain(pickles).collect::<Vec<_>>().join("\t")
        })
        .collect();
    python.send(&lines);
    let replies = python.lines();
    let (mut bad, mut identical) = (Vec::new(), 0);
    for (case, reply) in cases.iter().zip(&replies) {
        let mut fields = reply.split('\t');
        let verdict = fields.next().unwrap_or_default();
        if verdict != "ok" {
            bad.push(format!("{}: CPython: {verdict}", case.expression));
        }
        for (protocol, (theirs, ours)) in fields.map(unhex).zip(&case.pickles).enumerate() {
            if theirs.is_empty() {
                continue; // this protocol cannot hold it
            }
            if let Err(error) = (case.read)(&theirs) {
                // Before protocol 4 a fold is not written.
                if protocol >= 4 || !case.expression.contains("fold") {
                    bad.push(format!("{} at {protocol}: {error}", case.expression));
                }
            }
            identical += usize::from(theirs == *ours);
            if ours.len() > theirs.len() {
                bad.push(format!(
                    "{} at {protocol}: longer\n{}\n{}",
                    case.expression,
                    hex(ours),
                    hex(&theirs)
                ));
            }
        }
        for (protocol, ours) in case.pickles.iter().enumerate() {
            if protocol < 4 && case.expression.contains("fold") {
                continue;
            }
            if let Err(error) = (case.read)(ours) {
                bad.push(format!("{} at {protocol}, read back: {error}", case.expression));
            }
        }
    }
    println!("{} values at 6 protocols, {identical} pickles identical", cases.len());
    assert_eq!(replies.len(), cases.len());
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn dates_and_times() {
    exchange(&[
        case("dt.date(2026, 11, 22)", Date::new(2026, 11, 22)),
        case(
            "[dt.date(1, 1, 1), dt.date(9999, 12, 31)]",
            vec![text::<Date>("0001-01-01"), text("9999-12-31")],
        ),
        case("dt.datetime(2026, 11, 22, 10, 30, 15, 123456)", text::<DateTime>("2026-11-22T10:30:15.123456")),
        case("dt.datetime(2026, 11, 22, tzinfo=dt.timezone.utc)", text::<DateTime>("2026-11-22T00:00:00Z")),
        case(
            "dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-5, minutes=-30), 'X]%'))",
            text::<DateTime>("2026-01-01 00:00-05:30[_name=X%5D%25]"),
        ),
        case(
            "dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(seconds=-1, microseconds=7)))",
            text::<DateTime>("2026-01-01T00:00:00-00:00:00.999993"),
        ),
        case(
            "dt.datetime(2026, 7, 1, 2, tzinfo=zoneinfo.ZoneInfo('Europe/Paris'))",
            text::<DateTime>("2026-07-01T02:00:00[Europe/Paris]"),
        ),
        case(
            "[dt.datetime(2026, 7, d, tzinfo=zoneinfo.ZoneInfo('Europe/Paris')) for d in (1, 2)]",
            vec![
                text::<DateTime>("2026-07-01T00:00:00[Europe/Paris]"),
                text("2026-07-02T00:00:00[Europe/Paris]"),
            ],
        ),
        case("dt.datetime(2026, 10, 25, 2, 30, fold=1)", text::<DateTime>("2026-10-25T02:30:00[_fold=1]")),
        case("dt.time(23, 59, 58, 7)", text::<Time>("23:59:58.000007")),
        case("dt.time(1, 2, tzinfo=dt.timezone.utc)", text::<Time>("01:02+00:00")),
        case("dt.timedelta(days=-1, seconds=3, microseconds=5)", TimeDelta::new(-1, 3, 5)),
        case("dt.timedelta.max", text::<TimeDelta>("999999999 days, 23:59:59.999999")),
        case("dt.timedelta.min", text::<TimeDelta>("-P999999999D")),
        case("dt.timedelta(hours=26, minutes=3, seconds=4.5)", text::<TimeDelta>("P1DT2H3M4.5S")),
        case("dt.timezone.utc", Zone::UTC),
        case("zoneinfo.ZoneInfo('America/New_York')", Zone::Named("America/New_York".into())),
    ]);
}

#[test]
fn numbers_and_texts() {
    let long = "-3.14159265358979323846264338327950288E-400";
    exchange(&[
        case("decimal.Decimal('1.10')", text::<Decimal>("1.10")),
        case(
            "[decimal.Decimal(x) for x in ('-0', 'NaN', '-sNaN12', 'Infinity', '1E+5')]",
            ["-0", "NaN", "-sNaN12", "inf", "1e5"].map(text::<Decimal>).to_vec(),
        ),
        case(&format!("decimal.Decimal('{long}')"), text::<Decimal>(long)),
        case("fractions.Fraction(-22, 7)", Fraction::new(22_i64, -7_i64).expect("not 0")),
        case("fractions.Fraction(2**200 + 1, 2**199)", {
            let power = |n: usize| {
                onggi_pickle::BigInt::from_le_bytes(&[vec![0; n / 8], vec![1 << (n % 8), 0]].concat())
            };
            let mut numerator = power(200).as_le_bytes().to_vec();
            numerator[0] = 1;
            Fraction::new(onggi_pickle::BigInt::from_le_bytes(&numerator), power(199)).expect("coprime")
        }),
        case(
            "uuid.UUID('12345678-1234-5678-1234-567812345678')",
            text::<Uuid>("12345678-1234-5678-1234-567812345678"),
        ),
        case("[uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)]", vec![Uuid([0; 16]), Uuid([0xff; 16])]),
        case("3 - 0.5j", Complex { real: 3.0, imaginary: -0.5 }),
        case("b'ab\\xff'", Bytes(b"ab\xff".to_vec())),
        case("bytearray(b'ab\\xff')", ByteArray(b"ab\xff".to_vec())),
        case("pathlib.PurePosixPath('/etc/hosts')", PurePosixPath::new("/etc//./hosts/")),
        case("pathlib.PurePosixPath('')", PurePosixPath::new("")),
        case("pathlib.PosixPath('a/b')", PosixPath::new("a/b")),
        case(r"pathlib.PureWindowsPath('C:\\x\\y')", PureWindowsPath::new(r"C:/x\y")),
        case("ipaddress.ip_address('192.0.2.1')", IpAddress::from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)))),
        case("ipaddress.ip_address('fe80::1%eth0')", text::<IpAddress>("fe80::1%eth0")),
        case("ipaddress.ip_address('2001:db8::')", text::<IpAddress>("2001:db8:0::0")),
        case("ipaddress.ip_network('10.0.0.0/8')", text::<IpNetwork>("10.0.0.0/8")),
        case("ipaddress.ip_network('2001:db8::/32')", text::<IpNetwork>("2001:db8::/32")),
        case("ipaddress.ip_interface('10.1.2.3/8')", text::<IpInterface>("10.1.2.3/8")),
        case("range(1, 10, 2)", Range { start: 1, stop: 10, step: 2 }),
        case("collections.OrderedDict", text::<Callable>("collections.OrderedDict")),
        case("len", text::<Callable>("builtins.len")),
        case("models.Outer.Inner", text::<Callable>("app.models:Outer.Inner")),
    ]);
}

fn map<V>(pairs: impl IntoIterator<Item = (&'static str, V)>) -> BTreeMap<String, V> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn callable(path: &str) -> Option<Callable> {
    Some(text(path))
}

#[test]
fn collections() {
    let many = |count: i64| Pairs((0..count).map(|n| (n, -n)).collect());
    let deque = |items: Vec<i64>, maxlen| Deque { items, maxlen };
    exchange(&[
        case("{1, 2}", Set(BTreeSet::from([1, 2]))),
        case("set()", Set(HashSet::<i64>::new())),
        case("frozenset({1})", FrozenSet(vec![1])),
        case("{frozenset({1}): [b'x']}", Pairs(vec![(FrozenSet(vec![1]), vec![Bytes(b"x".to_vec())])])),
        case("{frozenset({(1, 'a')})}", Set(vec![FrozenSet(vec![(1, "a".to_owned())])])),
        case(
            "collections.OrderedDict([('z', 1), ('a', 2)])",
            OrderedDict(Pairs(vec![("z".to_owned(), 1), ("a".to_owned(), 2)])),
        ),
        case("collections.OrderedDict()", OrderedDict(BTreeMap::<String, i64>::new())),
        case("collections.OrderedDict((n, -n) for n in range(1))", OrderedDict(many(1))),
        case("collections.OrderedDict((n, -n) for n in range(1000))", OrderedDict(many(1000))),
        case("collections.OrderedDict((n, -n) for n in range(1001))", OrderedDict(many(1001))),
        case("collections.OrderedDict((n, -n) for n in range(2500))", OrderedDict(many(2500))),
        case("collections.Counter('bb')", Counter(map([("b", 2)]))),
        case("collections.Counter('abbccc')", Counter(map([("a", 1), ("b", 2), ("c", 3)]))),
        case("collections.Counter()", Counter(BTreeMap::<String, i64>::new())),
        case(
            "collections.defaultdict(list, {'k': [1]})",
            DefaultDict { factory: callable("builtins.list"), items: map([("k", vec![1])]) },
        ),
        case(
            "collections.defaultdict(None, {'k': 1, 'l': 2})",
            DefaultDict { factory: None, items: map([("k", 1), ("l", 2)]) },
        ),
        case(
            "collections.defaultdict(models.Outer.Inner)",
            DefaultDict { factory: callable("app.models:Outer.Inner"), items: BTreeMap::<i64, i64>::new() },
        ),
        case("collections.deque([1, 2, 3])", deque(vec![1, 2, 3], None)),
        case("collections.deque([2, 3], 2)", deque(vec![2, 3], Some(2))),
        case("collections.deque([], 0)", deque(vec![], Some(0))),
        case("collections.deque(range(1001))", deque((0..1001).collect(), None)),
        case("array.array('q', [1, -2, 2**63 - 1])", Array(vec![1, -2, i64::MAX])),
        case("array.array('Q', [2**64 - 1])", Array(vec![u64::MAX])),
        case("array.array('d', [1.5, 1e300])", Array(vec![1.5, 1e300])),
        case("array.array('f', [0.5])", Array(vec![0.5_f32])),
        case("array.array('b', [-128, 127])", Array(vec![i8::MIN, i8::MAX])),
        case("array.array('B', b'ab')", Array(b"ab".to_vec())),
        case("array.array('h', [-1])", Array(vec![-1_i16])),
        case("array.array('H', [65535])", Array(vec![u16::MAX])),
        case("array.array('i', range(2000))", Array((0..2000_i32).collect())),
        case("array.array('I', [2**32 - 1])", Array(vec![u32::MAX])),
        case("array.array('d')", Array(Vec::<f64>::new())),
        case("{'a': (collections.deque([1]), {2})}", map([("a", (deque(vec![1], None), Set(vec![2])))])),
    ]);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Clone)]
#[serde(rename = "app.models.Profile")]
struct Profile {
    age: i64,
    city: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models.Empty")]
struct Empty {}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models:Outer.Inner")]
struct Inner {
    n: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models.Pair")]
struct Pair(i64, String);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models.One")]
struct One(Vec<i64>);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models.Color")]
struct ColorClass;

#[derive(Debug, PartialEq, Serialize, Deserialize, Clone, Copy)]
#[serde(rename = "app.models.Color")]
enum Color {
    #[serde(rename = "RED", alias = "1")]
    Red,
    #[serde(rename = "GREEN", alias = "g")]
    Green,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "app.models:Outer.Kind")]
enum Kind {
    #[serde(alias = "1")]
    A,
    #[serde(alias = "2")]
    B,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    #[serde(rename = "app.models.Circle")]
    Circle {
        r: f64,
    },
    #[serde(rename = "app.models.Pair")]
    Pair(i64, String),
    #[serde(rename = "app.models.One")]
    One(i64),
    #[serde(rename = "app.models.Empty")]
    Class,
    Other(i64),
}

#[test]
fn classes_by_their_paths() {
    let profile = || Profile { age: 30, city: "New York".into() };
    let mut cases = vec![
        case("models.Profile(30, 'New York')", profile()),
        case(
            "[models.Profile(30, 'New York'), None, models.Profile(2, 'York')]",
            vec![Some(profile()), None, Some(Profile { age: 2, city: "York".into() })],
        ),
        case("models.Empty()", Empty {}),
        case("models.Outer.Inner(5)", Inner { n: 5 }),
        case("models.Pair(1, 'x')", Pair(1, "x".into())),
        case("models.One([1])", One(vec![1])),
        case("models.Color", ColorClass),
        case(
            "[models.Color.RED, models.Color.GREEN, models.Color.RED]",
            vec![Color::Red, Color::Green, Color::Red],
        ),
        case("[models.Outer.Kind.B, models.Outer.Kind.A]", vec![Kind::B, Kind::A]),
        case("{models.Color.RED: 1}", Pairs(vec![(Color::Red, 1)])),
        case(
            "[models.Circle(2.5), models.Pair(1, 'x'), models.One(7), models.Empty, {'Other': 3}]",
            vec![
                Shape::Circle { r: 2.5 },
                Shape::Pair(1, "x".into()),
                Shape::One(7),
                Shape::Class,
                Shape::Other(3),
            ],
        ),
    ];
    // CPython names members by their values, which is shorter.
    cases.retain(|case| !case.expression.contains("Color.") && !case.expression.contains("Kind."));
    exchange(&cases);
}

/// What is wrong, and where.
fn refusal<T: DeserializeOwned + Debug>(pickle: &[u8]) -> String {
    from_slice::<T>(pickle).expect_err("a refusal").to_string()
}

#[test]
fn what_a_type_cannot_hold_exactly_is_an_error_with_its_path() {
    type Map<T> = BTreeMap<String, T>;
    let pickled = |value: &dyn erased::Value| value.pickle();
    let nested = |name: &'static str, pickle: &'static [u8]| {
        [b"}X\x01\0\0\0".as_slice(), name.as_bytes(), pickle, b"s."].concat()
    };
    let decimal = pickled(&map([("total", vec![text::<Decimal>("1.50")])]));
    assert_eq!(
        refusal::<Map<Vec<f64>>>(&decimal),
        "invalid type: object of decimal.Decimal, expected f64, at $.total[0]"
    );
    assert_eq!(
        refusal::<Map<Vec<String>>>(&decimal),
        "invalid type: object of decimal.Decimal, expected a string, at $.total[0]"
    );
    assert_eq!(
        refusal::<Map<Vec<DateTime>>>(&decimal),
        "invalid type: object of decimal.Decimal, expected DateTime, at $.total[0]"
    );
    let date = pickled(&map([("day", text::<Date>("2026-11-22"))]));
    assert_eq!(
        refusal::<Map<DateTime>>(&date),
        "invalid type: object of datetime.date, expected DateTime, at $.day"
    );
    let tenth = pickled(&map([("x", 0.1)]));
    assert!(
        refusal::<Map<f32>>(&tenth).contains("exact as an f32, at $.x"),
        "{}",
        refusal::<Map<f32>>(&tenth)
    );
    assert!(from_slice::<Map<f32>>(&pickled(&map([("x", f64::from(0.1_f32))]))).is_ok());
    assert!(from_slice::<Map<f32>>(&pickled(&map([("x", f64::NAN)]))).is_ok());
    let array = pickled(&map([("a", Array(vec![1.0, 0.1]))]));
    assert!(refusal::<Map<Array<f32>>>(&array).ends_with("exact as an f32, at $.a[1]"));
    let array = pickled(&map([("a", Array(vec![1, 300]))]));
    assert!(
        refusal::<Map<Array<u8>>>(&array).contains("300")
            && refusal::<Map<Array<u8>>>(&array).contains("$.a[1]")
    );
    let list = pickled(&map([("a", vec![1, 2])]));
    assert_eq!(refusal::<Map<Set<Vec<i64>>>>(&list), "invalid type: list, expected Set, at $.a");
    assert_eq!(refusal::<Map<Deque<Vec<i64>>>>(&list), "invalid type: list, expected Deque, at $.a");
    assert_eq!(refusal::<Map<ByteArray>>(&list), "invalid type: list, expected ByteArray, at $.a");
    assert_eq!(
        refusal::<Map<Date>>(&nested("d", b"X\x0a\0\0\x002026-02-30")),
        "\"2026-02-30\" is no Date, at $.d"
    );
    // datetime.date(b'\x07\xea\x02\x1e'), which CPython loads
    assert_eq!(
        refusal::<Map<Date>>(&nested("d", b"cdatetime\ndate\nC\x04\x07\xea\x02\x1e\x85R")),
        "2026-02-30 is no day of the calendar, at $.d"
    );
    assert_eq!(
        refusal::<Map<Date>>(&nested("d", b"cdatetime\ndate\nC\x04\x07\xea\x0d\x1e\x85R")),
        "datetime.date: a bad state, at $.d"
    );
    // A zone of a class that nobody knows.
    assert_eq!(
        refusal::<Map<Time>>(&nested("t", b"cdatetime\ntime\nC\x06\x01\x02\x03\0\0\0capp\nzone\n)R\x86R")),
        "invalid type: object of app.zone, expected a time zone of datetime, zoneinfo or pytz, at $.t"
    );
}

/// Values of different types in one closure.
mod erased {
    pub trait Value {
        fn pickle(&self) -> Vec<u8>;
    }

    impl<T: serde::Serialize> Value for T {
        fn pickle(&self) -> Vec<u8> {
            onggi_pickle::to_vec(self).expect("writable")
        }
    }
}

#[test]
fn an_instance_of_another_class_is_an_error_that_names_both() {
    let other = onggi_pickle::to_vec(&vec![Inner { n: 1 }]).expect("writable");
    assert_eq!(
        refusal::<Vec<Profile>>(&other),
        "an instance of app.models.Outer.Inner, expected one of app.models.Profile, at $[0]"
    );
    assert_eq!(refusal::<Profile>(b"}."), "invalid type: dict, expected an instance of app.models.Profile");
    assert_eq!(
        refusal::<Vec<Pair>>(b"](K\x01K\x02e."),
        "invalid type: int, expected an instance of app.models.Pair, at $[0]".replace("int", "integer `1`")
    );
    assert!(refusal::<Color>(b"capp.models\nShade.RED\n.").contains("global app.models.Shade.RED"));
    assert!(refusal::<Color>(b"X\x03\0\0\0RED.").contains("expected"), "a text is no member");
    assert!(refusal::<Color>(b"capp.models\nColor\nK\x07\x85R.").contains("unknown variant `7`"));
}

#[test]
fn members_are_written_by_name_and_read_by_name_or_value() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Painted {
        colors: Vec<Color>,
        kind: Kind,
        by: Pairs<Color, i64>,
    }
    let painted = Painted {
        colors: vec![Color::Red, Color::Green, Color::Red],
        kind: Kind::B,
        by: Pairs(vec![(Color::Red, 1)]),
    };
    let Some(mut python) = Python::start(SCRIPT) else { return };
    let expression = "{'colors': [models.Color.RED, models.Color.GREEN, models.Color.RED], 'kind': models.Outer.Kind.B, \
        'by': {models.Color.RED: 1}}";
    let pickles: Vec<_> =
        Protocol::ALL.into_iter().map(|p| to_vec_with(&painted, p).expect("writable")).collect();
    let line: Vec<_> =
        std::iter::once(expression.to_owned()).chain(pickles.iter().map(|pickle| hex(pickle))).collect();
    python.send(&[line.join("\t")]);
    let replies = python.lines();
    let mut fields = replies[0].split('\t');
    assert_eq!(fields.next(), Some("ok"));
    for pickle in fields.filter(|field| !field.is_empty()).map(unhex).chain(pickles) {
        assert_eq!(
            from_slice::<Painted>(&pickle).map_err(|error| error.to_string()),
            Ok(Painted {
                colors: vec![Color::Red, Color::Green, Color::Red],
                kind: Kind::B,
                by: Pairs(vec![(Color::Red, 1)])
            })
        );
    }
}

#[test]
fn a_plain_struct_is_read_from_the_attributes_of_any_instance() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plain {
        a: i64,
        b: Vec<i64>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Coordinates {
        x: f64,
        y: f64,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Named {
        n: i64,
        s: String,
    }
    fn all<T: DeserializeOwned + PartialEq + Debug>(python: &str, expected: &T) {
        for (protocol, pickle) in
            python.split('\t').skip(1).map(unhex).enumerate().filter(|(_, pickle)| !pickle.is_empty())
        {
            let found = from_slice::<T>(&pickle).unwrap_or_else(|error| panic!("{protocol}: {error}"));
            assert_eq!(found, *expected, "{protocol}");
        }
    }
    let Some(mut python) = Python::start(SCRIPT) else { return };
    let expressions = [
        "models.Slots(1, [2])",
        "models.Both(1, [2])",
        "models.Point(1.0, -2.0)",
        "models.Pair(1, 'x')",
        "collections.OrderedDict(a=1, b=[2])",
        "types.SimpleNamespace(a=1, b=[2])",
    ];
    python.send(&expressions.map(String::from));
    let replies = python.lines();
    let plain = Plain { a: 1, b: vec![2] };
    for index in [0, 1, 4, 5] {
        all(&replies[index], &plain);
    }
    all(&replies[2], &Coordinates { x: 1.0, y: -2.0 });
    all(&replies[3], &Named { n: 1, s: "x".into() });
}

#[test]
fn maps_and_sequences_are_read_from_collections_of_the_standard_library() {
    let ordered = onggi_pickle::to_vec(&OrderedDict(map([("a", 1)]))).expect("writable");
    assert_eq!(from_slice::<BTreeMap<String, i64>>(&ordered).expect("a map"), map([("a", 1)]));
    let deque = onggi_pickle::to_vec(&Deque { maxlen: Some(2), items: vec![1, 2] }).expect("writable");
    assert_eq!(from_slice::<Vec<i64>>(&deque).expect("a sequence"), [1, 2]);
    let array = onggi_pickle::to_vec(&Array(vec![1.5])).expect("writable");
    assert_eq!(from_slice::<Vec<f64>>(&array).expect("a sequence"), [1.5]);
    assert!(from_slice::<onggi_pickle::Value>(&ordered).is_err(), "a Value is builtins only");
}

/// One of each kind.
type Kinds = (Times, Decimal, Set<Vec<i64>>, Lists, Color, Option<Callable>);
type Times = (DateTime, TimeDelta, Zone);
type Lists = (OrderedDict<BTreeMap<String, i64>>, Deque<Vec<i64>>, Array<u8>);

#[test]
fn other_formats_see_texts_and_lists() {
    let times = (
        text::<DateTime>("2026-10-25T02:30:00+01:00"),
        text::<TimeDelta>("-PT1H"),
        Zone::Named("Europe/Berlin".into()),
    );
    let lists = (OrderedDict(map([("a", 1)])), Deque { maxlen: None, items: vec![1] }, Array(vec![1_u8]));
    let value = (times, text::<Decimal>("1.50"), Set(vec![1]), lists, Color::Red, callable("builtins.list"));
    let json = serde_json::to_string(&value).expect("JSON");
    assert_eq!(
        json,
        r#"[["2026-10-25T02:30:00+01:00","-PT1H","Europe/Berlin"],"1.50",[1],[{"a":1},{"maxlen":null,"items":[1]},[1]],"RED","builtins.list"]"#
    );
    let read: Kinds = serde_json::from_str(&json).expect("the same");
    assert_eq!(read, value);
}

#[test]
fn values_that_serde_looks_at_twice_keep_their_types() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        id: i64,
        #[serde(flatten)]
        inner: Flat,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        at: DateTime,
        total: Decimal,
        key: Uuid,
        home: PurePosixPath,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Moment(DateTime),
        Text(String),
    }
    let inner = Flat {
        at: text("2026-11-22T10:30:15Z"),
        total: text("1.50"),
        key: Uuid([7; 16]),
        home: PurePosixPath::new("/home"),
    };
    let outer = Outer { id: 1, inner };
    let pickle = onggi_pickle::to_vec(&outer).expect("writable");
    assert_eq!(from_slice::<Outer>(&pickle).expect("readable"), outer);
    let either =
        vec![Either::Number(1), Either::Moment(text("2026-11-22T10:30:15Z")), Either::Text("x".into())];
    let pickle = onggi_pickle::to_vec(&either).expect("writable");
    assert_eq!(from_slice::<Vec<Either>>(&pickle).expect("readable"), either);
}
