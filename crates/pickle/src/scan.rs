//! What loading a pickle would do: graded, with the place and the reason, and nothing of it done.

mod calls;
mod findings;
mod interpreter;
mod names;
mod stream;
mod sweep;
mod value;

use std::borrow::Cow;
use std::fmt;

/// How much a pickle, or a thing that it does, is to be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Values and types of Python itself.
    #[default]
    Harmless,
    /// Types that a well-known library puts into its pickles.
    Library,
    /// Something that nobody knows: application classes, names that do not exist, persistent ids, extension codes.
    Unknown,
    /// Loading the pickle would run commands or code, touch files or the network, or prepare it.
    Dangerous,
}

impl Grade {
    /// The grade in lower-case letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Library => "library",
            Self::Unknown => "unknown",
            Self::Dangerous => "dangerous",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that loading a pickle would do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is. Harmless things are no findings.
    pub grade: Grade,
    /// The byte of the input where the instruction stands.
    pub offset: usize,
    /// What would be named or called, such as `os.system called with 'id'`. Texts of the pickle are escaped and cut. Names
    /// that most pickles have, such as `numpy.ndarray`, are borrowed.
    pub what: Cow<'static, str>,
    /// Why it has its grade.
    pub reason: &'static str,
}

/// What [`scan`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The worst grade of all findings.
    pub grade: Grade,
    /// What was found, in the order of the input: at most 1000, the worst.
    pub findings: Vec<Finding>,
    /// How many findings there were beyond those.
    pub left_out: usize,
    /// How many pickles of the stream were read to their end.
    pub pickles: usize,
    /// Where reading the stream ended before the input did, and why. What stands before it was found all the same, as
    /// Python had run it by then.
    pub error: Option<(usize, String)>,
    /// Whether it ended there because there was too much of it.
    pub cut: bool,
}

/// What [`scan_with`] takes into account.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    allowed: Vec<String>,
}

impl ScanOptions {
    /// Trusts a global: `app.models.User`, or all of a module and its submodules: `app.models.*`.
    ///
    /// It is then harmless, and so is calling it, whatever it is.
    #[must_use]
    pub fn allow(mut self, pattern: impl Into<String>) -> Self {
        self.allowed.push(pattern.into());
        self
    }

    fn allows(&self, module: &str, name: &str) -> bool {
        let full = || [module, name].join(".");
        self.allowed.iter().any(|pattern| match pattern.strip_suffix(".*") {
            Some(package) => full().strip_prefix(package).is_some_and(|rest| rest.starts_with('.')),
            None => *pattern == full(),
        })
    }
}

/// Grades what loading a stream of pickles would do. Nothing is imported, called or decoded on the way.
///
/// Every pickle of the stream is looked at, and those that they would load from bytes inside. A call counts where it
/// stands, also when its result is dropped, and also when an error follows: Python would have made it by then. Releases of
/// Python differ in what they read where an argument crosses the end of its frame; all of them are tried. Behind the
/// last byte that can be read, bytes that look like a dangerous name are reported too.
///
/// Time is proportional to the input, and so is memory, up to about 800 MiB: of a pickle with more than 25 million
/// instructions the rest is only searched for dangerous names.
///
/// # Examples
///
/// ```
/// use onggi_pickle::{Grade, scan};
///
/// let report = scan(b"cos\nsystem\n(S'echo hello'\ntR.");
/// assert_eq!(report.grade, Grade::Dangerous);
/// assert_eq!(report.findings[0].what, "os.system called with 'echo hello'");
/// assert_eq!(report.findings[0].offset, 0);
///
/// assert_eq!(scan(b"\x80\x04C\x0bcos\nsystem\n.").grade, Grade::Harmless); // only bytes
/// ```
pub fn scan(input: &[u8]) -> Report {
    scan_with(input, &ScanOptions::default())
}

/// As [`scan`], with names that the caller trusts.
pub fn scan_with(input: &[u8], options: &ScanOptions) -> Report {
    stream::scan(input, options)
}
