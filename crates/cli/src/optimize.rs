//! `onggi pickle optimize`.

use clap::Args;

use crate::failure::Failure;
use crate::input::Source;
use crate::output::Target;

/// Makes pickles smaller that load as the same objects.
///
/// What is never fetched from the memo is no longer stored there, as `pickletools.optimize` does it, for all pickles of
/// the file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  onggi pickle optimize model.pkl --output smaller.pkl
  onggi pickle optimize - --output - < model.pkl | onggi pickle dis -")]
pub(crate) struct Optimize {
    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(arguments: &Optimize) -> Result<(), Failure> {
    let input = arguments.source.read()?;
    let pickles = input.told(onggi_pickle::optimize(&input.bytes))?;
    arguments.target.write(&pickles)
}
