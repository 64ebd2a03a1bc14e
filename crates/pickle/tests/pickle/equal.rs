//! Equality of pickles that are made to be hard to compare.

use onggi_pickle::{Graph, Protocol, Result};

fn equal(one: &[u8], two: &[u8]) -> Result<bool> {
    Graph::from_slice(one)?.equals(&Graph::from_slice(two)?)
}

/// A tuple of itself twice, and that again.
fn doubled(leaf: &[u8], times: usize) -> Vec<u8> {
    [leaf, &b"2\x86".repeat(times), b"."].concat()
}

#[test]
fn what_contains_itself_is_not_compared() {
    let cycle = b"\x80\x02]q\x00h\x00a.";
    for (one, two) in [(&cycle[..], &cycle[..]), (b"N.", cycle)] {
        assert!(
            equal(one, two)
                .is_err_and(|error| error.is_data() && error.to_string().contains("contains itself"))
        );
    }
    // The same list twice is no cycle, and neither is one that nobody refers to.
    assert!(equal(b"](]q\x00h\x00e.", b"](]]e.").is_ok_and(|equal| equal));
    assert!(equal(b"]q\x00h\x00a0K\x01.", b"I1\n.").is_ok_and(|equal| equal));
}

#[test]
fn shared_parts_are_compared_once() -> Result<()> {
    assert!(equal(&doubled(b"K\x01", 5000), &doubled(b"G\x3f\xf0\0\0\0\0\0\0", 5000))?);
    assert!(!equal(&doubled(b"K\x01", 5000), &doubled(b"K\x02", 5000))?);
    assert!(!equal(&doubled(b"K\x01", 5000), &doubled(b"K\x01", 4999))?);
    Ok(())
}

#[test]
fn depth_takes_no_stack() -> Result<()> {
    let deep = |leaf: &[u8]| [leaf, &b"\x85".repeat(300_000), b"."].concat();
    assert!(equal(&deep(b"N"), &deep(b"N"))?);
    assert!(!equal(&deep(b"N"), &deep(b"\x88"))?);
    Ok(())
}

#[test]
fn an_object_that_cannot_be_made_is_an_error() {
    assert!(equal(b"ccollections\nOrderedDict\n(K\x01K\x02tR.", b"N.").is_err_and(|error| error.is_syntax()));
}

#[test]
fn a_graph_equals_what_it_is_written_as() -> Result<()> {
    let pickle = b"}(U\x01a](K\x01NG\x3f\xe0\0\0\0\0\0\0eU\x01bcapp\nJar\n)R}U\x05labelU\x01xsbu.";
    let graph = Graph::from_slice(pickle)?;
    for protocol in Protocol::ALL {
        assert!(equal(pickle, &graph.to_vec(protocol)?)?, "{protocol:?}");
    }
    Ok(())
}
