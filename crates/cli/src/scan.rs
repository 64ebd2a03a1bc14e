//! `onggi pickle scan`.

mod archive;
mod decompress;
mod large;
mod look;
mod paths;
mod progress;
mod report;
mod sqlite;
mod storage;
mod wrapping;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use onggi_pickle::{Grade, ScanOptions};

use self::look::Scanner;
use self::report::Output;
use crate::failure::Failure;

/// Grades what loading pickles would do, in files, folders and databases, without loading any.
///
/// Each thing that a pickle would name or call is harmless, known (types of well-known libraries), unknown (application
/// classes, names that nobody knows, persistent ids, extension codes) or dangerous. Pickles are found in plain files, in
/// SQLite databases (every cell of every table), dbm.dumb and ZODB FileStorage files, zip archives (PyTorch, .npz), tar
/// archives, .npy files and joblib files, and unwrapped from base64, zlib, gzip, bzip2, xz, hexadecimal text, JSON
/// strings, signed Django sessions and PickledObjectField.
///
/// The exit status is 1 when something dangerous was found, 2 when nothing was but something could not be read, else 0.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle scan model.pt
  onggi pickle scan --allow 'myapp.models.*' sqlite://app.db
  onggi pickle scan --format json models/ | jq '.findings[] | select(.grade == \"dangerous\")'

JSON: one document.
  findings    list of objects: grade, file, table, column, key (databases only), inside (how the pickle was
              reached: names of archive members, encodings), offset (byte of the pickle), what, reason
  not_read    list of objects: file, reason
  grade       the worst grade of all, listed or not
  files, cells, pickles   how many were looked at")]
pub(crate) struct Scan {
    /// Files, folders (with all that is in them), `-` for standard input, or `sqlite://FILE`.
    #[arg(value_name = "PATH|DATABASE-URL", required = true)]
    targets: Vec<OsString>,

    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Takes a name for harmless: `module.name`, or `module.*` for all of a module. Can be repeated.
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,

    /// The least grade to list.
    #[arg(long, value_enum, value_name = "GRADE", default_value = "unknown")]
    list: Least,

    /// How many bytes to read of a file, and to unwrap from one, at most.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 28)]
    max_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line a finding, and a summary.
    Text,
    /// One JSON document.
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Least {
    /// Also types of known libraries.
    Library,
    /// What is unknown or dangerous.
    Unknown,
    /// Only what is dangerous.
    Dangerous,
}

impl Least {
    fn grade(self) -> Grade {
        match self {
            Self::Library => Grade::Library,
            Self::Unknown => Grade::Unknown,
            Self::Dangerous => Grade::Dangerous,
        }
    }
}

pub(crate) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let options = arguments.allow.iter().fold(ScanOptions::default(), |options, name| options.allow(name));
    let output = Output::new(arguments.format, arguments.list.grade());
    let mut scanner = Scanner::new(options, arguments.max_bytes, output);
    for target in &arguments.targets {
        paths::scan_target(&mut scanner, target)?;
    }
    scanner.finish()
}
