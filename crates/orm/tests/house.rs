//! The rules of the house: who may depend on whom, and what stays out of which crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Packages of the workspace, with those packages of the workspace that their libraries and programs depend on.
fn edges() -> Result<BTreeMap<String, Vec<String>>, Box<dyn std::error::Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut edges = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().ok_or("no dependencies")?.iter();
        // Tests may use what they like.
        let built = dependencies.filter(|dependency| dependency["kind"] != "dev");
        let names = built.filter_map(|dependency| dependency["name"].as_str());
        let mut names: Vec<String> = names.filter(|name| ours.contains(name)).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        edges.insert(package["name"].as_str().ok_or("no name")?.to_owned(), names);
    }
    Ok(edges)
}

#[test]
fn dependencies_go_one_way() -> Outcome {
    let edges = edges()?;
    for (package, allowed) in [
        ("onggi-pickle", &[][..]),
        ("onggi-sql", &[]),
        ("onggi-derive", &[]),
        ("onggi-driver", &["onggi-sql"]),
        ("onggi-cli", &["onggi-pickle"]),
        ("onggi", &["onggi-derive", "onggi-driver", "onggi-pickle", "onggi-sql"]),
    ] {
        let dependencies = edges.get(package).ok_or(package)?;
        assert_eq!(dependencies, allowed, "dependencies of {package}");
    }
    Ok(())
}

/// Faces, the suite and the chores stand on the ORM; nothing stands on them.
#[test]
fn only_faces_depend_on_the_orm() -> Outcome {
    const FACES: [&str; 4] = ["onggi-cli", "onggi-python", "onggi-conformance", "xtask"];
    for (package, dependencies) in edges()? {
        let on_orm = dependencies.iter().any(|name| name == "onggi");
        assert!(!on_orm || FACES.contains(&package.as_str()), "{package} depends on onggi");
        let on_face = dependencies.iter().find(|name| FACES.contains(&name.as_str()));
        assert_eq!(on_face, None, "{package} depends on a face");
    }
    Ok(())
}

/// A line of code, with where it is.
struct Line {
    place: String,
    code: String,
}

/// The lines of a folder's Rust files, without comments and without tests.
fn code(folder: &str) -> Result<Vec<Line>, Box<dyn std::error::Error>> {
    let (mut open, mut lines) = (vec![root().join(folder)], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in
                (1..).zip(code.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
            {
                let code = line.split(" // ").next().unwrap_or_default().to_owned();
                lines.push(Line { place: format!("{}:{number}", path.display()), code });
            }
        }
    }
    assert!(lines.len() > 100, "only {} lines in {folder}", lines.len());
    Ok(lines)
}

/// Words that SQL is made of, in capitals as they are written everywhere here.
const SQL: [&str; 22] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "FROM",
    "WHERE",
    "VALUES",
    "ORDER BY",
    "LIMIT",
    "RETURNING",
    "CREATE",
    "DROP",
    "ALTER",
    "PRAGMA",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "COLLATE",
    "JOIN",
    "EXISTS",
];

fn sql_in(text: &str) -> Option<&'static str> {
    let is_word = |start: usize, end: usize| {
        let letter =
            |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || "_-".contains(c));
        !letter(text[..start].chars().next_back()) && !letter(text[end..].chars().next())
    };
    SQL.into_iter().find(|word| text.match_indices(word).any(|(start, _)| is_word(start, start + word.len())))
}

#[test]
fn the_orm_has_no_sql_in_it() -> Outcome {
    for line in code("crates/orm/src")? {
        assert_eq!(sql_in(&line.code), None, "{}: {}", line.place, line.code.trim());
    }
    Ok(())
}

#[test]
fn the_orm_names_no_database() -> Outcome {
    for line in code("crates/orm/src")?.iter().filter(|line| !line.code.trim_start().starts_with("#[cfg")) {
        let code = line.code.to_lowercase();
        for name in ["sqlite", "postgres", "mysql", "mariadb"] {
            assert!(!code.contains(name), "{}: {}", line.place, line.code.trim());
        }
    }
    Ok(())
}

/// What a back end asks its own database goes by the client library's calls.
#[test]
fn the_driver_has_no_sql_in_it() -> Outcome {
    for line in code("crates/driver/src")? {
        assert_eq!(sql_in(&line.code), None, "{}: {}", line.place, line.code.trim());
    }
    Ok(())
}

#[test]
fn back_ends_do_not_know_each_other() -> Outcome {
    let back_ends: Vec<String> = fs::read_dir(root().join("crates/driver/src"))?
        .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != "net" && name != "pool")
        .collect();
    assert!(back_ends.iter().any(|name| name == "sqlite"));
    for own in &back_ends {
        for line in code(&format!("crates/driver/src/{own}"))? {
            for other in back_ends.iter().filter(|other| *other != own) {
                assert!(!line.code.contains(other.as_str()), "{}: {}", line.place, line.code.trim());
            }
        }
    }
    Ok(())
}

#[test]
fn one_file_is_unsafe() -> Outcome {
    let mut places = Vec::new();
    for package in ["cli", "conformance", "derive", "driver", "orm", "pickle", "sql"] {
        let lines = code(&format!("crates/{package}/src"))?.into_iter();
        places.extend(lines.filter(|line| line.code.contains("allow(unsafe")).map(|line| line.place));
    }
    let [only] = &places[..] else { return Err(format!("unsafe code is allowed at {places:?}").into()) };
    assert!(only.contains("driver/src/sqlite/connection.rs"), "unsafe code is allowed at {only}");
    Ok(())
}

#[test]
fn the_sql_and_pickle_crates_touch_no_system() -> Outcome {
    for folder in ["crates/sql/src", "crates/pickle/src"] {
        for line in code(folder)? {
            for module in ["std::fs", "std::net", "std::process", "std::env", "std::thread", "std::io::stdin"]
            {
                assert!(!line.code.contains(module), "{}: {}", line.place, line.code.trim());
            }
        }
    }
    for line in code("crates/sql/src")? {
        assert!(!line.code.contains("std::io"), "{}: {}", line.place, line.code.trim());
    }
    Ok(())
}

/// The words that the other tests look for are found where they are.
#[test]
fn sql_is_recognised() {
    assert_eq!(sql_in("UPDATE users SET x = 1"), Some("UPDATE"));
    assert_eq!(sql_in("a PRAGMA"), Some("PRAGMA"));
    assert_eq!(sql_in("UPDATED, SELECTION, an update of_WHERE"), None);
}
