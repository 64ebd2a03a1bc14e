//! Bugs that were found and mended, each with the test that found it.

use std::sync::{Arc, Mutex};

use onggi::{Bind, Database, Error, Field, Id, Model, Result, Type, ValueRef, models, sql};

#[derive(Clone, Default, Debug, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    n: i64,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    #[model(on_delete = "cascade")]
    author: Id<User>,
    #[model(unique)]
    title: String,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Versioned {
    id: Id<Versioned>,
    #[model(unique)]
    name: String,
    a: i64,
    #[model(version)]
    version: i64,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Tag {
    #[model(primary_key)]
    name: String,
    n: i64,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Bare {
    #[model(primary_key)]
    name: String,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Profile {
    #[model(primary_key)]
    user: Id<User>,
    bio: String,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Photo {
    id: Id<Photo>,
    profile: Id<Profile>,
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct Node {
    id: Id<Node>,
    parent: Option<Id<Node>>,
    name: String,
}

fn tables() -> [&'static onggi::Table; 7] {
    models![User, Post, Versioned, Tag, Bare, Profile, Photo]
}

fn db() -> Database {
    let db = Database::open("sqlite::memory:").expect("works");
    db.create_tables(tables()).expect("works");
    db.create_tables(models![Node]).expect("works");
    db
}

fn file(options: &str) -> (tempfile::TempDir, Database) {
    let dir = tempfile::tempdir().expect("works");
    let db = Database::open(&format!("sqlite://{}/x.db?{options}", dir.path().display())).expect("works");
    db.create_tables(tables()).expect("works");
    (dir, db)
}

fn user(name: &str) -> User {
    User { name: name.into(), n: 1, ..Default::default() }
}

#[derive(Clone, Debug, PartialEq, Default)]
struct Lazy(Option<i64>);
impl Field for Lazy {
    type Base = Lazy;
    const TYPE: Type = Type::BIGINT;
    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        if let Some(v) = self.0 {
            to.bind(ValueRef::Integer(v))?;
        }
        Ok(())
    }
    fn read(v: ValueRef<'_>) -> Result<Lazy> {
        match v {
            ValueRef::Integer(i) => Ok(Lazy(Some(i))),
            _ => Ok(Lazy(None)),
        }
    }
}
#[derive(Clone, Default, Debug, PartialEq, Model)]
struct L {
    id: Id<L>,
    v: Lazy,
}

#[test]
fn an_upsert_whose_commit_fails_is_an_error() -> Result<()> {
    let (_d, db) = file("journal_mode=delete&busy_timeout=50");
    let mut r = db.session()?;
    let _ = Tag::query().count(&mut r)?; // holds SHARED
    let mut c = db.connect()?;
    let mut v = Versioned { name: "a".into(), ..Default::default() };
    let res = c.upsert(&mut v, |v| v.name);
    drop(r);
    assert!(res.is_err(), "nothing was written");
    assert_eq!(Versioned::query().count(&mut c)?, 0);
    Ok(())
}

#[test]
fn an_upsert_that_breaks_a_deferred_key_is_an_error() -> Result<()> {
    let db = Database::open("sqlite::memory:")?;
    let mut c = db.connect()?;
    sql("CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)").execute(&mut c)?;
    sql("CREATE TABLE post (id INTEGER PRIMARY KEY, author INTEGER REFERENCES user (id) DEFERRABLE INITIALLY DEFERRED, title TEXT UNIQUE)").execute(&mut c)?;
    let mut p = Post { author: 99.into(), title: "t".into(), ..Default::default() };
    let res = c.upsert(&mut p, |p| p.title);
    assert!(res.is_err_and(|error| error.is_foreign_key_violation()));
    assert_eq!(Post::query().count(&mut c)?, 0);
    Ok(())
}

#[test]
fn a_statement_with_rows_is_refused_before_it_writes() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    let r = sql("INSERT INTO user (name, n) VALUES ('x', 1) RETURNING id").execute(&mut c);
    assert!(r.is_err());
    assert_eq!(User::query().count(&mut c)?, 0, "error, but written");
    Ok(())
}

#[test]
fn a_statement_that_changes_no_rows_says_so() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    c.insert_all(&mut [user("a"), user("b")])?;
    User::query().update(&mut c, |u| u.n.set(2))?;
    let n = sql("CREATE TABLE zz (a)").execute(&mut c)?;
    assert_eq!(n, 0);
    Ok(())
}

#[test]
fn raw_writes_with_rows_make_objects_suspect() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    s.add(user("a"));
    s.flush()?;
    let _: Vec<i64> = sql("UPDATE user SET n = 9 RETURNING n").all(&mut s)?;
    let g = s.get_one::<User>(1)?;
    let q = User::query().one(&mut s)?;
    assert_eq!((s[g].n, s[q].n), (9, 9));
    Ok(())
}

#[test]
fn changes_to_a_deleted_object_are_rolled_back() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let h = s.add(user("a"));
    s.commit()?;
    s.delete(h)?;
    s[h].name = "changed".into();
    s.rollback()?;
    assert_eq!(s[h].name, "a");
    Ok(())
}

