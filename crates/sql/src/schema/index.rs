use super::constraint_name;
use crate::compile::Writer;
use crate::{ComputedIndex, Dialect, Index, IndexPart, Result, Table, Type};

pub(super) fn create_indexes(table: &Table, dialect: &'static Dialect) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    if !dialect.tables.index_if_not_exists {
        return Ok(statements);
    }
    for index in table.indexes.iter().filter(|index| !index.unique || index.name.is_some()) {
        statements.push(create_index(table, index, dialect)?);
    }
    for index in table.computed_indexes {
        statements.push(create_computed_index(table, index, dialect)?);
    }
    Ok(statements)
}

fn create_index(table: &Table, index: &Index, dialect: &'static Dialect) -> Result<String> {
    let mut writer = Writer::new(dialect);
    writer.push(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
    writer.push("IF NOT EXISTS ");
    match index.name {
        Some(name) => writer.name(name)?,
        None => writer.name(&constraint_name(table, index.columns, "idx"))?,
    }
    writer.push(" ON ");
    writer.name(table.name)?;
    writer.push(" ");
    writer.column_names(table, index.columns)?;
    Ok(writer.text)
}

fn create_computed_index(table: &Table, index: &ComputedIndex, dialect: &'static Dialect) -> Result<String> {
    let mut writer = Writer::new(dialect);
    writer.push(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
    writer.push("IF NOT EXISTS ");
    match index.name {
        Some(name) => writer.name(name)?,
        None => writer.name(&computed_name(table, index))?,
    }
    writer.push(" ON ");
    writer.name(table.name)?;
    writer.push(" ");
    writer.index_parts(table, index)?;
    Ok(writer.text)
}

/// Table, columns and arguments: a name that no other index of the table would have.
fn computed_name(table: &Table, index: &ComputedIndex) -> String {
    let parts = index.parts.iter().map(|part| match *part {
        IndexPart::Column(column) => table.columns[column].name.to_owned(),
        IndexPart::Call { column, argument, .. } => format!("{}{argument}", table.columns[column].name),
    });
    let suffix = if index.unique { "key" } else { "idx" };
    let names: Vec<_> = [table.name.to_owned()].into_iter().chain(parts).chain([suffix.to_owned()]).collect();
    names.join("_")
}

impl Writer {
    /// The indexes that are created with their table.
    pub(super) fn own_indexes(&mut self, table: &Table) -> Result<()> {
        for index in table.indexes.iter().filter(|index| !index.unique || index.name.is_some()) {
            if index.columns.iter().any(|&column| table.columns[column].ty == Type::Json) {
                self.indexes_json()?;
            }
            self.push(if index.unique { ", UNIQUE INDEX " } else { ", INDEX " });
            match index.name {
                Some(name) => self.name(name)?,
                None => self.name(&constraint_name(table, index.columns, "idx"))?,
            }
            self.push(" ");
            self.column_names(table, index.columns)?;
        }
        for index in table.computed_indexes {
            self.push(if index.unique { ", UNIQUE INDEX " } else { ", INDEX " });
            match index.name {
                Some(name) => self.name(name)?,
                None => self.name(&computed_name(table, index))?,
            }
            self.push(" ");
            self.index_parts(table, index)?;
        }
        Ok(())
    }

    fn indexes_json(&self) -> Result<()> {
        match self.dialect.tables.json_indexes {
            true => Ok(()),
            false => Err(crate::Error::unsupported(self.dialect.name, "index of a JSON document")),
        }
    }

    fn index_parts(&mut self, table: &Table, index: &ComputedIndex) -> Result<()> {
        self.push("(");
        self.separated(", ", index.parts, |writer, part| match *part {
            IndexPart::Column(column) => writer.name(table.columns[column].name),
            IndexPart::Call { function, column, argument } => {
                writer.callable(function)?;
                if !writer.dialect.tables.computed_indexes {
                    return Err(crate::Error::unsupported(
                        writer.dialect.name,
                        "index of what a function gives",
                    ));
                }
                // A part that is an expression; databases with indexes of their own statements take calls as they are.
                let apart = !writer.dialect.tables.index_if_not_exists;
                writer.push(if apart { "(" } else { "" });
                writer.function_name(function)?;
                writer.push("(");
                writer.name(table.columns[column].name)?;
                writer.push(", ");
                writer.text(argument)?;
                writer.push(if apart { "))" } else { ")" });
                Ok(())
            }
        })?;
        self.push(")");
        Ok(())
    }
}
