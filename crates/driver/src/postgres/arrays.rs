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
        let ty = values.iter().find_map(Value::ty).unwrap_or(Type::Text);
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
        0 => return Ok(Vec::new()),
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
    (1..=count)
        .map(|place| {
            let read = element(&mut bytes).and_then(|bytes| value(bytes, &of_elements));
            read.map(ValueRef::to_owned).map_err(|error| error.prefixed(&format!("element {place}: ")))
        })
        .collect()
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
