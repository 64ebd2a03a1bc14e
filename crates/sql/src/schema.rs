//! Tables to the statements that create and drop them, in the order that foreign keys ask for.

use std::borrow::Cow;

use crate::compile::Writer;
use crate::dialect::KeyLater;
use crate::{
    Action, Column, ComputedIndex, Constant, Dialect, Index, IndexPart, Reference, Result, Table, Type,
};

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

fn create_indexes(table: &Table, dialect: &'static Dialect) -> Result<Vec<String>> {
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

/// Adds a foreign key, unless it is there.
fn add_foreign_key(
    table: &Table,
    position: usize,
    reference: Reference,
    dialect: &'static Dialect,
) -> Result<Vec<String>> {
    match dialect.tables.key_later {
        KeyLater::AtOnce => Ok(Vec::new()),
        KeyLater::Block => Ok(vec![add_in_block(table, position, reference, dialect)?]),
        KeyLater::IfNotExists => {
            let mut writer = Writer::new(dialect);
            writer.add_foreign_key(table, position, reference, " IF NOT EXISTS ")?;
            Ok(vec![writer.text])
        }
        KeyLater::Prepared => add_prepared(table, position, reference, dialect),
    }
}

/// In a statement that another makes, as a condition is for queries only.
fn add_prepared(
    table: &Table,
    position: usize,
    reference: Reference,
    dialect: &'static Dialect,
) -> Result<Vec<String>> {
    let mut add = Writer::new(dialect);
    add.add_foreign_key(table, position, reference, " ")?;
    let mut writer = Writer::new(dialect);
    writer.push("SET @onggi = IF(EXISTS (SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = DATABASE() \
        AND table_name = ");
    writer.text(table.name)?;
    writer.push(" AND constraint_name = ");
    writer.text(&constraint_name(table, &[position], "fkey"))?;
    writer.push("), 'DO 0', ");
    writer.text(&add.text)?;
    writer.push(")");
    let rest = ["PREPARE onggi FROM @onggi", "EXECUTE onggi", "DEALLOCATE PREPARE onggi"];
    Ok(std::iter::once(writer.text).chain(rest.map(str::to_owned)).collect())
}

fn drop_foreign_key(table: &Table, position: usize, dialect: &'static Dialect) -> Result<String> {
    let mut writer = Writer::new(dialect);
    writer.push("ALTER TABLE IF EXISTS ");
    writer.name(table.name)?;
    writer.push(" DROP FOREIGN KEY IF EXISTS ");
    writer.name(&constraint_name(table, &[position], "fkey"))?;
    Ok(writer.text)
}

/// As PostgreSQL has it.
fn add_in_block(
    table: &Table,
    position: usize,
    reference: Reference,
    dialect: &'static Dialect,
) -> Result<String> {
    let name = constraint_name(table, &[position], "fkey");
    let mut writer = Writer::new(dialect);
    writer.push("DO $onggi$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = ");
    writer.text(&name)?;
    writer.push(" AND conrelid = to_regclass(");
    let mut quoted = Writer::new(dialect);
    quoted.name(table.name)?;
    writer.text(&quoted.text)?;
    writer.push(")) THEN ALTER TABLE ");
    writer.name(table.name)?;
    writer.push(" ADD CONSTRAINT ");
    writer.name(&name)?;
    writer.push(" ");
    writer.foreign_key(table, position, reference)?;
    writer.push("; END IF; END $onggi$");
    Ok(writer.text)
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

fn constraint_name(table: &Table, columns: &[usize], suffix: &str) -> String {
    let mut name = table.name.to_owned();
    for &column in columns {
        name.push('_');
        name.push_str(table.columns[column].name);
    }
    name + "_" + suffix
}

/// Whether a foreign key of one type can hold a key of the other.
fn comparable(key: Type, reference: Type) -> bool {
    match (key, reference) {
        (Type::Integer { .. }, Type::Integer { .. }) => true,
        _ => key == reference,
    }
}

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
    fn column_definition(&mut self, table: &Table, column: &Column) -> Result<()> {
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
        if let Some(length) = column.length {
            self.push(" CONSTRAINT ");
            self.name(&format!("{}_{}_length", table.name, column.name))?;
            self.push(&format!(" CHECK ({}(", self.dialect.tables.length));
            self.name(column.name)?;
            self.push(&format!(") <= {length})"));
        }
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

    /// The indexes that are created with their table.
    fn own_indexes(&mut self, table: &Table) -> Result<()> {
        for index in table.indexes.iter().filter(|index| !index.unique || index.name.is_some()) {
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

    fn add_foreign_key(
        &mut self,
        table: &Table,
        position: usize,
        reference: Reference,
        condition: &str,
    ) -> Result<()> {
        self.push("ALTER TABLE ");
        self.name(table.name)?;
        self.push(" ADD CONSTRAINT ");
        let name = constraint_name(table, &[position], "fkey");
        if condition == " " {
            self.name(&name)?;
            self.push(" ");
        }
        self.push("FOREIGN KEY");
        self.push(condition);
        if condition != " " {
            self.name(&name)?;
            self.push(" ");
        }
        self.column_names(table, &[position])?;
        self.referred(table, position, reference)
    }

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

    fn foreign_key(&mut self, table: &Table, position: usize, reference: Reference) -> Result<()> {
        self.push("FOREIGN KEY ");
        self.column_names(table, &[position])?;
        self.referred(table, position, reference)
    }

    /// What a foreign key refers to.
    fn referred(&mut self, table: &Table, position: usize, reference: Reference) -> Result<()> {
        let column = &table.columns[position];
        let target = (reference.table)();
        let &[_] = target.primary_key else {
            return Err(crate::Error::invalid(format!(
                "{}.{} refers to {}, whose primary key has {} columns: only a key of one column can be referred to",
                table.name,
                column.name,
                target.name,
                target.primary_key.len(),
            )));
        };
        if !comparable(target.columns[target.primary_key[0]].ty, column.ty) {
            return Err(crate::Error::invalid(format!(
                "{}.{} is of another type than the primary key of {}, which it refers to",
                table.name, column.name, target.name,
            )));
        }
        self.push(" REFERENCES ");
        self.name(target.name)?;
        self.push(" ");
        self.column_names(target, target.primary_key)?;
        self.action(" ON DELETE ", reference.on_delete)?;
        self.action(" ON UPDATE ", reference.on_update)
    }

    fn action(&mut self, event: &str, action: Action) -> Result<()> {
        let action = match action {
            Action::NoAction => return Ok(()),
            Action::SetDefault if !self.dialect.tables.set_default => {
                return Err(crate::Error::unsupported(
                    self.dialect.name,
                    "foreign key that falls back to its default",
                ));
            }
            Action::Restrict => "RESTRICT",
            Action::Cascade => "CASCADE",
            Action::SetNull => "SET NULL",
            Action::SetDefault => "SET DEFAULT",
        };
        self.push(event);
        self.push(action);
        Ok(())
    }

    fn constant(&mut self, constant: Constant) -> Result<()> {
        match constant {
            Constant::Boolean(value) => self.push(if value { "TRUE" } else { "FALSE" }),
            Constant::Integer(value) => self.push(&value.to_string()),
            Constant::Real(value) if value.is_finite() => self.push(&format!("{value:?}")),
            Constant::Real(value) => {
                return Err(crate::Error::invalid(format!("a default of {value} has no SQL")));
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
