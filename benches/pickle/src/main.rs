//! Times of onggi, serde-pickle and serde_json on the data that `cpython.py` wrote, as JSON lines of microseconds.
//!
//! `bench-pickle <folder> <repetitions>`. Each way runs once unmeasured and then that many times; what it made is dropped
//! after the clock has stopped, but for tiny pickles and an array of numpy, whose values are dropped one by one.

mod data;
mod ways;

use std::path::Path;
use std::process::ExitCode;

/// Any failure ends the program: a library that reads something else must not be measured.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [folder, repetitions] => run(Path::new(folder), repetitions),
        _ => Err("expected: <folder> <repetitions>".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-pickle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, repetitions: &str) -> Result<()> {
    let repetitions: usize = repetitions.parse()?;
    ways::large::<Vec<data::Person>>("small dicts", folder, repetitions)?;
    ways::large::<data::Tree>("nested", folder, repetitions)?;
    ways::large::<Vec<f64>>("floats", folder, repetitions)?;
    ways::tiny(folder, repetitions)?;
    ways::objects("datetimes", folder, repetitions)?;
    ways::objects("Decimals", folder, repetitions)?;
    ways::array("array of doubles", folder, repetitions)
}
