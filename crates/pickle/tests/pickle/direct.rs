//! Typed values that are read straight from the bytes are those that the graph gives, and so are the errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crate::common::{Random, corpus, json_lines, unhex};
use onggi_pickle::{Dict, Graph, Limits, Protocol, Value, from_slice, from_slice_with, to_vec_with};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "shown by Debug")]
struct Record {
    a: i64,
    #[serde(default)]
    b: Option<String>,
    #[serde(default)]
    c: Vec<(f64, i8)>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "shown by Debug")]
struct Flat {
    a: Value,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "shown by Debug")]
enum Choice {
    #[serde(rename = "a")]
    Unit,
    #[serde(rename = "b")]
    Newtype(Box<Value>),
    #[serde(rename = "c")]
    Pair(i64, String),
    #[serde(rename = "d")]
    Named { a: IgnoredAny, b: f32 },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "shown by Debug")]
enum Either {
    Record(Record),
    List(Vec<u8>),
    Other(Value),
}

/// Keeps the first of equal keys, so that it would show if they came twice.
#[derive(Debug)]
#[allow(dead_code, reason = "shown by Debug")]
struct Pairs(Vec<(Value, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("pairs")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Takes anything for what does not fit, without knowing how much of it was read.
#[derive(Debug)]
#[allow(dead_code, reason = "shown by Debug")]
struct Lenient(Option<Vec<i64>>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Vec::deserialize(deserializer).ok()))
    }
}

/// Reads nothing at all.
#[derive(Debug)]
struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: serde::Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

fn compare<T: DeserializeOwned + Debug>(pickle: &[u8]) {
    for limits in [Limits::default(), Limits::default().expansion(0).depth(3).nodes(9)] {
        let direct = from_slice_with::<T>(pickle, limits);
        let graph = Graph::from_slice_with(pickle, &limits.into());
        let through_graph = graph.and_then(|graph| graph.deserialize_with::<T>(&limits));
        assert_eq!(format!("{direct:?}"), format!("{through_graph:?}"), "{pickle:?}");
    }
}

fn compare_all(pickle: &[u8]) {
    compare::<Value>(pickle);
    compare::<Vec<Value>>(pickle);
    compare::<Vec<i64>>(pickle);
    compare::<Vec<Lenient>>(pickle);
    compare::<Vec<Option<f64>>>(pickle);
    compare::<BTreeMap<String, Value>>(pickle);
    compare::<BTreeMap<i64, IgnoredAny>>(pickle);
    compare::<Pairs>(pickle);
    compare::<Vec<Pairs>>(pickle);
    compare::<Record>(pickle);
    compare::<Vec<Record>>(pickle);
    compare::<Flat>(pickle);
    compare::<Choice>(pickle);
    compare::<Vec<Choice>>(pickle);
    compare::<Either>(pickle);
    compare::<(Value, i64)>(pickle);
    compare::<(IgnoredAny, Option<(u8, u8)>, String)>(pickle);
    compare::<[u8; 2]>(pickle);
    compare::<BTreeSet<String>>(pickle);
    compare::<Option<Box<Value>>>(pickle);
    compare::<(u128, char)>(pickle);
    compare::<(Vec<Value>, i64)>(pickle);
    compare::<Vec<(Vec<i64>, Option<()>)>>(pickle);
    compare::<Vec<Nothing>>(pickle);
    compare::<BTreeMap<String, Nothing>>(pickle);
    compare::<(Nothing, i64)>(pickle);
    compare::<IgnoredAny>(pickle);
    compare::<()>(pickle);
}

fn pick<'t, T: ?Sized>(random: &mut Random, from: &[&'t T]) -> &'t T {
    from[usize::try_from(random.below(from.len() as u64)).expect("an index")]
}

/// Opcodes of ordinary pickles, put together at random.
const PARTS: [&[u8]; 40] = [
    b"K\x01",
    b"K\x02",
    b"M\x01\x00",
    b"J\xff\xff\xff\xff",
    b"\x8a\x01\x03",
    b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\0",
    b"G\x3f\xf0\0\0\0\0\0\0",
    b"N",
    b"\x88",
    b"\x89",
    b"\x8c\x01a",
    b"\x8c\x01b",
    b"\x8c\x01c",
    b"X\x01\0\0\0d",
    b"C\x02ab",
    b"\x96\x01\0\0\0\0\0\0\0z",
    b"]",
    b"}",
    b"\x8f",
    b")",
    b"(",
    b"(",
    b"(",
    b"e",
    b"e",
    b"u",
    b"u",
    b"\x90",
    b"a",
    b"s",
    b"t",
    b"\x85",
    b"\x86",
    b"\x87",
    b"\x94",
    b"q\x00",
    b"h\x00",
    b"h\x01",
    b"2",
    b"\x8c\x01\xff",
];

