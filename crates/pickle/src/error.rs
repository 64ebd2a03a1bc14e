//! The crate's one error.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::io;

use serde::de::value::Error as PlainError;
use serde::de::{Expected, Unexpected};

use crate::graph::{Graph, NodeId};
use crate::options::ReadOptions;

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a pickle could not be read or written.
///
/// It says where: [`Error::offset`] is a byte of the pickle, [`Error::path`] a place in the value. Texts of the pickle are
/// cut short, so a message has a few kilobytes at most, whatever the pickle holds.
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
    /// The object of a graph that it is about.
    node: Option<NodeId>,
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
        Self(Box::new(Inner { kind, offset: None, node: None, path: Vec::new() }))
    }

    /// Notes the byte offset, unless a closer one is known.
    #[cold]
    pub(crate) fn at_offset(mut self, offset: usize) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// Notes the object of a graph that it is about, unless a closer one is known.
    #[cold]
    pub(crate) fn about(mut self, node: NodeId) -> Self {
        self.0.node.get_or_insert(node);
        self
    }

    /// The same error with its [`Error::offset`], when it is about an object of a [`Graph`] that CPython would refuse to
    /// make: where the instruction stands that makes it. The graph is the one of this input and these options, which are
    /// read again up to there.
    ///
    /// # Examples
    ///
    /// ```
    /// use onggi_pickle::{Graph, ReadOptions};
    ///
    /// let pickle = b"cdatetime\ndate\n)R."; // datetime.date()
    /// let graph = Graph::from_slice(pickle)?;
    /// let error = graph.known(graph.root()).unwrap_err();
    /// assert_eq!(error.offset(), None);
    /// assert_eq!(error.located_in(pickle, &ReadOptions::default()).offset(), Some(16));
    /// # Ok::<(), onggi_pickle::Error>(())
    /// ```
    #[must_use]
    pub fn located_in(self, input: &[u8], options: &ReadOptions) -> Self {
        let offset = self.0.node.and_then(|node| Graph::offset_of(input, options, node));
        match offset {
            Some(offset) => self.at_offset(offset),
            None => self,
        }
    }

    /// Forgets the byte offset, for a caller that knows it better.
    #[cold]
    pub(crate) fn without_offset(mut self) -> Self {
        self.0.offset = None;
        self
    }

    /// The same error, for an input with this many bytes more before it, such as the pickles of a stream that were read.
    #[must_use]
    pub fn after(mut self, bytes: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset.saturating_add(bytes));
        self
    }

    /// Counts the offset from a place that lies so many bytes before the one it was counted from.
    #[cold]
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset.saturating_add(by));
        self
    }

    /// Notes one more step of the path, from the inside outwards.
    #[cold]
    pub(crate) fn inside(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// What is wrong, without the place.
    pub(crate) fn message(&self) -> String {
        self.0.kind.to_string()
    }

    /// The byte of the pickle where the trouble starts, when the trouble is in the bytes.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The place in the value, such as `$.orders[3].total`, when the trouble is in the value and not at its root.
    ///
    /// Of more than 32 steps the middle is left out: `$.a.b…[3].c`.
    pub fn path(&self) -> Option<String> {
        if self.0.path.is_empty() {
            return None;
        }
        let mut path = String::from("$");
        let steps = self.0.path.len();
        for (step, segment) in self.0.path.iter().rev().enumerate() {
            if steps > 2 * PATH_END && (PATH_END..steps - PATH_END).contains(&step) {
                if step == PATH_END {
                    path.push('…');
                }
                continue;
            }
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
        Self::data(capped(message))
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::data(capped(message))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::data(capped(format_args!("invalid type: {}, expected {expected}", Found(found))))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::data(capped(format_args!("invalid value: {}, expected {expected}", Found(found))))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::data(capped(PlainError::unknown_variant(&shown(variant), expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::data(capped(PlainError::unknown_field(&shown(field), expected)))
    }
}

/// What was found, with a long text cut.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Str(text) => Unexpected::Str(&shown(text)).fmt(f),
            found => found.fmt(f),
        }
    }
}

/// How many steps a path shows of each end.
const PATH_END: usize = 16;

/// How many characters of a text in the pickle a message shows.
const SHOWN: usize = 80;

/// How many characters a message of serde or of a `Deserialize` type may have.
const MESSAGE: usize = 500;

/// A text from the pickle as messages show it: a long one is cut.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.len() <= SHOWN {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// As much of a text as [`shown`] looks at, so that long ones are not copied to be cut.
pub(crate) fn head(text: &str) -> &str {
    if text.len() <= SHOWN {
        return text;
    }
    match text.char_indices().nth(SHOWN + 1) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A message that may quote the pickle: what is beyond the cap is not even formatted.
fn capped(message: impl fmt::Display) -> String {
    let mut capped = Capped { text: String::new(), left: MESSAGE };
    if write!(capped, "{message}").is_err() {
        capped.text.push('…');
    }
    capped.text
}

struct Capped {
    text: String,
    /// How many characters may follow.
    left: usize,
}

impl fmt::Write for Capped {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        match part.char_indices().nth(self.left) {
            Some((end, _)) => {
                self.text.push_str(&part[..end]);
                self.left = 0;
                Err(fmt::Error)
            }
            None => {
                self.text.push_str(part);
                self.left -= part.chars().count();
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{Value, from_slice, to_vec};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[serde(rename = "a")]
        _a: Kinds,
    }

    #[derive(Debug, Deserialize)]
    enum Kinds {
        #[serde(rename = "one")]
        One {
            #[serde(rename = "value")]
            _value: i64,
        },
    }

    /// The error of reading a value as a type, with a text that is far too long for a message.
    fn message<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<String> {
        let error = from_slice::<T>(&to_vec(value)?).err().map(|error| format!("{error} {error:?}"));
        error.ok_or_else(|| Error::data("no error"))
    }

    #[test]
    fn messages_do_not_repeat_long_texts_of_the_pickle() -> Result<()> {
        let long = "\u{1}é".repeat(100_000);
        let text = Value::from(long.as_str());
        let keyed = |key: &str, value: Value| Value::Dict([(key, value)].into_iter().collect());
        let messages = [
            message::<i64>(&text)?,
            message::<Kinds>(&text)?,
            message::<Kinds>(&keyed(&long, Value::None))?,
            message::<Strict>(&keyed(&long, Value::None))?,
            message::<Strict>(&keyed("a", keyed("one", text.clone())))?,
            message::<BTreeMap<String, i64>>(&keyed(&long, Value::None))?,
            message::<crate::BigInt>(&text)?,
            message::<crate::BigInt>(&Value::from(&long[..3000]))?,
        ];
        for message in messages {
            assert!(message.chars().count() < 4000, "{}: {message:.200}", message.len());
        }
        let short = message::<i64>(&Value::from("x".repeat(81)))?;
        assert!(short.contains(&format!("\"{}…\"", "x".repeat(80))), "{short}");
        Ok(())
    }

    #[test]
    fn messages_do_not_repeat_long_names_of_globals() {
        for end in ["\nb\n.", "\nb\n)R."] {
            let pickle = ["c", &"m".repeat(100_000), end].concat();
            let error = from_slice::<Value>(pickle.as_bytes()).unwrap_err().to_string();
            assert!(error.len() < 300 && error.contains('…'), "{error:.400}");
        }
    }

    #[test]
    fn a_long_path_shows_its_ends() {
        let error = (0..100).fold(Error::data("bad"), |error, step| error.inside(Segment::Index(step)));
        let path = error.path().unwrap_or_default();
        assert!(
            path.starts_with("$[99][98]") && path.ends_with("[1][0]") && path.contains("[84]…[15]"),
            "{path}"
        );
    }

    #[test]
    fn custom_messages_are_capped() {
        let error = <Error as serde::de::Error>::custom("é".repeat(501));
        assert_eq!(error.to_string(), "é".repeat(500) + "…");
        let error = <Error as serde::ser::Error>::custom("é".repeat(500));
        assert_eq!(error.to_string(), "é".repeat(500));
    }

    #[test]
    fn the_path_is_read_from_the_outside_in() {
        let error = Error::data("too big").inside(Segment::Name("total".into())).inside(Segment::Index(3));
        let error = error.inside(Segment::Name("orders".into())).at_offset(7).at_offset(9);
        assert_eq!(error.to_string(), "too big, at $.orders[3].total, at byte 7");
        assert!(error.is_data() && !error.is_syntax());
    }
}
