//! A graph that is written, at any protocol that can hold it, is read back as the same graph, again and again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onggi_fuzz::assert_same;
use onggi_pickle::{Graph, Protocol, optimize};

fuzz_target!(|input: &[u8]| {
    let Ok(graph) = Graph::from_slice(input) else { return };
    let smaller = optimize(&input[..graph.length()]);
    if let Ok(smaller) = &smaller {
        assert!(smaller.len() <= graph.length());
        assert_same(&graph, &Graph::from_slice(smaller).expect("readable"), true);
    }
    for protocol in Protocol::ALL {
        let Ok(written) = graph.to_vec(protocol) else { continue };
        let again = Graph::from_slice(&written).unwrap_or_else(|error| panic!("{protocol:?}: {error}"));
        assert_eq!(again.length(), written.len());
        let names = (graph.protocol() < 3) == (protocol.number() < 3);
        assert_same(&graph, &again, names);
        match again.to_vec(protocol) {
            Ok(twice) => assert_same(&again, &Graph::from_slice(&twice).expect("readable"), true),
            // What was done to a global moves to where it is first named, which can turn the order of buffers.
            Err(error) => assert!(error.to_string().contains("out-of-band"), "{error}"),
        }
        assert_eq!(graph.to_vec(protocol).ok(), Some(written), "writing is deterministic");
    }
});
