# Values of each kind, and which of them CPython finds equal.
import array, collections, datetime, decimal, fractions, ipaddress, pathlib, pickle, sys, uuid
from datetime import timedelta, timezone


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None


class Other(Plain):
    pass


class Keyed(dict):
    def __eq__(self, other):
        return type(self) is type(other) and dict.__eq__(self, other)


class Listed(list):
    def __eq__(self, other):
        return type(self) is type(other) and list.__eq__(self, other)


class Named(collections.namedtuple("Named", "a b")):
    def __eq__(self, other):
        return type(self) is type(other) and tuple.__eq__(self, other)


def doubled(levels):
    value = ["x"]
    for _ in range(levels):
        value = [value, value]
    return value


D, F = decimal.Decimal, fractions.Fraction
nan = float("nan")
shared = ["x"]
VALUES = [
    None, 0, False, 0.0, -0.0, D("0.00"), F(0), 1, True, 1.0, D("1"), F(1), 1 + 0j, 1 + 1j, complex(0.0, nan), "1", b"1",
    bytearray(b"1"), 0.5, D("0.5"), D("0.50"), D("0.1"), 0.1, D(0.1), D("1E-400"), 5e-324, D(5e-324), D("-2.5"), -2.5,
    2**53, 2.0**53, 2**53 + 1, D(2**53), 2**70, 2.0**70, D("1E+30"), 10**30, 1e30, D(1e30), 1e300, -(2.0**64), -(2**64),
    float("inf"), D("Infinity"), float("-inf"), D("-Infinity"), nan, D("NaN"), [nan], F(1, 3), F(2, 6), F(2**70, 3),
    "", "a", "ä", "\ud800", "\U0010ffff", b"", b"a", [], (), {}, set(), frozenset(), collections.deque(),
    [1, 2], (1, 2), [2, 1], [1.0, D(2)], {1, 2}, frozenset({2, 1.0}), collections.deque([1, 2]), collections.deque([1, 2], 5),
    {"a": 1, "b": [2]}, {"b": [2.0], "a": True}, {"a": 1, "b": [3]}, {"a": 1}, {1: "x"}, {True: "x"}, {1.0: "x"}, {"1": "x"},
    collections.OrderedDict(a=1, b=[2]), collections.defaultdict(list, a=1, b=[2]), collections.Counter("a"),
    {"x": {"y": {"z": (1, {2, 3})}}}, {"x": {"y": {"z": (1.0, {3, 2})}}}, [shared, shared], [["x"], ["x"]], doubled(50),
    doubled(50), {frozenset({1, 2}): (), (1, "a"): {}}, {(1.0, "a"): {}, frozenset({2, 1}): ()},
    datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 6, fold=1),
    datetime.datetime(2026, 1, 2, 3, 4, 5, 6), datetime.datetime(2026, 1, 2, 3, tzinfo=timezone.utc),
    datetime.datetime(2026, 1, 2, 8, 30, tzinfo=timezone(timedelta(hours=5, minutes=30), "x")),
    datetime.datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))), datetime.time(3), datetime.time(3, tzinfo=timezone.utc),
    datetime.time(5, tzinfo=timezone(timedelta(hours=2))), datetime.time(1, tzinfo=timezone(timedelta(hours=-2))),
    timedelta(1), timedelta(hours=24), timedelta(microseconds=-1), timezone.utc, timezone(timedelta(0), "zero"),
    timezone(timedelta(1 / 24)), uuid.UUID(int=1), uuid.UUID(int=2), pathlib.PurePosixPath("a/B"), pathlib.PurePosixPath("a/b"),
    pathlib.PureWindowsPath("a/B"), pathlib.PureWindowsPath("A/b"), ipaddress.ip_address("127.0.0.1"),
    ipaddress.ip_address("::1"), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("10.0.0.0/9"),
    ipaddress.ip_interface("10.0.0.0/8"),
    range(0), range(5, 5), range(0, 3, 2), range(0, 4, 2), range(0, 1), range(0, 2, 3), range(5, 0, -2), range(5, -1, -2),
    range(2**70), slice(1, 2), slice(1, 2, None), slice(1, 2, 1), Ellipsis, NotImplemented, len, int, collections.OrderedDict,
    array.array("i", [1, 2]), array.array("d", [1.0, 2.0]), array.array("d", [1.5]), array.array("d", [nan]), array.array("B"),
    Plain(a=1, b=2), Plain(b=2.0, a=1), Plain(a=1), Other(a=1, b=2), Plain(), Plain(inner=Plain(a=1)), Plain(inner=Plain(a=True)),
    Keyed(a=1), Keyed(a=1.0), Keyed(a=2), Listed([1]), Listed([True]), Listed([2]), Named(1, 2), Named(1.0, 2), Named(2, 2),
]
sys.stdin.readline()
pickles = [[pickle.dumps(value, protocol) for protocol in range(6)] for value in VALUES]
cases = [(i, j, (3 * i + j) % 6, (i + 5 * j) % 6) for i in range(len(VALUES)) for j in range(len(VALUES))]
cases += [(i, i, one, two) for i in range(len(VALUES)) for one in range(6) for two in range(6)]
for i, j, one, two in cases:
    print(pickles[i][one].hex(), pickles[j][two].hex())
print(flush=True)


def expected(i, j, one, two):
    return bool(pickle.loads(pickles[i][one]) == pickle.loads(pickles[j][two]))


def is_doubled(value):
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], list) and value[0] is value[1] and len(value[0]) == 2


for i, j, one, two in cases:
    answer = sys.stdin.readline().strip()
    both = is_doubled(VALUES[i]) and is_doubled(VALUES[j])  # Python would need 2**50 steps
    wanted = str(both or expected(i, j, one, two))
    if answer != wanted:
        text = f"{VALUES[i]!r:.80} == {VALUES[j]!r:.80}, protocols {one}, {two}: wanted {wanted}, got {answer}"
        print(text.replace("\n", " ").encode("ascii", "backslashreplace").decode())
print(len(cases))
print(flush=True)
