//! Calls of builtin constructors, recognised as the values they make.
//!
//! Protocols below 4 have no opcodes for sets, below 3 none for bytes, below 5 none for bytearrays, and complex numbers
//! never had one: CPython writes `set([…])`, `_codecs.encode('…', 'latin1')`, `bytearray(b'…')`, `complex(1.0, 2.0)`.
//! Anything else stays an inert call.

use std::borrow::Cow;

use super::build::GraphBuilder;
use super::store::{Blob, Slot};
use super::{Node, NodeId};
use crate::error::Result;

/// The value that the call makes, if it is one of those that are known exactly.
pub(super) fn constructed(
    builder: &mut GraphBuilder<'_>,
    callable: NodeId,
    arguments: NodeId,
) -> Result<Option<Slot>> {
    let (Node::Global(global), Node::Tuple(arguments), None) =
        (builder.node(callable), builder.node(arguments), &builder.inert)
    else {
        return Ok(None);
    };
    let arguments: [Option<NodeId>; 2] = match arguments[..] {
        [] => [None, None],
        [first] => [Some(first), None],
        [first, second] => [Some(first), Some(second)],
        _ => return Ok(None),
    };
    match (global.module, global.name) {
        ("builtins" | "__builtin__", "set") => with_items(builder, arguments, GraphBuilder::set_of),
        ("builtins" | "__builtin__", "frozenset") => {
            with_items(builder, arguments, GraphBuilder::frozenset_of)
        }
        ("builtins" | "__builtin__", "complex") => complex(builder, arguments),
        ("builtins" | "__builtin__", "bytearray") => bytearray(builder, arguments),
        ("builtins" | "__builtin__", "bytes") if arguments[0].is_none() => {
            builder.store.add_blob(Cow::Borrowed(b"")).map(Slot::Bytes).map(Some)
        }
        ("_codecs", "encode") => encoded(builder, arguments, Slot::Bytes),
        _ => Ok(None),
    }
}

/// A set of the items that a container has at this moment.
fn with_items<'a>(
    builder: &mut GraphBuilder<'a>,
    arguments: [Option<NodeId>; 2],
    make: impl FnOnce(&mut GraphBuilder<'a>, &[NodeId]) -> Result<Slot>,
) -> Result<Option<Slot>> {
    let items = match arguments {
        [None, None] => Vec::new(),
        [Some(list), None] => match builder.node(list) {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items) => {
                items.to_vec()
            }
            Node::Dict(pairs) => pairs.iter().map(|pair| pair.0).collect(),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    builder.copy(items.len())?;
    make(builder, &items).map(Some)
}

fn complex(builder: &mut GraphBuilder<'_>, arguments: [Option<NodeId>; 2]) -> Result<Option<Slot>> {
    let part = |argument: Option<NodeId>| match argument.map(|argument| builder.node(argument)) {
        None => Some(0.0),
        Some(Node::Float(value)) => Some(value),
        Some(Node::Bool(value)) => Some(f64::from(u8::from(value))),
        Some(Node::Int(value)) => i32::try_from(value).ok().map(f64::from), // larger ones may be inexact
        Some(_) => None,
    };
    match arguments.map(part) {
        [Some(real), Some(imaginary)] => builder.store.add_complex(real, imaginary).map(Some),
        _ => Ok(None),
    }
}

fn bytearray(builder: &mut GraphBuilder<'_>, arguments: [Option<NodeId>; 2]) -> Result<Option<Slot>> {
    match arguments {
        [None, None] => builder.store.add_blob(Cow::Borrowed(b"")).map(Slot::ByteArray).map(Some),
        // The bytes are shared: a bytearray that changes takes its own first.
        [Some(bytes), None] => match builder.store.slots[bytes.index()] {
            Slot::Bytes(blob) => Ok(Some(Slot::ByteArray(blob))),
            _ => Ok(None),
        },
        encoded_text => encoded(builder, encoded_text, Slot::ByteArray),
    }
}

/// The longest name of an encoding that is looked at; those that are known are shorter.
const ENCODING_NAME: usize = 16;

/// `_codecs.encode(text, encoding)` for the encodings that bytes were written with.
fn encoded(
    builder: &mut GraphBuilder<'_>,
    arguments: [Option<NodeId>; 2],
    make: impl FnOnce(Blob) -> Slot,
) -> Result<Option<Slot>> {
    let [Some(text), Some(encoding)] = arguments else { return Ok(None) };
    let (Node::Str(characters), Node::Str(encoding)) = (builder.node(text), builder.node(encoding)) else {
        return Ok(None);
    };
    if encoding.len() > ENCODING_NAME {
        return Ok(None);
    }
    let (encoding, length) = (normalized(encoding), characters.len());
    builder.copy(length)?; // before looking at it: the same text may come again and again
    let Node::Str(characters) = builder.node(text) else { return Ok(None) };
    let same = match &*encoding {
        "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" | "l1" | "latin" => characters.is_ascii(),
        "utf_8" | "utf8" | "u8" | "utf" => true,
        "ascii" | "us_ascii" if characters.is_ascii() => true,
        _ => return Ok(None),
    };
    let bytes = match builder.store.borrowed_str(text) {
        Some(borrowed) if same => Cow::Borrowed(borrowed.as_bytes()),
        _ if same => Cow::Owned(characters.as_bytes().to_vec()),
        _ => match latin1(characters) {
            Some(bytes) => Cow::Owned(bytes),
            None => return Ok(None),
        },
    };
    builder.store.add_blob(bytes).map(make).map(Some)
}

/// The name of an encoding as Python looks it up: `Latin-1` is `latin_1`.
fn normalized(encoding: &str) -> String {
    let mut name = String::with_capacity(encoding.len());
    let mut between = false;
    for character in encoding.chars() {
        if !character.is_alphanumeric() && character != '.' {
            between = true;
            continue;
        }
        if std::mem::take(&mut between) && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.is_ascii().then_some(character.to_ascii_lowercase()));
    }
    name
}