#[test]
fn random_opcodes_give_what_the_graph_gives() {
    let mut random = Random(11);
    for _ in 0..20_000 {
        let length = random.below(24);
        let mut pickle: Vec<u8> = (0..length).flat_map(|_| pick(&mut random, &PARTS).to_vec()).collect();
        pickle.push(b'.');
        compare_all(&pickle);
    }
}

fn value(random: &mut Random, depth: u64) -> Value {
    let items = |random: &mut Random| (0..random.below(4)).map(|_| value(random, depth - 1)).collect();
    match if depth == 0 { random.below(8) } else { random.below(13) } {
        0 => Value::None,
        1 => Value::Bool(true),
        2 => Value::Int(i64::from_le_bytes(random.next().to_le_bytes()) >> random.below(64)),
        3 => Value::Float(0.5),
        4 | 5 => Value::from(pick(random, &["a", "b", "c", "d"])),
        6 => Value::Bytes(b"xy".to_vec()),
        7 => Value::BigInt(u128::MAX.into()),
        8 | 9 => Value::List(items(random)),
        10 => Value::Tuple(items(random)),
        _ => {
            let keys: BTreeSet<&str> =
                (0..random.below(4)).map(|_| pick(random, &["a", "b", "c", "d"])).collect();
            Value::Dict(keys.into_iter().map(|key| (key, value(random, depth - 1))).collect::<Dict>())
        }
    }
}

#[test]
fn values_and_what_is_left_of_them_give_what_the_graph_gives() {
    let mut random = Random(12);
    for round in 0..3000 {
        let protocol = [Protocol::V2, Protocol::V4, Protocol::V5][round % 3];
        let mut pickle = to_vec_with(&value(&mut random, 4), protocol).expect("writable");
        compare_all(&pickle);
        for _ in 0..random.below(3) {
            let place = usize::try_from(random.below(pickle.len() as u64)).expect("an index");
            pickle[place] = pick(&mut random, &PARTS)[0];
        }
        compare_all(&pickle);
    }
}

#[test]
fn the_corpus_gives_what_the_graph_gives() {
    let Some(folder) = corpus() else { return };
    let mut count = 0;
    for name in ["fuzz.jsonl", "quirks.jsonl", "cpython.jsonl", "ogorek_fuzz.jsonl"] {
        for case in json_lines(&folder.join("cases").join(name)) {
            if let Some(text) = case["hex"].as_str() {
                compare_all(&unhex(text));
                count += 1;
            }
        }
    }
    println!("{count} cases compared");
}

#[test]
fn what_looks_like_something_else_gives_what_the_graph_gives() {
    for pickle in [
        &b"](](K\x01K\x02tK\x03e."[..],
        b"](]K\x01ae.",
        b"](]K\x01e.",
        b"](]K\x01K\x02\x86ae.",
        b"](}\x8c\x01a]e.",
        b"](}\x8c\x01a]se.",
        b"(](K\x01e(K\x02et.",
        b"(](K\x01e(K\x02K\x03K\x04K\x05tt.",
        b"](K\x01eK\x02a.",
        b"]K\x01a(K\x02e.",
        b"](e(K\x01e.",
        b"]]]aa.",
        b"]N\x85a.",
        b"](K\x01eK\x02\x86.",
        b"](](K\x01eN\x86](K\x02e)\x86e.",
        b"N\x85\x85\x85.",
        b"K\x01K\x02\x86K\x03\x86.",
        b"K\x01K\x02K\x03\x86\x86.",
        b"}\x8c\x01a\x86.",
        b"\x8c\x01a\x94h\0\x86.",
        b"\x8c\x01aq\x05h\x05\x86.",
        b"N\x94h\0\x86.",
        b"](N\x94h\0e.",
        b"]\x94h\0\x86.",
        b"(\x94K\x01t.",
        b"\x94K\x01.",
        b"}(\x8c\x01aK\x01\x8c\x01aK\x02u.",
        b"}(\x8c\x01au.",
        b"}(\x8c\x01aK\x01\x8c\x01bu.",
        b"}\x96\0\0\0\0\0\0\0\0Ns.",
        b"}]Ns.",
        b"\x8f(]\x90.",
        b"\x80\x04\x95\x03\0\0\0\0\0\0\0K\x01..",
        b"\x80\x04\x95\x02\0\0\0\0\0\0\0M\x01\0.",
        b"\x80\x04\x95\x05\0\0\0\0\0\0\0](K\x01M\x01\0e.",
        b"\x80\x04\x95\x04\0\0\0\0\0\0\0](K\x01\x95\x04\0\0\0\0\0\0\0K\x02e..",
        b"\x80\x04\x95\x05\0\0\0\0\0\0\0N.",
        b"K\x01\x80\x04.",
        b"\x80\x06N.",
        b"\x80",
        b"",
    ] {
        compare_all(pickle);
    }
}

