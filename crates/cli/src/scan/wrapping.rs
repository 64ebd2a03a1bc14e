//! What pickles are wrapped in: compression, base64, hexadecimal, JSON, Django's sessions and fields.

use super::decompress;

/// Bytes that were taken out of others.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Names of members and encodings, from the outside in.
    pub(super) steps: Vec<String>,
    pub(super) bytes: Vec<u8>,
    /// Whether a limit cut it.
    pub(super) cut: bool,
    /// Whether it should be a pickle.
    pub(super) expected: bool,
}

/// How long a text can be a session's hash or key at most.
const LONGEST_HASH: usize = 128;
/// The shortest base64 that can be a pickle of interest.
const SHORTEST: usize = 4;

/// What the bytes may be a wrapping of. Guesses: what comes out need not be a pickle.
pub(super) fn unwrapped(bytes: &[u8], room: usize) -> Vec<Part> {
    if let Some((format, unpacked)) = decompress::unpack(bytes, room) {
        return vec![part(format, unpacked.bytes, unpacked.cut)];
    }
    let mut parts = Vec::new();
    let text = bytes.trim_ascii();
    if let Some(decoded) = base64(text) {
        parts.push(part("base64", decoded, false));
    }
    parts.extend(hexadecimal(text).map(|decoded| part("hex", decoded, false)));
    parts.extend(signed(text).map(|decoded| part("signed session", decoded, false)));
    parts.extend(hashed(bytes).map(|rest| part("session", rest.to_vec(), false)));
    if matches!(text.first(), Some(b'{' | b'[' | b'"')) {
        parts.extend(
            json_strings(text).into_iter().map(|decoded| part("JSON string, base64", decoded, false)),
        );
    }
    parts
}

fn part(step: &str, bytes: Vec<u8>, cut: bool) -> Part {
    Part { steps: vec![step.to_owned()], bytes, cut, expected: false }
}

/// Standard or URL-safe base64, padded or not, in lines or not. A leading dot, by which Django marks compressed sessions, is
/// left out.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_prefix(b".").unwrap_or(text);
    if text.len() < SHORTEST {
        return None;
    }
    let (mut out, mut bits, mut count) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    let mut ended = false;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\n' | b'\r' => continue,
            b'=' => {
                ended = true;
                continue;
            }
            _ => return None,
        };
        if ended {
            return None;
        }
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

/// Hexadecimal digits of a pickle that names its protocol, with `\x` or `0x` before them or not.
fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digits = [&b"\\x"[..], b"0x", b"X'", b"x'"]
        .iter()
        .find_map(|prefix| text.strip_prefix(*prefix))
        .unwrap_or(text);
    let digits = digits.strip_suffix(b"'").unwrap_or(digits);
    if digits.len() % 2 != 0 || !digits.starts_with(b"80") {
        return None;
    }
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Django's `signing.dumps`: `base64:timestamp:signature`.
fn signed(text: &[u8]) -> Option<Vec<u8>> {
    let mut fields = text.split(|byte| *byte == b':');
    let (payload, timestamp, signature) = (fields.next()?, fields.next()?, fields.next()?);
    let is_word = |field: &[u8]| field.len() <= LONGEST_HASH && base64_alphabet(field);
    (fields.next().is_none() && is_word(timestamp) && is_word(signature)).then(|| base64(payload)).flatten()
}

fn base64_alphabet(field: &[u8]) -> bool {
    !field.is_empty()
        && field
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'='))
}

/// Django's sessions before 3.1, once base64 is gone: `hash:pickle`.
fn hashed(bytes: &[u8]) -> Option<&[u8]> {
    let colon =
        bytes.iter().take(LONGEST_HASH).position(|byte| *byte == b':').filter(|length| *length >= 32)?;
    let (hash, rest) = bytes.split_at(colon);
    hash.iter().all(u8::is_ascii_hexdigit).then_some(&rest[1..])
}

/// The strings of a JSON text that are base64, as messages of kombu hold their bodies.
fn json_strings(text: &[u8]) -> Vec<Vec<u8>> {
    let strings = text.split(|byte| *byte == b'"').filter(|field| field.len() >= 8);
    // Many words are base64 by chance: what comes out must start like a pickle or like something compressed.
    strings
        .filter_map(base64)
        .filter(|bytes| matches!(bytes.as_slice(), [0x80, 0..=5, ..] | [b'(' | b'c' | b'x' | 0x1f, ..]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_all_its_forms() {
        for text in ["gARdlC4=", "gARdlC4", "gARd\nlC4=\n", ".gARdlC4"] {
            assert_eq!(
                base64(text.as_bytes().trim_ascii()).as_deref(),
                Some(&b"\x80\x04]\x94."[..]),
                "{text}"
            );
        }
        assert_eq!(base64(b"-_-_"), base64(b"+/+/"));
        assert_eq!(base64(b"gARd lC4="), None);
        assert_eq!(base64(b"gA==RdlC4="), None);
    }

    #[test]
    fn hexadecimal_is_a_pickle_that_names_its_protocol() {
        assert_eq!(hexadecimal(b"\\x80042e").as_deref(), Some(&b"\x80\x04."[..]));
        assert_eq!(hexadecimal(b"X'80042E'").as_deref(), Some(&b"\x80\x04."[..]));
        assert_eq!(hexadecimal(b"8004zz"), None);
        assert_eq!(hexadecimal(b"cafe"), None);
    }

    #[test]
    fn sessions_are_taken_apart() {
        assert_eq!(signed(b"gARdlC4:1xVBLX:sig-_").as_deref(), Some(&b"\x80\x04]\x94."[..]));
        assert_eq!(signed(b"12:30"), None);
        let legacy = [&[b'a'; 40][..], b":\x80\x04."].concat();
        assert_eq!(hashed(&legacy), Some(&b"\x80\x04."[..]));
    }
}
