//! Whether the keys of a dict, given as places of atoms in the input, are surely different.

use std::collections::HashSet;
use std::hash::Hash;

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
pub(super) fn are_distinct(input: &[u8], starts: impl ExactSizeIterator<Item = usize> + Clone) -> bool {
    match starts.len() {
        0 => true,
        1 => starts.clone().all(|start| opcode(input, start) != Some(Opcode::ByteArray8)),
        count if count <= FEW => few_texts(input, starts.clone()) || are_others_distinct(input, starts),
        _ => are_others_distinct(input, starts),
    }
}

/// A loop of its own for what nearly every dict has.
#[inline]
fn few_texts(input: &[u8], starts: impl Iterator<Item = usize>) -> bool {
    let mut seen = [&b""[..]; FEW];
    for (count, start) in starts.enumerate() {
        let Some(key) = text(input, start) else { return false };
        for other in &seen[..count] {
            if *other == key {
                return false;
            }
        }
        seen[count] = key;
    }
    true
}

fn are_others_distinct(input: &[u8], starts: impl ExactSizeIterator<Item = usize> + Clone) -> bool {
    let is_text = starts.clone().next().is_some_and(|start| text(input, start).is_some());
    if is_text {
        differ(starts.map(|start| text(input, start)))
    } else {
        differ(starts.map(|start| int(input, start)))
    }
}

fn differ<K: Eq + Hash>(mut keys: impl ExactSizeIterator<Item = Option<K>>) -> bool {
    let mut seen = HashSet::with_capacity(keys.len());
    keys.all(|key| key.is_some_and(|key| seen.insert(key)))
}
