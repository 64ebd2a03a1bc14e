//! Statements to text: [`compile`] for one statement, and one file for each of its clauses.
//!
//! Parameters are numbered in the order in which they are written, which is the order in which
//! [`shape`](crate::shape) visits their values.

mod expression;
mod select;
mod write;

use crate::{Compiled, Dialect, Result, Statement};

/// The statement's text in a dialect.
///
/// # Errors
///
/// What the dialect lacks, and names that no database takes (with a NUL in them), are errors.
pub fn compile(statement: &Statement, dialect: &'static Dialect) -> Result<Compiled> {
    let mut writer = Writer::new(dialect);
    match statement {
        Statement::Select(select) => writer.select(select)?,
        Statement::Insert(insert) => writer.insert(insert)?,
        Statement::Update(update) => writer.update(update)?,
        Statement::Delete(delete) => writer.delete(delete)?,
    }
    Ok(Compiled::new(writer.text, writer.parameters))
}

/// Text under construction.
pub(crate) struct Writer {
    pub(crate) text: String,
    pub(crate) dialect: &'static Dialect,
    parameters: usize,
}

impl Writer {
    pub(crate) fn new(dialect: &'static Dialect) -> Writer {
        Writer { text: String::with_capacity(128), dialect, parameters: 0 }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A name in quotes, so that it can be any text.
    pub(crate) fn name(&mut self, name: &str) -> Result<()> {
        quote(&mut self.text, name)
    }

    /// The next parameter's placeholder.
    pub(crate) fn parameter(&mut self) {
        self.parameters += 1;
        self.parameter_again();
    }

    /// The placeholder written last, once more.
    pub(crate) fn parameter_again(&mut self) {
        self.text.push(self.dialect.parameter);
        self.text.push_str(&self.parameters.to_string());
    }

    /// Items with a separator between them.
    pub(crate) fn separated<T>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Writer, T) -> Result<()>,
    ) -> Result<()> {
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.push(separator);
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// Names of columns in parentheses.
    pub(crate) fn column_names(&mut self, table: &crate::Table, columns: &[usize]) -> Result<()> {
        self.push("(");
        self.separated(", ", columns, |writer, &column| writer.name(table.columns[column].name))?;
        self.push(")");
        Ok(())
    }
}

/// Writes a name in double quotes, quotes inside doubled.
pub(crate) fn quote(text: &mut String, name: &str) -> Result<()> {
    if name.contains('\0') {
        return Err(crate::Error::invalid(format!("the name {name:?} has a NUL character in it")));
    }
    text.push('"');
    text.push_str(&name.replace('"', "\"\""));
    text.push('"');
    Ok(())
}
