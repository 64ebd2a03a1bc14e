//! Where pickles are read from.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};

use clap::{Args, ValueEnum};
use onggi_pickle::{Encoding, Error, Graph, Limits, ReadOptions};

use crate::failure::Failure;

/// The file that a command reads.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The file to read, or `-` for standard input.
    #[arg(value_name = "FILE")]
    file: OsString,

    /// How many bytes to read at most.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 28)]
    max_bytes: usize,
}

/// What `pickle.loads(..., encoding=...)` takes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Text {
    Ascii,
    Latin1,
    Utf8,
    Bytes,
}

impl Text {
    /// Reads a pickle. Where the command line names no encoding it is ASCII; a caller that only looks takes Latin-1 then.
    pub(crate) fn read(
        encoding: Option<Self>,
        only_looks: bool,
        bytes: &[u8],
        options: ReadOptions,
    ) -> Result<Graph<'_>, Error> {
        let graph = Graph::from_slice_with(bytes, &options.strings(encoding.unwrap_or(Self::Ascii).into()));
        match graph {
            Err(error) if only_looks && encoding.is_none() && error.is_syntax() => {
                // Only the encoding can make a difference.
                Graph::from_slice_with(bytes, &options.strings(Encoding::Latin1)).map_err(|_| error)
            }
            graph => graph,
        }
    }
}

impl From<Text> for Encoding {
    fn from(text: Text) -> Self {
        match text {
            Text::Ascii => Self::Ascii,
            Text::Latin1 => Self::Latin1,
            Text::Utf8 => Self::Utf8,
            Text::Bytes => Self::Bytes,
        }
    }
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Input {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Source {
    /// Reads all of it, or fails when it is longer than allowed.
    pub(crate) fn read(&self) -> Result<Input, Failure> {
        if self.file == "-" {
            let name = "standard input".to_owned();
            return self.take(io::stdin().lock(), name);
        }
        let name = self.file.to_string_lossy().into_owned();
        let file = File::open(&self.file).map_err(|error| Failure::of(&name, error))?;
        self.take(file, name)
    }

    /// The default limits of the library, with room for the bytes that the command line allows.
    pub(crate) fn limits(&self) -> Limits {
        Limits::default().bytes(self.max_bytes)
    }

    fn take(&self, reader: impl Read, name: String) -> Result<Input, Failure> {
        let most = u64::try_from(self.max_bytes).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let read = reader.take(most).read_to_end(&mut bytes);
        read.map_err(|error| Failure::of(&name, error))?;
        if bytes.len() > self.max_bytes {
            let reason = format!("longer than {} bytes (see --max-bytes)", self.max_bytes);
            return Err(Failure::of(&name, reason));
        }
        Ok(Input { name, bytes })
    }
}

impl Input {
    /// A result of the library about a pickle of this input. An error that is not about certain bytes says which pickle.
    pub(crate) fn told_of<T>(&self, start: usize, result: Result<T, Error>) -> Result<T, Failure> {
        match result {
            Err(error) if error.offset().is_none() && !error.is_io() => {
                Err(Failure::of(&self.name, format_args!("{error}, in the pickle at byte {start}")))
            }
            result => self.told(result),
        }
    }

    /// A result of the library about this input.
    pub(crate) fn told<T>(&self, result: Result<T, Error>) -> Result<T, Failure> {
        result.map_err(|error| {
            let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
            match cause {
                Some(cause) => Failure::output("standard output", cause),
                // What the library calls an option is one of the command line here.
                None => Failure::of(
                    &self.name,
                    error.to_string().replace("another Encoding", "another --encoding"),
                ),
            }
        })
    }
}
