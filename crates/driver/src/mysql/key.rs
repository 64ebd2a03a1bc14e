//! The server's public key, which a password is encrypted with where the line is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::failure::{Answer, Failure};

/// How many bytes the number of a key has at least, and at most.
const SIZES: std::ops::RangeInclusive<usize> = 128..=2048;

/// How many bytes the padding takes.
const PADDING: usize = 2 + 2 * 20;

/// A password with a zero behind it, mixed with what the server has thrown, and encrypted with its key, as PEM.
pub(super) fn encrypted(password: &[u8], thrown: &[u8], key: &[u8]) -> Answer<Vec<u8>> {
    // The library takes a key for what it should be.
    let size = size(key).filter(|size| SIZES.contains(size));
    let size =
        size.ok_or_else(|| Failure::strange("the server's public key is no RSA key that can be used"))?;
    if thrown.is_empty() {
        return Err(Failure::strange("the server has thrown nothing that a password could be mixed with"));
    }
    // It counts a key's bytes short by one where the first bits are zeros.
    if password.len() + 1 + PADDING >= size {
        return Err(Failure::strange(
            "the password is longer than what the server's public key encrypts: encrypt the connection (the feature `tls`, \
             sslmode=require), or reach the server by its socket",
        ));
    }
    let zero_ended = password.iter().chain(&[0]);
    let mixed: Vec<u8> = zero_ended.zip(thrown.iter().cycle()).map(|(byte, thrown)| byte ^ thrown).collect();
    Ok(mysql_common::crypto::encrypt(&mixed, key))
}

/// How many bytes the number of an RSA key has, if it is one.
fn size(key: &[u8]) -> Option<usize> {
    const KINDS: [(&str, &str, bool); 2] = [
        ("-----BEGIN RSA PUBLIC KEY-----", "-----END RSA PUBLIC KEY-----", false),
        ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", true),
    ];
    let text = std::str::from_utf8(key).ok()?;
    let (base64, is_wrapped) = KINDS.into_iter().find_map(|(begin, end, is_wrapped)| {
        let (_, rest) = text.split_once(begin)?;
        Some((rest.split_once(end)?.0, is_wrapped))
    })?;
    let base64: String = base64.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(base64).ok()?;
    let (mut fields, _) = element(0x30, &der)?;
    if is_wrapped {
        let (_, bits) = element(0x30, fields)?;
        let (bits, _) = element(0x03, bits)?;
        fields = element(0x30, bits.strip_prefix(&[0])?)?.0;
    }
    let (number, rest) = element(0x02, fields)?;
    let (exponent, _) = element(0x02, rest)?;
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    let is_odd = number.last()? % 2 == 1;
    (number[0] >= 0x80 && is_odd && (1..=8).contains(&exponent.len())).then_some(number.len())
}

/// The content of the element of DER at the start of some bytes, which is of a kind, and what is behind it.
fn element(kind: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.strip_prefix(&[kind])?.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 1,024 bits.
    const KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC/TCGoiQkL/UURPkJwifqpbuLH\n\
        1rjmgm0DGeO5CYPvVBpiLZ/sJ5JHWW0CP9DRAC3UFVrlk5gtv9amoPcu4F1ZHHZJ\n\
        MRKqSBKSwOT7pYNeengU8zS5dBHXWXWCT6sLx1ttVT30wzd4qun2KCVVRlQ9JNBn\n\
        zoPQSiE+EOGZaZid5QIDAQAB\n\
        -----END PUBLIC KEY-----";

    #[test]
    fn a_password_is_encrypted_with_a_key_and_no_broken_one_is_used() {
        assert_eq!(size(KEY.as_bytes()), Some(128));
        assert!(encrypted(b"secret", b"thrown", KEY.as_bytes()).is_ok_and(|bytes| bytes.len() == 128));
        let why = |password: &[u8], thrown: &[u8]| match encrypted(password, thrown, KEY.as_bytes()) {
            Err(Failure::Strange(said)) => said.into_owned(),
            _ => String::new(),
        };
        assert!(why(&[b'x'; 86], b"thrown").contains("reach the server by its socket"));
        assert!(why(b"secret", b"").contains("has thrown nothing"));
        for length in 0..KEY.len() - 30 {
            assert!(encrypted(b"secret", b"thrown", &KEY.as_bytes()[..length]).is_err(), "{length}");
        }
        let lines: Vec<&str> = KEY.lines().collect();
        let der = STANDARD.decode(lines[1..lines.len() - 1].concat()).expect("base64");
        for place in 0..der.len() {
            for bit in 0..8 {
                let mut broken = der.clone();
                broken[place] ^= 1 << bit;
                let pem = format!("{}\n{}\n{}", lines[0], STANDARD.encode(&broken), lines[lines.len() - 1]);
                // A key or none: it does not panic.
                drop(encrypted(b"secret", b"thrown", pem.as_bytes()));
            }
        }
    }
}
