//! What a flush writes: exact statements, in order, and how often each.

use onggi::{Error, Handle, Id, Model, Result, Session, State, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Author {
    id: Id<Author>,
    name: String,
    age: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Book {
    id: Id<Book>,
    author: Id<Author>,
    title: String,
    year: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Review {
    id: Id<Review>,
    book: Id<Book>,
    author: Option<Id<Author>>,
}

const NOTHING: [&str; 0] = [];
const INSERT_AUTHOR: &str = r#"INSERT INTO "author" ("name", "age") VALUES (?1, ?2)"#;
const INSERT_BOOK: &str = r#"INSERT INTO "book" ("author", "title", "year") VALUES (?1, ?2, ?3)"#;
const INSERT_REVIEW: &str = r#"INSERT INTO "review" ("book", "author") VALUES (?1, ?2)"#;
const SAVEPOINT: &str = "SAVEPOINT onggi_0";
const RELEASE: &str = "RELEASE SAVEPOINT onggi_0";

fn author(name: &str, age: i32) -> Author {
    Author { name: name.into(), age, ..Default::default() }
}

fn book(author: impl Into<Id<Author>>, title: &str) -> Book {
    Book { author: author.into(), title: title.into(), ..Default::default() }
}

fn library(harness: &Harness) -> Result<Session> {
    harness.create(onggi::models![Review, Book, Author])?;
    harness.session()
}

/// A session that has loaded authors `a`, `b`, … of ages 1, 2, …, its transaction open.
fn authors<const N: usize>(harness: &Harness) -> Result<(Session, [Handle<Author>; N])> {
    let mut session = library(harness)?;
    let names = ('a'..).zip(1..).take(N);
    session.add_all(names.map(|(name, age)| author(&name.to_string(), age)));
    session.commit()?;
    let mut session = harness.session()?;
    let loaded = Author::query().order_by(|a| a.id).all(&mut session)?;
    harness.statements();
    Ok((session, loaded.try_into().map_err(|_| Error::other("other authors than were written"))?))
}

pub fn nothing_changed_is_nothing_written(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    session.flush()?;
    session[a].age = 1;
    session[a].name = "a".into();
    session.try_get_mut(a);
    session[a].age = 5;
    session[a].age = 1;
    session.flush()?;
    assert_eq!(harness.statements(), NOTHING);
    session.commit()?;
    assert_eq!(harness.statements(), ["COMMIT"]);
    Ok(())
}

pub fn only_changed_columns_are_written(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    session[a].age = 50;
    session.flush()?;
    assert_eq!(harness.statements(), [r#"UPDATE "author" SET "age" = ?1 WHERE "id" = ?2"#]);
    session[a].name = "aa".into();
    session[a].age = 51;
    session.flush()?;
    assert_eq!(harness.statements(), [r#"UPDATE "author" SET "name" = ?1, "age" = ?2 WHERE "id" = ?3"#]);
    session.flush()?;
    session.commit()?;
    assert_eq!(harness.statements(), ["COMMIT"]);
    assert_eq!(harness.rows::<Author>()?, [Author { id: 1.into(), ..author("aa", 51) }]);
    Ok(())
}

pub fn updates_of_the_same_columns_are_one_statement(harness: &Harness) -> Result<()> {
    let (mut session, [a, b, c, d]) = authors(harness)?;
    session[a].age = 10;
    session[b].name = "bb".into();
    session[c].age = 30;
    session[d].name = "dd".into();
    session.flush()?;
    assert_eq!(
        harness.statements(),
        [
            r#"2 x UPDATE "author" SET "age" = ?1 WHERE "id" = ?2"#,
            r#"2 x UPDATE "author" SET "name" = ?1 WHERE "id" = ?2"#,
        ]
    );
    Ok(())
}

pub fn inserts_are_one_statement_and_keys_are_read_back(harness: &Harness) -> Result<()> {
    let mut session = library(harness)?;
    let authors = session.add_all((0..100).map(|age| author("x", age)));
    session.flush()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", &format!("100 x {INSERT_AUTHOR}")]);
    for (key, &author) in (1..).zip(&authors) {
        assert_eq!(session[author].id.key(), Some(key));
    }
    session.commit()?;
    let ages: Vec<i32> = harness.rows::<Author>()?.iter().map(|author| author.age).collect();
    assert_eq!(ages, (0..100).collect::<Vec<_>>());
    Ok(())
}

pub fn one_row_needs_no_savepoint_and_two_do(harness: &Harness) -> Result<()> {
    let (mut session, []) = authors(harness)?;
    session.add(author("a", 1));
    session.flush()?;
    assert_eq!(harness.statements(), [INSERT_AUTHOR]);
    session.add_all([author("b", 1), author("c", 1)]);
    session.flush()?;
    assert_eq!(harness.statements(), [SAVEPOINT, &format!("2 x {INSERT_AUTHOR}"), RELEASE]);
    Ok(())
}

pub fn parents_are_written_before_children(harness: &Harness) -> Result<()> {
    let mut session = library(harness)?;
    let pending = session.add(author("a", 1));
    let first = session.add(book(pending, "first"));
    session.add(Review { book: first.into(), author: pending.into(), ..Default::default() });
    let second = session.add(book(pending, "second"));
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", INSERT_AUTHOR, &format!("2 x {INSERT_BOOK}"), INSERT_REVIEW, "COMMIT"]
    );
    assert_eq!(session[first].author, session[pending].id);
    assert_eq!(session[second].author.key(), Some(1));
    let review = Review { id: 1.into(), book: 1.into(), author: Some(1.into()) };
    assert_eq!(harness.rows::<Review>()?, [review]);
    Ok(())
}

pub fn children_added_first_are_written_last(harness: &Harness) -> Result<()> {
    let mut session = library(harness)?;
    let review = session.add(Review::default());
    let book = session.add(Book::default());
    let author = session.add(author("a", 1));
    session[review].book = book.into();
    session[book].author = author.into();
    session.flush()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", INSERT_AUTHOR, INSERT_BOOK, INSERT_REVIEW]);
    Ok(())
}

pub fn a_loaded_object_takes_a_new_parent(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    let book = session.add(book(a, "moving"));
    session.commit()?;
    harness.statements();
    let new = session.add(author("new", 1));
    session[book].author = new.into();
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", INSERT_AUTHOR, r#"UPDATE "book" SET "author" = ?1 WHERE "id" = ?2"#, "COMMIT"]
    );
    assert_eq!(session[book].author, session[new].id);
    assert_eq!(harness.rows::<Book>()?[0].author.key(), Some(2));
    Ok(())
}

pub fn the_same_parent_again_writes_nothing(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    let book = session.add(book(a, "staying"));
    session.commit()?;
    harness.statements();
    session[book].author = a.into();
    session.commit()?;
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn children_are_deleted_before_parents(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    let first = session.add(book(a, "first"));
    let second = session.add(book(a, "second"));
    let review = session.add(Review { book: first.into(), author: a.into(), ..Default::default() });
    session.commit()?;
    harness.statements();
    session.delete(a)?;
    session.delete(first)?;
    session.delete(review)?;
    session.delete(second)?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"DELETE FROM "review" WHERE "id" = ?1"#,
            r#"2 x DELETE FROM "book" WHERE "id" = ?1"#,
            r#"DELETE FROM "author" WHERE "id" = ?1"#,
            "COMMIT",
        ]
    );
    Ok(())
}

pub fn a_parent_goes_after_its_children_took_another(harness: &Harness) -> Result<()> {
    let (mut session, [a, b]) = authors(harness)?;
    let book = session.add(book(a, "inherited"));
    session.commit()?;
    harness.statements();
    session.delete(a)?;
    session[book].author = b.into();
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"UPDATE "book" SET "author" = ?1 WHERE "id" = ?2"#,
            r#"DELETE FROM "author" WHERE "id" = ?1"#,
            "COMMIT",
        ]
    );
    Ok(())
}

pub fn a_reference_to_a_deleted_object_is_refused(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    session.add(book(a, "orphan"));
    session.delete(a)?;
    let error = session.flush().expect_err("a book of a deleted author");
    assert!(error.to_string().contains("author refers to an object that is deleted"), "{error}");
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn changes_to_a_deleted_object_are_not_written(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    session[a].age = 99;
    session.delete(a)?;
    session.flush()?;
    assert_eq!(harness.statements(), [r#"DELETE FROM "author" WHERE "id" = ?1"#]);
    session.rollback()?;
    assert_eq!(session[a].age, 1);
    Ok(())
}

pub fn a_row_that_is_gone_already_is_as_deleted(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    sql("DELETE FROM author").execute(&mut session)?;
    session.delete(a)?;
    session.commit()?;
    assert_eq!(session.state(a), State::Detached);
    Ok(())
}

pub fn an_update_that_hits_no_row_is_refused(harness: &Harness) -> Result<()> {
    let (mut session, [a]) = authors(harness)?;
    sql("DELETE FROM author").execute(&mut session)?;
    session[a].age = 2;
    let error = session.flush().expect_err("the row is gone");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("updating author with id 1: "), "{error}");
    session.rollback()?;
    assert_eq!(session[a].age, 1);
    Ok(())
}

pub fn a_changed_primary_key_is_refused(harness: &Harness) -> Result<()> {
    let (mut session, [a, b]) = authors(harness)?;
    session[a] = author("other", 9);
    let error = session.flush().expect_err("a primary key was changed");
    assert!(error.to_string().contains("the primary key of author with id 1 was changed"), "{error}");
    session[a].id = 1.into();
    let (one, other) = session.pair_mut(a, b);
    std::mem::swap(one, other);
    assert!(session.flush().is_err());
    assert_eq!(harness.statements(), NOTHING);
    session.rollback()?;
    assert_eq!((session[a].name.as_str(), session[b].name.as_str()), ("a", "b"));
    session[a].age = 3;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["ROLLBACK", "SAVEPOINT begin", r#"UPDATE "author" SET "age" = ?1 WHERE "id" = ?2"#, "COMMIT"]
    );
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Person {
    id: Id<Person>,
    name: String,
    parent: Option<Id<Person>>,
    friend: Option<Id<Person>>,
}

const INSERT_PERSON: &str = r#"INSERT INTO "person" ("name", "parent", "friend") VALUES (?1, ?2, ?3)"#;

fn person(name: &str, parent: Option<Handle<Person>>) -> Person {
    Person { name: name.into(), parent: parent.map(Id::from), ..Default::default() }
}

fn people(harness: &Harness) -> Result<Session> {
    harness.create(onggi::models![Person])?;
    harness.session()
}

pub fn rows_of_one_table_follow_their_references(harness: &Harness) -> Result<()> {
    let mut session = people(harness)?;
    let child = session.add(person("child", None));
    let parent = session.add(person("parent", None));
    let grandparent = session.add(person("grandparent", None));
    session[child].parent = parent.into();
    session[parent].parent = grandparent.into();
    session.commit()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", &format!("3 x {INSERT_PERSON}"), "COMMIT"]);
    assert_eq!(session[grandparent].id.key(), Some(1));
    assert_eq!((session[parent].parent, session[child].parent), (Some(1.into()), Some(2.into())));
    for (position, doomed) in [grandparent, child, parent].into_iter().enumerate() {
        session.delete(doomed)?;
        assert_eq!(session.state(doomed), State::Deleted, "{position}");
    }
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", r#"3 x DELETE FROM "person" WHERE "id" = ?1"#, "COMMIT"]
    );
    Ok(())
}

pub fn rows_of_one_table_follow_references_by_key(harness: &Harness) -> Result<()> {
    let mut session = people(harness)?;
    session.add(Person { id: 2.into(), parent: Some(1.into()), ..person("child", None) });
    session.add(Person { id: 1.into(), ..person("parent", None) });
    session.commit()?;
    let insert = r#"2 x INSERT INTO "person" ("id", "name", "parent", "friend") VALUES (?1, ?2, ?3, ?4)"#;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", insert, "COMMIT"]);
    Ok(())
}

pub fn a_row_that_refers_to_itself_is_closed_after_it_is_written(harness: &Harness) -> Result<()> {
    let mut session = people(harness)?;
    let own = session.add(person("own", None));
    session[own].friend = own.into();
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", INSERT_PERSON, r#"UPDATE "person" SET "friend" = ?1 WHERE "id" = ?2"#, "COMMIT"]
    );
    assert_eq!(session[own].friend, Some(session[own].id));
    session.delete(own)?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", r#"DELETE FROM "person" WHERE "id" = ?1"#, "COMMIT"]
    );
    Ok(())
}

pub fn a_circle_of_rows_is_broken_at_one_column_and_closed(harness: &Harness) -> Result<()> {
    let mut session = people(harness)?;
    let [a, b, c] = ["a", "b", "c"].map(|name| session.add(person(name, None)));
    session[a].friend = b.into();
    session[b].friend = c.into();
    session[c].friend = a.into();
    session.commit()?;
    let statements = harness.statements();
    assert_eq!(
        statements,
        [
            "SAVEPOINT begin",
            INSERT_PERSON,
            &format!("2 x {INSERT_PERSON}"),
            r#"UPDATE "person" SET "friend" = ?1 WHERE "id" = ?2"#,
            "COMMIT"
        ]
    );
    let stored = harness.rows::<Person>()?;
    for handle in [a, b, c] {
        assert!(stored.contains(&session[handle]), "{:?} in {stored:?}", session[handle]);
    }
    assert_eq!(session[c].friend, Some(session[a].id));
    // The other way round, the circle is opened first.
    session.delete(a)?;
    session.delete(b)?;
    session.delete(c)?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"UPDATE "person" SET "friend" = ?1 WHERE "id" = ?2"#,
            r#"3 x DELETE FROM "person" WHERE "id" = ?1"#,
            "COMMIT"
        ]
    );
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Chicken {
    id: Id<Chicken>,
    name: String,
    egg: Option<Id<Egg>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Egg {
    id: Id<Egg>,
    chicken: Id<Chicken>,
}

pub fn a_circle_of_tables_is_broken_where_null_is_allowed(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Egg, Chicken])?;
    let mut session = harness.session()?;
    let egg = session.add(Egg::default());
    let chicken = session.add(Chicken { egg: egg.into(), name: "hen".into(), ..Default::default() });
    session[egg].chicken = chicken.into();
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"INSERT INTO "chicken" ("name", "egg") VALUES (?1, ?2)"#,
            r#"INSERT INTO "egg" ("chicken") VALUES (?1)"#,
            r#"UPDATE "chicken" SET "egg" = ?1 WHERE "id" = ?2"#,
            "COMMIT",
        ]
    );
    assert_eq!((session[chicken].egg, session[egg].chicken), (Some(1.into()), 1.into()));
    session.delete(chicken)?;
    session.delete(egg)?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"UPDATE "chicken" SET "egg" = ?1 WHERE "id" = ?2"#,
            r#"DELETE FROM "egg" WHERE "id" = ?1"#,
            r#"DELETE FROM "chicken" WHERE "id" = ?1"#,
            "COMMIT",
        ]
    );
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Left {
    id: Id<Left>,
    right: Id<Right>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Right {
    id: Id<Right>,
    left: Id<Left>,
}

pub fn a_circle_without_a_nullable_column_is_an_error(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Left, Right])?;
    let mut session = harness.session()?;
    let left = session.add(Left::default());
    let right = session.add(Right { left: left.into(), ..Default::default() });
    session[left].right = right.into();
    let error = session.flush().expect_err("a circle that cannot be written");
    assert!(error.is_cycle());
    assert!(error.to_string().contains("left") && error.to_string().contains("right"), "{error}");
    assert_eq!(harness.statements(), NOTHING);
    assert_eq!((session.state(left), session.state(right)), (State::Pending, State::Pending));
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Account {
    id: Id<Account>,
    owner: String,
    balance: i64,
    #[model(version)]
    version: i32,
}

