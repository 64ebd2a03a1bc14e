//! Paths into pickles: their texts, and what hostile ones cost.

use onggi_pickle::{Graph, Node, Result, Step, ValuePath};

#[test]
fn equal_paths_have_one_text() -> Result<()> {
    for (text, canonical) in [
        ("$", "$"),
        ("$.city", "$.city"),
        ("$[\"city\"]", "$.city"),
        ("$.a-b[0][-3]", "$[\"a-b\"][0][-3]"),
        ("$[\"_1\"][\"1_\"][\"\"]", "$._1[\"1_\"][\"\"]"),
        (r#"$["\u00e9\ud83e\udd6c\n\/\"\\"].é"#, r#"$["é🥬\n/\"\\"]["é"]"#),
        ("$[9223372036854775807][-9223372036854775808]", "$[9223372036854775807][-9223372036854775808]"),
    ] {
        let path: ValuePath = text.parse()?;
        assert_eq!(path.to_string(), canonical);
        assert_eq!(canonical.parse::<ValuePath>()?, path);
    }
    let built = ValuePath::root().name("\0\u{7f}\u{2028}'").step(7).step("x");
    assert_eq!(built.to_string(), r#"$["\u0000\u007f\u2028'"][7].x"#);
    assert_eq!(built.to_string().parse::<ValuePath>()?, built);
    assert_eq!(built.steps()[1..], [Step::Index(7), Step::from("x")]);
    Ok(())
}

#[test]
fn what_is_no_path_is_refused_with_a_reason() {
    for text in [
        "",
        "city",
        ".city",
        "$city",
        "$.",
        "$..a",
        "$. a",
        "$.a b",
        "$.a'",
        "$[",
        "$[]",
        "$[1",
        "$[01]",
        "$[+1]",
        "$[-0]",
        "$[1.5]",
        "$['a']",
        "$[a]",
        "$[\"a]",
        "$[\"a\"",
        "$[\"\\x41\"]",
        "$[\"\\ud800\"]",
        "$[\"\\ud800\\u0041\"]",
        "$[\"\\u00é\"]",
        "$[\"\n\"]",
        "$[9223372036854775808]",
        "$.a\0",
        "$.*",
        "$[*]x",
        "$ ",
    ] {
        // `*` is a name like any other.
        let Err(error) = text.parse::<ValuePath>() else {
            assert_eq!(text, "$.*");
            continue;
        };
        assert!(error.is_data() && error.to_string().len() < 300, "{text:?}: {error}");
    }
}

#[test]
fn texts_of_paths_are_bounded() -> Result<()> {
    assert_eq!(format!("${}", "[0]".repeat(64)).parse::<ValuePath>()?.steps().len(), 64);
    assert!(format!("${}", "[0]".repeat(65)).parse::<ValuePath>().is_err());
    assert!(format!("$.{}", "a".repeat(4094)).parse::<ValuePath>().is_ok());
    assert!(format!("$.{}", "a".repeat(4095)).parse::<ValuePath>().is_err());
    Ok(())
}

#[test]
fn a_cycle_is_walked_as_far_as_the_path_goes() -> Result<()> {
    let graph = Graph::from_slice(b"\x80\x02]q\x00h\x00a.")?; // a = []; a.append(a)
    let path = format!("${}", "[0]".repeat(64)).parse()?;
    assert_eq!(graph.find(&path)?, Some(graph.root()));
    Ok(())
}

#[test]
fn a_part_of_a_million_levels_is_found_without_recursion() -> Result<()> {
    let mut pickle = b"K\x01".to_vec();
    pickle.extend(b"\x85".repeat(1_000_000));
    pickle.push(b'.');
    let graph = Graph::from_slice(&pickle)?;
    let found = graph.find(&"$[0][-1][0]".parse()?)?;
    assert!(matches!(found.map(|id| graph.node(id)), Some(Node::Tuple([_]))));
    assert_eq!(graph.find(&"$[0][1]".parse()?)?, None);
    Ok(())
}

#[test]
fn an_object_that_cannot_be_made_is_an_error_on_the_way() -> Result<()> {
    let graph = Graph::from_slice(b"ccollections\nOrderedDict\n(K\x01K\x02tR.")?;
    assert!(graph.find(&"$.a".parse()?).is_err_and(|error| error.is_syntax()));
    assert_eq!(graph.find(&ValuePath::root())?, Some(graph.root()));
    Ok(())
}
