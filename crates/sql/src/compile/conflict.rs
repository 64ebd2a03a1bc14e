use super::Writer;
use crate::dialect::Upsert;
use crate::{Conflict, ConflictAction, Error, Expression, Insert, Result, Source, Table};

impl Writer {
    pub(super) fn conflict(&mut self, insert: &Insert, conflict: &Conflict) -> Result<()> {
        match self.dialect.write.upsert {
            Upsert::Never => Err(Error::unsupported(self.dialect.name, "ON CONFLICT")),
            Upsert::OnConflict => self.on_conflict(insert.source, conflict),
            Upsert::OnDuplicateKey => self.on_duplicate_key(insert, conflict),
        }
    }

    fn on_conflict(&mut self, source: Source, conflict: &Conflict) -> Result<()> {
        self.push(" ON CONFLICT");
        if !conflict.target.is_empty() {
            self.push(" ");
            self.column_names(source.table, &conflict.target)?;
        }
        check_target(conflict)?;
        if let Some(condition) = &conflict.condition {
            // As the index has it.
            self.qualifying(false, |writer| writer.filter(Some(condition)))?;
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

    /// The row that is there changes, whatever constraint is in the way: so the table may have one only, or nothing is done. A row
    /// that stays as it is is set to what it is.
    fn on_duplicate_key(&mut self, insert: &Insert, conflict: &Conflict) -> Result<()> {
        let (source, name) = (insert.source, self.dialect.name);
        check_target(conflict)?;
        if conflict.condition.is_some() {
            return Err(Error::unsupported(
                name,
                "unique index of some rows only, whose conflicts could be solved",
            ));
        }
        if !conflict.target.is_empty() {
            self.check_only_key(insert, &conflict.target)?;
        }
        let whole = matches!(&conflict.action, ConflictAction::Update { filter: None, .. });
        if !insert.returning.is_empty() && !whole {
            return Err(Error::unsupported(
                name,
                "RETURNING of the rows alone that an insert has written, where it leaves others as they are",
            ));
        }
        self.push(" ON DUPLICATE KEY UPDATE ");
        self.qualifying(true, |writer| match &conflict.action {
            ConflictAction::Nothing => {
                let first = source.table.primary_key.first().copied().unwrap_or(0);
                writer.keep(source, conflict.target.first().copied().unwrap_or(first))
            }
            ConflictAction::Update { assignments, filter } => writer.excluding(true, |writer| match filter {
                None => writer.assignments(source, assignments),
                Some(filter) => writer.assignments_where(source, assignments, filter),
            }),
        })
    }

    /// Sets a column to what it is.
    fn keep(&mut self, source: Source, column: usize) -> Result<()> {
        self.name(source.table.columns[column].name)?;
        self.push(" = ");
        self.column(source, column)
    }

    /// The condition stands at each column. Its parameters have their numbers behind those of all that is set.
    fn assignments_where(
        &mut self,
        source: Source,
        assignments: &[(usize, Expression)],
        filter: &Expression,
    ) -> Result<()> {
        if assignments.is_empty() {
            return Err(Error::invalid(format!("an update of {:?} sets nothing", source.table.name)));
        }
        let set: Vec<String> = assignments
            .iter()
            .map(|(_, value)| self.apart(|writer| writer.assigned(value)))
            .collect::<Result<_>>()?;
        let condition = self.apart(|writer| writer.expression(filter))?;
        let ordered = self.in_order(source, assignments)?;
        let read = assignments.iter().filter(|(column, _)| filter.reads(source, *column)).count();
        let last = ordered.last().map(|&place| assignments[place].0);
        let last = last.is_some_and(|column| read == 1 && filter.reads(source, column));
        if !self.dialect.write.sets_at_once && read > 0 && !last {
            return Err(Error::unsupported(
                self.dialect.name,
                "condition of a conflict that reads what is set before it is asked again",
            ));
        }
        self.separated(", ", ordered, |writer, place| {
            let column = assignments[place].0;
            writer.name(source.table.columns[column].name)?;
            writer.push(&format!(" = CASE WHEN {condition} THEN {} ELSE ", set[place]));
            writer.column(source, column)?;
            writer.push(" END");
            Ok(())
        })
    }

    /// Refuses a table with other constraints that the new rows can violate: their rows would be changed instead of an error.
    fn check_only_key(&self, insert: &Insert, target: &[usize]) -> Result<()> {
        let table = insert.source.table;
        let is_target = |columns: &[usize]| {
            columns.len() == target.len() && columns.iter().all(|column| target.contains(column))
        };
        let keys = || keys(table, &insert.columns);
        match (keys().any(is_target), keys().all(is_target)) {
            (false, _) => Err(Error::invalid(format!(
                "a conflict names columns of {:?} that are no key and have no unique constraint",
                table.name
            ))),
            (true, true) => Ok(()),
            (true, false) => Err(Error::unsupported(
                self.dialect.name,
                format!(
                    "way to solve the conflicts of one of several unique constraints: {:?} has others, and a row that one of \
                     those is about would be changed; look for the row and write it in one transaction instead",
                    table.name
                ),
            )),
        }
    }

    /// A column of the new row.
    pub(super) fn excluded(&mut self, source: Source, column: usize) -> Result<()> {
        if !self.excluded {
            return Err(Error::invalid("a column of the new row is used where no conflict is solved"));
        }
        let values = self.dialect.write.upsert == Upsert::OnDuplicateKey;
        self.push(if values { "VALUES(" } else { "excluded." });
        self.name(source.table.columns[column].name)?;
        self.push(if values { ")" } else { "" });
        Ok(())
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

fn check_target(conflict: &Conflict) -> Result<()> {
    let updates = matches!(conflict.action, ConflictAction::Update { .. });
    match conflict.target.is_empty() && (updates || conflict.condition.is_some()) {
        true => Err(Error::invalid("a conflict names the columns of a unique constraint, or does nothing")),
        false => Ok(()),
    }
}

/// The columns of each constraint that rows with values for these columns can violate: none of one that is on what a function
/// gives. A key that the database generates is left out.
fn keys<'t>(table: &'t Table, columns: &[usize]) -> impl Iterator<Item = &'t [usize]> {
    let generated = table.generated().is_some_and(|key| !columns.contains(&key));
    let primary = (!generated && !table.primary_key.is_empty()).then_some(table.primary_key);
    let unique = table.indexes.iter().filter(|index| index.unique).map(|index| index.columns);
    let computed = table.computed_indexes.iter().filter(|index| index.unique).map(|_| &[][..]);
    primary.into_iter().chain(unique).chain(computed)
}
