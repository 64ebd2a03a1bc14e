//! Queries on one model: clauses, conditions, what comes back.

use onggi::{Column, Condition, Error, Expression, Id, Model, Query, Result};

use crate::{Harness, Text};

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i32,
    city: Option<String>,
    score: f64,
    active: bool,
}

const COLUMNS: &str = r#""id", "name", "age", "city", "score", "active""#;

fn user(name: &str, age: i32, city: Option<&str>) -> User {
    let active = age % 2 == 0;
    User {
        name: name.into(),
        age,
        city: city.map(str::to_owned),
        score: f64::from(age) / 4.0,
        active,
        ..Default::default()
    }
}

/// Ann 20 in Seoul, Bob 30, Cid 41 in Busan, Dan 41 in seoul.
fn users(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let all = [
        user("Ann", 20, Some("Seoul")),
        user("Bob", 30, None),
        user("Cid", 41, Some("Busan")),
        user("Dan", 41, Some("seoul")),
    ];
    harness.insert(all).map(drop)
}

fn names<C: Into<Condition>>(harness: &Harness, condition: impl FnOnce(UserColumns) -> C) -> Result<String> {
    let query = User::query().filter(condition).select(|u| u.name).order_by(|u| u.id);
    let names: Vec<String> = query.all(&mut harness.connect()?)?;
    Ok(names.iter().filter_map(|name| name.chars().next()).collect())
}

/// The condition's SQL.
fn text<C: Into<Condition>>(harness: &Harness, condition: impl FnOnce(UserColumns) -> C) -> Result<Text> {
    harness.statements();
    User::query().filter(condition).count(&mut harness.connect()?)?;
    let counted = harness.statements().pop().expect("a statement");
    Ok(counted.behind(r#"SELECT count(*) FROM "user" WHERE "#))
}

pub fn comparisons(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.age.eq(30))?, "B");
    assert_eq!(names(harness, |u| u.age.ne(30))?, "ACD");
    assert_eq!(names(harness, |u| u.age.lt(30))?, "A");
    assert_eq!(names(harness, |u| u.age.le(30))?, "AB");
    assert_eq!(names(harness, |u| u.age.gt(30))?, "CD");
    assert_eq!(names(harness, |u| u.age.ge(30))?, "BCD");
    assert_eq!(names(harness, |u| u.age.between(20, 30))?, "AB");
    assert_eq!(names(harness, |u| u.name.eq("Ann"))?, "A");
    assert_eq!(names(harness, |u| u.name.eq(String::from("Ann")))?, "A");
    assert_eq!(names(harness, |u| u.score.gt(10.0))?, "CD");
    assert_eq!(names(harness, |u| u.id.eq(Id::from(2)))?, "B");
    assert_eq!(text(harness, |u| u.age.between(20, 30))?, r#""age" >= ?1 AND "age" <= ?2"#);
    Ok(())
}

pub fn null_is_neither_equal_nor_different(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.city.eq("Seoul"))?, "A");
    assert_eq!(names(harness, |u| u.city.ne("Seoul"))?, "CD");
    assert_eq!(names(harness, |u| u.city.is_null())?, "B");
    assert_eq!(names(harness, |u| u.city.is_not_null())?, "ACD");
    assert_eq!(names(harness, |u| !u.city.eq("Seoul"))?, "CD");
    assert_eq!(text(harness, |u| u.city.is_null())?, r#""city" IS NULL"#);
    Ok(())
}

pub fn lists(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.name.is_in(["Ann", "Dan", "Nobody"]))?, "AD");
    assert_eq!(names(harness, |u| u.age.is_in(vec![41, 20]))?, "ACD");
    assert_eq!(names(harness, |u| u.age.is_in(Vec::<i32>::new()))?, "");
    assert_eq!(names(harness, |u| !u.age.is_in(Vec::<i32>::new()))?, "ABCD");
    assert_eq!(names(harness, |u| u.city.is_in(["Seoul", "Busan"]))?, "AC");
    assert_eq!(names(harness, |u| u.id.is_in([1, 4]))?, "AD");
    let many: Vec<i32> = (0..100_000).collect();
    assert_eq!(names(harness, |u| u.age.is_in(many))?, "ABCD");
    Ok(())
}

