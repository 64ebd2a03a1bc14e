use super::constraint_name;
use crate::compile::Writer;
use crate::dialect::KeyLater;
use crate::{Action, Dialect, Reference, Result, Table, Type};

/// Adds a foreign key, unless it is there.
pub(super) fn add_foreign_key(
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
            writer.add_foreign_key(table, position, reference, true)?;
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
    add.add_foreign_key(table, position, reference, false)?;
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

pub(super) fn drop_foreign_key(table: &Table, position: usize, dialect: &'static Dialect) -> Result<String> {
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

/// Whether a foreign key of one type can hold a key of the other.
pub(super) fn comparable(key: Type, reference: Type) -> bool {
    match (key, reference) {
        (Type::Integer { .. }, Type::Integer { .. }) => true,
        _ => key == reference,
    }
}

impl Writer {
    fn add_foreign_key(
        &mut self,
        table: &Table,
        position: usize,
        reference: Reference,
        if_not_exists: bool,
    ) -> Result<()> {
        let name = constraint_name(table, &[position], "fkey");
        self.push("ALTER TABLE ");
        self.name(table.name)?;
        self.push(" ADD CONSTRAINT ");
        if if_not_exists {
            // The condition looks for a name in this place.
            self.push("FOREIGN KEY IF NOT EXISTS ");
            self.name(&name)?;
            self.push(" ");
            self.column_names(table, &[position])?;
            return self.referred(table, position, reference);
        }
        self.name(&name)?;
        self.push(" ");
        self.foreign_key(table, position, reference)
    }

    pub(super) fn foreign_key(&mut self, table: &Table, position: usize, reference: Reference) -> Result<()> {
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
}
