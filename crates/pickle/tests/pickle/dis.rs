//! Listings: what pickletools reads otherwise than an unpickler, and how streams end.

use onggi_pickle::dis::{Instructions, TextOptions, write_json_lines, write_text};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The `repr` of each instruction's argument.
fn arguments(input: &[u8]) -> Result<Vec<String>, onggi_pickle::Error> {
    let mut all = Vec::new();
    for instruction in Instructions::new(input) {
        all.extend(instruction?.argument().map(|argument| argument.to_string()));
    }
    Ok(all)
}

#[test]
fn text_is_read_as_pickletools_does() -> Outcome {
    for (pickle, expected) in [
        (&b"I00\n."[..], "False"),
        (b"p01\n.", "True"),
        (b"g-1\n.", "-1"),
        (b"I \t-0_07\x0b\n.", "-7"),
        (b"L+00000000000000000000018446744073709551616L\n.", "18446744073709551616"),
        (b"L-0L\n.", "0"),
        (b"F 1_0.5e0\n.", "10.5"),
        (b"F1e999\n.", "inf"),
        (b"S'a\\x41\\'\"'\n.", "'aA\\'\"'"),
        (b"S'\n.", "''"),
        (b"ca\\x62\nc d\n.", "'ab c d'"),
        (b"P\\101\n.", "'A'"),
        (b"V\\ud800\\U0001f96c\xe9\n.", "'\\ud800🥬é'"),
        (b"U\x02\xe9'.", "\"é'\""),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xff.", "18446744073709551615"),
        (b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.", "18446744073709551615"),
        (b"\x84\xff\xff\xff\xff.", "-1"),
    ] {
        assert_eq!(arguments(pickle)?, [expected], "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn what_pickletools_refuses_is_an_error_at_its_opcode() {
    for (pickle, offset) in [
        (&b""[..], 0),
        (b"N", 1),
        (b"N.\xff", 2),
        (b"NI1__0\n.", 1),
        (b"NI\n.", 1),
        (b"NF1_\n.", 1),
        (b"NF_1\n.", 1),
        (b"NSabc\n.", 1),
        (b"NS'\xe9'\n.", 1),
        (b"NS'\\x4'\n.", 1),
        (b"Nca\nb", 1),
        (b"NT\xff\xff\xff\xff.", 1),
        (b"N\x8b\xff\xff\xff\xff.", 1),
        (b"N\x95\0\0\0", 1),
        (b"NX\x01\0\0\0\xff.", 1),
    ] {
        let error = arguments(pickle).expect_err(&pickle.escape_ascii().to_string());
        assert_eq!(error.offset(), Some(offset), "{} {error}", pickle.escape_ascii());
    }
}

#[test]
fn frames_are_numbers_like_others() -> Outcome {
    let crossed = b"\x80\x04\x95\x03\0\0\0\0\0\0\0\x8c\x05abcde\x94.";
    assert_eq!(arguments(crossed)?, ["4", "3", "'abcde'"]);
    Ok(())
}

#[test]
fn annotations_follow_in_a_column() -> Outcome {
    let mut text = Vec::new();
    write_text(b"\x80\x04N.", &TextOptions::default().annotate(30), &mut text)?;
    let text = String::from_utf8(text)?;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "    0: \\x80 PROTO      4              Names the protocol.");
    assert_eq!(lines[1], "    2: N    NONE                      `None`.");
    Ok(())
}

#[test]
fn a_listing_of_a_million_digits_takes_linear_time() -> Outcome {
    let digits = "7".repeat(1_000_000);
    let mut lines = Vec::new();
    write_json_lines(format!("L{digits}L\n.").as_bytes(), &mut lines)?;
    assert!(String::from_utf8(lines)?.starts_with("[0, \"LONG\", \"7777"));
    Ok(())
}

#[test]
fn a_listing_of_a_million_open_marks_stays_small() -> Outcome {
    let mut counter = Counter(0);
    let odd =
        write_text(&[&b"(".repeat(1_000_000)[..], b"N."].concat(), &TextOptions::default(), &mut counter);
    assert!(odd.is_err_and(|error| error.to_string().contains("stack not empty")));
    assert!(counter.0 < 200_000_000, "{}", counter.0);
    Ok(())
}

#[test]
fn a_memo_entry_of_an_earlier_pickle_is_no_oddity() -> Outcome {
    let listing = |input: &[u8]| write_text(input, &TextOptions::default(), std::io::sink());
    listing(b"]q\x00.h\x00.")?;
    assert_eq!(listing(b"]q\x00.h\x01.").map_err(|error| error.offset()), Err(Some(4)));
    Ok(())
}

/// Counts what is written.
struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
