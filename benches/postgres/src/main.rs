//! The benchmark's yardstick on PostgreSQL: the raw driver `postgres`, written by hand for each workload.
//!
//! Statements are prepared once for the connection, parameters are borrowed, rows are read as they come, and what can travel as
//! arrays in one statement does: rows in bulk, changes of many rows, and the keys of a list.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;

use bench_common::{Mode, Page, Person, Result, Watch, Workloads};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row, Statement};

const INSERT: &str = "INSERT INTO users (name, email, age, city) VALUES ($1, $2, $3, $4)";
const INSERT_ALL: &str = "INSERT INTO users (name, email, age, city) \
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[])";
const SELECT: &str = "SELECT id, name, email, age, city FROM users";
const BY_KEY: &str = "SELECT id, name, email, age, city FROM users WHERE id = $1";
const BY_EMAIL: &str = "SELECT id, name, email, age, city FROM users WHERE email = $1";
const PAGE: &str = "SELECT id, name, email, age, city FROM users WHERE age >= $1 ORDER BY email LIMIT $2";
const PARENTS: &str = "SELECT id, name FROM parents";
const CHILDREN: &str = "SELECT id, name, age, parent_id FROM children WHERE parent_id = ANY($1)";
const UPDATE: &str = "UPDATE users SET age = new.age FROM unnest($1::BIGINT[], $2::BIGINT[]) AS new (id, age) \
    WHERE users.id = new.id";

type Answer<T> = std::result::Result<T, postgres::Error>;

fn main() -> ExitCode {
    bench_common::run::<Postgres>()
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
    fn read(row: &Row) -> Answer<Self> {
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            email: row.try_get(2)?,
            age: row.try_get(3)?,
            city: row.try_get(4)?,
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

struct Postgres {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Workloads for Postgres {
    const NAME: &'static str = "postgres";

    fn open(url: &str) -> Result<Self> {
        Ok(Self { client: Client::connect(url, NoTls)?, statements: HashMap::new() })
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql)?)
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        Ok(self.client.query_one(sql, &[])?.try_get(0)?)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            let insert = self.prepared(INSERT)?;
            self.in_mode(Mode::Transaction, |client| {
                for Person { name, email, age, city } in &people {
                    client.execute(&insert, &[name, email, age, city])?;
                }
                drop(people);
                Ok(())
            })
        })
    }

    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            let insert = self.prepared(INSERT_ALL)?;
            let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
            let emails: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
            let ages: Vec<i64> = people.iter().map(|person| person.age).collect();
            let cities: Vec<&str> = people.iter().map(|person| person.city.as_str()).collect();
            self.in_mode(Mode::Transaction, |client| {
                client.execute(&insert, &[&names, &emails, &ages, &cities])
            })?;
            drop(people);
            Ok(())
        })
    }

    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let select = self.prepared(SELECT)?;
            self.in_mode(mode, |client| Ok(ages(&users(client, &select, &[])?)))
        })
    }

    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let select = self.prepared(BY_KEY)?;
            self.in_mode(mode, |client| {
                let mut ages = 0;
                for key in keys {
                    ages += black_box(&User::read(&client.query_one(&select, &[key])?)?).age;
                }
                Ok(ages)
            })
        })
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let select = self.prepared(BY_EMAIL)?;
            self.in_mode(mode, |client| {
                let mut ages = 0;
                for email in emails {
                    ages += black_box(&User::read(&client.query_one(&select, &[email])?)?).age;
                }
                Ok(ages)
            })
        })
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let select = self.prepared(PAGE)?;
            self.in_mode(mode, |client| {
                let mut sum = 0;
                for page in pages {
                    sum += ages(&users(client, &select, &[&page.min_age, &page.limit])?);
                }
                Ok(sum)
            })
        })
    }

    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let selects = (self.prepared(PARENTS)?, self.prepared(CHILDREN)?);
            self.in_mode(mode, |client| {
                let parents = load_families(client, &selects)?;
                let children = black_box(&parents).iter().flat_map(|parent| &parent.children);
                Ok(children.map(|child| child.age).sum())
            })
        })
    }

    fn update(&mut self, watch: &mut Watch) -> Result<()> {
        let select = self.prepared(SELECT)?;
        let mut users = users(&mut self.client, &select, &[])?;
        watch.time(|| {
            let update = self.prepared(UPDATE)?;
            users.iter_mut().for_each(|user| user.age += 1);
            let keys: Vec<i64> = users.iter().map(|user| user.id).collect();
            let ages: Vec<i64> = users.iter().map(|user| user.age).collect();
            self.in_mode(Mode::Transaction, |client| client.execute(&update, &[&keys, &ages]))?;
            drop(users);
            Ok(())
        })
    }
}

impl Postgres {
    /// The statement of a text, prepared at its first use.
    fn prepared(&mut self, text: &'static str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text)?;
        self.statements.insert(text, statement.clone());
        Ok(statement)
    }

    fn in_mode<T>(&mut self, mode: Mode, work: impl FnOnce(&mut Client) -> Answer<T>) -> Result<T> {
        let client = &mut self.client;
        if mode == Mode::Autocommit {
            return Ok(work(client)?);
        }
        client.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE")?;
        let value = work(client)?;
        client.batch_execute("COMMIT")?;
        Ok(value)
    }
}

fn users(client: &mut Client, select: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Answer<Vec<User>> {
    let parameters = parameters.iter().map(|&parameter| parameter as &dyn ToSql);
    client.query_raw(select, parameters)?.map(|row| User::read(&row)).collect()
}

fn ages(users: &[User]) -> i64 {
    black_box(users).iter().map(|user| user.age).sum()
}

fn load_families(client: &mut Client, selects: &(Statement, Statement)) -> Answer<Vec<Parent>> {
    let mut parents: Vec<Parent> = Vec::new();
    let mut positions: HashMap<i64, usize> = HashMap::new();
    for row in client.query(&selects.0, &[])? {
        let parent = Parent { id: row.try_get(0)?, name: row.try_get(1)?, children: Vec::new() };
        positions.insert(parent.id, parents.len());
        parents.push(parent);
    }
    let keys: Vec<i64> = parents.iter().map(|parent| parent.id).collect();
    let mut rows = client.query_raw(&selects.1, [&keys])?;
    while let Some(row) = rows.next()? {
        let child = Child {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            age: row.try_get(2)?,
            parent_id: row.try_get(3)?,
        };
        if let Some(&parent) = positions.get(&child.parent_id) {
            parents[parent].children.push(child);
        }
    }
    Ok(parents)
}
