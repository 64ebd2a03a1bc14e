//! Pickles for eyes: notation, marks, what is cut, and what hostile pickles may cost.

use onggi_pickle::show::{ShowOptions, write};
use onggi_pickle::{Error, Graph};

fn shown(pickle: &[u8]) -> Result<String, Error> {
    shown_with(pickle, ShowOptions::default())
}

fn shown_with(pickle: &[u8], options: ShowOptions) -> Result<String, Error> {
    let mut text = Vec::new();
    write(&Graph::from_slice(pickle)?, &options, &mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
}

#[test]
fn values_are_in_pythons_notation() -> Result<(), Error> {
    for (pickle, expected) in [
        (&b"N."[..], "None"),
        (b"\x88\x85.", "(True,)"),
        (b"(V\\ud800\xe9\nG\x7f\xf0\0\0\0\0\0\0t.", "('\\ud800é', inf)"),
        (b"\x8f(K\x01C\x01\xff\x90.", "{1, b'\\xff'}"),
        (b"\x8f.", "set()"),
        (b"(\x91.", "frozenset()"),
        (b"}K\x01]s.", "{1: []}"),
        (b"cbuiltins\ncomplex\n(G\0\0\0\0\0\0\0\0G@\0\0\0\0\0\0\0tR.", "2j"),
        (b"cbuiltins\nslice\n(NK\x05NtR.", "slice(None, 5, None)"),
        (b"cbuiltins\nrange\n(K\0K\x05K\x01tR.", "range(0, 5, 1)"),
        (b"cdatetime\ntimedelta\n(K\0K\0K\0tR.", "datetime.timedelta(0)"),
        (b"cdatetime\ndate\n(C\x04\x07\xea\x0b\x16tR.", "datetime.date(2026, 11, 22)"),
        (b"ccollections\ndeque\n(]K\x01aK\x05tR.", "collections.deque([1], maxlen=5)"),
        (b"ccollections\nCounter\n(}K\x01K\x02stR.", "collections.Counter({1: 2})"),
        (b"(K\x01tQ.", "persistent_load((1,))"),
        (b"\x97\x98.", "<buffer 0, readonly>"),
        (b"\x82\x07.", "<extension 7>"),
        (b"cos\nsystem\n.", "os.system"),
    ] {
        assert_eq!(shown(pickle)?, expected, "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn objects_are_shown_by_what_makes_them() -> Result<(), Error> {
    for (pickle, expected) in [
        (&b"cos\nsystem\n(Vid\ntR."[..], "os.system('id')"),
        (b"cm\nC\n)\x81}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02ub.", "m.C(a=1, b=2)"),
        (b"cm\nC\n)\x81N}X\x01\0\0\0aK\x01s\x86b.", "m.C(a=1)"),
        (b"cm\nC\n)\x81}X\x03\0\0\0a bK\x01sb.", "m.C().__setstate__({'a b': 1})"),
        (b"cm\nC\nK\x07\x85R}X\x01\0\0\0aK\x01sb.", "m.C(7).__setstate__({'a': 1})"),
        (b"cm\nC\n)}X\x01\0\0\0kK\x01s\x92.", "m.C(k=1)"),
        (b"cm\nL\n)R(K\x01K\x02e.", "m.L().extend([1, 2])"),
        (b"cm\nD\n)RK\x01K\x02s.", "m.D().update({1: 2})"),
        (b"cbuiltins\ngetattr\n(cm\nC\nVx\ntR)R.", "(getattr(m.C, 'x'))()"),
    ] {
        assert_eq!(shown(pickle)?, expected, "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn what_cpython_would_refuse_is_a_call() -> Result<(), Error> {
    assert_eq!(shown(b"cdatetime\ndate\nC\x01\x00\x85R.")?, "datetime.date(b'\\x00')");
    Ok(())
}

#[test]
fn what_is_met_again_is_marked() -> Result<(), Error> {
    assert_eq!(shown(b"]\x94(h\x00]\x94h\x01e.")?, "&1 [*1, &2 [], *2]");
    assert_eq!(shown(b"cm\nC\n)\x81\x94}X\x01\0\0\0ah\x00sb.")?, "&1 m.C(a=*1)");
    Ok(())
}

#[test]
fn long_parts_are_cut_and_say_so() -> Result<(), Error> {
    let options = ShowOptions::default().items(2).text(3).depth(2);
    for (pickle, expected) in [
        (&b"(K\x01K\x02K\x03K\x04l."[..], "[1, 2, … 2 more]"),
        (b"V\xe9bcdef\n.", "'ébc'… 3 more characters"),
        (b"C\x05abcde.", "b'abc'… 2 more bytes"),
        (b"]]]]aaa.", "[[[…]]]"),
        (b"cm\nC\n)\x81}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02X\x01\0\0\0cK\x03ub.", "m.C(a=1, b=2, … 1 more)"),
    ] {
        assert_eq!(shown_with(pickle, options)?, expected, "{}", pickle.escape_ascii());
    }
    Ok(())
}

#[test]
fn what_does_not_fit_has_a_line_for_each_part() -> Result<(), Error> {
    let pickle = b"}(X\x05\0\0\0firstcm\nC\n)\x81}X\x04\0\0\0name]X\x0a\0\0\0abcdefghijasbX\x04\0\0\0next(K\x01K\x02tu.";
    let expected = "{\n    'first': m.C(\n        name=['abcdefghij'],\n    ),\n    'next': (1, 2),\n}";
    assert_eq!(shown_with(pickle, ShowOptions::default().width(30))?, expected);
    let numbers = [&b"("[..], &b"K\x64".repeat(12), b"l."].concat();
    let expected = "[\n    100, 100, 100, 100, 100,\n    100, 100, 100, 100, 100,\n    100, 100,\n]";
    assert_eq!(shown_with(&numbers, ShowOptions::default().width(30))?, expected);
    Ok(())
}

#[test]
fn nothing_of_the_pickle_moves_the_cursor() -> Result<(), Error> {
    let pickle = b"(V\x1b[2J\nc\x1b[2J\nn\xc2\x9bm\n}X\x02\0\0\0\x1ba]st.";
    let text = shown_with(pickle, ShowOptions::default())?;
    assert!(!text.contains(char::is_control), "{text:?}");
    let colored = shown_with(b"K\x01.", ShowOptions::default().color(true))?;
    assert_eq!(colored, "\x1b[36m1\x1b[0m");
    Ok(())
}

#[test]
fn hostile_pickles_are_shown_in_bounded_time() -> Result<(), Error> {
    let lists = [&b"]".repeat(1_000_000)[..], &b"a".repeat(999_999), b"."].concat();
    assert!(shown(&lists)?.contains('…'));
    let doubled = [&b"K\x01"[..], &b"2\x86".repeat(200), b"."].concat();
    assert!(shown(&doubled)?.contains("*2,"));
    let inside = [&b"\x8f(K\x01"[..], &b"2\x86".repeat(200), b"\x90."].concat();
    assert!(shown(&inside)?.len() < 30_000);
    Ok(())
}
