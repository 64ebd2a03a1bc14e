//! What the compiler says about wrong models, and that it says nothing about good ones.

use std::fs;
use std::path::Path;

/// Longer messages are not read.
const MOST_LINES: usize = 20;

/// What the compiler adds of itself to some messages makes them longer: lists of other types, the bound of the method.
const LONGER: [(&str, usize); 20] = [
    ("array_in_list", 21),
    ("expr_number_with_text", 21),
    ("expr_value_on_the_left", 21),
    ("pickle_grouped", 21),
    ("pickle_in_list", 21),
    ("pickle_in_row", 21),
    ("pickle_part_with_pickle", 21),
    ("pickle_sorted", 21),
    ("pickle_united", 21),
    ("query_number_with_text", 21),
    ("query_order_by_value", 22),
    ("query_select_value", 22),
    ("relation_any_other_type", 21),
    ("relation_join_many", 21),
    ("relation_count_with_text", 21),
    ("relation_members_of_other_model", 24),
    ("relation_to_no_model", 23),
    ("row_model_on_session", 21),
    ("row_null", 22),
    ("row_other_type", 22),
];

/// Some wrong ones among them, which only a build finds: it takes one after the other.
#[test]
fn good_models_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/pass/*.rs");
    cases.compile_fail("tests/compile_fail/built/*.rs");
}

/// Without a good one, all are checked at once.
#[test]
fn wrong_models_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

#[test]
fn messages_are_short() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let mut messages = 0;
    for entry in fs::read_dir(&folder)?.chain(fs::read_dir(folder.join("built"))?) {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let most =
                LONGER.iter().find(|(longer, _)| *longer == name).map_or(MOST_LINES, |&(_, most)| most);
            let text = fs::read_to_string(&path)?;
            // An error begins at the start of a line; an empty line ends it.
            for message in text.split("\n\nerror").map(str::trim_end) {
                let lines = message.lines().count();
                assert!(lines <= most, "{} has a message of {lines} lines:\n{message}", path.display());
                messages += 1;
            }
        }
    }
    assert!(messages >= 70, "{messages} messages");
    Ok(())
}
