//! Why there is no answer.

use std::borrow::Cow;
use std::io;

use super::content::Content;

/// What the server answers.
pub(super) type Answer<T> = Result<T, Failure>;

/// Why there is none.
pub(super) enum Failure {
    /// The server refuses.
    Refused(Box<Refusal>),
    /// The line is broken, or was silent for too long.
    Line(io::Error),
    /// What came is not what can come here, or means nothing.
    Strange(Cow<'static, str>),
}

impl Failure {
    pub(super) fn strange(said: impl Into<Cow<'static, str>>) -> Failure {
        Failure::Strange(said.into())
    }

    /// The number that the server gives its refusal, if it is one.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Failure::Refused(refusal) => Some(refusal.code),
            Failure::Line(_) | Failure::Strange(_) => None,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Line(error)
    }
}

/// What the server refuses with. Its words quote values: they are not shown as they are.
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) state: String,
    pub(super) message: String,
}

impl Refusal {
    /// Of a message, behind its kind.
    pub(super) fn read(content: &[u8]) -> Answer<Refusal> {
        let mut content = Content(content);
        let code = content.short()?;
        // Who is not in yet is refused without a state.
        let (state, message) = match content.0.split_first_chunk::<6>() {
            Some(([b'#', state @ ..], message)) => (&state[..], message),
            _ => (&b"HY000"[..], content.0),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Refusal { code, state: text(state), message: text(message) })
    }
}
