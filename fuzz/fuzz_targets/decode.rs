//! Any bytes give a graph or an error, with any encoding of Python 2 strings; a graph refers to its own nodes only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onggi_fuzz::assert_same;
use onggi_pickle::{Encoding, Graph, Limits, ReadOptions, Value, from_slice_with};

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

/// Equal, or both with a NaN somewhere.
fn same(left: &Value, right: &Value) -> bool {
    left == right || format!("{left:?}").contains("NaN")
}
