//! PostgreSQL's exact numbers: groups of four decimal digits, and where the point is.

use crate::{Error, Result};

const NEGATIVE: u16 = 0x4000;
const POSITIVE: u16 = 0;

/// The number that a text of digits is, with a sign and a point where it has them.
pub(super) fn write(text: &str, out: &mut Vec<u8>) -> Result<()> {
    let invalid = || Error::value("a number is not one of decimal digits");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (NEGATIVE, digits),
        None => (POSITIVE, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = u16::try_from(fraction.len()).map_err(|_| invalid())?;
    let before = whole.len().div_ceil(4);
    let padded = format!(
        "{whole:0>width$}{fraction}{:0<rest$}",
        "",
        width = before * 4,
        rest = fraction.len().next_multiple_of(4) - fraction.len()
    );
    let mut groups = Vec::with_capacity(padded.len() / 4);
    for group in padded.as_bytes().chunks(4) {
        let group =
            std::str::from_utf8(group).ok().filter(|group| group.bytes().all(|digit| digit.is_ascii_digit()));
        groups.push(group.and_then(|group| group.parse::<u16>().ok()).ok_or_else(invalid)?);
    }
    let leading = groups.iter().take_while(|&&group| group == 0).count();
    let kept = groups.len() - groups.iter().rev().take_while(|&&group| group == 0).count();
    let groups = groups.get(leading..kept.max(leading)).unwrap_or_default();
    let weight =
        i16::try_from(before).map_err(|_| invalid())? - 1 - i16::try_from(leading).map_err(|_| invalid())?;
    let count = u16::try_from(groups.len()).map_err(|_| invalid())?;
    out.extend(count.to_be_bytes());
    out.extend(if groups.is_empty() { [0; 2] } else { weight.to_be_bytes() });
    out.extend(sign.to_be_bytes());
    out.extend(scale.to_be_bytes());
    groups.iter().for_each(|group| out.extend(group.to_be_bytes()));
    Ok(())
}

/// The number's text, with as many places behind the point as it has.
pub(super) fn read(bytes: &[u8]) -> Result<String> {
    let damaged = || Error::value("a numeric value from PostgreSQL is not in the form that it should have");
    let mut words = bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let mut next = || words.next().ok_or_else(damaged);
    let (count, weight, sign, scale) = (next()?, next()?, next()?, next()?);
    let weight = i32::from(weight.cast_signed());
    let negative = match sign {
        POSITIVE => false,
        NEGATIVE => true,
        _ => return Err(Error::value("expected an exact number, found NaN or infinity")),
    };
    let groups: Vec<u16> = words.by_ref().take(count.into()).collect();
    if groups.len() != usize::from(count) {
        return Err(damaged());
    }
    let group = |place: i32| {
        let found = usize::try_from(weight - place).ok().and_then(|place| groups.get(place));
        found.copied().unwrap_or(0)
    };
    let mut text = String::from(if negative { "-" } else { "" });
    let start = text.len();
    for place in (0..=weight.max(0)).rev() {
        text.push_str(&format!("{:04}", group(place)));
    }
    let zeros = text[start..].len() - text[start..].trim_start_matches('0').len();
    text.drain(start..start + zeros.min(text.len() - start - 1));
    if scale > 0 {
        text.push('.');
        let point = text.len();
        let places = i32::from(scale.div_ceil(4));
        for place in 1..=places {
            text.push_str(&format!("{:04}", group(-place)));
        }
        text.truncate(point + usize::from(scale));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_both_ways() -> Result<()> {
        let texts = [
            "0",
            "1",
            "-1",
            "9999",
            "10000",
            "10001",
            "-12345678.9",
            "0.0001",
            "0.00001",
            "-0.5",
            "100000000",
            "0.00",
            "18446744073709551615",
            "79228162514264337593543950335",
            "1.0000000000000000000000000001",
            "12000.0000",
        ];
        for text in texts {
            let mut bytes = Vec::new();
            write(text, &mut bytes)?;
            assert_eq!(read(&bytes)?, text);
        }
        Ok(())
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bytes in [&[][..], &[0; 7], &[0, 9, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 0, 0xC0, 0, 0, 0]] {
            assert!(read(bytes).is_err());
        }
        assert!(write("1e5", &mut Vec::new()).is_err());
    }
}
