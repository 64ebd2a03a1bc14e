//! The benchmark's workloads on onggi: plain structs on a connection, tracked objects in a session.

use std::hint::black_box;
use std::process::ExitCode;

use bench_common::data::Kind;
use bench_common::{Hold, Mode, Page, Person, Result, Watch, Workloads};
use onggi::{
    BelongsTo, Connection, Database, Executor, Handle, HasMany, Id, Model, Query, RowMap, Session, sql,
};

fn main() -> ExitCode {
    bench_common::run::<Onggi>()
}

/// A row of the table that every library reads and writes.
#[derive(Clone, Model)]
#[model(table = "users")]
struct User {
    id: Id<User>,
    name: String,
    #[model(unique)]
    email: String,
    age: i64,
    city: String,
}

#[derive(Clone, Model)]
#[model(table = "parents")]
struct Parent {
    id: Id<Parent>,
    name: String,
    children: HasMany<Child>,
}

#[derive(Clone, Model)]
#[model(table = "children")]
struct Child {
    id: Id<Child>,
    name: String,
    age: i64,
    parent: BelongsTo<Parent>,
}

impl From<Person> for User {
    fn from(person: Person) -> User {
        let Person { name, email, age, city } = person;
        User { id: Id::default(), name, email, age, city }
    }
}

/// Sessions and plain connections are the pool's only connection in turns, as every other library has only one.
struct Onggi {
    db: Database,
    connection: Option<Connection>,
}

impl Onggi {
    fn connection(&mut self) -> Result<&mut Connection> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(self.db.connect()?)),
        }
    }

    fn session(&mut self) -> Result<Session> {
        self.connection = None;
        Ok(self.db.session()?)
    }
}

impl Workloads for Onggi {
    const NAME: &'static str = "onggi";
    const PLANNER_STABLE: bool = true;
    const GATHERS: bool = true;
    const FINDS: bool = true;

    fn open(place: &str) -> Result<Self> {
        let db = match Kind::of(place) {
            Kind::Sqlite => Database::open(&format!("sqlite://{place}"))?,
            Kind::Postgres | Kind::Mysql => Database::open(place)?,
        };
        Ok(Self { db, connection: None })
    }

