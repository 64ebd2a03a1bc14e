//! Statements whose number of rows the server knows when it plans them.
//!
//! The server plans a prepared statement for all values at once, where that seems no dearer than for each anew. With a limit that it
//! does not know it takes the worst for granted, and plans each time.

use onggi_sql::Compiled;
use postgres_types::Oid;

use super::failure::Answer;
use super::parameters::Buffer;
use super::run::{Described, parse};
use super::types::INT8;
use super::wire::Wire;

/// For how many numbers of rows a statement is prepared; for others it stays one for all.
const MOST: usize = 4;

/// The same statement with numbers of rows in its text.
#[derive(Default)]
pub(super) struct Limited {
    named: Vec<(i64, String)>,
    /// The number that came last: what comes once needs no statement of its own.
    last: Option<i64>,
}

impl Limited {
    /// The name of the statement for the limit that is bound, if there is one.
    pub(super) fn name(
        &mut self,
        compiled: &Compiled,
        buffer: &Buffer,
        (types, columns): (&[Oid], &[Described]),
        wire: &mut Wire,
    ) -> Answer<Option<&str>> {
        let Some(rows) = bound(compiled, buffer, types) else { return Ok(None) };
        if !self.named.iter().any(|(known, _)| *known == rows) {
            if self.last.replace(rows) != Some(rows) || self.named.len() >= MOST {
                return Ok(None);
            }
            let Some(text) = compiled.limited(rows) else { return Ok(None) };
            let name = wire.name();
            let (_, found) = parse(&text, &name, types, wire)?;
            if found != columns {
                // The tables have changed since: the statement for all says so.
                wire.forget(name);
                return Ok(None);
            }
            self.named.push((rows, name));
        }
        Ok(self.named.iter().find(|(known, _)| *known == rows).map(|(_, name)| name.as_str()))
    }

    pub(super) fn into_names(self) -> impl Iterator<Item = String> {
        self.named.into_iter().map(|(_, name)| name)
    }
}

/// The number of rows that a select is limited to.
fn bound(compiled: &Compiled, buffer: &Buffer, types: &[Oid]) -> Option<i64> {
    let place = compiled.limit()?;
    let bytes = buffer.values().nth(place)??;
    (types.get(place) == Some(&INT8)).then(|| bytes.try_into().ok().map(i64::from_be_bytes))?
}
