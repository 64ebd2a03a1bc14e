//! Grades: what is malicious is dangerous, what is not is not.

use crate::common::{corpus, json_lines, unhex};
use onggi_pickle::{Grade, ScanOptions, scan, scan_with};

/// The lines of `malicious.jsonl` that are no attack, and the grade that they have.
#[rustfmt::skip]
const NO_ATTACKS: &[(&str, Grade)] = &[
    ("malicious/bytes-lookalike", Grade::Harmless),
    ("malicious/string-lookalike", Grade::Harmless),
    ("malicious/benign-stdlib", Grade::Harmless),
    ("malicious/benign-reconstructor", Grade::Unknown),
    ("malicious/benign-getattr-enum", Grade::Unknown),
    ("malicious/persid-tuple", Grade::Unknown),
    ("malicious/allowed-name-bad-module", Grade::Unknown),
    ("malicious/ext-code", Grade::Unknown),
    ("malicious/homoglyph", Grade::Unknown),
    ("malicious/case", Grade::Unknown),
    ("malicious/whitespace", Grade::Unknown),
];

/// Files of picklescan's that hold no attack, or hide it in a zip archive.
#[rustfmt::skip]
const BENIGN_FILES: &[&str] = &[
    "int_arrays_compressed.npz", "int_arrays.npz", "object_arrays.npz", "object_arrays_compressed.npz", "int_array.npy",
    "object_array.npy", "not_a_pickle.bin", "bad_pytorch.pt", "new_pytorch_model.bin", "benign0_v0.pkl", "benign0_v3.pkl",
    "benign0_v4.pkl", "malicious1.zip",
];

/// Functions that are called with one text, each of which does harm.
#[rustfmt::skip]
const DANGEROUS: &[&str] = &[
    "os popen", "os execv", "os remove", "posix spawnv", "subprocess Popen", "commands getoutput", "popen2 popen3",
    "__builtin__ execfile", "__builtin__ file", "builtins open", "io open", "_io FileIO", "io open_code", "builtins setattr",
    "builtins globals", "builtins vars", "builtins breakpoint", "builtins help", "builtins input", "builtins getattr",
    "builtins delattr", "builtins __build_class__", "importlib import_module", "importlib.util module_from_spec", "imp load_source",
    "zipimport zipimporter", "runpy run_path", "pkgutil resolve_name", "pydoc locate", "code interact", "codeop compile_command",
    "types FunctionType", "marshal load", "pickle Unpickler", "pickle load", "dill loads", "cloudpickle loads", "shelve open", "dbm open",
    "sqlite3 connect", "socket socket", "ssl SSLSocket", "http.client HTTPSConnection", "ftplib FTP", "smtplib SMTP",
    "telnetlib Telnet", "xmlrpc.client ServerProxy", "urllib urlopen", "urllib2 urlopen", "requests get", "httpx get",
    "aiohttp.client ClientSession", "tempfile mktemp", "linecache getline", "fileinput input", "filecmp cmp", "glob glob",
    "ctypes CDLL", "ctypes.util find_library", "ctypes.util _findLib_gcc", "_ctypes dlopen", "cffi FFI", "platform popen",
    "platform _syscmd_file", "uuid _popen", "uuid _ifconfig_getter", "signal raise_signal", "threading Thread", "_thread start_new_thread",
    "multiprocessing Process", "multiprocessing.util spawnv_passfds", "concurrent.futures ThreadPoolExecutor", "asyncio run",
    "timeit repeat", "trace Trace.run", "profile run", "pdb run", "bdb Bdb.run", "doctest debug_script", "unittest main",
    "idlelib.pyshell ModifiedInterpreter.runcode", "lib2to3.pgen2.grammar Grammar.loads", "venv create", "ensurepip _run_pip",
    "pip main", "pip._internal main", "distutils.spawn spawn", "distutils.file_util write_file", "setuptools setup",
    "logging.config fileConfig", "logging.handlers SocketHandler", "codecs open", "gc get_objects", "inspect getsource",
    "sys settrace", "atexit register", "tkinter Tcl", "readline read_history_file", "site addsitedir", "sysconfig _main",
    "cgitb lookup", "mailcap test", "antigravity x", "test.support.script_helper assert_python_ok", "numpy fromfile",
    "numpy.f2py compile", "numpy.testing._private.utils runstring", "numpy.distutils.exec_command exec_command", "numpy memmap",
    "numpy.lib.npyio load", "numpy.ctypeslib load_library", "pandas read_pickle", "pandas eval", "pandas.io.pickle read_pickle",
    "pandas.core.computation.eval eval", "torch load", "torch.hub load", "torch.jit load", "torch.utils.collect_env run",
    "torch._inductor.codecache compile_file", "torch.jit.unsupported_tensor_ops execWrapper", "torch.package PackageImporter",
    "torch.utils._config_module ConfigModule.load_config", "torch.storage _load_from_bytes", "joblib.numpy_pickle load",
    "sklearn.datasets load_svmlight_file", "scipy.io loadmat", "django.core.management call_command",
    "django.utils.module_loading import_string", "kombu.utils.imports symbol_by_name", "celery.utils.imports import_from_cwd",
    "apscheduler.util ref_to_obj", "sqlalchemy create_engine", "sqlalchemy.util.langhelpers _exec_code_in_env",
    "werkzeug.utils import_string", "six exec_", "yaml unsafe_load", "jsonpickle decode", "IPython start_ipython", "pexpect spawn",
    "paramiko SSHClient", "psutil Popen", "operator methodcaller", "_operator attrgetter", "functools partial", "functools reduce",
    "builtins map", "itertools starmap", "cloudpickle.cloudpickle _make_function", "dill._dill _create_function", "dill._dill _eval_repr",
    "copyreg add_extension", "weakref finalize", "enum bltns.eval", "collections abc.sys.exit", "logging os.system",
    "typing get_type_hints", "dataclasses make_dataclass", "string Formatter.get_field", "app.models User.f.func_globals", "asyncio.unix_events _UnixSubprocessTransport._start",
    "sympy sympify", "mako.template Template", "tensorflow.keras.models load_model", "keras.utils get_file", "dl open",
];

