//! Python's `repr` of opcode arguments.

use onggi_pickle::BigInt;
use onggi_pickle::opcode::{ArgumentKind, Opcode};
use onggi_pickle::parse::{Argument, Op};

/// What `repr(argument)` gives for `pickletools.genops`; `None` for opcodes without argument.
pub fn repr(op: &Op<'_>) -> Option<String> {
    Some(match &op.argument {
        Argument::None => return None,
        Argument::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Argument::Int(value) => value.to_string(),
        Argument::Length(value) => value.to_string(),
        Argument::Long(bytes) => BigInt::from_le_bytes(bytes).to_string(),
        Argument::Float(value) => float(*value),
        Argument::Str(text) => string(text.chars().map(u32::from)),
        Argument::Surrogates(bytes) => string(code_points(bytes).into_iter()),
        Argument::Names(module, name) => string(format!("{module} {name}").chars().map(u32::from)),
        // Python escapes the single quote here even between double quotes.
        Argument::Bytes(data) if op.opcode == Opcode::ByteArray8 => {
            let text = bytes(data);
            format!("bytearray({})", if text.starts_with("b\"") { text.replace('\'', "\\'") } else { text })
        }
        Argument::Bytes(data) => match op.opcode.argument() {
            ArgumentKind::StringLine | ArgumentKind::String1 | ArgumentKind::String4 => {
                string(data.iter().map(|byte| u32::from(*byte)))
            }
            _ => bytes(data),
        },
        other => panic!("unknown argument {other:?}"),
    })
}

/// Shortest digits that give the value back, with Python's choice of notation.
pub fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').expect("scientific");
    let exponent: i32 = exponent.parse().expect("number");
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Decodes UTF-8 with surrogates.
fn code_points(bytes: &[u8]) -> Vec<u32> {
    let mut points = Vec::new();
    for byte in bytes {
        match byte {
            0x80..=0xbf => {
                *points.last_mut().expect("lead") = points.last().expect("lead") << 6 | u32::from(byte & 0x3f)
            }
            0xc0..=0xdf => points.push(u32::from(byte & 0x1f)),
            0xe0..=0xef => points.push(u32::from(byte & 0x0f)),
            0xf0.. => points.push(u32::from(byte & 0x07)),
            _ => points.push(u32::from(*byte)),
        }
    }
    points
}

fn string(points: impl Iterator<Item = u32> + Clone) -> String {
    let single = points.clone().any(|point| point == u32::from(b'\''));
    let double = points.clone().any(|point| point == u32::from(b'"'));
    let quote = if single && !double { '"' } else { '\'' };
    let mut out = String::from(quote);
    for point in points {
        match char::from_u32(point) {
            Some(character) if character == quote || character == '\\' => out.extend(['\\', character]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(character) if printable(character) => out.push(character),
            _ if point <= 0xff => out.push_str(&format!("\\x{point:02x}")),
            _ if point <= 0xffff => out.push_str(&format!("\\u{point:04x}")),
            _ => out.push_str(&format!("\\U{point:08x}")),
        }
    }
    out.push(quote);
    out
}

/// Close to Python's `str.isprintable`: combining marks are printable there.
fn printable(character: char) -> bool {
    character == ' '
        || character == '"'
        || character == '\''
        || !character.is_whitespace()
            && (character.escape_debug().len() == 1 || ('\u{300}'..'\u{370}').contains(&character))
}

fn bytes(data: &[u8]) -> String {
    let quote = if data.contains(&b'\'') && !data.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for byte in data {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e if char::from(*byte) == quote => out.extend(['\\', quote]),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}
