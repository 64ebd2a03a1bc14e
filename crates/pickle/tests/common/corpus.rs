//! Pickles with what CPython says about them: the project's own, and those of the folder from elsewhere.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{corpus, json_lines, unhex};

/// A pickle, or what was meant to look like one.
pub struct Input {
    /// A file's path, a table, key and column, or the name of a case.
    pub name: String,
    pub bytes: Vec<u8>,
    pub line: Value,
}

/// The project's own, written by `data/python/generate.py`; and files, cells of databases and cases where the folder is.
pub fn inputs() -> Vec<Input> {
    let own = lines(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/python")));
    let text = |line: &Value, name| line[name].as_str().expect("a text").to_owned();
    let own = own.into_iter().map(|line| Input {
        name: text(&line, "id"),
        bytes: unhex(&text(&line, "hex")),
        line,
    });
    let mut inputs: Vec<_> = own.collect();
    let Some(folder) = corpus() else { return inputs };
    for (place, suffix) in [("expected/files", ""), ("expected/db", "db/"), ("cases", "")] {
        for line in lines(&folder.join(place)) {
            let name = [&line["file"], &line["id"]].iter().find_map(|name| name.as_str().map(str::to_owned));
            let cell = format!("{suffix}{} {} {}", line["table"], line["key"], line["column"]);
            let bytes = match (line["hex"].as_str(), line["file"].as_str()) {
                (Some(hex), _) => unhex(hex),
                (None, Some(file)) => fs::read(folder.join("files").join(file)).expect("readable"),
                (None, None) => continue,
            };
            inputs.push(Input { name: name.unwrap_or(cell), bytes, line });
        }
    }
    inputs
}

fn lines(folder: &Path) -> Vec<Value> {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.retain(|path| !path.ends_with("dos.jsonl")); // CPython does not get to the end of some
    files.sort();
    files.iter().flat_map(|path| json_lines(path)).collect()
}
