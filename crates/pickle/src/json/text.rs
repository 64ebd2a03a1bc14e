//! JSON strings, as Python's `json.dumps` writes them: ASCII only.

use std::fmt::Write;

/// Appends a string with its quotes.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (place, character) in text.char_indices() {
        if matches!(character, ' '..='~') && !matches!(character, '"' | '\\') {
            continue;
        }
        out.push_str(&text[plain..place]);
        plain = place + character.len_utf8();
        push_escaped(out, character);
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Appends bytes as a string of hexadecimal digits, with its quotes.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    out.reserve(2 * bytes.len() + 2);
    out.push('"');
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out.push('"');
}

fn push_escaped(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").unwrap_or_default(); // writing to a string cannot fail
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_printable_ascii_is_escaped() {
        let mut out = String::new();
        push_string(&mut out, "a\"\\/\n\r\t\u{8}\u{c}\0\x7fé\u{2028}🥬z");
        assert_eq!(out, r#""a\"\\/\n\r\t\b\f\u0000\u007f\u00e9\u2028\ud83e\udd6cz""#);
    }
}
