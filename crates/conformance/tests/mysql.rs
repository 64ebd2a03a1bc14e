//! The suite on MariaDB or MySQL, where a server is found: each case has a database of its own.

use mysql::Own;
use onggi::{Id, Model, Result, sql};
use onggi_conformance::{Case, Harness, Otherwise, arrays, raw_rows};

#[path = "../../orm/tests/mysql/mod.rs"]
mod mysql;

mod database {
    onggi_conformance::cases!(crate::in_a_database);
}

/// Cases that MariaDB decides otherwise: what each of them fails with, and why.
const OTHERWISE: Otherwise = Otherwise(&[
    ("arrays::", "MariaDB has no arrays, and ", "it is an error that says so"),
    ("arrays_queries::", "MariaDB has no arrays, and ", "it is an error that says so"),
    (
        "expressions::functions_of_ones_own_are_declared_once",
        "error in your SQL syntax",
        "`unicode` is a function of SQLite's",
    ),
    ("expressions::raw_fragments_have_places_for_values_and_columns", "near 'GLOB", "it is SQLite's"),
    (
        "fields::a_double_that_is_no_single_is_refused_when_read",
        "digits were lost",
        "the column is of single precision: raw SQL wrote a rounded number",
    ),
    (
        "fields::integers_that_a_field_cannot_hold_are_refused_when_read",
        "a number is out of range for its type",
        "they are refused when they are written",
    ),
    (
        "fields::json_that_is_none_is_refused_when_read",
        "a row does not meet the check settings",
        "it is refused when it is written",
    ),
    (
        "groups::windows_rank_and_look_at_neighbours",
        "no window frame that counts groups",
        "it is an error that says so",
    ),
    (
        "joins::rows_without_partner_among_named_rows_are_kept",
        "MariaDB has no FULL JOIN",
        "it is an error that says so",
    ),
    (
        "joins::rows_without_partner_are_kept_on_either_side",
        "MariaDB has no FULL JOIN",
        "it is an error that says so",
    ),
    (
        "maps::rows_that_sql_changes_come_back_as_they_are_now",
        "near 'RETURNING",
        "an update gives no rows back",
    ),
    (
        "plain::upserting_past_another_unique_column_is_a_violation",
        "left: []",
        "which constraint it was is not known",
    ),
    (
        "relations_along::a_reference_to_a_row_that_is_gone_loses_no_row",
        "error in your SQL syntax",
        "foreign keys are not turned off by a PRAGMA",
    ),
    (
        "relations_along::a_row_read_along_that_cannot_be_read_is_named",
        "a value is not of the type wanted: the column age",
        "it is refused when it is written",
    ),
    (
        "scopes::joins_that_keep_the_other_side_lose_none_of_its_rows_in_scope",
        "MariaDB has no FULL JOIN",
        "it is an error that says so",
    ),
    (
        "set_wide::new_values_follow_relations",
        "MariaDB has no RETURNING of an UPDATE",
        "it is an error that says so",
    ),
    (
        "tables::rows_that_refer_follow_their_on_delete",
        "no foreign key that falls back to its default",
        "it is an error that says so",
    ),
    (
        "transaction::a_unit_of_work_locks_a_name",
        "MariaDB has no locks of names that end with their transaction",
        "it is an error that says so",
    ),
    (
        "unit_of_work::a_row_that_refers_to_itself_is_closed_after_it_is_written",
        "a foreign key would be broken",
        "InnoDB deletes no row that refers to itself",
    ),
    (
        "writes::a_conflict_in_a_session_gives_its_objects",
        "MariaDB has no RETURNING of the rows alone",
        "it is an error that says so",
    ),
    (
        "writes::a_conflict_is_that_of_an_index_of_some_rows",
        "error in your SQL syntax",
        "an index is of all rows",
    ),
    (
        "writes::a_conflict_updates_from_both_rows",
        "MariaDB has no RETURNING of the rows alone",
        "it is an error that says so",
    ),
    (
        "writes::updated_rows_are_objects_in_a_session",
        "MariaDB has no RETURNING of an UPDATE",
        "it is an error that says so",
    ),
    (
        "writes::updates_and_deletes_give_back_rows",
        "MariaDB has no RETURNING of an UPDATE",
        "it is an error that says so",
    ),
]);

fn in_a_database(name: &str, case: Case) -> Result<()> {
    if Otherwise::is_elsewhere(name) {
        return Ok(());
    }
    let Some(own) = Own::open() else { return Ok(()) };
    OTHERWISE.check(name, || case(&Harness::open(own.url())?))
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
    assert!(searched.contains("MariaDB has no arrays: keep the values as JSON"), "{searched}");
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
