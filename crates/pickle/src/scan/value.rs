//! The objects of the abstract interpreter: what a scanner must know about a value, and no more.

/// An object of the pickle. Small and copied: containers are not kept, as nothing can be called from within one without
/// a name that is judged where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// A number, `None`, a bool, a list or a set: nothing that is a name or is called.
    Plain,
    /// A number that may be a length.
    Int(i32),
    Str(Span),
    Bytes(Span),
    /// A text or bytes that do not stand in the input as they are, by number.
    Owned(u32),
    /// `_codecs.encode(text, 'latin1')`: the bytes of older protocols.
    Encoded(Span),
    /// The same of a text that does not stand in the input as it is.
    EncodedOwned(u32),
    /// A dict, by number.
    Dict(u32),
    /// A tuple: where its first items are kept, and how many it has.
    Tuple {
        start: u32,
        length: u32,
    },
    /// A global, or an attribute of one: its entry.
    Global(u32),
    /// What a call of an entry gave.
    Made(u32),
    /// `numpy.dtype(…)`, with the bytes an item takes, or 0 for Python objects.
    Dtype(u32),
    /// What an `attrgetter` or `methodcaller` was made with, by number.
    Getter(u32),
    /// A persistent id, an extension, a buffer: it may be anything.
    Anything,
}

/// Bytes of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Span {
    /// Where `part` stands in `input`, if it does and is not beyond 4 GiB.
    #[inline]
    pub(super) fn of(part: &[u8], input: &[u8]) -> Option<Self> {
        let start = part.as_ptr().addr().checked_sub(input.as_ptr().addr())?;
        if start.checked_add(part.len())? > input.len() {
            return None;
        }
        Some(Self { start: u32::try_from(start).ok()?, length: u32::try_from(part.len()).ok()? })
    }

    pub(super) fn bytes(self, input: &[u8]) -> &[u8] {
        let start = index(self.start);
        input.get(start..start.saturating_add(index(self.length))).unwrap_or_default()
    }
}

#[inline]
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
