//! Canonical JSON: numbers, order, and what hostile pickles may cost.

use onggi_pickle::{Error, Graph, Limits, ReadOptions, json};

fn canonical(pickle: &[u8]) -> Result<String, Error> {
    written(&Graph::from_slice(pickle)?)
}

fn inert(pickle: &[u8]) -> Result<String, Error> {
    written(&Graph::from_slice_with(pickle, &ReadOptions::default().inert(true))?)
}

fn written(graph: &Graph<'_>) -> Result<String, Error> {
    let mut text = Vec::new();
    json::write_canonical(graph, &Limits::default(), &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn values_keep_their_kinds() -> Result<(), Error> {
    for (pickle, expected) in [
        (&b"N."[..], "null"),
        (b"I01\n.", "true"),
        (b"L-9007199254740991L\n.", "-9007199254740991"),
        (b"L9007199254740992L\n.", r#"{"int":"9007199254740992"}"#),
        (b"L-99999999999999999999L\n.", r#"{"int":"-99999999999999999999"}"#),
        (b"G\x3f\xf8\0\0\0\0\0\0.", r#"{"float":"3ff8000000000000","repr":"1.5"}"#),
        (b"V\\ud800\n.", r#"{"str":"eda080"}"#),
        (b"V\\u20ac\x7f\n.", r#""\u20ac\u007f""#),
        (b"C\x02\x00\xff.", r#"{"bytes":"00ff"}"#),
        (b"\x96\x01\0\0\0\0\0\0\0a.", r#"{"bytearray":"61"}"#),
        (b"}(K\x02NK\x01Nu.", r#"{"dict":[[2,null],[1,null]]}"#),
        (b"c__builtin__\nxrange\n.", r#"{"global":["builtins","range"]}"#),
        (b"cbuiltins\nslice\n(K\x01N]tR.", r#"{"slice":[1,null,{"list":[]}]}"#),
        (b"cbuiltins\nrange\n(K\x01K\x05K\x02tR.", r#"{"range":[1,5,2]}"#),
        (b"\x82\x07.", r#"{"global":["copyreg extension","7"]}"#),
        (b"(K\x01tQ.", r#"{"persid":{"tuple":[1]}}"#),
        (b"\x97\x98.", r#"{"buffer":0,"readonly":true}"#),
    ] {
        assert_eq!(canonical(pickle)?, expected, "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn sets_are_sorted_by_their_texts_and_have_no_numbers() -> Result<(), Error> {
    // {(1,), 10, 9, 'é', 'z'}, with the tuple shared
    let pickle = b"K\x01\x85\x940\x8f(K\x0aK\x09h\x00X\x01\0\0\0zX\x02\0\0\0\xc3\xa9h\x00\x85\x90h\x00\x86.";
    let set = r#"{"set":["\u00e9","z",10,9,{"tuple":[1]},{"tuple":[{"tuple":[1]}]}]}"#;
    assert_eq!(canonical(pickle)?, format!("{{\"tuple\":[{set},{{\"tuple\":[1]}}]}}"));
    Ok(())
}

#[test]
fn parts_of_an_object_are_numbered_as_they_are_made() -> Result<(), Error> {
    // x = []; f(x)(x) with items and keys that are x too
    let pickle = b"]\x94cm\nf\nh\x00\x85Rh\x00\x85R(h\x00eK\x01h\x00s}b.";
    let expected = r#"{"object":{"args":[{"ref":0}],"callee":{"object":{"args":[{"id":0,"list":[]}],"class":["m","f"],"how":"call"}},"dictitems":[[1,{"ref":0}]],"how":"call","listitems":[{"ref":0}],"state":[{"dict":[]}]}}"#;
    assert_eq!(inert(pickle)?, expected);
    Ok(())
}

#[test]
fn a_changed_global_is_one_object_in_notes() -> Result<(), Error> {
    let pickle = b"cm\nf\nNbcm\nf\n\x86.";
    let changed = r#"{"id":0,"object":{"changed_global":["m","f"],"state":[null]}}"#;
    assert_eq!(inert(pickle)?, format!("{{\"tuple\":[{changed},{{\"ref\":0}}]}}"));
    Ok(())
}

#[test]
fn a_million_levels_are_written_without_recursion() -> Result<(), Error> {
    let lists = [&b"]".repeat(1_000_000)[..], &b"a".repeat(999_999), b"."].concat();
    assert_eq!(canonical(&lists)?.len(), 1_000_000 * r#"{"list":[]}"#.len());
    let sets = [&b"("[..], &b"(".repeat(300_000), &b"\x91".repeat(300_000), b"t."].concat();
    assert!(canonical(&sets)?.starts_with(r#"{"tuple":[{"frozenset":[{"frozenset":"#));
    let calls = [&b"cm\nf\n"[..], &b")R".repeat(300_000), b"."].concat();
    assert!(inert(&calls).map_or_else(|error| error.is_limit(), |text| text.ends_with("}}")));
    Ok(())
}

#[test]
fn what_doubles_inside_of_a_set_reaches_a_limit() -> Result<(), Error> {
    let doubled = [&b"\x8f(K\x01"[..], &b"2\x86".repeat(60), b"\x90."].concat();
    assert!(canonical(&doubled).is_err_and(|error| error.is_limit()));
    let outside = [&b"K\x01"[..], &b"2\x86".repeat(60), b"."].concat();
    assert!(canonical(&outside)?.contains(r#"{"ref":58}"#));
    Ok(())
}

#[test]
fn a_long_text_again_and_again_reaches_a_limit() {
    let mut pickle = b"(X\x40\x42\x0f\0".to_vec();
    pickle.extend(vec![b'a'; 1_000_000]);
    pickle.push(0x94);
    pickle.extend(b"h\x00".repeat(100_000));
    pickle.extend(b"t.");
    let graph = Graph::from_slice(&pickle).expect("readable");
    let limits = Limits::default().expansion(10_000);
    let error = json::write_canonical(&graph, &limits, std::io::sink()).unwrap_err();
    assert!(error.is_limit(), "{error}");
}
