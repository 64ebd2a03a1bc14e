//! Against CPython: it loads what we write, and we read what it writes.

use std::collections::BTreeMap;

use crate::common::{Python, hex, unhex};
use onggi_pickle::{Graph, Protocol, Value, from_slice, to_vec_with};
use serde::{Deserialize, Serialize};

const VALUES: &str = include_str!("values.py");

/// Writes `protocol hex [hex...]` for every value: what CPython writes at the protocol, and at each one after it has
/// loaded that, where sets do not change their order. Then reads `value protocol hex` and compares.
const EXCHANGE: &str = r#"
all_values = list(values(1000))
for value in all_values:
    for protocol in range(6):
        data = pickle.dumps(value, protocol)
        back = pickle.loads(data)
        again = [] if len(data) > 5000 or has_sets(value) else [pickle.dumps(back, p).hex() for p in range(6)]
        print(protocol, data.hex(), *again)
print(flush=True)
bad = []
for line in sys.stdin:
    index, source, target, data = line.split()
    try:
        back = pickle.loads(bytes.fromhex(data))
        if not same(pickle.loads(pickle.dumps(all_values[int(index)], int(source))), back):
            bad.append(f"differs: {all_values[int(index)]!r:.200} {source} to {target}: {back!r:.200}")
    except Exception as error:
        bad.append(f"{error!r}: {all_values[int(index)]!r:.200} {source} to {target} {data[:200]}")
print(*bad[:20] or ["ok"], sep="\n")
"#;

