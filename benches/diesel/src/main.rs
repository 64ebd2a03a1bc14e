//! The benchmark's peer: Diesel, written as its guides advise. It is built for one database at a time, a feature each.
//!
//! Queries are built by its query builder, which keeps their prepared statements in the connection; many rows
//! go into one `INSERT`; a key or unique column is asked for without the `LIMIT 1` that `first` would add.

use std::hint::black_box;
use std::process::ExitCode;

use bench_common::{Hold, Mode, Page, Person, Result, Watch, Workloads};
use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;

#[cfg(feature = "mysql")]
type DieselConnection = MysqlConnection;
#[cfg(feature = "postgres")]
type DieselConnection = PgConnection;
#[cfg(feature = "sqlite")]
type DieselConnection = SqliteConnection;
/// Named in attributes only, which does not count.
#[allow(dead_code)]
type Backend = <DieselConnection as Connection>::Backend;

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
        age -> BigInt,
        city -> Text,
    }
}

diesel::table! {
    parents (id) {
        id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    children (id) {
        id -> BigInt,
        name -> Text,
        age -> BigInt,
        parent_id -> BigInt,
    }
}

diesel::joinable!(children -> parents (parent_id));
diesel::allow_tables_to_appear_in_same_query!(parents, children);

/// Rows per `INSERT` statement in bulk.
const BULK: usize = 1_000;

fn main() -> ExitCode {
    bench_common::run::<Diesel>()
}

#[derive(Queryable, Selectable, Identifiable)]
#[diesel(table_name = users, check_for_backend(Backend))]
#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct User {
    id: i64,
    name: String,
    email: String,
    age: i64,
    city: String,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewUser<'a> {
    name: &'a str,
    email: &'a str,
    age: i64,
    city: &'a str,
}

impl<'a> From<&'a Person> for NewUser<'a> {
    fn from(person: &'a Person) -> Self {
        Self { name: &person.name, email: &person.email, age: person.age, city: &person.city }
    }
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

#[derive(Queryable, Selectable, Identifiable)]
#[diesel(table_name = parents, check_for_backend(Backend))]
#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct Parent {
    id: i64,
    name: String,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = children, belongs_to(Parent), check_for_backend(Backend))]
#[expect(dead_code, reason = "no workload looks at every field that it loads")]
struct Child {
    id: i64,
    name: String,
    age: i64,
    parent_id: i64,
}

struct Diesel {
    connection: DieselConnection,
}

impl Workloads for Diesel {
    const NAME: &'static str = "Diesel";
    fn open(place: &str) -> Result<Self> {
        #[cfg_attr(feature = "postgres", allow(unused_mut))]
        let mut connection = DieselConnection::establish(place)?;
        #[cfg(feature = "sqlite")]
        connection.batch_execute(&bench_common::data::pragmas())?;
        #[cfg(feature = "mysql")]
        connection.batch_execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
        Ok(Self { connection })
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.batch_execute(sql)?)
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        let row: Text =
            diesel::sql_query(format!("SELECT ({sql}) AS value")).get_result(&mut self.connection)?;
        Ok(row.value)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            transaction(&mut self.connection, |connection| {
                for person in people {
                    diesel::insert_into(users::table).values(NewUser::from(&person)).execute(connection)?;
                }
                Ok(())
            })
        })
    }

    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        watch.time(|| {
            transaction(&mut self.connection, |connection| {
                for chunk in people.chunks(BULK) {
                    let rows: Vec<NewUser<'_>> = chunk.iter().map(NewUser::from).collect();
                    diesel::insert_into(users::table).values(&rows).execute(connection)?;
                }
                Ok(())
            })
        })
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
                let mut ages = 0;
                for key in keys {
                    let user: User =
                        users::table.find(key).select(User::as_select()).get_result(connection)?;
                    ages += black_box(&user).age;
                }
                Ok(ages)
            })
        })
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut ages = 0;
                for email in emails {
                    let query = users::table.filter(users::email.eq(email)).select(User::as_select());
                    let user: User = query.get_result(connection)?;
                    ages += black_box(&user).age;
                }
                Ok(ages)
            })
        })
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let mut ages = 0;
                for page in pages {
                    let query = users::table.filter(users::age.ge(page.min_age)).order(users::email.asc());
                    let users = query.limit(page.limit).select(User::as_select()).load(connection)?;
                    ages += black_box(&users).iter().map(|user| user.age).sum::<i64>();
                }
                Ok(ages)
            })
        })
    }

    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            self.in_mode(mode, |connection| {
                let parents = parents::table.select(Parent::as_select()).load(connection)?;
                let children = Child::belonging_to(&parents).select(Child::as_select()).load(connection)?;
                let children = children.grouped_by(&parents);
                let families: Vec<(Parent, Vec<Child>)> = parents.into_iter().zip(children).collect();
                let children = black_box(&families).iter().flat_map(|(_, children)| children);
                Ok(children.map(|child| child.age).sum())
            })
        })
    }

    fn update(&mut self, watch: &mut Watch) -> Result<()> {
        let mut users = load(&mut self.connection)?;
        watch.time(|| {
            transaction(&mut self.connection, |connection| {
                for user in &mut users {
                    user.age += 1;
                    diesel::update(&*user).set(users::age.eq(user.age)).execute(connection)?;
                }
                drop(users);
                Ok(())
            })
        })
    }

    fn clauses(&mut self, page: Page, city: &str, times: usize, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let mut ages = 0;
            for _ in 0..times {
                let query = users::table.filter(users::age.ge(page.min_age)).filter(users::city.eq(city));
                let query = query.order(users::email.asc()).limit(page.limit).offset(1);
                let users = query.select(User::as_select()).load(&mut self.connection)?;
                ages += black_box(&users).iter().map(|user| user.age).sum::<i64>();
            }
            Ok(ages)
        })
    }

    fn hold(&mut self, hold: Hold) -> Result<Option<i64>> {
        match hold {
            Hold::Stream => {
                let mut ages = 0;
                for user in users::table
                    .select(User::as_select())
                    .load_iter::<User, DefaultLoadingMode>(&mut self.connection)?
                {
                    let user: User = user?;
                    ages += black_box(&user).age;
                }
                Ok(Some(ages))
            }
            Hold::Vec => {
                let users = load(&mut self.connection)?;
                Ok(Some(black_box(&users).iter().map(|user| user.age).sum()))
            }
            Hold::Session => Ok(None),
        }
    }
}

impl Diesel {
    fn in_mode<T>(
        &mut self,
        mode: Mode,
        work: impl FnOnce(&mut DieselConnection) -> QueryResult<T>,
    ) -> Result<T> {
        match mode {
            Mode::Autocommit => Ok(work(&mut self.connection)?),
            Mode::Transaction => transaction(&mut self.connection, work),
        }
    }
}

/// Runs work in a transaction, which is serializable.
fn transaction<T>(
    connection: &mut DieselConnection,
    work: impl FnOnce(&mut DieselConnection) -> QueryResult<T>,
) -> Result<T> {
    #[cfg(feature = "postgres")]
    return Ok(connection.build_transaction().serializable().run(work)?);
    #[cfg(not(feature = "postgres"))]
    return Ok(connection.transaction(work)?);
}

fn load(connection: &mut DieselConnection) -> QueryResult<Vec<User>> {
    users::table.select(User::as_select()).load(connection)
}