/// A list is one parameter, however long.
pub fn a_list_of_any_length_is_the_same_statement(harness: &Harness) -> Result<()> {
    users(harness)?;
    let one = text(harness, |u| u.age.is_in([1]))?;
    assert_eq!(text(harness, |u| u.age.is_in(Vec::<i32>::new()))?, one);
    assert_eq!(text(harness, |u| u.age.is_in([1, 2, 3]))?, one);
    Ok(())
}

pub fn parts_of_texts(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.city.contains("eou"))?, "AD");
    assert_eq!(names(harness, |u| u.city.starts_with("S"))?, "A");
    assert_eq!(names(harness, |u| u.city.starts_with("eoul"))?, "");
    assert_eq!(names(harness, |u| u.city.ends_with("oul"))?, "AD");
    assert_eq!(names(harness, |u| u.city.ends_with("OUL"))?, "");
    assert_eq!(names(harness, |u| u.city.ends_with("a longer text than Seoul"))?, "");
    assert_eq!(names(harness, |u| u.city.contains(""))?, "ACD");
    assert_eq!(names(harness, |u| u.city.starts_with(""))?, "ACD");
    assert_eq!(names(harness, |u| u.city.ends_with(""))?, "ACD");
    Ok(())
}

pub fn no_character_of_a_part_is_special(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User])?;
    let odd = ["A%b_c\\d*[e]", "Bxb1c2d", "Cb?'\"z", "D김치찌개"];
    harness.insert(odd.map(|name| user(name, 1, None)))?;
    assert_eq!(names(harness, |u| u.name.contains("%"))?, "A");
    assert_eq!(names(harness, |u| u.name.contains("b_c"))?, "A");
    assert_eq!(names(harness, |u| u.name.contains("\\d*["))?, "A");
    assert_eq!(names(harness, |u| u.name.starts_with("A%"))?, "A");
    assert_eq!(names(harness, |u| u.name.ends_with("[e]"))?, "A");
    assert_eq!(names(harness, |u| u.name.contains("'\""))?, "C");
    assert_eq!(names(harness, |u| u.name.starts_with("D김치"))?, "D");
    assert_eq!(names(harness, |u| u.name.ends_with("찌개"))?, "D");
    assert_eq!(names(harness, |u| u.name.ends_with("z"))?, "C");
    assert_eq!(names(harness, |u| u.name.lower().ends_with("1c2d"))?, "B");
    Ok(())
}

pub fn a_nul_in_a_part_is_a_character(harness: &Harness) -> Result<()> {
    if !harness.keeps_nul() {
        return Ok(());
    }
    harness.create(onggi::models![User])?;
    harness.insert(["A\0z", "Bz"].map(|name| user(name, 1, None)))?;
    assert_eq!(names(harness, |u| u.name.ends_with("\0z"))?, "A");
    assert_eq!(names(harness, |u| u.name.ends_with("z"))?, "AB");
    assert_eq!(names(harness, |u| u.name.ends_with("\0"))?, "");
    Ok(())
}

pub fn patterns(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.name.like("_a%"))?, "D");
    assert_eq!(names(harness, |u| u.name.like("%n"))?, "AD");
    assert_eq!(names(harness, |u| u.name.like("A\\%"))?, "");
    assert_eq!(text(harness, |u| u.name.like("x"))?, r#""name" LIKE ?1 ESCAPE '\'"#);
    Ok(())
}

