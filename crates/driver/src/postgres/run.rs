//! How a statement is run: under the name that the server has prepared it by, or with its text each time.

use std::io;

use bytes::BytesMut;
use onggi_sql::Compiled;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::BindError;
use postgres_protocol::message::{backend, frontend};
use postgres_types::{Oid, Type as PostgresType};

use super::failure::Answer;
use super::limited::Limited;
use super::message::{Content, written};
use super::parameters::Buffer;
use super::rows::Kept;
use super::types::look_up;
use super::wire::Wire;

/// What the server knows of a statement.
pub(super) enum Run {
    /// It has prepared it.
    Named { name: String, parameters: Vec<Oid>, columns: Vec<Described>, limited: Limited },
    /// It has once said the types of its parameters and the columns of its rows.
    Described { parameters: Vec<Oid>, columns: Vec<Described> },
}

/// As many rows as there are.
pub(super) const ALL: i32 = 0;

/// A column as the server described it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) ty: Oid,
}

/// What the server says of a text: the types of its parameters, and the columns of its rows.
pub(super) struct Description {
    pub(super) parameters: Vec<PostgresType>,
    pub(super) columns: Vec<(String, PostgresType)>,
}

/// Prepares a text by a name, or by none; the types of parameters that are not known are what the server takes them for.
pub(super) fn prepare(
    text: &str,
    name: &str,
    types: &[PostgresType],
    wire: &mut Wire,
) -> Answer<Description> {
    let types: Vec<Oid> = types.iter().map(PostgresType::oid).collect();
    let (parameters, columns) = parse(text, name, &types, wire)?;
    let parameters = parameters.into_iter().map(|ty| look_up(ty, wire)).collect::<Answer<_>>()?;
    let columns = columns.into_iter().map(|column| Ok((column.name, look_up(column.ty, wire)?)));
    Ok(Description { parameters, columns: columns.collect::<Answer<_>>()? })
}

/// The same, with the numbers of types alone.
pub(super) fn parse(
    text: &str,
    name: &str,
    types: &[Oid],
    wire: &mut Wire,
) -> Answer<(Vec<Oid>, Vec<Described>)> {
    wire.ask(1, |out| {
        frontend::parse(name, text, types.iter().copied(), out)?;
        frontend::describe(b'S', name, out)?;
        frontend::sync(out);
        Ok(())
    })?;
    let (mut parameters, mut columns) = (Vec::new(), Vec::new());
    loop {
        match wire.next()? {
            backend::PARAMETER_DESCRIPTION_TAG => parameters = numbers(wire.message())?,
            backend::ROW_DESCRIPTION_TAG => columns = described(wire.message())?,
            backend::READY_FOR_QUERY_TAG => return Ok((parameters, columns)),
            _ => {}
        }
    }
}

fn numbers(message: &[u8]) -> Answer<Vec<Oid>> {
    let mut content = Content(message);
    let count = content.count()?;
    (0..count).map(|_| content.number()).collect()
}

fn described(message: &[u8]) -> Answer<Vec<Described>> {
    let mut content = Content(message);
    let count = content.count()?;
    let column = |_| {
        let name = content.text()?.to_owned();
        // Which column of which table it is.
        content.array::<6>()?;
        let ty = content.number()?;
        // Its size, what its type is made with, and its form.
        content.array::<8>()?;
        Ok(Described { name, ty })
    };
    (0..count).map(column).collect()
}

impl Run {
    /// Writes the request to run it once, without an end.
    pub(super) fn write(&self, text: &str, buffer: &Buffer, out: &mut BytesMut) -> io::Result<()> {
        self.write_for(ALL, text, buffer, out)
    }

    /// The same for so many rows at most.
    fn write_for(&self, most: i32, text: &str, buffer: &Buffer, out: &mut BytesMut) -> io::Result<()> {
        match self {
            Run::Named { name, .. } => run(name, most, buffer, out),
            Run::Described { parameters, .. } => {
                frontend::parse("", text, parameters.iter().copied(), out)?;
                bind("", buffer, out)?;
                frontend::describe(b'P', "", out)?;
                frontend::execute("", most, out)
            }
        }
    }

