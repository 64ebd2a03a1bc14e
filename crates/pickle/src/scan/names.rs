//! What a name in a pickle is good for: a table of modules (`names.txt`), and how a name is looked up in it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Grade;

/// What is known about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) grade: Grade,
    pub(super) reason: &'static str,
    /// What a call does, where that depends on its arguments.
    pub(super) meaning: Option<Meaning>,
}

/// A function whose danger lies in its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// `getattr(object, name)`.
    Getattr,
    /// `attrgetter(path…)`.
    AttrGetter,
    /// `methodcaller(name, …)`.
    MethodCaller,
    /// `itemgetter(key…)`.
    ItemGetter,
    /// `partial(function, …)`.
    Partial,
    /// Calls what it is given.
    Calls,
    /// `pickle.loads(bytes)`.
    Loads,
    /// As `loads`, of a library that has its own values loaded so.
    Reloads,
    /// `codecs.encode(text, codec)`.
    Encode,
    /// `copyreg.__newobj__(class, …)`.
    New,
    /// Looks a name up in `types`.
    BuiltinType,
    /// Imports a module by its name.
    Import,
    /// Calls a method of the current Celery application by its dotted name.
    AppAttribute,
}

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

pub(super) const HARMLESS: &str = "a harmless type or function";
const LIBRARY: &str = "a type of a known library";
const UNKNOWN: &str = "not known to be harmless";
pub(super) const APPLICATION: &str = "belongs to an application: what it does is not known";
const NO_NAME: &str = "is no name that Python code has";
const DEPENDS: &str = "depends on what it is called with";
pub(super) const SPECIAL: &str = "a special attribute that leads to anything";
const SUSPICIOUS: &str = "named like something that loads, runs, opens or imports";
const REACHED: &str = "a dangerous module, reached through another one";

/// Modules that no class has as an attribute by chance: reaching one is dangerous wherever it is reached.
#[rustfmt::skip]
const STRONG: &[&str] = &[
    "os", "sys", "subprocess", "builtins", "__builtin__", "posix", "nt", "pty", "shutil", "socket", "importlib", "imp",
    "runpy", "ctypes", "marshal", "commands", "popen2", "multiprocessing", "pickle", "cPickle", "webbrowser",
    "tempfile", "bltns", "pkgutil", "pydoc", "pdb", "bdb", "timeit", "linecache", "gc", "inspect", "cffi",
];

/// Other names under which modules of the standard library import each other.
const ALIASES: &[(&str, &str)] =
    &[("bltns", "builtins"), ("pyprofile", "profile"), ("importlib_machinery", "importlib")];

/// Prefixes of copies that libraries carry of others.
const VENDORED: &[&str] =
    &["joblib.externals.", "sklearn.externals.", "requests.packages.", "celery.five.", "kombu.five."];

/// Functions and methods of libraries that are dangerous by what they are called. A `*` stands at an end.
#[rustfmt::skip]
const SUSPICIONS: &[&str] = &[
    "load", "loads", "load_*", "loadtxt", "*_load", "unpickle", "*_unpickle", "unpickle_*", "read", "read_*", "open", "open_*",
    "*_open", "save", "save_*", "dump", "dump_*", "write", "write_*", "to_pickle", "to_csv", "to_hdf", "to_sql", "eval",
    "eval_*", "*_eval", "exec", "exec_*", "*_exec", "execute", "execute_*", "execfile", "execv*", "execl*", "run", "run_*",
    "*_run", "system", "popen*", "*_popen", "spawn*", "fork*", "call_command", "check_output", "check_call", "getoutput",
    "getstatusoutput", "compile", "compile_*", "import_*", "*_import", "*import_module*", "*import_string*", "subimport",
    "shell*", "*_shell", "*command*", "*subprocess*", "urlopen", "urlretrieve", "download*", "fetch_*", "get_file",
    "extract*", "unpack_archive", "rmtree", "unlink", "remove_*", "rmdir", "mkdir", "rename", "chmod", "main", "runstring",
    "fromfile", "from_file", "from_filename", "tofile", "deserialize*", "connect", "request", "execWrapper", "runcode",
    "runsource", "runcommand", "runctx", "runcall", "runfile", "load_module", "exec_module", "find_spec", "write_text",
    "write_bytes", "read_text", "read_bytes", "start_server", "listen", "interact", "loadlib*", "dlopen", "getlincoef",
];

