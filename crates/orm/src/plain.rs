//! Writing plain structs, without a session.

use onggi_sql::{Conflict, Insert, Statement, shape};

use crate::projection::bind_column;
use crate::relation::keys::values;
use crate::relation::{Reference, Relation};
use crate::selection::{Columns, Selection};
use crate::session::store::{count_up, next_version};
use crate::unit_of_work::{ChangeKind, ColumnSet, Object, Objects, Plan, Step, follow_keys, run};
use crate::{Bind, Connection, Error, Model, Result, Type, Value, ValueRef, by_key};

impl Connection {
    /// Reads the object of a primary key; none where it is not in its model's scope.
    ///
    /// # Errors
    ///
    /// Those of the database, and a row that cannot be read.
    pub fn get<M: Model>(&mut self, key: impl Into<M::Key>) -> Result<Option<M>> {
        let key = key.into();
        if M::SCOPE.is_some() {
            return M::query().of_key(&key)?.one_or_none(self);
        }
        let bind = |to: &mut dyn Bind| crate::Key::bind(&key, to);
        by_key::read(M::table(), self.driver(), bind, |reader| {
            reader.enter(M::table());
            M::read(reader)
        })
    }

    /// Reads the object of a primary key, which must exist.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), with model and key, and those of [`get`](Connection::get).
    pub fn get_one<M: Model>(&mut self, key: impl Into<M::Key>) -> Result<M> {
        let key = key.into();
        let found = self.get::<M>(key.clone())?;
        found.ok_or_else(|| Error::not_found(format!("there is no row of {}", by_key::described::<M>(&key))))
    }

    /// Inserts an object; a key that the database generates is set in it.
    ///
    /// # Errors
    ///
    /// Violated constraints, which name table and columns, and values that a column cannot hold.
    pub fn insert<M: Model>(&mut self, object: &mut M) -> Result<()> {
        self.write(ChangeKind::Insert, std::slice::from_mut(object))
    }

    /// Inserts objects, all or none; keys that the database generates are set in them.
    ///
    /// # Errors
    ///
    /// Those of [`insert`](Connection::insert).
    pub fn insert_all<M: Model>(&mut self, objects: &mut [M]) -> Result<()> {
        if objects.len() < 2 {
            return self.write(ChangeKind::Insert, objects);
        }
        self.transaction(|connection| connection.write(ChangeKind::Insert, objects))
    }

    /// Writes all columns of an object to the row of its key. A version column is checked and counts up.
    ///
    /// # Errors
    ///
    /// [`is_stale`](Error::is_stale) where the row is gone or has another version, and those of
    /// [`insert`](Connection::insert).
    pub fn update<M: Model>(&mut self, object: &mut M) -> Result<()> {
        if let Some(version) = M::table().version {
            next_version(object, version)?;
        }
        self.write(ChangeKind::Update, std::slice::from_mut(object))?;
        match M::table().version {
            Some(version) => count_up(object, version),
            None => Ok(()),
        }
    }

    /// Deletes the row of an object's key; a version column is checked.
    ///
    /// # Errors
    ///
    /// [`is_stale`](Error::is_stale) where the row has another version, or is gone and had one; rows that refer to
    /// it; and those of the database.
    pub fn delete<M: Model>(&mut self, object: &M) -> Result<()> {
        self.write(ChangeKind::Delete, &mut [object.clone()])
    }

    /// Inserts an object, or, where a row has the same values in a unique constraint's columns, writes all other
    /// columns to that row. The key is set in the object. A row out of the model's scope is written to as well: it comes back
    /// where the object's columns say so.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, #[model(unique)] email: String, name: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User])?;
    /// # let mut connection = db.connect()?;
    /// let mut user = User { email: "jane@example.com".into(), name: "Jane".into(), ..Default::default() };
    /// connection.upsert(&mut user, |u| u.email)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Columns that no unique constraint is on, and those of [`insert`](Connection::insert).
    pub fn upsert<M: Model, S: Selection>(
        &mut self,
        object: &mut M,
        unique: impl FnOnce(M::Columns<crate::Must>) -> S,
    ) -> Result<()> {
        nothing_is_left_out(object)?;
        let insert = upsert_of(object, unique(M::columns(M::table().into())))?;
        let structs = Structs(std::slice::from_mut(object));
        let (shape, _) = shape::of_insert(&insert);
        let connection = self.driver();
        let by_connection = connection.dialect().write.upserted_key.is_some();
        let bind =
            |to: &mut dyn Bind| insert.columns.iter().try_for_each(|&column| structs.bind(FIRST, column, to));
        let key = connection.with(
            &shape,
            || Statement::Insert(insert.clone()),
            |prepared| match insert.returning.first() {
                None => prepared.execute(bind).map(|_| None),
                Some(_) if by_connection => prepared.insert(bind).map(|key| Some(Value::Integer(key))),
                Some(_) => {
                    let mut rows = prepared.query(bind)?;
                    let key = match rows.next_row()? {
                        Some(row) => Some(row.value(0, Type::BIGINT)?.to_owned()),
                        None => None,
                    };
                    // A statement of its own commits with its last step: only that tells whether it was written.
                    while rows.next_row()?.is_some() {}
                    Ok(key)
                }
            },
        )?;
        if M::table().generated().is_some_and(|key| insert.columns.contains(&key)) {
            follow_keys(M::table(), self.driver())?;
        }
        key.map_or(Ok(()), |key| assign_key(object, key.as_ref()))
    }