    /// Asks for its rows, and says whether they have the columns that it had when it was described. Where the statement has a
    /// compiled text, its limit may be known to the server.
    pub(super) fn begin(
        &mut self,
        text: &str,
        compiled: Option<&Compiled>,
        most: i32,
        buffer: &Buffer,
        wire: &mut Wire,
    ) -> Answer<bool> {
        match (&mut *self, compiled) {
            (Run::Named { name, parameters, columns, limited }, Some(compiled)) => {
                let limited = limited.name(compiled, buffer, (parameters, columns), wire)?;
                let name = limited.unwrap_or(name);
                wire.ask(1, |out| {
                    run(name, most, buffer, out)?;
                    frontend::sync(out);
                    Ok(())
                })?;
            }
            _ => self.ask(most, text, buffer, wire)?,
        }
        loop {
            match (wire.next()?, &*self) {
                (backend::BIND_COMPLETE_TAG, Run::Named { .. }) => return Ok(true),
                (backend::ROW_DESCRIPTION_TAG, Run::Described { columns, .. }) => {
                    return Ok(described(wire.message())? == *columns);
                }
                (backend::NO_DATA_TAG, Run::Described { columns, .. }) => return Ok(columns.is_empty()),
                _ => {}
            }
        }
    }

    /// Runs it for the number of rows that it writes.
    pub(super) fn execute(&self, text: &str, buffer: &Buffer, wire: &mut Wire) -> Answer<u64> {
        self.ask(ALL, text, buffer, wire)?;
        finish(wire).map(|outcome| outcome.written)
    }

    /// Asks for it to be run once.
    pub(super) fn ask(&self, most: i32, text: &str, buffer: &Buffer, wire: &mut Wire) -> Answer<()> {
        wire.ask(1, |out| {
            self.write_for(most, text, buffer, out)?;
            frontend::sync(out);
            Ok(())
        })
    }

    /// Leaves it to the server to forget.
    pub(super) fn forget(self, wire: &mut Wire) {
        if let Run::Named { name, limited, .. } = self {
            std::iter::once(name).chain(limited.into_names()).for_each(|name| wire.forget(name));
        }
    }

    /// The types of its parameters.
    pub(super) fn parameters(&self) -> &[Oid] {
        let (Run::Named { parameters, .. } | Run::Described { parameters, .. }) = self;
        parameters
    }

    pub(super) fn column_names(&self) -> Vec<String> {
        let (Run::Named { columns, .. } | Run::Described { columns, .. }) = self;
        columns.iter().map(|column| column.name.clone()).collect()
    }
}

/// What it has come to that a statement was run.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) written: u64,
    /// The first row that it gave back.
    pub(super) first: Option<Kept>,
}

impl Outcome {
    /// Takes note of a message; whether it is the last of the statement's.
    pub(super) fn note(&mut self, kind: u8, message: &[u8]) -> Answer<bool> {
        match kind {
            backend::DATA_ROW_TAG if self.first.is_none() => self.first = Some(Kept::of(message)?),
            backend::COMMAND_COMPLETE_TAG => self.written = written(message)?,
            _ => {}
        }
        Ok(matches!(kind, backend::COMMAND_COMPLETE_TAG | backend::EMPTY_QUERY_RESPONSE_TAG))
    }
}

/// Reads an answer to its end.
pub(super) fn finish(wire: &mut Wire) -> Answer<Outcome> {
    let mut outcome = Outcome::default();
    loop {
        match wire.next()? {
            backend::COPY_IN_RESPONSE_TAG => wire.give_nothing(true)?,
            backend::READY_FOR_QUERY_TAG => return Ok(outcome),
            kind => {
                outcome.note(kind, wire.message())?;
            }
        }
    }
}

/// Runs what is prepared.
fn run(name: &str, most: i32, buffer: &Buffer, out: &mut BytesMut) -> io::Result<()> {
    bind(name, buffer, out)?;
    frontend::execute("", most, out)
}

/// Binds all parameters, and asks for all columns, in the server's own form.
fn bind(name: &str, buffer: &Buffer, out: &mut BytesMut) -> io::Result<()> {
    let value = |value: Option<&[u8]>, out: &mut BytesMut| {
        out.extend_from_slice(value.unwrap_or_default());
        Ok(if value.is_some() { IsNull::No } else { IsNull::Yes })
    };
    frontend::bind("", name, Some(1), buffer.values(), value, Some(1), out).map_err(|error| match error {
        BindError::Conversion(error) => io::Error::other(error),
        BindError::Serialization(error) => error,
    })
}