#[test]
fn values_read_in_a_failed_savepoint_are_no_base_of_writes() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let h = s.add(user("a"));
    s.commit()?;
    let _ = s.savepoint(|s| {
        User::query().update(s, |u| u.n.set(5))?;
        let h = User::query().one(s)?;
        assert_eq!(s[h].n, 5);
        Err::<(), _>(Error::other("x"))
    });
    s[h].n += 1;
    s.commit()?;
    let mut c = db.connect()?;
    let n = c.get_one::<User>(1)?.n;
    assert_eq!(n, 2, "rolled back value was the base of a write");
    Ok(())
}

#[test]
fn refreshed_values_are_rolled_back() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let h = s.add(user("a"));
    s.commit()?;
    User::query().update(&mut s, |u| u.n.set(5))?;
    s.refresh(h)?;
    s.rollback()?;
    assert_eq!(s[h].n, 1);
    Ok(())
}

#[test]
fn a_deleted_key_can_be_attached_again() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let t = s.add(Tag { name: "x".into(), n: 1 });
    s.commit()?;
    s.delete(t)?;
    s.attach(Tag { name: "x".into(), n: 2 })?;
    s.commit()?;
    Ok(())
}

#[test]
fn rows_that_a_flush_deletes_by_cascade_are_gone() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let u = s.add(user("a"));
    s.add(Post { author: u.into(), title: "t".into(), ..Default::default() });
    s.commit()?;
    s.delete(u)?;
    s.flush()?;
    assert_eq!(Post::query().count(&mut s)?, 0);
    s.commit()?;
    assert!(s.get::<Post>(1)?.is_none());
    Ok(())
}

#[test]
fn rows_that_a_statement_deletes_by_cascade_are_gone() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let u = s.add(user("a"));
    s.add(Post { author: u.into(), title: "t".into(), ..Default::default() });
    s.commit()?;
    User::query().delete(&mut s)?;
    assert!(s.get::<Post>(1)?.is_none());
    Ok(())
}

#[test]
fn a_key_that_is_a_handle_can_be_referred_to() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let u = s.add(user("a"));
    let p = s.add(Profile { user: u.into(), bio: "b".into() });
    s.add(Photo { profile: p.into(), ..Default::default() });
    s.commit()?;
    Ok(())
}

#[test]
fn a_column_that_does_not_exist_is_an_error() -> Result<()> {
    let db = Database::open("sqlite::memory:")?;
    let mut c = db.connect()?;
    sql("CREATE TABLE user (id INTEGER PRIMARY KEY, n INTEGER)").execute(&mut c)?;
    sql("INSERT INTO user (n) VALUES (7)").execute(&mut c)?;
    let r = User::query().all(&mut c);
    assert!(r.is_err());
    Ok(())
}

#[test]
fn a_column_of_another_model_is_an_error() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    c.insert(&mut user("a"))?;
    let other = Post::query().columns();
    let r = User::query().filter(|_| other.title.eq("title")).all(&mut c);
    assert!(r.is_err());
    Ok(())
}

#[test]
fn a_column_of_another_model_is_not_set() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    c.insert(&mut user("a"))?;
    let other = Post::query().columns();
    let error = User::query().update(&mut c, |_| other.title.set("title")).unwrap_err();
    assert!(error.to_string().starts_with("title is set, a column of "), "{error}");
    Ok(())
}

#[test]
fn a_transaction_is_not_committed_inside_its_closure() -> Result<()> {
    let db = db();
    let r = db.transaction(|s| {
        s.add(user("a"));
        s.commit()?;
        Err::<(), _>(Error::other("no"))
    });
    assert!(r.is_err_and(|error| error.to_string().contains("commit inside")));
    assert_eq!(User::query().count(&mut db.connect()?)?, 0);
    Ok(())
}

