//! numpy's arrays: golden pickles, what is refused, and the corpus.

use std::fs;
use std::path::Path;

use crate::common::{float_hex, json_lines, unhex};
use onggi_pickle::numpy::{Array, ByteOrder, Element, Kind, NdArray, NdView, Order};
use onggi_pickle::{Encoding, Graph, Node, NodeId, Protocol, ReadOptions, from_slice, to_vec_with};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Items as `tests/data/numpy/make.py` writes them; `null` for objects.
fn items(array: &Array<'_>) -> Result<Value, onggi_pickle::Error> {
    let dtype = array.dtype();
    Ok(match dtype.kind() {
        Kind::Bool => json!(array.to_vec::<bool>()?),
        Kind::UInt => json!(array.to_vec::<u64>()?),
        Kind::Int | Kind::DateTime | Kind::TimeDelta => json!(array.to_vec::<i64>()?),
        Kind::Float => array.to_vec::<f64>()?.into_iter().map(float_hex).collect(),
        Kind::Complex => {
            array.to_vec::<[f64; 2]>()?.into_iter().map(|parts| json!(parts.map(float_hex))).collect()
        }
        Kind::Str => json!(array.to_strings()?),
        Kind::Bytes => {
            array.to_byte_strings()?.into_iter().map(|bytes| json!(crate::common::hex(bytes))).collect()
        }
        Kind::Record => {
            let fields = dtype.names().map(|name| {
                let field = array.field(name)?.expect("a named field");
                Ok((name.to_owned(), items(&field)?))
            });
            Value::Object(fields.collect::<Result<_, onggi_pickle::Error>>()?)
        }
        _ => Value::Null,
    })
}

fn data(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/numpy").join(file)
}

#[test]
fn arrays_of_numpy_are_read_as_numpy_reads_them() -> Outcome {
    let mut bad = Vec::new();
    let lines = json_lines(&data("arrays.jsonl"));
    for line in &lines {
        let pickle = unhex(line["hex"].as_str().ok_or("hex")?);
        let buffers = line.get("buffers").and_then(Value::as_array);
        let buffers: Vec<_> = buffers.into_iter().flatten().filter_map(Value::as_str).map(unhex).collect();
        let buffers: Vec<_> = buffers.iter().map(Vec::as_slice).collect();
        let graph = Graph::from_slice(&pickle)?;
        match Array::from_node_with_buffers(&graph, graph.root(), &buffers) {
            Ok(Some(array)) => check(&array, line, &mut bad),
            other => bad.push(format!("{}: {other:?}", line["name"])),
        }
    }
    assert!(lines.len() > 300);
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    Ok(())
}

fn check(array: &Array<'_>, line: &Value, bad: &mut Vec<String>) {
    let mut compare = |what: &str, found: Value, expected: &Value| {
        if found != *expected {
            bad.push(format!("{} {what}: {found} is not {expected}", line["name"]));
        }
    };
    let expected = line["dtype"].as_str().expect("a dtype");
    compare("dtype", json!(array.dtype().to_string()), &json!(expected));
    compare("shape", json!(array.shape()), &line["shape"]);
    match items(array) {
        Ok(items) => compare("items", items, &line["items"]),
        Err(error) => compare("items", json!(error.to_string()), &line["items"]),
    }
    if let Some(mask) = line.get("mask") {
        compare("mask", json!(array.mask().map(|mask| mask.to_vec::<bool>().ok())), mask);
    }
    let class =
        line["class"].as_str().filter(|class| matches!(*class, "matrix" | "recarray" | "MaskedArray"));
    compare("class", json!(array.class().map(|class| class.1)), &json!(class));
}

/// `pickle.dumps(numpy.array([[1.5, 2.5], [3.5, 4.5]]), protocol=4)`
const DOUBLES: &[u8] = include_bytes!("../data/numpy/doubles.p4.pkl");

fn array<'g>(graph: &'g Graph<'g>) -> Result<Array<'g>, onggi_pickle::Error> {
    Array::from_node(graph, graph.root()).map(|array| array.expect("an array"))
}

