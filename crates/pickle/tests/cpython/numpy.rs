//! numpy's arrays as Rust values through serde, both ways.

use std::path::Path;

use crate::common::{Python, json_lines, unhex};
use onggi_pickle::numpy::{Array, Element, Kind, NdArray, NdView};
use onggi_pickle::{Error, Graph, Limits, Protocol, Value, from_slice, from_slice_with, to_vec, to_vec_with};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The golden pickle of a name in `tests/data/numpy/arrays.jsonl`.
fn golden(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/numpy/arrays.jsonl");
    let lines = json_lines(&file);
    let line = lines.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    unhex(line["hex"].as_str().expect("hex"))
}

fn read<T: DeserializeOwned>(name: &str) -> Result<T, Error> {
    from_slice(&golden(name))
}

fn error<T: DeserializeOwned>(name: &str) -> String {
    read::<T>(name).err().map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

#[test]
fn arrays_are_sequences_of_sequences() -> Outcome {
    for name in ["numpy-1/three-dimensions/p5", "numpy-2/three-dimensions/p5", "numpy-2/fortran/p5"] {
        let table: Vec<Vec<[f64; 4]>> = read(name)?;
        assert_eq!(
            (table.len(), table[1].len(), table[1][2][3], table[0][1][0]),
            (2, 3, 23.0, 4.0),
            "{name}"
        );
    }
    assert_eq!(read::<Vec<Vec<Vec<f64>>>>("numpy-2/transposed/p5")?[1][0], [4.0, 5.0, 6.0, 7.0]);
    assert_eq!(read::<(f32, f32, f32, f32)>("numpy-1/f4>/p5")?.1, -1.25);
    assert_eq!(read::<Vec<(f64, f64)>>("numpy-1/c16</p5")?[1], (-1.25, 0.0));
    assert_eq!(read::<Vec<bool>>("numpy-2/?</p5")?, [false, true]);
    assert_eq!(read::<Vec<u64>>("numpy-2/extremes-u8/p5")?, [0, u64::MAX]);
    assert_eq!(read::<Vec<String>>("numpy-2/text/p5")?, ["a", "bc", "ünï", "😀", ""]);
    assert_eq!(read::<Vec<Vec<f64>>>("numpy-2/empty/p5")?, Vec::<Vec<f64>>::new());
    Ok(())
}

#[test]
fn scalars_are_numbers_and_texts() -> Outcome {
    assert_eq!(read::<f64>("numpy-1/scalar-float641/p5")?, 1.0 / 3.0);
    assert_eq!(read::<Option<f32>>("numpy-2/scalar-float321/p5")?, Some(0.1));
    assert_eq!(read::<f64>("numpy-2/scalar-float321/p5")?, f64::from(0.1_f32));
    assert_eq!(read::<i64>("numpy-2/scalar-int161/p5")?, -5);
    assert_eq!(read::<f64>("numpy-2/scalar-int161/p5")?, -5.0);
    assert!(read::<bool>("numpy-2/scalar-bool1/p5")?);
    assert_eq!(read::<String>("numpy-2/scalar-str1/p5")?, "s");
    assert_eq!(read::<f64>("numpy-2/no-dimensions/p5")?, 5.5);
    Ok(())
}

#[test]
fn what_does_not_fit_says_where() {
    assert_eq!(
        error::<Vec<u8>>("numpy-2/extremes-i4/p5"),
        "invalid value: integer `-2147483648`, expected u8, at $[0]"
    );
    assert_eq!(
        error::<Vec<f64>>("numpy-2/extremes-i8/p5"),
        "invalid value: integer `9223372036854775807`, expected an int that is exact as a float, at $[1]"
    );
    assert!(
        error::<Vec<f64>>("numpy-2/extremes-u8/p5")
            .contains("expected an int that is exact as a float, at $[1]")
    );
    assert!(error::<f32>("numpy-2/scalar-float641/p5").contains("expected a number that is exact as an f32"));
    assert!(error::<[f64; 3]>("numpy-2/f8</p5").starts_with("invalid length 4"));
    assert_eq!(
        error::<Vec<i64>>("numpy-2/f8</p5"),
        "invalid type: floating point `0.5`, expected i64, at $[0]"
    );
    assert!(error::<Vec<f64>>("numpy-2/three-dimensions/p5").ends_with("at $[0]"));
    assert!(error::<f64>("numpy-2/f8</p5").starts_with("invalid type: sequence"));
    // An array is more than its numbers: a Value would lose the rest.
    assert!(
        error::<Value>("numpy-2/f8</p5")
            .starts_with("invalid type: object of numpy._core.numeric._frombuffer")
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Row {
    i: i32,
    f: f64,
    sub: [[i16; 3]; 2],
}

#[test]
fn records_are_structs() -> Outcome {
    let rows: Vec<Row> = read("numpy-2/records/p5")?;
    assert_eq!(rows[1], Row { i: 2, f: -1.0, sub: [[7, 8, 9], [0, 0, 0]] });
    assert_eq!(rows.len(), 2);

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "it is not read")]
    struct Wrong {
        i: i32,
        sub: [[u8; 3]; 1],
    }
    assert!(
        error::<Vec<Wrong>>("numpy-2/records/p5").ends_with("at $[0].sub"),
        "{}",
        error::<Vec<Wrong>>("numpy-2/records/p5")
    );
    Ok(())
}

#[test]
fn masked_items_are_none() -> Outcome {
    for name in ["numpy-1/masked/p5", "numpy-2/masked/p5", "numpy-2/masked-fortran/p5"] {
        assert_eq!(read::<Vec<Vec<Option<i64>>>>(name)?, [[Some(1), None], [Some(3), Some(4)]], "{name}");
        assert!(error::<Vec<Vec<i64>>>(name).ends_with("at $[0][1]"), "{}", error::<Vec<Vec<i64>>>(name));
        assert!(read::<NdArray<i64>>(name).is_err_and(|error| error.is_data()));
    }
    Ok(())
}

#[test]
fn arrays_of_objects_are_read_item_by_item() -> Outcome {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Item {
        Number(i64),
        Text(String),
        Nothing(()),
        List(Vec<i64>),
    }
    let items: Vec<Vec<Item>> = read("numpy-2/objects-fortran/p5")?;
    let expected = [[Item::Number(1), Item::Text("two".into())], [Item::Nothing(()), Item::List(vec![3])]];
    assert_eq!(items, expected);
    Ok(())
}

#[test]
fn octets_are_bytes() -> Outcome {
    #[derive(Deserialize)]
    struct Image<'a> {
        pixels: &'a [u8],
    }
    // {'pixels': numpy.frombuffer(b'abc', 'u1')}
    let pickle =
        b"}Vpixels\ncnumpy.core.numeric\n_frombuffer\n(C\x03abccnumpy\ndtype\n(Vu1\ntR(I3\ntVC\ntRs.";
    assert_eq!(from_slice::<Image<'_>>(pickle)?.pixels, b"abc");
    Ok(())
}

#[test]
fn a_view_borrows_what_stands_in_the_input() -> Outcome {
    let pickle = golden("numpy-2/three-dimensions/p5");
    let view: NdView<'_> = from_slice(&pickle)?;
    assert!(view.is_borrowed() && pickle.as_ptr_range().contains(&view.data().as_ptr()));
    assert_eq!((view.kind(), view.dtype(), view.shape()), (Kind::Float, "<f8", &[2, 3, 4][..]));
    assert_eq!(view.to_vec::<f32>()?[23], 23.0);
    let error = view.to_vec::<i8>().expect_err("floats").to_string();
    assert_eq!(error, "an item of <f8 is no i8, at $[0]");
    // In another order the bytes are put right.
    let pickle = golden("numpy-2/fortran/p5");
    let other: NdView<'_> = from_slice(&pickle)?;
    assert!(!other.is_borrowed() && other.data() == view.data());
    assert!(from_slice::<NdView<'_>>(&golden("numpy-2/records/p5")).is_err_and(|error| error.is_data()));
    assert!(
        from_slice::<NdView<'_>>(&golden("numpy-2/objects-fortran/p5")).is_err_and(|error| error.is_data())
    );
    let error = error_of_array("numpy-2/extremes-i4/p5");
    assert_eq!(error, "item 0 of a numpy array of <i4 is no u8, at $[0]");
    Ok(())
}

/// The error of an array of octets in a list.
fn error_of_array(name: &str) -> String {
    let array = golden(name);
    let pickle = [b"]", &array[..array.len() - 1], b"a."].concat();
    let error = from_slice::<Vec<NdArray<u8>>>(&pickle).err();
    error.map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

#[test]
fn sharing_an_array_again_and_again_is_a_limit() {
    let array = b"cnumpy.core.numeric\n_frombuffer\n(B\x00\x00\x10\x00".to_vec();
    let rest = b"cnumpy\ndtype\n(Vi1\ntR(I1048576\ntVC\ntR".to_vec();
    let pickle = [b"(".to_vec(), array, vec![1; 1 << 20], rest, b"2".repeat(40), b"t.".to_vec()].concat();
    assert!(from_slice::<Vec<Vec<i8>>>(&pickle).is_err_and(|error| error.is_limit()));
    assert!(from_slice::<Vec<NdArray<i8>>>(&pickle).is_err_and(|error| error.is_limit()));
    // A million empty rows, for which no byte of the pickle pays.
    let rows = b"cnumpy.core.numeric\n_frombuffer\n(C\x00cnumpy\ndtype\n(Vf8\ntR(L1152921504606846976L\nI0\ntVC\ntR.";
    assert!(from_slice::<Vec<Vec<f64>>>(rows).is_err_and(|error| error.is_limit()));
    let deep = b"cnumpy.core.numeric\n_frombuffer\n(C\x01acnumpy\ndtype\n(Vi1\ntR(I1\nI1\nI1\ntVC\ntR.";
    assert!(
        from_slice_with::<Vec<Vec<Vec<i8>>>>(deep, Limits::default().depth(2))
            .is_err_and(|error| error.is_limit())
    );
}

fn back_and_forth<T>(shape: &[usize], items: Vec<T>) -> Outcome
where
    T: Element + PartialEq + std::fmt::Debug,
{
    let array = NdArray::new(shape, items)?;
    for protocol in Protocol::ALL {
        let pickle = to_vec_with(&array, protocol)?;
        assert_eq!(from_slice::<NdArray<T>>(&pickle)?, array, "{protocol:?}");
        let graph = Graph::from_slice(&pickle)?;
        let view = Array::from_node(&graph, graph.root())?.ok_or("an array")?;
        assert_eq!((view.shape(), view.to_vec::<T>()?), (shape, array.items().to_vec()));
        let again = graph.to_vec(protocol)?;
        assert_eq!(from_slice::<NdArray<T>>(&again)?, array);
    }
    let json: NdArray<T> = serde_json::from_str(&serde_json::to_string(&array)?)?;
    assert_eq!(json, array);
    Ok(())
}

#[test]
fn arrays_are_written_and_read_back() -> Outcome {
    back_and_forth(&[2, 2], vec![1.5, f64::INFINITY, -0.0, 1e-320])?;
    back_and_forth(&[3], vec![true, false, true])?;
    back_and_forth(&[0, 7], Vec::<i16>::new())?;
    back_and_forth(&[], vec![u64::MAX])?;
    back_and_forth(&[1, 2], vec![[1.5_f32, 2.0], [0.0, -1.0]])?;
    back_and_forth(&[4], vec![i8::MIN, 0, 1, i8::MAX])?;
    assert_eq!(read::<NdArray<f64>>("numpy-2/fortran/p5")?, read("numpy-2/three-dimensions/p5")?);
    assert_eq!(read::<NdArray<i64>>("numpy-2/moments/p5")?.items()[1], i64::MIN);
    assert_eq!(read::<NdArray<f64>>("numpy-2/i4>/p5")?.items(), [1.0, 2.0, 100.0]);
    assert!(NdArray::new([2, 2], vec![1.0]).is_err_and(|error| error.is_data()));
    assert!(NdArray::new([usize::MAX, 2], vec![1.0]).is_err_and(|error| error.is_data()));
    assert!(to_vec(&std::collections::BTreeMap::from([("a", NdArray::from(vec![1]))])).is_ok());
    Ok(())
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Key(NdArray<i64>);

impl Eq for Key {}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.items().hash(state);
    }
}

#[test]
fn an_array_is_no_key() {
    let map = std::collections::HashMap::from([(Key(NdArray::from(vec![1])), 1)]);
    assert!(to_vec(&map).is_err_and(|error| error.to_string().contains("numpy array cannot be a dict key")));
}

/// Prints what it makes of each pickle: class, dtype, shape and the bytes.
const LOAD: &str = "
import pickle, sys
try:
    import numpy
except ImportError:
    sys.stdin.read()
    print('no numpy')
    sys.exit()
import warnings
warnings.simplefilter('error')
for line in sys.stdin:
    array = pickle.loads(bytes.fromhex(line))
    print(type(array).__name__, array.dtype.str, array.shape, array.tobytes().hex(), array.flags.c_contiguous)
print('ok')
";

fn python() -> String {
    std::env::var("ONGGI_NUMPY_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
fn numpy_loads_what_is_written() -> Outcome {
    let Some(mut python) = Python::start_with(&python(), LOAD) else { return Ok(()) };
    let mut lines = Vec::new();
    for protocol in Protocol::ALL {
        lines.push(crate::common::hex(&to_vec_with(&NdArray::new([2, 1], vec![1.5, -2.0])?, protocol)?));
        lines.push(crate::common::hex(&to_vec_with(&NdArray::from(vec![true, false]), protocol)?));
        lines.push(crate::common::hex(&to_vec_with(&NdArray::new([], vec![[1.0_f32, 2.0]])?, protocol)?));
        lines.push(crate::common::hex(&to_vec_with(&NdArray::from(Vec::<u16>::new()), protocol)?));
    }
    python.send(&lines);
    let found = python.lines();
    if found == ["no numpy"] {
        println!("skipped: Python has no numpy");
        return Ok(());
    }
    let expected = [
        "ndarray <f8 (2, 1) 000000000000f83f00000000000000c0 True",
        "ndarray |b1 (2,) 0100 True",
        "ndarray <c8 () 0000803f00000040 True",
        "ndarray <u2 (0,)  True",
    ];
    let expected: Vec<_> = expected.iter().cycle().take(lines.len()).chain(&["ok"]).collect();
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        expected.into_iter().copied().collect::<Vec<_>>()
    );
    Ok(())
}

/// Says of each pair of pickles, one as numpy wrote it and one as it was written here, whether they are equal.
const COMPARE: &str = "
import pickle, sys
try:
    import numpy as np
except ImportError:
    sys.stdin.read()
    print('no numpy')
    sys.exit()
for line in sys.stdin:
    name, first, second = line.split(' ')
    try:
        a = pickle.loads(bytes.fromhex(first))
    except ImportError:
        continue  # of a later numpy
    b = pickle.loads(bytes.fromhex(second))
    same = type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.strides == b.strides
    if a.dtype == object:
        same = same and a.tolist() == b.tolist()
    elif np.ma.isMaskedArray(a):
        same = same and a.tobytes() == b.tobytes() and a.mask.tolist() == b.mask.tolist()
    else:
        same = same and a.tobytes() == b.tobytes()
    if not same:
        print(name, repr(a), repr(b))
print('ok')
";

#[test]
fn numpy_loads_what_was_read_and_written_again() -> Outcome {
    let Some(mut python) = Python::start_with(&python(), COMPARE) else { return Ok(()) };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/numpy/arrays.jsonl");
    let mut lines = Vec::new();
    for line in json_lines(&file).iter().filter(|line| line.get("buffers").is_none()) {
        let (name, hex) = (line["name"].as_str().ok_or("name")?, line["hex"].as_str().ok_or("hex")?);
        let pickle = unhex(hex);
        let graph = Graph::from_slice(&pickle)?;
        for protocol in Protocol::ALL {
            let again = crate::common::hex(&graph.to_vec(protocol)?);
            lines.push(format!("{name}/{protocol:?} {hex} {again}"));
        }
    }
    python.send(&lines);
    let found = python.lines();
    if found == ["no numpy"] {
        println!("skipped: Python has no numpy");
        return Ok(());
    }
    assert!(lines.len() > 1500, "{}", lines.len());
    assert_eq!(found, ["ok"]);
    Ok(())
}

/// Random arrays: a line with the pickle, one with dtype, shape and the bytes of all items in C's order, big-endian.
const DUMP: &str = "
import pickle, random, sys
try:
    import numpy as np
except ImportError:
    sys.stdin.read()
    print('no numpy')
    sys.exit()
random.seed(7)
for _ in range(2000):
    code = random.choice('? i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 c8 c16 M8[s] m8[D] S3 U2'.split())
    shape = tuple(random.choice([0, 1, 2, 3, 5]) if random.random() < .3 else random.randint(1, 4) for _ in range(random.randint(0, 4)))
    dtype = np.dtype(random.choice('<>') + code if code != '?' else code)
    size = int(np.prod(shape, dtype=int))
    if code == 'U2':
        array = np.array([chr(random.randint(32, 0x2fff)) + random.choice('ab') for _ in range(size)], dtype=dtype).reshape(shape)
    elif code == '?':
        array = np.array([random.random() < .5 for _ in range(size)], dtype=dtype).reshape(shape)
    else:
        array = np.frombuffer(random.randbytes(dtype.itemsize * size), dtype=dtype).reshape(shape).copy()
    kind = random.randint(0, 4)
    if kind == 1:
        array = np.asfortranarray(array)
    elif kind == 2 and array.ndim:
        array = array.transpose(random.sample(range(array.ndim), array.ndim))
    elif kind == 3 and array.ndim:
        array = array[::-1]
    elif kind == 4 and array.ndim:
        array = array[..., ::2]
    print(pickle.dumps(array, random.randint(0, 5)).hex())
    print(array.dtype.str, list(array.shape), array.astype(array.dtype.newbyteorder('>')).tobytes().hex())
print('ok')
";

#[test]
fn random_arrays_of_numpy_have_their_items() -> Outcome {
    let Some(mut python) = Python::start_with(&python(), DUMP) else { return Ok(()) };
    python.send(&[]);
    let lines = python.lines();
    if lines == ["no numpy"] {
        println!("skipped: Python has no numpy");
        return Ok(());
    }
    assert_eq!((lines.len(), lines.last().map(String::as_str)), (4001, Some("ok")));
    for pair in lines[..4000].chunks(2) {
        let pickle = unhex(&pair[0]);
        let graph = Graph::from_slice(&pickle)?;
        let array = Array::from_node(&graph, graph.root())?.ok_or("an array")?;
        let big = array.dtype().to_string().starts_with('<');
        let unit = match array.dtype().kind() {
            Kind::Complex => array.dtype().item_size() / 2,
            Kind::Str => 4,
            Kind::Bytes => 1,
            _ => array.dtype().item_size(),
        };
        let mut items: Vec<u8> = array.items().ok_or("items")?.flatten().copied().collect();
        if big {
            items.chunks_mut(unit).for_each(<[u8]>::reverse);
        }
        let found = format!("{} {:?} {}", array.dtype(), array.shape(), crate::common::hex(&items));
        assert_eq!(found, pair[1]);
    }
    Ok(())
}