struct Module {
    rest: Rest,
    exact: HashMap<&'static str, Judgement>,
    /// Names with a `*` at the start or the end.
    patterns: Vec<(&'static str, Judgement)>,
}

#[derive(Clone, Copy)]
enum Rest {
    /// Classes are library types; functions are unknown, and dangerous if their name is suspicious.
    Library,
    Fixed(Judgement),
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("names.txt")));

struct Table {
    modules: Vec<Module>,
    index: HashMap<&'static str, usize>,
}

const fn plain(grade: Grade, reason: &'static str) -> Judgement {
    Judgement { grade, reason, meaning: None }
}

const fn dangerous(reason: &'static str) -> Judgement {
    plain(Grade::Dangerous, reason)
}

/// What a global is good for. The name may be dotted: attributes of attributes.
pub(super) fn judge(module: &str, name: &str) -> Judgement {
    if !is_dotted_name(module) || !is_dotted_name(name) {
        return plain(Grade::Unknown, NO_NAME);
    }
    let segments: Vec<&str> = name.split('.').collect();
    let mut module = vendored(module).to_owned();
    let mut at = 0;
    let mut entered = false;
    // Each round either ends or goes over to a module that one of the segments names.
    loop {
        let known = find(&module);
        match step(known, &module, &segments[at..]) {
            Step::Is(judgement) if entered => {
                return Judgement { grade: judgement.grade.max(Grade::Unknown), ..judgement };
            }
            Step::Is(judgement) => return judgement,
            Step::Enter { count, target } => {
                entered = true;
                at += count;
                module = target;
                if at == segments.len() {
                    return itself(&module);
                }
            }
        }
    }
}

/// Whether the table has an entry that covers a module.
pub(super) fn is_known(module: &str) -> bool {
    find(module).is_some()
}

/// What importing a module by name is good for.
pub(super) fn judge_module(module: &str) -> Judgement {
    if is_dotted_name(module) { itself(vendored(module)) } else { plain(Grade::Unknown, NO_NAME) }
}

/// Whether an attribute may be looked up on an object that is not known: `.os` and `.__globals__` may not.
pub(super) fn judge_attribute(name: &str) -> Judgement {
    if name.split('.').any(is_special) {
        return dangerous(SPECIAL);
    }
    if name.split('.').any(|segment| STRONG.contains(&segment.trim_start_matches('_'))) {
        return dangerous(REACHED);
    }
    match name.rsplit('.').next() {
        Some("system" | "popen" | "eval" | "exec" | "import_module" | "load_module" | "exec_module") => {
            dangerous(SUSPICIOUS)
        }
        _ => plain(Grade::Unknown, UNKNOWN),
    }
}

/// As [`judge_attribute`], for objects of builtin and library types: their methods are known by name.
pub(super) fn judge_method(name: &str) -> Judgement {
    let judgement = judge_attribute(name);
    match name.rsplit('.').next() {
        Some(last) if is_suspicious(last) => worse(judgement, dangerous(SUSPICIOUS)),
        _ => judgement,
    }
}

/// The worse of two; the first when they are equal.
pub(super) fn worse(first: Judgement, second: Judgement) -> Judgement {
    if second.grade > first.grade { second } else { first }
}

/// Identifiers of ASCII with dots between them. Python allows others, but no module that is known has them.
pub(super) fn is_dotted_name(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(is_identifier)
}

