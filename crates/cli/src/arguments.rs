//! What the command line may say.

use clap::{Parser, Subcommand};

use crate::{convert, dis, json, optimize, show};

/// Python's pickles, looked into without ever executing them.
#[derive(Debug, Parser)]
#[command(name = "onggi", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists, shows, converts and checks pickles.
    ///
    /// Nothing that a pickle names is ever imported or called. Every FILE can be `-`, for standard input. Bad input is
    /// one line on standard error, with the byte where the trouble starts, and exit status 2.
    #[command(arg_required_else_help = true, disable_help_subcommand = true)]
    Pickle {
        #[command(subcommand)]
        command: PickleCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PickleCommand {
    Dis(dis::Dis),
    Json(json::Json),
    Show(show::Show),
    Optimize(optimize::Optimize),
    Convert(convert::Convert),
    Scan(crate::scan::Scan),
}
