use std::borrow::Cow;

use super::key::comparable;
use crate::compile::Writer;
use crate::dialect::INSTEAD_OF_ARRAYS;
use crate::{Column, Constant, Error, IndexPart, Result, Table, Type};

/// Whether a column is a part of a key or an index.
fn is_in_key(table: &Table, column: &Column) -> bool {
    let position = table.columns.iter().position(|other| std::ptr::eq(other, column));
    let is_column = |part: &IndexPart| matches!(part, IndexPart::Column(column) if Some(*column) == position);
    let Some(position) = position else { return false };
    table.primary_key.contains(&position)
        || table.indexes.iter().any(|index| index.columns.contains(&position))
        || table.computed_indexes.iter().any(|index| index.parts.iter().any(is_column))
}

impl Writer {
    pub(super) fn column_definition(&mut self, table: &Table, column: &Column) -> Result<()> {
        if matches!(column.ty, Type::Array(_)) && !self.dialect.arrays {
            return Err(Error::unsupported(
                self.dialect.name,
                format!("arrays, and {}.{} is one: {INSTEAD_OF_ARRAYS}", table.name, column.name),
            ));
        }
        self.name(column.name)?;
        self.push(" ");
        let ty = self.column_type(table, column);
        self.push(&ty);
        if column.generated {
            self.push(self.dialect.tables.identity);
            self.push(" PRIMARY KEY");
            return Ok(());
        }
        if !column.nullable {
            self.push(" NOT NULL");
        }
        if let Some(default) = column.default {
            let parentheses = self.dialect.tables.default_parentheses && !matches!(default, Constant::Sql(_));
            self.push(if parentheses { " DEFAULT (" } else { " DEFAULT " });
            self.constant(default)?;
            self.push(if parentheses { ")" } else { "" });
        }
        if let Some(length) = column.length.filter(|_| self.dialect.tables.column_checks) {
            self.push(" ");
            self.length_check(table, column, length)?;
        }
        Ok(())
    }

    pub(super) fn length_check(&mut self, table: &Table, column: &Column, length: u32) -> Result<()> {
        self.push("CONSTRAINT ");
        self.name(&format!("{}_{}_length", table.name, column.name))?;
        self.push(&format!(" CHECK ({}(", self.dialect.tables.length));
        self.name(column.name)?;
        self.push(&format!(") <= {length})"));
        Ok(())
    }

    /// Where keys must not be long, and refer to those of the same type, that depends on where the column stands.
    fn column_type(&self, table: &Table, column: &Column) -> Cow<'static, str> {
        let facts = &self.dialect.tables;
        let referred = column.reference.map(|reference| (reference.table)());
        let key = referred.and_then(|target| target.primary_key.first().map(|&key| &target.columns[key]));
        match key.filter(|key| facts.same_key_types && comparable(key.ty, column.ty)) {
            // Of a key that refers itself, as far as it does not end where it began.
            Some(key) if !std::ptr::eq(key, column) => (facts.key_type)(key.ty, key.length.unwrap_or(0))
                .map_or((facts.type_name)(key.ty).into(), Cow::from),
            _ if is_in_key(table, column) => {
                let ty = (facts.key_type)(column.ty, column.length.unwrap_or(0));
                ty.map_or((facts.type_name)(column.ty).into(), Cow::from)
            }
            _ => (facts.type_name)(column.ty).into(),
        }
    }

    fn constant(&mut self, constant: Constant) -> Result<()> {
        match constant {
            Constant::Boolean(value) => self.push(if value { "TRUE" } else { "FALSE" }),
            Constant::Integer(value) => self.push(&value.to_string()),
            Constant::Real(value) if value.is_finite() => self.push(&format!("{value:?}")),
            Constant::Real(value) => {
                return Err(Error::invalid(format!("a default of {value} has no SQL")));
            }
            Constant::Text(value) => self.text(value)?,
            Constant::Sql(expression) => {
                self.push("(");
                self.push(expression);
                self.push(")");
            }
        }
        Ok(())
    }
}