fn is_identifier(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

enum Step {
    Is(Judgement),
    /// The first `count` segments name a module.
    Enter {
        count: usize,
        target: String,
    },
}

fn step(known: Option<&'static Module>, module: &str, segments: &[&str]) -> Step {
    let whole = segments.join(".");
    if let Some(listed) = known.and_then(|known| known.listed(&whole)) {
        return Step::Is(listed);
    }
    if segments.len() > 1 {
        let submodule = format!("{module}.{}", segments[0]);
        if known.is_some() && TABLE.get(&submodule).is_some() {
            return Step::Enter { count: 1, target: submodule };
        }
    }
    if let Some(judgement) = segments.first().and_then(|first| known?.listed(first))
        && judgement.grade == Grade::Dangerous
    {
        return Step::Is(judgement);
    }
    if segments.iter().any(|segment| is_special(segment)) {
        return Step::Is(dangerous(SPECIAL));
    }
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        if let Some(target) = named_module(segment, last) {
            return Step::Enter { count: index + 1, target };
        }
    }
    Step::Is(known.map_or_else(|| application(segments), |known| known.rest(segments)))
}

/// The module of the standard library that an attribute of this name is, if it can be nothing else.
fn named_module(segment: &str, last: bool) -> Option<String> {
    let name = segment.trim_start_matches('_');
    let name = ALIASES.iter().find(|alias| alias.0 == name).map_or(name, |alias| alias.1);
    let strong = STRONG.contains(&name);
    let is_standard = || {
        TABLE
            .get(name)
            .is_some_and(|module| matches!(module.rest, Rest::Fixed(rest) if rest.reason != HARMLESS))
    };
    (strong || (!last && is_standard())).then(|| name.to_owned())
}

fn application(segments: &[&str]) -> Judgement {
    worse(plain(Grade::Unknown, APPLICATION), judge_attribute(&segments.join(".")))
}

/// The module object itself, as a value.
fn itself(module: &str) -> Judgement {
    match find(module).map(|known| known.rest) {
        Some(Rest::Fixed(rest)) if rest.grade == Grade::Dangerous => rest,
        Some(_) => plain(Grade::Unknown, UNKNOWN),
        None => plain(Grade::Unknown, APPLICATION),
    }
}

/// The entry of a module, or of the package around it.
fn find(module: &str) -> Option<&'static Module> {
    let mut end = module.match_indices('.').map(|dot| dot.0).nth(7).unwrap_or(module.len());
    loop {
        if let Some(found) = TABLE.get(&module[..end]) {
            return Some(found);
        }
        end = module[..end].rfind('.')?;
    }
}

fn vendored(module: &str) -> &str {
    VENDORED.iter().find_map(|prefix| module.strip_prefix(prefix)).unwrap_or(module)
}

/// Attributes of functions, frames and generators that lead to the names around them.
#[rustfmt::skip]
const LEADING: &[&str] = &[
    "f_globals", "f_builtins", "f_locals", "f_back", "f_code", "tb_frame", "gi_frame", "gi_code", "cr_frame", "cr_code",
    "ag_frame", "ag_code", "func_globals", "func_code", "func_closure", "im_func", "im_self", "im_class",
];

/// `__builtins__`, `__globals__`, `__reduce__`: all but the few that tell a name or compare.
fn is_special(segment: &str) -> bool {
    if LEADING.contains(&segment) {
        return true;
    }
    let inner = segment.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    inner.is_some_and(|inner| {
        !matches!(
            inner,
            "new"
                | "init"
                | "name"
                | "qualname"
                | "doc"
                | "module"
                | "eq"
                | "ne"
                | "lt"
                | "le"
                | "gt"
                | "ge"
                | "len"
                | "hash"
                | "repr"
                | "str"
                | "bool"
                | "int"
                | "float"
                | "add"
                | "sub"
                | "mul"
                | "contains"
                | "version"
        )
    })
}

fn is_suspicious(name: &str) -> bool {
    let bare = name.trim_start_matches('_');
    SUSPICIONS.iter().any(|pattern| matches(pattern, bare))
}

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(middle), Some(_)) => name.contains(middle.trim_end_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}

