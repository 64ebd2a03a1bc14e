//! Plain JSON: what becomes of values, and what is told.

use onggi_pickle::{Error, Graph, Limits, json};

/// The text, and what was lost.
fn plain(pickle: &[u8]) -> Result<(String, Vec<String>), Error> {
    let mut text = Vec::new();
    let losses = json::write_plain(&Graph::from_slice(pickle)?, &Limits::default(), &mut text)?;
    Ok((String::from_utf8_lossy(&text).into_owned(), losses.iter().map(ToString::to_string).collect()))
}

#[test]
fn what_json_has_is_kept_without_a_word() -> Result<(), Error> {
    for (pickle, expected) in [
        (&b"(lp0\nI01\naNaI-5\na."[..], "[true,null,-5]"),
        (b"L99999999999999999999L\n.", "99999999999999999999"),
        (b"(G\x3f\xf8\0\0\0\0\0\0F1e300\nl.", "[1.5,1e+300]"),
        (b"V\\u20ac\"\\u005c\x7f\n.", "\"€\\\"\\\\\\u007f\""),
        (b"}(X\x01\0\0\0b]X\x01\0\0\0a}u.", r#"{"b":[],"a":{}}"#),
        (b"ccollections\nOrderedDict\n)RX\x01\0\0\0bNs.", r#"{"b":null}"#),
    ] {
        assert_eq!(plain(pickle)?, (expected.to_owned(), Vec::new()), "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn what_json_lacks_is_told_with_its_place() -> Result<(), Error> {
    for (pickle, expected, told) in [
        (&b"]K\x01\x85a."[..], "[[1]]", "1 tuple is a list now, at $[0]"),
        (b"(\x8f\x8fl.", "[[],[]]", "2 sets are lists now, first at $[0]"),
        (b"C\x02\xff\xfe.", r#""//4=""#, "1 bytes object is base64 now, at $"),
        (b"G\xff\xf0\0\0\0\0\0\0.", r#""-Infinity""#, "1 infinity or NaN is a text now, at $"),
        (b"V\\ud800\n.", "\"\u{fffd}\"", "1 text has replaced surrogates, at $"),
        (b"}(NNK\x01Nu.", r#"{"null":null,"1":null}"#, "2 keys are texts now, first at $"),
        (
            b"}(K\x01NX\x01\0\0\x001Nu.",
            r#"[[1,null],["1",null]]"#,
            "1 dict is a list of keys and values, at $",
        ),
        (
            b"cdatetime\ndate\n(C\x04\x07\xea\x0b\x16tR.",
            r#""2026-11-22""#,
            "1 value of the standard library is a text now, at $",
        ),
        (
            b"cdatetime\ntimedelta\n(J\xff\xff\xff\xffK\0M\xf4\x01tR.",
            "-86399.9995",
            "1 timedelta is a number of seconds, at $",
        ),
        (b"cos\nsystem\n.", r#""os.system""#, "1 class or function is a name now, at $"),
        (
            b"cm\nC\n)\x81}X\x01\0\0\0aK\x01sb.",
            r#"{"__class__":"m.C","a":1}"#,
            "1 object of a class is what is said about it, at $",
        ),
        (b"]\x94h\x00a.", r#"[{"__cycle__":"$"}]"#, "1 object that contains itself is a path there, at $[0]"),
        (b"(]\x94h\x00l.", "[[],[]]", "1 object is written again for another place, at $[1]"),
        (b"Pid\n.", r#"{"__persistent_id__":"id"}"#, "1 object from outside the pickle is a note, at $"),
    ] {
        assert_eq!(plain(pickle)?, (expected.to_owned(), vec![told.to_owned()]), "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn all_that_is_said_about_an_object_is_there() -> Result<(), Error> {
    let pickle = b"cm\nC\nK\x01\x85}X\x01\0\0\0kK\x02s\x92(K\x03eK\x04K\x05sNbK\x06b.";
    let expected = r#"{"__class__":"m.C","__args__":[1],"__kwargs__":{"k":2},"__items__":[3],"__dictitems__":{"4":5},"__state__":[null,6]}"#;
    assert_eq!(plain(pickle)?.0, expected);
    Ok(())
}

#[test]
fn what_doubles_reaches_a_limit_and_depth_does_not() -> Result<(), Error> {
    let doubled = [&b"K\x01"[..], &b"2\x86".repeat(60), b"."].concat();
    assert!(plain(&doubled).is_err_and(|error| error.is_limit()));
    let lists = [&b"]".repeat(200_000)[..], &b"a".repeat(199_999), b"."].concat();
    assert_eq!(plain(&lists)?.0.len(), 400_000);
    Ok(())
}
