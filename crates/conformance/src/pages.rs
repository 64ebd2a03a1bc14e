//! Parts of long results, conditional clauses, rows made where they are missing.

use onggi::{Error, Id, Model, Query, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    #[model(unique)]
    name: String,
    age: i32,
    city: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(primary_key(row, place))]
struct Seat {
    row: String,
    place: i32,
}

fn user(name: &str, age: i32, city: Option<&str>) -> User {
    User { name: name.into(), age, city: city.map(str::to_owned), ..Default::default() }
}

/// Ann 20 in Seoul, Bob 30, Cid 30 in Busan, Dan 20, Eve 40 in Seoul.
fn users(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Seat])?;
    let all = [
        user("Ann", 20, Some("Seoul")),
        user("Bob", 30, None),
        user("Cid", 30, Some("Busan")),
        user("Dan", 20, None),
        user("Eve", 40, Some("Seoul")),
    ];
    harness.insert(all).map(drop)
}

fn initials(users: &[User]) -> String {
    users.iter().filter_map(|user| user.name.chars().next()).collect()
}

/// All users, page by page, with the rows of each page in the order of the query.
fn pages(harness: &Harness, query: &Query<User>) -> Result<String> {
    let mut connection = harness.connect()?;
    let mut page = query.clone().limit(2).all(&mut connection)?;
    let mut all = Vec::new();
    while let Some(last) = page.last().cloned() {
        all.push(initials(&page));
        page = query.clone().after(&last).limit(2).all(&mut connection)?;
    }
    Ok(all.join(" "))
}

pub fn clauses_depend_on_values(harness: &Harness) -> Result<()> {
    users(harness)?;
    let search = |name: Option<&str>, age: Option<i32>| {
        let query = User::query().when(name, |query, name| query.filter(|u| u.name.eq(name)));
        query.when(age, |query, age| query.filter(|u| u.age.ge(age))).count(&mut harness.connect()?)
    };
    assert_eq!((search(None, None)?, search(None, Some(30))?, search(Some("Ann"), Some(30))?), (5, 3, 0));
    let adults = |query: Query<User>| query.filter(|u| u.age.gt(20));
    assert_eq!(User::query().apply(adults).count(&mut harness.connect()?)?, 3);
    Ok(())
}

pub fn pages_are_counted_from_one(harness: &Harness) -> Result<()> {
    users(harness)?;
    let page = |page| User::query().order_by(|u| u.id).page(page, 2).all(&mut harness.connect()?);
    assert_eq!([initials(&page(1)?), initials(&page(2)?), initials(&page(3)?)], ["AB", "CD", "E"]);
    assert_eq!(initials(&page(4)?), "");
    assert_eq!(initials(&page(u32::MAX)?), "");
    Ok(())
}

pub fn pages_go_on_behind_an_object(harness: &Harness) -> Result<()> {
    users(harness)?;
    let by_age = User::query().order_by(|u| u.age.desc()).order_by(|u| u.id);
    assert_eq!(pages(harness, &by_age)?, "EB CA D");
    harness.statements();
    let last = user("x", 30, None);
    let last = User { id: Id::from(2), ..last };
    by_age.after(&last).all(&mut harness.connect()?)?;
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "id", "name", "age", "city" FROM "user" WHERE "age" < ?1 OR ("age" = ?2 AND "id" > ?3) "#,
            r#"ORDER BY "age" DESC, "id""#
        )]
    );
    let first = User::query().order_by(|u| u.city.asc().nulls_first()).order_by(|u| u.id.desc());
    assert_eq!(pages(harness, &first)?, "DB CE A");
    let last = User::query().order_by(|u| u.city.desc().nulls_last()).order_by(|u| u.id);
    assert_eq!(pages(harness, &last)?, "AE CB D");
    Ok(())
}

pub fn pages_need_an_order_that_says_where_null_is(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let object = user("x", 30, None);
    for (query, why) in [
        (User::query(), "`after` needs the order: call `order_by` before it"),
        (User::query().order_by(|u| u.age + 1), "`after` needs an order by columns of the model itself"),
        (
            User::query().order_by(|u| u.city),
            "`after` needs to know where NULL is in the order: say `nulls_first()` or `nulls_last()`",
        ),
    ] {
        let error = query.after(&object).all(&mut connection).expect_err(why);
        assert_eq!(error.to_string(), why);
    }
    Ok(())
}