const UPDATE_ACCOUNT: &str =
    r#"UPDATE "account" SET "balance" = ?1, "version" = "version" + 1 WHERE "id" = ?2 AND "version" = ?3"#;

fn account(owner: &str) -> Account {
    Account { owner: owner.into(), balance: 100, ..Default::default() }
}

/// A session that has loaded two accounts in an earlier transaction.
fn accounts(harness: &Harness) -> Result<(Session, Handle<Account>, Handle<Account>)> {
    harness.create(onggi::models![Account])?;
    let mut session = harness.session()?;
    let first = session.add(account("first"));
    let second = session.add(account("second"));
    session.commit()?;
    harness.statements();
    Ok((session, first, second))
}

/// Somebody who read a row before does not write over it unseen.
pub fn a_set_wide_update_counts_versions_up(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Account])?;
    let [mut read] = harness.insert([account("first")])?;
    let mut connection = harness.connect()?;
    Account::query().update(&mut connection, |a| [a.balance.set(7)])?;
    assert_eq!(harness.statements(), [r#"UPDATE "account" SET "balance" = ?1, "version" = "version" + 1"#]);
    read.owner = "somebody".into();
    assert!(connection.update(&mut read).expect_err("an older version").is_stale());
    assert_eq!(harness.rows::<Account>()?[0].balance, 7);
    Account::query().update(&mut connection, |a| [a.version.set(40)])?;
    assert_eq!(harness.rows::<Account>()?[0].version, 40);
    Ok(())
}

pub fn versions_count_up_and_are_checked(harness: &Harness) -> Result<()> {
    let (mut session, first, _) = accounts(harness)?;
    session[first].balance -= 30;
    session.commit()?;
    assert_eq!(harness.statements(), ["SAVEPOINT begin", UPDATE_ACCOUNT, "COMMIT"]);
    assert_eq!(session[first].version, 1);
    session[first].balance -= 30;
    session.commit()?;
    session.delete(first)?;
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            UPDATE_ACCOUNT,
            "COMMIT",
            "SAVEPOINT begin",
            r#"DELETE FROM "account" WHERE "id" = ?1 AND "version" = ?2"#,
            "COMMIT",
        ]
    );
    Ok(())
}

