//! `array.array`: numbers packed as a machine had them.

use super::Known;
use super::call::{Call, Made};
use crate::error::{Error, Result};
use crate::graph::{Effect, Global, Node, NodeId};

/// An `array.array` of a pickle.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<'g> {
    typecode: char,
    content: Content<'g>,
}

/// Where the items come from.
#[derive(Clone, Debug, PartialEq)]
enum Content<'g> {
    Packed(Format, &'g [u8]),
    Items(Vec<ArrayItem>),
}

/// An item of an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArrayItem {
    /// Of the integer types, within 64 bits.
    Int(i128),
    /// Of the types `f` and `d`.
    Float(f64),
    /// Of the type `u`: a code point of Unicode, surrogates included.
    Char(u32),
}

/// How an item is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    kind: Kind,
    size: usize,
    big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unsigned,
    Signed,
    Float,
    Utf16,
    Utf32,
}

/// The machine formats of `_array_reconstructor`, by their code.
const FORMATS: [Format; 22] = {
    const fn format(kind: Kind, size: usize, big_endian: bool) -> Format {
        Format { kind, size, big_endian }
    }
    [
        format(Kind::Unsigned, 1, false),
        format(Kind::Signed, 1, false),
        format(Kind::Unsigned, 2, false),
        format(Kind::Unsigned, 2, true),
        format(Kind::Signed, 2, false),
        format(Kind::Signed, 2, true),
        format(Kind::Unsigned, 4, false),
        format(Kind::Unsigned, 4, true),
        format(Kind::Signed, 4, false),
        format(Kind::Signed, 4, true),
        format(Kind::Unsigned, 8, false),
        format(Kind::Unsigned, 8, true),
        format(Kind::Signed, 8, false),
        format(Kind::Signed, 8, true),
        format(Kind::Float, 4, false),
        format(Kind::Float, 4, true),
        format(Kind::Float, 8, false),
        format(Kind::Float, 8, true),
        format(Kind::Utf16, 2, false),
        format(Kind::Utf16, 2, true),
        format(Kind::Utf32, 4, false),
        format(Kind::Utf32, 4, true),
    ]
};

/// The type codes, as on a 64-bit Linux, in the order in which CPython looks for one of a size.
const TYPES: [(char, Kind, usize); 13] = [
    ('b', Kind::Signed, 1),
    ('B', Kind::Unsigned, 1),
    ('u', Kind::Utf32, 4),
    ('h', Kind::Signed, 2),
    ('H', Kind::Unsigned, 2),
    ('i', Kind::Signed, 4),
    ('I', Kind::Unsigned, 4),
    ('l', Kind::Signed, 8),
    ('L', Kind::Unsigned, 8),
    ('q', Kind::Signed, 8),
    ('Q', Kind::Unsigned, 8),
    ('f', Kind::Float, 4),
    ('d', Kind::Float, 8),
];

/// The machine's own format of a type code.
fn native(typecode: char) -> Option<Format> {
    let row = TYPES.iter().find(|row| row.0 == typecode);
    row.map(|(_, kind, size)| Format { kind: *kind, size: *size, big_endian: false })
}

impl<'g> Array<'g> {
    /// The type code, such as `d` for doubles.
    pub fn typecode(&self) -> char {
        self.typecode
    }

    /// The items, in order.
    pub fn items(&self) -> ArrayItems<'_> {
        ArrayItems { content: &self.content, next: 0 }
    }

    /// The items as they are packed, when the pickle has them so, and whether the bytes of an item are in big-endian order.
    pub fn packed(&self) -> Option<(&'g [u8], bool)> {
        match self.content {
            Content::Packed(format, data) => Some((data, format.big_endian)),
            Content::Items(_) => None,
        }
    }
}

/// The items of an [`Array`].
#[derive(Clone, Debug)]
pub struct ArrayItems<'g> {
    content: &'g Content<'g>,
    next: usize,
}

impl Iterator for ArrayItems<'_> {
    type Item = ArrayItem;

    fn next(&mut self) -> Option<ArrayItem> {
        let item = match self.content {
            Content::Items(items) => items.get(self.next).copied(),
            Content::Packed(format, data) => {
                let start = self.next * format.size;
                data.get(start..start + format.size).map(|bytes| format.item(bytes))
            }
        };
        self.next += usize::from(item.is_some());
        item
    }
}

