//! The table of modules (`names.txt`), as it is written and as it is asked.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::words::{is_special, is_suspicious, matches};
use super::{DEPENDS, HARMLESS, Judgement, LIBRARY, Meaning, SUSPICIOUS, UNKNOWN, dangerous, plain};
use crate::scan::Grade;

#[rustfmt::skip]
const MEANINGS: &[(&str, Meaning)] = &[
    ("getattr", Meaning::Getattr),
    ("attrgetter", Meaning::AttrGetter),
    ("methodcaller", Meaning::MethodCaller),
    ("itemgetter", Meaning::ItemGetter),
    ("partial", Meaning::Partial),
    ("calls", Meaning::Calls),
    ("loads", Meaning::Loads),
    ("reloads", Meaning::Reloads),
    ("encode", Meaning::Encode),
    ("new", Meaning::New),
    ("builtin_type", Meaning::BuiltinType),
    ("import", Meaning::Import),
    ("appattr", Meaning::AppAttribute),
];

/// Why something is dangerous: the word in the table, what is said.
#[rustfmt::skip]
const REASONS: &[(&str, &str)] = &[
    ("command", "can run commands"),
    ("code", "can run code"),
    ("file", "can read or change files"),
    ("network", "can reach the network"),
    ("import", "imports modules or reaches anything by its name"),
    ("pickle", "loads pickles of its own"),
    ("interpreter", "changes the interpreter, or shows its inside"),
    ("process", "starts or steers processes and threads"),
    ("native", "reaches memory or native code"),
    ("imported", "importing the module runs code at once"),
    ("stdlib", "belongs to a module of the standard library that pickles have no use for"),
];

pub(super) struct Module {
    pub(super) rest: Rest,
    exact: Names<Judgement>,
    /// Names with a `*` at the start or the end.
    patterns: Vec<(&'static str, Judgement)>,
}

#[derive(Clone, Copy)]
pub(super) enum Rest {
    /// Classes are library types; functions are unknown, and dangerous if their name is suspicious.
    Library,
    Fixed(Judgement),
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("../names.txt")));

pub(super) struct Table {
    modules: Vec<Module>,
    index: Names<usize>,
}

/// What is known by names. They are fixed, so that names in pickles cannot make them collide.
type Names<T> = HashMap<&'static str, T, BuildHasherDefault<NameHasher>>;

/// Eight bytes at a time: short names are looked up in less time than the hasher of the standard library needs to begin.
#[derive(Default)]
pub(super) struct NameHasher(u64);

impl NameHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        self.mix(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }

    /// What the standard library puts behind a text: names differ without it.
    fn write_u8(&mut self, _byte: u8) {}

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

impl Module {
    pub(super) fn listed(&self, name: &str) -> Option<Judgement> {
        let pattern = || {
            let mut found = self.patterns.iter().filter(|pattern| matches(pattern.0, name));
            found.next().map(|pattern| pattern.1)
        };
        let special = || name.contains("__") && name.split('.').any(is_special);
        self.exact.get(name).copied().or_else(|| if special() { None } else { pattern() })
    }

    /// What a name is that no line lists.
    pub(super) fn rest(&self, path: &str) -> Judgement {
        match (path.split_once('.'), self.rest) {
            (Some((first, _)), _) => self.attribute(first, path.rsplit('.').next().unwrap_or_default()),
            (None, Rest::Fixed(rest)) => rest,
            (None, Rest::Library) if is_class(path) => plain(Grade::Library, LIBRARY),
            (None, Rest::Library) if is_suspicious(path) => dangerous(SUSPICIOUS),
            (None, Rest::Library) => plain(Grade::Unknown, UNKNOWN),
        }
    }

