//! `onggi pickle json`.

mod common;

use common::onggi;

#[test]
fn the_first_pickle_is_one_line() {
    let run = onggi(&["json", "-"], b"\x80\x04]\x94(K\x01h\x00e.N.");
    run.succeeds();
    assert_eq!(run.out, "{\"id\":0,\"list\":[1,{\"ref\":0}]}\n");
}

#[test]
fn all_pickles_are_a_line_each() {
    let run = onggi(&["json", "--all", "-"], b"K\x01.N.\x88.");
    run.succeeds();
    assert_eq!(run.out, "1\nnull\ntrue\n");
    let run = onggi(&["json", "--all", "-"], b"K\x01.N.\x88");
    run.fails_with_one_line();
    assert_eq!(run.out, "1\nnull\n");
    assert!(run.err.ends_with(", at byte 6\n"), "{run:?}");
}

#[test]
fn calls_of_builtins_are_values_or_notes() {
    let set = b"c__builtin__\nset\n(]K\x01atR.";
    let run = onggi(&["json", "-"], set);
    run.succeeds();
    assert_eq!(run.out, "{\"set\":[1]}\n");
    let run = onggi(&["json", "--inert", "-"], set);
    run.succeeds();
    let notes = r#"{"object":{"args":[{"list":[1]}],"class":["__builtin__","set"],"how":"call"}}"#;
    assert_eq!(run.out, format!("{notes}\n"));
}

#[test]
fn strings_of_python_2_are_what_the_caller_says() {
    let pickle = b"U\x02\xc3\xa9.";
    for (arguments, expected) in [
        (&["json", "-", "--encoding", "latin1"][..], "\"\\u00c3\\u00a9\"\n"),
        (&["json", "-", "--encoding", "utf8"], "\"\\u00e9\"\n"),
        (&["json", "-", "--encoding", "bytes"], "{\"bytes\":\"c3a9\"}\n"),
        (&["json", "-", "--inert"], "\"\\u00c3\\u00a9\"\n"),
    ] {
        let run = onggi(arguments, pickle);
        run.succeeds();
        assert_eq!(run.out, expected);
    }
    let run = onggi(&["json", "-"], pickle);
    run.fails_with_one_line();
    onggi(&["json", "-", "--inert", "--encoding", "ascii"], pickle).fails_with_one_line();
}

#[test]
fn what_cpython_would_refuse_says_where_it_is() {
    let refused = &b"cdatetime\ndate\nC\x01\x00\x85R"[..];
    for arguments in [&["json", "--all", "-"][..], &["json", "--all", "--plain", "-"]] {
        let run = onggi(arguments, &[b"N.", refused, b"."].concat());
        run.fails_with_one_line();
        assert!(run.err.ends_with(", at byte 21\n"), "{run:?}");
        assert_eq!(run.out, "null\n");
        let run = onggi(arguments, &[b"N.](Nc__builtin__\nset\n)R", refused, b"e."].concat());
        run.fails_with_one_line();
        assert!(run.err.ends_with(", at byte 43\n"), "{run:?}");
    }
}

#[test]
fn what_cpython_would_refuse_in_a_shared_memo_says_in_which_pickle_it_is() {
    let run = onggi(&["json", "--all", "-"], b"N\x94.cdatetime\ndate\nh\x00\x85R.");
    run.fails_with_one_line();
    assert!(run.err.ends_with(", in the pickle at byte 3\n"), "{run:?}");
}

#[test]
fn pickles_of_one_pickler_share_its_memo() {
    let stream = b"\x80\x04]\x94K\x01a.\x80\x04h\x00h\x00\x86\x94.\x80\x04h\x01.";
    let run = onggi(&["json", "--all", "-"], stream);
    run.succeeds();
    let pair = r#"{"tuple":[{"id":0,"list":[1]},{"ref":0}]}"#;
    assert_eq!(run.out, format!("{{\"list\":[1]}}\n{pair}\n{pair}\n"));
    // One that refers to nothing is an error of its own.
    let run = onggi(&["json", "--all", "-"], b"K\x01.h\x07.");
    run.fails_with_one_line();
    assert!(run.err.ends_with("memo entry that was never stored, at byte 3\n"), "{run:?}");
}
