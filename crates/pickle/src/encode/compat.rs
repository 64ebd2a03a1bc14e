//! Names that changed between Python 2 and 3: CPython's `_compat_pickle`, both ways.
//!
//! Pickles of protocol 0 to 2 carry Python 2 names, later ones Python 3 names.

use crate::graph::Global;

/// Modules: Python 2, Python 3.
#[rustfmt::skip]
const MODULES: &[(&str, &str)] = &[
    ("BaseHTTPServer", "http.server"),
    ("CGIHTTPServer", "http.server"),
    ("ConfigParser", "configparser"),
    ("Cookie", "http.cookies"),
    ("Dialog", "tkinter.dialog"),
    ("DocXMLRPCServer", "xmlrpc.server"),
    ("FileDialog", "tkinter.filedialog"),
    ("HTMLParser", "html.parser"),
    ("Queue", "queue"),
    ("ScrolledText", "tkinter.scrolledtext"),
    ("SimpleDialog", "tkinter.simpledialog"),
    ("SimpleHTTPServer", "http.server"),
    ("SimpleXMLRPCServer", "xmlrpc.server"),
    ("SocketServer", "socketserver"),
    ("StringIO", "io"),
    ("Tix", "tkinter.tix"),
    ("Tkconstants", "tkinter.constants"),
    ("Tkdnd", "tkinter.dnd"),
    ("Tkinter", "tkinter"),
    ("UserDict", "collections"),
    ("UserList", "collections"),
    ("UserString", "collections"),
    ("__builtin__", "builtins"),
    ("_abcoll", "collections.abc"),
    ("_elementtree", "xml.etree.ElementTree"),
    ("_winreg", "winreg"),
    ("anydbm", "dbm"),
    ("cPickle", "pickle"),
    ("cStringIO", "io"),
    ("commands", "subprocess"),
    ("cookielib", "http.cookiejar"),
    ("copy_reg", "copyreg"),
    ("dbhash", "dbm.bsd"),
    ("dbm", "dbm.ndbm"),
    ("dumbdbm", "dbm.dumb"),
    ("dummy_thread", "_dummy_thread"),
    ("gdbm", "dbm.gnu"),
    ("htmlentitydefs", "html.entities"),
    ("httplib", "http.client"),
    ("markupbase", "_markupbase"),
    ("repr", "reprlib"),
    ("robotparser", "urllib.robotparser"),
    ("test.test_support", "test.support"),
    ("thread", "_thread"),
    ("tkColorChooser", "tkinter.colorchooser"),
    ("tkCommonDialog", "tkinter.commondialog"),
    ("tkFileDialog", "tkinter.filedialog"),
    ("tkFont", "tkinter.font"),
    ("tkMessageBox", "tkinter.messagebox"),
    ("tkSimpleDialog", "tkinter.simpledialog"),
    ("ttk", "tkinter.ttk"),
    ("urllib2", "urllib.request"),
    ("urlparse", "urllib.parse"),
    ("whichdb", "dbm"),
    ("xmlrpclib", "xmlrpc.client"),
];

/// Modules that are written for Python 2 under another name than they are read from it.
#[rustfmt::skip]
const MODULES_BACK: &[(&str, &str)] = &[
    ("bz2", "_bz2"),
    ("dbm", "_dbm"),
    ("functools", "_functools"),
    ("gdbm", "_gdbm"),
    ("pickle", "_pickle"),
    ("tkFileDialog", "tkinter.filedialog"),
    ("tkSimpleDialog", "tkinter.simpledialog"),
    ("SimpleXMLRPCServer", "xmlrpc.server"),
];