pub fn a_stale_version_names_the_object_and_writes_nothing(harness: &Harness) -> Result<()> {
    let (mut session, first, second) = accounts(harness)?;
    let mut theirs = harness.connect()?.get_one::<Account>(2)?;
    theirs.balance = 0;
    harness.connect()?.update(&mut theirs)?;
    assert_eq!(theirs.version, 1);
    harness.statements();
    session[first].balance = 1;
    session[second].balance = 2;
    let error = session.flush().expect_err("somebody else wrote the second account");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("updating account with id 2: somebody else"), "{error}");
    assert_eq!(harness.statements(), ["SAVEPOINT begin", &format!("2 x {UPDATE_ACCOUNT}"), "ROLLBACK"]);
    let balances: Vec<i64> = harness.rows::<Account>()?.iter().map(|account| account.balance).collect();
    assert_eq!(balances, [100, 0]);
    // What was to be written is still there, and can be after a refresh.
    assert_eq!((session[first].balance, session[first].version), (1, 0));
    session.refresh(second)?;
    assert_eq!(session[second], theirs);
    session[second].balance = 2;
    session.commit()?;
    assert_eq!((session[first].version, session[second].version), (1, 2));
    let balances: Vec<i64> = harness.rows::<Account>()?.iter().map(|account| account.balance).collect();
    assert_eq!(balances, [1, 2]);
    Ok(())
}

