//! `onggi pickle show`, and `json --plain`.

mod common;

use common::onggi;

#[test]
fn all_pickles_of_a_stream_are_shown() {
    let run = onggi(&["show", "-"], b"\x80\x02K\x01.cm\nC\n)\x81}X\x01\0\0\0aK\x02sb.");
    run.succeeds();
    assert_eq!(run.out, "# bytes 0 to 5, protocol 2\n1\n# bytes 5 to 24, protocol 0\nm.C(a=2)\n");
}

#[test]
fn colors_are_for_terminals_or_those_who_ask() {
    assert_eq!(onggi(&["show", "-"], b"N.").out, "None\n");
    assert_eq!(onggi(&["show", "--color=always", "-"], b"N.").out, "\x1b[35mNone\x1b[0m\n");
}

#[test]
fn the_caller_says_how_much_is_shown() {
    let numbers = [&b"("[..], &b"K\x01".repeat(300), b"l."].concat();
    assert!(onggi(&["show", "--items=3", "-"], &numbers).out.contains("1, 1, 1, … 297 more"));
    let full = onggi(&["show", "--full", "-"], &numbers);
    full.succeeds();
    assert_eq!(full.out.matches('1').count(), 300);
}

#[test]
fn what_plain_json_loses_is_told() {
    let run = onggi(&["json", "--plain", "-"], b"(K\x01C\x01at.");
    assert_eq!((run.status, run.out.as_str()), (Some(0), "[1,\"YQ==\"]\n"));
    let expected = "onggi: note: standard input: 1 tuple is a list now, at $\n\
                    onggi: note: standard input: 1 bytes object is base64 now, at $[1]\n";
    assert_eq!(run.err, expected);
    onggi(&["json", "--plain", "-"], b"}X\x01\0\0\0aNs.").succeeds();
}

#[test]
fn strings_of_python_2_are_shown_whatever_they_are() {
    let run = onggi(&["show", "-"], b"U\x01\xe9.");
    run.succeeds();
    assert_eq!(run.out, "'é'\n");
    let run = onggi(&["json", "-"], b"U\x01\xe9.");
    run.fails_with_one_line();
    assert!(run.err.contains("choose another --encoding, at byte 0"), "{run:?}");
}
