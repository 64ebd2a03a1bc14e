//! `onggi pickle dis`.

mod common;

use common::onggi;

const TWO_PICKLES: &[u8] = b"\x80\x04K\x01.(N\x8c\x02\xc3\xa9t.";

#[test]
fn all_pickles_of_a_stream_are_listed_as_json_lines() {
    let run = onggi(&["dis", "--format", "jsonl", "-"], TWO_PICKLES);
    run.succeeds();
    let expected = [
        r#"[0, "PROTO", "4"]"#,
        r#"[2, "BININT1", "1"]"#,
        r#"[4, "STOP"]"#,
        r#"[5, "MARK"]"#,
        r#"[6, "NONE"]"#,
        r#"[7, "SHORT_BINUNICODE", "'\u00e9'"]"#,
        r#"[11, "TUPLE"]"#,
        r#"[12, "STOP"]"#,
    ];
    assert_eq!(run.out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_text_is_that_of_pickletools() {
    let run = onggi(&["dis", "-"], b"(K\x01t.");
    run.succeeds();
    let expected = "    0: (    MARK\n    1: K        BININT1    1\n    3: t        TUPLE      (MARK at 0)\n    4: .    STOP\n\
                    highest protocol among opcodes = 1\n";
    assert_eq!(run.out, expected);
}

#[test]
fn lines_before_an_error_are_printed() {
    let run = onggi(&["dis", "--format=jsonl", "-"], b"N.K");
    run.fails_with_one_line();
    assert_eq!(run.out, "[0, \"NONE\"]\n[1, \"STOP\"]\n");
    assert_eq!(run.err, "onggi: standard input: the pickle is cut short, at byte 2\n");
}

#[test]
fn an_oddity_does_not_end_the_listing() {
    let run = onggi(&["dis", "-"], b"h\x070N.");
    run.fails_with_one_line();
    assert!(run.out.contains("NONE") && run.out.contains("highest protocol"), "{run:?}");
    assert!(run.err.contains("memo key 7 has never been stored into, at byte 0"), "{run:?}");
}

#[test]
fn no_file_and_no_bytes_are_one_line() {
    let run = onggi(&["dis", "no\nsuch file"], b"");
    run.fails_with_one_line();
    assert!(run.err.starts_with("onggi: no\\nsuch file: "), "{run:?}");
    onggi(&["dis", "-"], b"").fails_with_one_line();
    onggi(&["dis", "."], b"").fails_with_one_line();
    onggi(&["dis", "--max-bytes", "3", "-"], b"NNN.").fails_with_one_line();
}
