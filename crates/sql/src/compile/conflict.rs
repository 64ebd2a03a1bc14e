use super::Writer;
use crate::dialect::{MYSQL_OTHER_KEY as OTHER_KEY, Upsert};
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

    /// The row that is there changes, whatever constraint is in the way. Where that can be another one than is named, the statement
    /// fails for its rows. A row that stays as it is is set to what it is.
    fn on_duplicate_key(&mut self, insert: &Insert, conflict: &Conflict) -> Result<()> {
        let (source, name) = (insert.source, self.dialect.name);
        check_target(conflict)?;
        if conflict.condition.is_some() {
            return Err(Error::unsupported(
                name,
                "unique index of some rows only, whose conflicts could be solved",
            ));
        }
        let whole = matches!(&conflict.action, ConflictAction::Update { filter: None, .. });
        if !insert.returning.is_empty() && !whole {
            return Err(Error::unsupported(
                name,
                "RETURNING of the rows alone that an insert has written, where it leaves others as they are",
            ));
        }
        self.push(" ON DUPLICATE KEY UPDATE ");
        self.qualifying(true, |writer| {
            let mut set = writer.set(insert, conflict)?;
            if has_other_keys(insert, &conflict.target)? {
                writer.guard(source, &conflict.target, &mut set)?;
            }
            writer.tell_key(insert, &mut set)?;
            writer.separated(", ", set, |writer, (column, value)| {
                writer.name(source.table.columns[column].name)?;
                writer.push(" = ");
                writer.push(&value);
                Ok(())
            })
        })
    }

    /// What columns are set to, in the order in which they are.
    fn set(&mut self, insert: &Insert, conflict: &Conflict) -> Result<Vec<(usize, String)>> {
        let source = insert.source;
        let ConflictAction::Update { assignments, filter } = &conflict.action else {
            let key = source.table.primary_key.first().copied().unwrap_or(0);
            let kept = conflict.target.first().copied().unwrap_or(key);
            return Ok(vec![(kept, self.apart(|writer| writer.column(source, kept))?)]);
        };
        if assignments.is_empty() {
            return Err(Error::invalid(format!("an update of {:?} sets nothing", source.table.name)));
        }
        let mut values = Vec::new();
        let mut condition = None;
        self.excluding(true, |writer| {
            for (_, value) in assignments {
                values.push(writer.apart(|writer| writer.assigned(value))?);
            }
            condition =
                filter.as_ref().map(|filter| writer.apart(|writer| writer.expression(filter))).transpose()?;
            Ok(())
        })?;
        let ordered = self.in_order(source, assignments)?;
        if let Some(filter) = filter {
            self.check_order(source, filter, assignments, &ordered)?;
        }
        let set = ordered.into_iter().map(|place| {
            let (column, value) = (assignments[place].0, &values[place]);
            let own = self.apart(|writer| writer.column(source, column))?;
            Ok((
                column,
                match &condition {
                    None => value.clone(),
                    Some(condition) => format!("CASE WHEN {condition} THEN {value} ELSE {own} END"),
                },
            ))
        });
        set.collect()
    }

    /// Refuses a condition that would see what was set before it is asked again: it stands at each column.
    fn check_order(
        &self,
        source: Source,
        filter: &Expression,
        assignments: &[(usize, Expression)],
        ordered: &[usize],
    ) -> Result<()> {
        let read = assignments.iter().filter(|(column, _)| filter.reads(source, *column)).count();
        let last = ordered.last().map(|&place| assignments[place].0);
        let last = read == 1 && last.is_some_and(|column| filter.reads(source, column));
        match self.dialect.write.sets_at_once || read == 0 || last {
            true => Ok(()),
            false => Err(Error::unsupported(
                self.dialect.name,
                "condition of a conflict that reads what is set before it is asked again",
            )),
        }
    }

    /// Sets one of the columns that a conflict is about such that the statement fails for a row that another constraint is about:
    /// to the one value of two rows.
    fn guard(&mut self, source: Source, target: &[usize], set: &mut Vec<(usize, String)>) -> Result<()> {
        let Some(&first) = target.first() else { return Ok(()) };
        let own = self.apart(|writer| writer.column(source, first))?;
        let same = self.apart(|writer| {
            writer.separated(" AND ", target, |writer, &column| {
                writer.column(source, column)?;
                writer.push(" = VALUES(");
                writer.name(source.table.columns[column].name)?;
                writer.push(")");
                Ok(())
            })
        })?;
        if set.iter().all(|(column, _)| *column != first) {
            set.insert(0, (first, own.clone()));
        }
        for (_, value) in set.iter_mut().filter(|(column, _)| *column == first) {
            let fails = format!("(SELECT {own} FROM (SELECT 1 UNION ALL SELECT 2) AS {OTHER_KEY})");
            *value = format!("CASE WHEN {same} THEN {value} ELSE {fails} END");
        }
        Ok(())
    }

    /// Has the connection know the key of the row.
    fn tell_key(&mut self, insert: &Insert, set: &mut Vec<(usize, String)>) -> Result<()> {
        let (Some(key), Some(template)) = (self.upserted_key(insert), self.dialect.write.upserted_key) else {
            return Ok(());
        };
        if set.iter().all(|(column, _)| *column != key) {
            set.push((key, self.apart(|writer| writer.column(insert.source, key))?));
        }
        for (_, value) in set.iter_mut().filter(|(column, _)| *column == key) {
            *value = template.replace("{0}", value);
        }
        Ok(())
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

/// Whether constraints other than the one that a conflict names can be in the way of new rows.
fn has_other_keys(insert: &Insert, target: &[usize]) -> Result<bool> {
    if target.is_empty() {
        return Ok(false);
    }
    let table = insert.source.table;
    let is_target = |columns: &[usize]| {
        columns.len() == target.len() && columns.iter().all(|column| target.contains(column))
    };
    let mut found = false;
    let mut others = false;
    for columns in keys(table, &insert.columns) {
        match is_target(columns) {
            true => found = true,
            false => others = true,
        }
    }
    match found {
        true => Ok(others),
        false => Err(Error::invalid(format!(
            "a conflict names columns of {:?} that are no key and have no unique constraint",
            table.name
        ))),
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