pub fn conditions_join(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.age.gt(20) & u.age.lt(41))?, "B");
    assert_eq!(names(harness, |u| u.age.eq(20) | u.age.eq(30))?, "AB");
    assert_eq!(names(harness, |u| !(u.age.eq(20) | u.age.eq(30)))?, "CD");
    assert_eq!(names(harness, |u| (u.age.eq(20) | u.age.eq(30)) & u.city.is_null())?, "B");
    assert_eq!(names(harness, |u| u.age.eq(20) | u.age.eq(30) & u.city.is_not_null())?, "A");
    assert_eq!(names(harness, |u| u.active)?, "AB");
    assert_eq!(names(harness, |u| !Condition::from(u.active))?, "CD");
    assert_eq!(
        text(harness, |u| (u.age.eq(1) | u.age.eq(2)) & !(u.age.eq(3) & u.age.eq(4)))?,
        r#"("age" = ?1 OR "age" = ?2) AND NOT ("age" = ?3 AND "age" = ?4)"#
    );
    Ok(())
}

pub fn conditions_collect(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| [u.age.gt(20), u.age.lt(41)].into_iter().collect::<Condition>())?, "B");
    assert_eq!(names(harness, |_| [].into_iter().collect::<Condition>())?, "ABCD");
    assert_eq!(names(harness, |u| Condition::any([u.age.eq(20), u.age.eq(30)]))?, "AB");
    assert_eq!(names(harness, |_| Condition::any([]))?, "");
    assert_eq!(names(harness, |_| Condition::always())?, "ABCD");
    let wanted = Some(30);
    let maybe = |u: UserColumns| match wanted {
        Some(age) => u.age.eq(age),
        None => Condition::always(),
    };
    assert_eq!(names(harness, maybe)?, "B");
    Ok(())
}

