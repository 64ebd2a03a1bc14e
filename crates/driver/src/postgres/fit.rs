//! How far the columns of a table are of the types that the program takes them for.

use hashbrown::HashMap;
use onggi_sql::Table;
use onggi_sql::dialect::POSTGRES;
use postgres_types::{Kind, Type as PostgresType};

use super::connection::{CAPACITY, Connection};
use super::run::prepare;
use super::statement::failed;
use super::types::of_column;
use crate::{Fit, Result, Type, Value, ValueRef};

/// What is known, by the table's number and the positions of columns.
pub(super) type Fits = HashMap<(u32, Box<[usize]>), Fit>;

impl Connection {
    /// How far columns of a table are of the types that they should have, as the server says of an insert of a row of them.
    pub(crate) fn fit(&mut self, table: &'static Table, columns: &[usize], insert: &str) -> Result<Fit> {
        let key = (table.number(), Box::from(columns));
        if let Some(&fit) = self.fits.get(&key) {
            return Ok(fit);
        }
        let fit = self.asked(table, columns, insert)?;
        if self.fits.len() >= CAPACITY {
            self.fits.clear();
        }
        self.fits.insert(key, fit);
        Ok(fit)
    }

    /// Whether a copy of rows means what their insert does. It is asked each time: the question locks the table as an insert does,
    /// so that it stays what it is until the transaction ends.
    pub(crate) fn takes_copies(
        &mut self,
        table: &'static Table,
        columns: &[usize],
        insert: &str,
    ) -> Result<bool> {
        let Some(text) = POSTGRES.write.takes_copies.filter(|_| self.prepares) else { return Ok(false) };
        if self.asked(table, columns, insert)? != Fit::Same {
            return Ok(false);
        }
        let names: Vec<Value> =
            columns.iter().map(|&column| Value::Text(table.columns[column].name.into())).collect();
        self.with_text(text, &[None, None], |mut prepared| {
            prepared.bind(|to| {
                to.bind(ValueRef::Text(table.name))?;
                to.bind(ValueRef::List(&names))
            })?;
            let mut rows = prepared.rows()?;
            let row = rows.next()?;
            Ok(row.is_some_and(|row| {
                row.value(0, Type::Boolean).is_ok_and(|value| value == ValueRef::Boolean(true))
            }))
        })
    }

    fn asked(&mut self, table: &'static Table, columns: &[usize], insert: &str) -> Result<Fit> {
        let asked = prepare(insert, "", &[], &mut self.wire);
        let described = asked.map_err(|failure| failed(failure, &mut self.wire).with_statement(insert))?;
        let wanted = columns.iter().map(|&column| of_column(table.columns[column].ty));
        Ok(wanted
            .zip(&described.parameters)
            .map(|(wanted, own)| fit(&wanted, own))
            .min()
            .unwrap_or(Fit::Differs))
    }
}

/// How a value of a type becomes one of a column's own type: without a loss, or not here.
fn fit(wanted: &PostgresType, own: &PostgresType) -> Fit {
    const WHOLE: [PostgresType; 3] = [PostgresType::INT2, PostgresType::INT4, PostgresType::INT8];
    let is_whole = |ty: &PostgresType| WHOLE.contains(ty);
    if own == wanted || (*wanted == PostgresType::TEXT && *own == PostgresType::VARCHAR) {
        return Fit::Same;
    }
    if let Kind::Domain(base) = own.kind() {
        return fit(wanted, base).min(Fit::Converts);
    }
    let converts = match *wanted {
        PostgresType::TEXT => {
            matches!(*own, PostgresType::BPCHAR | PostgresType::NAME) || own.name() == "citext"
        }
        PostgresType::FLOAT4 => *own == PostgresType::FLOAT8,
        _ => is_whole(wanted) && (is_whole(own) || *own == PostgresType::NUMERIC),
    };
    if converts { Fit::Converts } else { Fit::Differs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_lose_something_differs() {
        use PostgresType as T;
        for (wanted, own, expected) in [
            (T::INT8, T::INT8, Fit::Same),
            (T::TEXT, T::VARCHAR, Fit::Same),
            (T::INT8, T::INT4, Fit::Converts),
            (T::INT2, T::NUMERIC, Fit::Converts),
            (T::FLOAT4, T::FLOAT8, Fit::Converts),
            (T::TEXT, T::BPCHAR, Fit::Converts),
            (T::FLOAT8, T::FLOAT4, Fit::Differs),
            (T::NUMERIC, T::INT4, Fit::Differs),
            (T::INT8, T::FLOAT8, Fit::Differs),
            (T::TIMESTAMP, T::DATE, Fit::Differs),
            (T::BYTEA, T::TEXT, Fit::Differs),
            (T::JSONB, T::JSON, Fit::Differs),
            (T::TEXT_ARRAY, T::TEXT_ARRAY, Fit::Same),
            (T::TEXT_ARRAY, T::VARCHAR_ARRAY, Fit::Differs),
            (T::INT8_ARRAY, T::INT4_ARRAY, Fit::Differs),
        ] {
            assert_eq!(fit(&wanted, &own), expected, "{wanted} to {own}");
        }
    }
}
