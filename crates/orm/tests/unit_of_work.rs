//! The unit of work, driven with attribute maps in place of structs, as a face in another language does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use onggi::unit_of_work::{Change, ChangeKind, ChangeSet, ColumnSet, Edge, Object, Objects, Plan, plan, run};
use onggi::{Bind, Error, Result, Table, Value, ValueRef};
use onggi_driver::{Pool, Pooled};
use onggi_sql::{Column, Reference, Type, dialect, schema};

static USER_COLUMNS: [Column; 4] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("name", Type::Text),
    Column::new("age", Type::BIGINT).with_nullable(true),
    Column::new("version", Type::BIGINT),
];
static USERS: Table = Table::new("users", &USER_COLUMNS, &[0]).with_version(3);

static POST_COLUMNS: [Column; 3] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("author", Type::BIGINT).with_reference(Some(Reference::to(|| &USERS))),
    Column::new("title", Type::Text),
];
static POSTS: Table = Table::new("posts", &POST_COLUMNS, &[0]);

static NODE_COLUMNS: [Column; 3] = [
    Column::new("id", Type::BIGINT).generated(),
    Column::new("parent", Type::BIGINT).with_nullable(true).with_reference(Some(Reference::to(|| &NODES))),
    Column::new("root", Type::BIGINT).with_reference(Some(Reference::to(|| &NODES))),
];
/// A tree whose `parent` can be NULL and whose `root` cannot.
static NODES: Table = Table::new("nodes", &NODE_COLUMNS, &[0]);

static SEAT_COLUMNS: [Column; 3] = [
    Column::new("row", Type::Text),
    Column::new("number", Type::BIGINT),
    Column::new("taken", Type::Boolean),
];
static SEATS: Table = Table::new("seats", &SEAT_COLUMNS, &[0, 1]);

/// An object of a face: its attributes by name, and the objects that it refers to.
struct Map {
    table: &'static Table,
    attributes: HashMap<&'static str, Value>,
    references: HashMap<&'static str, Object>,
}

/// All objects of a face, by slot.
#[derive(Default)]
struct Face {
    maps: Vec<Map>,
    changes: ChangeSet,
}

impl Face {
    fn object(&self, slot: usize) -> Object {
        let slot = u32::try_from(slot).expect("few objects");
        Object { store: self.maps[slot as usize].table.number(), slot, stamp: 0 }
    }

