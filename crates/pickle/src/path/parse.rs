//! The text of a path, read.

use super::{BYTES, STEPS, Step, ValuePath};
use crate::error::{Error, Result, shown};

pub(super) fn parse(text: &str) -> Result<ValuePath> {
    if text.len() > BYTES {
        return Err(Error::data(format!("a path has at most {BYTES} bytes, not {}", text.len())));
    }
    let Some(mut rest) = text.strip_prefix('$') else {
        return Err(refused(text, "it starts with `$`, the whole value"));
    };
    let mut path = ValuePath::root();
    while !rest.is_empty() {
        if path.steps.len() == STEPS {
            return Err(Error::data(format!("a path has at most {STEPS} steps")));
        }
        let (step, after) = step(rest)?;
        path.steps.push(step);
        rest = after;
    }
    Ok(path)
}

/// The first step, and what follows it.
fn step(text: &str) -> Result<(Step, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let end = name.find(ends_name).unwrap_or(name.len());
        return match name.split_at(end) {
            ("", _) => {
                Err(refused(text, "a name follows `.`; another key stands in brackets: [\"any key\"]"))
            }
            (name, rest) => Ok((Step::from(name), rest)),
        };
    }
    let Some(key) = text.strip_prefix('[') else {
        return Err(refused(text, "a step is .name, [3] or [\"any key\"]"));
    };
    let (step, rest) = match key.strip_prefix('"') {
        Some(quoted) => string(quoted).map(|(name, rest)| (Step::from(name), rest))?,
        None => {
            let end = key.find(']').unwrap_or(key.len());
            (
                Step::Index(
                    integer(&key[..end])
                        .ok_or_else(|| refused(text, "[…] takes an integer or a string in \"\""))?,
                ),
                &key[end..],
            )
        }
    };
    match rest.strip_prefix(']') {
        Some(rest) => Ok((step, rest)),
        None => Err(refused(text, "`]` is missing")),
    }
}

fn ends_name(character: char) -> bool {
    matches!(character, '.' | '[' | ']' | '"' | '\'' | '\\')
        || character.is_whitespace()
        || character.is_control()
}

/// An integer, as it is written without need: no `+`, no zero before other digits.
fn integer(text: &str) -> Option<i64> {
    let value: i64 = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}

/// A string of JSON whose opening quote was read, and what follows its closing one.
fn string(text: &str) -> Result<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next() {
            Some('"') => return Ok((value, characters.as_str())),
            Some('\\') => {
                let (character, rest) = escaped(characters.as_str())
                    .ok_or_else(|| refused(text, "no escape of a JSON string"))?;
                value.push(character);
                characters = rest.chars();
            }
            Some(character) if character.is_control() => {
                return Err(refused(text, "a control character in a string is written \\u00..."));
            }
            Some(character) => value.push(character),
            None => return Err(refused(text, "the string has no end")),
        }
    }
}

/// The character of an escape whose backslash was read, and what follows.
fn escaped(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let character = match characters.next()? {
        plain @ ('"' | '\\' | '/') => plain,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(characters.as_str()),
        _ => return None,
    };
    Some((character, characters.as_str()))
}

/// Four hexadecimal digits, or twice four for a character beyond U+FFFF.
fn unicode(text: &str) -> Option<(char, &str)> {
    let (high, rest) = unit(text)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, rest));
    }
    let (low, rest) = unit(rest.strip_prefix("\\u")?)?;
    let point = match (high, low) {
        (0xd800..=0xdbff, 0xdc00..=0xdfff) => 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00),
        _ => return None,
    };
    Some((char::from_u32(point)?, rest))
}

fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits.chars().try_fold(0, |unit, digit| Some(unit << 4 | digit.to_digit(16)?))?;
    Some((unit, rest))
}

fn refused(text: &str, why: &str) -> Error {
    Error::data(format!("no path at {:?}: {why}", shown(text)))
}
