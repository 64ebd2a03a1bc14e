//! `onggi pickle scan`.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use common::{Run, onggi};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use rusqlite::Connection;
use serde_json::Value;

const ATTACK: &[u8] = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.";
const WHAT: &str = "os.system called with 'id'";
const HARMLESS: &[u8] = b"\x80\x04]\x94.";

/// The lines of `malicious.jsonl` that are no attack.
const NO_ATTACKS: &[&str] = &[
    "bytes-lookalike",
    "string-lookalike",
    "benign-stdlib",
    "benign-reconstructor",
    "benign-getattr-enum",
    "persid-tuple",
    "allowed-name-bad-module",
    "ext-code",
    "homoglyph",
    "case",
    "whitespace",
];

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/pickles"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    println!("skipped: there is no folder ../shared/pickles beside the workspace");
    None
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |digit: u8| u8::try_from(char::from(digit).to_digit(16).expect("hex")).expect("digit");
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// The cases of `malicious.jsonl`: name, bytes, whether it is an attack.
fn cases() -> Option<Vec<(String, Vec<u8>, bool)>> {
    let text = fs::read_to_string(corpus()?.join("cases/malicious.jsonl")).expect("readable");
    let case = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let name = line["id"].as_str().expect("an id").trim_start_matches("malicious/").replace('/', "-");
        let attack = !NO_ATTACKS.contains(&name.as_str());
        (name, unhex(line["hex"].as_str().expect("hexadecimal")), attack)
    };
    Some(text.lines().map(case).collect())
}

fn base64(bytes: &[u8], url_safe: bool) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
    let (plus, slash) = if url_safe { ('-', '_') } else { ('+', '/') };
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(match bits >> (18 - 6 * place) & 63 {
                62 => plus,
                63 => slash,
                index => alphabet[usize::try_from(index).expect("small")],
            });
        }
        if !url_safe {
            text.push_str(&"=".repeat(3 - chunk.len()));
        }
    }
    text
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A zip archive of one member, without its directory: readers that are lenient make one.
fn zip(name: &str, bytes: &[u8], deflate: bool) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    let data = if deflate { encoder.finish().expect("memory") } else { bytes.to_vec() };
    let length = |length: usize| u32::try_from(length).expect("small").to_le_bytes();
    let short = |length: usize| u16::try_from(length).expect("small").to_le_bytes();
    let method = if deflate { 8 } else { 0 };
    [
        &b"PK\x03\x04\x14\0\0\0"[..],
        &[method, 0],
        &[0; 8],
        &length(data.len()),
        &length(bytes.len()),
        &short(name.len()),
        &[0, 0],
        name.as_bytes(),
        &data,
    ]
    .concat()
}

fn npy(bytes: &[u8]) -> Vec<u8> {
    let header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";
    [&b"\x93NUMPY\x01\0"[..], &u16::try_from(header.len()).expect("small").to_le_bytes(), header, bytes]
        .concat()
}

