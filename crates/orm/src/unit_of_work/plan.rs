//! Changes to steps: which rows of which table are written together, and when.

use std::collections::HashMap;

use super::order::{circle, groups, topological};
use super::{Change, ChangeKind, ChangeSet, ColumnSet, Edge, Object};
use crate::{Error, Result, Table};

/// What a flush does, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The statements, each with the objects that it runs for.
    pub steps: Vec<Step>,
}

/// One statement, run for one object after another.
#[derive(Clone, Debug)]
pub struct Step {
    /// The table written.
    pub table: &'static Table,
    /// What is done to the rows.
    pub kind: ChangeKind,
    /// The columns that get the objects' values.
    pub columns: ColumnSet,
    /// The columns that get NULL, to break a circle of references.
    pub nulls: ColumnSet,
    /// Whether it is an object's own change, which checks and counts up its version; the breaking and closing of
    /// circles does not.
    pub versioned: bool,
    /// The objects.
    pub objects: Vec<Object>,
}

impl PartialEq for Step {
    fn eq(&self, other: &Step) -> bool {
        std::ptr::eq(self.table, other.table)
            && (self.kind, self.versioned) == (other.kind, other.versioned)
            && (&self.columns, &self.nulls, &self.objects) == (&other.columns, &other.nulls, &other.objects)
    }
}

impl Step {
    /// An object's own change.
    pub fn own(table: &'static Table, kind: ChangeKind, columns: ColumnSet, object: Object) -> Step {
        Step { table, kind, columns, nulls: ColumnSet::new(), versioned: true, objects: vec![object] }
    }
}

/// Orders changes: rows referred to are written before rows that refer, and deleted after them.
///
/// Tables are ordered by their foreign keys, and by their names where these leave it open; where tables refer to each
/// other in a circle, or a table to itself, rows are ordered by the change set's edges, and a circle of rows is broken at a
/// column that allows NULL: it is written as NULL first and set afterwards.
///
/// # Errors
///
/// A circle of new rows none of whose columns allows NULL.
pub fn plan(changes: &ChangeSet) -> Result<Plan> {
    let tables = Tables::of(changes);
    let groups = tables.groups();
    let mut plan = Plan::default();
    for group in &groups {
        plan.inserts(&tables, group, &changes.edges)?;
        for &table in group {
            plan.updates(tables.changes(table, ChangeKind::Update));
        }
    }
    for group in groups.iter().rev() {
        plan.deletes(&tables, group, &changes.edges);
    }
    Ok(plan)
}

/// The tables of a change set, by their names.
struct Tables<'c> {
    tables: Vec<(&'static Table, Vec<&'c Change>)>,
}

impl<'c> Tables<'c> {
    fn of(changes: &'c ChangeSet) -> Tables<'c> {
        let mut tables: Vec<(&'static Table, Vec<&'c Change>)> = Vec::new();
        let mut last = 0;
        for change in &changes.changes {
            let same = |(table, _): &(&'static Table, _)| std::ptr::eq(*table, change.table);
            if !tables.get(last).is_some_and(same) {
                last = tables.iter().position(same).unwrap_or(tables.len());
            }
            if last == tables.len() {
                tables.push((change.table, Vec::new()));
            }
            tables[last].1.push(change);
        }
        // Their order is the same in every program, so that two of them wait for each other less often.
        tables.sort_by_key(|(table, _)| table.name);
        Tables { tables }
    }

    /// Tables in the order of their foreign keys, those in a circle together.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut needs = Vec::new();
        for (position, (table, _)) in self.tables.iter().enumerate() {
            for target in onggi_sql::schema::references(table) {
                let target = self.tables.iter().position(|(other, _)| std::ptr::eq(*other, target));
                needs.extend(target.filter(|&target| target != position).map(|target| (position, target)));
            }
        }
        groups(self.tables.len(), &needs)
    }

    fn changes(&self, table: usize, kind: ChangeKind) -> impl Iterator<Item = &'c Change> {
        self.tables[table].1.iter().copied().filter(move |change| change.kind == kind)
    }

    fn of_group(&self, group: &[usize], kind: ChangeKind) -> Vec<&'c Change> {
        group.iter().flat_map(|&table| self.changes(table, kind)).collect()
    }
}

/// Rows of one group, and which of them need which.
struct Rows<'c> {
    changes: Vec<&'c Change>,
    /// A row, and one that must be written before it.
    needs: Vec<(usize, usize)>,
    /// The column behind each of the needs, in the table of the row that refers.
    columns: Vec<(usize, usize)>,
}

/// Rows in the order in which they can be written.
struct Ordered {
    rows: Vec<usize>,
    /// Rows and columns whose references are NULL while their circle is open.
    broken: Vec<(usize, usize)>,
}

