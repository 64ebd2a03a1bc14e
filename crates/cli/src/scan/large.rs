//! Zip archives that are too long to be read whole, as models of gigabytes are: the directory at their end tells where the
//! members stand, and only those that may be pickles are read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::decompress;
use super::wrapping::Part;

/// How far from its end a zip archive is searched for the record that ends its directory.
const TAIL: u64 = (1 << 16) + 100;
/// How long a directory is read at most.
const MOST_DIRECTORY: u64 = 1 << 28;
/// What a length of 32 bits says when the real one follows in 64 bits.
const ELSEWHERE: u64 = 0xffff_ffff;

struct Member {
    name: String,
    method: u64,
    length: u64,
    header: u64,
}

/// The members of a zip archive that may be pickles; none when it has no directory.
pub(super) fn members(file: &mut File, room: usize) -> io::Result<Vec<Part>> {
    let mut left = u64::try_from(room).unwrap_or(u64::MAX);
    let mut parts = Vec::new();
    for member in directory(file)? {
        let Some(part) = read(file, &member, left)? else { continue };
        left = left.saturating_sub(u64::try_from(part.bytes.len()).unwrap_or(u64::MAX));
        parts.push(part);
    }
    Ok(parts)
}

/// Reads a member, unless it is stored and starts like no pickle: that is the data of tensors.
fn read(file: &mut File, member: &Member, room: u64) -> io::Result<Option<Part>> {
    let header = at(file, member.header, 30)?;
    if !header.starts_with(b"PK\x03\x04") || header.len() < 30 {
        return Ok(None);
    }
    let names = number(&header, 26, 2) + number(&header, 28, 2);
    let start = member.header.saturating_add(30 + names);
    let named = [".pkl", ".pickle", ".p", ".npy"].iter().any(|end| member.name.ends_with(end));
    let head = at(file, start, 2)?;
    let pickle = matches!(head.as_slice(), [0x80, 0..=5]);
    if member.method == 0 && !named && !pickle {
        return Ok(None);
    }
    let bytes = at(file, start, member.length.min(room))?;
    let mut part = Part {
        steps: vec![member.name.clone()],
        cut: member.length > room,
        bytes,
        expected: member.name.ends_with(".pkl"),
    };
    if member.method == 8 {
        let unpacked = decompress::inflate(&part.bytes, usize::try_from(room).unwrap_or(usize::MAX));
        part.cut |= unpacked.cut;
        part.bytes = unpacked.bytes;
    }
    Ok(Some(part))
}

fn directory(file: &mut File) -> io::Result<Vec<Member>> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail_start = length.saturating_sub(TAIL);
    let tail = at(file, tail_start, TAIL)?;
    let Some(end) = tail.windows(4).rposition(|window| window == b"PK\x05\x06") else {
        return Ok(Vec::new());
    };
    let (mut size, mut start) = (number(&tail, end + 12, 4), number(&tail, end + 16, 4));
    if size == ELSEWHERE || start == ELSEWHERE {
        // The locator of the 64-bit record stands before: it says where that record is.
        let locator = end.checked_sub(20).map_or(0, |at| number(&tail, at + 8, 8));
        let record = at(file, locator, 56)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Ok(Vec::new());
        }
        (size, start) = (number(&record, 40, 8), number(&record, 48, 8));
    }
    let directory = at(file, start, size.min(MOST_DIRECTORY))?;
    Ok(entries(&directory))
}

fn entries(directory: &[u8]) -> Vec<Member> {
    let (mut members, mut position) = (Vec::new(), 0);
    while directory.get(position..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
        let field = |at: usize, length: usize| number(directory, position + at, length);
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::try_from(field(at, 2)).unwrap_or_default());
        let name_start = position + 46;
        let extra_start = name_start + name;
        let text = directory.get(name_start..extra_start).unwrap_or_default();
        let long = zip64(directory.get(extra_start..extra_start + extra).unwrap_or_default());
        let mut longer = long.into_iter();
        let mut real = |short: u64| if short == ELSEWHERE { longer.next().unwrap_or(short) } else { short };
        // In this order, each only where its short field says so.
        let _unpacked = real(field(24, 4));
        let (length, header) = (real(field(20, 4)), real(field(42, 4)));
        members.push(Member {
            name: String::from_utf8_lossy(text).into_owned(),
            method: field(10, 2),
            length,
            header,
        });
        position = extra_start + extra + comment;
    }
    members
}

/// The numbers of the extra field for 64 bits.
fn zip64(mut extra: &[u8]) -> Vec<u64> {
    while extra.len() >= 4 {
        let length = usize::try_from(number(extra, 2, 2)).unwrap_or_default();
        let data = extra.get(4..4 + length).unwrap_or_default();
        if number(extra, 0, 2) == 1 {
            return data.chunks_exact(8).map(|chunk| number(chunk, 0, 8)).collect();
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
    Vec::new()
}

/// A little-endian number; 0 where there is none.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let digits = bytes.get(at..at + length).unwrap_or_default();
    digits.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn at(file: &mut File, position: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(position))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_directory_that_points_nowhere_is_passed_over() -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        let extra = [&[1, 0, 8, 0][..], &[0xff; 8]].concat();
        let entry =
            [&b"PK\x01\x02"[..], &[0; 24], &[1, 0, 12, 0], &[0; 10], &[0xff; 4], b"a", &extra].concat();
        let size = u32::try_from(entry.len()).unwrap_or_default().to_le_bytes();
        file.write_all(&[&entry[..], b"PK\x05\x06", &[0; 8], &size, &[0; 6]].concat())?;
        let found: Vec<u64> = directory(&mut file)?.iter().map(|member| member.header).collect();
        assert_eq!(found, [u64::MAX]);
        assert!(members(&mut file, 1000).map_or(true, |parts| parts.is_empty()));
        Ok(())
    }
}
