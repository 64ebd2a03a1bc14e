//! Frames and series of pandas: golden pickles of seven versions, what is refused, and the corpus.

use std::fs;
use std::path::Path;

use crate::common::{json_lines, unhex};
use onggi_pickle::pandas::{Frame, Index, Item, Labels, Series, Values};
use onggi_pickle::{Encoding, Graph, Node, NodeId, ReadOptions};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Strings of Python 2 as its libraries meant them.
fn options() -> ReadOptions {
    ReadOptions::default().strings(Encoding::Latin1)
}

/// An item as `tests/data/pandas/make.py` writes it.
fn plain(item: &Item<'_>) -> Value {
    match item {
        Item::Missing => Value::Null,
        Item::Bool(value) => json!(value),
        Item::Int(value) => json!(value),
        Item::UInt(value) => json!(value),
        Item::Float(value) => json!({ "f": crate::common::float_hex(*value) }),
        Item::Str(text) => json!(text),
        Item::DateTime(count, unit) => json!({ "M": [count, unit.name] }),
        Item::TimeDelta(count, unit) => json!({ "m": [count, unit.name] }),
        Item::Tuple(parts) => parts.iter().map(plain).collect(),
        _ => json!({ "?": 0 }),
    }
}

fn all<'g>(items: impl Iterator<Item = onggi_pickle::Result<Item<'g>>>) -> onggi_pickle::Result<Value> {
    items.map(|item| item.map(|item| plain(&item))).collect::<onggi_pickle::Result<Vec<_>>>().map(Value::from)
}

/// Tuples in columns are objects here and lists there.
fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| same(found, expected))
        }
        (Value::Object(object), Value::Array(_)) => object.contains_key("?"),
        _ => found == expected,
    }
}

fn check(line: &Value, pickle: &[u8]) -> Result<(), String> {
    let text = |error: onggi_pickle::Error| error.to_string();
    let graph = Graph::from_slice_with(pickle, &options()).map_err(text)?;
    let compare = |what: &str, found: &Value, expected: &Value| {
        if same(found, expected) { Ok(()) } else { Err(format!("{what}: {found} is not {expected}")) }
    };
    if let Some(expected) = line.get("series") {
        let series = Series::from_node(&graph, graph.root()).map_err(text)?.ok_or("no series")?;
        let name = series.name().map(|name| match graph.node(name) {
            Node::Str(name) => json!(name),
            _ => Value::Null,
        });
        compare("name", &json!(name), &expected[0])?;
        compare("index", &all(series.index().iter()).map_err(text)?, &line["index"])?;
        return compare("items", &all(series.iter()).map_err(text)?, &expected[1]);
    }
    let frame = Frame::from_node(&graph, graph.root()).map_err(text)?.ok_or("no frame")?;
    let expected = line["columns"].as_array().ok_or("columns")?;
    compare("index", &all(frame.index().iter()).map_err(text)?, &line["index"])?;
    compare("columns", &json!(frame.column_count()), &json!(expected.len()))?;
    compare("rows", &json!(frame.row_count()), &json!(line["index"].as_array().map(Vec::len)))?;
    for (column, expected) in frame.columns().zip(expected) {
        let (name, column) = column.map_err(text)?;
        compare("column", &plain(&name), &expected[0])?;
        compare(&format!("{name:?}"), &all(column.iter()).map_err(text)?, &expected[1])?;
    }
    Ok(())
}