/// Each way in which pickles are kept, with its name.
fn wrapped(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let packed = zlib(bytes);
    let json = format!("{{\"body\": \"{}\", \"properties\": {{}}}}", base64(bytes, false));
    vec![
        ("plain", bytes.to_vec()),
        ("zlib", packed.clone()),
        ("gzip", gzip(bytes)),
        ("base64", base64(bytes, false).into_bytes()),
        ("picklefield", base64(&packed, false).into_bytes()),
        ("session", format!("{}:1xVBLX:abc-_", base64(bytes, true)).into_bytes()),
        ("packed-session", format!(".{}:1xVBLX:abc-_", base64(&packed, true)).into_bytes()),
        (
            "old-session",
            base64(&[&b"0123456789abcdef0123456789abcdef01234567:"[..], bytes].concat(), false).into_bytes(),
        ),
        ("json", json.into_bytes()),
        ("zip", zip("archive/data.pkl", bytes, false)),
        ("zip-deflated", zip("archive/data.pkl", bytes, true)),
        ("npy", npy(bytes)),
        ("npz", zip("a.npy", &npy(bytes), true)),
    ]
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn scan(arguments: &[&str]) -> Run {
    onggi(&[&["scan"], arguments].concat(), b"")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn every_attack_is_found_in_every_wrapping() {
    let Some(cases) = cases() else { return };
    let folder = folder();
    let mut expected = Vec::new();
    for (name, bytes, attack) in &cases {
        for (wrapping, wrapped) in wrapped(bytes) {
            // What starts like an archive, inside a JSON text, is not asked for.
            if wrapping == "json" && !bytes.starts_with(&[0x80]) {
                continue;
            }
            let file = folder.path().join(format!("{name}.{wrapping}.pkl"));
            fs::write(&file, wrapped).expect("written");
            expected.push((path(&file).to_owned(), *attack));
        }
    }
    let run = scan(&["--format", "json", "--list", "dangerous", path(folder.path())]);
    assert_eq!(run.status, Some(1), "{}", run.err);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    let dangerous: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["file"].as_str())
        .collect();
    for (file, attack) in expected {
        assert_eq!(dangerous.contains(&file.as_str()), attack, "{file}");
    }
}

#[test]
fn every_attack_is_found_in_cells() {
    let Some(cases) = cases() else { return };
    let folder = folder();
    let file = folder.path().join("cells.db");
    let connection = Connection::open(&file).expect("a database");
    connection.execute("BEGIN", []).expect("begun");
    connection.execute("CREATE TABLE \"a \"\"b\" (id INTEGER PRIMARY KEY, \"the data\")", []).expect("made");
    let mut expected = Vec::new();
    for (_, bytes, attack) in &cases {
        for (wrapping, wrapped) in wrapped(bytes) {
            if wrapping == "json" && !bytes.starts_with(&[0x80]) {
                continue;
            }
            expected.push(*attack);
            let text = String::from_utf8(wrapped.clone()).ok().filter(|_| expected.len().is_multiple_of(2));
            let id = i64::try_from(expected.len()).expect("small");
            let insert = "INSERT INTO \"a \"\"b\" VALUES (?1, ?2)";
            match text {
                Some(text) => connection.execute(insert, (id, text)),
                None => connection.execute(insert, (id, wrapped)),
            }
            .expect("inserted");
        }
    }
    connection.execute("COMMIT", []).expect("written");
    drop(connection);
    for target in [format!("sqlite://{}", path(&file)), path(&file).to_owned()] {
        let run = scan(&["--format", "json", "--list", "dangerous", &target]);
        assert_eq!(run.status, Some(1), "{}", run.err);
        let report: Value = serde_json::from_str(&run.out).expect("JSON");
        let findings = report["findings"].as_array().expect("a list");
        let found = |key: &str| {
            findings.iter().any(|finding| {
                finding["table"] == "a \"b" && finding["column"] == "the data" && finding["key"] == key
            })
        };
        for (index, attack) in expected.iter().enumerate() {
            assert_eq!(found(&format!("id = {}", index + 1)), *attack, "id = {}", index + 1);
        }
    }
}

#[test]
fn databases_of_programs_hold_nothing_dangerous() {
    let Some(corpus) = corpus() else { return };
    let folder = folder();
    let mut cells = 0;
    for file in fs::read_dir(corpus.join("db")).expect("readable") {
        let file = file.expect("readable");
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
        let expected = corpus.join("expected/db").join(file.file_name()).with_added_extension("jsonl");
        let lines = fs::read_to_string(expected).unwrap_or_default();
        cells += lines.lines().filter(|line| line.contains("\"hex\"")).count();
    }
    let before = fs::read_dir(folder.path()).expect("readable").count();
    let run = scan(&["--format", "json", path(folder.path())]);
    run.succeeds();
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["grade"], "unknown", "{}", run.out);
    assert!(report["pickles"].as_u64() >= u64::try_from(cells).ok(), "{cells} {}", report["pickles"]);
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), before, "nothing is written");
}

#[test]
fn samples_of_other_scanners_are_found() {
    let Some(corpus) = corpus() else { return };
    let run = scan(&["--format", "json", path(&corpus.join("files/third-party"))]);
    assert_eq!(run.status, Some(1), "{}", run.err);
    for name in [
        "malicious1.zip",
        "dns_exfiltration.npy",
        "unsafe_zip_pytorch.pt",
        "pytorch_magic_bypass.pt",
        "malicious0.pkl",
    ] {
        assert!(run.out.contains(name), "{name}");
    }
    for name in ["int_array.npy", "object_arrays.npz", "benign0_v3.pkl"] {
        assert!(!run.out.contains(name), "{name}");
    }
}

#[test]
fn compressed_files_of_joblib_are_read() {
    let Some(corpus) = corpus() else { return };
    for folder in ["files/packages/joblib", "files/libs/joblib"] {
        for file in fs::read_dir(corpus.join(folder)).expect("readable") {
            let file = file.expect("readable").path();
            if path(&file).ends_with(".npy") {
                continue;
            }
            let run = scan(&["--format", "json", "--list", "library", path(&file)]);
            run.succeeds();
            assert!(
                run.out.contains("\"file\"") && run.out.contains("numpy"),
                "{} {}",
                file.display(),
                run.out
            );
        }
    }
}

#[test]
fn a_finding_is_a_line_with_place_and_reason() {
    let folder = folder();
    let file = folder.path().join("model\n.pkl");
    fs::write(&file, ATTACK).expect("written");
    let run = scan(&[path(&file)]);
    assert_eq!((run.status, run.err.as_str()), (Some(1), ""));
    let shown = path(&file).replace('\n', "\\n");
    assert_eq!(
        run.out,
        format!("{shown}:14: DANGEROUS {WHAT} (can run commands)\ndangerous: 1 pickle in 1 file\n")
    );
}

