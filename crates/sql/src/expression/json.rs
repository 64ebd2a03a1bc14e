use std::fmt::Write as _;

/// A step into a JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonStep<'a> {
    /// To an object's value of this key.
    Key(&'a str),
    /// To an array's element, counted from 0.
    Index(u32),
}

/// A path into a JSON document as the functions of JSON take it, to be bound as a value: `$."a"[0]`.
///
/// ```
/// use onggi_sql::{JsonStep, json_path};
///
/// assert_eq!(json_path([JsonStep::Key("tags"), JsonStep::Index(0)]), r#"$."tags"[0]"#);
/// ```
pub fn json_path<'a>(steps: impl IntoIterator<Item = JsonStep<'a>>) -> String {
    let mut path = String::from("$");
    for step in steps {
        match step {
            JsonStep::Key(key) => push_key(&mut path, key),
            // Writing to a String cannot fail.
            JsonStep::Index(index) => drop(write!(path, "[{index}]")),
        }
    }
    path
}

/// A key as JSON writes it, between quotes, with the short escapes where there are any: MariaDB compares what is written.
fn push_key(path: &mut String, key: &str) {
    path.push_str(".\"");
    for character in key.chars() {
        match character {
            '"' | '\\' => path.extend(['\\', character]),
            // As documents have them in general: MariaDB takes them for the same where they are written the same.
            '\x08' => path.push_str("\\b"),
            '\t' => path.push_str("\\t"),
            '\n' => path.push_str("\\n"),
            '\x0c' => path.push_str("\\f"),
            '\r' => path.push_str("\\r"),
            '\0'..='\x1f' => drop(write!(path, "\\u{:04x}", u32::from(character))),
            other => path.push(other),
        }
    }
    path.push('"');
}
