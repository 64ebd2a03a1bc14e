//! `onggi pickle show`.

use std::io::{self, IsTerminal, Write};

use clap::{Args, ValueEnum};
use onggi_pickle::ReadOptions;
use onggi_pickle::show::{ShowOptions, write};

use crate::failure::Failure;
use crate::input::{Input, Source, Text};
use crate::output;
use crate::stream::{Pickle, Reading};

/// Shows all pickles of a file for eyes, in Python's notation.
///
/// Long texts and collections are cut. What is met again, or contains itself, is marked `&1` and then `*1`. Objects of
/// classes are shown with their attributes, calls with what is done to the result; none of them is made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle show session.pkl
  onggi pickle show --full model.pkl | less
  onggi pickle show --color always --items 20 - < model.pkl | less -R")]
pub(crate) struct Show {
    #[command(flatten)]
    source: Source,

    /// Whether kinds of values have colours. On a terminal they have, unless NO_COLOR is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: When,

    /// Characters of a line.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 100)]
    width: usize,

    /// Items of a collection that are shown.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    items: usize,

    /// Characters of a text that are shown.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 200)]
    text: usize,

    /// Levels that are shown.
    #[arg(long, value_name = "LEVELS", default_value_t = 40)]
    depth: usize,

    /// Shows all items and texts, and levels up to 1000.
    #[arg(long, conflicts_with_all = ["items", "text", "depth"])]
    full: bool,

    /// What strings of Python 2 are [default: ascii, or latin1 where they are not].
    #[arg(long, value_enum, value_name = "ENCODING")]
    encoding: Option<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal.
    Auto,
    Always,
    Never,
}

impl When {
    fn is_now(self) -> bool {
        let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        match self {
            Self::Auto => io::stdout().is_terminal() && wanted(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

pub(crate) fn run(arguments: &Show) -> Result<(), Failure> {
    let input = arguments.source.read()?;
    output::to_stdout(|out| print(arguments, &input, out))
}

fn print(arguments: &Show, input: &Input, out: &mut dyn Write) -> Result<(), Failure> {
    let reading = Reading {
        options: ReadOptions::from(arguments.source.limits()),
        encoding: arguments.encoding,
        only_looks: true,
        first_only: false,
    };
    reading.each(input, |Pickle { graph, start, end, .. }| {
        if end - start < input.bytes.len() {
            writeln!(out, "# bytes {start} to {end}, protocol {}", graph.protocol())
                .map_err(|error| Failure::output("standard output", &error))?;
        }
        input.told(write(graph, &arguments.options(), &mut *out))
    })
}

impl Show {
    fn options(&self) -> ShowOptions {
        let options = ShowOptions::default().width(self.width).color(self.color.is_now());
        if self.full {
            return options.items(usize::MAX).text(usize::MAX).depth(1000);
        }
        options.items(self.items).text(self.text).depth(self.depth)
    }
}
