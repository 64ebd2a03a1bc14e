//! Compressed bytes, unpacked up to a limit.

use std::io::Read;

/// What came out, and whether the limit cut it.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    pub(super) cut: bool,
}

/// Unpacks what starts like a compressed file: the name of the format and the bytes.
pub(super) fn unpack(bytes: &[u8], room: usize) -> Option<(&'static str, Unpacked)> {
    let unpacked = match bytes {
        [0x1f, 0x8b, 8, ..] => ("gzip", read(flate2::read::MultiGzDecoder::new(bytes), room)),
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)).is_multiple_of(31) => {
            ("zlib", read(flate2::read::ZlibDecoder::new(bytes), room))
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
            ("bzip2", read(bzip2::read::MultiBzDecoder::new(bytes), room))
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => ("xz", read(lzma_rust2::XzReader::new(bytes, true), room)),
        [0x5d, 0, 0, ..] => {
            let reader = lzma_rust2::LzmaReader::new_mem_limit(bytes, 1 << 18, None).ok()?;
            ("lzma", read(reader, room))
        }
        // joblib before 0.10: the length as 0x…, padded with blanks, then zlib.
        [b'Z', b'F', b'0', b'x', ..] => {
            let start = 4 + bytes.get(4..)?.iter().take(40).position(|byte| *byte == 0x78)?;
            ("zlib", read(flate2::read::ZlibDecoder::new(bytes.get(start..)?), room))
        }
        _ => return None,
    };
    (!unpacked.1.bytes.is_empty()).then_some(unpacked)
}

/// Unpacks raw deflate, as zip archives hold it.
pub(super) fn inflate(bytes: &[u8], room: usize) -> Unpacked {
    read(flate2::read::DeflateDecoder::new(bytes), room)
}

/// Reads up to the limit; what comes before an error counts.
fn read(reader: impl Read, room: usize) -> Unpacked {
    let most = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    // An error ends the bytes: what was unpacked before it is all there is.
    let _ = reader.take(most).read_to_end(&mut bytes);
    let cut = bytes.len() > room;
    bytes.truncate(room);
    Unpacked { bytes, cut }
}
