//! Files that hold several others: zip and tar archives, numpy's files, ZODB's storages.

use std::collections::{BTreeMap, HashSet};

use super::decompress;
use super::storage;
use super::wrapping::Part;

/// Whether the bytes start like one of them, or like a compressed file.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"PK\x05\x06")
        || bytes.starts_with(NPY)
        || storage::is_storage(bytes)
        || is_tar(bytes)
        || decompress::unpack(bytes, 1).is_some()
}

/// The members that may be pickles.
pub(super) fn members(bytes: &[u8], room: usize) -> Vec<Part> {
    if bytes.starts_with(b"PK") {
        zip(bytes, room)
    } else if bytes.starts_with(NPY) {
        npy(bytes).into_iter().collect()
    } else if is_tar(bytes) {
        tar(bytes)
    } else {
        storage::records(bytes)
    }
}

/// How many members are looked at that only the directory knows.
const MOST_HIDDEN: usize = 1000;
const NPY: &[u8] = b"\x93NUMPY";

/// An array of objects is a pickle behind the header.
fn npy(bytes: &[u8]) -> Option<Part> {
    let (length, start): (usize, usize) = match bytes.get(NPY.len()..)? {
        [1, _, low, high, ..] => (usize::from(u16::from_le_bytes([*low, *high])), 10),
        [2 | 3, _, a, b, c, d, ..] => (usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?, 12),
        _ => return None,
    };
    let header = bytes.get(start..start.checked_add(length)?)?;
    let data = bytes.get(start + length..)?;
    let objects = header.windows(2).any(|pair| pair == b"|O" || pair == b"'O");
    let named = data.first() == Some(&0x80);
    (objects || named).then(|| Part {
        steps: vec![format!("npy, from byte {}", start + length)],
        bytes: data.to_vec(),
        cut: false,
        expected: objects,
    })
}

const TAR_BLOCK: usize = 512;

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

fn tar(bytes: &[u8]) -> Vec<Part> {
    let (mut parts, mut position) = (Vec::new(), 0);
    while let Some(header) = bytes.get(position..position + TAR_BLOCK) {
        let digits = header.get(124..136).unwrap_or_default();
        let digits: String = digits.iter().copied().map(char::from).filter(char::is_ascii_digit).collect();
        let Ok(size) = usize::from_str_radix(&digits, 8) else { break };
        let start = position + TAR_BLOCK;
        let Some(data) = start.checked_add(size).and_then(|end| bytes.get(start..end)) else { break };
        let name = header.get(..100).unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default();
        if size > 0 {
            parts.push(member(&String::from_utf8_lossy(name), data.to_vec(), false));
        }
        position = start + size.next_multiple_of(TAR_BLOCK);
    }
    parts
}

fn member(name: &str, bytes: Vec<u8>, cut: bool) -> Part {
    let pickle = [".pkl", ".pickle", ".p"].iter().any(|end| name.ends_with(end));
    Part { steps: vec![name.to_owned()], bytes, cut, expected: pickle }
}

/// Zip: members are found by their own headers as well as by the directory, as readers differ in which they believe, and
/// neither checksums nor names are taken seriously.
fn zip(bytes: &[u8], room: usize) -> Vec<Part> {
    let listed = directory(bytes);
    let (mut parts, mut left) = (Vec::new(), room);
    let mut members = local_headers(bytes);
    let seen: HashSet<usize> = members.iter().map(|member| member.0).collect();
    let hidden = listed.iter().filter(|entry| !seen.contains(entry.0)).take(MOST_HIDDEN);
    members.extend(hidden.map(|entry| (*entry.0, *entry.1)));
    for (offset, size) in members {
        let size = listed.get(&offset).copied().unwrap_or(size);
        let Some(part) = local_member(bytes, offset, size, left) else { continue };
        left = left.saturating_sub(part.bytes.len());
        parts.push(part);
    }
    parts
}

/// Where local headers stand, and how long their data claims to be.
fn local_headers(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(next) = find(bytes, b"PK\x03\x04", position) {
        let size = number4(bytes, next + 18);
        found.push((next, size));
        position = next + 4;
        // Data that is stored can hold headers of its own: the member around it comes first and is looked into.
        if let Some(end) = data_start(bytes, next).and_then(|start| start.checked_add(size))
            && end <= bytes.len()
        {
            position = position.max(end);
        }
    }
    found
}

/// The entries of the central directory: where the local header stands, how long the data is.
fn directory(bytes: &[u8]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    let mut position = 0;
    while let Some(next) = find(bytes, b"PK\x01\x02", position) {
        found.insert(number4(bytes, next + 42), number4(bytes, next + 20));
        position = next + 46;
    }
    found
}

fn local_member(bytes: &[u8], offset: usize, size: usize, room: usize) -> Option<Part> {
    let start = data_start(bytes, offset)?;
    let name = bytes.get(offset + 30..offset + 30 + number2(bytes, offset + 26))?;
    let name = String::from_utf8_lossy(name);
    if name.ends_with('/') {
        return None;
    }
    // Without a length (streamed, or ZIP64) the data goes on to wherever it ends by itself.
    let all = bytes.get(start..)?;
    let streamed = size == 0 || size == usize::try_from(u32::MAX).unwrap_or(usize::MAX);
    let data = if streamed { all } else { all.get(..size).unwrap_or(all) };
    match number2(bytes, offset + 8) {
        0 => {
            let cut = data.len() > room;
            Some(member(&name, data.get(..room).unwrap_or(data).to_vec(), cut))
        }
        8 => {
            let unpacked = decompress::inflate(data, room);
            Some(member(&name, unpacked.bytes, unpacked.cut))
        }
        _ => decompress::unpack(data, room).map(|(_, unpacked)| member(&name, unpacked.bytes, unpacked.cut)),
    }
}

fn data_start(bytes: &[u8], offset: usize) -> Option<usize> {
    bytes.get(offset..offset + 30)?;
    Some(offset + 30 + number2(bytes, offset + 26) + number2(bytes, offset + 28))
}

fn number2(bytes: &[u8], at: usize) -> usize {
    let number = bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|chunk| u16::from_le_bytes(*chunk));
    usize::from(number.unwrap_or_default())
}

fn number4(bytes: &[u8], at: usize) -> usize {
    let number = bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|chunk| u32::from_le_bytes(*chunk));
    usize::try_from(number.unwrap_or_default()).unwrap_or(usize::MAX)
}

fn find(bytes: &[u8], signature: &[u8; 4], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let mut searched = 0;
    loop {
        let at = rest.get(searched..)?.iter().position(|byte| *byte == b'P')? + searched;
        if rest.get(at..)?.starts_with(signature) {
            return Some(from + at);
        }
        searched = at + 1;
    }
}