/// The bytes of a text whose characters all fit one; `None` otherwise, where Python raises an error.
pub(crate) fn latin1(text: &str) -> Option<Vec<u8>> {
    // In UTF-8 those above 0x7f are two bytes, of which the first is 0xc2 or 0xc3. Nothing branches on a byte: data of
    // arrays comes in any order.
    let (mut bytes, mut length) = (vec![0; text.len()], 0);
    let (mut previous, mut fits) = (0, true);
    for byte in text.bytes() {
        bytes[length] = byte | u8::from(previous == 0xc3) << 6;
        length += usize::from(byte < 0xc2);
        fits &= byte < 0xc4;
        previous = byte;
    }
    bytes.truncate(length);
    fits.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::{Error, Graph, Protocol, Value, from_slice, to_vec_with};

    #[test]
    fn mixed_bytes_are_read_back_from_every_protocol() -> Result<(), Error> {
        let ascii = [&[0xff][..], &[b'a'; 300]].concat();
        let mixed: Vec<u8> = (0..=255).cycle().take(3000).collect();
        for bytes in [ascii, mixed, vec![0xff; 5000], vec![0x80], Vec::new()] {
            for protocol in Protocol::ALL {
                for value in [Value::Bytes(bytes.clone()), Value::ByteArray(bytes.clone())] {
                    let many = Value::List(vec![value; 5].into());
                    assert_eq!(from_slice::<Value>(&to_vec_with(&many, protocol)?)?, many, "{protocol:?}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn characters_of_latin_1_are_bytes() {
        let all: String = (0..=255).map(char::from).collect();
        assert_eq!(super::latin1(&all), Some((0..=255).collect()));
        for text in ["", "a", "\u{ff}", "\u{c3}\u{80}"] {
            assert_eq!(super::latin1(text).map(|bytes| bytes.len()), Some(text.chars().count()), "{text:?}");
        }
        for text in ["\u{100}", "a\u{2c2}b", "\u{c2}\u{10ffff}"] {
            assert_eq!(super::latin1(text), None, "{text:?}");
        }
    }

    /// `_codecs.encode(text, encoding)` with the same arguments, many times.
    fn encoded_again_and_again(text: &str, encoding: &str, times: usize) -> Vec<u8> {
        let mut pickle = b"c_codecs\nencode\n\x94".to_vec();
        for part in [text, encoding] {
            pickle.push(b'X');
            pickle.extend(u32::try_from(part.len()).unwrap_or(0).to_le_bytes());
            pickle.extend(part.as_bytes());
        }
        pickle.extend(b"\x86\x940");
        pickle.extend(b"h\x00h\x01R0".repeat(times));
        pickle.push(b'.');
        pickle
    }

    #[test]
    fn a_text_encoded_again_and_again_reaches_a_limit() {
        for last in ["é", "\u{1000}", ""] {
            let text = "a".repeat(300_000) + last;
            let error = Graph::from_slice(&encoded_again_and_again(&text, "latin1", 50_000)).unwrap_err();
            assert!(error.is_limit(), "{error}");
        }
    }

    #[test]
    fn a_long_name_of_an_encoding_is_not_looked_at() {
        let pickle = encoded_again_and_again("a", &"A".repeat(300_000), 50_000);
        let start = Instant::now();
        assert!(Graph::from_slice(&pickle[..pickle.len() - 1]).is_err_and(|error| error.is_truncated()));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
