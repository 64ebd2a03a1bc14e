//! What database and session should hold: maps of rows, and a list of all objects that ever were.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Any, Key, Kind, Ref, Values};

/// The rows as the session's transaction sees them, and the session's objects. A clone of it is a savepoint.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub rows: BTreeMap<(Kind, Key), Values>,
    pub objects: Vec<Object>,
}

#[derive(Clone, Debug)]
pub struct Object {
    pub handle: Any,
    pub state: State,
    /// What it holds.
    pub current: Values,
    /// What its row held when it was read or written last.
    pub stored: Values,
    /// Whether it came from a row, and what rows it was read from since the last commit: what a rollback may leave
    /// it with, since what others committed is not taken back.
    pub loaded: bool,
    pub read: Vec<Values>,
    /// Whether its values may have been read or written in what was rolled back, so that a `get` may look again.
    pub suspect: bool,
    /// Whether its values are not those of its row, as the session must know, so that a `get` has to look again.
    pub outdated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Persistent,
    /// To be deleted by the next flush.
    Doomed,
    /// Deleted by a flush that is not committed.
    Deleted,
    Gone,
}

/// Why a flush fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    Usage,
    Stale,
    Unique,
    ForeignKey,
}

/// What a flush should do.
#[derive(Debug, PartialEq, Eq)]
pub enum Outlook {
    Succeeds,
    /// With one of these.
    Fails(BTreeSet<Failure>),
    /// A key that is written out may be one that the database makes in the same flush.
    Open,
}

impl World {
    pub fn object(&self, handle: Any) -> Option<&Object> {
        self.objects.iter().find(|object| object.handle == handle)
    }

    pub fn object_mut(&mut self, handle: Any) -> Option<&mut Object> {
        self.objects.iter_mut().find(|object| object.handle == handle)
    }

    /// The object of a row: there is at most one.
    pub fn of_row(&self, kind: Kind, key: &Key) -> Option<&Object> {
        let mut objects = self.objects.iter().filter(|object| object.is_of_row(kind, key));
        let object = objects.next();
        assert!(objects.next().is_none(), "two objects of the row {kind:?} {key:?}");
        object
    }

    pub fn row(&self, object: &Object) -> Option<&Values> {
        self.rows.get(&(object.handle.kind(), object.stored.key.clone()?))
    }

    /// A reference by handle to what has a row is the same as one by its key.
    pub fn resolved(&self, reference: Ref) -> Ref {
        match reference {
            Ref::Handle(handle) => match self.object(handle) {
                Some(object) if object.has_row() => match object.stored.key {
                    Some(Key::Number(key)) => Ref::Key(key),
                    _ => reference,
                },
                _ => reference,
            },
            _ => reference,
        }
    }

    pub fn resolve(&self, values: &Values) -> Values {
        Values { parent: self.resolved(values.parent), buddy: self.resolved(values.buddy), ..values.clone() }
    }

    pub fn is_changed(&self, object: &Object) -> bool {
        self.resolve(&object.current) != object.stored
    }

    /// What the next flush should do.
    pub fn outlook(&self) -> Outlook {
        let mut failures = BTreeSet::new();
        let mut open = false;
        let mut after = self.rows.clone();
        let mut made = Vec::new();
        let mut replaced = Vec::new();
        // Rows are deleted last: their keys are taken until then.
        let mut gone = Vec::new();
        for object in &self.objects {
            let kind = object.handle.kind();
            let values = self.resolve(&object.current);
            match object.state {
                State::Pending => match &values.key {
                    Some(key) => {
                        // Which of two objects with one key fails, and for what, depends on their order.
                        if let Some(before) = after.insert((kind, key.clone()), values.clone()) {
                            failures.insert(Failure::Unique);
                            replaced.push(before);
                        }
                    }
                    None => made.push((kind, values.clone())),
                },
                State::Persistent if values != object.stored => {
                    failures.extend(self.failure_of_update(object, &values));
                    if let (Some(row), Some(key)) = (self.row(object), &object.stored.key) {
                        let mut row = row.clone();
                        update(kind, &mut row, &object.stored, &values);
                        after.insert((kind, key.clone()), row);
                    }
                }
                State::Doomed => {
                    let row = self.row(object).map(|row| row.version);
                    let stale = kind == Kind::Doc && row != Some(object.current.version);
                    failures.extend(stale.then_some(Failure::Stale));
                    gone.extend(object.stored.key.clone().map(|key| (kind, key)));
                }
                _ => {}
            }
            if matches!(object.state, State::Pending | State::Persistent) {
                let dangling =
                    [object.current.parent, object.current.buddy].iter().any(|&to| self.dangles(to));
                failures.extend(dangling.then_some(Failure::Usage));
            }
        }
        gone.iter().for_each(|place| drop(after.remove(place)));
        let explicit = |(kind, key): &(Kind, Key)| {
            !self.rows.contains_key(&(*kind, key.clone())) && made.iter().any(|(made, _)| made == kind)
        };
        open |= after.keys().any(explicit);
        for row in after.values().chain(&replaced).chain(made.iter().map(|(_, values)| values)) {
            for (kind, reference) in [(Kind::Parent, row.parent), (Kind::Child, row.buddy)] {
                let Ref::Key(key) = reference else { continue };
                if after.contains_key(&(kind, Key::Number(key))) {
                    continue;
                }
                if made.iter().any(|(made, _)| *made == kind) {
                    open = true;
                } else {
                    failures.insert(Failure::ForeignKey);
                }
            }
        }
        match (failures.is_empty(), open) {
            (true, false) => Outlook::Succeeds,
            (true, true) => Outlook::Open,
            (false, _) => {
                if open {
                    failures.extend([Failure::Unique, Failure::ForeignKey]);
                }
                Outlook::Fails(failures)
            }
        }
    }