/// Globals: Python 2 module and name, Python 3 module and name.
#[rustfmt::skip]
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("UserDict", "IterableUserDict", "collections", "UserDict"),
    ("UserDict", "UserDict", "collections", "UserDict"),
    ("UserList", "UserList", "collections", "UserList"),
    ("UserString", "UserString", "collections", "UserString"),
    ("__builtin__", "basestring", "builtins", "str"),
    ("__builtin__", "intern", "sys", "intern"),
    ("__builtin__", "long", "builtins", "int"),
    ("__builtin__", "reduce", "functools", "reduce"),
    ("__builtin__", "unichr", "builtins", "chr"),
    ("__builtin__", "unicode", "builtins", "str"),
    ("__builtin__", "xrange", "builtins", "range"),
    ("_multiprocessing", "Connection", "multiprocessing.connection", "Connection"),
    ("_socket", "fromfd", "socket", "fromfd"),
    ("exceptions", "StandardError", "builtins", "Exception"),
    ("itertools", "ifilter", "builtins", "filter"),
    ("itertools", "ifilterfalse", "itertools", "filterfalse"),
    ("itertools", "imap", "builtins", "map"),
    ("itertools", "izip", "builtins", "zip"),
    ("itertools", "izip_longest", "itertools", "zip_longest"),
    ("multiprocessing", "AuthenticationError", "multiprocessing.context", "AuthenticationError"),
    ("multiprocessing", "BufferTooShort", "multiprocessing.context", "BufferTooShort"),
    ("multiprocessing", "ProcessError", "multiprocessing.context", "ProcessError"),
    ("multiprocessing", "TimeoutError", "multiprocessing.context", "TimeoutError"),
    ("multiprocessing.forking", "Popen", "multiprocessing.popen_fork", "Popen"),
    ("multiprocessing.process", "Process", "multiprocessing.context", "Process"),
    ("socket", "_socketobject", "socket", "SocketType"),
    ("urllib", "ContentTooShortError", "urllib.error", "ContentTooShortError"),
    ("urllib", "getproxies", "urllib.request", "getproxies"),
    ("urllib", "pathname2url", "urllib.request", "pathname2url"),
    ("urllib", "quote", "urllib.parse", "quote"),
    ("urllib", "quote_plus", "urllib.parse", "quote_plus"),
    ("urllib", "unquote", "urllib.parse", "unquote"),
    ("urllib", "unquote_plus", "urllib.parse", "unquote_plus"),
    ("urllib", "url2pathname", "urllib.request", "url2pathname"),
    ("urllib", "urlcleanup", "urllib.request", "urlcleanup"),
    ("urllib", "urlencode", "urllib.parse", "urlencode"),
    ("urllib", "urlopen", "urllib.request", "urlopen"),
    ("urllib", "urlretrieve", "urllib.request", "urlretrieve"),
    ("urllib2", "HTTPError", "urllib.error", "HTTPError"),
    ("urllib2", "URLError", "urllib.error", "URLError"),
    ("whichdb", "whichdb", "dbm", "whichdb"),
];

/// Globals that are written for Python 2 under another name than they are read from it.
#[rustfmt::skip]
const NAMES_BACK: &[(&str, &str, &str, &str)] = &[
    ("__builtin__", "reduce", "_functools", "reduce"),
    ("socket", "_socketobject", "_socket", "socket"),
    ("socket", "SocketType", "socket", "SocketType"),
    ("exceptions", "OSError", "builtins", "BrokenPipeError"),
    ("exceptions", "OSError", "builtins", "ChildProcessError"),
    ("exceptions", "OSError", "builtins", "ConnectionAbortedError"),
    ("exceptions", "OSError", "builtins", "ConnectionError"),
    ("exceptions", "OSError", "builtins", "ConnectionRefusedError"),
    ("exceptions", "OSError", "builtins", "ConnectionResetError"),
    ("exceptions", "OSError", "builtins", "FileExistsError"),
    ("exceptions", "OSError", "builtins", "FileNotFoundError"),
    ("exceptions", "OSError", "builtins", "InterruptedError"),
    ("exceptions", "OSError", "builtins", "IsADirectoryError"),
    ("exceptions", "ImportError", "builtins", "ModuleNotFoundError"),
    ("exceptions", "OSError", "builtins", "NotADirectoryError"),
    ("exceptions", "OSError", "builtins", "PermissionError"),
    ("exceptions", "OSError", "builtins", "ProcessLookupError"),
    ("exceptions", "OSError", "builtins", "TimeoutError"),
    ("__builtin__", "unicode", "builtins", "str"),
    ("CGIHTTPServer", "CGIHTTPRequestHandler", "http.server", "CGIHTTPRequestHandler"),
    ("SimpleHTTPServer", "SimpleHTTPRequestHandler", "http.server", "SimpleHTTPRequestHandler"),
    ("FileDialog", "FileDialog", "tkinter.filedialog", "FileDialog"),
    ("FileDialog", "LoadFileDialog", "tkinter.filedialog", "LoadFileDialog"),
    ("FileDialog", "SaveFileDialog", "tkinter.filedialog", "SaveFileDialog"),
    ("SimpleDialog", "SimpleDialog", "tkinter.simpledialog", "SimpleDialog"),
    ("DocXMLRPCServer", "DocCGIXMLRPCRequestHandler", "xmlrpc.server", "DocCGIXMLRPCRequestHandler"),
    ("DocXMLRPCServer", "DocXMLRPCRequestHandler", "xmlrpc.server", "DocXMLRPCRequestHandler"),
    ("DocXMLRPCServer", "DocXMLRPCServer", "xmlrpc.server", "DocXMLRPCServer"),
    ("DocXMLRPCServer", "ServerHTMLDoc", "xmlrpc.server", "ServerHTMLDoc"),
    ("DocXMLRPCServer", "XMLRPCDocGenerator", "xmlrpc.server", "XMLRPCDocGenerator"),
];