    /// What an attribute of a class is.
    fn attribute(&self, class: &str, name: &str) -> Judgement {
        let class = self.listed(class).unwrap_or_else(|| self.rest(class));
        let constant = name.bytes().all(|byte| !byte.is_ascii_lowercase());
        match self.rest {
            _ if class.grade == Grade::Dangerous => class,
            _ if constant => Judgement { meaning: None, ..class },
            Rest::Fixed(rest) if rest.grade == Grade::Dangerous => rest,
            _ if is_suspicious(name) => dangerous(SUSPICIOUS),
            _ if is_class(name) => class,
            _ => plain(Grade::Unknown, UNKNOWN),
        }
    }
}

fn is_class(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(|first: char| first.is_ascii_uppercase())
}

fn reason(word: &str) -> Option<Judgement> {
    REASONS.iter().find(|row| row.0 == word).map(|row| dangerous(row.1))
}

impl Table {
    /// Reads the table. What makes no sense in it is found by the tests.
    fn parse(text: &'static str) -> Self {
        let (mut modules, mut index) = (Vec::new(), Names::default());
        for block in blocks(text) {
            for name in block.names {
                index.entry(name).or_insert(modules.len());
            }
            modules.push(block.module);
        }
        Self { modules, index }
    }

    pub(super) fn get(&self, module: &str) -> Option<&Module> {
        self.index.get(module).and_then(|index| self.modules.get(*index))
    }
}

struct Block {
    names: Vec<&'static str>,
    module: Module,
}

fn blocks(text: &'static str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut names: Vec<&'static str> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let open = !names.is_empty();
        if !open && line.starts_with(' ') {
            if let Some(Block { module, .. }) = blocks.last_mut() {
                item(module, line.trim());
            }
            continue;
        }
        let (left, rest) =
            line.split_once('=').map_or((line, None), |(left, rest)| (left, Some(rest.trim())));
        names.extend(left.split_whitespace());
        if let Some(rest) = rest {
            let module = Module { rest: rest_of(rest), exact: Names::default(), patterns: Vec::new() };
            blocks.push(Block { names: std::mem::take(&mut names), module });
        }
    }
    blocks
}

fn rest_of(word: &str) -> Rest {
    match word {
        "library" => Rest::Library,
        "harmless" => Rest::Fixed(plain(Grade::Harmless, HARMLESS)),
        word => Rest::Fixed(reason(word).unwrap_or(plain(Grade::Unknown, UNKNOWN))),
    }
}

fn item(module: &mut Module, line: &'static str) {
    let (sign, rest) = line.split_at(1);
    let (word, names) = rest.split_once(": ").unwrap_or(("", rest));
    let meaning = MEANINGS.iter().find(|row| row.0 == word.trim()).map(|row| row.1);
    let judgement = match sign {
        "+" => plain(Grade::Harmless, HARMLESS),
        "=" => plain(Grade::Library, LIBRARY),
        "!" => reason(word.trim()).unwrap_or(dangerous(SUSPICIOUS)),
        "@" => Judgement { grade: Grade::Harmless, reason: DEPENDS, meaning },
        _ => plain(Grade::Unknown, UNKNOWN),
    };
    for name in names.split_whitespace() {
        if name.contains('*') {
            module.patterns.push((name, judgement));
        } else {
            module.exact.insert(name, judgement);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::names::is_dotted_name;

    #[test]
    fn every_line_of_the_table_makes_sense() {
        let text = include_str!("../names.txt");
        let mut modules = std::collections::HashSet::new();
        for block in blocks(text) {
            for name in block.names {
                assert!(is_dotted_name(name), "{name}");
                assert!(modules.insert(name), "{name} has two entries");
            }
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["!", word, ..] => assert!(reason(word.trim_end_matches(':')).is_some(), "{line}"),
                ["@", word, ..] => {
                    assert!(MEANINGS.iter().any(|row| Some(row.0) == word.strip_suffix(':')), "{line}");
                }
                [.., "=", rest] if !line.starts_with("  +") && words[0] != "=" => {
                    let known = ["library", "harmless", "unknown"].contains(rest) || reason(rest).is_some();
                    assert!(known, "{line}");
                }
                _ => {}
            }
        }
    }
}