pub fn a_stale_version_keeps_a_row_from_being_deleted(harness: &Harness) -> Result<()> {
    let (mut session, first, _) = accounts(harness)?;
    let mut theirs = harness.connect()?.get_one::<Account>(1)?;
    harness.connect()?.update(&mut theirs)?;
    session.delete(first)?;
    let error = session.commit().expect_err("somebody else wrote the account");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("deleting account with id 1: "), "{error}");
    session.rollback()?;
    assert_eq!(session.state(first), State::Persistent);
    assert_eq!(harness.rows::<Account>()?.len(), 2);
    Ok(())
}

pub fn a_copy_of_an_older_version_is_not_attached(harness: &Harness) -> Result<()> {
    let (mut session, first, _) = accounts(harness)?;
    let mut copy = session.detach(first)?;
    harness.connect()?.update(&mut harness.connect()?.get_one::<Account>(1)?)?;
    // It was taken for the row as it is by now, which a deletion then took away unseen.
    let error = session.attach(copy.clone()).expect_err("somebody else wrote the account");
    assert!(error.is_stale());
    assert!(error.to_string().starts_with("attaching account with id 1: "), "{error}");
    copy.version = 1;
    let attached = session.attach(copy)?;
    session.delete(attached)?;
    session.commit()?;
    assert_eq!(harness.rows::<Account>()?.len(), 1);
    Ok(())
}

