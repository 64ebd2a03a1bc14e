//! Expressions of any size end well: long chains are run, deep nesting is an error.

use onggi::{Condition, Database, Error, Id, Model, Result};

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
    liters: i64,
    open: bool,
}

fn database() -> Result<Database> {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Jar])?;
    let mut jars: Vec<Jar> = (0..10).map(|liters| Jar { liters, ..Default::default() }).collect();
    db.connect()?.insert_all(&mut jars)?;
    Ok(db)
}

#[test]
fn three_thousand_conditions_are_run() -> Result<()> {
    let mut connection = database()?.connect()?;
    let any = |j: JarColumns| Condition::any((0..3_000).map(|liters| j.liters.eq(liters + 5)));
    assert_eq!(Jar::query().filter(any).count(&mut connection)?, 5);
    let all = |j: JarColumns| (0..3_000).map(|liters| j.liters.ne(liters + 5)).collect::<Condition>();
    assert_eq!(Jar::query().filter(all).count(&mut connection)?, 5);
    Ok(())
}

#[test]
fn deep_nesting_is_an_error() -> Result<()> {
    let mut connection = database()?.connect()?;
    let error = |result: Result<u64>| result.expect_err("too deep").to_string();

    let query = Jar::query();
    let jar = query.columns();
    let mut not = Condition::from(jar.open);
    for _ in 0..100_000 {
        not = !not;
    }
    let nested = query.clone().filter(|_| not.clone());
    assert!(error(nested.count(&mut connection)).contains("nested more than"));

    let mut alternating = jar.liters.eq(1);
    for liters in 0..100_000 {
        alternating = (alternating & jar.liters.gt(liters)) | jar.open.eq(true);
    }
    let nested = query.clone().filter(|_| alternating.clone());
    assert!(error(nested.count(&mut connection)).contains("nested more than"));

    let mut sum = jar.liters + 1;
    for _ in 0..100_000 {
        sum = sum + 1;
    }
    let nested = query.filter(|_| sum.clone().gt(5));
    assert!(error(nested.count(&mut connection)).contains("nested more than"));
    Ok::<(), Error>(())
}

#[test]
fn nesting_within_the_limit_is_run() -> Result<()> {
    let mut connection = database()?.connect()?;
    let query = Jar::query();
    let mut sum = query.columns().liters + 1;
    for _ in 0..300 {
        sum = sum + 1;
    }
    assert_eq!(query.filter(|_| sum.clone().gt(305)).count(&mut connection)?, 5);
    Ok(())
}

#[test]
fn chains_are_flat_from_either_end() -> Result<()> {
    let mut connection = database()?.connect()?;
    let query = Jar::query();
    let mut all = query.columns().liters.ge(0);
    for liters in 5..2_000 {
        all = query.columns().liters.ne(liters) & all;
    }
    assert_eq!(query.filter(|_| all.clone()).count(&mut connection)?, 5);
    Ok(())
}