pub fn several_filters_must_all_be_met(harness: &Harness) -> Result<()> {
    users(harness)?;
    let query = User::query().filter(|u| u.age.eq(41) | u.age.eq(20)).filter(|u| u.city.eq("Busan"));
    assert_eq!(query.one(&mut harness.connect()?)?.name, "Cid");
    assert_eq!(
        harness.statements(),
        [format!(r#"SELECT {COLUMNS} FROM "user" WHERE ("age" = ?1 OR "age" = ?2) AND "city" = ?3"#)]
    );
    let query = User::query().filter(|u| u.city.eq("Busan")).filter(|u| u.age.eq(20) | u.age.eq(41));
    assert_eq!(query.one(&mut harness.connect()?)?.name, "Cid");
    Ok(())
}

pub fn columns_compare_with_columns_and_compute(harness: &Harness) -> Result<()> {
    users(harness)?;
    assert_eq!(names(harness, |u| u.name.lt(u.city))?, "ACD".replace('C', ""));
    assert_eq!(names(harness, |u| (u.age + 1).eq(21))?, "A");
    assert_eq!(names(harness, |u| (u.age * 2 - 2).ge(80))?, "CD");
    assert_eq!(names(harness, |u| (u.age % 2).eq(1))?, "CD");
    assert_eq!(names(harness, |u| (u.score / 2.0).eq(2.5))?, "A");
    assert_eq!(names(harness, |u| u.name.lower().eq("ann"))?, "A");
    assert_eq!(names(harness, |u| u.city.upper().eq("SEOUL"))?, "AD");
    Ok(())
}

fn initials(found: Vec<User>) -> String {
    found.iter().filter_map(|user| user.name.chars().next()).collect()
}

pub fn rows_are_sorted(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let mut sorted = |query: Query<User>| Ok::<_, Error>(initials(query.all(&mut connection)?));
    assert_eq!(sorted(User::query().order_by(|u| u.name.desc()))?, "DCBA");
    assert_eq!(sorted(User::query().order_by(|u| u.age.desc()).order_by(|u| u.name))?, "CDBA");
    assert_eq!(sorted(User::query().order_by(|u| u.age.desc()).order_by(|u| u.name.desc()))?, "DCBA");
    assert_eq!(sorted(User::query().order_by(|u| u.city.asc().nulls_first()))?, "BCAD");
    assert_eq!(sorted(User::query().order_by(|u| u.city.desc().nulls_last()))?, "DACB");
    assert_eq!(sorted(User::query().order_by(|u| u.age * u.age).order_by(|u| u.id.desc()))?, "ABDC");
    let order = r#"ORDER BY "city" DESC NULLS LAST"#;
    assert!(harness.statements().iter().any(|statement| statement.ends_with(order)));
    Ok(())
}

pub fn limit_and_offset(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let all = || User::query().order_by(|u| u.id);
    let mut some = |query: Query<User>| Ok::<_, Error>(initials(query.all(&mut connection)?));
    assert_eq!(some(all().limit(2))?, "AB");
    assert_eq!(some(all().limit(2).offset(1))?, "BC");
    assert_eq!(some(all().offset(3))?, "D");
    assert_eq!(some(all().offset(9))?, "");
    assert_eq!(some(all().limit(0))?, "");
    let head = format!(r#"SELECT {COLUMNS} FROM "user" ORDER BY "id""#);
    let statements = harness.statements();
    assert_eq!(statements[0], format!("{head} LIMIT ?1"));
    assert_eq!(statements[1], format!("{head} LIMIT ?1 OFFSET ?2"));
    assert_eq!(statements[2], format!("{head} LIMIT -1 OFFSET ?1"));
    Ok(())
}

pub fn distinct_gives_equal_rows_once(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let ages = User::query().select(|u| u.age).distinct().order_by(|u| u.age);
    assert_eq!(ages.all(&mut connection)?, [20, 30, 41]);
    assert_eq!(ages.count(&mut connection)?, 3);
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT DISTINCT "age" FROM "user" ORDER BY "age""#,
            r#"SELECT count(*) FROM (SELECT DISTINCT "age" FROM "user")"#
        ]
    );
    Ok(())
}

pub fn one_wants_exactly_one(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let query = |age: i32| User::query().filter(move |u| u.age.eq(age));
    assert_eq!(query(20).one(&mut connection)?.name, "Ann");
    let error = query(1).one(&mut connection).expect_err("nobody");
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "no row of user matches the query");
    let error = query(41).one(&mut connection).expect_err("two");
    assert!(error.is_not_unique());
    assert_eq!(error.to_string(), "more than one row of user matches the query");
    assert_eq!(query(1).one_or_none(&mut connection)?, None);
    assert_eq!(query(30).one_or_none(&mut connection)?.map(|user| user.name).as_deref(), Some("Bob"));
    assert!(query(41).one_or_none(&mut connection).expect_err("two").is_not_unique());
    assert_eq!(harness.statements().len(), 6);
    Ok(())
}

pub fn first_is_the_first_or_none(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let oldest = User::query().order_by(|u| u.age.desc()).order_by(|u| u.name);
    assert_eq!(oldest.first(&mut connection)?.map(|user| user.name).as_deref(), Some("Cid"));
    assert_eq!(oldest.filter(|u| u.age.lt(0)).first(&mut connection)?, None);
    assert_eq!(harness.statements().len(), 2);
    Ok(())
}

pub fn count_and_exists_read_no_rows(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let grown = User::query().filter(|u| u.age.gt(20)).order_by(|u| u.name);
    assert_eq!(grown.count(&mut connection)?, 3);
    assert!(grown.exists(&mut connection)?);
    assert!(!User::query().filter(|u| u.age.lt(0)).exists(&mut connection)?);
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT count(*) FROM "user" WHERE "age" > ?1"#,
            r#"SELECT EXISTS (SELECT 1 FROM "user" WHERE "age" > ?1)"#,
            r#"SELECT EXISTS (SELECT 1 FROM "user" WHERE "age" < ?1)"#,
        ]
    );
    Ok(())
}

