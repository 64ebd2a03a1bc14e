//! The `onggi` command: looks into Python's pickles, and never executes them.

mod arguments;
mod convert;
mod dis;
mod failure;
mod input;
mod json;
mod optimize;
mod output;
mod scan;
mod show;
mod stream;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command, PickleCommand};
use crate::failure::Failure;

fn main() -> ExitCode {
    let Command::Pickle { command } = Arguments::parse().command;
    match run(command) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}

fn run(command: PickleCommand) -> Result<ExitCode, Failure> {
    match command {
        PickleCommand::Dis(arguments) => dis::run(&arguments)?,
        PickleCommand::Json(arguments) => json::run(&arguments)?,
        PickleCommand::Show(arguments) => show::run(&arguments)?,
        PickleCommand::Optimize(arguments) => optimize::run(&arguments)?,
        PickleCommand::Convert(arguments) => convert::run(&arguments)?,
        PickleCommand::Scan(arguments) => return scan::run(&arguments),
    }
    Ok(ExitCode::SUCCESS)
}
