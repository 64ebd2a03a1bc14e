//! Reading texts of dates and times, piece by piece.

/// The rest of a text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t>(pub(super) &'t str);

impl<'t> Reader<'t> {
    /// Takes a character, if it comes next.
    pub(super) fn eat(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Takes exactly as many digits.
    pub(super) fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    /// Takes exactly as many digits, up to two.
    pub(super) fn short(&mut self, count: usize) -> Option<u8> {
        self.digits(count).and_then(|value| u8::try_from(value).ok())
    }

    /// Takes all digits that come next, at least one.
    pub(super) fn number(&mut self) -> Option<i64> {
        let end = self.0.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits.parse().ok()
    }

    /// Takes a point and up to six digits as microseconds; without a point, 0.
    pub(super) fn fraction(&mut self) -> Option<u32> {
        if self.eat('.').is_none() {
            return Some(0);
        }
        let end = self.0.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.0.len());
        let digits = u32::try_from(end).ok().filter(|digits| (1..=6).contains(digits))?;
        Some(self.digits(end)? * 10_u32.pow(6 - digits))
    }

    /// Takes `[…]`, and gives what is inside.
    pub(super) fn bracketed(&mut self) -> Option<&'t str> {
        let (inside, rest) = self.0.strip_prefix('[')?.split_once(']')?;
        self.0 = rest;
        Some(inside)
    }

    /// Nothing, at the end of the text.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