    /// Runs one statement for each of some objects.
    fn write<M: Model>(&mut self, kind: ChangeKind, objects: &mut [M]) -> Result<()> {
        if kind != ChangeKind::Delete {
            objects.iter_mut().try_for_each(nothing_is_left_out)?;
        }
        let mut plan = Plan::default();
        for (position, object) in objects.iter().enumerate() {
            let columns = columns_of(object, kind);
            let object = at(position);
            match plan.steps.last_mut() {
                Some(step) if step.columns == columns => step.objects.push(object),
                _ => plan.steps.push(Step::own(M::table(), kind, columns, object)),
            }
        }
        run(&plan, &mut Structs(objects), self.driver())
    }
}

/// Refuses an object whose relations hold what only a session writes. Of references over fields it is these that count.
pub(crate) fn nothing_is_left_out<M: Model>(object: &mut M) -> Result<()> {
    for (position, relation) in M::RELATIONS.iter().enumerate().filter(|(_, relation)| relation.is_separate())
    {
        if object.relation_mut(position).is_assigned() && !says_the_same(object, position, relation) {
            return Err(Error::usage(format!(
                "{} of {} holds related objects: add the object to a session, which writes them too",
                relation.name,
                M::table().name
            )));
        }
    }
    Ok(())
}

/// Whether a reference is to the key that its columns hold anyway.
fn says_the_same<M: Model>(object: &M, position: usize, relation: &Relation) -> bool {
    relation.is_over_fields()
        && match object.reference(position) {
            Reference::Key(key) => {
                let columns = relation.columns().iter().map(|&column| object.attribute(column));
                values(columns).is_ok_and(|held| held == Some(key))
            }
            _ => false,
        }
}

/// Plain structs as the unit of work sees objects: by position.
struct Structs<'s, M>(&'s mut [M]);

const FIRST: Object = Object { store: 0, slot: 0, stamp: 0 };

fn at(position: usize) -> Object {
    // Four billion structs do not fit into memory.
    Object { slot: u32::try_from(position).unwrap_or(u32::MAX), ..FIRST }
}

impl<M: Model> Objects for Structs<'_, M> {
    fn bind(&self, object: Object, column: usize, to: &mut dyn Bind) -> Result<()> {
        let object = &self.0[object.slot as usize];
        match M::table().columns[column].projection {
            None => object.attribute(column).bind(to),
            Some(_) => bind_column(object, column, to).map(drop),
        }
    }

    fn bind_key(&self, object: Object, to: &mut dyn Bind) -> Result<()> {
        M::table().primary_key.iter().try_for_each(|&column| self.bind(object, column, to))
    }

    fn set_key(&mut self, object: Object, key: Option<i64>) {
        let object = &mut self.0[object.slot as usize];
        match (key, M::table().generated()) {
            // A generated key is an integer, which its field takes.
            (Some(key), Some(_)) => drop(assign_key(object, ValueRef::Integer(key))),
            (None, Some(generated)) => object.attribute_mut(generated).unset(),
            (_, None) => {}
        }
    }

    fn describe(&self, object: Object) -> String {
        by_key::described_object(&self.0[object.slot as usize])
    }
}

fn assign_key<M: Model>(object: &mut M, key: ValueRef<'_>) -> Result<()> {
    match M::table().generated() {
        Some(generated) => object.attribute_mut(generated).assign(key),
        None => Ok(()),
    }
}

/// The columns that a statement of a kind writes.
fn columns_of<M: Model>(object: &M, kind: ChangeKind) -> ColumnSet {
    let table = M::table();
    if kind == ChangeKind::Delete {
        return ColumnSet::new();
    }
    let mut columns = ColumnSet::all(table.columns.len());
    match (kind, table.generated()) {
        (ChangeKind::Update, _) => {
            table.primary_key.iter().for_each(|&column| columns.remove(column));
            let is_unread =
                |&column: &usize| table.columns[column].deferred && object.attribute(column).is_deferred();
            let unread = columns.iter().filter(is_unread);
            unread.collect::<Vec<_>>().into_iter().for_each(|column| columns.remove(column));
            // An update sets something: where the key is all there is, the key to what it is.
            if columns.is_empty() {
                columns = table.primary_key.iter().copied().collect();
            }
        }
        (_, Some(generated)) if object.attribute(generated).is_unset() => columns.remove(generated),
        _ => {}
    }
    columns
}

fn upsert_of<M: Model>(object: &M, unique: impl Selection) -> Result<Insert> {
    let selected = Columns::of(&unique);
    let mut target = Vec::new();
    for expression in selected.expressions {
        let onggi_sql::Expression::Column(_, column) = expression else {
            return Err(Error::usage("upsert is told columns, not expressions, as in `|u| u.email`"));
        };
        target.push(column);
    }
    let table = M::table();
    let columns: Vec<usize> = columns_of(object, ChangeKind::Insert).iter().collect();
    let keys = |column: &&usize| !target.contains(column) && !table.primary_key.contains(column);
    let update: Vec<usize> = columns.iter().filter(keys).copied().collect();
    // A row that conflicts must be touched for its key to be given back.
    let update = if update.is_empty() { target.clone() } else { update };
    let returning = table.generated().map(|column| onggi_sql::Expression::column(table, column));
    Ok(Insert {
        conflict: Some(Conflict::update(table, target, &update)),
        returning: returning.into_iter().collect(),
        ..Insert::row(table, columns)
    })
}
