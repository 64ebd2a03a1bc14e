//! `onggi pickle json`.

use std::io::Write;

use clap::Args;
use onggi_pickle::ReadOptions;
use onggi_pickle::json::{write_canonical, write_plain};

use crate::failure::{Failure, note};
use crate::input::{Input, Source, Text};
use crate::output;
use crate::stream::Reading;

/// Prints the first pickle of a file as one line of JSON that keeps everything.
///
/// Builtins and values of the standard library are values; all other objects are notes of what the pickle says about
/// them. An object that is met more than once has an "id" first, and is a "ref" to it after that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle json session.pkl | jq .
  onggi pickle json --inert unknown.pkl
  onggi pickle json --all --encoding latin1 python2.pkl
  onggi pickle json --plain settings.pkl > settings.json")]
pub(crate) struct Json {
    #[command(flatten)]
    source: Source,

    /// Takes notes only: even calls of builtin classes stay notes.
    #[arg(long)]
    inert: bool,

    /// Prints ordinary JSON; what it cannot hold is told on standard error.
    #[arg(long, conflicts_with = "inert")]
    plain: bool,

    /// Prints a line for each pickle of the file.
    #[arg(long)]
    all: bool,

    /// What strings of Python 2 are [default: ascii; with --inert latin1 where they are not ASCII].
    #[arg(long, value_enum, value_name = "ENCODING")]
    encoding: Option<Text>,
}

pub(crate) fn run(arguments: &Json) -> Result<(), Failure> {
    let input = arguments.source.read()?;
    output::to_stdout(|out| print(arguments, &input, out))
}

fn print(arguments: &Json, input: &Input, out: &mut dyn Write) -> Result<(), Failure> {
    let limits = arguments.source.limits();
    let reading = Reading {
        options: ReadOptions::from(limits).inert(arguments.inert),
        encoding: arguments.encoding,
        only_looks: arguments.inert,
        first_only: !arguments.all,
    };
    reading.each(input, |pickle| {
        if arguments.plain {
            let losses = reading.told_of(input, &pickle, write_plain(pickle.graph, &limits, &mut *out))?;
            losses.iter().for_each(|loss| note(&input.name, loss));
        } else {
            reading.told_of(input, &pickle, write_canonical(pickle.graph, &limits, &mut *out))?;
        }
        out.write_all(b"\n").map_err(|error| Failure::output("standard output", &error))
    })
}
