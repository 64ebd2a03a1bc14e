use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;
use crate::{Protocol, Value, to_vec, to_vec_with};

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Order {
    id: u32,
    lines: Vec<(String, f64)>,
    note: Option<String>,
    kind: Kind,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Kind {
    Open,
    Shipped(u8),
    Returned { reason: String },
    Split(u8, u8),
}

fn orders() -> Vec<Order> {
    let order = |id: u32| Order {
        id,
        lines: (0..id % 4).map(|line| (format!("line {line}"), f64::from(line))).collect(),
        note: id.is_multiple_of(2).then(|| "again".to_owned()),
        kind: match id % 4 {
            0 => Kind::Open,
            1 => Kind::Shipped(1),
            2 => Kind::Returned { reason: String::new() },
            _ => Kind::Split(1, 2),
        },
    };
    (0..2500).map(order).collect()
}

/// Reads without help from the graph.
fn directly<'de, T: Deserialize<'de>>(pickle: &'de [u8]) -> Result<T> {
    take_first(&mut &*pickle, &Limits::default())
}

#[test]
fn ordinary_data_needs_no_graph() -> Result<()> {
    for protocol in [Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5] {
        assert_eq!(directly::<Vec<Order>>(&to_vec_with(&orders(), protocol)?)?, orders());
    }
    let map: BTreeMap<String, Vec<i64>> = (0..3000).map(|key| (key.to_string(), vec![key; 3])).collect();
    assert_eq!(directly::<BTreeMap<String, Vec<i64>>>(&to_vec(&map)?)?, map);
    let map: HashMap<i64, Option<bool>> = (0..1000).map(|key| (key, Some(true))).collect();
    assert_eq!(directly::<HashMap<i64, Option<bool>>>(&to_vec(&map)?)?, map);
    assert_eq!(directly::<BTreeSet<String>>(b"\x8f\x94(\x8c\x01a\x8c\x01b\x90.")?.len(), 2);
    Ok(())
}

/// Data of tuples and of lists that are empty or hold one thing, which do not show at their start.
type Shapes = Vec<(Vec<(i64,)>, Vec<Vec<Option<i64>>>, Vec<(String, (i64, Vec<f64>))>)>;

#[test]
fn tuples_and_short_lists_need_no_graph() -> Result<()> {
    let shape = |size: usize| {
        let lists = (0..size).map(|size| vec![Some(0), None].into_iter().take(size).collect()).collect();
        (vec![(1,); size], lists, vec![("name".to_owned(), (-1, vec![0.5; size])); 2 - size % 2])
    };
    let shapes: Shapes = (0..4).map(shape).collect();
    for protocol in [Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5] {
        assert_eq!(directly::<Shapes>(&to_vec_with(&shapes, protocol)?)?, shapes);
    }
    assert_eq!(directly::<(Value, i64)>(b"K\x01K\x02\x86.")?, (Value::Int(1), 2));
    assert_eq!(directly::<Vec<[i64; 2]>>(b"](](K\x01K\x02e](K\x03K\x04ee.")?, [[1, 2], [3, 4]]);
    assert_eq!(directly::<[i64; 4]>(b"(K\x01K\x02K\x03K\x04t.")?, [1, 2, 3, 4]);
    assert_eq!(directly::<(u8, u8)>(b"C\x02ab.")?, (97, 98));
    Ok(())
}

#[test]
fn what_is_looked_at_twice_in_long_lists_is_free() -> Result<()> {
    let limits = Limits::default().expansion(0);
    let read =
        |mut pickle: &[u8]| take_first::<Vec<Kind>>(&mut pickle, &limits).map(|kinds| kinds.len()).ok();
    let pickle = to_vec(&(0..5000).map(|_| Kind::Open).collect::<Vec<_>>())?;
    assert_eq!(read(&pickle), Some(5000));
    let empty = [b"](", &b")".repeat(999)[..], b"e."].concat();
    assert!(take_first::<Value>(&mut &*empty, &limits).is_ok());
    Ok(())
}

#[test]
fn any_builtin_value_needs_no_graph() -> Result<()> {
    let value = Value::Tuple(
        vec![
            Value::List(
                vec![
                    Value::Tuple(vec![Value::Tuple(vec![1.into()].into()), 2.into()].into()),
                    Value::Tuple(vec![].into()),
                ]
                .into(),
            ),
            Value::Dict([("a", Value::List(vec![].into())), ("b", Value::Float(0.5))].into_iter().collect()),
            Value::Set(vec![1.into(), 2.into()].into()),
            Value::ByteArray(vec![1]),
            Value::BigInt(u128::MAX.into()),
            Value::Bytes(vec![0; 300]),
        ]
        .into(),
    );
    assert_eq!(directly::<Value>(&to_vec_with(&value, Protocol::V5)?)?, value);
    Ok(())
}

#[test]
fn fields_that_nobody_wants_are_passed() -> Result<()> {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Id {
        id: u32,
    }
    let ids = directly::<Vec<Id>>(&to_vec(&orders())?)?;
    assert_eq!((ids.len(), &ids[2499]), (2500, &Id { id: 2499 }));
    Ok(())
}

#[test]
fn what_is_out_of_the_ordinary_is_given_up() {
    for pickle in [
        &b"cos\nx\n."[..],
        b"]2\x86.",
        b"]\x94h\0\x86.",
        b"}(K\x01N\x88Nu.",
        b"}K\x01\x85Ns.",
        b"K\x01K\x02.",
    ] {
        assert!(directly::<Value>(pickle).is_err(), "{pickle:?}");
    }
}
