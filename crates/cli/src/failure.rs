//! What ends the program early, and how it is told.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why there is no result, or not all of it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read the output has enough of it.
    Closed,
    /// Anything else, in one line.
    Told(String),
}

impl Failure {
    /// A failure that has to do with a file, or standard input.
    pub(crate) fn of(name: &str, reason: impl Display) -> Self {
        Self::Told(format!("{name}: {reason}"))
    }

    /// The output could not be written.
    pub(crate) fn output(name: &str, error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::of(name, error),
        }
    }

    /// Tells what is wrong, in one line on standard error.
    pub(crate) fn report(self) -> ExitCode {
        let Self::Told(message) = self else { return ExitCode::SUCCESS };
        // Whoever closed standard error does not want to know.
        let _ = writeln!(io::stderr(), "onggi: {}", one_line(&message));
        ExitCode::from(2)
    }
}

/// Tells something about a file that is no failure, in one line on standard error.
pub(crate) fn note(name: &str, what: impl Display) {
    let message = format!("{name}: {what}");
    let _ = writeln!(io::stderr(), "onggi: note: {}", one_line(&message));
}

/// Control characters escaped: names of files and texts of pickles may hold any.
pub(crate) fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for character in message.chars() {
        match character {
            '\u{2028}' | '\u{2029}' => line.extend(character.escape_default()),
            _ if character.is_control() => line.extend(character.escape_default()),
            _ => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_does_not_move_the_cursor() {
        assert_eq!(one_line("a\nb\u{1b}[31mé\u{2028}"), "a\\nb\\u{1b}[31mé\\u{2028}");
    }
}