/// What libraries pickle: never dangerous.
#[rustfmt::skip]
const BENIGN: &[&str] = &[
    "uuid UUID", "uuid SafeUUID", "zoneinfo ZoneInfo._unpickle", "pathlib PosixPath", "enum IntFlag", "http.cookies SimpleCookie",
    "email.message EmailMessage", "logging LogRecord", "logging getLogger", "re _compile", "operator itemgetter", "array _array_reconstructor",
    "concurrent.futures.process _rebuild_exc", "multiprocessing.pool RemoteTraceback", "subprocess CalledProcessError", "socket timeout",
    "sqlite3 IntegrityError", "os stat_result", "traceback StackSummary", "http HTTPStatus", "asyncio.exceptions CancelledError",
    "numpy.core.multiarray _reconstruct", "numpy._core.numeric _frombuffer", "numpy.random._pickle __randomstate_ctor",
    "pandas._libs.internals _unpickle_block", "pandas.core.frame DataFrame", "scipy.sparse._csr csr_matrix", "sklearn.svm._classes SVC",
    "sklearn.neighbors._kd_tree newObj", "torch._utils _rebuild_tensor_v2", "torch FloatStorage", "torch.nn.modules.linear Linear",
    "torch.nn.functional relu", "joblib.numpy_pickle NumpyArrayWrapper", "apscheduler.job Job", "apscheduler.triggers.cron CronTrigger",
    "celery.backends.database DatabaseBackend", "billiard.einfo ExceptionInfo", "kombu.utils.limits TokenBucket",
    "django.db.models.base model_unpickle", "django.utils.safestring SafeString", "django.http.request QueryDict", "sqlalchemy.orm.state InstanceState",
    "dateutil.tz.tz tzutc", "dateutil.relativedelta relativedelta", "pytz _p", "pytz _UTC", "persistent.mapping PersistentMapping",
    "BTrees.OOBTree OOBTree", "requests.models Response", "requests.cookies RequestsCookieJar", "werkzeug.datastructures MultiDict",
    "app.models User", "app.tasks run", "app.models Outer.Inner", "__main__ Person", "copy_reg _reconstructor", "UserDict UserDict",
    "xgboost.sklearn XGBClassifier", "lightgbm.basic Booster", "PIL.Image Image", "matplotlib.figure Figure", "networkx.classes.graph Graph",
];

fn call(global: &str, argument: &str) -> Vec<u8> {
    let (module, name) = global.split_once(' ').expect("two words");
    format!("c{module}\n{name}\n(V{argument}\ntR.").into_bytes()
}

/// A pickle of protocol 4 that names a global.
fn named(global: &str) -> Vec<u8> {
    let (module, name) = global.split_once(' ').expect("two words");
    [text(module), text(name), b"\x93".to_vec()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&[0x8c, u8::try_from(text.len()).expect("short")], text.as_bytes()].concat()
}

