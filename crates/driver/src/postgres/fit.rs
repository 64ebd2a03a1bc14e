//! How far the columns of a table in the database are of the types that the program takes them for.

use hashbrown::HashMap;
use onggi_sql::Table;
use onggi_sql::dialect::POSTGRES;
use tokio_postgres::types::{ToSql, Type as PostgresType};

use super::connection::Connection;
use super::types::of_column;
use crate::{Fit, Result};

/// What is known, by the table's number and the positions of columns.
pub(super) type Fits = HashMap<(u32, Box<[usize]>), Fit>;

impl Connection {
    /// How far columns of a table are of the types that they should have. What is not there is asked for again.
    pub(crate) fn fit(&mut self, table: &'static Table, columns: &[usize]) -> Result<Fit> {
        let key = (table.number(), Box::from(columns));
        if let Some(&fit) = self.fits.get(&key) {
            return Ok(fit);
        }
        let Some(fit) = self.asked(table, columns)? else { return Ok(Fit::Differs) };
        self.fits.insert(key, fit);
        Ok(fit)
    }

    /// What the server says; nothing where the table or a column is not there.
    fn asked(&mut self, table: &'static Table, columns: &[usize]) -> Result<Option<Fit>> {
        let Some(text) = POSTGRES.write.fit else { return Ok(None) };
        let names: Vec<&str> = columns.iter().map(|&column| table.columns[column].name).collect();
        let types = columns.iter().map(|&column| of_column(table.columns[column].ty).oid());
        let types: Vec<u32> = types.collect();
        let parameters: [(&(dyn ToSql + Sync), PostgresType); 3] = [
            (&table.name, PostgresType::TEXT),
            (&names, PostgresType::TEXT_ARRAY),
            (&types, PostgresType::OID_ARRAY),
        ];
        let asked = self.wire.wait(self.client.query_typed(text, &parameters));
        let rows = asked.map_err(|error| self.state.failed(error).with_statement(text))?;
        let said = rows.first().and_then(|row| row.try_get::<_, i32>(0).ok());
        Ok(said.map(|said| match said {
            2 if self.prepares => Fit::Same,
            1 | 2 => Fit::Converts,
            _ => Fit::Differs,
        }))
    }
}
