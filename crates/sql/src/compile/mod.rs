//! Statements to text: [`compile`] for one statement, and one file for each of its clauses.
//!
//! Parameters are numbered in the order in which [`shape`](crate::shape) visits their values. They are written in that
//! order, but for a few clauses that databases place differently.

mod aggregate;
mod array;
mod compound;
mod conflict;
mod expression;
mod function;
mod list;
mod own;
mod parameter;
mod reads;
mod select;
mod source;
mod window;
mod write;

use self::compound::Widens;
pub use self::own::{Own, commits, looks_up, may_commit, placeholders, reads_only, words};
use self::source::Sources;
use crate::compiled::Limit;
use crate::repeat::Repeats;
use crate::{Compiled, Dialect, Error, Expression, Result, Source, Statement, Type};

/// The statement's text in a dialect.
///
/// Columns are qualified by their source's alias where the statement has more than one source.
///
/// # Errors
///
/// What the dialect lacks, columns of sources that the statement does not have, and names that no database takes (with
/// a NUL in them), are errors.
pub fn compile(statement: &Statement, dialect: &'static Dialect) -> Result<Compiled> {
    let mut writer = Writer::new(dialect);
    writer.statement(statement)?;
    let (text, parameters) = (writer.text, writer.parameters);
    let (keys, limit) = (writer.counted_keys, writer.limit);
    let once = writer.looks_up_null && !dialect.looks_anew;
    let Some(sources) = writer.sources.qualified() else {
        let compiled = parameter::compiled(text, parameters, dialect).with_keys(keys).with_limit(limit);
        return Ok(compiled.prepared_once(once));
    };
    writer = Writer { sources, ..Writer::new(dialect) };
    writer.statement(statement)?;
    let compiled = parameter::compiled(writer.text, writer.parameters, dialect).with_limit(writer.limit);
    Ok(compiled.prepared_once(once))
}

/// Text under construction.
pub(crate) struct Writer {
    pub(crate) text: String,
    pub(crate) dialect: &'static Dialect,
    parameters: usize,
    sources: Sources,
    /// Whether columns of the new row can be named.
    excluded: bool,
    /// Whether texts are compared with JSON documents, and so are such.
    json: bool,
    /// Whether values are computed with.
    computes: bool,
    /// What asks how many of an insert's keys are there.
    counted_keys: Option<String>,
    /// What rows are grouped by, where a condition of groups does not see it as such.
    keys: Vec<Expression>,
    /// Whether what is selected starts a recursion that its types would bound.
    widens: Widens,
    /// Whether columns that are set are named with their table, as others stand beside it.
    joined_target: bool,
    /// The table that an update or a delete writes, where it cannot be read.
    written: Option<Source>,
    /// The types of what selects and common table expressions give, by their numbers.
    outputs: Vec<(u64, Vec<Option<Type>>)>,
    ctes: Vec<(u64, Vec<Option<Type>>)>,
    repeats: Repeats<Expression>,
    /// Whether a NULL may be looked up in a select.
    looks_up_null: bool,
    /// The limit that was written last: the outermost select's, if it has one.
    limit: Option<Limit>,
}

impl Writer {
    pub(crate) fn new(dialect: &'static Dialect) -> Writer {
        Writer {
            text: String::with_capacity(128),
            dialect,
            parameters: 0,
            sources: Sources::default(),
            excluded: false,
            json: false,
            computes: false,
            counted_keys: None,
            keys: Vec::new(),
            widens: Widens::Nothing,
            joined_target: false,
            written: None,
            outputs: Vec::new(),
            ctes: Vec::new(),
            repeats: Repeats::default(),
            looks_up_null: false,
            limit: None,
        }
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Select(select) => self.select(select, false),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Explain(inner) => self.explain(inner),
        }
    }

    fn explain(&mut self, statement: &Statement) -> Result<()> {
        if matches!(statement, Statement::Explain(_)) {
            return Err(Error::invalid("an explanation is not explained"));
        }
        let Some(explain) = self.dialect.explain else {
            return Err(Error::unsupported(self.dialect.name, "explanation of a statement"));
        };
        self.push(explain);
        self.statement(statement)
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A name in quotes, so that it can be any text.
    pub(crate) fn name(&mut self, name: &str) -> Result<()> {
        if self.dialect.name_limit.is_some_and(|limit| limit.is_exceeded(name)) {
            return Err(Error::unsupported(self.dialect.name, format!("names as long as {name:?}")));
        }
        if name.contains('\0') {
            return Err(Error::invalid(format!("the name {name:?} has a NUL character in it")));
        }
        let quote = self.dialect.quote;
        self.text.push(quote);
        self.text.push_str(&name.replace(quote, &format!("{quote}{quote}")));
        self.text.push(quote);
        Ok(())
    }

    /// A text between quotes.
    pub(crate) fn text(&mut self, text: &str) -> Result<()> {
        if text.contains('\0') {
            return Err(Error::invalid("a text with a NUL character cannot stand in a statement"));
        }
        let text = text.replace('\'', "''");
        let text = if self.dialect.backslash_escapes { text.replace('\\', r"\\") } else { text };
        self.push("'");
        self.push(&text);
        self.push("'");
        Ok(())
    }

    /// The next parameter's placeholder.
    pub(crate) fn parameter(&mut self) {
        self.parameters += 1;
        parameter::push(&mut self.text, self.parameters, self.dialect);
    }

    /// The type of an expression, as far as its parts tell.
    fn ty(&self, expression: &Expression) -> Option<Type> {
        expression.ty(&|id, column| {
            let (_, types) = self.outputs.iter().rfind(|(known, _)| *known == id)?;
            types.get(column).copied().flatten()
        })
    }

    /// Text that is put in its place later; its parameters have the next numbers.
    fn apart(&mut self, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<String> {
        let before = std::mem::take(&mut self.text);
        write(self)?;
        Ok(std::mem::replace(&mut self.text, before))
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
