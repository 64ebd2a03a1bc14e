//! Whether the keys of a dict, given as places of atoms in the input, are surely different.

use std::collections::HashSet;
use std::hash::Hash;

use super::wide;
use crate::bigint;
use crate::opcode::Opcode;

/// The data behind the length that stands at `at`, and where it ends.
#[inline]
pub(super) fn sized(input: &[u8], opcode: Opcode, at: usize) -> Option<(&[u8], usize)> {
    let rest = input.get(at..)?;
    let (length, width) = match opcode {
        Opcode::ShortBinUnicode | Opcode::ShortBinBytes | Opcode::Long1 => (usize::from(*rest.first()?), 1),
        Opcode::BinUnicode | Opcode::BinBytes => {
            (usize::try_from(u32::from_le_bytes(*rest.first_chunk()?)).ok()?, 4)
        }
        _ => (usize::try_from(u64::from_le_bytes(*rest.first_chunk()?)).ok()?, 8),
    };
    let data = rest.get(width..)?.get(..length)?;
    Some((data, at + width + length))
}

fn opcode(input: &[u8], start: usize) -> Option<Opcode> {
    input.get(start).copied().and_then(Opcode::from_byte)
}

fn text(input: &[u8], start: usize) -> Option<&[u8]> {
    match opcode(input, start)? {
        opcode @ (Opcode::ShortBinUnicode | Opcode::BinUnicode | Opcode::BinUnicode8) => {
            sized(input, opcode, start + 1).map(|(data, _)| data)
        }
        _ => None,
    }
}

fn int(input: &[u8], start: usize) -> Option<i64> {
    let rest = input.get(start + 1..)?;
    match opcode(input, start)? {
        Opcode::BinInt1 => rest.first().copied().map(i64::from),
        Opcode::BinInt2 => rest.first_chunk().map(|bytes| u16::from_le_bytes(*bytes).into()),
        Opcode::BinInt => rest.first_chunk().map(|bytes| i32::from_le_bytes(*bytes).into()),
        Opcode::Long1 => {
            let (bytes, _) = sized(input, Opcode::Long1, start + 1)?;
            bigint::small(bigint::trim(bytes))
        }
        _ => None,
    }
}

/// Up to how many keys are compared each with each.
const FEW: usize = 8;

/// Whether all keys are hashable and different: one atom of any kind, strings only, or ints only. Anything else is left
/// to those who know how Python compares.
#[inline]
pub(super) fn are_distinct(input: &[u8], keys: &[u32]) -> bool {
    match keys {
        [] => true,
        [key] => opcode(input, wide(*key)) != Some(Opcode::ByteArray8),
        _ if keys.len() <= FEW => few_texts(input, keys) || are_others_distinct(input, keys),
        _ => are_others_distinct(input, keys),
    }
}

/// Whether two or three keys are short texts of different lengths: often so, and their bytes need not be looked at.
#[inline]
pub(super) fn have_other_lengths(input: &[u8], keys: &[u32]) -> bool {
    let length = |key: u32| match input.get(wide(key)..) {
        Some([opcode, length, ..]) if *opcode == Opcode::ShortBinUnicode.byte() => Some(*length),
        _ => None,
    };
    let differ =
        |one: u32, two: u32| matches!((length(one), length(two)), (Some(one), Some(two)) if one != two);
    match *keys {
        [one, two] => differ(one, two),
        [one, two, three] => differ(one, two) && differ(one, three) && differ(two, three),
        _ => false,
    }
}

/// A loop of its own for what nearly every dict has.
#[inline]
fn few_texts(input: &[u8], keys: &[u32]) -> bool {
    let mut seen = [&b""[..]; FEW];
    for (count, key) in keys.iter().enumerate() {
        let Some(key) = text(input, wide(*key)) else { return false };
        if seen[..count].contains(&key) {
            return false;
        }
        seen[count] = key;
    }
    true
}

fn are_others_distinct(input: &[u8], keys: &[u32]) -> bool {
    let is_text = keys.first().is_some_and(|key| text(input, wide(*key)).is_some());
    if is_text {
        differ(keys.iter().map(|key| text(input, wide(*key))))
    } else {
        differ(keys.iter().map(|key| int(input, wide(*key))))
    }
}

fn differ<K: Eq + Hash>(mut keys: impl ExactSizeIterator<Item = Option<K>>) -> bool {
    let mut seen = HashSet::with_capacity(keys.len());
    keys.all(|key| key.is_some_and(|key| seen.insert(key)))
}
