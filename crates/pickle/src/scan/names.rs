//! What a name in a pickle is good for: a table of modules (`names.txt`), and how a name is looked up in it.

mod frequent;
mod table;
mod words;

use std::borrow::Cow;

pub(super) use self::frequent::{Frequent, frequent};
use self::table::{Module, Rest, TABLE};
use self::words::{ALIASES, STRONG, VENDORED, is_special, is_suspicious};
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

pub(super) const HARMLESS: &str = "a harmless type or function";
const LIBRARY: &str = "a type of a known library";
const UNKNOWN: &str = "not known to be harmless";
pub(super) const APPLICATION: &str = "belongs to an application: what it does is not known";
const NO_NAME: &str = "is no name that Python code has";
const DEPENDS: &str = "depends on what it is called with";
pub(super) const SPECIAL: &str = "a special attribute that leads to anything";
const SUSPICIOUS: &str = "named like something that loads, runs, opens or imports";
const REACHED: &str = "a dangerous module, reached through another one";

const fn plain(grade: Grade, reason: &'static str) -> Judgement {
    Judgement { grade, reason, meaning: None }
}

const fn dangerous(reason: &'static str) -> Judgement {
    plain(Grade::Dangerous, reason)
}

/// What a global is good for. The name may be dotted: attributes of attributes.
pub(super) fn judge(module: &str, name: &str) -> Judgement {
    match frequent(module, name) {
        Some(frequent) => frequent.judgement,
        None => work_out(module, name),
    }
}

fn work_out(module: &str, name: &str) -> Judgement {
    if !is_dotted_name(module) || !is_dotted_name(name) {
        return plain(Grade::Unknown, NO_NAME);
    }
    let mut module = Cow::Borrowed(vendored(module));
    let mut path = name;
    let mut entered = false;
    // Each round either ends or goes over to a module that one of the segments names.
    loop {
        match step(find(&module), &module, path) {
            Step::Is(judgement) if entered => {
                return Judgement { grade: judgement.grade.max(Grade::Unknown), ..judgement };
            }
            Step::Is(judgement) => return judgement,
            Step::Enter { target, rest } => {
                entered = true;
                module = target;
                let Some(rest) = rest else { return itself(&module) };
                path = rest;
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
    let mut starts = true; // an identifier, with the next byte
    for byte in text.bytes() {
        match byte {
            b'.' | b'0'..=b'9' if starts => return false,
            b'.' => starts = true,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => starts = false,
            _ => return false,
        }
    }
    !starts
}

enum Step<'n> {
    Is(Judgement),
    /// A segment names a module; what follows it.
    Enter {
        target: Cow<'n, str>,
        rest: Option<&'n str>,
    },
}

/// Looks a path of segments up in a module.
fn step<'n>(known: Option<&'static Module>, module: &str, path: &'n str) -> Step<'n> {
    if let Some(listed) = known.and_then(|known| known.listed(path)) {
        return Step::Is(listed);
    }
    if let (Some(known), Some((first, rest))) = (known, path.split_once('.')) {
        let submodule = [module, ".", first].concat();
        if TABLE.get(&submodule).is_some() {
            return Step::Enter { target: Cow::Owned(submodule), rest: Some(rest) };
        }
        if let Some(judgement) = known.listed(first).filter(|first| first.grade == Grade::Dangerous) {
            return Step::Is(judgement);
        }
    }
    if path.split('.').any(is_special) {
        return Step::Is(dangerous(SPECIAL));
    }
    let mut left = Some(path);
    while let Some(segments) = left {
        let (segment, rest) =
            segments.split_once('.').map_or((segments, None), |(one, rest)| (one, Some(rest)));
        if let Some(target) = named_module(segment, rest.is_none()) {
            return Step::Enter { target: Cow::Borrowed(target), rest };
        }
        left = rest;
    }
    Step::Is(known.map_or_else(|| application(path), |known| known.rest(path)))
}

/// The module of the standard library that an attribute of this name is, if it can be nothing else.
fn named_module(segment: &str, last: bool) -> Option<&str> {
    let name = segment.trim_start_matches('_');
    let name = ALIASES.iter().find(|alias| alias.0 == name).map_or(name, |alias| alias.1);
    let strong = STRONG.contains(&name);
    let is_standard = || {
        TABLE
            .get(name)
            .is_some_and(|module| matches!(module.rest, Rest::Fixed(rest) if rest.reason != HARMLESS))
    };
    (strong || (!last && is_standard())).then_some(name)
}

fn application(path: &str) -> Judgement {
    worse(plain(Grade::Unknown, APPLICATION), judge_attribute(path))
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
    let is_dot = |byte: &u8| *byte == b'.';
    let mut dots = module.bytes().enumerate().filter(|(_, byte)| is_dot(byte));
    let mut end = dots.nth(7).map_or(module.len(), |(dot, _)| dot);
    loop {
        if let Some(found) = TABLE.get(&module[..end]) {
            return Some(found);
        }
        end = module.as_bytes()[..end].iter().rposition(is_dot)?;
    }
}

fn vendored(module: &str) -> &str {
    VENDORED.iter().find_map(|prefix| module.strip_prefix(prefix)).unwrap_or(module)
}

#[cfg(test)]
mod tests {
    use super::*;

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
