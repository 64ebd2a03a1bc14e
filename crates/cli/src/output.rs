//! Where results are written to.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::Args;

use crate::failure::Failure;

/// Writes to standard output. What was written before a failure is printed.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut out);
    let flushed = out.flush().map_err(|error| Failure::output("standard output", &error));
    written.and(flushed)
}

/// The file that a command writes.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The file to write, or `-` for standard output. It appears when it is complete.
    #[arg(long, short, value_name = "OUT")]
    output: OsString,
}

impl Target {
    /// Writes all of it, or leaves what was there.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        if self.output == "-" {
            return to_stdout(|out| {
                out.write_all(bytes).map_err(|error| Failure::output("standard output", &error))
            });
        }
        let path = Path::new(&self.output);
        replace(path, bytes).map_err(|error| Failure::output(&path.to_string_lossy(), &error))
    }
}

/// Puts a complete file in the place of another: beside it first, then by its name. What is no file, such as a device,
/// is written to as it is.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let present = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return File::options().write(true).open(path)?.write_all(bytes);
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // Of a link, what it leads to is replaced.
    let path = if present.is_some() { &fs::canonicalize(path)? } else { path };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = new_file().tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    if let Some(permissions) = present {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file as any program would make it, which temporary ones are not: they are for their owner alone.
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut file = tempfile::Builder::new();
    file.prefix(".onggi-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.permissions(fs::Permissions::from_mode(0o666)); // less what the umask takes away
    }
    file
}
