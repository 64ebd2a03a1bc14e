//! What a server says unasked: notices, what other sessions send, and that it ends the connection.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use postgres_protocol::message::backend;

use super::failure::{Answer, Said};
use super::message::{Content, cut};
use super::wire::Wire;
use crate::Notification;

impl Wire {
    /// Takes note of what comes at any time; whether it was such a message.
    pub(super) fn is_unasked(&mut self, kind: u8) -> Answer<bool> {
        let content = self.input.message();
        match kind {
            backend::NOTICE_RESPONSE_TAG => {
                let Said { severity, code, .. } = Said::read(content)?;
                // A server can write what it likes there.
                tracing::debug!(target: "onggi::postgres", "{}: SQLSTATE {}", severity.escape_debug(), code.escape_debug());
            }
            backend::NOTIFICATION_RESPONSE_TAG => {
                let mut content = Content(content);
                content.number()?;
                let (channel, payload) = (content.text()?.to_owned(), content.text()?.to_owned());
                if let Some(heard) = &mut self.heard {
                    heard.push_back(Notification { channel, payload });
                }
            }
            backend::PARAMETER_STATUS_TAG => {
                let mut content = Content(content);
                let (name, value) = (content.text()?, content.text()?);
                // The others are not asked for, and a server can report as many as it likes.
                if name == "server_version" {
                    self.version = Some(value.to_owned());
                }
            }
            // A statement is forgotten.
            backend::CLOSE_COMPLETE_TAG => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Keeps what other sessions say, from now on.
    pub(super) fn hear(&mut self) {
        self.heard = Some(VecDeque::new());
    }

    /// The next that another session says, if that is within a time.
    pub(super) fn heard(&mut self, within: Duration) -> Answer<Option<Notification>> {
        // A time that is too far away to have a name is none.
        let until = Instant::now().checked_add(within);
        // What is here already is heard, however short the time is.
        let has_ended = self.line.look(&mut self.input).is_err();
        self.set_deadline(until)?;
        let heard = self.heard_by_then(until, has_ended);
        if let Err(failure) = &heard {
            self.note(failure);
        }
        self.set_deadline(None)?;
        heard
    }

    fn heard_by_then(&mut self, until: Option<Instant>, has_ended: bool) -> Answer<Option<Notification>> {
        loop {
            if let Some(heard) = self.heard.as_mut().and_then(VecDeque::pop_front) {
                return Ok(Some(heard));
            }
            if let Some(kind) = cut(&mut self.input)? {
                match kind {
                    backend::ERROR_RESPONSE_TAG => return Err(self.refused()?),
                    _ => self.is_unasked(kind)?,
                };
                continue;
            }
            let error = match if has_ended { Ok(0) } else { self.input.read(&mut self.line) } {
                Ok(0) => ErrorKind::UnexpectedEof.into(),
                Ok(_) => continue,
                // The system, too, says so of a line that has been silent for too long.
                Err(_) if until.is_some_and(|until| Instant::now() >= until) => return Ok(None),
                Err(error) => error,
            };
            self.is_lost = true;
            return Err(error.into());
        }
    }

    /// Whether the server has ended the connection, as far as has come here by now. Nothing is sent.
    pub(super) fn is_broken(&mut self) -> bool {
        self.is_lost |= self.settle().is_err();
        let mut left = LOOKED_AT;
        while !self.is_lost {
            match cut(&mut self.input) {
                Ok(Some(kind)) => self.is_lost = !matches!(self.is_unasked(kind), Ok(true)),
                Ok(None) => match self.line.look(&mut self.input) {
                    Ok(read) if read == 0 || read > left => return false,
                    Ok(read) => left -= read,
                    Err(_) => self.is_lost = true,
                },
                Err(_) => self.is_lost = true,
            }
        }
        true
    }
}

/// How much is looked at for the end of a connection. It stands behind all that a server has said unasked, which may not end.
const LOOKED_AT: usize = 16 << 20;