pub fn many_are_read_by_key_in_one_statement(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let some = User::query().order_by(|u| u.id).get_many(&mut connection, [5, 1, 99])?;
    assert_eq!(initials(&some), "AE");
    assert_eq!(
        harness.statements(),
        [r#"SELECT "id", "name", "age", "city" FROM "user" WHERE "id" IN rarray(?1) ORDER BY "id""#]
    );
    let seat = |row: &str, place| Seat { row: row.into(), place };
    harness.insert([seat("A", 1), seat("A", 2), seat("B", 1)])?;
    let keys = [("A".to_owned(), 2), ("B".to_owned(), 1), ("C".to_owned(), 1)];
    let seats = Seat::query().order_by(|s| s.row).get_many(&mut connection, keys)?;
    assert_eq!(seats, [seat("A", 2), seat("B", 1)]);
    assert_eq!(Seat::query().get_many::<_, (String, i32)>(&mut connection, [])?, []);
    let mut session = harness.session()?;
    let handles = User::query().get_many(&mut session, [2])?;
    assert_eq!(session[handles[0]].name, "Bob");
    Ok(())
}

pub fn rows_are_made_where_they_are_missing(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let named = |name: &'static str| User::query().filter(move |u| u.name.eq(name));
    let (ann, is_new) = connection.get_or_create(&named("Ann"), || user("Ann", 1, None))?;
    assert_eq!((ann.age, is_new), (20, false));
    let (flo, is_new) = connection.get_or_create(&named("Flo"), || user("Flo", 1, None))?;
    assert_eq!((flo.id, is_new), (Id::from(6), true));
    let (flo, is_new) =
        connection.update_or_create(&named("Flo"), || user("Flo", 1, None), |u| u.age += 1)?;
    assert_eq!((flo.age, is_new), (2, false));
    let (gus, is_new) =
        connection.update_or_create(&named("Gus"), || user("Gus", 1, None), |u| u.age += 1)?;
    assert_eq!((gus.age, is_new), (2, true));
    let mut session = harness.session()?;
    let (hal, is_new) = session.get_or_create(&named("Hal"), || user("Hal", 1, None))?;
    assert_eq!((session[hal].id, is_new), (Id::from(8), true));
    let (same, is_new) = session.update_or_create(&named("Hal"), || user("Hal", 1, None), |u| u.age = 9)?;
    assert_eq!((same, session[hal].age, is_new), (hal, 9, false));
    session.commit()?;
    assert_eq!(named("Hal").one(&mut connection)?.age, 9);
    Ok(())
}

/// Somebody else inserts the row between the question and the insert.
pub fn a_race_to_make_a_row_is_lost_quietly(harness: &Harness) -> Result<()> {
    users(harness)?;
    let query = User::query().filter(|u| u.name.eq("Zoe"));
    let mut connection = harness.connect()?;
    let (zoe, is_new) = connection.get_or_create(&query, || {
        let other = harness.insert([user("Zoe", 99, None)]);
        user("Zoe", if other.is_ok() { 1 } else { 0 }, None)
    })?;
    assert_eq!((zoe.age, is_new), (99, false));
    // One that violates a constraint whoever is first is an error.
    let nobody = User::query().filter(|u| u.age.lt(0));
    let error: Error = connection.get_or_create(&nobody, || user("Zoe", 1, None)).expect_err("never");
    assert!(error.is_unique_violation());
    Ok(())
}

pub fn plans_are_told_without_running(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let plan = User::query().filter(|u| u.name.eq("Ann")).explain(&mut connection)?;
    assert!(plan.len() == 1 && plan[0].contains("name"), "{plan:?}");
    assert!(harness.statements()[0].starts_with("EXPLAIN QUERY PLAN SELECT"));
    Ok(())
}

pub fn the_sql_of_a_query_is_told_without_running(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let query = User::query().filter(|u| u.name.eq("Ann")).order_by(|u| u.age).limit(7);
    let told = query.sql(&mut connection)?;
    assert_eq!(harness.statements(), [""; 0]);
    assert!(!told.contains("Ann"), "{told}");
    query.all(&mut connection)?;
    let ran = harness.statements();
    assert_eq!(ran[0].as_str(), told);

    if !harness.locks() {
        let error = User::query().for_update().sql(&mut connection).expect_err("refused");
        assert!(error.to_string().contains(" has no"), "{error}");
    }
    Ok(())
}

pub fn what_the_database_lacks_is_an_error(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let locks =
        [User::query().for_update(), User::query().for_share().no_wait(), User::query().skip_locked()];
    let distinct = [User::query().distinct_on(|u| u.age)];
    let lacking = locks.into_iter().filter(|_| !harness.locks());
    for query in lacking.chain(distinct.into_iter().filter(|_| !harness.has_distinct_on())) {
        let error = query.all(&mut connection).expect_err("refused");
        assert!(error.to_string().contains(" has no"), "{error}");
    }
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}
