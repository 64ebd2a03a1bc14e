//! The benchmark's yardstick: raw `rusqlite`, written by hand for each workload.
//!
//! Statements are held across each loop, columns are read by number into their types, parameters are bound
//! from borrowed values, and the query planner stability guarantee keeps SQLite from preparing a statement again
//! for each new value.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::rc::Rc;

use bench_common::{Hold, Mode, Page, Person, Result, Watch, Workloads, data};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, Row};

const INSERT: &str = "INSERT INTO users (name, email, age, city) VALUES (?1, ?2, ?3, ?4)";
const SELECT: &str = "SELECT id, name, email, age, city FROM users";
const BY_KEY: &str = "SELECT id, name, email, age, city FROM users WHERE id = ?1";
const BY_EMAIL: &str = "SELECT id, name, email, age, city FROM users WHERE email = ?1";
const PAGE: &str = "SELECT id, name, email, age, city FROM users WHERE age >= ?1 ORDER BY email LIMIT ?2";
const CLAUSES: &str = "SELECT id, name, email, age, city FROM users WHERE age >= ?1 AND city = ?2 ORDER BY email \
                       LIMIT ?3 OFFSET ?4";
const PARENTS: &str = "SELECT id, name FROM parents";
const CHILDREN: &str = "SELECT id, name, age, parent_id FROM children WHERE parent_id IN rarray(?1)";
const UPDATE: &str = "UPDATE users SET age = ?1 WHERE id = ?2";

fn main() -> ExitCode {
    bench_common::run::<Rusqlite>()
}

#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct User {
    id: i64,
    name: String,
    email: String,
    age: i64,
    city: String,
}

impl User {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            age: row.get(3)?,
            city: row.get(4)?,
        })
    }
}

#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct Parent {
    id: i64,
    name: String,
    children: Vec<Child>,
}

#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct Child {
    id: i64,
    name: String,
    age: i64,
    parent_id: i64,
}

struct Rusqlite {
    connection: Connection,
}

impl Workloads for Rusqlite {
    const NAME: &'static str = "rusqlite";
    const PLANNER_STABLE: bool = true;

    fn open(file: &str) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(&data::pragmas())?;
        rusqlite::vtab::array::load_module(&connection)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self { connection })
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| self.insert(people))
    }

    /// The same as one at a time: nothing was measured to be faster.
    ///
    /// An `INSERT` of several rows into a table with a unique index makes SQLite keep a statement journal, in
    /// a temporary file, because it may have to undo the first rows when a later one fails. With 20 to 500
    /// rows a statement that costs more than it saves, with 1,000 and more it breaks even.
    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| self.insert(people))
    }

    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let users = load(connection)?;
                Ok(black_box(&users).iter().map(|user| user.age).sum())
            })
        })
    }

    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut select = connection.prepare(BY_KEY)?;
                let mut ages = 0;
                for key in keys {
                    ages += black_box(&select.query_row([key], User::read)?).age;
                }
                Ok(ages)
            })
        })
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut select = connection.prepare(BY_EMAIL)?;
                let mut ages = 0;
                for email in emails {
                    ages += black_box(&select.query_one([email], User::read)?).age;
                }
                Ok(ages)
            })
        })
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut select = connection.prepare(PAGE)?;
                let mut ages = 0;
                for page in pages {
                    let rows = select.query_map([page.min_age, page.limit], User::read)?;
                    let users: Vec<User> = rows.collect::<rusqlite::Result<_>>()?;
                    ages += black_box(&users).iter().map(|user| user.age).sum::<i64>();
                }
                Ok(ages)
            })
        })
    }

    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let parents = load_families(connection)?;
                let children = black_box(&parents).iter().flat_map(|parent| &parent.children);
                Ok(children.map(|child| child.age).sum())
            })
        })
    }

    fn update(&mut self, watch: &mut Watch) -> Result<()> {
        let mut users = load(&self.connection)?;
        watch.time(|| {
            let transaction = self.connection.transaction()?;
            let mut update = transaction.prepare(UPDATE)?;
            for user in &mut users {
                user.age += 1;
                update.execute([user.age, user.id])?;
            }
            drop(update);
            transaction.commit()?;
            drop(users);
            Ok(())
        })
    }

    fn clauses(&mut self, page: Page, city: &str, times: usize, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let mut select = self.connection.prepare(CLAUSES)?;
            let mut ages = 0;
            for _ in 0..times {
                let rows = select.query_map((page.min_age, city, page.limit, 1), User::read)?;
                let users: Vec<User> = rows.collect::<rusqlite::Result<_>>()?;
                ages += black_box(&users).iter().map(|user| user.age).sum::<i64>();
            }
            Ok(ages)
        })
    }

    fn hold(&mut self, hold: Hold) -> Result<Option<i64>> {
        match hold {
            Hold::Stream => {
                let mut select = self.connection.prepare(SELECT)?;
                let mut ages = 0;
                for user in select.query_map([], User::read)? {
                    ages += black_box(&user?).age;
                }
                Ok(Some(ages))
            }
            Hold::Vec => {
                let users = load(&self.connection)?;
                Ok(Some(black_box(&users).iter().map(|user| user.age).sum()))
            }
            Hold::Session => Ok(None),
        }
    }
}

impl Rusqlite {
    fn insert(&mut self, people: Vec<Person>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let mut insert = transaction.prepare(INSERT)?;
        for person in people {
            insert.raw_bind_parameter(1, &person.name)?;
            insert.raw_bind_parameter(2, &person.email)?;
            insert.raw_bind_parameter(3, person.age)?;
            insert.raw_bind_parameter(4, &person.city)?;
            insert.raw_execute()?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }

    fn in_mode<T>(&mut self, mode: Mode, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        match mode {
            Mode::Autocommit => work(&self.connection),
            Mode::Transaction => {
                let transaction = self.connection.transaction()?;
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            }
        }
    }
}

fn load(connection: &Connection) -> Result<Vec<User>> {
    let mut select = connection.prepare(SELECT)?;
    let mut users = Vec::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        users.push(User::read(row)?);
    }
    Ok(users)
}

fn load_families(connection: &Connection) -> Result<Vec<Parent>> {
    let mut select = connection.prepare_cached(PARENTS)?;
    let mut parents: Vec<Parent> = Vec::new();
    let mut positions: HashMap<i64, usize> = HashMap::new();
    let mut keys: Vec<Value> = Vec::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let parent = Parent { id: row.get(0)?, name: row.get(1)?, children: Vec::new() };
        positions.insert(parent.id, parents.len());
        keys.push(Value::Integer(parent.id));
        parents.push(parent);
    }
    let mut select = connection.prepare_cached(CHILDREN)?;
    let mut rows = select.query([Rc::new(keys)])?;
    while let Some(row) = rows.next()? {
        let child = Child { id: row.get(0)?, name: row.get(1)?, age: row.get(2)?, parent_id: row.get(3)? };
        if let Some(&parent) = positions.get(&child.parent_id) {
            parents[parent].children.push(child);
        }
    }
    Ok(parents)
}
