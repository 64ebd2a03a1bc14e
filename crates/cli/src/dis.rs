//! `onggi pickle dis`.

use clap::{Args, ValueEnum};
use onggi_pickle::dis::{TextOptions, write_json_lines, write_text};

use crate::failure::Failure;
use crate::input::Source;
use crate::output;

/// Lists the instructions of all pickles of a file, like `python3 -m pickletools`.
///
/// The listing shows what the bytes say, even where no Python would load them. The text format also checks the stack
/// and the memo: what is odd there is told on standard error, after the listing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle dis model.pkl
  onggi pickle dis --annotate model.pkl
  sqlite3 app.db 'SELECT writefile(\"/dev/stdout\", data) FROM jobs LIMIT 1' | onggi pickle dis --format jsonl -")]
pub(crate) struct Dis {
    #[command(flatten)]
    source: Source,

    /// How to list.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Says what each opcode does (text format).
    #[arg(long, short)]
    annotate: bool,

    /// Blanks for each level of marks (text format).
    #[arg(long, value_name = "BLANKS", default_value_t = 4, value_parser = clap::value_parser!(u8))]
    indent: u8,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The text of `pickletools.dis`.
    Text,
    /// A line of JSON an opcode: `[offset, "NAME"]` or `[offset, "NAME", "repr of the argument"]`.
    Jsonl,
}

pub(crate) fn run(arguments: &Dis) -> Result<(), Failure> {
    let input = arguments.source.read()?;
    let options = TextOptions::default().indent(arguments.indent.into());
    let options = if arguments.annotate { options.annotate(30) } else { options };
    output::to_stdout(|out| match arguments.format {
        Format::Text => input.told(write_text(&input.bytes, &options, out)),
        Format::Jsonl => input.told(write_json_lines(&input.bytes, out)),
    })
}
