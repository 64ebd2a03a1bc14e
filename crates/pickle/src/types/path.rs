//! Paths of `pathlib`.

use std::fmt;

/// A path of `pathlib`, as its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    pub(crate) kind: PathKind,
    pub(crate) text: String,
}

/// A class of `pathlib`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathKind {
    /// `PurePosixPath`.
    PurePosix,
    /// `PosixPath`, which is also the file system's.
    Posix,
    /// `PureWindowsPath`.
    PureWindows,
    /// `WindowsPath`, which is also the file system's.
    Windows,
}

impl Path {
    /// Its class.
    pub fn kind(&self) -> PathKind {
        self.kind
    }

    /// Its text, as Python's `str`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PathKind {
    /// Python's name of the class.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PurePosix => "PurePosixPath",
            Self::Posix => "PosixPath",
            Self::PureWindows => "PureWindowsPath",
            Self::Windows => "WindowsPath",
        }
    }

    pub(crate) const fn is_windows(self) -> bool {
        matches!(self, Self::PureWindows | Self::Windows)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
