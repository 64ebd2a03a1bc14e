//! The suite on PostgreSQL, where a server is found: each case has a schema of its own.
//!
//! The server is that of `ONGGI_TEST_POSTGRES_URL`, or a local one with a database `test` that the user `root` may enter.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use onggi::{Database, Result, sql};
use onggi_conformance::{Case, Harness};

mod schema {
    onggi_conformance::cases!(crate::in_a_schema);
}

/// The server's URL, if there is one that answers.
fn server() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    let url = URL.get_or_init(|| {
        let named = std::env::var("ONGGI_TEST_POSTGRES_URL").ok();
        let url = named.clone().unwrap_or_else(|| "postgres://root@127.0.0.1/test".to_owned());
        match Database::open(&url) {
            Ok(_) => Some(url),
            Err(error) if named.is_some() => panic!("ONGGI_TEST_POSTGRES_URL: {error}"),
            Err(error) => {
                eprintln!("skipped: no PostgreSQL is there ({error})");
                None
            }
        }
    });
    url.as_deref()
}

/// What is SQLite's alone.
const ELSEWHERE: [&str; 2] = ["inside::", "parts::"];

/// Cases that PostgreSQL decides otherwise, and why; each of them fails.
const OTHERWISE: [(&str, &str); 18] = [
    ("errors::a_session_goes_on_after_an_error", "a failed statement ends its transaction"),
    ("expressions::functions_of_ones_own_are_declared_once", "`unicode` is a function of SQLite's"),
    ("expressions::raw_fragments_have_places_for_values_and_columns", "GLOB is SQLite's"),
    ("fields::a_boolean_that_is_neither_is_refused_when_read", "it is refused when it is written"),
    ("fields::a_double_that_is_no_single_is_refused_when_read", "the column is of single precision"),
    ("fields::dates_and_times_are_kept_to_the_nanosecond", "microseconds are kept, finer values are refused"),
    ("fields::dates_and_times_compare_and_sort_as_such", "the same"),
    ("fields::decimals_of_too_many_digits_are_refused_when_read", "raw SQL binds a text for a number"),
    (
        "fields::integers_that_a_field_cannot_hold_are_refused_when_read",
        "they are refused when they are written",
    ),
    ("fields::json_is_kept_and_changes_inside_are_noticed", "NUL characters are refused"),
    ("fields::json_that_is_none_is_refused_when_read", "it is refused when it is written"),
    ("fields::nan_is_refused", "NaN is kept"),
    ("fields::texts_are_kept_to_the_last_character", "NUL characters are refused"),
    ("pages::plans_are_told_without_running", "plans read otherwise"),
    ("pages::what_the_database_lacks_is_an_error", "it lacks none of that"),
    ("relations_along::a_reference_to_a_row_that_is_gone_loses_no_row", "foreign keys cannot be turned off"),
    (
        "relations_along::a_row_read_along_that_cannot_be_read_is_named",
        "a wrong value is refused when it is written",
    ),
    ("query::no_character_of_a_part_is_special", "the same"),
];

fn in_a_schema(name: &str, case: Case) -> Result<()> {
    if ELSEWHERE.iter().any(|area| name.starts_with(area)) {
        return Ok(());
    }
    let Some(url) = server() else { return Ok(()) };
    let Some((_, why)) = OTHERWISE.iter().find(|(other, _)| *other == name) else { return run(url, case) };
    let ended = catch_unwind(AssertUnwindSafe(|| run(url, case)));
    assert!(!matches!(ended, Ok(Ok(()))), "{name} holds, against what is listed: {why}");
    Ok(())
}

fn run(url: &str, case: Case) -> Result<()> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("onggi_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let server = Database::open(url)?;
    sql(format!("CREATE SCHEMA {name}")).execute(&mut server.connect()?)?;
    let options = if url.contains('?') { '&' } else { '?' };
    let done = case(&Harness::open(&format!("{url}{options}options=-csearch_path%3D{name}"))?);
    let dropped = sql(format!("DROP SCHEMA {name} CASCADE")).execute(&mut server.connect()?);
    done.and(dropped.map(drop))
}
