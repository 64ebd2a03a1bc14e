//! Tables to the statements that create and drop them, in the order that foreign keys ask for.

mod column;
mod index;
mod key;

use self::index::create_indexes;
use self::key::{add_foreign_key, drop_foreign_key};
use crate::compile::Writer;
use crate::dialect::KeyLater;
use crate::{Dialect, Reference, Result, Table};

/// The tables with those referred to before those that refer; the given order is kept where keys leave it open.
///
/// Tables in a circle of references follow each other as they are given.
pub fn sorted(tables: &[&'static Table]) -> Vec<&'static Table> {
    let mut sorted: Vec<&'static Table> = Vec::with_capacity(tables.len());
    let mut rest: Vec<&'static Table> = Vec::new();
    for &table in tables {
        if !contains(&rest, table) {
            rest.push(table);
        }
    }
    while !rest.is_empty() {
        let free = rest.iter().position(|table| !refers_to_another(table, &rest));
        let next = free.or_else(|| rest.iter().position(|table| needs_its_circle_alone(table, &rest)));
        sorted.push(rest.remove(next.unwrap_or(0)));
    }
    sorted
}

fn refers_to_another(table: &Table, among: &[&'static Table]) -> bool {
    references(table).any(|target| !std::ptr::eq(target, table) && contains(among, target))
}

/// Whether everything that the table needs, directly or through others, needs the table as well.
fn needs_its_circle_alone(table: &'static Table, among: &[&'static Table]) -> bool {
    needed(table, among).iter().all(|other| contains(&needed(other, among), table))
}

/// The tables that a table refers to, directly or through others.
fn needed(table: &Table, among: &[&'static Table]) -> Vec<&'static Table> {
    let mut found = Vec::new();
    let mut open: Vec<_> = references(table).collect();
    while let Some(next) = open.pop() {
        if contains(among, next) && !contains(&found, next) {
            found.push(next);
            open.extend(references(next));
        }
    }
    found
}

fn contains(tables: &[&Table], table: &Table) -> bool {
    tables.iter().any(|other| std::ptr::eq(*other, table))
}

/// The tables that a table's foreign keys refer to.
pub fn references(table: &Table) -> impl Iterator<Item = &'static Table> {
    table.columns.iter().filter_map(|column| column.reference.map(|reference| (reference.table)()))
}

/// The statements that create a table and its indexes where they do not exist yet.
///
/// # Errors
///
/// Names that no database takes, and references to tables without a primary key of one column.
pub fn create(table: &Table, dialect: &'static Dialect) -> Result<Vec<String>> {
    let mut statements = vec![create_table(table, &[], dialect)?];
    statements.extend(create_indexes(table, dialect)?);
    Ok(statements)
}

/// The statement that drops a table where it exists.
///
/// # Errors
///
/// Names that no database takes.
pub fn drop(table: &Table, dialect: &'static Dialect) -> Result<String> {
    let mut writer = Writer::new(dialect);
    writer.push("DROP TABLE IF EXISTS ");
    writer.name(table.name)?;
    Ok(writer.text)
}

/// The statements that create tables, which are [`sorted`], as far as they are not there.
///
/// A foreign key that closes a circle of tables is added at the end, where the database asks for that.
///
/// # Errors
///
/// Those of [`create`].
pub fn create_all(tables: &[&'static Table], dialect: &'static Dialect) -> Result<Vec<String>> {
    let (mut statements, mut last) = (Vec::new(), Vec::new());
    for (position, table) in tables.iter().enumerate() {
        let later = later_tables(tables, position, dialect);
        statements.push(create_table(table, later, dialect)?);
        statements.extend(create_indexes(table, dialect)?);
        for (position, reference) in references_to(table, later) {
            last.extend(add_foreign_key(table, position, reference, dialect)?);
        }
    }
    statements.extend(last);
    Ok(statements)
}

/// The statements that drop tables, which are [`sorted`], as far as they are there.
///
/// # Errors
///
/// Names that no database takes.
pub fn drop_all(tables: &[&'static Table], dialect: &'static Dialect) -> Result<Vec<String>> {
    if dialect.tables.key_later == KeyLater::AtOnce || tables.is_empty() {
        return tables.iter().rev().map(|table| drop(table, dialect)).collect();
    }
    let mut statements = Vec::new();
    if dialect.tables.key_later == KeyLater::IfNotExists {
        for (position, table) in tables.iter().enumerate() {
            let later = later_tables(tables, position, dialect);
            for (position, _) in references_to(table, later) {
                statements.push(drop_foreign_key(table, position, dialect)?);
            }
        }
    }
    // Together, as those of a circle refer to each other.
    let mut writer = Writer::new(dialect);
    writer.push("DROP TABLE IF EXISTS ");
    writer.separated(", ", tables.iter().rev(), |writer, table| writer.name(table.name))?;
    statements.push(writer.text);
    Ok(statements)
}

/// The tables to which those before cannot refer when they are created.
fn later_tables<'t>(
    tables: &'t [&'static Table],
    position: usize,
    dialect: &Dialect,
) -> &'t [&'static Table] {
    match dialect.tables.key_later {
        KeyLater::AtOnce => &[],
        _ => &tables[position + 1..],
    }
}

/// The foreign keys of a table to some others, and the positions of their columns.
fn references_to(table: &Table, others: &[&Table]) -> impl Iterator<Item = (usize, Reference)> {
    let references = table.columns.iter().enumerate().filter_map(|(position, column)| {
        let reference = column.reference?;
        contains(others, (reference.table)()).then_some((position, reference))
    });
    references.collect::<Vec<_>>().into_iter()
}

/// The statement that lets generated keys go on behind those that were given by hand; none where they do so anyway.
///
/// # Errors
///
/// Names that no database takes.
pub fn follow_keys(table: &Table, dialect: &'static Dialect) -> Result<Option<String>> {
    let (Some(template), Some(column)) = (dialect.write.follow_keys, table.generated()) else {
        return Ok(None);
    };
    let name = |name: &str| -> Result<String> {
        let mut writer = Writer::new(dialect);
        writer.name(name)?;
        Ok(writer.text)
    };
    let text = |text: &str| -> Result<String> {
        let mut writer = Writer::new(dialect);
        writer.text(text)?;
        Ok(writer.text)
    };
    let (table, column) = (table.name, table.columns[column].name);
    // One pass, so that what a name holds is not taken for a place.
    let mut written = String::new();
    let mut pieces = template.split('{');
    written.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (place, rest) = piece.split_once('}').unwrap_or((piece, ""));
        written.push_str(&match place {
            "table" => name(table)?,
            "column" => name(column)?,
            "table_text" => text(&name(table)?)?,
            _ => text(column)?,
        });
        written.push_str(rest);
    }
    Ok(Some(written))
}

fn create_table(table: &Table, later: &[&Table], dialect: &'static Dialect) -> Result<String> {
    let mut writer = Writer::new(dialect);
    writer.push("CREATE TABLE IF NOT EXISTS ");
    writer.name(table.name)?;
    writer.push(" (");
    writer.separated(", ", table.columns, |writer, column| writer.column_definition(table, column))?;
    writer.constraints(table, later)?;
    if !dialect.tables.index_if_not_exists {
        writer.own_indexes(table)?;
    }
    writer.push(")");
    writer.push(dialect.tables.options);
    Ok(writer.text)
}

fn constraint_name(table: &Table, columns: &[usize], suffix: &str) -> String {
    let mut name = table.name.to_owned();
    for &column in columns {
        name.push('_');
        name.push_str(table.columns[column].name);
    }
    name + "_" + suffix
}

impl Writer {
    fn constraints(&mut self, table: &Table, later: &[&Table]) -> Result<()> {
        if table.generated().is_none() && !table.primary_key.is_empty() {
            self.push(", PRIMARY KEY ");
            self.column_names(table, table.primary_key)?;
        }
        for index in table.indexes.iter().filter(|index| index.unique && index.name.is_none()) {
            self.push(", CONSTRAINT ");
            self.name(&constraint_name(table, index.columns, "key"))?;
            self.push(" UNIQUE ");
            self.column_names(table, index.columns)?;
        }
        for column in table.columns.iter().filter(|_| !self.dialect.tables.column_checks) {
            if let Some(length) = column.length {
                self.push(", ");
                self.length_check(table, column, length)?;
            }
        }
        for (position, check) in table.checks.iter().enumerate() {
            self.push(", CONSTRAINT ");
            match check.name {
                Some(name) => self.name(name)?,
                None => self.name(&format!("{}_check_{}", table.name, position + 1))?,
            }
            self.push(" CHECK (");
            self.push(check.condition);
            self.push(")");
        }
        for (position, column) in table.columns.iter().enumerate() {
            let Some(reference) = column.reference else { continue };
            if !contains(later, (reference.table)()) {
                self.push(", ");
                self.foreign_key(table, position, reference)?;
            }
        }
        Ok(())
    }
}
