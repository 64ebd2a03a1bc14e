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

/// Appends a string with its quotes in which only what must be escaped is.
pub(crate) fn push_readable(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (place, character) in text.char_indices() {
        if !matches!(character, '"' | '\\' | '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}') {
            continue;
        }
        out.push_str(&text[plain..place]);
        plain = place + character.len_utf8();
        push_escaped(out, character);
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Appends bytes as a string in base64 (RFC 4648), with its quotes.
pub(crate) fn push_base64(out: &mut String, bytes: &[u8]) {
    const DIGITS: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len() / 3 * 4 + 6);
    out.push('"');
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap_or(0);
            out.push(if place > chunk.len() { '=' } else { char::from(DIGITS[digit]) });
        }
    }
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
    fn readable_strings_escape_what_they_must() {
        let mut out = String::new();
        push_readable(&mut out, "a\"\\\n\u{1b}é\u{2028}🥬");
        assert_eq!(out, r#""a\"\\\n\u001bé\u2028🥬""#);
    }

    #[test]
    fn base64_pads_the_last_group() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"\xff\xfe\xfd\xfc", "//79/A=="),
        ] {
            let mut out = String::new();
            push_base64(&mut out, bytes);
            assert_eq!(out, format!("\"{expected}\""));
        }
    }

    #[test]
    fn everything_but_printable_ascii_is_escaped() {
        let mut out = String::new();
        push_string(&mut out, "a\"\\/\n\r\t\u{8}\u{c}\0\x7fé\u{2028}🥬z");
        assert_eq!(out, r#""a\"\\/\n\r\t\b\f\u0000\u007f\u00e9\u2028\ud83e\udd6cz""#);
    }
}