#[test]
fn rows_are_deleted_in_the_order_of_their_own_references() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let p = s.add(Node { name: "p".into(), ..Default::default() });
    let c = s.add(Node { name: "c".into(), parent: p.into(), ..Default::default() });
    s.commit()?;
    s.delete(p)?;
    s[c].parent = None;
    s.delete(c)?;
    s.commit()?;
    Ok(())
}

#[test]
fn a_model_of_keys_alone_can_be_updated() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    let mut b = Bare { name: "x".into() };
    c.insert(&mut b)?;
    c.update(&mut b)?;
    Ok(())
}

#[test]
fn options_for_files_are_refused_in_memory() -> Result<()> {
    let db = Database::open("sqlite::memory:?mode=ro&journal_mode=off");
    assert!(db.is_err_and(|error| error.is_url()));
    Ok(())
}

#[test]
fn an_upsert_counts_the_version() -> Result<()> {
    let db = db();
    let mut c = db.connect()?;
    let mut v = Versioned { name: "a".into(), ..Default::default() };
    c.insert(&mut v)?;
    let mut old = v.clone();
    v.a = 1;
    c.update(&mut v)?;
    let mut w = Versioned { name: "a".into(), a: 7, ..Default::default() };
    c.upsert(&mut w, |v| v.name)?;
    old.a = 5;
    let r = c.update(&mut old);
    assert!(r.is_err(), "lost update");
    Ok(())
}

#[test]
fn a_field_that_binds_nothing_is_an_error() -> Result<()> {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(models![L])?;
    let mut c = db.connect()?;
    let r = c.insert_all(&mut [
        L { v: Lazy(Some(42)), ..Default::default() },
        L { v: Lazy(None), ..Default::default() },
    ]);
    assert!(r.is_err());
    Ok(())
}

#[test]
fn a_circle_that_is_gone_already_can_be_deleted() -> Result<()> {
    let db = db();
    let mut s = db.session()?;
    let a = s.add(Node { name: "a".into(), ..Default::default() });
    let b = s.add(Node { name: "b".into(), parent: a.into(), ..Default::default() });
    s.flush()?;
    s[a].parent = b.into();
    s.commit()?;
    {
        let mut c = db.connect()?;
        sql("UPDATE node SET parent = NULL").execute(&mut c)?;
        sql("DELETE FROM node").execute(&mut c)?;
    }
    s.delete(a)?;
    s.delete(b)?;
    s.commit()?;
    Ok(())
}

#[test]
fn keys_that_the_database_takes_for_equal_are_one_object() -> Result<()> {
    let db = Database::open("sqlite::memory:")?;
    let mut s = db.session()?;
    sql("CREATE TABLE tag (name TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER)").execute(&mut s)?;
    sql("INSERT INTO tag VALUES ('abc', 1)").execute(&mut s)?;
    let a = s.get_one::<Tag>("abc".to_owned())?;
    let b = s.get_one::<Tag>("ABC".to_owned())?;
    assert_eq!(a, b);
    Ok(())
}

#[test]
fn a_statement_that_never_ran_is_not_observed() -> Result<()> {
    let db = db();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let s2 = seen.clone();
    db.on_statement(move |e| s2.lock().expect("works").push(e.statement.to_owned()));
    let mut c = db.connect()?;
    assert!(Versioned::query().filter(|v| v.id.eq(Id::from(1))).exists(&mut c).is_ok());
    let n = seen.lock().expect("works").len();
    let r = c.insert(&mut Post { title: "x".into(), ..Default::default() });
    assert!(r.is_err(), "the author is not set");
    assert_eq!(seen.lock().expect("works").len(), n);
    Ok(())
}

/// SQLite gives the key of a row that is gone to the next one.
#[test]
fn an_object_whose_key_a_new_row_has_taken_is_detached_at_the_flush() -> Result<()> {
    let mut session = db().session()?;
    let old = session.add(user("old"));
    session.flush()?;
    User::query().delete(&mut session)?;
    let new = session.add(user("new"));
    session.flush()?;
    assert_eq!(session.state(old), onggi::State::Detached);
    assert_eq!(session[new].id, Id::from(1));
    Ok(())
}
