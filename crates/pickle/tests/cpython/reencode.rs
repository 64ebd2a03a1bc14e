//! Pickles from elsewhere, written at every protocol that can hold them: CPython loads each as what it was.

use crate::common::corpus::{Input, inputs};
use crate::common::{Python, hex, unhex};
use onggi_pickle::{Encoding, Graph, Protocol, ReadOptions};

const INERT: &str = include_str!("inert.py");

/// Reads `kind encoding pickle written...`, one for each protocol or `-`, and prints what differs. What CPython's own
/// unpickler makes of harmless `honest` pickles is compared too, where the module `canon` of the corpus is at hand: of
/// others it would take gigabytes.
const COMPARE: &str = r#"
try:
    import canon
    canon.SAFE |= {("copyreg", "__newobj_ex__"), ("copy_reg", "__newobj_ex__")}
    def real(data, encoding="ASCII"):
        try:
            return canon.canon(canon.safe_load(data, encoding)[0])
        except Exception as error:
            return error
except ImportError:
    real = lambda *args: Exception()

for line in sys.stdin:
    kind, encoding, original, *written = line.split()
    try:
        expected = load(bytes.fromhex(original), encoding)
    except Exception as error:
        print(f"not loaded: {error!r:.300}".replace("\n", " "))
        continue
    bad, value = [], real(bytes.fromhex(original), encoding) if kind == "honest" else Exception()
    for protocol, data in enumerate(written):
        if data != "-":
            try:
                what = difference(expected, load(bytes.fromhex(data)), protocol > 0)
                if not isinstance(value, Exception) and (protocol > 0 or original != NAN):
                    again = real(bytes.fromhex(data))
                    if again != value:
                        what = f"{value!r:.300} is {again!r:.300}"
            except Exception as error:
                what = f"{error!r:.300}"
            if what:
                bad.append(f"{protocol}: {what} {data if len(data) < 400 else ''}")
    print("; ".join(bad).replace("\n", " ") or "ok", flush=True)
"#;

/// What was read, and what it became.
struct Written<'i> {
    input: &'i Input,
    encoding: &'static str,
    pickles: Vec<Result<Vec<u8>, String>>,
}

impl Written<'_> {
    fn errors(&self) -> impl Iterator<Item = (u8, &str)> {
        let numbered = (0..).zip(&self.pickles);
        numbered.filter_map(|(number, pickle)| Some((number, pickle.as_ref().err()?.as_str())))
    }
}

fn written(input: &Input) -> Vec<Written<'_>> {
    let encodings = [("ASCII", Encoding::Ascii), ("latin1", Encoding::Latin1), ("bytes", Encoding::Bytes)];
    let mut all: Vec<Written<'_>> = Vec::new();
    for (name, encoding) in encodings {
        let options = ReadOptions::default().strings(encoding);
        let Ok(graph) = Graph::from_slice_with(&input.bytes, &options) else { continue };
        let pickles = Protocol::ALL.map(|protocol| graph.to_vec(protocol).map_err(|error| error.to_string()));
        if all.last().is_none_or(|last| last.pickles[..] != pickles[..]) {
            all.push(Written { input, encoding: name, pickles: pickles.into() });
        }
    }
    all
}

/// Protocol 0 writes `nan` without its sign, as CPython does.
const NAN: &[u8] = b"F-nan\n.";

/// Why a protocol cannot hold a pickle: the lowest that can, and what the error says.
const REFUSED: &[(u8, &str)] = &[
    (5, "an out-of-band buffer needs protocol 5"),
    (4, "cannot name"),
    (4, "items added to an object need protocol 4"),
    (2, "needs protocol 2"),
    (1, "needs protocol 1"),
    (1, "cannot hold a persistent id that is not a line of ASCII text"),
];

/// Pickles that are read here and refused by `pickle.py` of Python 3.11, which reads the originals in the test.
const NOT_LOADED: &[(&str, &str)] = &[
    ("quirks/INT '010'", "base 10 only in later releases (gh-126992)"),
    ("quirks/LONG '007L'", "base 10 only in later releases (gh-126992)"),
    ("quirks/APPENDS empty to None", "the C unpickler does not look at what takes no items"),
    ("by hand/APPENDS nothing to None", "likewise"),
];

#[test]
fn cpython_loads_the_corpus_from_every_protocol_as_it_was() {
    let inputs = inputs();
    let all: Vec<Written<'_>> = inputs.iter().flat_map(written).collect();
    let canon =
        crate::common::corpus().map_or(String::new(), |folder| folder.join("make").display().to_string());
    let script = format!("{INERT}\nsys.path.insert(0, {canon:?})\nNAN = '{}'\n{COMPARE}", hex(NAN));
    let Some(mut python) = Python::start(&script) else { return };
    let lines = all.iter().map(|one| {
        let pickles =
            one.pickles.iter().map(|pickle| pickle.as_ref().map_or("-".to_owned(), |bytes| hex(bytes)));
        let kind = if one.input.line["id"].is_null() { "honest" } else { "case" };
        let pickles: Vec<String> = pickles.collect();
        format!("{kind} {} {} {}", one.encoding, hex(&one.input.bytes), pickles.join(" "))
    });
    let sending = python.send_in_background(lines.collect());
    let answers = python.lines();
    sending.join().expect("sent");
    assert_eq!(answers.len(), all.len());
    let (mut good, mut refused, mut bad) = (0, 0, Vec::new());
    for (one, answer) in all.iter().zip(&answers) {
        for (number, error) in one.errors() {
            refused += 1;
            if !REFUSED.iter().any(|(least, reason)| number < *least && error.contains(reason)) {
                bad.push(format!("{} {number}: {error}", one.input.name));
            }
        }
        let not_loaded = NOT_LOADED.iter().any(|(name, _)| one.input.name == *name);
        if answer == "ok" {
            good += one.pickles.len() - one.errors().count();
        } else if !(not_loaded && answer.starts_with("not loaded")) {
            bad.push(format!("{} {}: {answer}", one.input.name, one.encoding));
        }
    }
    println!("{good} pickles loaded as they were, {refused} were refused");
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

/// Objects of all kinds, made, pickled and at the end compared by CPython alone.
const OBJECTS: &str = include_str!("objects.py");

#[test]
fn cpython_loads_objects_from_every_protocol_as_they_were() {
    let Some(mut python) = Python::start(OBJECTS) else { return };
    let pickles: Vec<Vec<u8>> = python.lines().iter().map(|line| unhex(line)).collect();
    assert!(pickles.len() > 100);
    let (mut replies, mut larger) = (Vec::new(), Vec::new());
    for (number, pickle) in pickles.iter().enumerate() {
        let graph = Graph::from_slice(pickle).expect("readable");
        for protocol in Protocol::ALL {
            let written = graph.to_vec(protocol).expect("writable");
            if protocol.number() == graph.protocol().max(u8::try_from(number % 6).expect("small"))
                && written.len() > pickle.len()
            {
                larger.push(format!("{number} {protocol:?}: {}\n    {}", hex(pickle), hex(&written)));
            }
            replies.push(format!("{number} {} {}", protocol.number(), hex(&written)));
        }
    }
    assert!(larger.is_empty(), "larger than CPython writes them:\n{}", larger.join("\n"));
    python.send(&replies);
    python.finish();
}
