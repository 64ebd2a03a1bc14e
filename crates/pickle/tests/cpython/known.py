"""Standard-library values, and calls of their classes with what they may and may not be given.

Prints `protocol`, the pickle and what CPython makes of it, `error` where it refuses, with tabs between.
"""
import array, collections, datetime as dt, decimal, fractions, ipaddress, pathlib, pickle, random, sys, uuid, zoneinfo


class Call:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.reduced = (function, arguments)

    def __reduce__(self):
        return self.reduced


class New(Call):
    """Pickles as an instance with a state: the pickler believes what it says about its class."""

    __class__ = property(lambda self: self.reduced[1][0])

    def __init__(self, cls, state=None, items=None, pairs=None):
        import copyreg
        self.reduced = (copyreg.__newobj__, (cls,), state, items, pairs)


def text(x):
    t = type(x)
    if t is dt.datetime:
        return f"datetime {dt.date.isoformat(x)}T{clock(x)} fold {x.fold} zone {text(x.tzinfo)}"
    if t is dt.date:
        return f"date {x.isoformat()}"
    if t is dt.time:
        return f"time {clock(x)} fold {x.fold} zone {text(x.tzinfo)}"
    if t is dt.timedelta:
        return f"timedelta {x.days} {x.seconds} {x.microseconds} {x}"
    if t is dt.timezone:
        return f"timezone {text(x.utcoffset(None))} {x.tzname(None)!r}"
    if t is zoneinfo.ZoneInfo:
        return f"zoneinfo {x.key}"
    if t is uuid.UUID:
        return f"uuid {x} {x.is_safe.name}"
    if t is uuid.SafeUUID:
        return f"safe {x.name}"
    if t in (list, tuple):
        return f"{t.__name__} [{', '.join(map(text, x))}]"
    if t in (dict, collections.OrderedDict, collections.Counter):
        return f"{t.__name__} {pairs(x)}"
    if t is collections.defaultdict:
        return f"defaultdict {text(x.default_factory)} {pairs(x)}"
    if t is collections.deque:
        return f"deque [{', '.join(map(text, x))}] {x.maxlen}"
    if t is array.array:
        return f"array {x.typecode} {list(memoryview(x.tobytes()).cast('I')) if x.typecode == 'u' else x.tolist()}"
    if t is slice:
        return f"slice {text(x.start)} {text(x.stop)} {text(x.step)}"
    if t is range:
        return f"range {x.start} {x.stop} {x.step}"
    if t is object:
        return "object"
    if isinstance(x, type):
        return f"class {x.__name__}"
    if t in (decimal.Decimal, fractions.Fraction) or isinstance(x, (pathlib.PurePath, ipaddress._IPAddressBase)):
        return f"{t.__name__} {x}"
    return repr(x)


def clock(x):
    """Without a check: states out of range are loaded."""
    return f"{x.hour:02}:{x.minute:02}:{x.second:02}" + (f".{x.microsecond:06}" if x.microsecond else "")


def pairs(x):
    return "{" + ", ".join(f"{text(k)}: {text(v)}" for k, v in x.items()) + "}"


