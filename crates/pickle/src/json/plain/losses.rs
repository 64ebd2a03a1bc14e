//! What plain JSON cannot hold.

use std::fmt;

/// What was lost when a graph became plain JSON, each kind once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses(Vec<Loss>);

/// Something that plain JSON has no word for, and how often it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    kind: Kind,
    count: usize,
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Tuple,
    Set,
    Deque,
    Array,
    Mapping,
    Table,
    Key,
    Bytes,
    Float,
    Complex,
    Range,
    Surrogates,
    TimeDelta,
    Text,
    Global,
    Object,
    External,
    Shared,
    Cycle,
}

impl Kind {
    /// One and many of it, and what became of them.
    fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        let (list, lists) = ("is a list now", "are lists now");
        let (text, texts) = ("is a text now", "are texts now");
        match self {
            Self::Tuple => ("tuple", "tuples", list, lists),
            Self::Set => ("set", "sets", list, lists),
            Self::Deque => ("deque", "deques", list, lists),
            Self::Array => ("array", "arrays", list, lists),
            Self::Complex => ("complex number", "complex numbers", list, lists),
            Self::Range => ("range or slice", "ranges and slices", list, lists),
            Self::Table => ("dict", "dicts", "is a list of keys and values", "are lists of keys and values"),
            Self::Mapping => {
                ("Counter or defaultdict", "Counters and defaultdicts", "is an object now", "are objects now")
            }
            Self::Key => ("key", "keys", text, texts),
            Self::Bytes => ("bytes object", "bytes objects", "is base64 now", "are base64 now"),
            Self::Float => ("infinity or NaN", "infinities and NaNs", text, texts),
            Self::Surrogates => ("text", "texts", "has replaced surrogates", "have replaced surrogates"),
            Self::TimeDelta => {
                ("timedelta", "timedeltas", "is a number of seconds", "are numbers of seconds")
            }
            Self::Text => ("value of the standard library", "values of the standard library", text, texts),
            Self::Global => ("class or function", "classes and functions", "is a name now", "are names now"),
            Self::Object => (
                "object of a class",
                "objects of classes",
                "is what is said about it",
                "are what is said about them",
            ),
            Self::External => (
                "object from outside the pickle",
                "objects from outside the pickle",
                "is a note",
                "are notes",
            ),
            Self::Shared => (
                "object",
                "objects",
                "is written again for another place",
                "are written again for other places",
            ),
            Self::Cycle => (
                "object that contains itself",
                "objects that contain themselves",
                "is a path there",
                "are paths there",
            ),
        }
    }
}

impl Losses {
    /// Each kind of loss, in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.0.iter()
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, kind: Kind, path: impl FnOnce() -> String) {
        match self.0.iter_mut().find(|loss| loss.kind == kind) {
            Some(loss) => loss.count += 1,
            None => self.0.push(Loss { kind, count: 1, path: path() }),
        }
    }
}

impl Loss {
    /// How often it was met.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where it was met first, such as `$.orders[3]`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// `12 tuples are lists now, first at $.orders[3]`.
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many, is, are) = self.kind.words();
        if self.count == 1 {
            return write!(f, "1 {one} {is}, at {}", self.path);
        }
        write!(f, "{} {many} {are}, first at {}", self.count, self.path)
    }
}