#[test]
fn frames_of_pandas_have_their_columns() -> Outcome {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pandas/frames.jsonl");
    let lines = json_lines(&file);
    let wrong = lines.iter().filter_map(|line| {
        let pickle = unhex(line["hex"].as_str()?);
        check(line, &pickle).err().map(|error| format!("{}: {error}", line["name"]))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(lines.len() > 150, "{}", lines.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

fn pickles(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    let mut files: Vec<_> = entries.collect();
    files.sort();
    files
}

/// Every node of a graph that is an object of a class of pandas.
fn objects(graph: &Graph<'_>, names: &[&str]) -> Vec<NodeId> {
    let (mut open, mut seen, mut found) = (vec![graph.root()], std::collections::HashSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(crate::common::children(graph, id));
            found
                .extend(graph.instance(id).filter(|object| names.contains(&object.class().name)).map(|_| id));
        }
    }
    found
}

fn length(index: &Index<'_>) -> Option<usize> {
    index.iter().count();
    index.len()
}

#[test]
fn frames_of_the_corpus_are_read() -> Outcome {
    let Some(folder) = crate::common::corpus() else { return Ok(()) };
    let (mut frames, mut columns, mut others, mut series, mut wrong) = (0, 0, 0, 0, Vec::new());
    for path in [folder.join("files/packages/pandas"), folder.join("files/libs/pandas")]
        .iter()
        .flat_map(|folder| pickles(folder))
    {
        let pickle = fs::read(&path)?;
        let graph = Graph::from_slice_with(&pickle, &options())?;
        for id in objects(&graph, &["DataFrame", "SparseDataFrame"]) {
            match Frame::from_node(&graph, id) {
                Ok(Some(frame)) => {
                    frames += 1;
                    for column in frame.columns() {
                        let (_, column) = column?;
                        columns += 1;
                        others += usize::from(matches!(&*column, Values::Other(_)));
                        let rows = length(frame.index());
                        if column.len().is_some() && column.len() != rows || all(column.iter()).is_err() {
                            wrong.push(format!("{}: {rows:?} {column:?}", path.display()));
                        }
                    }
                }
                Ok(None) => {} // a sparse frame, which has no blocks
                Err(error) => wrong.push(format!("{}: {error}", path.display())),
            }
        }
        for id in objects(&graph, &["Series", "TimeSeries", "_reconstruct"]) {
            match Series::from_node(&graph, id) {
                Ok(Some(found)) => {
                    series += 1;
                    if found.len() != length(found.index()) {
                        wrong.push(format!("{}: {found:?}", path.display()));
                    }
                }
                Ok(None) => {}
                Err(error) => wrong.push(format!("{}: {error}", path.display())),
            }
        }
    }
    println!("{frames} frames, {columns} columns ({others} of arrays that are not known), {series} series");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(frames > 100 && series > 100, "{frames} {series}");
    Ok(())
}

/// `_frombuffer(data, dtype('i1'), shape, 'C')`
fn numbers(shape: &str, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap_or(0);
    let rest = format!("cnumpy\ndtype\n(Vi1\ntR({shape}tVC\ntR");
    [b"cnumpy.core.numeric\n_frombuffer\n(C", &[length][..], data, rest.as_bytes()].concat()
}

/// `DataFrame` with `BlockManager((block,), [columns, rows])`, where both are ranges.
fn frame(values: &[u8], placement: &str, columns: &str, rows: &str) -> Vec<u8> {
    let range = |stop: &str| format!("cpandas\n_new_Index\n(cpandas\nRangeIndex\n}}Vstop\n{stop}stR");
    let start = b"cpandas\nDataFrame\n)\x81}V_mgr\ncpandas\nBlockManager\n((cpandas\n_unpickle_block\n(";
    let rest = format!("{placement}I2\ntRt]({}{}etRsb.", range(columns), range(rows));
    [start, values, rest.as_bytes()].concat()
}

fn slice(stop: &str) -> String {
    format!("cbuiltins\nslice\n(I0\n{stop}I1\ntR")
}

fn refused(pickle: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let graph = Graph::from_slice(pickle)?;
    match Frame::from_node(&graph, graph.root()) {
        Err(error) if error.is_data() => Ok(error.to_string()),
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn hostile_frames_are_refused() -> Outcome {
    let huge = "L1152921504606846976L\n";
    let good = numbers("I2\nI3\n", b"abcdef");
    let pickle = frame(&good, &slice("I2\n"), "I2\n", "I3\n");
    let graph = Graph::from_slice(&pickle)?;
    let read = Frame::from_node(&graph, graph.root())?.ok_or("a frame")?;
    let column = read.column_at(1).ok_or("a column")?;
    assert_eq!(column.to_vec::<u32>().ok(), Some(vec![100, 101, 102]));
    assert!(read.column_at(2).is_none() && matches!(read.names().labels(), Labels::Range { length: 2, .. }));
    refused(&frame(&numbers(&format!("{huge}I0\n"), b""), &slice(huge), huge, "I0\n"))?;
    for (placement, columns, rows) in [
        (slice(huge), huge, "I3\n"),
        (slice("I2\n"), "I3\n", "I3\n"),
        (slice("I2\n"), "I2\n", "I4\n"),
        (slice("I3\n"), "I2\n", "I3\n"),
        (slice("N"), "I-5\n", "I3\n"),
        ("N".to_owned(), "I2\n", "I3\n"),
        ("cbuiltins\nslice\n(I0\nI2\nI0\ntR".to_owned(), "I2\n", "I3\n"),
        ("cbuiltins\nslice\n(I-1\nI1\nI1\ntR".to_owned(), "I2\n", "I3\n"),
    ] {
        refused(&frame(&good, &placement, columns, rows))?;
    }
    Ok(())
}

#[test]
fn categories_that_have_themselves_as_categories_are_refused() -> Outcome {
    let codes = numbers("I1\n", b"\0");
    let values =
        [b"cpandas\nCategorical\n)\x81p0\n}(V_codes\n", &codes[..], b"V_categories\ng0\nub"].concat();
    let error = refused(&frame(&values, &slice("I1\n"), "I1\n", "I1\n"))?;
    assert_eq!(error, "categories of pandas that have categories again and again");
    Ok(())
}

#[test]
fn a_text_of_python_2_is_not_decoded_for_each_block_that_shares_it() -> Outcome {
    // 10,000 columns whose data is one text of 100,000 characters beyond ASCII, each a byte.
    let text =
        [b"X".to_vec(), 200_000_u32.to_le_bytes().to_vec(), "\u{e9}".repeat(100_000).into_bytes()].concat();
    let block = |column: usize| {
        let array = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR(I1\n(I100000\ntg1\nI0\ng0\ntb";
        let placement = format!("cbuiltins\nslice\n(I{column}\nI{}\nI1\ntR", column + 1);
        format!("cpandas\n_unpickle_block\n({array}{placement}I2\ntR")
    };
    let blocks: String = (0..10_000).map(block).collect();
    let range = |stop| format!("cpandas\n_new_Index\n(cpandas\nRangeIndex\n}}Vstop\nI{stop}\nstR");
    let axes = format!("t]({}{}etRsb.", range(10_000), range(100_000));
    let pickle = [
        &text[..],
        b"p0\n0cnumpy\ndtype\n(Vi1\ntRp1\n0cpandas\nDataFrame\n)\x81}V_mgr\ncpandas\nBlockManager\n((",
        blocks.as_bytes(),
        axes.as_bytes(),
    ];
    assert_eq!(refused(&pickle.concat())?, "a frame that means far more than its pickle says");
    Ok(())
}
