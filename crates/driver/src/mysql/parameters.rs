//! What is bound, in the server's own form.

use super::column::Kind;
use super::content::put_number;
use super::encode::{Sent, encode, whole};
use crate::net::KEPT;
use crate::{Bind, Error, Result, Value, ValueRef};

/// From how many bytes on each text and each blob goes to the server by itself.
pub(super) const APART: usize = 1 << 24;

/// As many bytes as a request takes at most beside its values, and a value beside its own.
pub(super) const HEAD: usize = 64;
const BESIDE: usize = 12;

/// As many bytes as a value takes at most that is neither text nor blob.
const SMALL: usize = BESIDE + 13;

/// How many placeholders stand for a list: as many as it needs or more, so few sizes that few statements are prepared.
const SIZES: [usize; 5] = [4, 16, 64, 256, 1024];

/// The values of a statement's parameters.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// As what each is sent, and where its bytes end.
    values: Vec<(Sent, usize)>,
    /// Whole numbers that can be placeholders, of the one value that is a list.
    numbers: Vec<i64>,
    /// What the placeholders take.
    placed: Vec<Placed>,
    /// Whether each text and each blob goes to the server by itself.
    goes_apart: bool,
}

/// What a placeholder takes.
#[derive(Clone, Copy)]
enum Placed {
    /// A value, by its place among those that are bound.
    Value(usize),
    Number(i64),
}

impl Buffer {
    pub(super) fn clear(&mut self) {
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.values.clear();
        self.numbers.clear();
        self.placed.clear();
    }

    /// How many values are bound.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How many placeholders the list of numbers is to be; none where it stays a list.
    pub(super) fn list_size(&self) -> Option<usize> {
        let size = SIZES.into_iter().find(|size| *size >= self.numbers.len());
        size.filter(|_| !self.numbers.is_empty())
    }

    /// Gives each placeholder its value: that with its number in an order, or each the next. The last number of a list of so many
    /// is repeated. Says whether a server that takes so many bytes at once takes them: together, or each by itself.
    pub(super) fn place(
        &mut self,
        order: Option<&[usize]>,
        list: Option<(usize, usize)>,
        packet: usize,
    ) -> bool {
        let Buffer { values, numbers, placed, .. } = self;
        let mut push = |value: usize| match list {
            Some((place, size)) if place == value => {
                let last = numbers.last().copied().unwrap_or_default();
                let padded = numbers.iter().copied().chain(std::iter::repeat(last));
                placed.extend(padded.take(size).map(Placed::Number));
            }
            _ => placed.push(Placed::Value(value)),
        };
        match order {
            None => (0..values.len()).for_each(push),
            Some(order) => order.iter().for_each(|&value| push(value)),
        }
        let bytes = match order {
            None => self.bytes.len(),
            // Some of them go several times.
            Some(order) => order.iter().map(|&value| self.value(value).1.len()).sum(),
        };
        let count = self.placed.len();
        self.goes_apart = HEAD + BESIDE * count + bytes > packet.min(APART);
        !self.goes_apart || HEAD + SMALL * count <= packet
    }

    fn value(&self, place: usize) -> (Sent, &[u8]) {
        let start = place.checked_sub(1).map_or(0, |before| self.values[before].1);
        let (sent, end) = self.values[place];
        (sent, &self.bytes[start..end])
    }

    /// The texts and blobs that go by themselves, with the numbers of their placeholders.
    pub(super) fn apart(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let placed = if self.goes_apart { &self.placed[..] } else { &[] };
        placed.iter().zip(0..).filter_map(|(placed, number)| match *placed {
            Placed::Value(place) => {
                let (sent, bytes) = self.value(place);
                sent.is_bytes().then_some((number, bytes))
            }
            Placed::Number(_) => None,
        })
    }

