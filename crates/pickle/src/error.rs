//! The crate's one error.

use std::error::Error as StdError;
use std::fmt;
use std::io;

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a pickle could not be read or written.
///
/// It says where: [`Error::offset`] is a byte of the pickle, [`Error::path`] a place in the value.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
///
/// let pickle = onggi_pickle::to_vec(&BTreeMap::from([("ages", vec!["old"])]))?;
/// let error = onggi_pickle::from_slice::<BTreeMap<String, Vec<u8>>>(&pickle).unwrap_err();
/// assert_eq!(error.path().as_deref(), Some("$.ages[0]"));
/// assert_eq!(error.to_string(), "invalid type: string \"old\", expected u8, at $.ages[0]");
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    offset: Option<usize>,
    /// Innermost first: segments are added while the error travels outwards.
    path: Vec<Segment>,
}

#[derive(Debug)]
enum Kind {
    Syntax(String),
    Truncated,
    Limit { what: &'static str, limit: usize },
    Data(String),
    Io(io::Error),
}

/// One step of a path into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Index(usize),
    Name(String),
    /// A key that is not a string, as Python prints it.
    Key(String),
}

impl Error {
    /// The bytes are not a pickle, or not one that CPython would load.
    #[cold]
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self::new(Kind::Syntax(message.into()))
    }

    /// The bytes end before the pickle does.
    #[cold]
    pub(crate) fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    #[cold]
    pub(crate) fn limit(what: &'static str, limit: usize) -> Self {
        Self::new(Kind::Limit { what, limit })
    }

    /// The pickle is fine, but it is not what the caller asked for; or a value cannot be pickled.
    #[cold]
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data(message.into()))
    }

    #[cold]
    pub(crate) fn io(error: io::Error) -> Self {
        Self::new(Kind::Io(error))
    }

    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, offset: None, path: Vec::new() }))
    }

    /// Notes the byte offset, unless a closer one is known.
    #[cold]
    pub(crate) fn at_offset(mut self, offset: usize) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// Notes one more step of the path, from the inside outwards.
    #[cold]
    pub(crate) fn inside(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// The byte of the pickle where the trouble starts, when the trouble is in the bytes.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The place in the value, such as `$.orders[3].total`, when the trouble is in the value and not at its root.
    pub fn path(&self) -> Option<String> {
        if self.0.path.is_empty() {
            return None;
        }
        let mut path = String::from("$");
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
                Segment::Name(name) => path.push_str(&format!(".{name}")),
                Segment::Key(key) => path.push_str(&format!("[{key}]")),
            }
        }
        Some(path)
    }

    /// Whether the bytes are not a pickle that CPython would load.
    pub fn is_syntax(&self) -> bool {
        matches!(self.0.kind, Kind::Syntax(_) | Kind::Truncated)
    }

    /// Whether the bytes end before the pickle does.
    pub fn is_truncated(&self) -> bool {
        matches!(self.0.kind, Kind::Truncated)
    }

    /// Whether one of the [`crate::Limits`] was reached.
    pub fn is_limit(&self) -> bool {
        matches!(self.0.kind, Kind::Limit { .. })
    }

    /// Whether the pickle holds something else than the caller asked for, or the value cannot be pickled.
    pub fn is_data(&self) -> bool {
        matches!(self.0.kind, Kind::Data(_))
    }

    /// Whether reading or writing the underlying stream failed.
    pub fn is_io(&self) -> bool {
        matches!(self.0.kind, Kind::Io(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) | Self::Data(message) => f.write_str(message),
            Self::Truncated => f.write_str("the pickle is cut short"),
            Self::Limit { what, limit } => {
                write!(f, "limit reached: {what} above {limit} (see Limits::{what})")
            }
            Self::Io(error) => write!(f, "input or output failed: {error}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.kind)?;
        if let Some(path) = self.path() {
            write!(f, ", at {path}")?;
        }
        if let Some(offset) = self.0.offset {
            write!(f, ", at byte {offset}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("path", &self.path()).field("offset", &self.0.offset).finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            Kind::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::data(message.to_string())
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::data(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_read_from_the_outside_in() {
        let error = Error::data("too big").inside(Segment::Name("total".into())).inside(Segment::Index(3));
        let error = error.inside(Segment::Name("orders".into())).at_offset(7).at_offset(9);
        assert_eq!(error.to_string(), "too big, at $.orders[3].total, at byte 7");
        assert!(error.is_data() && !error.is_syntax());
    }
}