impl Format {
    /// One item of as many bytes as the format has.
    fn item(self, bytes: &[u8]) -> ArrayItem {
        let byte = |place: usize| {
            let place = if self.big_endian { bytes.len() - 1 - place } else { place };
            bytes[place]
        };
        let bits = (0..bytes.len()).rev().fold(0_u64, |bits, place| (bits << 8) | u64::from(byte(place)));
        let low = || u32::try_from(bits & 0xffff_ffff).unwrap_or_default();
        match (self.kind, self.size) {
            (Kind::Signed, size) => {
                let unused = 128 - 8 * size;
                ArrayItem::Int(i128::from(bits) << unused >> unused)
            }
            (Kind::Unsigned, _) => ArrayItem::Int(bits.into()),
            (Kind::Float, 4) => ArrayItem::Float(f32::from_bits(low()).into()),
            (Kind::Float, _) => ArrayItem::Float(f64::from_bits(bits)),
            (Kind::Utf16 | Kind::Utf32, _) => ArrayItem::Char(low()),
        }
    }
}

/// `_array_reconstructor(class, typecode, format, data)`: from protocol 3.
pub(super) fn reconstructed<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    let [class, typecode, format, data] = call.arguments else {
        return Err(call.refused("a wrong number of arguments"));
    };
    if !matches!(call.node(*class), Node::Global(Global { module: "array", name: "array" })) {
        return Ok(None); // a subclass, or nothing that could be one
    }
    let (Some(typecode), Node::Bytes(data)) = (character(call, *typecode), call.node(*data)) else {
        return Err(call.refused("arguments of the wrong types"));
    };
    let own = native(typecode).ok_or_else(|| call.refused("a bad typecode"))?;
    let format = usize::try_from(call.within::<u32>(*format, 0, 21)?).ok().and_then(|code| FORMATS.get(code));
    let format = *format.ok_or_else(|| call.refused("a bad machine format"))?;
    if !data.len().is_multiple_of(format.size) {
        return Err(call.refused("the data is not a whole number of items"));
    }
    // An integer of another size or sign than the type code says: the last type of that kind is taken.
    let typecode = match format.kind {
        Kind::Signed | Kind::Unsigned if format != own => {
            let fits = |row: &&(char, Kind, usize)| (row.1, row.2) == (format.kind, format.size);
            TYPES.iter().rev().find(fits).map_or(typecode, |row| row.0)
        }
        _ => typecode,
    };
    array_of(call, typecode, format, data)
}

fn array_of<'g>(
    call: &Call<'g>,
    typecode: char,
    format: Format,
    data: &'g [u8],
) -> Result<Option<Known<'g>>> {
    let own = native(typecode).ok_or_else(|| call.refused("a bad typecode"))?;
    let content = match (own.kind, format.kind) {
        // As bytes of the machine's own format they are not looked at.
        (Kind::Utf32, Kind::Utf32) if format == own => Content::Packed(format, data),
        (Kind::Utf32, Kind::Utf16 | Kind::Utf32) => {
            // CPython asks for a multiple of twice the size here.
            let data = Some(data).filter(|data| data.len().is_multiple_of(2 * format.size));
            let text = data
                .and_then(|data| decoded(format, data))
                .ok_or_else(|| call.refused("the data is not Unicode"))?;
            Content::Items(text.into_iter().map(|character| ArrayItem::Char(character.into())).collect())
        }
        (Kind::Float, Kind::Float) if format.size <= own.size => Content::Packed(format, data),
        (own_kind, kind) if own_kind == kind && own.size == format.size => Content::Packed(format, data),
        _ => return converted(call, typecode, own, Content::Packed(format, data)),
    };
    finished(call, typecode, content)
}

/// Items that are put one by one into an array of another kind.
fn converted<'g>(
    call: &Call<'g>,
    typecode: char,
    own: Format,
    from: Content<'g>,
) -> Result<Option<Known<'g>>> {
    let items = ArrayItems { content: &from, next: 0 };
    let converted = items.map(|item| match (own.kind, item) {
        (Kind::Float, ArrayItem::Float(value)) => Ok(float_item(own, value)),
        (Kind::Signed | Kind::Unsigned, ArrayItem::Int(value)) => integer_item(call, own, value),
        _ => Err(call.refused("items of the wrong type")),
    });
    let items = converted.collect::<Result<Vec<_>>>()?;
    finished(call, typecode, Content::Items(items))
}

