//! Random values come back as they were.

use std::collections::BTreeMap;

use crate::common::Random;
use onggi_pickle::{
    BigInt, Dict, Graph, Node, Protocol, Value, from_reader, from_slice, to_vec, to_vec_with, to_writer,
};

fn bytes(random: &mut Random) -> Vec<u8> {
    (0..random.below(12)).map(|_| random.next().to_le_bytes()[0]).collect()
}

fn text(random: &mut Random) -> String {
    const ALPHABET: [char; 8] = ['a', 'b', '\n', '\\', 'é', '€', '😀', '\0'];
    (0..random.below(8)).map(|_| ALPHABET[usize::try_from(random.below(8)).expect("an index")]).collect()
}

fn scalar(random: &mut Random) -> Value {
    match random.below(10) {
        0 => Value::None,
        1 => Value::Bool(random.below(2) == 0),
        2 => Value::from(u8::try_from(random.below(256)).expect("a byte")),
        3 => Value::Int(i64::from_le_bytes(random.next().to_le_bytes()) >> random.below(64)),
        4 => BigInt::from_le_bytes(&bytes(random)).into(),
        5 => Value::Float(f64::from_bits(random.next() >> 2)),
        6 => Value::Complex(1.5, -2.0),
        7 => Value::Bytes(bytes(random)),
        8 => Value::Surrogates(vec![b'a', 0xed, 0xbf, 0xbf]),
        _ => Value::Str(text(random)),
    }
}

/// Keys that differ, as Python would see it too.
fn keys(random: &mut Random) -> Vec<Value> {
    let texts: std::collections::BTreeSet<String> = (0..random.below(12)).map(|_| text(random)).collect();
    let mut keys: Vec<Value> = texts.into_iter().map(Value::Str).collect();
    if random.below(3) == 0 {
        keys.push(Value::Int(7));
        keys.push(Value::Tuple(vec![Value::Int(7), Value::FrozenSet(vec![Value::None].into())].into()));
    }
    keys
}

fn value(random: &mut Random, depth: u64) -> Value {
    if depth == 0 || random.below(3) == 0 {
        return scalar(random);
    }
    let items = |random: &mut Random| (0..random.below(5)).map(|_| value(random, depth - 1)).collect();
    match random.below(7) {
        0 | 1 => Value::List(items(random)),
        2 => Value::Tuple(items(random)),
        3 => Value::Set(keys(random).into()),
        4 => Value::FrozenSet(keys(random).into()),
        5 => Value::ByteArray(bytes(random)),
        _ => {
            Value::Dict(keys(random).into_iter().map(|key| (key, value(random, depth - 1))).collect::<Dict>())
        }
    }
}

#[test]
fn values_come_back() {
    let mut random = Random(42);
    for _ in 0..3000 {
        let value = value(&mut random, 5);
        for protocol in Protocol::ALL {
            let pickle = to_vec_with(&value, protocol).expect("writable");
            assert_eq!(from_slice::<Value>(&pickle).expect("readable"), value);
            let through_graph = Graph::from_slice(&pickle).and_then(|graph| graph.to_vec(protocol));
            assert_eq!(from_slice::<Value>(&through_graph.expect("writable")).expect("readable"), value);
        }
    }
}

