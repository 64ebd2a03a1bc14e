//! Why there is no answer.

use std::borrow::Cow;
use std::io;

use super::message::Content;

/// What the server answers.
pub(super) type Answer<T> = Result<T, Failure>;

/// Why there is none.
pub(super) enum Failure {
    /// The server refuses.
    Said(Box<Said>),
    /// The line is broken, or was silent for too long.
    Line(io::Error),
    /// What came is not what can come here, or means nothing.
    Strange(Cow<'static, str>),
    /// A statement has copied what nobody takes. It was run, and its answer has come to its end.
    NotTaken,
    /// The request cannot be written, as it has a zero within or is too long: nothing was sent.
    Unsent(io::Error),
}

impl Failure {
    /// Whether what comes next is known to be the next answer.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Failure::Said(_) | Failure::NotTaken)
    }

    pub(super) fn strange(said: impl Into<Cow<'static, str>>) -> Failure {
        Failure::Strange(said.into())
    }

    /// What the server said, if it was the server.
    pub(super) fn said(&self) -> Option<&Said> {
        match self {
            Failure::Said(said) => Some(said),
            Failure::Line(_) | Failure::Strange(_) | Failure::NotTaken | Failure::Unsent(_) => None,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Line(error)
    }
}

/// A refusal or a notice of the server's. Details hold values: nothing of this is shown as it is.
#[derive(Default)]
pub(super) struct Said {
    pub(super) severity: String,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) table: Option<String>,
    pub(super) column: Option<String>,
    pub(super) constraint: Option<String>,
    /// Which function of the server's says so.
    pub(super) routine: Option<String>,
}

impl Said {
    pub(super) fn read(content: &[u8]) -> Answer<Said> {
        let (mut content, mut said) = (Content(content), Said::default());
        loop {
            let field = content.byte()?;
            if field == 0 {
                return Ok(said);
            }
            // A server that is not in yet may speak another language than UTF-8.
            let text = String::from_utf8_lossy(content.line()?).into_owned();
            match field {
                b'S' => said.severity = text,
                b'C' => said.code = text,
                b'M' => said.message = text,
                b'D' => said.detail = Some(text),
                b'H' => said.hint = Some(text),
                b't' => said.table = Some(text),
                b'c' => said.column = Some(text),
                b'n' => said.constraint = Some(text),
                b'R' => said.routine = Some(text),
                _ => {}
            }
        }
    }
}
