"""Objects of all kinds: prints their pickles, six for each, then loads what these became, and compares."""
import array, collections, dataclasses, datetime, decimal, enum, fractions, functools, ipaddress, operator, pathlib, pickle, sys
import uuid


class Outer:
    class Inner:
        class Innermost:
            def __eq__(self, other): return type(self) is type(other) and vars(self) == vars(other)

        @staticmethod
        def make(*args): return args


@dataclasses.dataclass
class Point:
    x: int
    y: list


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


class Slots:
    __slots__ = "a", "b"
    def __init__(self, a, b): self.a, self.b = a, b
    def __eq__(self, other): return (self.a, self.b) == (other.a, other.b)
    def __getstate__(self): return None, {"a": self.a, "b": self.b}
    def __setstate__(self, state): self.a, self.b = state[1].values()


class Keywords:
    def __new__(cls, a, *, b):
        self = super().__new__(cls)
        self.a, self.b = a, b
        return self
    def __getnewargs_ex__(self): return (self.a,), {"b": self.b}
    def __eq__(self, other): return (self.a, self.b) == (other.a, other.b)


class Arguments(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    def __getnewargs__(self): return tuple(self)


class Listed(list):
    pass


class Mapped(dict):
    pass


class Node:
    def __init__(self): self.me, self.others = self, [self]
    def __eq__(self, other): return other.me is other and other.others == [other]


class Color(enum.Enum):
    RED = 1
    BLUE = "b"


class Deep(enum.IntFlag):
    A = 1
    B = 2


Named = collections.namedtuple("Named", "a b")


def objects():
    innermost = Outer.Inner.Innermost()
    innermost.name = "x"
    yield from [Outer.Inner, Outer.Inner.Innermost, [Outer, Outer.Inner, Outer.Inner.Innermost, Outer.Inner.make, Outer.Inner]]
    yield from [innermost, [innermost, innermost], Point(1, [2]), Frozen(3), Slots(1, [2]), Keywords(1, b=[2])]
    yield [Keywords(1, b=2), Keywords(1, b=3)]
    yield from [Arguments(1, [2]), Listed([1]), Listed(range(1001)), Listed(range(2000)), Mapped(a=1), Mapped({i: i for i in range(1001)})]
    yield Mapped({i: i for i in range(1000)})
    yield from [Color.RED, [Color.RED, Color.BLUE, Color], Deep.A | Deep.B, Named(1, 2), [Named(1, [2]), Named(3, 4)]]
    yield from [datetime.datetime(2020, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), datetime.date(2020, 1, 2), datetime.time(1, 2, fold=1)]
    yield [datetime.timedelta(1, 2, 3), datetime.timezone(datetime.timedelta(hours=2), "x"), datetime.timedelta(1)]
    yield from [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5), [uuid.UUID(int=6), uuid.UUID(int=7)]]
    yield from [collections.OrderedDict(a=1, b=[2]), collections.Counter("hello"), collections.deque([1, 2], 3), collections.deque()]
    yield from [collections.defaultdict(list, a=[1]), array.array("d", [1.5, 2.5]), array.array("b", b"x" * 300)]
    yield from [pathlib.PurePosixPath("a/b"), ipaddress.ip_address("1.2.3.4"), ipaddress.ip_network("10.0.0.0/8")]
    yield from [range(5), slice(1, 2), ..., NotImplemented, type(None), print, len, str.join, "x".upper, [1, 2].append.__self__]
    yield from [functools.partial(print, 1, end=""), operator.itemgetter(1, "a"), operator.attrgetter("a.b"), ValueError("a", 1)]
    yield [ChildProcessError(2, "b").args, KeyError("k").args, OSError, ModuleNotFoundError, "builtins", "range", range(3), "__main__"]
    yield ["datetime", datetime.date(2000, 1, 1), "Point", Point, "__main__", Point(1, [])]
    node = Node()
    yield from [node, [node, node]]
    for size in (999, 1000, 1001):
        yield collections.deque(range(size))
        yield collections.OrderedDict((i, i) for i in range(size))


def same(a, b):
    if isinstance(a, (functools.partial, operator.itemgetter, operator.attrgetter, ValueError)):
        return a.__reduce__() == b.__reduce__() or repr(a) == repr(b)
    if isinstance(a, collections.deque):
        return a == b and a.maxlen == b.maxlen
    return type(a) is type(b) and a == b



all_objects = list(objects())
for value in all_objects:
    for protocol in range(6):
        print(pickle.dumps(value, protocol).hex())
print(flush=True)
bad = []
for line in sys.stdin:
    number, protocol, data = line.split()
    original = pickle.loads(pickle.dumps(all_objects[int(number) // 6], int(number) % 6))
    if int(protocol) < 3:
        original = pickle.loads(pickle.dumps(original, int(protocol)))
    try:
        back = pickle.loads(bytes.fromhex(data))
        if not same(original, back):
            bad.append(f"{original!r:.200} {int(number) % 6} to {protocol} is {back!r:.200}")
    except Exception as error:
        bad.append(f"{original!r:.200} {int(number) % 6} to {protocol}: {error!r} {data[:300]}")
print(*bad[:20] or ["ok"], sep="\n")
