//! Rust types read from bytes and from the graph of those bytes are the same, and what is read can be written and read.
#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use onggi_pickle::{Graph, Protocol, Value, from_slice, to_vec_with};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    a: i64,
    #[serde(default)]
    b: Option<String>,
    #[serde(default)]
    c: Vec<Kind>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Unit,
    One(u8),
    Pair(bool, char),
    Named { key: i32 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Any {
    Int(i64),
    Text(String),
    List(Vec<Any>),
    Map(BTreeMap<String, Any>),
}

fuzz_target!(|input: &[u8]| {
    check::<Value>(input);
    check::<Record>(input);
    check::<Vec<Option<u32>>>(input);
    check::<BTreeMap<String, i64>>(input);
    check::<(String, f32, [u16; 2])>(input);
    check::<Kind>(input);
    check::<Any>(input);
    check::<Option<Box<str>>>(input);
    check::<u128>(input);
    let direct = from_slice::<IgnoredAny>(input).is_ok();
    let graph = Graph::from_slice(input).is_ok_and(|graph| graph.deserialize::<IgnoredAny>().is_ok());
    assert_eq!(direct, graph);
});

fn check<T: DeserializeOwned + Serialize + Debug>(input: &[u8]) {
    let direct = from_slice::<T>(input);
    let graph = Graph::from_slice(input).and_then(|graph| graph.deserialize::<T>());
    let (value, other) = match (direct, graph) {
        (Ok(value), Ok(other)) => (value, other),
        (Err(_), Err(_)) => return,
        (direct, graph) => panic!("{}: {direct:?} is not {graph:?}", std::any::type_name::<T>()),
    };
    // Compared as text: a NaN is not equal to itself.
    let text = format!("{value:?}");
    assert_eq!(text, format!("{other:?}"), "{}", std::any::type_name::<T>());
    if text.len() > 100_000 {
        return; // shared objects that were copied many times: once is enough
    }
    for protocol in Protocol::ALL {
        let Ok(written) = to_vec_with(&value, protocol) else { continue };
        let again: T = from_slice(&written).unwrap_or_else(|error| panic!("{protocol:?}: {error}: {text}"));
        assert_eq!(text, format!("{again:?}"), "{protocol:?}");
    }
}
