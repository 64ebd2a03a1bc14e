//! `onggi pickle convert`.

use clap::Args;
use onggi_pickle::{Encoding, Protocol, ReadOptions};

use crate::failure::Failure;
use crate::input::{Source, Text};
use crate::output::Target;

/// Writes pickles in another protocol: what Python loads from them is equal, and shares parts in the same way.
///
/// All pickles of the file are converted. Protocol 2 is the last that Python 2 reads, 4 is read since Python 3.4, and 5
/// since 3.8. Names that changed between Python 2 and 3 are changed as Python does it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle convert python2.pkl --protocol 4 --encoding latin1 --output python3.pkl
  onggi pickle convert session.pkl --protocol 0 --output - | less")]
pub(crate) struct Convert {
    #[command(flatten)]
    source: Source,

    /// The protocol to write.
    #[arg(long, short, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(0..=5))]
    protocol: u8,

    /// What strings of Python 2 become.
    #[arg(long, value_enum, value_name = "ENCODING", default_value = "ascii")]
    encoding: Text,

    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(arguments: &Convert) -> Result<(), Failure> {
    let input = arguments.source.read()?;
    let options = ReadOptions::from(arguments.source.limits()).strings(Encoding::from(arguments.encoding));
    let protocol = Protocol::ALL[usize::from(arguments.protocol)];
    let pickles = input.told(onggi_pickle::convert(&input.bytes, &options, protocol))?;
    arguments.target.write(&pickles)
}