fn decoded(format: Format, data: &[u8]) -> Option<Vec<char>> {
    let units = data.chunks_exact(format.size).map(|bytes| match format.item(bytes) {
        ArrayItem::Char(unit) => unit,
        _ => u32::MAX,
    });
    if format.kind == Kind::Utf32 {
        return units.map(char::from_u32).collect();
    }
    char::decode_utf16(units.filter_map(|unit| u16::try_from(unit).ok())).collect::<Result<_, _>>().ok()
}

/// `array(typecode, items)`: before protocol 3.
pub(super) fn array<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    if call.how == Made::Bare {
        return Err(call.refused("object.__new__ does not make it"));
    }
    let (typecode, initial) = match call.arguments {
        [typecode] => (typecode, None),
        [typecode, initial] => (typecode, Some(*initial)),
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    let typecode = character(call, *typecode).ok_or_else(|| call.refused("a bad typecode"))?;
    let own = native(typecode).ok_or_else(|| call.refused("a bad typecode"))?;
    match initial.map(|initial| call.node(initial)) {
        None => finished(call, typecode, Content::Items(Vec::new())),
        Some(Node::List(items) | Node::Tuple(items)) => {
            let items = items.iter().map(|item| listed(call, own, *item)).collect::<Result<Vec<_>>>()?;
            finished(call, typecode, Content::Items(items))
        }
        Some(Node::Bytes(data) | Node::ByteArray(data)) if data.len().is_multiple_of(own.size) => {
            finished(call, typecode, Content::Packed(own, data))
        }
        Some(Node::Str(text)) if own.kind == Kind::Utf32 => {
            let items = text.chars().map(|character| ArrayItem::Char(character.into())).collect();
            finished(call, typecode, Content::Items(items))
        }
        Some(Node::Dict(_) | Node::Set(_) | Node::FrozenSet(_)) => Ok(None),
        Some(initial) if initial.is_inert() => Ok(None),
        Some(_) => Err(call.refused("cannot be made of this")),
    }
}

/// An array has neither attributes nor a state; what is appended to it is left to others.
fn finished<'g>(call: &Call<'g>, typecode: char, content: Content<'g>) -> Result<Option<Known<'g>>> {
    for effect in call.effects() {
        match effect {
            Effect::State(_) => call.no_state(effect)?,
            _ => return Ok(None),
        }
    }
    Ok(Some(Known::Array(Array { typecode, content })))
}

fn character(call: &Call<'_>, id: NodeId) -> Option<char> {
    let Node::Str(text) = call.node(id) else { return None };
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// An item of a list, checked as an item of the type.
fn listed(call: &Call<'_>, own: Format, id: NodeId) -> Result<ArrayItem> {
    match (own.kind, call.node(id)) {
        (Kind::Float, Node::Float(value)) => Ok(float_item(own, value)),
        (Kind::Float, Node::Int(value)) => Ok(float_item(own, value as f64)), // to the nearest, as in Python
        (Kind::Float, Node::Bool(value)) => Ok(float_item(own, f64::from(u8::from(value)))),
        (Kind::Utf32, Node::Str(_)) => {
            let item = character(call, id).map(|character| ArrayItem::Char(character.into()));
            item.ok_or_else(|| call.refused("an item is not one character"))
        }
        (Kind::Signed | Kind::Unsigned, Node::Int(_) | Node::Bool(_) | Node::BigInt(_)) => {
            let value = i128::try_from(&call.integer(id)?).map_err(|_| too_large(call))?;
            integer_item(call, own, value)
        }
        _ => Err(call.refused("items of the wrong type")),
    }
}

fn too_large(call: &Call<'_>) -> Error {
    call.refused("an item is out of range")
}

fn integer_item(call: &Call<'_>, own: Format, value: i128) -> Result<ArrayItem> {
    let bits = 8 * own.size;
    let (least, most) = match own.kind {
        Kind::Signed => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
        _ => (0, (1_i128 << bits) - 1),
    };
    if (least..=most).contains(&value) { Ok(ArrayItem::Int(value)) } else { Err(too_large(call)) }
}

/// A float, rounded to what the type holds; too large a one becomes an infinity, as in C.
fn float_item(own: Format, value: f64) -> ArrayItem {
    if own.size == 8 {
        return ArrayItem::Float(value);
    }
    #[allow(clippy::cast_possible_truncation, reason = "rounds to the nearest, as the conversion of C does")]
    let single = value as f32;
    ArrayItem::Float(single.into())
}
