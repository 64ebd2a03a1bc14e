//! The benchmark's yardstick on MariaDB and MySQL: the raw driver `mysql`, written by hand for each workload.
//!
//! Statements are prepared once, rows in bulk go as many in one statement, and changes of many rows as a batch. The keys of a list
//! are written into the text.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;

use bench_common::{Mode, Page, Person, Result, Watch, Workloads};
use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Params, Value};

const INSERT: &str = "INSERT INTO users (name, email, age, city) VALUES (?, ?, ?, ?)";
const SELECT: &str = "SELECT id, name, email, age, city FROM users";
const BY_KEY: &str = "SELECT id, name, email, age, city FROM users WHERE id = ?";
const BY_EMAIL: &str = "SELECT id, name, email, age, city FROM users WHERE email = ?";
const PAGE: &str = "SELECT id, name, email, age, city FROM users WHERE age >= ? ORDER BY email LIMIT ?";
const PARENTS: &str = "SELECT id, name FROM parents";
const UPDATE: &str = "UPDATE users SET age = ? WHERE id = ?";

/// Rows of an `INSERT` in bulk.
const BULK: usize = 1_000;

fn main() -> ExitCode {
    bench_common::run::<Mysql>()
}

#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct User {
    id: i64,
    name: String,
    email: String,
    age: i64,
    city: String,
}

type Columns = (i64, String, String, i64, String);

impl User {
    fn new((id, name, email, age, city): Columns) -> Self {
        Self { id, name, email, age, city }
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

struct Mysql {
    connection: Conn,
}

impl Workloads for Mysql {
    const NAME: &'static str = "mysql";

    fn open(url: &str) -> Result<Self> {
        // Over the same line as all others: by itself it would leave the network for a socket of the machine.
        let options = OptsBuilder::from_opts(Opts::from_url(url)?).prefer_socket(false);
        let mut connection = Conn::new(options)?;
        connection.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
        Ok(Self { connection })
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.query_drop(sql)?)
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        Ok(self.connection.query_first(sql)?.ok_or("no row")?)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            self.in_mode(Mode::Transaction, |connection| {
                let insert = connection.prep(INSERT)?;
                for Person { name, email, age, city } in &people {
                    connection.exec_drop(&insert, (name, email, age, city))?;
                }
                drop(people);
                Ok(())
            })
        })
    }

    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            self.in_mode(Mode::Transaction, |connection| {
                let insert = connection.prep(format!("{INSERT}{}", ", (?, ?, ?, ?)".repeat(BULK - 1)))?;
                for people in people.chunks(BULK) {
                    let mut values: Vec<Value> = Vec::with_capacity(4 * BULK);
                    for Person { name, email, age, city } in people {
                        values.extend([name.into(), email.into(), age.into(), city.into()]);
                    }
                    connection.exec_drop(&insert, Params::Positional(values))?;
                }
                drop(people);
                Ok(())
            })
        })
    }

    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| self.in_mode(mode, |connection| Ok(ages(&users(connection, SELECT, ())?))))
    }

    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let select = connection.prep(BY_KEY)?;
                let mut ages = 0;
                for key in keys {
                    let row = connection.exec_first(&select, (key,))?;
                    ages += black_box(row.map(User::new)).map_or(0, |user| user.age);
                }
                Ok(ages)
            })
        })
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let select = connection.prep(BY_EMAIL)?;
                let mut ages = 0;
                for email in emails {
                    let row = connection.exec_first(&select, (email,))?;
                    ages += black_box(row.map(User::new)).map_or(0, |user| user.age);
                }
                Ok(ages)
            })
        })
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut sum = 0;
                for page in pages {
                    sum += ages(&users(connection, PAGE, (page.min_age, page.limit))?);
                }
                Ok(sum)
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
        let mut users = users(&mut self.connection, SELECT, ())?;
        watch.time(|| {
            self.in_mode(Mode::Transaction, |connection| {
                users.iter_mut().for_each(|user| user.age += 1);
                connection.exec_batch(UPDATE, users.iter().map(|user| (user.age, user.id)))?;
                drop(users);
                Ok(())
            })
        })
    }
}

impl Mysql {
    fn in_mode<T>(&mut self, mode: Mode, work: impl FnOnce(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        let connection = &mut self.connection;
        if mode == Mode::Autocommit {
            return Ok(work(connection)?);
        }
        connection.query_drop("START TRANSACTION")?;
        let value = work(connection)?;
        connection.query_drop("COMMIT")?;
        Ok(value)
    }
}

/// The client keeps the statement of a text.
fn users(connection: &mut Conn, text: &str, parameters: impl Into<Params>) -> mysql::Result<Vec<User>> {
    connection.exec_map(text, parameters, User::new)
}

fn ages(users: &[User]) -> i64 {
    black_box(users).iter().map(|user| user.age).sum()
}

fn load_families(connection: &mut Conn) -> mysql::Result<Vec<Parent>> {
    let parent = |(id, name)| Parent { id, name, children: Vec::new() };
    let mut parents: Vec<Parent> = connection.exec_map(PARENTS, (), parent)?;
    let positions: HashMap<i64, usize> = parents.iter().map(|parent| parent.id).zip(0..).collect();
    let keys: Vec<String> = parents.iter().map(|parent| parent.id.to_string()).collect();
    let children =
        format!("SELECT id, name, age, parent_id FROM children WHERE parent_id IN ({})", keys.join(","));
    let child = |(id, name, age, parent_id)| Child { id, name, age, parent_id };
    for child in connection.query_map(children, child)? {
        if let Some(&parent) = positions.get(&child.parent_id) {
            parents[parent].children.push(child);
        }
    }
    Ok(parents)
}
