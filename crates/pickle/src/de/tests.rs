use serde::Serialize;

use crate::{Error, Limits, Value, from_slice, from_slice_with, to_vec};

#[derive(Debug, Serialize, serde::Deserialize)]
struct Endless(Option<Box<Endless>>);

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct Linked {
    next: Option<Box<Linked>>,
}

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
enum Nested {
    End,
    Tuple(Box<Nested>, ()),
    Wrapped(Box<Nested>),
}

#[test]
fn a_type_that_wraps_itself_reaches_the_limit_of_depth() {
    for pickle in [&b"K\x01."[..], b"]."] {
        assert!(from_slice::<Endless>(pickle).is_err_and(|error| error.is_limit()));
    }
    assert!(from_slice::<Endless>(b"N.").is_ok_and(|value| value.0.is_none()));
}

#[test]
fn bytes_are_not_cut_to_fit_a_fixed_length() -> Result<(), Error> {
    assert!(from_slice::<(u8, u8)>(b"C\x03abc.").is_err_and(|error| error.is_data()));
    assert!(from_slice::<[u8; 2]>(b"C\x05abcde.").is_err_and(|error| error.is_data()));
    assert!(from_slice::<[u8; 4]>(b"C\x03abc.").is_err());
    assert_eq!(from_slice::<[u8; 3]>(b"C\x03abc.")?, *b"abc");
    assert_eq!(from_slice::<Vec<u8>>(b"C\x03abc.")?, b"abc");
    Ok(())
}

#[test]
fn bytes_as_sequences_are_paid_by_the_item() -> Result<(), Error> {
    let bytes = to_vec(&Value::Bytes(vec![1; 3 << 20]))?;
    assert_eq!(from_slice::<Vec<u8>>(&bytes)?.len(), 3 << 20);
    let shared = [b"(B\x00\x00\x10\x00".to_vec(), vec![1; 1 << 20], b"2".repeat(40), b"t.".to_vec()].concat();
    assert!(from_slice::<Vec<Vec<u8>>>(&shared).is_err_and(|error| error.is_limit()));
    Ok(())
}

#[test]
fn records_that_share_their_names_are_read_at_no_charge() -> Result<(), Error> {
    let limits = Limits::default().expansion(0);
    let record = b"}(h\x00Nh\x01\x88u";
    let pickle = [b"(X\x02\0\0\0id\x940X\x04\0\0\0paid\x940", &record.repeat(1000)[..], b"l."].concat();
    assert_eq!(from_slice_with::<Vec<Value>>(&pickle, limits)?.len(), 1000);
    Ok(())
}

#[test]
fn zero_is_a_float() {
    assert!(from_slice::<f64>(b"K\x00.").is_ok_and(|value| value == 0.0));
}

/// Wraps until nothing more can be written; all that could be is read back.
fn read_back<T>(mut value: T, wrap: impl Fn(T) -> T)
where
    T: Serialize + for<'de> serde::Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    for _ in 0..300 {
        let Ok(pickle) = to_vec(&value) else { return };
        assert_eq!(from_slice::<T>(&pickle).expect("what was written"), value);
        value = wrap(value);
    }
    panic!("any depth can be written");
}

#[test]
fn whatever_can_be_written_can_be_read() {
    read_back(Value::None, |value| Value::List(vec![value].into()));
    read_back(Value::None, |value| Value::Tuple(vec![value].into()));
    read_back(Value::Complex(1.0, 2.0), |value| Value::FrozenSet(vec![value].into()));
    read_back(Value::None, |value| Value::Dict([("a", value)].into_iter().collect()));
    read_back(Linked { next: None }, |value| Linked { next: Some(Box::new(value)) });
    read_back(Nested::End, |value| Nested::Tuple(Box::new(value), ()));
    read_back(Nested::End, |value| Nested::Wrapped(Box::new(value)));
}
