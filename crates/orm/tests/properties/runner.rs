//! Steps, taken in a session and in the world that says what should come of them.

use onggi::{Connection, Database, Error, Model as _, Result, Session, State as Standing};

use crate::schema::{Any, Child, Doc, Entity, KINDS, Key, Kind, Parent, Ref, Values, Word};
use crate::world::{Failure, Object, Outlook, State, World};
use crate::{with_handle, with_model};

/// A step. Numbers choose among what there is.
#[derive(Clone, Debug)]
pub enum Step {
    Add {
        kind: Kind,
        text: u8,
        parent: usize,
        buddy: usize,
        by_key: bool,
    },
    ChangeText {
        object: usize,
        text: u8,
    },
    ChangeParent {
        object: usize,
        parent: usize,
        by_key: bool,
    },
    ChangeBuddy {
        object: usize,
        buddy: usize,
        by_key: bool,
    },
    ChangeKey {
        object: usize,
    },
    Delete {
        object: usize,
    },
    Flush,
    Savepoint,
    /// The end of the innermost savepoint, kept or undone.
    End {
        keep: bool,
    },
    Commit,
    Rollback,
    Query {
        kind: Kind,
    },
    Get {
        row: usize,
    },
    GetMissing {
        kind: Kind,
    },
    Refresh {
        object: usize,
    },
    Detach {
        object: usize,
    },
    Attach {
        detached: usize,
    },
    UpdateAll {
        kind: Kind,
        text: u8,
    },
    DeleteAll {
        kind: Kind,
        text: u8,
    },
    /// Somebody else changes a row, or deletes one that nothing refers to.
    ChangeOutside {
        row: usize,
        text: u8,
    },
    DeleteOutside {
        row: usize,
    },
}

pub struct Runner<'s> {
    steps: std::slice::Iter<'s, Step>,
    world: World,
    /// What rollbacks return to: the last commit, then the open savepoints.
    before: Vec<World>,
    outside: Connection,
    detached: Vec<(Kind, Values)>,
    /// Whether the session may have a transaction open.
    begun: bool,
    /// How many flushes failed in a row.
    failures: usize,
}

const TEXTS: [&str; 4] = ["", "kimchi", "it's \"ö\"", "x"];
const SAVEPOINTS: usize = 3;

