//! What every benchmark program shares: the data, the workloads as a trait, the clock and the output.
//!
//! A program measures one library. It implements [`Workloads`] and its `main` is one call of [`run`], which
//! understands:
//!
//! - `speed <repetitions> [<url>]`: every workload once unmeasured, then that many times, on new files or in an empty
//!   database of a server, which is empty again afterwards; prints JSON lines (see [`output`]);
//! - `only <workload> <autocommit|transaction> <times> [<url>]`: one workload alone, for a profiler; `valgrind --tool=callgrind
//!   --collect-atstart=no --toggle-collect='*Watch*time*'` counts the instructions of what is measured;
//! - `fill <file> <rows>`: makes a database of that many people;
//! - `memory <nothing|stream|vec|session> <file>`: reads all of `<file>` that way; prints the peak of
//!   resident memory.

pub mod data;
mod memory;
mod only;
pub mod output;
mod scratch;
mod speed;
mod workloads;

use std::process::ExitCode;

pub use data::Person;
pub use workloads::{Hold, Mode, Page, Result, Watch, Workloads};

/// Runs what the command line asks for on one library; the whole of a benchmark program's `main`.
pub fn run<W: Workloads>() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["speed", repetitions] => parse(repetitions).and_then(speed::files::<W>),
        ["speed", repetitions, url] => parse(repetitions).and_then(|count| speed::server::<W>(count, url)),
        ["only", workload, mode, times] => {
            parse(times).and_then(|times| only::file::<W>(workload, mode, times))
        }
        ["only", workload, mode, times, url] => {
            parse(times).and_then(|times| only::server::<W>(workload, mode, times, url))
        }
        ["fill", file, rows] => parse(rows).and_then(|rows| memory::fill::<W>(file, rows)),
        ["memory", hold, file] => memory::run::<W>(hold, file),
        _ => {
            Err("expected: speed <repetitions> [<url>] | only <workload> <autocommit|transaction> <times> [<url>] | \
                  fill <file> <rows> | memory <nothing|stream|vec|session> <file>"
                .into())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", W::NAME);
            ExitCode::FAILURE
        }
    }
}

fn parse(text: &str) -> Result<usize> {
    text.parse().map_err(|_| format!("expected a whole number, got {text:?}").into())
}