fn grade(parts: &[&[u8]]) -> Grade {
    scan(&[b"\x80\x04", parts.concat().as_slice(), b"."].concat()).grade
}

#[test]
fn malicious_pickles_are_graded_as_they_are_described() {
    let Some(folder) = corpus() else { return };
    let mut wrong = Vec::new();
    for line in json_lines(&folder.join("cases/malicious.jsonl")) {
        let id = line["id"].as_str().expect("an id");
        let report = scan(&unhex(line["hex"].as_str().expect("hexadecimal")));
        let expected = NO_ATTACKS.iter().find(|row| row.0 == id).map_or(Grade::Dangerous, |row| row.1);
        if report.grade != expected {
            wrong.push(format!("{id}: {report:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_in_the_databases_is_dangerous() {
    let Some(folder) = corpus() else { return };
    let mut cells = 0;
    for file in std::fs::read_dir(folder.join("expected/db")).expect("readable") {
        for line in json_lines(&file.expect("readable").path()) {
            let Some(hex) = line["hex"].as_str() else { continue };
            let report = scan(&unhex(hex));
            assert!(report.grade < Grade::Dangerous, "{report:#?}");
            cells += 1;
        }
    }
    assert!(cells > 300, "{cells}");
}

#[test]
fn samples_of_other_scanners_are_dangerous() {
    let Some(folder) = corpus() else { return };
    for file in std::fs::read_dir(folder.join("files/third-party/picklescan")).expect("readable") {
        let path = file.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let report = scan(&std::fs::read(&path).expect("readable"));
        if !BENIGN_FILES.contains(&name) {
            assert_eq!(report.grade, Grade::Dangerous, "{name}: {report:#?}");
        } else if name != "malicious1.zip" {
            assert!(report.grade < Grade::Dangerous, "{name}: {report:#?}");
        }
    }
}

#[test]
fn what_values_and_libraries_pickle_is_not_dangerous() {
    let Some(folder) = corpus() else { return };
    let mut folders: Vec<_> =
        ["values", "libs", "packages"].map(|name| folder.join("files").join(name)).into();
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).expect("readable") {
            let path = file.expect("readable").path();
            // A function that is pickled by value holds code, and rebuilding it can run any.
            let function = path.ends_with("dill/function.new.pkl") || path.ends_with("dill/lambda.new.pkl");
            if path.is_dir() && !path.ends_with("cloudpickle") {
                folders.push(path);
            } else if path.is_file() && !function {
                let report = scan(&std::fs::read(&path).expect("readable"));
                assert!(report.grade < Grade::Dangerous, "{}: {report:#?}", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 500, "{files}");
}

#[test]
fn functions_that_do_harm_are_dangerous() {
    for global in DANGEROUS {
        let report = scan(&call(global, "echo hello"));
        assert_eq!(report.grade, Grade::Dangerous, "{global}: {report:#?}");
    }
}

#[test]
fn what_libraries_pickle_is_not_dangerous() {
    for global in BENIGN {
        let report = scan(&call(global, "x"));
        assert!(report.grade < Grade::Dangerous, "{global}: {report:#?}");
    }
}

#[test]
fn getattr_is_as_harmless_as_what_it_reaches() {
    let getattr = named("builtins getattr");
    let reach = |object: &[u8], name: &str| grade(&[&getattr, object, &text(name), b"\x86R"]);
    assert_eq!(reach(&named("zoneinfo ZoneInfo"), "_unpickle"), Grade::Harmless);
    assert_eq!(reach(&named("app.models Color"), "RED"), Grade::Unknown);
    assert_eq!(reach(&named("os path"), "os"), Grade::Dangerous);
    assert_eq!(reach(&named("app.models Color"), "__init__"), Grade::Unknown);
    assert_eq!(reach(&named("app.models Color"), "__globals__"), Grade::Dangerous);
    assert_eq!(reach(&named("pathlib PosixPath"), "unlink"), Grade::Dangerous);
    let path = [named("pathlib PosixPath"), text("x"), b"\x85R".to_vec()].concat();
    assert_eq!(reach(&path, "unlink"), Grade::Dangerous);
    // The name is made by a call: nobody can see it.
    let joined = [named("builtins str"), text("system"), b"\x85R".to_vec()].concat();
    assert_eq!(grade(&[&getattr, &named("app.models Color"), &joined, b"\x86R"]), Grade::Dangerous);
}

#[test]
fn getters_are_judged_by_the_names_they_are_made_with() {
    let attrgetter = named("operator attrgetter");
    assert_eq!(grade(&[&attrgetter, &text("name"), b"\x85R"]), Grade::Harmless);
    assert_eq!(grade(&[&attrgetter, &text("__class__.__base__"), b"\x85R"]), Grade::Dangerous);
    assert_eq!(grade(&[&attrgetter, b"K\x01\x85R"]), Grade::Dangerous);
    let methodcaller = named("operator methodcaller");
    assert_eq!(grade(&[&methodcaller, &text("strip"), b"\x85R"]), Grade::Harmless);
    assert_eq!(grade(&[&methodcaller, &text("read_text"), b"\x85R"]), Grade::Dangerous);
}

#[test]
fn a_function_that_is_hidden_in_a_container_and_called_is_dangerous() {
    // operator.getitem([getattr], 0)(…)
    let hidden = [b"]".to_vec(), named("builtins getattr"), b"a".to_vec()].concat();
    let taken = [named("operator getitem"), hidden, b"K\x00\x86R".to_vec()].concat();
    assert_eq!(grade(&[&taken, &text("x"), b"\x85R"]), Grade::Dangerous);
    assert_eq!(grade(&[b"]", &named("builtins getattr"), b"a"]), Grade::Unknown);
    // map(getattr, …) and partial(getattr, …)
    assert_eq!(grade(&[&named("builtins map"), &named("builtins getattr"), b"]\x86R"]), Grade::Dangerous);
    assert_eq!(
        grade(&[&named("functools partial"), &named("builtins getattr"), b"]\x86R"]),
        Grade::Dangerous
    );
    assert_eq!(grade(&[&named("functools partial"), &named("builtins int"), b"\x85R"]), Grade::Harmless);
}

#[test]
fn what_a_tensor_of_torch_loads_decides() {
    let load = named("torch.storage _load_from_bytes");
    let tensor =
        |bytes: &[u8]| grade(&[&load, b"C", &[u8::try_from(bytes.len()).expect("short")], bytes, b"\x85R"]);
    assert_eq!(tensor(b"\x80\x02}."), Grade::Harmless);
    assert_eq!(tensor(&[b"\x80\x02".as_slice(), &call("os system", "id")].concat()), Grade::Dangerous);
    assert_eq!(tensor(b"PK\x03\x04"), Grade::Dangerous);
}

#[test]
fn names_that_are_computed_are_dangerous() {
    let computed = [named("builtins str"), text("os"), b"\x85R".to_vec()].concat();
    assert_eq!(grade(&[&computed, &text("system"), b"\x93"]), Grade::Dangerous);
}

#[test]
fn changing_a_class_or_a_function_is_dangerous() {
    let state = [b"}".to_vec(), text("x"), b"K\x01sb".to_vec()].concat();
    assert_eq!(grade(&[&named("datetime date"), &state]), Grade::Dangerous);
    assert_eq!(grade(&[&named("numpy prod"), &named("app x"), b"b"]), Grade::Dangerous);
    assert_eq!(grade(&[&named("app.models User"), &text("x"), b"K\x01s"]), Grade::Dangerous);
    let user = [named("app.models User"), b")\x81".to_vec()].concat();
    assert_eq!(grade(&[&user, &state]), Grade::Unknown);
    let hook = [b"}".to_vec(), text("__setstate__"), named("app.models f"), b"sb".to_vec()].concat();
    assert_eq!(grade(&[&user, &hook]), Grade::Dangerous);
}

#[test]
fn pickles_inside_are_found_where_they_stand() {
    let inner = call("os system", "id");
    let outer =
        [b"\x80\x04", named("pickle loads").as_slice(), b"C", &[24], inner.as_slice(), b"\x85R."].concat();
    let report = scan(&outer);
    let found = report.findings.iter().find(|finding| finding.what.starts_with("os.system"));
    let start = outer.windows(3).position(|bytes| bytes == b"cos").expect("there");
    assert_eq!(found.map(|finding| finding.offset), Some(start), "{report:#?}");
    // The same in protocol 2, where bytes are a call, and in a second pickle.
    let old = b"N.c_pickle\nloads\n(c_codecs\nencode\n(Vcos\\u000asystem\\u000a)R.\nVlatin1\ntRtR.";
    assert!(scan(old).findings.iter().any(|finding| finding.what.starts_with("os.system")));
}

#[test]
fn a_scheduled_function_is_named_by_a_text() {
    let job = |function: &str| {
        [b"}(".to_vec(), text("trigger"), b"N".to_vec(), text("func"), text(function), b"u".to_vec()].concat()
    };
    assert_eq!(grade(&[&job("os:system")]), Grade::Dangerous);
    assert_eq!(grade(&[&job("app.jobs:clean")]), Grade::Harmless);
}

#[test]
fn what_the_caller_trusts_is_harmless() {
    let options = ScanOptions::default().allow("app.models.*").allow("os.system");
    let graded = |global: &str| scan_with(&call(global, "x"), &options).grade;
    assert_eq!(graded("app.models User"), Grade::Harmless);
    assert_eq!(graded("app.models.deep User"), Grade::Harmless);
    assert_eq!(graded("app.models_evil User"), Grade::Unknown);
    assert_eq!(graded("os system"), Grade::Harmless);
    assert_eq!(graded("os popen"), Grade::Dangerous);
}

#[test]
fn arrays_of_joblib_are_stepped_over() {
    let dtype = [named("numpy dtype"), text("u1"), b"\x89\x88\x87R".to_vec()].concat();
    let wrapper = [named("joblib.numpy_pickle NumpyArrayWrapper"), b")\x81}(".to_vec()].concat();
    let state = [text("shape"), b"K\x05\x85".to_vec(), text("dtype"), dtype, b"ub".to_vec()].concat();
    let stream = |data: &[u8]| {
        [b"\x80\x04(", wrapper.as_slice(), &state, data, &named("app.models User"), b"t."].concat()
    };
    let report = scan(&stream(b"\xff\xfe\xfd\xfc\xfb"));
    assert_eq!((report.error, report.pickles), (None, 1));
    assert!(report.findings.iter().any(|finding| finding.what == "app.models.User"));
    let report = scan(
        &[b"\x80\x04(", wrapper.as_slice(), &state, b"\xff\xfe\xfd\xfc\xfb", &named("os system"), b"t."]
            .concat(),
    );
    assert_eq!(report.grade, Grade::Dangerous);
}

#[test]
fn text_numbers_that_some_releases_read_do_not_hide_what_follows() {
    assert_eq!(scan(b"I0x10\n0cos\nsystem\n(S'id'\ntR.").grade, Grade::Dangerous);
    assert_eq!(scan(b"F 1_0\n0cos\nsystem\n(S'id'\ntR.").grade, Grade::Dangerous);
}

#[test]
fn floods_of_findings_are_cut_and_the_worst_kept() {
    let many: Vec<u8> = (0..5000).flat_map(|number| format!("capp\nf{number}\n0").into_bytes()).collect();
    let report = scan(&[many.as_slice(), b"cos\nsystem\n(S'id'\ntR."].concat());
    assert_eq!((report.grade, report.findings.len(), report.left_out), (Grade::Dangerous, 1000, 4001));
    assert!(report.findings.iter().any(|finding| finding.grade == Grade::Dangerous));
}

#[test]
fn every_input_ends() {
    let Some(folder) = corpus() else { return };
    for name in ["fuzz", "quirks", "dos", "cpython", "ogorek_fuzz"] {
        for line in json_lines(&folder.join("cases").join(name).with_extension("jsonl")) {
            if let Some(hex) = line["hex"].as_str() {
                let bytes = unhex(hex);
                let report = scan(&bytes);
                assert!(report.findings.iter().all(|finding| finding.offset <= bytes.len()), "{report:#?}");
            }
        }
    }
}

#[test]
fn what_is_too_much_is_told_and_searched_all_the_same() {
    let mut many = vec![b'N'; 26 << 20];
    let report = scan(&many);
    assert_eq!((report.grade, report.cut, report.pickles), (Grade::Unknown, true, 0));
    many.extend_from_slice(&call("os system", "id"));
    assert_eq!(scan(&many).grade, Grade::Dangerous);
}

#[test]
fn a_call_with_many_arguments_is_told_in_few_words() {
    let input = [b"(", &b"\x97".repeat(2000)[..], b"o."].concat();
    let what = &scan(&input).findings[0].what;
    assert!(what.len() < 400 && what.ends_with("and 1991 more"), "{what}");
}

#[test]
fn the_worst_of_several_readings_of_the_same_bytes_is_the_one_reported() {
    let report = scan(b"\x80\x04\x95\x82\x80\x04\x82\x82.\x82\x82ccopy_reg\np\n");
    let worst = report.findings.iter().map(|finding| finding.grade).max();
    assert_eq!(worst, Some(report.grade), "{report:?}");
    let places: Vec<_> = report.findings.iter().map(|finding| (finding.offset, &finding.what)).collect();
    assert_eq!(places.iter().collect::<std::collections::HashSet<_>>().len(), places.len(), "{report:?}");
}
