//! Arrays and frames that are damaged: each view of each node ends, with a value or an error.

use std::path::Path;

use crate::common::{Random, json_lines, unhex};
use onggi_pickle::numpy::{Array, Kind, NdArray};
use onggi_pickle::pandas::{Frame, Index, Series};
use onggi_pickle::{Encoding, Graph, Limits, NodeId, ReadOptions, from_slice_with};

/// Pickles that are as small as they come in the file, one of each form.
fn pickles(file: &str) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let lines = json_lines(&path);
    let mut pickles: Vec<_> = lines.iter().filter_map(|line| line["hex"].as_str()).map(unhex).collect();
    pickles.sort_by_key(Vec::len);
    pickles
}

/// A pickle with a few bytes changed, added, removed or taken from elsewhere in it.
fn mutated(pickle: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = pickle.to_vec();
    for _ in 0..=random.below(3) {
        let below = |random: &mut Random, bound: usize| {
            usize::try_from(random.below(u64::try_from(bound.max(1)).expect("64 bits"))).expect("64 bits")
        };
        let place = below(random, bytes.len());
        match random.below(6) {
            0 => bytes[place] = u8::try_from(random.below(256)).expect("a byte"),
            1 => bytes[place] ^= 1 << random.below(8),
            2 => bytes[place] = [0, 1, 0x7f, 0x80, 0xff, b'<', b'8'][below(random, 7)],
            3 => drop(bytes.remove(place)),
            4 => bytes.insert(place, u8::try_from(random.below(256)).expect("a byte")),
            _ => {
                let from = below(random, bytes.len());
                bytes[place] = bytes[from];
            }
        }
    }
    bytes
}

/// Looks at an array from all sides; says whether there is one.
fn look_at_array(graph: &Graph<'_>, id: NodeId) -> bool {
    let Ok(Some(array)) = Array::from_node(graph, id) else { return false };
    assert!(array.data().is_none_or(|data| data.len() == array.len() * array.dtype().item_size()));
    assert!(array.items().is_none_or(|items| items.len() == array.len()));
    if array.dtype().kind() != Kind::Object && array.objects().is_none() {
        let size = array.dtype().item_size();
        assert!(array.items().is_some_and(|mut items| items.all(|item| item.len() == size)));
    }
    let numbers = array.to_vec::<f64>().map(|numbers| numbers.len());
    assert!(numbers.is_err() || numbers.is_ok_and(|length| length == array.len()));
    let _ = (array.to_vec::<u8>(), array.to_vec::<bool>(), array.to_vec::<[f32; 2]>(), array.value::<i64>());
    let _ = (array.to_strings(), array.to_byte_strings(), array.mask().map(|mask| mask.to_vec::<bool>()));
    let _ = array.index(0).map(|part| (part.to_vec::<i64>(), part.index(1).map(|part| part.to_vec::<i64>())));
    let names: Vec<_> = array.dtype().names().take(4).collect();
    for name in names {
        let _ = array.field(name).map(|field| field.map(|field| field.to_vec::<f64>()));
    }
    true
}

fn look_at_index(index: &Index<'_>) {
    let _ = index.iter().take(1000).collect::<Result<Vec<_>, _>>();
}

fn look_at_frame(graph: &Graph<'_>, id: NodeId) -> bool {
    if let Ok(Some(series)) = Series::from_node(graph, id) {
        look_at_index(series.index());
        let _ = (series.iter().take(1000).collect::<Result<Vec<_>, _>>(), series.to_vec::<f64>());
        return true;
    }
    let Ok(Some(frame)) = Frame::from_node(graph, id) else { return false };
    look_at_index(frame.names());
    look_at_index(frame.index());
    for column in frame.columns().take(100) {
        let _ = column.map(|(_, column)| column.iter().take(1000).collect::<Result<Vec<_>, _>>());
    }
    true
}

/// Views of each object of each mutation; how many were arrays or frames.
fn look(file: &str, count: usize, rounds: usize, look: impl Fn(&Graph<'_>, NodeId) -> bool) -> usize {
    let (mut random, mut found) = (Random(0x5eed), 0);
    let options = ReadOptions::from(Limits::default().expansion(1 << 16)).strings(Encoding::Latin1);
    for pickle in pickles(file).iter().take(count) {
        for _ in 0..rounds {
            let bytes = mutated(pickle, &mut random);
            let _ = from_slice_with::<Vec<Vec<f64>>>(&bytes, options);
            let _ = from_slice_with::<NdArray<f32>>(&bytes, options);
            let _ = from_slice_with::<serde_json::Value>(&bytes, options);
            let Ok(graph) = Graph::from_slice_with(&bytes, &options) else { continue };
            let (mut open, mut seen) = (vec![graph.root()], std::collections::HashSet::new());
            while let Some(id) = open.pop() {
                if seen.insert(id) {
                    open.extend(crate::common::children(&graph, id));
                    found += usize::from(look(&graph, id));
                }
            }
        }
    }
    found
}

#[test]
fn damaged_arrays_are_read_or_refused() {
    let found = look("numpy/arrays.jsonl", 300, 30, look_at_array);
    println!("{found} arrays");
    assert!(found > 300, "{found}");
}

#[test]
fn damaged_frames_are_read_or_refused() {
    let found = look("pandas/frames.jsonl", 120, 40, look_at_frame);
    println!("{found} frames");
    assert!(found > 300, "{found}");
}