impl<'c> Rows<'c> {
    fn of(changes: Vec<&'c Change>, edges: &[Edge], deleting: bool) -> Rows<'c> {
        let mut rows = Rows { changes, needs: Vec::new(), columns: Vec::new() };
        if edges.is_empty() {
            return rows;
        }
        let position: HashMap<Object, usize> =
            rows.changes.iter().enumerate().map(|(position, change)| (change.object, position)).collect();
        for edge in edges {
            let (Some(&from), Some(&to)) = (position.get(&edge.from), position.get(&edge.to)) else {
                continue;
            };
            // A row that refers to itself can be written in one go where its key is known, and else needs itself.
            let own_key_known = || deleting || !rows.generates_key(from);
            if from == to && own_key_known() {
                continue;
            }
            rows.needs.push(if deleting { (to, from) } else { (from, to) });
            rows.columns.push((from, edge.column));
        }
        rows
    }

    fn generates_key(&self, row: usize) -> bool {
        let change = self.changes[row];
        change.table.generated().is_some_and(|column| !change.columns.contains(column))
    }

    /// Removes needs from circles until none is left. The error is the rows of a circle that cannot be broken.
    fn break_circles(&mut self) -> std::result::Result<Ordered, Vec<usize>> {
        let mut broken = Vec::new();
        loop {
            let (ordered, rest) = topological(self.changes.len(), &self.needs);
            if rest.is_empty() {
                return Ok(Ordered { rows: ordered, broken });
            }
            let circle = circle(self.changes.len(), &self.needs, &rest);
            let nullable = |&&need: &&usize| {
                let (row, column) = self.columns[need];
                self.changes[row].table.columns[column].nullable
            };
            let Some(&need) = circle.iter().find(nullable) else { return Err(rest) };
            let (row, column) = self.columns[need];
            broken.push((row, column));
            let mut kept = self.columns.iter().map(|&other| other != (row, column));
            self.needs.retain(|_| kept.next().unwrap_or(true));
            self.columns.retain(|&other| other != (row, column));
        }
    }
}

impl Plan {
    fn inserts(&mut self, tables: &Tables<'_>, group: &[usize], edges: &[Edge]) -> Result<()> {
        let mut rows = Rows::of(tables.of_group(group, ChangeKind::Insert), edges, false);
        let Ordered { rows: ordered, broken } = rows.break_circles().map_err(|rows_in_circle| {
            circle_error(rows_in_circle.iter().map(|&row| rows.changes[row].table.name))
        })?;
        for row in ordered {
            let change = rows.changes[row];
            let mut columns = change.columns.clone();
            let mut nulls = ColumnSet::new();
            for &(_, column) in broken.iter().filter(|&&(other, _)| other == row) {
                columns.remove(column);
                nulls.insert(column);
            }
            self.add(change, columns, nulls, true);
        }
        for (row, column) in broken {
            let closing = Change { kind: ChangeKind::Update, ..rows.changes[row].clone() };
            self.add(&closing, [column].into_iter().collect(), ColumnSet::new(), false);
        }
        Ok(())
    }

    /// Updates, those of the same columns together.
    fn updates<'c>(&mut self, changes: impl Iterator<Item = &'c Change>) {
        let start = self.steps.len();
        for change in changes {
            let same = self.steps[start..].iter().position(|step| step.columns == change.columns);
            match same {
                Some(step) => self.steps[start + step].objects.push(change.object),
                None => self.push(change, change.columns.clone(), ColumnSet::new(), true),
            }
        }
    }

    fn deletes(&mut self, tables: &Tables<'_>, group: &[usize], edges: &[Edge]) {
        let mut rows = Rows::of(tables.of_group(group, ChangeKind::Delete), edges, true);
        // A circle that cannot be broken is left to the database, which may cascade.
        let as_given = Ordered { rows: (0..rows.changes.len()).collect(), broken: Vec::new() };
        let Ordered { rows: ordered, broken } = rows.break_circles().unwrap_or(as_given);
        for (row, column) in broken {
            let opening = Change { kind: ChangeKind::Update, ..rows.changes[row].clone() };
            self.add(&opening, ColumnSet::new(), [column].into_iter().collect(), false);
        }
        for row in ordered {
            self.add(rows.changes[row], ColumnSet::new(), ColumnSet::new(), true);
        }
    }

    /// Adds an object to the last step, where that does the same, or to a new one.
    fn add(&mut self, change: &Change, columns: ColumnSet, nulls: ColumnSet, versioned: bool) {
        if let Some(last) = self.steps.last_mut()
            && std::ptr::eq(last.table, change.table)
            && (last.kind, last.versioned) == (change.kind, versioned)
            && (&last.columns, &last.nulls) == (&columns, &nulls)
        {
            last.objects.push(change.object);
            return;
        }
        self.push(change, columns, nulls, versioned);
    }

    fn push(&mut self, change: &Change, columns: ColumnSet, nulls: ColumnSet, versioned: bool) {
        let Change { object, table, kind, .. } = *change;
        self.steps.push(Step { table, kind, columns, nulls, versioned, objects: vec![object] });
    }
}

fn circle_error(tables: impl Iterator<Item = &'static str>) -> Error {
    let mut names: Vec<&str> = tables.collect();
    names.dedup();
    names.truncate(10);
    Error::cycle(format!(
        "new objects of {} refer to each other in a circle, and none of the foreign keys allows NULL: make one an Option",
        names.join(", "),
    ))
}