def values():
    utc = dt.timezone.utc
    half = dt.timezone(dt.timedelta(hours=5, minutes=30))
    odd = dt.timezone(-dt.timedelta(hours=23, seconds=7, microseconds=9))
    yield from [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.datetime(2026, 11, 22, 10, 30, 15, 123456)]
    for zone in (None, utc, half, odd, dt.timezone(dt.timedelta(hours=-5), "EST"), zoneinfo.ZoneInfo("Europe/Paris"),
                 zoneinfo.ZoneInfo.no_cache("UTC")):
        yield from [dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zone), dt.time(23, 59, 59, 999999, zone, fold=1)]
        yield from [dt.time(1, 2, tzinfo=zone), zone]
    yield from [dt.timedelta.min, dt.timedelta.max, dt.timedelta(0), dt.timedelta(-1, 3, 5), dt.timedelta(microseconds=-1)]
    for number in "0 -0 1.10 1E+400 -3.14159265358979323846264338327950288 NaN sNaN123 -Infinity 0E-7 1E-6 12e3".split():
        yield decimal.Decimal(number)
    yield from [fractions.Fraction(22, -7), fractions.Fraction(3), fractions.Fraction(2**200 + 1, 2**199)]
    yield from [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=2**63), uuid.SafeUUID.unsafe]
    yield uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe)
    yield from [collections.OrderedDict([("z", 1), (1, 2), ("a", None)]), collections.OrderedDict()]
    yield from [collections.Counter("mississippi"), collections.Counter(), collections.defaultdict(list, {"k": [1]})]
    yield from [collections.defaultdict(), collections.defaultdict(dt.date, {1: 2, (1,): 3})]
    yield from [collections.deque([1, "x", None]), collections.deque([1, 2, 3], 2), collections.deque([], 0)]
    for code in "bBhHiIlLqQ":
        bits = 8 * array.array(code).itemsize
        low, high = (-2 ** (bits - 1), 2 ** (bits - 1) - 1) if code.islower() else (0, 2**bits - 1)
        yield array.array(code, [low, high, 1])
    yield from [array.array("f", [0.5, 1e30, -0.0, float("inf")]), array.array("d", [1e300, 0.1]), array.array("u", "h\u00e9\U0001f600")]
    for path in ["/etc/hosts", "a/b", "", "//x/y", "///x", "a/./b//c/", "..", "/"]:
        yield from [pathlib.PurePosixPath(path), pathlib.PosixPath(path)]
    for path in ["C:\\x", "c:x", "\\\\machine\\share\\a", "a/b", "C:", "\\x", "\\\\?\\C:\\x\\y", "\\\\?\\UNC\\m\\s\\x", "\\\\m\\s", ""]:
        yield pathlib.PureWindowsPath(path)
    for address in ["192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::1", "fe80::1%eth0", "1:0:0:2:0:0:0:3", "::ffff:1.2.3.4",
                    "1:0:2:0:3:0:4:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]:
        yield from [ipaddress.ip_address(address), ipaddress.ip_network(address), ipaddress.ip_interface(address)]
    yield from [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"), ipaddress.ip_interface("10.1.2.3/8")]
    yield from [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    yield from [range(5), range(1, 10, 2), range(10**30, -(10**30), -3), slice(None), slice(1, None, "x"), Ellipsis, NotImplemented]


def calls():
    state = dt.datetime(2026, 11, 22, 10, 30, 15, 9).__reduce__()[1][0]
    for cls, size in ((dt.date, 4), (dt.datetime, 10), (dt.time, 6)):
        for good in (state[:size], state[-size:], state.decode("latin1")[:size], b"\x07\xe4\x8c\x01" + state[4:size]):
            yield from [Call(cls, good), Call(cls, good, None), Call(cls, good, dt.timezone.utc), Call(cls, good, 1)]
        yield from [Call(cls, good, None, 1), Call(cls), Call(cls, state[:size - 1]), Call(cls, "\u1234" * size), Call(cls, 1.5)]
        yield from [Call(cls, bytes(size)), Call(cls, b"\x17" * size), Call(cls, b"\x0c" * size), Call(cls, b"\x18" * size)]
    yield from [Call(dt.date, 2024, 2, 29), Call(dt.date, 2023, 2, 29), Call(dt.date, 10**30, 1, 1), Call(dt.date, 0, 1, 1)]
    yield from [Call(dt.datetime, 2024, 2, 29, 1, 2, 3, 4, dt.timezone.utc), Call(dt.datetime, 2024, 1, 1, 24), Call(dt.time, 1, 2)]
    yield from [Call(dt.datetime, 2024, True, 1), Call(dt.time, 1, 2, 3, 4, 5), Call(dt.time, -1), New(dt.date)]
    for arguments in ([], [1], [0, -1], [1, 2, 3, 4, 5, 6, 7], [10**9], [10**30], [0, 0, 10**18], ["1"], [1] * 8, [None]):
        yield Call(dt.timedelta, *arguments)
    for arguments in ([], [dt.timedelta(1)], [dt.timedelta(hours=23, seconds=3599, microseconds=999999)], [1], [dt.timedelta(0), 5],
                      [-dt.timedelta(1)], [dt.timedelta(0), "UTC"], [dt.timezone.utc], [dt.timedelta(0), "", 1]):
        yield Call(dt.timezone, *arguments)
    for argument in ["1e5", " 1_0.5\n", "", "x", "1e1000000000000000000", "1e-1999999999999999999", "0e99999999999999999999", "-nan007",
                     b"1", 5, 10**60, True, None, "infinit", "1E-1999999999999999997", "9E+999999999999999999", "99E+999999999999999999",
                     "0E+999999999999999999", "0E+1000000000000000000", ".", "+.5e-3", "\u00a01"]:
        yield Call(decimal.Decimal, argument)
    for arguments in (["1/3"], [" -22/7 "], ["4/6"], [4, 6], [6, -4], [0, 5], [1, 0], ["1/0"], ["x"], ["1/-3"], ["1.25"], ["-25e-1"], ["2e3"],
                      [], [7], [None], [1, "2"], ["1_000/3"], ["1__0"], [2**200, 3**120], ["/3"], ["1/"], [".5"], ["5."], ["e5"], [b"1"]):
        yield Call(fractions.Fraction, *arguments)
    for argument in ["12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}", "urn:uuid:12345678-1234-5678-1234-567812345678",
                     "1234", "", "g" * 32, 5, None]:
        yield Call(uuid.UUID, argument)
    for argument in [0, -1, None, 1, "safe", False]:
        yield Call(uuid.SafeUUID, argument)
    yield from [New(uuid.UUID, {"int": 7, "is_safe": None}), New(uuid.UUID, {}), New(uuid.UUID, {"int": 7, "is_safe": 9}), New(uuid.UUID, [1])]
    yield New(uuid.UUID, {"int": 7, "is_safe": uuid.SafeUUID.safe})
    for cls in (collections.OrderedDict, dict):
        yield from [Call(cls, [["a", 1], ["b", 2], ["a", 3]]), Call(cls, {"a": 1}), Call(cls, [["a"]]), Call(cls, 5), Call(cls, {}, {})]
        yield from [Call(cls, [[[], 1]]), Call(cls, []), New(cls, None, None, iter([(1, 2), (1.0, 3), (True, 4), ("x", 5)])), Call(cls, [[1, 2], [1.0, 3]])]
    yield from [New(collections.OrderedDict, {"a": 1}), New(collections.OrderedDict, [1]), New(collections.OrderedDict, None, iter([1]))]
    yield from [Call(collections.defaultdict, None, {"a": 1}), Call(collections.defaultdict, 5), Call(collections.defaultdict, list, [[1, 2]])]
    yield from [Call(collections.defaultdict, "x"), New(collections.defaultdict, {"a": 1}), Call(collections.Counter, {"a": "b"})]
    for arguments in ([[1, 2]], [[1, 2, 3], 2], [(1, 2), None], [[], -1], [[], "x"], [5], [[], 1, 2], [[], 10**30], [None]):
        yield Call(collections.deque, *arguments)
    yield from [New(collections.deque, None, iter([1, 2])), New(collections.deque, {"a": 1})]
    reconstruct = array._array_reconstructor
    for code in "bBhHiIlLqQfdu":
        for machine in range(22):
            yield Call(reconstruct, array.array, code, machine, b"\x01\x00\x00\x00\x00\x00\x00\x3f")
    yield from [Call(reconstruct, array.array, "u", 19, b"\xd8\x3d\xde\x00\0a"), Call(reconstruct, array.array, "u", 18, b"\0\xd8")]
    yield from [Call(reconstruct, array.array, "u", 21, b"\0\1\xf6\0"), Call(reconstruct, array.array, "u", 21, b"\1\1\xf6\0")]
    yield from [Call(reconstruct, array.array, "x", 1, b""), Call(reconstruct, array.array, "i", 22, b""), Call(reconstruct, array.array, "i", -1, b"")]
    yield from [Call(reconstruct, array.array, "i", 8, b"abc"), Call(reconstruct, array.array, "i", 9, b"abc"), Call(reconstruct, array.array, "i", 8, "a")]
    for arguments in (["i", [1, 2]], ["b", [128]], ["B", [-1]], ["d", [1, 2.5, True]], ["i", [1.5]], ["u", ["a", "bc"]], ["u", "text"], ["i", "text"],
                      ["B", b"ab"], ["i", b"ab"], ["c", b"ab"], ["ii", []], ["i"], ["Q", [2**64]], ["Q", [2**64 - 1]], ["f", [0.1, 1e39]], ["d", ["x"]], ["i", 5]):
        yield Call(array.array, *arguments)
    for cls in (pathlib.PurePosixPath, pathlib.PureWindowsPath):
        for parts in ([], ["a", "b"], ["/", "a", "/b"], ["a", ""], ["C:", "/", "a"], ["C:\\", "D:x", "y"], ["\\\\m\\s", "x"], ["a", "c:", "b"], ["."], [".."],
                      ["//", "a"], [1], [None], ["\\\\m\\\\s", "x"], ["//?/c:/x"], ["a\0b"], ["\\", "a", "\\", "c"], ["\\\\m"]):
            yield Call(cls, *parts)
    for name in ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface"):
        for argument in ("1.2.3.4", "01.2.3.4", "1.2.3", "1.2.3.256", "1:2:3:4:5:6:7:8", "1::2::3", "::1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
                         "12345::", ":::", ":1", "fe80::1%", "fe80::1%a%b", "fe80::%a/64", "1.2.3.4/32", "1.2.3.0/24", "1.2.3.4/24", "1.2.3.0/255.255.255.0", "1.0.0.0/0.255.255.255",
                         "1.2.3.0/255.0.255.0", "0.0.0.0/0.0.0.0", "1.2.3.4/33", "::/129", "::/64", "::1/64", "::/ffff::", "1.2.3.4/", "1.2.3.4/+8", "1.2.3.4/24/1", "", 0, 5, 2**32 - 1, 2**32, 2**128 - 1,
                         2**128, -1, b"\1\2\3\4", b"\1" * 16, b"x", " 1.2.3.4", "1.2.3.4 ", "::1.2.3", "::1.2.3.4:5", "1.2.3.4/008", "::FFFF"):
            yield Call(getattr(ipaddress, name), argument)
    for arguments in ([5], [1, 5], [1, 10, 0], [1.5], [], [1, 2, 3, 4], [True], ["a"]):
        yield Call(range, *arguments)
    for arguments in ([5], [1, 5], [None, "x", 2.5], [], [1, 2, 3, 4]):
        yield Call(slice, *arguments)
    for cls in (int, float, bool, str, list, tuple, object):
        for arguments in ([], [1], [True], ["12"], [" 1_2 "], ["x"], [None], [[1, 2]], [(1, 2)], [1.5], [2**70], ["nan"], ["-Infinity"], [1, 2, 3]):
            yield Call(cls, *arguments)
    yield from [New(object), New(list, None, iter([1, 2])), New(list, {"a": 1}), New(int), New(object, {"a": 1}), New(tuple), New(dict, {"a": 1})]


def main():
    for value in [*values(), *calls()]:
        for protocol in range(6):
            data = pickle.dumps(value, protocol)
            try:
                meant = text(pickle.loads(data))
            except Exception as error:
                meant = f"error {type(error).__name__}: {error}".replace("\n", " ").replace("\t", " ")[:100]
            print(protocol, data.hex(), meant, sep="\t")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    main()