#[test]
fn data_is_borrowed_from_the_input() -> Outcome {
    let graph = Graph::from_slice(DOUBLES)?;
    let array = array(&graph)?;
    let data = array.data().ok_or("no data")?;
    let within = DOUBLES.as_ptr_range();
    assert!(within.contains(&data.as_ptr()) && data.len() == 32);
    // Aligned or not is chance in a pickle; a buffer is as its owner made it.
    if let Some(items) = array.as_slice::<f64>() {
        assert_eq!(items, [1.5, 2.5, 3.5, 4.5]);
    }
    Ok(())
}

#[test]
fn a_million_doubles_are_not_copied() -> Outcome {
    let doubles: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    for protocol in [Protocol::V3, Protocol::V4, Protocol::V5] {
        let pickle = to_vec_with(&NdArray::from(doubles.clone()), protocol)?;
        let graph = Graph::from_slice(&pickle)?;
        let view = array(&graph)?;
        let data = view.data().ok_or("no data")?;
        assert!(data.len() == 8_000_000 && pickle.as_ptr_range().contains(&data.as_ptr()), "{protocol:?}");
        let field: NdView<'_> = from_slice(&pickle)?;
        assert!(field.is_borrowed() && field.data().as_ptr() == data.as_ptr(), "{protocol:?}");
        assert_eq!(view.values::<f64>()?.nth(999_999).transpose()?, Some(999_999.0));
    }
    Ok(())
}

#[test]
fn parts_of_arrays_are_arrays() -> Outcome {
    let graph = Graph::from_slice(DOUBLES)?;
    let array = array(&graph)?;
    assert_eq!((array.order(), array.dtype().byte_order()), (&Order::C, ByteOrder::Little));
    let row = array.index(1).ok_or("a row")?;
    assert_eq!((row.shape(), row.to_vec::<f64>()?), (&[2][..], vec![3.5, 4.5]));
    assert_eq!(row.index(0).ok_or("an item")?.value::<f64>()?, 3.5);
    assert!(array.index(2).is_none() && row.index(0).is_some_and(|item| item.index(0).is_none()));
    assert_eq!(row.data().map(<[u8]>::len), Some(16));
    assert!(array.value::<f64>().is_err_and(|error| error.is_data()));
    assert!(array.field("x")?.is_none());
    Ok(())
}