#[test]
fn batches_of_any_size_give_what_the_graph_gives() {
    for count in [1, 2, 999, 1000, 1001, 1002, 2000, 2001] {
        for single in [false, true] {
            for empty in [false, true] {
                compare::<Vec<i64>>(&batches(b'e', count, single, empty));
                compare::<Value>(&batches(b'e', count, single, empty));
                compare::<BTreeMap<i64, IgnoredAny>>(&batches(b'u', count, single, empty));
                compare::<Pairs>(&batches(b'u', count, single, empty));
            }
        }
    }
}

/// A list or dict in batches of a thousand. A single item may have an opcode of its own, an empty batch may come last.
fn batches(many: u8, count: u16, single: bool, empty: bool) -> Vec<u8> {
    let (start, one, value) = if many == b'e' { (b']', b'a', &b""[..]) } else { (b'}', b's', &b"N"[..]) };
    let mut pickle = vec![start];
    for batch in (0..count).collect::<Vec<_>>().chunks(1000) {
        let is_single = single && batch.len() == 1;
        pickle.extend((!is_single).then_some(b'('));
        for item in batch {
            pickle.push(b'M');
            pickle.extend(item.to_le_bytes());
            pickle.extend(value);
        }
        pickle.push(if is_single { one } else { many });
    }
    if empty {
        pickle.extend([b'(', many]);
    }
    pickle.push(b'.');
    pickle
}

#[test]
fn equal_keys_of_large_dicts_are_found() {
    let mut pickle = b"}".to_vec();
    for batch in 0..3_u16 {
        pickle.push(b'(');
        (0..1000).for_each(|item: u16| {
            pickle.push(b'M');
            pickle.extend((batch * 1000 + item).to_le_bytes());
            pickle.push(b'N');
        });
        pickle.push(b'u');
    }
    let whole = [&pickle[..], b"."].concat();
    assert_eq!(from_slice::<Pairs>(&whole).expect("readable").0.len(), 3000);
    let doubled = [&pickle[..], b"(M\x05\x00\x88u."].concat();
    let pairs = from_slice::<Pairs>(&doubled).expect("readable").0;
    assert_eq!((pairs.len(), &pairs[5]), (3000, &(Value::Int(5), Value::Bool(true))));
    compare::<Pairs>(&doubled);
}

#[test]
fn a_text_that_is_fetched_again_and_again_is_paid_for() {
    let text = [
        b"(X\x00\x00\x10\x00".to_vec(),
        vec![b'a'; 1 << 20],
        b"\x94".to_vec(),
        b"h\0".repeat(1000),
        b"t.".to_vec(),
    ];
    assert!(from_slice::<Vec<String>>(&text.concat()).is_err_and(|error| error.is_limit()));
}

#[test]
fn a_field_that_nobody_wants_must_still_be_text() {
    assert!(
        from_slice::<Record>(b"}(\x8c\x01aK\x01\x8c\x01x\x8c\x01\xffu.")
            .is_err_and(|error| error.is_syntax())
    );
}

#[test]
fn a_type_that_makes_up_for_errors_comes_to_an_end() {
    compare::<Vec<Lenient>>(b"(](\x89K\xd6e(K\x01tt.");
    assert_eq!(from_slice::<Vec<Lenient>>(b"(](K\x01etK\x02t.").map(|list| list.len()).ok(), None);
    assert_eq!(from_slice::<Vec<Lenient>>(b"](\x8c\x01a](K\x01ee.").map(|list| list.len()).ok(), Some(2));
}

#[test]
fn zero_is_a_float() {
    assert_eq!(from_slice::<(f64, f32)>(b"K\0K\0\x86.").ok(), Some((0.0, 0.0)));
    let graph = Graph::from_slice(b"K\0.").expect("readable");
    assert_eq!(graph.deserialize::<f64>().ok(), Some(0.0));
    assert_eq!(from_slice::<f64>(b"J\0\0\0\x80.").ok(), Some(-2_147_483_648.0));
}
