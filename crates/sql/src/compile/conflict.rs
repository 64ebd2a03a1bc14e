use super::Writer;
use crate::{Conflict, ConflictAction, Error, Result, Source};

impl Writer {
    pub(super) fn conflict(&mut self, source: Source, conflict: &Conflict) -> Result<()> {
        if !self.dialect.on_conflict {
            return Err(Error::unsupported(self.dialect.name, "ON CONFLICT"));
        }
        self.push(" ON CONFLICT");
        if !conflict.target.is_empty() {
            self.push(" ");
            self.column_names(source.table, &conflict.target)?;
        }
        match (&conflict.condition, &conflict.action) {
            (Some(_), _) | (_, ConflictAction::Update { .. }) if conflict.target.is_empty() => {
                return Err(Error::invalid(
                    "a conflict names the columns of a unique constraint, or does nothing",
                ));
            }
            (None, _) => {}
            // As the index has it.
            (Some(condition), _) => self.qualifying(false, |writer| writer.filter(Some(condition)))?,
        }
        match &conflict.action {
            ConflictAction::Nothing => self.push(" DO NOTHING"),
            // Without their table, columns could be those of the new row.
            ConflictAction::Update { assignments, filter } => self.qualifying(true, |writer| {
                writer.push(" DO UPDATE SET ");
                writer.excluding(true, |writer| {
                    writer.assignments(source, assignments)?;
                    writer.filter(filter.as_ref())
                })
            })?,
        }
        Ok(())
    }

    /// A column of the new row.
    pub(super) fn excluded(&mut self, source: Source, column: usize) -> Result<()> {
        if !self.excluded {
            return Err(Error::invalid("a column of the new row is used where no conflict is solved"));
        }
        self.push("excluded.");
        self.name(source.table.columns[column].name)
    }

    fn qualifying(&mut self, qualified: bool, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        let before = std::mem::replace(&mut self.sources.qualified, qualified);
        write(self)?;
        self.sources.qualified = before;
        Ok(())
    }

    fn excluding(&mut self, excluded: bool, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        self.excluded = excluded;
        write(self)?;
        self.excluded = false;
        Ok(())
    }
}
