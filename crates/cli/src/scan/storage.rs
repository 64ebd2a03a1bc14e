//! Records of object databases in plain files: ZODB's FileStorage and `dbm.dumb`, as `shelve` uses it.

use super::wrapping::Part;

const MAGICS: [&[u8; 4]; 2] = [b"FS21", b"FS30"];

/// Whether the bytes start like a FileStorage.
pub(super) fn is_storage(bytes: &[u8]) -> bool {
    MAGICS.iter().any(|magic| bytes.starts_with(*magic))
}

/// The records of a FileStorage; each holds two pickles, the class and the state.
pub(super) fn records(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    if !is_storage(bytes) {
        return parts;
    }
    let mut position = 4;
    while let Some(end) = transaction(bytes, position, &mut parts) {
        position = end;
    }
    parts
}

/// One transaction: id, length, status, lengths of three texts, the texts, records, the length again.
fn transaction(bytes: &[u8], start: usize, parts: &mut Vec<Part>) -> Option<usize> {
    let length = number(bytes, start + 8, 8)?;
    let end = start.checked_add(length)?;
    bytes.get(..end)?;
    let lengths = [17, 19, 21].map(|at| number(bytes, start + at, 2));
    let [user, description, extension] = [lengths[0]?, lengths[1]?, lengths[2]?];
    let extension_start = start + 23 + user + description;
    let mut position = extension_start + extension;
    if extension > 0 {
        parts.push(part(format!("transaction at {start}"), bytes.get(extension_start..position)?));
    }
    while position < end {
        let oid = number(bytes, position, 8)?;
        let data = position + 42;
        let length = number(bytes, position + 34, 8)?;
        // No data, but a pointer to an earlier record.
        let next = if length == 0 { data + 8 } else { data.checked_add(length)? };
        if length > 0 {
            parts.push(part(format!("object {oid}, from byte {data}"), bytes.get(data..next)?));
        }
        position = next;
    }
    Some(end + 8)
}

fn part(step: String, bytes: &[u8]) -> Part {
    Part { steps: vec![step], bytes: bytes.to_vec(), cut: false, expected: true }
}

/// A big-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    digits.iter().try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
}

/// The records of `dbm.dumb`: the index has a line `'key', (position, length)` for each.
pub(super) fn dumb_records(index: &str, data: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for line in index.lines() {
        let Some((key, place)) = line.trim().rsplit_once(", (") else { continue };
        let Some((position, length)) = place.trim_end_matches(')').split_once(", ") else { continue };
        let (Ok(position), Ok(length)) = (position.parse::<usize>(), length.parse::<usize>()) else {
            continue;
        };
        let Some(bytes) = position.checked_add(length).and_then(|end| data.get(position..end)) else {
            continue;
        };
        parts.push(part(format!("key {key}, from byte {position}"), bytes));
    }
    parts
}