impl Module {
    fn listed(&self, name: &str) -> Option<Judgement> {
        let pattern = || {
            let mut found = self.patterns.iter().filter(|pattern| matches(pattern.0, name));
            found.next().map(|pattern| pattern.1)
        };
        let special = name.contains("__") && name.split('.').any(is_special);
        self.exact.get(name).copied().or_else(|| if special { None } else { pattern() })
    }

    /// What a name is that no line lists.
    fn rest(&self, segments: &[&str]) -> Judgement {
        let first = segments.first().copied().unwrap_or_default();
        let last = segments.last().copied().unwrap_or_default();
        let is_class =
            |name: &str| name.trim_start_matches('_').starts_with(|first: char| first.is_ascii_uppercase());
        if segments.len() > 1 {
            let class = self.listed(first).unwrap_or_else(|| self.rest(&segments[..1]));
            let constant = last.bytes().all(|byte| !byte.is_ascii_lowercase());
            return match self.rest {
                _ if class.grade == Grade::Dangerous => class,
                _ if constant => Judgement { meaning: None, ..class },
                Rest::Fixed(rest) if rest.grade == Grade::Dangerous => rest,
                _ if is_suspicious(last) => dangerous(SUSPICIOUS),
                _ if is_class(last) => class,
                _ => plain(Grade::Unknown, UNKNOWN),
            };
        }
        match self.rest {
            Rest::Fixed(rest) => rest,
            Rest::Library if is_class(last) => plain(Grade::Library, LIBRARY),
            Rest::Library if is_suspicious(last) => dangerous(SUSPICIOUS),
            Rest::Library => plain(Grade::Unknown, UNKNOWN),
        }
    }
}

fn reason(word: &str) -> Option<Judgement> {
    REASONS.iter().find(|row| row.0 == word).map(|row| dangerous(row.1))
}

impl Table {
    /// Reads the table. What makes no sense in it is found by the tests.
    fn parse(text: &'static str) -> Self {
        let (mut modules, mut index) = (Vec::new(), HashMap::new());
        for block in blocks(text) {
            for name in block.names {
                index.entry(name).or_insert(modules.len());
            }
            modules.push(block.module);
        }
        Self { modules, index }
    }

    fn get(&self, module: &str) -> Option<&Module> {
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
            let module = Module { rest: rest_of(rest), exact: HashMap::new(), patterns: Vec::new() };
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

    #[test]
    fn every_line_of_the_table_makes_sense() {
        let text = include_str!("names.txt");
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

    #[test]
    fn modules_are_seen_through_attributes() {
        for (module, name) in [
            ("collections", "abc.sys.modules"),
            ("enum", "bltns.eval"),
            ("random", "_os.system"),
            ("logging", "os"),
            ("numpy", "core._internal.sys.modules"),
            ("app.models", "os.system"),
            ("app.models", "User.__init__.__globals__"),
            ("numpy", "__builtins__"),
            ("app", "__builtins__"),
            ("torch", "utils.bottleneck.__main__.run_cprofile"),
            ("joblib.externals.cloudpickle.cloudpickle", "_make_function"),
        ] {
            assert_eq!(judge(module, name).grade, Grade::Dangerous, "{module}.{name}");
        }
        assert_eq!(judge("fractions", "operator.attrgetter").meaning, Some(Meaning::AttrGetter));
        assert_eq!(judge("app.models", "Outer.Inner").grade, Grade::Unknown);
        assert_eq!(judge("datetime", "datetime.fromisoformat").grade, Grade::Harmless);
        assert_eq!(judge("pathlib", "Path.write_text").grade, Grade::Dangerous);
        assert_eq!(judge("signal", "Signals.SIGINT").grade, Grade::Harmless);
    }

    #[test]
    fn names_that_cannot_exist_are_unknown() {
        for (module, name) in
            [("оs", "system"), ("os ", "system"), ("", "x"), ("os", ""), ("os", "a..b"), ("OS", "System")]
        {
            assert_eq!(judge(module, name).grade, Grade::Unknown, "{module:?}.{name:?}");
        }
    }
}