    /// Writes a request to run a statement, behind its number.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        // No cursor, once.
        out.extend([0, 1, 0, 0, 0]);
        if self.placed.is_empty() {
            return;
        }
        let nulls = out.len();
        out.resize(nulls + self.placed.len().div_ceil(8), 0);
        // The types come with the values.
        out.push(1);
        for (place, placed) in self.placed.iter().enumerate() {
            let sent = match *placed {
                Placed::Value(value) => self.values[value].0,
                Placed::Number(_) => Sent { kind: Kind::LONG_LONG, is_unsigned: false },
            };
            if sent.kind == Kind::NULL {
                out[nulls + place / 8] |= 1 << (place % 8);
            }
            out.extend([sent.kind.0, if sent.is_unsigned { 0x80 } else { 0 }]);
        }
        for placed in &self.placed {
            match *placed {
                Placed::Number(number) => drop(whole(number, out)),
                Placed::Value(value) => match self.value(value) {
                    (sent, bytes) if sent.is_bytes() => {
                        if !self.goes_apart {
                            put_number(bytes.len(), out);
                            out.extend_from_slice(bytes);
                        }
                    }
                    (_, bytes) => out.extend_from_slice(bytes),
                },
            }
        }
    }
}

/// Takes values from the first parameter on.
pub(super) struct Parameters<'p> {
    pub(super) buffer: &'p mut Buffer,
    /// Which of them is a list that can be placeholders.
    pub(super) list: Option<usize>,
    /// How many bytes the server takes at once.
    pub(super) packet: usize,
}

impl Parameters<'_> {
    /// The numbers of the list that can be placeholders, if the value is that.
    fn numbers(&self, value: ValueRef<'_>) -> Option<Vec<i64>> {
        let ValueRef::List(values) = value else { return None };
        let is_list = self.list == Some(self.buffer.values.len());
        let whole = |value: &Value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        };
        (is_list && (1..=SIZES[SIZES.len() - 1]).contains(&values.len()))
            .then(|| values.iter().map(whole).collect())?
    }
}

impl Bind for Parameters<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        let start = self.buffer.bytes.len();
        let sent = match self.numbers(value) {
            Some(numbers) => {
                self.buffer.numbers = numbers;
                encode(ValueRef::Null, &mut self.buffer.bytes)?
            }
            None => encode(value, &mut self.buffer.bytes)?,
        };
        let end = self.buffer.bytes.len();
        if sent.is_bytes() && end - start > self.packet {
            return Err(Error::value(format!(
                "this {} of {} bytes is more than the server takes at once (max_allowed_packet, {} bytes): raise that, or \
                 keep less",
                value.kind(),
                end - start,
                self.packet
            )));
        }
        self.buffer.values.push((sent, end));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written for values of so many bytes, placed in an order, to a server that takes so many bytes at once; and whether
    /// it takes them.
    fn written(lengths: &[usize], order: Option<&[usize]>, packet: usize) -> Option<(usize, usize)> {
        let mut buffer = Buffer::default();
        let mut parameters = Parameters { buffer: &mut buffer, list: None, packet };
        for length in lengths {
            parameters.bind(ValueRef::Blob(&vec![0; *length])).ok()?;
        }
        let mut out = Vec::new();
        buffer.place(order, None, packet).then(|| buffer.write(&mut out))?;
        Some((out.len() + 5, buffer.apart().count()))
    }

    #[test]
    fn no_request_is_larger_than_what_the_server_takes_at_once() {
        for packet in [1 << 10, 1 << 20, APART, 1 << 30] {
            let most = packet.min(APART);
            for length in [100, 77, 76, 75, 20, 1, 0].map(|before| most - before) {
                let (whole, apart) = written(&[length], None, packet).expect("it goes");
                assert!(whole < most && (apart == 1) == (whole < length), "{whole} {length} of {packet}");
            }
        }
        // One that several placeholders take is sent for each of them.
        assert!(written(&[6 << 20], Some(&[0, 0]), APART).is_some_and(|(_, apart)| apart == 0));
        assert!(written(&[6 << 20], Some(&[0, 0, 0]), APART).is_some_and(|(_, apart)| apart == 3));
        assert!(written(&[1; 1000], None, 1 << 10).is_none());
    }
}
