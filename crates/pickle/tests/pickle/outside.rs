//! What a pickle refers to outside of itself: buffers, the extension registry, persistent ids.

use onggi_pickle::{
    Global, Graph, Limits, Node, PersistentId, Protocol, Value, from_slice, from_slice_with_buffers,
    to_vec_with,
};

/// `[buffer 0, buffer 1 read-only, buffer 0 again]`.
const BUFFERS: &[u8] = b"\x80\x05]\x94(\x97\x94\x97\x98h\x01e.";

#[test]
fn buffers_are_bytes() {
    let value: Value =
        from_slice_with_buffers(BUFFERS, [&b"one"[..], b"two", b"three"], Limits::default()).expect("enough");
    assert_eq!(
        value,
        Value::List(
            vec![Value::Bytes(b"one".to_vec()), Value::Bytes(b"two".to_vec()), Value::Bytes(b"one".to_vec())]
                .into()
        )
    );
    let numbers: Vec<Vec<u8>> =
        from_slice_with_buffers(BUFFERS, [&b"\x01"[..], b"\x02"], Limits::default()).expect("enough");
    assert_eq!(numbers, [[1], [2], [1]]);
    let borrowed: Vec<&[u8]> =
        from_slice_with_buffers(BUFFERS, [&b"one"[..], b"two"], Limits::default()).expect("enough");
    assert_eq!(borrowed, [&b"one"[..], b"two", b"one"]);
}

#[test]
fn a_graph_shows_its_buffers_and_which_ones_they_are() {
    let mut graph = Graph::from_slice(BUFFERS).expect("readable");
    assert_eq!((graph.buffer_count(), graph.buffer(0)), (2, None));
    graph.set_buffers([&b"one"[..], b"two"]).expect("enough");
    let Node::List(&[first, second, third]) = graph.node(graph.root()) else { panic!("a list of three") };
    assert_eq!(graph.node(first), Node::Buffer { index: 0, readonly: false });
    assert_eq!(graph.node(second), Node::Buffer { index: 1, readonly: true });
    assert_eq!((first, graph.borrowed_bytes(second)), (third, Some(&b"two"[..])));
    assert!(graph.to_vec(Protocol::V5).expect("writable").ends_with(&BUFFERS[2..]));
}

#[test]
fn too_few_buffers_are_an_error() {
    let error = from_slice_with_buffers::<Value>(BUFFERS, [&b"one"[..]], Limits::default()).unwrap_err();
    assert!(error.is_data() && error.to_string().contains("takes 2"), "{error}");
    let error = from_slice::<Value>(BUFFERS).unwrap_err();
    assert!(error.is_data() && error.to_string().contains("buffer"), "{error}");
}

#[test]
fn a_buffer_that_comes_again_and_again_is_paid_for() {
    let pickle = [b"\x80\x05(\x97\x94".to_vec(), b"h\0".repeat(1000), b"t.".to_vec()].concat();
    let image = vec![0; 1 << 20];
    let error =
        from_slice_with_buffers::<Vec<Vec<u8>>>(&pickle, [&image[..]], Limits::default()).unwrap_err();
    assert!(error.is_limit(), "{error}");
    let once = b"\x80\x05\x97.";
    assert_eq!(
        from_slice_with_buffers::<Vec<u8>>(once, [&image[..]], Limits::default().expansion(0)).ok(),
        Some(image)
    );
}

#[test]
fn extension_codes_are_looked_up_once() {
    let mut asked = Vec::new();
    let mut graph =
        Graph::from_slice(b"\x80\x02(\x82\x05\x82\x06\x82\x05)\x81}\x8c\x01aK\x01sbt.").expect("readable");
    let registry = |code| {
        asked.push(code);
        (code == 5).then_some(Global { module: "m", name: "C.D" })
    };
    graph.resolve_extensions(registry).expect("room");
    assert_eq!(asked, [5, 6]);
    let Node::Tuple(&[first, second, third]) = graph.node(graph.root()) else { panic!("a tuple of three") };
    assert_eq!(graph.node(first), Node::Global(Global { module: "m", name: "C.D" }));
    assert_eq!(graph.node(second), Node::Extension(6));
    let Node::Object(object) = graph.node(third) else { panic!("an object") };
    assert_eq!(graph.node(object.callable), Node::Global(Global { module: "m", name: "C.D" }));
    assert_eq!(graph.effects(third).len(), 1);
    assert!(graph.to_vec(Protocol::V4).is_ok());
}

#[test]
fn an_extension_keeps_what_happened_to_it() {
    let mut graph = Graph::from_slice(b"\x82\x05K\x01b.").expect("readable");
    graph.resolve_extensions(|_| Some(Global { module: "m", name: "C" })).expect("room");
    assert_eq!(graph.effects(graph.root()).len(), 1);
}

#[test]
fn persistent_ids_come_back_at_every_protocol() {
    let ids = vec![PersistentId("one".to_owned()), PersistentId("two".to_owned())];
    for protocol in Protocol::ALL {
        let pickle = to_vec_with(&ids, protocol).expect("writable");
        assert_eq!(from_slice::<Vec<PersistentId<String>>>(&pickle).expect("readable"), ids);
        let graph = Graph::from_slice(&pickle).expect("readable");
        assert!(
            matches!(graph.node(graph.root()), Node::List([first, _]) if matches!(graph.node(*first), Node::Persistent(_)))
        );
    }
    assert_eq!(serde_json::to_string(&ids).expect("JSON"), r#"["one","two"]"#);
    let pair = PersistentId((1, "a".to_owned()));
    assert_eq!(from_slice(&to_vec_with(&pair, Protocol::V2).expect("writable")).ok(), Some(pair.clone()));
    for id in [to_vec_with(&pair, Protocol::V0), to_vec_with(&PersistentId("a\nb"), Protocol::V0)] {
        assert!(id.is_err_and(|error| error.is_data()));
    }
}

#[test]
fn only_a_persistent_id_is_one() {
    let error = from_slice::<PersistentId<String>>(b"\x8c\x03one.").unwrap_err();
    assert_eq!(error.to_string(), "invalid type: string \"one\", expected a persistent id");
    assert!(from_slice::<String>(b"\x8c\x03oneQ.").is_err_and(|error| error.is_data()));
}