    /// A new object: the columns that it has attributes for are to be inserted.
    fn add<const N: usize>(
        &mut self,
        table: &'static Table,
        attributes: [(&'static str, Value); N],
    ) -> Object {
        let object = self.load(table, attributes);
        let given = attributes_of(&self.maps[object.slot as usize]);
        self.changes.changes.push(Change { object, table, kind: ChangeKind::Insert, columns: given });
        object
    }

    /// An object that has a row.
    fn load<const N: usize>(
        &mut self,
        table: &'static Table,
        attributes: [(&'static str, Value); N],
    ) -> Object {
        self.maps.push(Map { table, attributes: attributes.into(), references: HashMap::new() });
        self.object(self.maps.len() - 1)
    }

    /// Lets an object that is to be written refer to another.
    fn refer(&mut self, from: Object, name: &'static str, to: Object) {
        let table = self.maps[from.slot as usize].table;
        let column = table.column(name).expect("a column");
        self.maps[from.slot as usize].references.insert(name, to);
        self.changes.edges.push(Edge { from, column, to });
        for change in self.changes.changes.iter_mut().filter(|change| change.object == from) {
            change.columns.insert(column);
        }
    }

    fn set(&mut self, object: Object, name: &'static str, value: impl Into<Value>) {
        let map = &mut self.maps[object.slot as usize];
        map.attributes.insert(name, value.into());
        let columns = map.table.column(name).into_iter().collect();
        self.changes.changes.push(Change { object, table: map.table, kind: ChangeKind::Update, columns });
    }

    fn delete(&mut self, object: Object) {
        let table = self.maps[object.slot as usize].table;
        let columns = ColumnSet::new();
        self.changes.changes.push(Change { object, table, kind: ChangeKind::Delete, columns });
    }

    fn flush(&mut self, connection: &mut Pooled) -> Result<()> {
        let plan = plan(&self.changes)?;
        run(&plan, self, connection)?;
        self.changes = ChangeSet::default();
        Ok(())
    }

    fn key(&self, object: Object) -> Option<&Value> {
        self.maps[object.slot as usize].attributes.get("id")
    }
}

fn attributes_of(map: &Map) -> ColumnSet {
    map.attributes.keys().filter_map(|name| map.table.column(name)).collect()
}

impl Objects for Face {
    fn bind(&self, object: Object, column: usize, to: &mut dyn Bind) -> Result<()> {
        let map = &self.maps[object.slot as usize];
        let name = map.table.columns[column].name;
        if let Some(&referred) = map.references.get(name) {
            return self.bind_key(referred, to);
        }
        let value = map.attributes.get(name).map_or(ValueRef::Null, Value::as_ref);
        Ok(to.bind(value)?)
    }

    fn bind_key(&self, object: Object, to: &mut dyn Bind) -> Result<()> {
        let map = &self.maps[object.slot as usize];
        for &column in map.table.primary_key {
            let name = map.table.columns[column].name;
            let value = map.attributes.get(name).ok_or_else(|| Error::value("the object has no key yet"))?;
            to.bind(value.as_ref())?;
        }
        Ok(())
    }

    fn set_key(&mut self, object: Object, key: Option<i64>) {
        let attributes = &mut self.maps[object.slot as usize].attributes;
        match key {
            Some(key) => attributes.insert("id", Value::Integer(key)),
            None => attributes.remove("id"),
        };
    }

    fn describe(&self, object: Object) -> String {
        format!("map {} of {}", object.slot, self.maps[object.slot as usize].table.name)
    }
}

/// A database with the tables, and a record of its statements.
fn database() -> Result<(Pooled, Arc<Mutex<Vec<String>>>)> {
    let pool = Pool::open("sqlite::memory:")?;
    let mut connection = pool.connect()?;
    for table in [&USERS, &POSTS, &NODES, &SEATS] {
        for statement in schema::create(table, &dialect::SQLITE).map_err(Error::other)? {
            connection.run(&statement)?;
        }
    }
    let record = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&record);
    connection.observe(Some(Arc::new(move |executed| {
        writer.lock().expect("not poisoned").push(format!("{} x {}", executed.times, executed.statement));
    })));
    Ok((connection, record))
}

fn taken(record: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut record.lock().expect("not poisoned"))
}

/// The rows of a query, in words.
fn rows(connection: &mut Pooled, query: &str) -> Result<Vec<String>> {
    connection.with_text(query, |prepared| {
        let width = prepared.columns().len();
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next_row()? {
            let values: Vec<String> =
                (0..width).map(|column| Ok(format!("{:?}", row.raw(column)?))).collect::<Result<_>>()?;
            found.push(values.join(" "));
        }
        Ok(found)
    })
}

fn user(name: &str) -> [(&'static str, Value); 2] {
    [("name", name.into()), ("version", Value::Integer(0))]
}

/// Tables and numbers of objects, step by step.
fn outline(plan: &Plan) -> Vec<String> {
    let step = |step: &onggi::unit_of_work::Step| {
        let slots: Vec<u32> = step.objects.iter().map(|object| object.slot).collect();
        format!("{:?} {} {slots:?}", step.kind, step.table.name)
    };
    plan.steps.iter().map(step).collect()
}

#[test]
fn maps_are_inserted_parents_first_and_get_their_keys() -> Result<()> {
    let (mut connection, record) = database()?;
    let mut face = Face::default();
    let first = face.add(&POSTS, [("title", "first".into())]);
    let second = face.add(&POSTS, [("title", "second".into())]);
    let jane = face.add(&USERS, user("Jane"));
    face.refer(first, "author", jane);
    face.refer(second, "author", jane);
    face.flush(&mut connection)?;
    assert_eq!(
        taken(&record),
        [
            r#"1 x INSERT INTO "users" ("name", "version") VALUES (?1, ?2)"#,
            r#"2 x INSERT INTO "posts" ("author", "title") VALUES (?1, ?2)"#,
        ]
    );
    assert_eq!(face.key(jane), Some(&Value::Integer(1)));
    assert_eq!((face.key(first), face.key(second)), (Some(&Value::Integer(1)), Some(&Value::Integer(2))));
    let posts = rows(&mut connection, "SELECT author, title FROM posts ORDER BY id")?;
    assert_eq!(posts, [r#"Integer(1) Text("first")"#, r#"Integer(1) Text("second")"#]);
    Ok(())
}

#[test]
fn maps_are_updated_and_deleted_with_their_version() -> Result<()> {
    let (mut connection, record) = database()?;
    connection.run("INSERT INTO users VALUES (7, 'Jane', NULL, 3), (8, 'Joan', 1, 0)")?;
    taken(&record);
    let mut face = Face::default();
    let jane = face.load(&USERS, [("id", 7.into()), ("version", 3.into())]);
    let joan = face.load(&USERS, [("id", 8.into()), ("version", 0.into())]);
    face.set(jane, "age", 30);
    face.delete(joan);
    face.flush(&mut connection)?;
    assert_eq!(
        taken(&record),
        [
            r#"1 x UPDATE "users" SET "age" = ?1, "version" = "version" + 1 WHERE "id" = ?2 AND "version" = ?3"#,
            r#"1 x DELETE FROM "users" WHERE "id" = ?1 AND "version" = ?2"#,
        ]
    );
    assert_eq!(
        rows(&mut connection, "SELECT id, age, version FROM users")?,
        ["Integer(7) Integer(30) Integer(4)"]
    );
    // The map still has version 3.
    face.set(jane, "age", 31);
    let error = face.flush(&mut connection).unwrap_err();
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("updating map 0 of users: "), "{error}");
    Ok(())
}

#[test]
fn maps_of_a_composite_key() -> Result<()> {
    let (mut connection, record) = database()?;
    let mut face = Face::default();
    let seat = [("row", "K".into()), ("number", 5.into()), ("taken", Value::Boolean(false))];
    let seat = face.add(&SEATS, seat);
    face.flush(&mut connection)?;
    face.set(seat, "taken", Value::Boolean(true));
    face.flush(&mut connection)?;
    face.delete(seat);
    face.flush(&mut connection)?;
    assert_eq!(
        taken(&record),
        [
            r#"1 x INSERT INTO "seats" ("row", "number", "taken") VALUES (?1, ?2, ?3)"#,
            r#"1 x UPDATE "seats" SET "taken" = ?1 WHERE "row" = ?2 AND "number" = ?3"#,
            r#"1 x DELETE FROM "seats" WHERE "row" = ?1 AND "number" = ?2"#,
        ]
    );
    Ok(())
}

#[test]
fn a_failure_takes_generated_keys_back_and_names_the_map() -> Result<()> {
    let (mut connection, _) = database()?;
    let mut face = Face::default();
    let fine = face.add(&USERS, user("Jane"));
    face.add(&USERS, [("name", Value::Null), ("version", Value::Integer(0))]);
    connection.run("BEGIN")?;
    let error = face.flush(&mut connection).unwrap_err();
    connection.run("ROLLBACK")?;
    assert!(error.is_not_null_violation());
    assert!(error.to_string().starts_with("inserting map 1 of users, number 2 of 2: "), "{error}");
    assert_eq!(face.key(fine), None);
    assert_eq!(rows(&mut connection, "SELECT 1 FROM users")?, [""; 0]);
    Ok(())
}

#[test]
fn a_circle_of_maps_is_written_with_null_and_closed() -> Result<()> {
    let (mut connection, record) = database()?;
    connection.run("INSERT INTO nodes VALUES (1, NULL, 1)")?;
    taken(&record);
    let mut face = Face::default();
    let a = face.add(&NODES, [("root", 1.into())]);
    let b = face.add(&NODES, [("root", 1.into())]);
    face.refer(a, "parent", b);
    face.refer(b, "parent", a);
    face.flush(&mut connection)?;
    let statements = taken(&record);
    assert_eq!(statements.iter().filter(|text| text.contains("INSERT")).count(), 2);
    assert_eq!(statements.last().unwrap(), r#"1 x UPDATE "nodes" SET "parent" = ?1 WHERE "id" = ?2"#);
    let (a, b) = (face.key(a).cloned(), face.key(b).cloned());
    let stored = rows(&mut connection, "SELECT id, parent FROM nodes WHERE id > 1 ORDER BY id")?;
    assert_eq!((a.is_some(), b.is_some()), (true, true));
    assert_eq!(stored, ["Integer(2) Integer(3)", "Integer(3) Integer(2)"]);
    Ok(())
}

#[test]
fn plans_are_ordered_by_foreign_keys() -> Result<()> {
    let mut face = Face::default();
    let post = face.add(&POSTS, [("title", "x".into())]);
    let user = face.add(&USERS, user("x"));
    face.refer(post, "author", user);
    let old_user = face.load(&USERS, [("id", 1.into())]);
    let old_post = face.load(&POSTS, [("id", 1.into())]);
    face.delete(old_user);
    face.delete(old_post);
    let moved = face.load(&POSTS, [("id", 2.into())]);
    face.set(moved, "title", "y");
    assert_eq!(
        outline(&plan(&face.changes)?),
        ["Insert users [1]", "Insert posts [0]", "Update posts [4]", "Delete posts [3]", "Delete users [2]",]
    );
    Ok(())
}

/// By their keys alone, without any edge: the tables know.
#[test]
fn plans_of_tables_need_no_edges() -> Result<()> {
    let mut face = Face::default();
    face.add(&POSTS, [("title", "x".into()), ("author", 1.into())]);
    face.add(&USERS, [("id", 1.into()), ("name", "x".into())]);
    assert_eq!(outline(&plan(&face.changes)?), ["Insert users [1]", "Insert posts [0]"]);
    Ok(())
}

#[test]
fn plans_keep_the_order_of_insertion_within_a_table() -> Result<()> {
    let mut face = Face::default();
    for number in 0..4 {
        face.add(&USERS, user(&number.to_string()));
        face.add(&SEATS, [("number", number.into())]);
    }
    let keyed = face.add(&USERS, [("id", 9.into()), ("name", "keyed".into())]);
    face.add(&USERS, user("last"));
    assert_eq!(
        outline(&plan(&face.changes)?),
        [
            "Insert seats [1, 3, 5, 7]".to_owned(),
            "Insert users [0, 2, 4, 6]".to_owned(),
            format!("Insert users [{}]", keyed.slot),
            "Insert users [9]".to_owned(),
        ]
    );
    Ok(())
}

#[test]
fn plans_take_tables_that_do_not_need_each_other_by_their_names() -> Result<()> {
    for order in [[&USERS, &SEATS], [&SEATS, &USERS]] {
        let mut face = Face::default();
        for table in order {
            match std::ptr::eq(table, &USERS) {
                true => face.add(table, user("Jane")),
                false => face.add(table, [("number", 1.into())]),
            };
        }
        let tables = outline(&plan(&face.changes)?);
        assert!(tables[0].starts_with("Insert seats") && tables[1].starts_with("Insert users"), "{tables:?}");
    }
    Ok(())
}

#[test]
fn plans_group_updates_by_their_columns() -> Result<()> {
    let mut face = Face::default();
    for number in 0..4 {
        let object = face.load(&USERS, [("id", number.into())]);
        let name = if number % 2 == 0 { "age" } else { "name" };
        face.set(object, name, 5);
    }
    assert_eq!(outline(&plan(&face.changes)?), ["Update users [0, 2]", "Update users [1, 3]"]);
    Ok(())
}

#[test]
fn plans_follow_edges_within_a_table() -> Result<()> {
    let mut face = Face::default();
    let nodes = [0; 4].map(|_| face.add(&NODES, [("root", 1.into())]));
    face.refer(nodes[0], "parent", nodes[2]);
    face.refer(nodes[2], "parent", nodes[3]);
    let plan = plan(&face.changes)?;
    let order: Vec<u32> =
        plan.steps.iter().flat_map(|step| &step.objects).map(|object| object.slot).collect();
    assert_eq!(order, [1, 3, 2, 0]);
    let mut deleted = Face::default();
    let nodes = [1, 2, 3].map(|id| deleted.load(&NODES, [("id", id.into())]));
    nodes.into_iter().for_each(|node| deleted.delete(node));
    let column = 1;
    deleted.changes.edges =
        vec![Edge { from: nodes[2], column, to: nodes[1] }, Edge { from: nodes[1], column, to: nodes[0] }];
    assert_eq!(outline(&onggi::unit_of_work::plan(&deleted.changes)?), ["Delete nodes [2, 1, 0]"]);
    Ok(())
}

#[test]
fn plans_break_circles_at_columns_that_allow_null() -> Result<()> {
    let mut face = Face::default();
    let nodes = [0; 3].map(|_| face.add(&NODES, [("root", 1.into())]));
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        face.refer(nodes[from], "parent", nodes[to]);
    }
    let plan = plan(&face.changes)?;
    let nulls: Vec<_> = plan.steps.iter().filter(|step| !step.nulls.is_empty()).collect();
    assert_eq!(nulls.len(), 1);
    assert_eq!(nulls[0].nulls.iter().collect::<Vec<_>>(), [1]);
    assert!(!nulls[0].columns.contains(1));
    let last = plan.steps.last().unwrap();
    assert_eq!((last.kind, last.versioned, &last.objects), (ChangeKind::Update, false, &nulls[0].objects));
    assert_eq!(last.columns.iter().collect::<Vec<_>>(), [1]);
    Ok(())
}

#[test]
fn plans_of_circles_that_cannot_be_broken_are_errors() {
    let mut face = Face::default();
    let [a, b] = [0; 2].map(|_| face.add(&NODES, []));
    face.refer(a, "root", b);
    face.refer(b, "root", a);
    let error = plan(&face.changes).unwrap_err();
    assert!(error.is_cycle());
    assert!(error.to_string().contains("new objects of nodes refer to each other in a circle"), "{error}");
    let mut own = Face::default();
    let own_root = own.add(&NODES, []);
    own.refer(own_root, "root", own_root);
    assert!(plan(&own.changes).unwrap_err().is_cycle());
}

/// A row that refers to itself by a key that is known can be written in one go.
#[test]
fn plans_write_a_row_that_refers_to_its_own_known_key_at_once() -> Result<()> {
    let mut face = Face::default();
    let node = face.add(&NODES, [("id", 1.into())]);
    face.refer(node, "root", node);
    assert_eq!(outline(&plan(&face.changes)?), ["Insert nodes [0]"]);
    Ok(())
}

#[test]
fn a_plan_of_nothing_is_empty() -> Result<()> {
    assert_eq!(plan(&ChangeSet::default())?, Plan::default());
    Ok(())
}

/// A table of 100 columns and a key, made at run time as faces do, which leaks it.
fn wide() -> &'static Table {
    let names = (0..100).map(|number| &*format!("c{number}").leak());
    let mut columns = vec![Column::new("id", Type::BIGINT).generated()];
    columns.extend(names.map(|name| Column::new(name, Type::BIGINT).with_nullable(true)));
    Box::leak(Box::new(Table::new("wide", columns.leak(), &[0])))
}

#[test]
fn tables_have_more_than_64_columns() -> Result<()> {
    let (mut connection, record) = database()?;
    let table = wide();
    for statement in schema::create(table, &dialect::SQLITE).map_err(Error::other)? {
        connection.run(&statement)?;
    }
    taken(&record);
    let mut face = Face::default();
    let object = face.add(table, [("c0", 1.into()), ("c63", 2.into()), ("c64", 3.into()), ("c99", 4.into())]);
    face.flush(&mut connection)?;
    face.set(object, "c99", 5);
    face.set(object, "c70", 6);
    face.flush(&mut connection)?;
    assert_eq!(
        taken(&record),
        [
            r#"1 x INSERT INTO "wide" ("c0", "c63", "c64", "c99") VALUES (?1, ?2, ?3, ?4)"#,
            r#"1 x UPDATE "wide" SET "c99" = ?1 WHERE "id" = ?2"#,
            r#"1 x UPDATE "wide" SET "c70" = ?1 WHERE "id" = ?2"#,
        ]
    );
    let stored = rows(&mut connection, "SELECT c0, c63, c64, c70, c99, c1 FROM wide")?;
    assert_eq!(stored, ["Integer(1) Integer(2) Integer(3) Integer(6) Integer(5) Null"]);
    Ok(())
}
