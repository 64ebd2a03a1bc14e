//! Values of a million levels, built by hand: nothing about them recurses, or ends at a limit.

use onggi_pickle::{Dict, Items, Value, to_vec};

const LEVELS: usize = 1_000_000;

/// Runs a test on a stack that has room for a few hundred.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(test).expect("a thread").join().expect("no panic");
}

type Wrap = fn(Value) -> Value;

fn deep(wrap: Wrap, bottom: i64) -> Value {
    (0..LEVELS).fold(Value::Int(bottom), |value, _| wrap(value))
}

/// Copies, compares, prints, writes and drops such values; says why they are not written.
fn endure(wrap: Wrap, refused: &'static str) {
    on_a_small_stack(move || {
        let value = deep(wrap, 1);
        let copy = value.clone();
        assert!(copy == value);
        drop(copy);
        assert!(value != wrap(Value::None) && value != deep(wrap, 2));
        let text = format!("{value:?}");
        assert!(text.contains('…') && text.len() < 10_000, "{text}");
        let error = to_vec(&value).expect_err("too deep").to_string();
        assert!(error.contains(refused), "{error}");
        let error = serde_json::to_string(&value).expect_err("too deep").to_string();
        assert!(
            error.contains("deeper than 512 levels") || error.contains("key must be a string"),
            "{error}"
        );
    });
}

#[test]
fn lists_of_a_million_levels() {
    endure(|value| Value::List(vec![value].into()), "deeper than 128 levels");
}

#[test]
fn tuples_of_a_million_levels() {
    let wrap: Wrap = |value| Value::Tuple(vec![Value::None, value, Value::from("behind")].into());
    endure(wrap, "deeper than 128 levels");
}

#[test]
fn sets_of_a_million_levels() {
    endure(|value| Value::Set(vec![value].into()), "cannot be a dict key");
}

#[test]
fn frozensets_of_a_million_levels() {
    endure(|value| Value::FrozenSet(vec![value].into()), "deeper than 128 levels");
}

#[test]
fn dicts_of_a_million_levels() {
    endure(|value| Value::Dict([("value", value)].into_iter().collect()), "deeper than 128 levels");
}

#[test]
fn keys_of_a_million_levels() {
    endure(|value| Value::Dict([(value, "key")].into_iter().collect()), "cannot be a dict key");
}

#[test]
fn parts_of_a_million_levels_are_dropped_with_what_holds_them() {
    on_a_small_stack(|| {
        let list = || deep(|value| Value::List(vec![value].into()), 1);
        let items: Items = [list(), Value::None, list()].into_iter().collect();
        let mut left = items.into_iter();
        assert!(left.next().is_some());
        drop(left);
        let dict: Dict = [(list(), list())].into_iter().collect();
        drop(dict.into_iter());
    });
}

#[test]
fn copies_and_comparisons_see_every_part() {
    let value = Value::List(
        vec![
            Value::Dict(
                [("a", Value::List(vec![1.into(), Value::None].into())), ("b", 2.5.into())]
                    .into_iter()
                    .collect(),
            ),
            Value::Tuple(
                vec![Value::Set(vec!["x".into()].into()), Value::FrozenSet(Items::default())].into(),
            ),
            Value::Complex(1.0, -0.0),
            Value::Dict(Dict::default()),
            Value::Bytes(vec![1]),
        ]
        .into(),
    );
    assert_eq!(value.clone(), value);
    let Value::List(items) = value.clone() else { panic!("not a list") };
    for place in 0..items.len() {
        let mut changed = items.clone();
        changed[place] = Value::Bool(true);
        assert_ne!(Value::List(changed), value);
    }
    let printed = r#"Dict({Str("a"): List([Int(1), None]), Str("b"): Float(2.5)})"#;
    assert_eq!(format!("{:?}", items[0]), printed);
}