    fn execute(&mut self, text: &str) -> Result<()> {
        // MariaDB says how that went in rows.
        match text.starts_with("ANALYZE TABLE") {
            true => drop(sql(text).all::<RowMap, _>(self.connection()?)?),
            false => drop(sql(text).execute(self.connection()?)?),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<String> {
        Ok(sql(text).one(self.connection()?)?)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        let users: Vec<User> = people.into_iter().map(User::from).collect();
        watch.time(|| {
            let mut session = self.session()?;
            for user in users {
                session.add(user);
            }
            Ok(session.commit()?)
        })
    }

    fn insert_statements(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        let mut users: Vec<User> = people.into_iter().map(User::from).collect();
        watch.time(|| {
            let connection = self.connection()?;
            connection
                .transaction(|connection| users.iter_mut().try_for_each(|user| connection.insert(user)))?;
            drop(users);
            Ok(())
        })
    }

    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        let mut users: Vec<User> = people.into_iter().map(User::from).collect();
        watch.time(|| {
            self.connection()?.insert_all(&mut users)?;
            drop(users);
            Ok(())
        })
    }

    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| match mode {
            Mode::Autocommit => Ok(ages(&User::query().all(self.connection()?)?)),
            Mode::Transaction => {
                let mut session = self.session()?;
                let users = User::query().all(&mut session)?;
                let ages = tracked_ages(&session, &users);
                session.commit()?;
                Ok(ages)
            }
        })
    }

    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let mut ages = 0;
            match mode {
                Mode::Autocommit => {
                    let connection = self.connection()?;
                    for &key in keys {
                        ages += black_box(&connection.get_one::<User>(key)?).age;
                    }
                }
                Mode::Transaction => {
                    let mut session = self.session()?;
                    for &key in keys {
                        let user = session.get_one::<User>(key)?;
                        ages += black_box(&session[user]).age;
                    }
                    session.commit()?;
                }
            }
            Ok(ages)
        })
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let mut ages = 0;
            match mode {
                Mode::Autocommit => {
                    let connection = self.connection()?;
                    for email in emails {
                        ages += black_box(&by_email(email).one(connection)?).age;
                    }
                }
                Mode::Transaction => {
                    let mut session = self.session()?;
                    for email in emails {
                        let user = by_email(email).one(&mut session)?;
                        ages += black_box(&session[user]).age;
                    }
                    session.commit()?;
                }
            }
            Ok(ages)
        })
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let mut sum = 0;
            match mode {
                Mode::Autocommit => {
                    let connection = self.connection()?;
                    for page in pages {
                        sum += ages(&read_page(*page, connection)?);
                    }
                }
                Mode::Transaction => {
                    let mut session = self.session()?;
                    for page in pages {
                        let users = read_page(*page, &mut session)?;
                        sum += tracked_ages(&session, &users);
                    }
                    session.commit()?;
                }
            }
            Ok(sum)
        })
    }

    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        watch.time(|| match mode {
            Mode::Autocommit => {
                let parents = Parent::query().with(|p| p.children()).all(self.connection()?)?;
                let children =
                    black_box(&parents).iter().filter_map(|parent| parent.children.loaded()).flatten();
                Ok(children.map(|child| child.age).sum())
            }
            Mode::Transaction => {
                let mut session = self.session()?;
                let parents = Parent::query().with(|p| p.children()).all(&mut session)?;
                let mut ages = 0;
                for parent in black_box(parents) {
                    let children = session.load(parent, |p| p.children())?;
                    ages += children.into_iter().map(|child| session[child].age).sum::<i64>();
                }
                session.commit()?;
                Ok(ages)
            }
        })
    }

    fn update(&mut self, watch: &mut Watch) -> Result<()> {
        let mut session = self.session()?;
        let users = User::query().all(&mut session)?;
        watch.time(|| {
            for user in users {
                session[user].age += 1;
            }
            session.commit()?;
            drop(session);
            Ok(())
        })
    }

    fn clauses(&mut self, page: Page, city: &str, times: usize, watch: &mut Watch) -> Result<i64> {
        watch.time(|| {
            let connection = self.connection()?;
            let mut sum = 0;
            for _ in 0..times {
                sum += ages(&five_clauses(page, city)?.all(connection)?);
            }
            Ok(sum)
        })
    }

    fn find(&mut self, page: Page, city: &str, times: usize, watch: &mut Watch) -> Result<usize> {
        watch.time(|| {
            let connection = self.connection()?;
            let mut characters = 0;
            for _ in 0..times {
                characters += five_clauses(page, city)?.sql(connection)?.len();
            }
            Ok(characters)
        })
    }

    fn hold(&mut self, hold: Hold) -> Result<Option<i64>> {
        match hold {
            Hold::Stream => {
                let mut ages = 0;
                User::query().each(self.connection()?, |user| {
                    ages += black_box(&user?).age;
                    Ok(())
                })?;
                Ok(Some(ages))
            }
            Hold::Vec => Ok(Some(ages(&User::query().all(self.connection()?)?))),
            Hold::Session => {
                let mut session = self.session()?;
                let users = User::query().all(&mut session)?;
                Ok(Some(tracked_ages(&session, &users)))
            }
        }
    }
}

fn by_email(email: &str) -> Query<User> {
    User::query().filter(|u| u.email.eq(email))
}

fn five_clauses(page: Page, city: &str) -> Result<Query<User>> {
    let query = User::query().filter(|u| u.age.ge(page.min_age)).filter(|u| u.city.eq(city));
    Ok(query.order_by(|u| u.email).limit(u32::try_from(page.limit)?).offset(1))
}

fn read_page<E: Executor>(
    page: Page,
    executor: &mut E,
) -> Result<Vec<<E::Keep as onggi::Keep>::Entity<User>>> {
    let query = User::query().filter(|u| u.age.ge(page.min_age)).order_by(|u| u.email);
    Ok(query.limit(u32::try_from(page.limit)?).all(executor)?)
}

fn ages(users: &[User]) -> i64 {
    black_box(users).iter().map(|user| user.age).sum()
}

fn tracked_ages(session: &Session, users: &[Handle<User>]) -> i64 {
    black_box(users).iter().map(|&user| session[user].age).sum()
}
