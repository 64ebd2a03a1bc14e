//! All pickles of the folder from elsewhere, with what is written about them there.

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

/// Files, cells of databases and cases; none where the folder is absent.
pub fn inputs() -> Vec<Input> {
    let Some(folder) = corpus() else { return Vec::new() };
    let mut inputs = Vec::new();
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
    files.sort();
    files.iter().flat_map(|path| json_lines(path)).collect()
}