/// Builtins that Python 2 has in its module `exceptions`.
#[rustfmt::skip]
const EXCEPTIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "BytesWarning",
    "DeprecationWarning",
    "EOFError",
    "EnvironmentError",
    "Exception",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "ReferenceError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
];

/// The name for a pickle of protocol 3 and later, given the one in a pickle of protocol 2 or below.
pub(crate) fn to_python3<'g>(global: Global<'g>) -> (&'g str, &'g str) {
    let (module, name) = (global.module, global.name);
    if module == "exceptions" && EXCEPTIONS.contains(&name) {
        return ("builtins", name);
    }
    if let Some(row) = NAMES.iter().find(|row| (row.0, row.1) == (module, name)) {
        return (row.2, row.3);
    }
    let renamed = MODULES.iter().find(|row| row.0 == module);
    (renamed.map_or(module, |row| row.1), name)
}

/// Modules of Python 3 that took in some of Python 2, where they had the same name already.
const ONE_WAY: &[&str] = &["collections", "io", "pickle", "xml.etree.ElementTree"];

/// The name for a pickle of protocol 2, given the one in a pickle of a later protocol.
pub(super) fn to_python2<'g>(global: Global<'g>) -> (&'g str, &'g str) {
    let (module, name) = (global.module, global.name);
    if module == "builtins" && EXCEPTIONS.contains(&name) {
        return ("exceptions", name);
    }
    let mut rows = NAMES_BACK.iter().chain(NAMES);
    if let Some(row) = rows.find(|row| (row.2, row.3) == (module, name)) {
        return (row.0, row.1);
    }
    let renamed =
        MODULES_BACK.iter().chain(MODULES).find(|row| row.1 == module && !ONE_WAY.contains(&module));
    (renamed.map_or(module, |row| row.0), name)
}

/// The global as a pickle of `to` names it, which a pickle of `from` named so.
pub(super) fn renamed<'g>(global: Global<'g>, from: u8, to: u8) -> (&'g str, &'g str) {
    match (from < 3, to < 3) {
        (true, false) => to_python3(global),
        (false, true) => to_python2(global),
        _ => (global.module, global.name),
    }
}

/// A builtin's name, as a pickle of protocol 3 and later has it.
pub(super) fn builtin(name: &'static str) -> Global<'static> {
    let module = match name {
        "encode" => "_codecs",
        "__newobj__" | "__newobj_ex__" | "_reconstructor" => "copyreg",
        _ => "builtins",
    };
    Global { module, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_cpython() {
        let there = |module: &'static str, name: &'static str| Global { module, name };
        assert_eq!(to_python3(there("__builtin__", "xrange")), ("builtins", "range"));
        assert_eq!(to_python3(there("copy_reg", "_reconstructor")), ("copyreg", "_reconstructor"));
        assert_eq!(to_python2(there("builtins", "range")), ("__builtin__", "xrange"));
        assert_eq!(to_python2(there("builtins", "ValueError")), ("exceptions", "ValueError"));
        for (module, name) in [("collections", "OrderedDict"), ("io", "BytesIO"), ("socket", "SocketType")] {
            assert_eq!(to_python2(there(module, name)), (module, name));
        }
        assert_eq!(to_python2(there("collections", "UserDict")), ("UserDict", "IterableUserDict"));
        assert_eq!(to_python2(there("app.models", "Profile")), ("app.models", "Profile"));
    }
}
