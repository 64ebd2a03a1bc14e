//! The bytes of PostgreSQL's arrays to values.

use std::cell::OnceCell;

use super::decode;
use super::types::Form;
use crate::{Array, ElementType, Error, Result, Type, Value, ValueRef};

/// Arrays of a row, as far as they have been read: a row lends its values, and the elements need a place.
#[derive(Default)]
pub(super) struct Arrays(OnceCell<Box<Link>>);

struct Link {
    array: Array,
    next: Arrays,
}

impl Arrays {
    /// Keeps an array behind those that are there.
    fn keep(&self, array: Array) -> &Array {
        let mut place = self;
        while let Some(link) = place.0.get() {
            place = &link.next;
        }
        &place.0.get_or_init(|| Box::new(Link { array, next: Arrays::default() })).array
    }

    /// An array of elements of a type.
    pub(super) fn read(&self, bytes: &[u8], form: &Form, element: ElementType) -> Result<ValueRef<'_>> {
        let values = read(bytes, form, |bytes, form| decode::value(bytes, form, element.ty()))?;
        Ok(ValueRef::Array(self.keep(Array { element, values })))
    }

    /// An array as it is kept, whatever it is wanted as.
    pub(super) fn raw(&self, bytes: &[u8], form: &Form) -> Result<ValueRef<'_>> {
        let values = read(bytes, form, decode::raw)?;
        let ty = form.element.and_then(|element| decode::natural(element.oid)).unwrap_or(Type::Text);
        Ok(ValueRef::Array(self.keep(Array { element: ElementType::of(ty), values })))
    }
}

/// The elements of an array: of one dimension, and counted from one, as what is written back would be.
fn read<'r>(
    mut bytes: &'r [u8],
    form: &Form,
    value: impl Fn(Option<&'r [u8]>, &Form) -> Result<ValueRef<'r>>,
) -> Result<Vec<Value>> {
    let Some(of_elements) = form.of_elements() else {
        return Err(Error::value(format!("expected an array, found a {} of PostgreSQL's", form.name)));
    };
    let dimensions = number(&mut bytes)?;
    // Whether there is NULL among them, and the type of the elements.
    let _ = (number(&mut bytes)?, number(&mut bytes)?);
    match dimensions {
        0 => return ended(bytes).map(|()| Vec::new()),
        1 => {}
        _ => {
            return Err(Error::value(format!(
                "expected an array of one dimension, found one of {dimensions} dimensions"
            )));
        }
    }
    let (count, first) = (number(&mut bytes)?, number(&mut bytes)?);
    if first != 1 {
        return Err(Error::value(format!(
            "expected an array whose first element is number 1, found one whose first is number {first}"
        )));
    }
    let count = u32::try_from(count).map_err(|_| decode::damaged())?;
    let values = (1..=count).map(|place| {
        let read = element(&mut bytes).and_then(|bytes| value(bytes, &of_elements));
        read.map(ValueRef::to_owned).map_err(|error| error.prefixed(&format!("element {place}: ")))
    });
    let values = values.collect::<Result<_>>()?;
    ended(bytes).map(|()| values)
}

/// Nothing stands behind the last element.
fn ended(bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() { Ok(()) } else { Err(decode::damaged()) }
}

/// The bytes of the next element; NULL has none.
fn element<'r>(bytes: &mut &'r [u8]) -> Result<Option<&'r [u8]>> {
    match usize::try_from(number(bytes)?) {
        Ok(length) => taken(bytes, length).map(Some),
        Err(_) => Ok(None),
    }
}

fn number(bytes: &mut &[u8]) -> Result<i32> {
    let number = taken(bytes, 4)?;
    number.try_into().map(i32::from_be_bytes).map_err(|_| decode::damaged())
}

fn taken<'r>(bytes: &mut &'r [u8], length: usize) -> Result<&'r [u8]> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or_else(decode::damaged)?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use postgres_types::Type as PostgresType;

    use super::*;

    /// An array of 32-bit integers: dimensions, NULL among them, their type, then these.
    fn array(dimensions: i32, numbers: &[i32]) -> std::result::Result<Vec<Value>, String> {
        let head = [dimensions, 0, 23];
        let bytes: Vec<u8> = head.iter().chain(numbers).flat_map(|number| number.to_be_bytes()).collect();
        read(&bytes, &Form::of(&PostgresType::INT4_ARRAY), decode::raw).map_err(|error| error.to_string())
    }

    #[test]
    fn arrays_end_with_their_last_element() {
        assert_eq!(array(0, &[]), Ok(Vec::new()));
        assert_eq!(array(1, &[2, 1, 4, 7, -1]), Ok(vec![Value::Integer(7), Value::Null]));
        let damaged = Err(decode::damaged().to_string());
        assert_eq!(array(0, &[0]), damaged);
        assert_eq!(array(1, &[1, 1, 4, 7, 0]), damaged);
        assert_eq!(array(1, &[-1, 1]), damaged);
        assert_eq!(array(1, &[2, 1, 4, 7]), damaged.map_err(|damaged| format!("element 2: {damaged}")));
    }

    #[test]
    fn arrays_of_nothing_are_of_their_elements_type() {
        let bytes = [0, 0, 23].map(i32::to_be_bytes).concat();
        let element = |ty: &PostgresType| match Arrays::default().raw(&bytes, &Form::of(ty)) {
            Ok(ValueRef::Array(array)) => Some(array.element.ty()),
            _ => None,
        };
        assert_eq!(element(&PostgresType::INT4_ARRAY), Some(Type::BIGINT));
        assert_eq!(element(&PostgresType::FLOAT4_ARRAY), Some(Type::Double));
        assert_eq!(element(&PostgresType::JSONB_ARRAY), Some(Type::Json));
        assert_eq!(element(&PostgresType::VARCHAR_ARRAY), Some(Type::Text));
    }
}