/// One array of integers, written at protocol 2.
fn integers(dtype: &str, items: &[u8], count: u8) -> Vec<u8> {
    [
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR(K\x01(K",
        &[count][..],
        b"tcnumpy\ndtype\n(U",
        &[u8::try_from(dtype.len()).unwrap_or(0)],
        dtype.as_bytes(),
        b"K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C",
        &[u8::try_from(items.len()).unwrap_or(0)],
        items,
        b"tb.",
    ]
    .concat()
}

fn read<T: Element>(dtype: &str, items: &[u8], count: u8) -> Result<Vec<T>, onggi_pickle::Error> {
    let pickle = integers(dtype, items, count);
    let graph = Graph::from_slice(&pickle)?;
    array(&graph)?.to_vec()
}

#[test]
fn conversions_are_exact_or_refused() -> Outcome {
    assert_eq!(
        read::<u8>("i8", &300_i64.to_le_bytes(), 1).map_err(|error| error.path()),
        Err(Some("$[0]".to_owned()))
    );
    assert_eq!(read::<u8>("i8", &200_i64.to_le_bytes(), 1)?, [200]);
    assert_eq!(read::<f64>("i8", &(1_i64 << 60).to_le_bytes(), 1)?, [1152921504606846976.0]);
    assert!(read::<f64>("i8", &((1_i64 << 60) + 1).to_le_bytes(), 1).is_err_and(|error| error.is_data()));
    assert!(read::<i64>("f8", &1.0_f64.to_le_bytes(), 1).is_err_and(|error| error.is_data()));
    assert!(read::<f32>("f8", &0.1_f64.to_le_bytes(), 1).is_err_and(|error| error.is_data()));
    assert_eq!(read::<f32>("f8", &0.5_f64.to_le_bytes(), 1)?, [0.5]);
    assert!(read::<i8>("b1", &[1], 1).is_err_and(|error| error.is_data()));
    assert!(read::<f64>("f16", &[0; 16], 1).is_err_and(|error| error.is_data()));
    assert!(read::<f64>("O8", &[0; 8], 1).is_err_and(|error| error.is_data()));
    Ok(())
}

#[test]
fn shape_and_data_have_to_agree() {
    for (items, count) in [(0, 1), (7, 1), (9, 1), (16, 1), (8, 2)] {
        let error = read::<i64>("i8", &vec![0; items], count).expect_err("refused").to_string();
        assert!(error.contains("needs data of length"), "{error}");
    }
    for dtype in ["x8", "i3", "", "f", "i8888888888888", "<"] {
        assert!(read::<i64>(dtype, &[0; 8], 1).is_err_and(|error| error.is_data()), "{dtype}");
    }
}

/// `_frombuffer(b'', dtype(name), shape, 'C')`.
fn from_buffer(dtype: &str, shape: &str) -> Vec<u8> {
    let call = "cnumpy.core.numeric\n_frombuffer\n(C\x00cnumpy\ndtype\n(V";
    format!("{call}{dtype}\ntR({shape}tVC\ntR.").into_bytes()
}

#[test]
fn hostile_shapes_are_refused_and_allocate_nothing() -> Outcome {
    let long = "L4611686018427387904L\n";
    for (dtype, shape) in [
        ("f8", long.to_owned()),
        ("f8", "L2305843009213693952L\n".to_owned()),
        ("f8", format!("{long}{long}")),
        ("f8", "I-1\n".to_owned()),
        ("f8", format!("I-1\n{long}")),
        ("f8", "L36893488147419103232L\n".to_owned()),
        ("f8", "N".to_owned()),
        ("V0", long.to_owned()),
        ("S0", "I65537\n".to_owned()),
        ("f8", "I1\n".repeat(65)),
        ("f8", "I1\n".repeat(1000)),
    ] {
        let pickle = from_buffer(dtype, &shape);
        let graph = Graph::from_slice(&pickle)?;
        assert!(
            Array::from_node(&graph, graph.root()).is_err_and(|error| error.is_data()),
            "{dtype} {shape}"
        );
    }
    for (dtype, shape, count) in [
        ("f8", format!("I0\n{long}{long}"), 0),
        ("f8", format!("{long}{long}I0\n"), 0),
        ("V0", "I65536\n".to_owned(), 65536),
    ] {
        let pickle = from_buffer(dtype, &shape);
        let graph = Graph::from_slice(&pickle)?;
        let array = array(&graph)?;
        assert_eq!((array.len(), array.items().map(|items| items.count())), (count, Some(count)));
    }
    Ok(())
}

#[test]
fn a_missing_buffer_is_said() -> Outcome {
    let pickle = b"\x80\x05cnumpy.core.numeric\n_frombuffer\n(\x97cnumpy\ndtype\n(Vf8\ntR(I1\ntVC\ntR.";
    let graph = Graph::from_slice(pickle)?;
    let error = Array::from_node(&graph, graph.root()).expect_err("refused").to_string();
    assert_eq!(error, "out-of-band buffer 0 is needed, and was not given");
    let buffer = 2.5_f64.to_le_bytes();
    let array = Array::from_node_with_buffers(&graph, graph.root(), &[&buffer])?.ok_or("an array")?;
    assert_eq!(array.to_vec::<f64>()?, [2.5]);
    Ok(())
}

#[test]
fn a_record_of_100_000_levels_is_read_a_level_at_a_time() -> Outcome {
    // dtype('V8') whose field 'a' is a dtype('V8') whose field 'a' …
    let mut pickle = b"cnumpy\ndtype\n(Vf8\ntRr\x00\x00\x00\x000".to_vec();
    for level in 0..100_000_u32 {
        pickle.extend(b"cnumpy\ndtype\n(VV8\ntR(K\x03V|\nNVa\n\x85}Va\nj");
        pickle.extend(level.to_le_bytes());
        pickle.extend(b"K\x00\x86sK\x08K\x01K\x00tbr");
        pickle.extend((level + 1).to_le_bytes());
        pickle.push(b'0');
    }
    pickle.extend(b"cnumpy._core.numeric\n_frombuffer\n(C\x08\0\0\0\0\0\0\xf8?j");
    pickle.extend(100_000_u32.to_le_bytes());
    pickle.extend(b"(I1\ntVC\ntR.");
    let graph = Graph::from_slice(&pickle)?;
    let mut array = array(&graph)?;
    let mut levels = 0;
    while let Some(field) = array.field("a")? {
        array = field;
        levels += 1;
    }
    assert_eq!((levels, array.to_vec::<f64>()?), (100_000, vec![1.5]));
    Ok(())
}

#[test]
fn arrays_of_python_2_are_read_from_either_encoding() -> Outcome {
    // Written by Python 2 with numpy 1.7: the data is a str of Python 2.
    let mut pickle =
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R\
        q\x03(K\x01K\x02\x85cnumpy\ndtype\nq\x04U\x02f8K\x00K\x01\x87Rq\x05(K\x03U\x01<NNNJ\xff\xff\xff\xff\
        J\xff\xff\xff\xffK\x00tb\x89U\x10"
            .to_vec();
    pickle.extend(1.5_f64.to_le_bytes());
    pickle.extend((-0.1_f64).to_le_bytes());
    pickle.extend(b"tb.");
    for encoding in [Encoding::Latin1, Encoding::Bytes] {
        let graph = Graph::from_slice_with(&pickle, &ReadOptions::default().strings(encoding))?;
        assert_eq!(array(&graph)?.to_vec::<f64>()?, [1.5, -0.1], "{encoding:?}");
    }
    Ok(())
}

/// What calls of numpy stand in the corpus that are no arrays.
const NO_ARRAYS: [&str; 8] = [
    "dtype",
    "_convert_to_stringdtype_kwargs",
    "__generator_ctor",
    "__bit_generator_ctor",
    "__pyx_unpickle_SeedSequence",
    "__randomstate_ctor",
    "getlincoef", // attacks in samples of picklescan, as the next one
    "runstring",
];

#[test]
fn every_array_of_the_corpus_is_understood() -> Outcome {
    let Some(folder) = crate::common::corpus() else { return Ok(()) };
    let (mut arrays, mut items_read, mut bad) = (0, 0, Vec::new());
    for path in pickles(&folder.join("files")) {
        let pickle = fs::read(&path)?;
        let options = ReadOptions::default().strings(Encoding::Latin1);
        let Ok(graph) = Graph::from_slice_with(&pickle, &options) else { continue };
        let buffers: Vec<_> =
            (0..).map_while(|n| fs::read(path.with_extension(format!("buffer{n}.bin"))).ok()).collect();
        let buffers: Vec<_> = buffers.iter().map(Vec::as_slice).collect();
        for id in calls_of_numpy(&graph) {
            match Array::from_node_with_buffers(&graph, id, &buffers)
                .and_then(|array| array.map(|array| items(&array)).transpose())
            {
                Ok(Some(items)) => {
                    arrays += 1;
                    items_read += items.as_array().map_or(0, Vec::len);
                }
                other => bad.push(format!("{}: {other:?}", path.display())),
            }
        }
    }
    println!("{arrays} arrays with {items_read} items");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(arrays > 1000, "{arrays}");
    Ok(())
}

fn pickles(folder: &Path) -> Vec<std::path::PathBuf> {
    let (mut open, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn calls_of_numpy(graph: &Graph<'_>) -> Vec<NodeId> {
    let (mut open, mut seen, mut calls) = (vec![graph.root()], std::collections::HashSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        open.extend(crate::common::children(graph, id));
        let Node::Object(object) = graph.node(id) else { continue };
        let Node::Global(global) = graph.node(object.callable) else { continue };
        let numpy = global.module == "numpy" || global.module.starts_with("numpy.");
        if numpy && !NO_ARRAYS.contains(&global.name) {
            calls.push(id);
        }
    }
    calls
}
