//! Any bytes give a graph or an error, with any encoding of Python 2 strings; a graph refers to its own nodes only, and
//! what the objects mean is known or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onggi_fuzz::{assert_same, reachable};
use onggi_pickle::{Encoding, Graph, Limits, Node, ReadOptions, Value, from_slice_with, numpy};

fuzz_target!(|input: &[u8]| {
    for encoding in [Encoding::Ascii, Encoding::Latin1, Encoding::Utf8, Encoding::Bytes] {
        let options = ReadOptions::default().strings(encoding);
        match Graph::from_slice_with(input, &options) {
            Ok(graph) => {
                assert!(graph.length() <= input.len());
                assert_same(&graph, &graph, true);
                // What follows a pickle does not matter to it.
                let mut other = input.to_vec();
                other[graph.length()..].fill(b'.'); // kept in place: frames may reach into it
                let again = Graph::from_slice_with(&other, &options);
                assert_same(&graph, &again.expect("the same pickle"), true);
                understand(&graph);
                if let Ok(value) = graph.deserialize::<Value>() {
                    let _ = format!("{value:?}");
                    assert!(same(&value, &value.clone()));
                }
            }
            Err(error) => assert!(error.to_string().len() < 1000),
        }
    }
    // Low limits are limits, whatever the input is.
    let low = Limits::default().nodes(10).memo(4).depth(3).digits(5).expansion(20);
    if let Ok(graph) = Graph::from_slice_with(input, &ReadOptions::from(low)) {
        assert!(graph.node_count() <= 10 + 4);
    }
    let _ = from_slice_with::<Value>(input, low);
});

/// What is known about each node.
fn understand(graph: &Graph<'_>) {
    let mut most = 100; // an object may look at a long list: a flood of those proves nothing more
    for id in reachable(graph) {
        if most == 0 || !matches!(graph.node(id), Node::Object(_)) {
            continue;
        }
        most -= 1;
        let known = graph.known(id);
        let array = numpy::Array::from_node(graph, id);
        if let Ok(Some(array)) = &array {
            let items = array.items().map_or(0, |items| items.take(100).map(<[u8]>::len).sum());
            assert!(items <= 100 * array.dtype().item_size());
            let _ = (
                array.index(0),
                array.mask(),
                array.field("f"),
                array.objects().map(|ids| ids.take(100).count()),
            );
        }
        let _ = format!("{known:?}");
    }
}

/// Equal, or both with a NaN somewhere.
fn same(left: &Value, right: &Value) -> bool {
    left == right || format!("{left:?}").contains("NaN")
}