pub fn count_and_exists_follow_limit_and_offset(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    assert_eq!(User::query().limit(3).count(&mut connection)?, 3);
    assert_eq!(User::query().limit(3).offset(2).count(&mut connection)?, 2);
    assert_eq!(User::query().offset(9).count(&mut connection)?, 0);
    assert!(User::query().offset(3).exists(&mut connection)?);
    assert!(!User::query().offset(4).exists(&mut connection)?);
    assert!(!User::query().limit(0).exists(&mut connection)?);
    Ok(())
}

pub fn count_and_exists_are_of_what_is_selected(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    assert_eq!(User::query().select(|u| u.name).count(&mut connection)?, 4);
    let sum = User::query().filter(|u| u.age.lt(0)).select(|u| u.age.sum());
    assert_eq!(sum.all(&mut connection)?, [None]);
    assert_eq!((sum.count(&mut connection)?, sum.exists(&mut connection)?), (1, true));
    Ok(())
}

pub fn tuples_are_selected(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let pairs =
        User::query().select(|u| (u.name, u.city)).order_by(|u| u.id).limit(2).all(&mut connection)?;
    assert_eq!(pairs, [("Ann".to_owned(), Some("Seoul".to_owned())), ("Bob".to_owned(), None)]);
    let computed = User::query()
        .filter(|u| u.name.eq("Ann"))
        .select(|u| (u.id, u.age + 1, u.name.upper(), u.score * 2.0, u.active, (u.age, u.city)))
        .one(&mut connection)?;
    let expected = (Id::from(1), 21, "ANN".to_owned(), 10.0, true, (20, Some("Seoul".to_owned())));
    assert_eq!(computed, expected);
    Ok(())
}

