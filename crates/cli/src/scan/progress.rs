//! A bar on the terminal, for scans that last.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a scan is quiet.
const QUIET: Duration = Duration::from_millis(700);

pub(super) struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: bool,
}

impl Progress {
    /// A bar that is not shown yet, and never where standard error is no terminal.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {msg}")
        {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), shown: !stderr().is_terminal() }
    }

    /// There are so many more bytes to look at.
    pub(super) fn expect(&self, bytes: u64) {
        self.bar.inc_length(bytes);
    }

    /// So many bytes were looked at.
    pub(super) fn advance(&mut self, bytes: u64) {
        if !self.shown && self.start.elapsed() > QUIET {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(bytes);
    }

    /// How many bytes were looked at.
    pub(super) fn position(&self) -> u64 {
        self.bar.position()
    }

    /// A file is done, whose content is not exactly as long as itself.
    pub(super) fn settle(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// What is being looked at.
    pub(super) fn name(&self, name: &str) {
        self.bar.set_message(name.chars().filter(|letter| !letter.is_control()).collect::<String>());
    }

    /// Prints while the bar is away.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
