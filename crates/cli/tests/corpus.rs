//! The program on pickles from elsewhere, whole, cut and changed: lines as described, and no end but the two there are.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Run, onggi, onggi_in};
use serde_json::Value;

/// The folder of pickles from elsewhere, when the machine has it; prints a line otherwise.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/pickles"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    println!("skipped: there is no folder ../shared/pickles beside the workspace");
    None
}

fn json(line: &str) -> Value {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    deserializer.disable_recursion_limit();
    serde::Deserialize::deserialize(&mut deserializer).expect("JSON")
}

/// The descriptions of all files.
fn described(folder: &Path) -> Vec<Value> {
    let mut files: Vec<_> = fs::read_dir(folder.join("expected/files"))
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).expect("readable"));
    texts.flat_map(|text| text.lines().map(json).collect::<Vec<_>>()).collect()
}

fn on_a_large_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test);
    thread.expect("a thread").join().expect("no panic");
}

/// That the program said `value`, which may be described by its digest only, or failed where there is none.
fn check_value(run: &Run, expected: &Value, what: &str, bad: &mut Vec<String>) {
    let value = expected.get("value");
    let right = match (expected["loads"] == true, value) {
        (false, _) => run.status == Some(2) && run.err.lines().count() == 1,
        (true, None) => run.status == Some(0),
        (true, Some(value)) => run.status == Some(0) && json(&run.out) == *value,
    };
    if !right {
        bad.push(format!("{what}: {:?} {:.200} {:.200}", run.status, run.out, run.err));
    }
}

#[test]
fn files_are_printed_as_described() {
    on_a_large_stack(|| {
        let Some(folder) = corpus() else { return };
        let (mut bad, mut compared) = (Vec::new(), 0);
        for line in described(&folder) {
            let name = line["file"].as_str().expect("a name");
            let file = folder.join("files").join(name);
            let file = file.to_str().expect("UTF-8");
            let run = onggi(&["dis", "--format", "jsonl", file], b"");
            let ops: Vec<Value> = run.out.lines().map(json).collect();
            let status = if line.get("genops_error").is_some() { 2 } else { 0 };
            if line["op_count"] != ops.len() || run.status != Some(status) {
                bad.push(format!("{name}: {} opcodes, {}", ops.len(), run.err));
            }
            let listed = line["ops"].as_array().expect("a list").iter();
            if let Some(wrong) = listed.zip(&ops).find(|(expected, op)| !is_same_op(op, expected)) {
                bad.push(format!("{name}: {wrong:?}"));
            }
            check_value(&onggi(&["json", "--inert", file], b""), &line["inert"], name, &mut bad);
            if let Some(expected) = line.get("c_unpickler") {
                check_value(&onggi(&["json", file], b""), expected, name, &mut bad);
            }
            compared += 1;
        }
        println!("{compared} files compared");
        assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    });
}

/// Long arguments are described by their digest, which the library's tests compare.
fn is_same_op(op: &Value, expected: &Value) -> bool {
    op == expected
        || expected.get("error").is_some()
        || expected[2].is_object() && op[0] == expected[0] && op[1] == expected[1]
}

/// What a command does with bytes that may be no pickle: it says them, or why it does not.
fn ends_well(run: &Run) -> bool {
    let notes = run.err.lines().filter(|line| line.starts_with("onggi: note: ")).count();
    match run.status {
        Some(0) => run.err.lines().count() == notes,
        Some(2) => run.err.lines().count() == notes + 1 && run.err.contains("at byte "),
        _ => false,
    }
}

#[test]
fn cut_and_changed_files_end_well_and_leave_nothing() {
    let Some(folder) = corpus() else { return };
    let place = tempfile::tempdir().expect("a folder");
    let (mut bad, mut tried) = (Vec::new(), 0);
    for (number, line) in described(&folder).iter().enumerate() {
        let name = line["file"].as_str().expect("a name");
        let mut bytes = fs::read(folder.join("files").join(name)).expect("readable");
        // Another way of breaking it each time, and another command.
        let at = bytes.len() * (number % 7 + 1) / 9;
        if number % 2 == 0 {
            bytes.truncate(at);
        } else if let Some(byte) = bytes.get_mut(at) {
            *byte = byte.wrapping_add(u8::try_from(number % 251).expect("small") + 1);
        }
        let commands: [&[&str]; 7] = [
            &["dis", "-"],
            &["json", "-"],
            &["json", "--all", "--inert", "-"],
            &["json", "--plain", "-"],
            &["show", "-"],
            &["optimize", "-", "-o", "out"],
            &["convert", "-", "-o", "out", "--protocol", "3", "--encoding", "latin1"],
        ];
        let command = commands[number % commands.len()];
        let run = onggi_in(place.path(), command, &bytes);
        let written = fs::read_dir(place.path()).expect("readable").count();
        let complete = run.status == Some(0) && command.contains(&"out");
        if !ends_well(&run) || written != usize::from(complete) {
            bad.push(format!("{name} {command:?}: {:?} {:.300}", run.status, run.err));
        }
        if complete {
            fs::remove_file(place.path().join("out")).expect("there");
        }
        tried += 1;
    }
    println!("{tried} broken files tried");
    assert!(bad.is_empty(), "{} ended otherwise:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    use std::process::{Command, Stdio};
    let Some(folder) = corpus() else { return };
    let file = folder.join("files/third-party");
    let big = fs::read_dir(&file).expect("readable").map(|entry| entry.expect("readable").path());
    let big = big.max_by_key(|path| fs::metadata(path).map_or(0, |metadata| metadata.len())).expect("a file");
    for command in [&["dis"][..], &["json"], &["show", "--full"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onggi"))
            .arg("pickle")
            .args(command)
            .arg(&big)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked") && !err.contains("pipe"), "{err}");
    }
}
