//! Rows of link tables that are to be written or deleted: objects of no model.

use std::collections::HashMap;

use onggi_driver::Capture;

use super::State;
use super::store::AnyStore;
use crate::column_set::ColumnSet;
use crate::field::Attribute;
use crate::handle::Object;
use crate::relation::Relation;
use crate::unit_of_work::{Change, ChangeKind, Edge};
use crate::{Bind, Error, Result, Table, Value, ValueRef};

/// The changes of one link table.
pub(super) struct Links {
    table: &'static Table,
    rows: Vec<Link>,
    /// Where the row between two objects is.
    numbers: HashMap<[Object; 2], usize>,
}

/// A row of a link table.
struct Link {
    /// The objects of its two columns.
    ends: [Object; 2],
    /// Their keys, where the row is to be deleted; then nothing else is known of it.
    keys: Option<[Value; 2]>,
}

impl Links {
    pub(super) fn new(table: &'static Table) -> Links {
        Links { table, rows: Vec::new(), numbers: HashMap::new() }
    }

    /// Two objects are to be linked; where they were to be unlinked, they stay as they are.
    pub(super) fn link(&mut self, ends: [Object; 2]) {
        match self.numbers.get(&ends).copied() {
            Some(row) if self.rows[row].keys.is_some() => self.remove(row),
            Some(_) => {}
            None => self.push(Link { ends, keys: None }),
        }
    }

    /// Two objects are to be unlinked, whose keys are known; where they were to be linked, they stay as they are.
    pub(super) fn unlink(&mut self, ends: [Object; 2], keys: [Value; 2]) {
        match self.numbers.get(&ends).copied() {
            Some(row) if self.rows[row].keys.is_none() => self.remove(row),
            Some(_) => {}
            // What has no key has no row between.
            None if keys.contains(&Value::Null) => {}
            None => self.push(Link { ends, keys: Some(keys) }),
        }
    }

    /// An object goes: what was to be linked with it is not.
    pub(super) fn forget(&mut self, object: Object) {
        let goes = |row: &Link| row.keys.is_none() && row.ends.contains(&object);
        if self.rows.iter().any(goes) {
            let rows = std::mem::take(&mut self.rows);
            self.numbers.clear();
            rows.into_iter().filter(|row| !goes(row)).for_each(|row| self.push(row));
        }
    }

    fn push(&mut self, row: Link) {
        self.numbers.insert(row.ends, self.rows.len());
        self.rows.push(row);
    }

    fn remove(&mut self, number: usize) {
        let removed = self.rows.swap_remove(number);
        self.numbers.remove(&removed.ends);
        if let Some(moved) = self.rows.get(number) {
            self.numbers.insert(moved.ends, number);
        }
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.numbers.clear();
    }

    /// The objects that are to be linked with one, or unlinked from it: its column, the other object, and whether they
    /// are to be linked.
    pub(super) fn changes_of(&self, object: Object, column: usize) -> Vec<(Object, bool)> {
        let of_object = self.rows.iter().filter(|row| row.ends[column] == object);
        of_object.map(|row| (row.ends[1 - column], row.keys.is_none())).collect()
    }

    fn change(&self, slot: usize) -> Change {
        let kind = match self.rows[slot].keys {
            None => ChangeKind::Insert,
            Some(_) => ChangeKind::Delete,
        };
        let columns = match kind {
            ChangeKind::Insert => ColumnSet::all(2),
            ChangeKind::Update | ChangeKind::Delete => ColumnSet::new(),
        };
        Change { object: self.object(slot), table: self.table, kind, columns }
    }

    fn object(&self, slot: usize) -> Object {
        // Four billion links do not fit into memory.
        Object { store: self.table.number(), slot: u32::try_from(slot).unwrap_or(u32::MAX), stamp: 0 }
    }
}

impl AnyStore for Links {
    fn table(&self) -> &'static Table {
        self.table
    }

    fn has_changes(&self) -> bool {
        !self.rows.is_empty()
    }

    fn phase(&self, _object: Object) -> State {
        State::Pending
    }

    fn references(&self, to: &mut Vec<Edge>) {
        for (slot, row) in self.rows.iter().enumerate().filter(|(_, row)| row.keys.is_none()) {
            for (column, &end) in row.ends.iter().enumerate() {
                to.push(Edge { from: self.object(slot), column, to: end });
            }
        }
    }

    fn changes(&mut self, to: &mut Vec<Change>) -> Result<()> {
        to.extend((0..self.rows.len()).map(|slot| self.change(slot)));
        Ok(())
    }

    fn bind(&self, slot: u32, column: usize, _to: &mut dyn Bind) -> Result<Option<Object>> {
        Ok(Some(self.rows[slot as usize].ends[column]))
    }

    fn bind_all(
        &self,
        slot: u32,
        columns: &[usize],
        _to: &mut dyn Bind,
    ) -> std::result::Result<Option<(usize, Object)>, (usize, Error)> {
        Ok(columns.first().map(|&column| (0, self.rows[slot as usize].ends[column])))
    }

    fn referred(&self, _slot: u32, _column: usize) -> Option<Object> {
        None
    }

    fn bind_key(&self, slot: u32, to: &mut dyn Bind) -> Result<Option<Object>> {
        let Some(keys) = &self.rows[slot as usize].keys else {
            return Err(Error::usage("a link that is not written has no key"));
        };
        keys.iter().try_for_each(|key| to.bind(key.as_ref()))?;
        Ok(None)
    }

    fn set_key(&mut self, _slot: u32, _key: Option<i64>) {}

    fn assign(&mut self, _slot: u32, _column: usize, _value: ValueRef<'_>) -> Result<()> {
        Ok(())
    }

    fn describe(&self, _slot: u32) -> String {
        format!("a link of {}", self.table.name)
    }

    fn flushed(&mut self, _epoch: u32) -> Result<()> {
        self.clear();
        Ok(())
    }

    fn mark(&self) -> usize {
        0
    }

    fn rollback(&mut self, _mark: usize, _epoch: u32) {
        self.clear();
    }

    fn commit(&mut self) {}

    fn suspect_all(&mut self) {}

    fn touched(&self) -> Vec<Object> {
        Vec::new()
    }

    fn holders(&self) -> Vec<Object> {
        Vec::new()
    }

    fn find(&mut self, _key: &Capture) -> Result<Option<(Object, bool)>> {
        Ok(None)
    }

    fn peers(&self, _object: Object, _most: usize) -> Vec<Object> {
        Vec::new()
    }

    fn attribute(&self, _object: Object, _column: usize) -> Option<&dyn Attribute> {
        None
    }

    fn attribute_mut(&mut self, _object: Object, _column: usize) -> Option<&mut dyn Attribute> {
        None
    }

    fn fill(&mut self, _object: Object, _column: usize, _value: ValueRef<'_>) -> Result<()> {
        Ok(())
    }

    fn relations(&self) -> &'static [Relation] {
        &[]
    }

    fn doom(&mut self, _object: Object) {}

    fn adopter(&self) -> fn(&mut super::Arena, Object) -> Result<()> {
        |_, _| Ok(())
    }
}