#[test]
fn cpython_loads_every_graph_that_went_through_us() {
    let Some(mut python) = Python::start(&format!("{VALUES}{EXCHANGE}")) else { return };
    let (mut replies, mut different, mut again) = (Vec::new(), Vec::new(), 0);
    for (line, text) in python.lines().iter().enumerate() {
        let mut fields = text.split(' ');
        let (source, data) = (fields.next().expect("a protocol"), fields.next().expect("a pickle"));
        let pickle = unhex(data);
        let graph = Graph::from_slice(&pickle).unwrap_or_else(|error| panic!("{error}: {data:.200}"));
        let expected: Vec<&str> = fields.collect();
        for (protocol, number) in Protocol::ALL.into_iter().zip(0..) {
            let written = graph.to_vec(protocol).unwrap_or_else(|error| panic!("{error}: {data:.200}"));
            let written = hex(&written);
            if source == protocol.number().to_string() && written != data {
                different.push(format!("{source}: {data:.2000}\n   {written:.2000}"));
            }
            if let Some(expected) = expected.get(number) {
                again += 1;
                if written != **expected {
                    different
                        .push(format!("{source} to {number}: {expected:.2000}\n        {written:.2000}"));
                }
            }
            replies.push(format!("{} {source} {} {written}", line / 6, protocol.number()));
        }
    }
    println!(
        "{} pickles went through, {again} of them were compared to what CPython makes of them",
        replies.len()
    );
    let count = different.len();
    different.truncate(20);
    assert!(different.is_empty(), "{count} are not the bytes of CPython:\n{}", different.join("\n"));
    python.send(&replies);
    python.finish();
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Profile {
    age: i64,
    city: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Circle(f64),
    Box(i32, i32),
    Named { name: String, tags: Vec<String> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

/// Loads `expression hex [same]` lines: the value must be that of the expression; with `same`, the bytes too.
const EXPECT: &str = r#"
import pickle, sys
bad = []
for line in sys.stdin:
    protocol, data, expression = line.rstrip("\n").split("\t")
    expected, data = eval(expression), bytes.fromhex(data)
    try:
        value = pickle.loads(data)
        if repr(value) != repr(expected):
            bad.append(f"{value!r:.300} is not {expression:.300}")
    except Exception as error:
        bad.append(f"{error!r}: {expression:.300}")
print(*bad or ["ok"], sep="\n")
"#;

fn check<T>(lines: &mut Vec<String>, value: &T, expression: &str)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    for protocol in Protocol::ALL {
        let pickle = to_vec_with(value, protocol).expect(expression);
        assert_eq!(from_slice::<T>(&pickle).expect(expression), *value);
        lines.push(format!("{}\t{}\t{expression}", protocol.number(), hex(&pickle)));
    }
}

#[test]
fn cpython_loads_what_serde_writes() {
    let Some(mut python) = Python::start(EXPECT) else { return };
    let mut lines = Vec::new();
    let all = &mut lines;
    check(all, &Profile { age: 30, city: "New York".into() }, "{'age': 30, 'city': 'New York'}");
    check(
        all,
        &vec![Profile { age: 1, city: "é".into() }, Profile { age: -1, city: "".into() }],
        "[{'age': 1, 'city': 'é'}, {'age': -1, 'city': ''}]",
    );
    check(all, &Shape::Empty, "'Empty'");
    check(all, &Shape::Circle(1.5), "{'Circle': 1.5}");
    check(all, &Shape::Box(1, -2), "{'Box': (1, -2)}");
    check(
        all,
        &Shape::Named { name: "n".into(), tags: vec!["t".into()] },
        "{'Named': {'name': 'n', 'tags': ['t']}}",
    );
    check(all, &Meters(2.0), "2.0");
    check(all, &(1_u8, "two".to_owned(), Some(3.0_f32), None::<u8>), "(1, 'two', 3.0, None)");
    check(all, &((), ((1,), (1, 2)), (1, 2, 3, 4, 5)), "(None, ((1,), (1, 2)), (1, 2, 3, 4, 5))");
    check(all, &(u64::MAX, i64::MIN, i128::MIN, u128::MAX), "(2**64-1, -2**63, -2**127, 2**128-1)");
    check(all, &BTreeMap::from([(1, 'a'), (2, '€')]), "{1: 'a', 2: '€'}");
    check(all, &BTreeMap::from([((1, "x".to_owned()), vec![0_u8; 3])]), "{(1, 'x'): [0, 0, 0]}");
    check(all, &(0..1000).collect::<Vec<i64>>(), "list(range(1000))");
    check(all, &(0..2001).map(|n| (n, n)).collect::<BTreeMap<i64, i64>>(), "{n: n for n in range(2001)}");
    check(all, &vec!["x".repeat(70_000), "y".repeat(10)], "['x' * 70000, 'y' * 10]");
    check(
        all,
        &value(),
        "(b'ab', bytearray(b'cd'), {7}, frozenset({8}), 1j, 2**100, '\\ud800', (), {None: True}, \
        b'', bytearray(), frozenset({('k', frozenset())}), set())",
    );
    python.send(&lines);
    python.finish();
}

fn value() -> Value {
    Value::Tuple(
        vec![
            Value::Bytes(b"ab".to_vec()),
            Value::ByteArray(b"cd".to_vec()),
            Value::Set(vec![7.into()].into()),
            Value::FrozenSet(vec![8.into()].into()),
            Value::Complex(0.0, 1.0),
            Value::BigInt((1_i128 << 100).into()),
            Value::Surrogates(vec![0xed, 0xa0, 0x80]),
            Value::Tuple(vec![].into()),
            Value::Dict([(Value::None, Value::Bool(true))].into_iter().collect()),
            Value::Bytes(vec![]),
            Value::ByteArray(vec![]),
            Value::FrozenSet(
                vec![Value::Tuple(vec!["k".into(), Value::FrozenSet(vec![].into())].into())].into(),
            ),
            Value::Set(vec![].into()),
        ]
        .into(),
    )
}

/// Dumps expressions at every protocol.
const DUMP: &str = r#"
import pickle, sys
for line in sys.stdin:
    protocol, data, expression = line.rstrip("\n").split("\t")
    expected = pickle.dumps(eval(expression), int(protocol))
    if expected.hex() != data:
        print(f"{expression} {protocol}: {data} is not {expected.hex()}"); break
else:
    print("ok")
"#;

#[test]
fn serde_writes_the_bytes_that_cpython_writes() {
    let Some(mut python) = Python::start(DUMP) else { return };
    let mut lines = Vec::new();
    let all = &mut lines;
    check(all, &Profile { age: 30, city: "New York".into() }, "{'age': 30, 'city': 'New York'}");
    check(
        all,
        &Shape::Named { name: "n".into(), tags: vec!["t".into()] },
        "{'Named': {'name': 'n', 'tags': ['t']}}",
    );
    check(
        all,
        &(1, (), 2.5, "x".to_owned(), vec![1, 300, 70_000, -1]),
        "(1, None, 2.5, 'x', [1, 300, 70000, -1])",
    );
    check(
        all,
        &vec!["", "x", "", "x", "é", "é"].into_iter().map(String::from).collect::<Vec<_>>(),
        "['', 'x', '', 'x', 'é', 'é']",
    );
    let record = |n: i64| BTreeMap::from([("key".to_owned(), n), ("long".repeat(9), -n)]);
    check(
        all,
        &[record(1), record(2)].to_vec(),
        "[{'key': n, 'longlonglonglonglonglonglonglonglong': -n} for n in (1, 2)]",
    );
    check(all, &(0..1000).collect::<Vec<i64>>(), "list(range(1000))");
    check(all, &(0..1000).map(|n| (n, n)).collect::<BTreeMap<i64, i64>>(), "{n: n for n in range(1000)}");
    check(all, &vec!["x".repeat(70_000), "y".repeat(10)], "['x' * 70000, 'y' * 10]");
    check(
        all,
        &(0..5000).map(|n| n.to_string().repeat(9)).collect::<Vec<_>>(),
        "[str(n) * 9 for n in range(5000)]",
    );
    python.send(&lines);
    python.finish();
}

/// Prints each name that Python 2 or Python 3 knows otherwise, and the other: `from to module name module name`.
const NAMES: &str = r#"
import _compat_pickle as compat
tables = [
    (2, 3, compat.IMPORT_MAPPING, compat.NAME_MAPPING),
    (3, 2, compat.REVERSE_IMPORT_MAPPING, compat.REVERSE_NAME_MAPPING),
]
everything = {m for _, _, modules, _ in tables for row in modules.items() for m in row}
names = {n for *_, rows in tables for row in rows.items() for n in row}
for source, target, modules, globals in tables:
    for module, name in sorted(names | {(m, "x") for m in everything | {m for m, _ in names}}):
        other = globals.get((module, name)) or (modules.get(module, module), name)
        print(source, target, module, name, *other)
"#;

#[test]
fn globals_are_renamed_as_cpython_renames_them() {
    let Some(mut python) = Python::start(NAMES) else { return };
    let (mut count, mut bad) = (0, Vec::new());
    for line in python.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [source, target, module, name, to_module, to_name] = fields[..] else { panic!("{line}") };
        let pickle = |protocol: &str, module: &str, name: &str| {
            let number: u8 = protocol.parse().expect("a protocol");
            [&[0x80, number], format!("c{module}\n{name}\n").as_bytes(), b"q\0."].concat()
        };
        let protocol = if target == "2" { Protocol::V2 } else { Protocol::V3 };
        let read = pickle(source, module, name);
        let written = Graph::from_slice(&read).and_then(|graph| graph.to_vec(protocol)).expect("writable");
        count += 1;
        if written != pickle(target, to_module, to_name) {
            bad.push(format!("{line}: {}", String::from_utf8_lossy(&written)));
        }
    }
    assert!(count > 300 && bad.is_empty(), "{count}\n{}", bad.join("\n"));
}