pub fn tuples_are_selected_on_a_session_too(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut session = harness.session()?;
    let ages = User::query().select(|u| (u.name, u.age)).order_by(|u| u.id).all(&mut session)?;
    assert_eq!(ages[0], ("Ann".to_owned(), 20));
    assert_eq!(
        harness.statements(),
        ["SAVEPOINT begin", r#"SELECT "name", "age" FROM "user" ORDER BY "id""#]
    );
    Ok(())
}

pub fn aggregates(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let all = User::query()
        .select(|u| {
            let rows = Expression::<i64>::count_rows();
            (rows, u.city.count(), u.age.sum(), u.age.min(), u.age.max(), u.age.average(), u.name.max())
        })
        .one(&mut connection)?;
    assert_eq!(all, (4, 3, Some(132), Some(20), Some(41), Some(33.0), Some("Dan".to_owned())));
    let none = User::query()
        .filter(|u| u.age.lt(0))
        .select(|u| (u.age.sum(), u.age.min(), u.age.average(), u.city.count()))
        .one(&mut connection)?;
    assert_eq!(none, (None, None, None, 0));
    Ok(())
}

pub fn each_lends_one_row_after_another(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let mut seen = Vec::new();
    User::query().order_by(|u| u.id.desc()).each(&mut connection, |user| {
        seen.push(user?.name);
        Ok(())
    })?;
    assert_eq!(seen, ["Dan", "Cid", "Bob", "Ann"]);
    let mut count = 0;
    let stopped = User::query().each(&mut connection, |_| {
        count += 1;
        if count == 2 { Err(Error::other("enough")) } else { Ok(()) }
    });
    assert_eq!(stopped.expect_err("the closure's error").to_string(), "enough");
    assert_eq!(count, 2);
    assert_eq!(User::query().count(&mut connection)?, 4);
    Ok(())
}

pub fn each_tracks_nothing_on_a_session(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut session = harness.session()?;
    let mut ages = 0;
    User::query().each(&mut session, |user| {
        ages += user?.age;
        Ok(())
    })?;
    assert_eq!(ages, 132);
    harness.statements();
    session.get_one::<User>(1)?;
    assert_eq!(harness.statements().len(), 1);
    Ok(())
}

pub fn a_query_is_a_value_that_runs_anywhere(harness: &Harness) -> Result<()> {
    users(harness)?;
    let query = User::query().filter(|u| u.age.gt(25)).order_by(|u| u.id);
    assert_eq!(harness.statements(), [""; 0]);
    let plain = query.all(&mut harness.connect()?)?;
    let mut session = harness.session()?;
    let tracked = query.all(&mut session)?;
    let objects: Vec<User> = tracked.iter().map(|&handle| session[handle].clone()).collect();
    assert_eq!(objects, plain);
    assert_eq!(query.clone().limit(1).all(&mut session)?, [tracked[0]]);
    Ok(())
}

pub fn set_wide_update(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let changed = User::query().filter(|u| u.age.gt(25)).update(&mut connection, |u| u.age.set(u.age + 1))?;
    assert_eq!(changed, 3);
    let changed = User::query().update(&mut connection, |u| [u.city.set(None), u.score.set(0.5)])?;
    assert_eq!(changed, 4);
    User::query()
        .update(&mut connection, |u| [u.name.set(u.name.lower()), u.city.set(Some("x".to_owned()))])?;
    assert_eq!(
        harness.statements(),
        [
            r#"UPDATE "user" SET "age" = "age" + ?1 WHERE "age" > ?2"#,
            r#"UPDATE "user" SET "city" = ?1, "score" = ?2"#,
            r#"UPDATE "user" SET "name" = lower("name"), "city" = ?1"#,
        ]
    );
    let rows = User::query().select(|u| (u.name, u.age, u.city)).order_by(|u| u.id).all(&mut connection)?;
    assert_eq!(rows[1], ("bob".to_owned(), 31, Some("x".to_owned())));
    assert_eq!(User::query().update(&mut connection, |_| [])?, 0);
    Ok(())
}

pub fn set_wide_delete(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    assert_eq!(User::query().filter(|u| u.city.is_null()).delete(&mut connection)?, 1);
    assert_eq!(User::query().filter(|u| u.age.lt(0)).delete(&mut connection)?, 0);
    assert_eq!(User::query().delete(&mut connection)?, 3);
    assert_eq!(
        harness.statements(),
        [
            r#"DELETE FROM "user" WHERE "city" IS NULL"#,
            r#"DELETE FROM "user" WHERE "age" < ?1"#,
            r#"DELETE FROM "user""#
        ]
    );
    Ok(())
}

/// Dropping a clause in silence would write to other rows than meant.
pub fn set_wide_writes_refuse_clauses_that_they_have_not(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    for query in [
        User::query().distinct(),
        User::query().distinct_on(|u| u.age),
        User::query().group_by(|u| u.age),
        User::query().having(|u| u.age.gt(1)),
        User::query().for_update(),
    ] {
        assert!(query.delete(&mut connection).is_err());
        assert!(query.update(&mut connection, |u| u.age.set(0)).is_err());
    }
    assert_eq!(harness.statements(), [""; 0]);
    assert_eq!(harness.rows::<User>()?.len(), 4);
    Ok(())
}

pub fn values_are_never_in_the_text(harness: &Harness) -> Result<()> {
    users(harness)?;
    let mut connection = harness.connect()?;
    let evil = "x' OR '1' = '1";
    assert_eq!(User::query().filter(|u| u.name.eq(evil)).all(&mut connection)?, []);
    assert_eq!(User::query().filter(|u| u.name.contains(evil)).all(&mut connection)?, []);
    assert_eq!(User::query().filter(|u| u.name.is_in([evil])).all(&mut connection)?, []);
    let statements = harness.statements();
    assert!(statements.iter().all(|text| !text.as_str().contains("OR '1'")), "{statements:?}");
    Ok(())
}

pub fn columns_are_values_themselves(harness: &Harness) -> Result<()> {
    users(harness)?;
    let query = User::query();
    let column: Column<i32> = query.columns().age;
    let query = query.filter(|_| column.gt(40)).order_by(|_| column).select(|_| column);
    assert_eq!(query.all(&mut harness.connect()?)?, [41, 41]);
    Ok(())
}