impl<'s> Runner<'s> {
    pub fn new(db: &Database, steps: &'s [Step]) -> Result<Runner<'s>> {
        Ok(Runner {
            steps: steps.iter(),
            world: World::default(),
            before: vec![World::default()],
            outside: db.connect()?,
            detached: Vec::new(),
            begun: false,
            failures: 0,
        })
    }

    /// Takes the steps up to the end of the savepoint, or of all. The error is the wish to undo them.
    pub fn run(&mut self, session: &mut Session) -> Result<()> {
        let in_savepoint = self.before.len() > 1;
        while let Some(step) = self.steps.next() {
            match step {
                Step::End { keep: true } if in_savepoint => return Ok(()),
                Step::End { keep: false } if in_savepoint => return Err(undo()),
                Step::End { .. } => continue,
                step => self.take(step, session),
            }
            self.check(session);
            self.settle_lost(session);
            if self.failures > 1 {
                if in_savepoint {
                    return Err(undo());
                }
                self.roll_back(session);
            }
        }
        Ok(())
    }

    /// Commits, or rolls back what cannot be written, and compares for the last time.
    pub fn finish(&mut self, session: &mut Session) {
        self.commit(session);
        self.roll_back(session);
        for kind in KINDS {
            self.query(session, kind);
        }
        self.check(session);
    }

    fn take(&mut self, step: &Step, session: &mut Session) {
        match *step {
            Step::Add { kind, text, parent, buddy, by_key } => {
                self.add(session, kind, text, parent, buddy, by_key);
            }
            Step::ChangeText { object, text } => {
                self.change(session, object, |_, values| values.text = chosen_text(text));
            }
            Step::ChangeParent { object, parent, by_key } => {
                let parent = self.reference(Kind::Parent, parent, by_key);
                self.change(session, object, |kind, values| match kind {
                    Kind::Child if parent != Ref::None => values.parent = parent,
                    Kind::Word => values.parent = parent,
                    _ => {}
                });
            }
            Step::ChangeBuddy { object, buddy, by_key } => {
                let buddy = self.reference(Kind::Child, buddy, by_key);
                self.change(session, object, |kind, values| {
                    if kind == Kind::Child {
                        values.buddy = buddy;
                    }
                });
            }
            Step::ChangeKey { object } => self.change(session, object, |kind, values| {
                if kind == Kind::Word {
                    values.key = Some(Key::Text("another".into()));
                }
            }),
            Step::Delete { object } => self.delete(session, object),
            Step::Flush => drop(self.flush(session)),
            Step::Savepoint if self.before.len() <= SAVEPOINTS => self.savepoint(session),
            Step::Commit if self.before.len() == 1 => self.commit(session),
            Step::Rollback if self.before.len() == 1 => self.roll_back(session),
            Step::Commit => refused(session.commit()),
            Step::Rollback => refused(session.rollback()),
            Step::Savepoint | Step::End { .. } => {}
            Step::Query { kind } => self.query(session, kind),
            Step::Get { row } => self.get_row(session, row),
            Step::GetMissing { kind } => {
                let key = if kind == Kind::Word { Key::Text("nowhere".into()) } else { Key::Number(-7) };
                self.get(session, kind, &key);
            }
            Step::Refresh { object } => self.refresh(session, object),
            Step::Detach { object } => {
                if let Some(handle) = self.choose(object) {
                    self.detach(session, handle);
                }
            }
            Step::Attach { detached } => self.attach(session, detached),
            Step::UpdateAll { kind, text } => self.update_all(session, kind, text),
            Step::DeleteAll { kind, text } => self.delete_all(session, kind, text),
            Step::ChangeOutside { row, text } => self.change_outside(row, text),
            Step::DeleteOutside { row } => self.delete_outside(row),
        }
    }

    fn add(
        &mut self,
        session: &mut Session,
        kind: Kind,
        text: u8,
        parent: usize,
        buddy: usize,
        by_key: bool,
    ) {
        let mut values = Values { text: chosen_text(text), ..Values::default() };
        if matches!(kind, Kind::Child | Kind::Word) {
            values.parent = self.reference(Kind::Parent, parent, by_key);
        }
        if kind == Kind::Child {
            values.buddy = self.reference(Kind::Child, buddy, by_key);
            if values.parent == Ref::None {
                return;
            }
        }
        if kind == Kind::Word {
            values.key = Some(Key::Text(format!("word {}", buddy % 4)));
        }
        with_model!(kind, M => {
            let handle = session.add(M::of(&values));
            self.is_new(M::any(handle), values);
        });
    }

    fn is_new(&mut self, handle: Any, values: Values) {
        assert!(self.world.object(handle).is_none(), "{handle:?} was given out before");
        self.world.objects.push(Object {
            handle,
            state: State::Pending,
            stored: values.clone(),
            current: values,
            loaded: false,
            read: Vec::new(),
            suspect: false,
            outdated: false,
        });
    }

    /// An object to refer to, if there is one.
    fn reference(&self, kind: Kind, choice: usize, by_key: bool) -> Ref {
        let alive = self.world.objects.iter().filter(|object| {
            let is_there = match object.state {
                State::Pending => true,
                // A row that is lost would be found again in the next one that gets its key.
                State::Persistent => self.world.row(object).is_some(),
                State::Doomed | State::Deleted | State::Gone => false,
            };
            is_there && object.handle.kind() == kind
        });
        let alive: Vec<&Object> = alive.collect();
        // One choice more, for no reference at all.
        match alive.get(choice % (alive.len() + 1)) {
            None => Ref::None,
            Some(object) if by_key => self.world.resolved(Ref::Handle(object.handle)),
            Some(object) => Ref::Handle(object.handle),
        }
    }

    fn choose(&self, choice: usize) -> Option<Any> {
        let objects = &self.world.objects;
        // The latest ones are those of most interest.
        let choice = choice.checked_rem(objects.len().min(12))?;
        Some(objects[objects.len() - 1 - choice].handle)
    }

    fn change(&mut self, session: &mut Session, choice: usize, change: impl Fn(Kind, &mut Values)) {
        let Some(handle) = self.choose(choice) else { return };
        let Some(object) = self.world.object_mut(handle) else { return };
        if !matches!(object.state, State::Pending | State::Persistent) {
            return;
        }
        with_handle!(handle, handle => {
            // From what it holds: the session may have made keys of its handles.
            let mut values = session[handle].values();
            change(object.handle.kind(), &mut values);
            session[handle] = Entity::of(&values);
            change(object.handle.kind(), &mut object.current);
        });
    }

    fn delete(&mut self, session: &mut Session, choice: usize) {
        let Some(handle) = self.choose(choice) else { return };
        let deleted = with_handle!(handle, handle => session.delete(handle));
        let Some(object) = self.world.object_mut(handle) else { return };
        assert_eq!(deleted.is_ok(), object.state != State::Gone);
        object.state = match object.state {
            State::Pending => State::Gone,
            State::Persistent => State::Doomed,
            other => other,
        };
    }

    /// Writes objects that have lost their rows, which fails, and takes them out before a new row can get their key.
    fn settle_lost(&mut self, session: &mut Session) {
        let lost = |object: &&Object| {
            object.has_row()
                && self.world.row(object).is_none()
                && (object.state == State::Doomed || self.world.is_changed(object))
        };
        let Some(lost) = self.world.objects.iter().find(lost).map(|object| object.handle) else { return };
        let pending = |object: &Object| object.state == State::Pending && object.handle.kind() == lost.kind();
        if !self.world.objects.iter().any(pending) {
            self.flush(session);
        }
        self.detach(session, lost);
        self.check(session);
        self.settle_lost(session);
    }

    fn flush(&mut self, session: &mut Session) -> bool {
        let outlook = self.world.outlook();
        let result = session.flush();
        self.flushed(session, &outlook, result)
    }

    /// Compares the result of a flush with what it should be, and follows it.
    fn flushed(&mut self, session: &Session, outlook: &Outlook, result: Result<()>) -> bool {
        self.begun = true;
        match (outlook, &result) {
            (Outlook::Fails(failures), Err(error)) => {
                assert!(failures.iter().any(|&failure| is(error, failure)), "{failures:?}, but {error}");
            }
            (Outlook::Succeeds | Outlook::Open, Ok(())) | (Outlook::Open, Err(_)) => {}
            _ => panic!("a flush {outlook:?}, but gave {result:?} in {:#?}", self.world),
        }
        match result {
            Ok(()) => {
                self.failures = 0;
                self.world.flush(|handle| held(session, handle)?.key);
                true
            }
            Err(_) => {
                self.failures += 1;
                self.keys_for_handles(session);
                false
            }
        }
    }

    /// A flush that fails may have put keys in the place of handles.
    fn keys_for_handles(&mut self, session: &Session) {
        for position in 0..self.world.objects.len() {
            let object = &self.world.objects[position];
            let resolved = self.world.resolve(&object.current);
            let Some(held) = held(session, object.handle) else { continue };
            let object = &mut self.world.objects[position];
            if held.parent == resolved.parent {
                object.current.parent = resolved.parent;
            }
            if held.buddy == resolved.buddy {
                object.current.buddy = resolved.buddy;
            }
        }
    }

    fn commit(&mut self, session: &mut Session) {
        let outlook = self.world.outlook();
        let result = session.commit();
        if self.flushed(session, &outlook, result) {
            for object in &mut self.world.objects {
                object.read.clear();
                if object.state == State::Deleted {
                    object.state = State::Gone;
                }
            }
            self.before[0] = self.world.clone();
            self.begun = false;
        }
    }

    fn roll_back(&mut self, session: &mut Session) {
        session.rollback().expect("nothing hinders a rollback");
        let before = self.before[0].clone();
        self.return_to(before, session);
        for object in &mut self.world.objects {
            object.read.clear();
        }
        self.before[0] = self.world.clone();
        self.begun = false;
    }

    fn savepoint(&mut self, session: &mut Session) {
        let entry = self.world.outlook();
        let mut exit = None;
        let mut entered = false;
        let result = session.savepoint(|session| {
            entered = true;
            self.flushed(session, &entry, Ok(()));
            self.before.push(self.world.clone());
            self.check(session);
            let result = self.run(session);
            exit = result.is_ok().then(|| self.world.outlook());
            result
        });
        if !entered {
            self.flushed(session, &entry, result);
            return;
        }
        let before = self.before.pop().expect("pushed at entry");
        let kept = match exit {
            Some(outlook) => self.flushed(session, &outlook, result),
            None => false,
        };
        if !kept {
            self.return_to(before, session);
        }
        self.failures = 0;
    }

    /// What was done is undone, in database and session.
    fn return_to(&mut self, before: World, session: &Session) {
        self.failures = 0;
        let undone = std::mem::replace(&mut self.world, before);
        let known = self.world.objects.len();
        let mut back = Vec::new();
        for (position, object) in undone.objects.into_iter().enumerate() {
            if position >= known {
                let was_deleted = object.state == State::Deleted;
                self.world.objects.push(rolled_back(object, session));
                if was_deleted && self.world.objects[position].has_row() {
                    back.push(position);
                }
                continue;
            }
            let kept = &mut self.world.objects[position];
            if object.state == State::Gone {
                kept.state = State::Gone;
            } else {
                restored(kept, object, session);
            }
        }
        // Who was deleted first stands for the row again, and who stood for it at the start before all others.
        for position in back.into_iter().rev().chain(0..known) {
            if self.world.objects[position].has_row() {
                self.world.evict_others(position);
            }
        }
    }

    /// Runs a query for all rows of a model, each of which is one object.
    fn query(&mut self, session: &mut Session, kind: Kind) {
        if !self.flush(session) {
            with_model!(kind, M => assert!(M::query().all(session).is_err()));
            return;
        }
        let found: Vec<Any> = with_model!(kind, M => {
            M::query().all(session).expect("rows can be read").into_iter().map(M::any).collect()
        });
        let rows: Vec<_> = self.world.rows.iter().filter(|((of, _), _)| *of == kind).collect();
        assert_eq!(found.len(), rows.len(), "rows of {kind:?}");
        let rows: Vec<Key> = rows.into_iter().map(|((_, key), _)| key.clone()).collect();
        for key in rows {
            let of_row =
                |&&handle: &&Any| held(session, handle).and_then(|held| held.key).as_ref() == Some(&key);
            let handle = *found.iter().find(of_row).expect("every row has its object");
            self.is_read(kind, &key, handle);
        }
    }

    /// A row was read, and this is its object.
    fn is_read(&mut self, kind: Kind, key: &Key, handle: Any) {
        let row = self.world.rows[&(kind, key.clone())].clone();
        match self.world.of_row(kind, key) {
            Some(object) => assert_eq!(object.handle, handle, "one row, two handles: {kind:?} {key:?}"),
            None => {
                self.is_new(handle, row.clone());
                let object = self.world.objects.last_mut().expect("just added");
                object.state = State::Persistent;
                object.loaded = true;
            }
        }
        self.world.object_mut(handle).expect("known by now").take(&row);
    }

    fn get_row(&mut self, session: &mut Session, choice: usize) {
        let Some(choice) = choice.checked_rem(self.world.rows.len()) else { return };
        let (kind, key) = self.world.rows.keys().nth(choice).expect("a remainder").clone();
        self.get(session, kind, &key);
    }

    fn get(&mut self, session: &mut Session, kind: Kind, key: &Key) {
        let known = self.world.of_row(kind, key).cloned();
        let trusted = known.as_ref().is_some_and(|object| !object.suspect && !object.outdated);
        if !trusted && !self.flush(session) {
            return;
        }
        let found = with_model!(kind, M => {
            session.get::<M>(M::key_of(key)).expect("a key can be looked up").map(M::any)
        });
        let row = self.world.rows.get(&(kind, key.clone())).cloned();
        match self.world.of_row(kind, key).cloned() {
            Some(known) if known.state == State::Doomed => assert_eq!(found, None),
            Some(known) if trusted => assert_eq!(found, Some(known.handle)),
            Some(known) if known.suspect && !known.outdated => {
                assert!(found == Some(known.handle) || row.is_none());
                let held = held(session, known.handle).expect("persistent");
                if row.as_ref() == Some(&held) {
                    self.is_read(kind, key, known.handle);
                }
            }
            _ => {
                assert_eq!(found.is_some(), row.is_some(), "{kind:?} {key:?}");
                if let Some(handle) = found {
                    self.is_read(kind, key, handle);
                }
            }
        }
    }

    fn refresh(&mut self, session: &mut Session, choice: usize) {
        let Some(handle) = self.choose(choice) else { return };
        let Some(object) = self.world.object(handle) else { return };
        let row = self.world.row(object).cloned();
        let state = object.state;
        let result = with_handle!(handle, handle => session.refresh(handle));
        match (state, row) {
            (State::Persistent, Some(row)) => {
                result.expect("its row is there");
                self.begun = true;
                self.world.object_mut(handle).expect("known").take(&row);
            }
            (State::Persistent, None) => {
                self.begun = true;
                assert!(result.is_err_and(|error| error.is_not_found()));
            }
            _ => refused(result),
        }
    }

    fn detach(&mut self, session: &mut Session, handle: Any) {
        let Some(object) = self.world.object_mut(handle) else { return };
        let detached = with_handle!(handle, handle => session.detach(handle).map(|object| object.values()));
        if matches!(object.state, State::Deleted | State::Gone) {
            return refused(detached);
        }
        object.state = State::Gone;
        self.detached.push((handle.kind(), detached.expect("it is in the session")));
    }

    fn attach(&mut self, session: &mut Session, choice: usize) {
        let Some(choice) = choice.checked_rem(self.detached.len()) else { return };
        let (kind, values) = self.detached[choice].clone();
        let attach = |session: &mut Session| with_model!(kind, M => M::any(session.attach(M::of(&values)).expect("a key can be looked up")));
        let Some(key) = values.key.clone() else {
            let handle = attach(session);
            return self.is_new(handle, values);
        };
        let known = self.world.of_row(kind, &key);
        if known.is_some_and(|object| object.suspect && !object.outdated) {
            // Whether its row would be read first is not for this model to know.
            return;
        }
        let trusted = known.is_some_and(|object| object.state == State::Persistent && !object.outdated);
        if !trusted && !self.flush(session) {
            return;
        }
        if self.is_of_another_version(session, kind, &values, &key) {
            let stale = with_model!(kind, M => session.attach(M::of(&values)).map(M::any));
            assert!(is(&stale.expect_err("the row has another version"), Failure::Stale));
            return;
        }
        let handle = attach(session);
        if self.world.object(handle).is_none() && !self.world.rows.contains_key(&(kind, key.clone())) {
            assert!(!trusted);
            return self.is_new(handle, values);
        }
        if !trusted && self.world.rows.contains_key(&(kind, key.clone())) {
            self.is_read(kind, &key, handle);
        }
        let object = self.world.object_mut(handle).expect("known by now");
        assert!(object.state == State::Persistent && object.stored.key == Some(key));
        object.current = values;
    }

    /// Whether what is known of a row, or read of it now, has another version than these values.
    fn is_of_another_version(
        &mut self,
        session: &mut Session,
        kind: Kind,
        values: &Values,
        key: &Key,
    ) -> bool {
        if kind != Kind::Doc {
            return false;
        }
        self.get(session, kind, key);
        let known = self.world.of_row(kind, key).filter(|object| object.state == State::Persistent);
        known.is_some_and(|object| {
            let is_there = !object.outdated || self.world.row(object).is_some();
            is_there && object.stored.version != values.version
        })
    }

    fn update_all(&mut self, session: &mut Session, kind: Kind, text: u8) {
        if kind == Kind::Doc || !self.flush(session) {
            return;
        }
        let text = chosen_text(text);
        let changed = match kind {
            Kind::Parent => Parent::query().update(session, |p| p.name.set(text.as_str())),
            Kind::Child => Child::query().update(session, |c| c.name.set(text.as_str())),
            Kind::Word => Word::query().update(session, |w| w.meaning.set(text.as_str())),
            Kind::Doc => return,
        };
        let rows = self.world.rows.iter_mut().filter(|((of, _), _)| *of == kind);
        let rows = rows.map(|(_, row)| row.text.clone_from(&text)).count();
        assert_eq!(changed.expect("an update of all rows").try_into(), Ok(rows));
        self.outdate(kind);
    }

    fn delete_all(&mut self, session: &mut Session, kind: Kind, text: u8) {
        if matches!(kind, Kind::Parent | Kind::Child) || !self.flush(session) {
            return;
        }
        let text = chosen_text(text);
        let deleted = match kind {
            Kind::Word => Word::query().filter(|w| w.meaning.eq(text.as_str())).delete(session),
            _ => Doc::query().filter(|d| d.title.eq(text.as_str())).delete(session),
        };
        let before = self.world.rows.len();
        self.world.rows.retain(|(of, _), row| *of != kind || row.text != text);
        let rows = before - self.world.rows.len();
        assert_eq!(deleted.expect("a deletion of rows nothing refers to").try_into(), Ok(rows));
        self.outdate(kind);
    }

    fn outdate(&mut self, kind: Kind) {
        self.begun = true;
        for object in self.world.objects.iter_mut().filter(|object| object.handle.kind() == kind) {
            object.outdated = true;
        }
    }

    /// The row of somebody else's doing; none while the session has a transaction open.
    fn row_outside(&self, choice: usize) -> Option<(Kind, Key)> {
        if self.begun || self.before.len() > 1 {
            return None;
        }
        let choice = choice.checked_rem(self.world.rows.len())?;
        self.world.rows.keys().nth(choice).cloned()
    }

    fn change_outside(&mut self, choice: usize, text: u8) {
        let Some((kind, key)) = self.row_outside(choice) else { return };
        let mut values = self.world.rows[&(kind, key.clone())].clone();
        values.text = chosen_text(text);
        let after = with_model!(kind, M => {
            let mut object = M::of(&values);
            self.outside.update(&mut object).expect("the row is there");
            object.values()
        });
        self.world.rows.insert((kind, key), after);
        self.before[0].rows = self.world.rows.clone();
    }

    fn delete_outside(&mut self, choice: usize) {
        let Some((kind, key)) = self.row_outside(choice) else { return };
        if matches!(kind, Kind::Parent | Kind::Child) {
            return;
        }
        let values = self.world.rows.remove(&(kind, key)).expect("chosen among them");
        with_model!(kind, M => self.outside.delete(&M::of(&values)).expect("the row is there"));
        self.before[0].rows = self.world.rows.clone();
    }

    /// Compares all objects, and what others see of the database: the last commit.
    fn check(&mut self, session: &Session) {
        for object in &self.world.objects {
            let standing = with_handle!(object.handle, handle => session.state(handle));
            let expected = match object.state {
                State::Pending => Standing::Pending,
                State::Persistent => Standing::Persistent,
                State::Doomed | State::Deleted => Standing::Deleted,
                State::Gone => Standing::Detached,
            };
            assert_eq!(standing, expected, "{object:#?}");
            let held = held(session, object.handle);
            if matches!(object.state, State::Deleted | State::Gone) {
                assert_eq!(held, None, "{object:#?}");
                continue;
            }
            let held = held.expect("a living object holds values");
            assert_eq!(self.world.resolve(&held), self.world.resolve(&object.current), "{object:#?}");
            self.check_modified(session, object);
        }
        self.check_rows();
    }

    fn check_modified(&self, session: &Session, object: &Object) {
        let modified = with_handle!(object.handle, handle => session.modified(handle));
        let by_handle =
            matches!(object.current.parent, Ref::Handle(_)) || matches!(object.current.buddy, Ref::Handle(_));
        if object.state == State::Persistent && !by_handle {
            assert_eq!(!modified.is_empty(), self.world.is_changed(object), "{modified:?} of {object:#?}");
        }
    }

    fn check_rows(&mut self) {
        let mut rows = Vec::new();
        for kind in KINDS {
            with_model!(kind, M => {
                for object in M::query().all(&mut self.outside).expect("rows can be read") {
                    let values = object.values();
                    rows.push(((kind, values.key.clone().expect("a row has a key")), values));
                }
            });
        }
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        let expected: Vec<_> =
            self.before[0].rows.iter().map(|(place, row)| (place.clone(), row.clone())).collect();
        assert_eq!(rows, expected);
    }
}

/// An object that a rollback leaves in the session, and how it was before.
fn restored(kept: &mut Object, undone: Object, session: &Session) {
    kept.suspect = true;
    kept.outdated |= undone.outdated;
    kept.read = undone.read;
    if kept.state == State::Persistent {
        let held = held(session, kept.handle).expect("it is back");
        if held != kept.current && kept.read.contains(&held) {
            kept.current = held.clone();
            kept.stored = held;
            kept.outdated = true;
        }
    }
}

/// An object that came into the session after what a rollback returned to.
fn rolled_back(mut object: Object, session: &Session) -> Object {
    if !object.loaded || object.state == State::Gone {
        object.state = State::Gone;
        return object;
    }
    object.state = State::Persistent;
    object.outdated = true;
    if let Some(held) = held(session, object.handle).filter(|held| object.read.contains(held)) {
        object.current = held.clone();
        object.stored = held;
    }
    object
}

fn held(session: &Session, handle: Any) -> Option<Values> {
    with_handle!(handle, handle => session.try_get(handle).map(Entity::values))
}

fn chosen_text(choice: u8) -> String {
    TEXTS[usize::from(choice) % TEXTS.len()].to_owned()
}

fn undo() -> Error {
    Error::other("undo the savepoint")
}

fn refused<T: std::fmt::Debug>(result: Result<T>) {
    let error = result.expect_err("this is not allowed here");
    assert!(is(&error, Failure::Usage), "{error}");
}

fn is(error: &Error, failure: Failure) -> bool {
    let database = error.statement().is_some();
    match failure {
        Failure::Usage => !database && !error.is_stale() && !error.is_value() && !error.is_not_found(),
        Failure::Stale => error.is_stale(),
        Failure::Unique => error.is_unique_violation(),
        Failure::ForeignKey => error.is_foreign_key_violation(),
    }
}
