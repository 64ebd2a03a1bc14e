//! Fields of indexes, and parts of pickles in them: `data.at("city").at(3)`.

use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitInt, LitStr, Result, Token, parenthesized};

/// A field, or a part of what it holds.
pub struct Place {
    pub field: Ident,
    /// The path of the part, in the one text that it has.
    pub path: Option<String>,
}

impl Place {
    /// What follows the name of a field.
    pub fn parse_after(field: Ident, input: ParseStream<'_>) -> Result<Place> {
        let mut path = None;
        while input.parse::<Option<Token![.]>>()?.is_some() {
            let method: Ident = input.parse()?;
            if method != "at" {
                return Err(syn::Error::new(method.span(), "unknown"));
            }
            let step;
            parenthesized!(step in input);
            push(path.get_or_insert_with(|| String::from("$")), &step.parse::<Step>()?);
            if !step.is_empty() {
                return Err(step.error("unknown"));
            }
        }
        Ok(Place { field, path })
    }
}

enum Step {
    Name(String),
    Index(i64),
}

impl Parse for Step {
    fn parse(input: ParseStream<'_>) -> Result<Step> {
        if input.peek(LitStr) {
            return Ok(Step::Name(input.parse::<LitStr>()?.value()));
        }
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let index: i64 = input.parse::<LitInt>()?.base10_parse()?;
        Ok(Step::Index(if negative { -index } else { index }))
    }
}

/// Adds a step as `onggi::pickle::ValuePath` writes it, which queries use: only equal texts are the same index.
fn push(path: &mut String, step: &Step) {
    match step {
        Step::Index(index) => path.push_str(&format!("[{index}]")),
        Step::Name(name) if is_plain(name) => path.push_str(&format!(".{name}")),
        Step::Name(name) => {
            path.push_str("[\"");
            name.chars().for_each(|character| push_quoted(path, character));
            path.push_str("\"]");
        }
    }
}

fn is_plain(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn push_quoted(path: &mut String, character: char) {
    match character {
        '"' | '\\' => path.extend(['\\', character]),
        '\n' => path.push_str("\\n"),
        '\r' => path.push_str("\\r"),
        '\t' => path.push_str("\\t"),
        '\u{8}' => path.push_str("\\b"),
        '\u{c}' => path.push_str("\\f"),
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
            path.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
        other => path.push(other),
    }
}
