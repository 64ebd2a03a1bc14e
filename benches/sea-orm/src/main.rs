//! The benchmark's peer on servers: SeaORM, written as its guides advise, on a runtime of one thread.

use std::hint::black_box;
use std::process::ExitCode;

use bench_common::{Mode, Page, Person, Result, Watch, Workloads};
use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveValue, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, IsolationLevel,
    LoaderTrait, QueryOrder, QuerySelect, Statement, TransactionTrait,
};
use tokio::runtime::Runtime;

/// Rows per `INSERT` statement in bulk.
const BULK: usize = 1_000;

mod user {
    //! The table of people.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        #[sea_orm(unique)]
        pub email: String,
        pub age: i64,
        pub city: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod parent {
    //! The table of parents.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "parents")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::child::Entity")]
        Child,
    }

    impl Related<super::child::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Child.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod child {
    //! The table of children.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "children")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub age: i64,
        pub parent_id: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::parent::Entity",
            from = "Column::ParentId",
            to = "super::parent::Column::Id"
        )]
        Parent,
    }

    impl Related<super::parent::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Parent.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Runs work on the connection, or in a transaction, which is serializable.
macro_rules! in_mode {
    ($mode:expr, $db:expr, |$connection:ident| $work:expr) => {
        async {
            match $mode {
                Mode::Autocommit => {
                    let $connection = &*$db;
                    $work.await
                }
                Mode::Transaction => {
                    let transaction = begin($db).await?;
                    let $connection = &transaction;
                    let value = $work.await?;
                    transaction.commit().await?;
                    Ok(value)
                }
            }
        }
    };
}

fn main() -> ExitCode {
    bench_common::run::<SeaOrm>()
}

struct SeaOrm {
    runtime: Runtime,
    db: DatabaseConnection,
}

impl Workloads for SeaOrm {
    const NAME: &'static str = "SeaORM";

    fn open(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).test_before_acquire(false).sqlx_logging(false);
        let db = runtime.block_on(Database::connect(options))?;
        Ok(Self { runtime, db })
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        self.runtime.block_on(self.db.execute_unprepared(sql))?;
        Ok(())
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let row = self.runtime.block_on(self.db.query_one_raw(statement))?;
        Ok(row.ok_or("no row")?.try_get_by_index(0)?)
    }

    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        let users: Vec<user::ActiveModel> = people.into_iter().map(active).collect();
        watch.time(|| {
            self.runtime.block_on(async {
                let transaction = begin(&self.db).await?;
                for user in users {
                    user.insert(&transaction).await?;
                }
                Ok(transaction.commit().await?)
            })
        })
    }

    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()> {
        let mut users: Vec<user::ActiveModel> = people.into_iter().map(active).collect();
        watch.time(|| {
            self.runtime.block_on(async {
                let transaction = begin(&self.db).await?;
                while !users.is_empty() {
                    let rest = users.split_off(users.len().min(BULK));
                    let users = std::mem::replace(&mut users, rest);
                    user::Entity::insert_many(users).exec_without_returning(&transaction).await?;
                }
                Ok(transaction.commit().await?)
            })
        })
    }

    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        let Self { runtime, db } = self;
        watch.time(|| runtime.block_on(in_mode!(mode, db, |connection| select_all(connection))))
    }

    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64> {
        let Self { runtime, db } = self;
        watch.time(|| runtime.block_on(in_mode!(mode, db, |connection| get_by_key(connection, keys))))
    }

    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64> {
        let Self { runtime, db } = self;
        watch.time(|| runtime.block_on(in_mode!(mode, db, |connection| get_by_email(connection, emails))))
    }

    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64> {
        let Self { runtime, db } = self;
        watch.time(|| runtime.block_on(in_mode!(mode, db, |connection| read_pages(connection, pages))))
    }

    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64> {
        let Self { runtime, db } = self;
        watch.time(|| runtime.block_on(in_mode!(mode, db, |connection| read_families(connection))))
    }

    fn update(&mut self, watch: &mut Watch) -> Result<()> {
        let Self { runtime, db } = self;
        let users = runtime.block_on(user::Entity::find().all(db))?;
        watch.time(|| {
            runtime.block_on(async {
                let transaction = begin(db).await?;
                for user in users {
                    let age = user.age + 1;
                    let mut user: user::ActiveModel = user.into();
                    user.age = ActiveValue::Set(age);
                    user.update(&transaction).await?;
                }
                Ok(transaction.commit().await?)
            })
        })
    }
}

async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction> {
    Ok(db.begin_with_config(Some(IsolationLevel::Serializable), None).await?)
}

fn active(person: Person) -> user::ActiveModel {
    let Person { name, email, age, city } = person;
    user::ActiveModel {
        id: ActiveValue::NotSet,
        name: ActiveValue::Set(name),
        email: ActiveValue::Set(email),
        age: ActiveValue::Set(age),
        city: ActiveValue::Set(city),
    }
}

async fn select_all(connection: &impl ConnectionTrait) -> Result<i64> {
    let users = user::Entity::find().all(connection).await?;
    Ok(black_box(&users).iter().map(|user| user.age).sum())
}

async fn get_by_key(connection: &impl ConnectionTrait, keys: &[i64]) -> Result<i64> {
    let mut ages = 0;
    for &key in keys {
        let user = user::Entity::find_by_id(key).one(connection).await?.ok_or("no such person")?;
        ages += black_box(&user).age;
    }
    Ok(ages)
}

async fn get_by_email(connection: &impl ConnectionTrait, emails: &[String]) -> Result<i64> {
    let mut ages = 0;
    for email in emails {
        let query = user::Entity::find().filter(user::Column::Email.eq(email.as_str()));
        ages += black_box(&query.one(connection).await?.ok_or("no such person")?).age;
    }
    Ok(ages)
}

async fn read_pages(connection: &impl ConnectionTrait, pages: &[Page]) -> Result<i64> {
    let mut ages = 0;
    for page in pages {
        let query = user::Entity::find().filter(user::Column::Age.gte(page.min_age));
        let query = query.order_by_asc(user::Column::Email).limit(u64::try_from(page.limit)?);
        let users = query.all(connection).await?;
        ages += black_box(&users).iter().map(|user| user.age).sum::<i64>();
    }
    Ok(ages)
}

async fn read_families(connection: &impl ConnectionTrait) -> Result<i64> {
    let parents = parent::Entity::find().all(connection).await?;
    let children = parents.load_many(child::Entity, connection).await?;
    let families: Vec<(parent::Model, Vec<child::Model>)> = parents.into_iter().zip(children).collect();
    let children = black_box(&families).iter().flat_map(|(_, children)| children);
    Ok(children.map(|child| child.age).sum())
}