#[test]
fn standard_input_is_scanned() {
    let run = onggi(&["scan", "-"], ATTACK);
    assert_eq!(run.status, Some(1));
    assert!(run.out.starts_with("standard input:14: DANGEROUS "), "{run:?}");
    onggi(&["scan", "-"], HARMLESS).succeeds();
}

#[test]
fn names_can_be_allowed() {
    let allowed = onggi(&["scan", "--allow", "os.system", "-"], ATTACK);
    allowed.succeeds();
    assert_eq!(allowed.out, "harmless: 1 pickle in 1 file\n");
    onggi(&["scan", "--allow", "os.*", "--allow", "app.*", "-"], ATTACK).succeeds();
    assert_eq!(onggi(&["scan", "--allow", "o.*", "-"], ATTACK).status, Some(1));
}

#[test]
fn what_cannot_be_read_is_status_2_unless_something_is_dangerous() {
    let run = onggi(&["scan", "-"], b"no pickle at all");
    run.fails_with_one_line();
    let folder = folder();
    let missing = folder.path().join("missing");
    assert_eq!(scan(&[path(&missing)]).status, Some(2));
    let attack = folder.path().join("attack");
    fs::write(&attack, ATTACK).expect("written");
    let run = scan(&[path(&missing), path(&attack)]);
    assert_eq!((run.status, run.err.lines().count()), (Some(1), 1), "{run:?}");
    let broken = folder.path().join("broken.db");
    fs::write(&broken, [b"SQLite format 3\0".as_slice(), &[7; 500]].concat()).expect("written");
    assert_eq!(scan(&[path(&broken)]).status, Some(2));
    assert_eq!(scan(&["postgres://user:secret@host/db"]).status, Some(2));
    assert!(!scan(&["postgres://user:secret@host/db"]).err.contains("secret"));
}

#[test]
fn files_in_folders_that_are_no_pickles_are_passed_over() {
    let folder = folder();
    fs::write(folder.path().join("readme.md"), "An attack starts with\ncos\nsystem\n").expect("written");
    fs::write(folder.path().join("empty"), "").expect("written");
    fs::create_dir(folder.path().join("deep")).expect("made");
    fs::write(folder.path().join("deep/data"), HARMLESS).expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("deep/loop")).expect("linked");
    let run = scan(&[path(folder.path())]);
    run.succeeds();
    assert_eq!(run.out, "harmless: 1 pickle in 3 files\n");
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_told() {
    let bomb = zlib(&vec![b'N'; 1 << 20]);
    let run = onggi(&["scan", "--max-bytes", "65536", "-"], &bomb);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.out.contains("unknown more than can be unwrapped"), "{run:?}");
    // Bombs of bombs, and archives inside archives, end.
    let nested = (0..20).fold(ATTACK.to_vec(), |bytes, _| gzip(&bytes));
    onggi(&["scan", "-"], &nested);
    let nested = (0..5).fold(ATTACK.to_vec(), |bytes, _| gzip(&bytes));
    assert_eq!(onggi(&["scan", "-"], &nested).status, Some(1));
}

#[test]
fn archives_longer_than_the_limit_are_read_by_their_directory() {
    let folder = folder();
    let file = folder.path().join("model.pt");
    let data = zip("model/data/0", &vec![7; 100_000], false);
    let pickle = zip("model/data.pkl", ATTACK, true);
    let entry = |archive: &[u8], offset: usize| {
        let name = &archive[30..30 + usize::from(archive[26])];
        let offset = u32::try_from(offset).expect("small").to_le_bytes();
        [&b"PK\x01\x02\x14\0"[..], &archive[4..30], &[0; 10], &offset, name].concat()
    };
    let directory = [entry(&data, 0), entry(&pickle, data.len())].concat();
    let number = |number: usize| u32::try_from(number).expect("small").to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x02\0\x02\0"[..],
        &number(directory.len()),
        &number(data.len() + pickle.len()),
        &[0, 0],
    ]
    .concat();
    fs::write(&file, [data, pickle, directory, end].concat()).expect("written");
    let run = scan(&["--max-bytes", "5000", path(&file)]);
    assert_eq!((run.status, run.err.as_str()), (Some(1), ""));
    assert!(run.out.contains(" > model/data.pkl:14: DANGEROUS os.system"), "{run:?}");
}

#[test]
fn json_is_one_document() {
    let run = onggi(&["scan", "--format", "json", "-"], &gzip(ATTACK));
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    let finding = &report["findings"][0];
    assert_eq!(finding["what"], WHAT);
    assert_eq!(
        (finding["grade"].as_str(), finding["offset"].as_u64(), finding["inside"][0].as_str()),
        (Some("dangerous"), Some(14), Some("gzip"))
    );
    let run = onggi(&["scan", "--format", "json", "-"], HARMLESS);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["grade"], "harmless");
}