pub fn a_version_set_by_hand_is_refused(harness: &Harness) -> Result<()> {
    let (mut session, first, _) = accounts(harness)?;
    session[first].version = 7;
    assert!(session.flush().expect_err("a version set by hand").is_stale());
    assert_eq!(harness.statements(), NOTHING);
    Ok(())
}

pub fn versions_are_rolled_back_with_the_rest(harness: &Harness) -> Result<()> {
    let (mut session, first, _) = accounts(harness)?;
    session[first].balance = 1;
    session.flush()?;
    assert_eq!(session[first].version, 1);
    session.rollback()?;
    assert_eq!((session[first].balance, session[first].version), (100, 0));
    session[first].balance = 2;
    session.commit()?;
    assert_eq!((session[first].version, harness.rows::<Account>()?[0].version), (1, 1));
    Ok(())
}

pub fn a_missing_reference_names_table_and_column(harness: &Harness) -> Result<()> {
    let mut session = library(harness)?;
    session.add(Book { title: "no author".into(), ..Default::default() });
    let error = session.flush().expect_err("a book without author");
    assert!(error.is_value(), "{error}");
    assert!(
        error.to_string().contains("inserting a new row of book: book.author: the key is not set"),
        "{error}"
    );
    Ok(())
}

pub fn a_reference_to_no_row_is_refused_by_the_database(harness: &Harness) -> Result<()> {
    let mut session = library(harness)?;
    session.add(book(99, "lost"));
    let error = session.flush().expect_err("an author that is not there");
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!(harness.rows::<Book>()?, []);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Label {
    #[model(primary_key)]
    name: String,
    color: String,
}

fn label(name: &str, color: &str) -> Label {
    Label { name: name.into(), color: color.into() }
}

pub fn a_key_of_a_flushed_deletion_can_be_taken(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Label])?;
    harness.insert([label("hot", "red")])?;
    let mut session = harness.session()?;
    let old = session.get_one::<Label>("hot")?;
    session.delete(old)?;
    session.flush()?;
    let new = session.add(label("hot", "crimson"));
    session.flush()?;
    assert_eq!(session.get::<Label>("hot")?, Some(new));
    session.rollback()?;
    assert_eq!(session.get::<Label>("hot")?, Some(old));
    assert_eq!((session[old].color.as_str(), session.try_get(new)), ("red", None));
    Ok(())
}

pub fn two_new_objects_of_one_key_are_refused(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Label])?;
    let mut session = harness.session()?;
    session.add(label("hot", "red"));
    let twin = session.add(label("hot", "crimson"));
    let error = session.flush().expect_err("a key twice");
    assert!(error.is_unique_violation());
    assert_eq!((error.table(), error.columns()), (Some("label"), vec!["name"]));
    session.delete(twin)?;
    session.commit()?;
    assert_eq!(harness.rows::<Label>()?, [label("hot", "red")]);
    Ok(())
}