#[test]
fn mutated_pickles_end() {
    let mut random = Random(43);
    for _ in 0..3000 {
        let mut pickle = to_vec(&value(&mut random, 4)).expect("writable");
        for _ in 0..3 {
            let place = usize::try_from(random.below(pickle.len() as u64)).expect("an index");
            pickle[place] = random.next().to_le_bytes()[0];
        }
        let _ = from_slice::<Value>(&pickle);
        if let Ok(graph) = Graph::from_slice(&pickle) {
            let _ = graph.to_vec(Protocol::V5);
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_with_its_path() {
    let pickle = to_vec(&BTreeMap::from([("orders", vec![(1, 2.5), (2, 300.0)])])).expect("writable");
    let error = from_slice::<BTreeMap<String, Vec<(u8, u8)>>>(&pickle).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: floating point `2.5`, expected u8, at $.orders[0][1]");

    let pickle = to_vec(&(1, true, -1, (1_u64 << 53) + 1, "x")).expect("writable");
    assert!(from_slice::<(bool, bool, i8, u64, char)>(&pickle).is_err_and(|error| error.is_data()));
    assert!(from_slice::<(u8, u8, i8, u64, char)>(&pickle).is_err());
    assert!(from_slice::<(u8, bool, u8, u64, char)>(&pickle).is_err());
    assert!(from_slice::<(u8, bool, i8, f64, char)>(&pickle).is_err());
    assert!(from_slice::<(u8, bool, i8)>(&pickle).is_err());
    assert_eq!(from_slice(&pickle).ok(), Some((1.0, true, -1, (1_u64 << 53) + 1, 'x')));
}

#[test]
fn integers_are_read_as_floats_when_they_are_exact() {
    let whole = 1_i64 << 53;
    for value in [0, 1, -1, 3, whole, -whole, whole + 2, i64::MIN, 3 << 61] {
        let pickle = to_vec(&value).expect("writable");
        let float: f64 = from_slice(&pickle).expect("exact");
        assert_eq!(format!("{float:.0}"), value.to_string());
    }
    for value in [whole + 1, i64::MAX, -whole - 1] {
        let pickle = to_vec(&value).expect("writable");
        assert!(from_slice::<f64>(&pickle).is_err_and(|error| error.is_data()), "{value}");
    }
}

#[test]
fn strings_and_bytes_are_borrowed() {
    #[derive(serde::Deserialize)]
    struct Borrowing<'a> {
        name: &'a str,
        data: &'a [u8],
    }
    let value: Dict = [("name", Value::from("n")), ("data", Value::Bytes(vec![1]))].into_iter().collect();
    let pickle = to_vec(&value).expect("writable");
    let read: Borrowing<'_> = from_slice(&pickle).expect("readable");
    assert_eq!((read.name, read.data), ("n", &[1_u8][..]));
}

#[test]
fn what_stands_in_the_input_outlives_the_graph() {
    let pickle = b"(\x8c\x01nC\x01bV\\u00e9\nt.";
    let graph = Graph::from_slice(pickle).expect("readable");
    let Node::Tuple(&[name, data, escaped]) = graph.node(graph.root()) else { panic!("a tuple of three") };
    let (text, bytes) = (graph.borrowed_str(name), graph.borrowed_bytes(data));
    assert_eq!((graph.borrowed_str(escaped), graph.node(escaped)), (None, Node::Str("é")));
    assert_eq!((graph.borrowed_bytes(name), graph.borrowed_str(data)), (None, None));
    drop(graph);
    assert_eq!((text, bytes), (Some("n"), Some(&b"b"[..])));
}

#[test]
fn a_graph_prints_each_node_once() {
    let graph = Graph::from_slice(b"]2a.").expect("readable");
    assert!(format!("{graph:?}").ends_with("NodeId(5): List([NodeId(5)])}"), "{graph:?}");
}

#[test]
fn readers_and_writers() {
    let mut file = Vec::new();
    to_writer(&mut file, &(1, "two")).expect("writable");
    assert_eq!(from_reader::<(u8, String)>(&file[..]).expect("readable"), (1, "two".to_owned()));
    let error = from_reader::<Value>(&file[..file.len() - 1]).unwrap_err();
    assert!(error.is_truncated() && error.is_syntax() && error.offset().is_some(), "{error}");
}

#[test]
fn serde_attributes_work() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Outer {
        id: u64,
        #[serde(flatten)]
        inner: BTreeMap<String, Kind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    }
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(untagged)]
    enum Kind {
        Number(i64),
        Text(String),
        Pair(u8, f64),
    }
    let inner = [("a", Kind::Number(-1)), ("b", Kind::Text("x".into())), ("c", Kind::Pair(1, 0.5))];
    let inner = inner.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
    let outer = Outer { id: 7, inner, note: None };
    for protocol in Protocol::ALL {
        let pickle = to_vec_with(&outer, protocol).expect("writable");
        assert_eq!(from_slice::<Outer>(&pickle).expect("readable"), outer);
    }
}

#[test]
fn a_list_is_no_key() {
    let error = to_vec(&BTreeMap::from([(vec![1], 2)])).unwrap_err();
    assert!(error.is_data(), "{error}");
    assert!(to_vec(&Value::Set(vec![Value::Tuple(vec![Value::List(vec![].into())].into())].into())).is_err());
}

#[test]
fn values_pass_through_other_formats() {
    let value = Value::Tuple(
        vec![Value::from(1), Value::Set(vec!["a".into()].into()), Value::BigInt(u128::MAX.into())].into(),
    );
    assert_eq!(
        serde_json::to_string(&value).expect("JSON"),
        r#"[1,["a"],"340282366920938463463374607431768211455"]"#
    );
    let read: Value = serde_json::from_str(r#"{"a": [null, 1.5]}"#).expect("a value");
    assert_eq!(read["a"], Value::List(vec![Value::None, Value::Float(1.5)].into()));
}
