//! Names that mean danger wherever they stand, and how patterns of names match.

/// Modules that no class has as an attribute by chance: reaching one is dangerous wherever it is reached.
#[rustfmt::skip]
pub(super) const STRONG: &[&str] = &[
    "os", "sys", "subprocess", "builtins", "__builtin__", "posix", "nt", "pty", "shutil", "socket", "importlib", "imp",
    "runpy", "ctypes", "marshal", "commands", "popen2", "multiprocessing", "pickle", "cPickle", "webbrowser",
    "tempfile", "bltns", "pkgutil", "pydoc", "pdb", "bdb", "timeit", "linecache", "gc", "inspect", "cffi",
];

/// Other names under which modules of the standard library import each other.
pub(super) const ALIASES: &[(&str, &str)] =
    &[("bltns", "builtins"), ("pyprofile", "profile"), ("importlib_machinery", "importlib")];

/// Prefixes of copies that libraries carry of others.
pub(super) const VENDORED: &[&str] =
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

/// Attributes of functions, frames and generators that lead to the names around them.
#[rustfmt::skip]
const LEADING: &[&str] = &[
    "f_globals", "f_builtins", "f_locals", "f_back", "f_code", "tb_frame", "gi_frame", "gi_code", "cr_frame", "cr_code",
    "ag_frame", "ag_code", "func_globals", "func_code", "func_closure", "im_func", "im_self", "im_class",
];

/// `__builtins__`, `__globals__`, `__reduce__`: all but the few that tell a name or compare.
pub(super) fn is_special(segment: &str) -> bool {
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

pub(super) fn is_suspicious(name: &str) -> bool {
    let bare = name.trim_start_matches('_');
    SUSPICIONS.iter().any(|pattern| matches(pattern, bare))
}

pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(middle), Some(_)) => name.contains(middle.trim_end_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}
