//! Paths of `pathlib`.

use std::fmt;

use super::kind::{Kind, Text, through_text};
use crate::error::{Error, Result};
use crate::objects::joined;

through_text!(PurePosixPath PosixPath PureWindowsPath WindowsPath);

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

macro_rules! paths {
    ($($type:ident $kind:ident $doc:literal,)*) => {$(
        #[doc = $doc]
        ///
        /// Its text is normalised as Python does: `a/./b//` is `a/b`, an empty text is `.`.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// A path of a text.
            pub fn new(text: &str) -> Self {
                Self(joined(&[text.to_owned()], PathKind::$kind))
            }

            /// Its text, as Python's `str`.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<&std::path::Path> for $type {
            type Error = Error;

            /// # Errors
            ///
            /// When the path is not UTF-8.
            fn try_from(path: &std::path::Path) -> Result<Self> {
                path.to_str().map(Self::new).ok_or_else(|| Error::data("a path that is not UTF-8"))
            }
        }

        impl From<$type> for std::path::PathBuf {
            fn from(path: $type) -> Self {
                path.0.into()
            }
        }

        impl Text for $type {
            const KIND: Kind = Kind::$type;

            fn write(&self) -> String {
                self.0.clone()
            }

            fn read(text: &str) -> Option<Self> {
                Some(Self::new(text))
            }
        }
    )*};
}

paths! {
    PurePosixPath PurePosix "A `pathlib.PurePosixPath`.",
    PosixPath Posix "A `pathlib.PosixPath`, which Python on Windows does not load.",
    PureWindowsPath PureWindows "A `pathlib.PureWindowsPath`.",
    WindowsPath Windows "A `pathlib.WindowsPath`, which Python elsewhere than on Windows does not load.",
}
