//! The suite on MariaDB or MySQL, where a server is found, and on a second one, where that is named: each case has a database of its
//! own.

use mysql::Own;
use onggi::{Id, Model, Result, sql};
use onggi_conformance::{Case, Harness, Otherwise, arrays, raw_rows};

#[path = "../../orm/tests/mysql/mod.rs"]
mod mysql;
#[path = "mysql/otherwise.rs"]
mod otherwise;

mod database {
    onggi_conformance::cases!(crate::in_a_database);
}

mod second {
    onggi_conformance::cases!(crate::in_a_database_of_the_second);
}

fn in_a_database(name: &str, case: Case) -> Result<()> {
    in_one_of(Own::open, name, case)
}

fn in_a_database_of_the_second(name: &str, case: Case) -> Result<()> {
    in_one_of(Own::second, name, case)
}

fn in_one_of(open: fn() -> Option<Own>, name: &str, case: Case) -> Result<()> {
    if Otherwise::is_elsewhere(name) {
        return Ok(());
    }
    let Some(own) = open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    otherwise::of(name, harness.is_mariadb()).check(name, || case(&harness))
}

#[derive(Clone, Debug, Default, Model)]
struct Jar {
    id: Id<Jar>,
}

#[test]
fn what_would_commit_is_refused_in_a_transaction_and_what_did_is_told() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    harness.create(onggi::models![Jar])?;
    let refused = harness.database().transaction(|session| {
        session.add(Jar::default());
        session.flush()?;
        sql("CREATE TABLE boxes (id INT)").execute(session)
    });
    assert!(
        refused.expect_err("a commit that nobody asked for").to_string().contains("outside of transactions")
    );
    assert_eq!(harness.rows::<Jar>()?.len(), 0);

    sql("CREATE PROCEDURE commits() COMMIT").execute(&mut harness.connect()?)?;
    let mut session = harness.session()?;
    session.add(Jar::default());
    session.flush()?;
    sql("CALL commits()").execute(&mut session)?;
    assert!(session.rollback().expect_err("it is committed").to_string().contains("is not undone"));
    assert_eq!(harness.rows::<Jar>()?.len(), 1);
    Ok(())
}

#[test]
fn raw_rows_hold_what_the_server_gives() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let [values, sums] = raw_rows::kinds(&Harness::open(own.url())?)?;
    assert_eq!(values[..4], ["integer"; 4]);
    assert_eq!(values[4..], ["decimal", "date", "blob", "text", "blob", "NULL"]);
    assert_eq!(sums, ["integer", "decimal", "decimal", "decimal", "decimal"]);
    Ok(())
}

#[test]
fn arrays_are_refused_where_they_are_bound_read_and_searched() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let [written, read, searched, equal] = arrays::refused(&Harness::open(own.url())?)?;
    for said in [&written, &read, &equal] {
        assert!(said.contains("MariaDB and MySQL have no arrays: keep the values as JSON"), "{said}");
    }
    assert!(written.contains("sheet.cells") && read.contains("sheet.cells"), "{written}, {read}");
    assert!(searched.contains("has no arrays: keep the values as JSON"), "{searched}");
    Ok(())
}

/// The server takes the keys of a statement's rows all at once, whatever others insert meanwhile and however.
#[test]
fn keys_of_rows_written_together_are_theirs_while_others_insert() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    harness.create(onggi::models![Crate])?;
    let copy = "INSERT INTO crate (content) \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT '' FROM n";
    std::thread::scope(|scope| {
        let copies = scope.spawn(|| {
            (0..10).try_for_each(|_| unharmed(|| sql(copy).execute(&mut harness.connect()?)).map(drop))
        });
        let writers = [(); 3].map(|()| scope.spawn(|| (0..5).try_for_each(|_| written_together(&harness))));
        writers.into_iter().try_for_each(|writer| writer.join().expect("no panic"))?;
        copies.join().expect("no panic")
    })
}