    fn failure_of_update(&self, object: &Object, values: &Values) -> Option<Failure> {
        if values.key != object.stored.key {
            return Some(Failure::Usage);
        }
        let row = self.row(object).map(|row| row.version);
        let stale = values.version != object.stored.version || row != Some(object.stored.version);
        stale.then_some(Failure::Stale)
    }

    fn dangles(&self, reference: Ref) -> bool {
        match reference {
            Ref::Handle(handle) => self
                .object(handle)
                .is_none_or(|object| !matches!(object.state, State::Pending | State::Persistent)),
            _ => false,
        }
    }

    /// A flush has succeeded; `key_of` tells the keys that new rows got.
    pub fn flush(&mut self, key_of: impl Fn(Any) -> Option<Key>) {
        let mut inserted = Vec::new();
        for position in 0..self.objects.len() {
            let object = &mut self.objects[position];
            if object.state != State::Pending {
                continue;
            }
            let key = key_of(object.handle).expect("an inserted object has a key");
            object.current.key = Some(key.clone());
            object.stored = object.current.clone();
            object.state = State::Persistent;
            inserted.push(position);
            let kind = object.handle.kind();
            assert!(!self.rows.contains_key(&(kind, key.clone())), "the key {key:?} of {kind:?} was taken");
            self.evict_others(position);
        }
        for position in 0..self.objects.len() {
            let values = self.resolve(&self.objects[position].current);
            let row = self.row(&self.objects[position]).cloned();
            let object = &mut self.objects[position];
            let place = (object.handle.kind(), object.stored.key.clone());
            let (kind, Some(key)) = place else { continue };
            match object.state {
                State::Persistent if inserted.contains(&position) => {
                    self.rows.insert((kind, key), values.clone());
                }
                State::Persistent if values != object.stored => {
                    let mut row = row.expect("an update without its row is stale");
                    update(kind, &mut row, &object.stored, &values);
                    self.rows.insert((kind, key), row);
                }
                State::Persistent => {
                    object.current = values;
                    continue;
                }
                State::Doomed => {
                    object.state = State::Deleted;
                    object.current = object.stored.clone();
                    self.rows.remove(&(kind, key));
                    continue;
                }
                State::Pending | State::Deleted | State::Gone => continue,
            }
            let object = &mut self.objects[position];
            object.current = values;
            if kind == Kind::Doc && !inserted.contains(&position) {
                object.current.version += 1;
            }
            object.stored = object.current.clone();
        }
    }

    /// The row of an object is new or back; whoever else stood for it has lost its row before.
    pub fn evict_others(&mut self, position: usize) {
        let (kind, key) = (self.objects[position].handle.kind(), self.objects[position].stored.key.clone());
        for (other, object) in self.objects.iter_mut().enumerate() {
            if other != position && key.as_ref().is_some_and(|key| object.is_of_row(kind, key)) {
                object.state = State::Gone;
            }
        }
    }
}

impl Object {
    pub fn has_row(&self) -> bool {
        matches!(self.state, State::Persistent | State::Doomed)
    }

    fn is_of_row(&self, kind: Kind, key: &Key) -> bool {
        self.has_row() && self.handle.kind() == kind && self.stored.key.as_ref() == Some(key)
    }

    /// The object was read from its row.
    pub fn take(&mut self, row: &Values) {
        self.current = row.clone();
        self.stored = row.clone();
        self.read.push(row.clone());
        self.suspect = false;
        self.outdated = false;
    }
}

/// Writes to a row the columns in which an object has changed.
fn update(kind: Kind, row: &mut Values, stored: &Values, current: &Values) {
    if current.text != stored.text {
        row.text.clone_from(&current.text);
    }
    if current.parent != stored.parent {
        row.parent = current.parent;
    }
    if current.buddy != stored.buddy {
        row.buddy = current.buddy;
    }
    if kind == Kind::Doc {
        row.version += 1;
    }
}
