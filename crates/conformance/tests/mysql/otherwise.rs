//! Cases that MariaDB and MySQL decide otherwise: what each of them fails with, and why.

use onggi_conformance::Otherwise;

/// The list that has a case, if one does: that of both servers, or that of the one which is asked.
pub fn of(name: &str, is_mariadb: bool) -> &'static Otherwise {
    let own = if is_mariadb { &MARIADB } else { &MYSQL };
    if own.lists(name) { own } else { &BOTH }
}

/// What both decide so.
static BOTH: Otherwise = Otherwise(&[
    ("arrays::", "has no arrays, and ", "it is an error that says so"),
    ("arrays_queries::", "has no arrays, and ", "it is an error that says so"),
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
        "groups::windows_rank_and_look_at_neighbours",
        "no window frame that counts groups",
        "it is an error that says so",
    ),
    (
        "joins::rows_without_partner_among_named_rows_are_kept",
        "has no FULL JOIN",
        "it is an error that says so",
    ),
    (
        "joins::rows_without_partner_are_kept_on_either_side",
        "has no FULL JOIN",
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
        "has no FULL JOIN",
        "it is an error that says so",
    ),
    (
        "tables::rows_that_refer_follow_their_on_delete",
        "no foreign key that falls back to its default",
        "it is an error that says so",
    ),
    (
        "transaction::a_unit_of_work_locks_a_name",
        "has no locks of names that end with their transaction",
        "it is an error that says so",
    ),
    (
        "unit_of_work::a_row_that_refers_to_itself_is_closed_after_it_is_written",
        "a foreign key would be broken",
        "InnoDB deletes no row that refers to itself",
    ),
    (
        "writes::a_conflict_is_that_of_an_index_of_some_rows",
        "error in your SQL syntax",
        "an index is of all rows",
    ),
]);

/// What MariaDB decides so.
static MARIADB: Otherwise = Otherwise(&[
    (
        "fields::json_that_is_none_is_refused_when_read",
        "a row does not meet the check settings",
        "it is refused when it is written",
    ),
    (
        "set_wide::new_values_follow_relations",
        "MariaDB has no RETURNING of an UPDATE",
        "it is an error that says so",
    ),
    (
        "writes::a_conflict_in_a_session_gives_its_objects",
        "MariaDB has no RETURNING of the rows alone",
        "it is an error that says so",
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

/// What MySQL decides so.
static MYSQL: Otherwise = Otherwise(&[
    (
        "fields::json_that_is_none_is_refused_when_read",
        "a text is no JSON",
        "it is refused when it is written",
    ),
    (
        "pages::plans_are_told_without_running",
        "Rows fetched before execution",
        "the row of a unique column is read while it plans",
    ),
    (
        "raw::the_same_parameter_can_stand_twice",
        "expected an integer, found a DOUBLE",
        "of placeholders alone the server makes a floating-point number",
    ),
    ("set_wide::new_values_follow_relations", "MySQL has no RETURNING", "it is an error that says so"),
    (
        "set_wide::rows_are_deleted_where_a_relation_says_so",
        "MySQL has no RETURNING",
        "it is an error that says so",
    ),
    (
        "tables::json_documents_are_indexed",
        "MySQL has no index of a JSON document",
        "it is an error that says so",
    ),
    (
        "writes::a_conflict_in_a_session_gives_its_objects",
        "MySQL has no RETURNING",
        "it is an error that says so",
    ),
    (
        "writes::a_conflict_updates_from_both_rows",
        "MySQL has no condition of a conflict that reads what is set before it is asked again",
        "it is an error that says so",
    ),
    ("writes::inserted_rows_are_given_back", "MySQL has no RETURNING", "it is an error that says so"),
    (
        "writes::rows_that_a_session_inserts_at_once_refer_to_its_objects",
        "MySQL has no RETURNING",
        "it is an error that says so",
    ),
    (
        "writes::updated_rows_are_objects_in_a_session",
        "MySQL has no RETURNING",
        "it is an error that says so",
    ),
    ("writes::updates_and_deletes_give_back_rows", "MySQL has no RETURNING", "it is an error that says so"),
    (
        "writes::what_a_session_inserts_at_once_is_undone_by_a_rollback",
        "MySQL has no RETURNING",
        "it is an error that says so",
    ),
]);