/// Does again what collided with others.
fn unharmed<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match work() {
            Err(error) if error.is_serialization_failure() => {}
            result => return result,
        }
    }
}

/// Writes rows and looks whether each has the key that it was told.
fn written_together(harness: &Harness) -> Result<()> {
    let new = |number: u16| Crate { content: number.to_le_bytes().to_vec(), ..Default::default() };
    let crates = unharmed(|| {
        let mut crates: Vec<Crate> = (0..600).map(new).collect();
        harness.connect()?.insert_all(&mut crates)?;
        Ok(crates)
    })?;
    let mut connection = harness.connect()?;
    crates.iter().try_for_each(|wanted| {
        assert_eq!(&connection.get_one::<Crate>(wanted.id)?, wanted);
        Ok(())
    })
}

/// The keys of rows that are written together are counted on MySQL; a trigger may give others.
#[test]
fn keys_that_a_trigger_gives_are_never_taken_for_others() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    harness.create(onggi::models![Crate])?;
    let trigger = "CREATE TRIGGER gives BEFORE INSERT ON crate FOR EACH ROW \
                   SET NEW.id = IF(length(NEW.content) > 2, 1000 + length(NEW.content), NEW.id)";
    sql(trigger).execute(&mut harness.connect()?)?;
    let content = |length: usize| Crate { content: vec![7; length], ..Default::default() };
    let mut crates: Vec<Crate> = (0..16).map(content).collect();
    let written = harness.connect()?.insert_all(&mut crates);
    match harness.is_mariadb() {
        true => written?,
        false => {
            let error = written.expect_err("the keys are not known").to_string();
            assert!(error.contains("not known which is whose"), "{error}");
            assert_eq!(harness.rows::<Crate>()?, []);
            for one in &mut crates {
                harness.connect()?.insert(one)?;
            }
        }
    }
    crates.sort_by_key(|one| one.id.key());
    assert_eq!(harness.rows::<Crate>()?, crates);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Lot {
    id: Id<Lot>,
    #[model(unique)]
    label: String,
    price: i64,
}

#[test]
fn an_upsert_gives_the_key_of_the_row_that_it_meets_whatever_it_is() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    harness.create(onggi::models![Lot])?;
    let mut connection = harness.connect()?;
    let lot = |label: &str, price| Lot { label: label.into(), price, ..Default::default() };
    sql("INSERT INTO lot VALUES (-5, 'a', 1), (9007199254740993, 'b', 1)").execute(&mut connection)?;
    // The same again, also where nothing changes, and new ones.
    let rows = [("a", 2), ("a", 2), ("b", 2), ("b", 1), ("c", 1), ("c", 2), ("d", 1)];
    let keys = [-5, -5, 9_007_199_254_740_993, 9_007_199_254_740_993];
    for (place, (label, price)) in rows.into_iter().enumerate() {
        let mut lot = lot(label, price);
        connection.upsert(&mut lot, |l| l.label)?;
        assert!(keys.get(place).is_none_or(|key| lot.id == Id::from(*key)), "{lot:?}");
        assert_eq!(connection.get_one::<Lot>(lot.id)?, lot);
    }
    assert_eq!(harness.rows::<Lot>()?.len(), 4);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Crate {
    id: Id<Crate>,
    content: Vec<u8>,
}

/// The server takes no more than `max_allowed_packet` at once, by default 16 MB.
#[test]
fn rows_of_more_bytes_together_than_a_packet_has_are_written() -> Result<()> {
    let Some(own) = Own::open() else { return Ok(()) };
    let harness = Harness::open(own.url())?;
    harness.create(onggi::models![Crate])?;
    let content = |number: usize| vec![u8::try_from(number % 251).expect("a byte"); 100_000];
    let mut crates: Vec<Crate> =
        (0..300).map(|number| Crate { content: content(number), ..Default::default() }).collect();
    harness.connect()?.insert_all(&mut crates)?;
    assert_eq!(harness.rows::<Crate>()?, crates);
    Ok(())
}
