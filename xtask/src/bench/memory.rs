//! Memory: the peak of a process that reads a table of 1,000,000 people in one of several ways.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::machine;
use super::peer::{self, Peer, Program};
use crate::Result;

const ROWS: &str = "1000000";
const WAYS: [&str; 4] = ["nothing", "stream", "vec", "session"];

/// Runs every program once per way, each in a process of its own, over one database.
///
/// # Errors
///
/// When a program does not build or fails.
pub(crate) fn measure() -> Result<String> {
    let programs = Peer::all().iter().map(Peer::build).collect::<Result<Vec<Program>>>()?;
    let filler = programs.first().ok_or("there is no benchmark program")?;
    let database = Database::new();
    println!("filling a database of {ROWS} rows");
    filler.run(&["fill", peer::argument(&database.0)?, ROWS])?;

    let mut text = String::from(
        "`cargo xtask bench --memory`, peak resident memory in MB while 1,000,000 rows are read.\n\n",
    );
    text += "| library | connection only | row by row | in a `Vec` | in a session | session / `Vec` |\n|---|---:|---:|---:|---:|---:|\n";
    for program in &programs {
        println!("measuring {}", program.folder);
        let peaks = WAYS.map(|way| peak(program, way, &database.0));
        text += &row(program, peaks.into_iter().collect::<Result<Vec<_>>>()?.as_slice());
    }
    let _ = write!(text, "\nThe ratio is taken after subtracting the connection. {}", machine::facts());
    Ok(text)
}

/// Peak memory in kilobytes; `None` when the library has no such way.
fn peak(program: &Program, way: &str, database: &Path) -> Result<Option<f64>> {
    let records = program.run(&["memory", way, peer::argument(database)?])?;
    Ok(records.iter().find_map(|record| record.numbers("kilobytes").first().copied()))
}

fn row(program: &Program, peaks: &[Option<f64>]) -> String {
    let mut row = format!("| {} {} |", program.folder, program.version);
    for peak in peaks {
        row += &peak.map_or(" – |".to_owned(), |kilobytes| format!(" {:.1} |", kilobytes / 1024.0));
    }
    row += &ratio(peaks).map_or(" – |".to_owned(), |ratio| format!(" {ratio:.2} |"));
    row + "\n"
}

/// What a session costs over a `Vec`, both without the connection.
fn ratio(peaks: &[Option<f64>]) -> Option<f64> {
    let &[Some(nothing), _, Some(vec), Some(session)] = peaks else { return None };
    Some((session - nothing) / (vec - nothing))
}

/// A database file that goes away with its owner, its write-ahead log too.
struct Database(PathBuf);

impl Database {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("onggi-bench-memory-{}.db", std::process::id())))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut file = self.0.clone().into_os_string();
            file.push(suffix);
            // The log is there only after a crash.
            let _ = std::fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_leaves_the_connection_out() {
        assert_eq!(ratio(&[Some(10.0), Some(11.0), Some(110.0), Some(160.0)]), Some(1.5));
        assert_eq!(ratio(&[Some(10.0), Some(11.0), Some(110.0), None]), None);
    }
}
