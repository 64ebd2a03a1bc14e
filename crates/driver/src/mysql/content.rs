//! What the server's messages hold.

use super::failure::{Answer, Failure};

/// The content of a message, taken from its start on.
pub(super) struct Content<'m>(pub(super) &'m [u8]);

impl<'m> Content<'m> {
    pub(super) fn byte(&mut self) -> Answer<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A number of two bytes.
    pub(super) fn short(&mut self) -> Answer<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// A number of four bytes.
    pub(super) fn long(&mut self) -> Answer<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number that takes as many bytes as it needs.
    #[inline]
    pub(super) fn number(&mut self) -> Answer<u64> {
        match self.byte()? {
            small @ 0..=250 => Ok(small.into()),
            0xfc => self.short().map(u64::from),
            0xfd => self.array().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]).into()),
            0xfe => self.array().map(u64::from_le_bytes),
            _ => Err(Failure::strange("a length in a message is none")),
        }
    }

    /// Bytes behind their number.
    pub(super) fn bytes(&mut self) -> Answer<&'m [u8]> {
        let length = usize::try_from(self.number()?).map_err(|_| short())?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or_else(short)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Answer<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(short)?;
        self.0 = rest;
        Ok(*array)
    }
}

#[cold]
pub(super) fn short() -> Failure {
    Failure::strange("a message ends too early")
}

/// Writes a number in as many bytes as it needs.
pub(super) fn put_number(number: usize, out: &mut Vec<u8>) {
    let bytes = number.to_le_bytes();
    match number {
        0..=250 => out.push(bytes[0]),
        251..=0xffff => {
            out.push(0xfc);
            out.extend(&bytes[..2]);
        }
        0x1_0000..=0xff_ffff => {
            out.push(0xfd);
            out.extend(&bytes[..3]);
        }
        _ => {
            out.push(0xfe);
            out.extend(u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        for (number, length) in
            [(0, 1), (250, 1), (251, 3), (65_535, 3), (65_536, 4), (16_777_215, 4), (16_777_216, 9)]
        {
            let mut out = Vec::new();
            put_number(number, &mut out);
            assert_eq!(out.len(), length, "{number}");
            assert!(Content(&out).number().is_ok_and(|read| usize::try_from(read) == Ok(number)), "{number}");
            assert!(Content(&out[..length - 1]).number().is_err(), "{number}");
        }
        assert!(Content(&[0xfb]).number().is_err() && Content(&[0xff]).number().is_err());
    }

    #[test]
    fn bytes_that_are_not_there_are_refused() {
        assert!(Content(b"\x03abcd").bytes().is_ok_and(|bytes| bytes == b"abc"));
        for broken in [&b"\x03ab"[..], b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff", b""] {
            assert!(Content(broken).bytes().is_err());
        }
    }
}
