"""Evaluates expressions, loads what was written for them, and writes them at every protocol.

A line in: the expression, then pickles of it in hexadecimal, with tabs between. A line out: what is wrong or `ok`, then the
pickles of CPython.
"""
import array, collections, copyreg, dataclasses, datetime as dt, decimal, enum, fractions, ipaddress, pathlib, pickle, sys, types
import uuid, zoneinfo

module = types.ModuleType("app.models")
sys.modules["app"] = types.ModuleType("app")
sys.modules["app.models"] = module
sys.modules["app"].models = module

SOURCE = '''
import collections, dataclasses, enum

@dataclasses.dataclass(unsafe_hash=True)
class Profile:
    age: int
    city: str

@dataclasses.dataclass
class Empty:
    pass

@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float

@dataclasses.dataclass(slots=True)
class Slots:
    a: int
    b: list

class Both:
    __slots__ = ("a", "__dict__")
    def __init__(self, a, b):
        self.a, self.b = a, b
    def __eq__(self, other):
        return type(self) is type(other) and (self.a, self.b) == (other.a, other.b)
    def __repr__(self):
        return f"Both({self.a!r}, {self.b!r})"

class Circle:
    def __init__(self, r):
        self.r = r
    def __eq__(self, other):
        return type(self) is type(other) and self.r == other.r
    def __repr__(self):
        return f"Circle({self.r!r})"

Pair = collections.namedtuple("Pair", "n s", module="app.models")
One = collections.namedtuple("One", "value", module="app.models")

class UserId(int):
    def __repr__(self):
        return f"UserId({int(self)})"

class Color(enum.Enum):
    RED = 1
    GREEN = "g"

class Outer:
    @dataclasses.dataclass
    class Inner:
        n: int

    class Kind(enum.Enum):
        A = 1
        B = 2
'''
exec(SOURCE, module.__dict__)
for thing in list(vars(module).values()):
    if isinstance(thing, type):
        thing.__module__ = "app.models" if thing.__module__ in ("builtins", "__main__", "app.models") else thing.__module__
module.Outer.Inner.__module__ = module.Outer.Kind.__module__ = "app.models"
models = module


def deep(x):
    """The value with its types, also of what is inside."""
    t = type(x)
    if isinstance(x, (list, tuple, set, frozenset, collections.deque)) and not hasattr(x, "_fields"):
        inside = sorted(map(repr, map(deep, x))) if isinstance(x, (set, frozenset)) else list(map(deep, x))
        return (t.__name__, inside, getattr(x, "maxlen", None))
    if isinstance(x, dict):
        factory = getattr(x, "default_factory", None)
        return (t.__name__, [(deep(k), deep(v)) for k, v in x.items()], factory)
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        return (t.__qualname__, [deep(getattr(x, f.name)) for f in dataclasses.fields(x)])
    if isinstance(x, (dt.datetime, dt.time)):
        return (t.__name__, repr(x), x.fold, repr(x.tzinfo))
    return (t.__module__, t.__qualname__, repr(x))


def check(expected, data):
    back = pickle.loads(data)
    protocol = data[1] if data[:1] == b"\x80" else 0
    if protocol < 4 and getattr(expected, "fold", 0):
        expected = expected.replace(fold=0)
    if deep(back) != deep(expected):
        return f"{back!r:.200} is not {expected!r:.200}"
    return None


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    for line in sys.stdin.read().splitlines():
        expression, *pickles = line.rstrip("\n").split("\t")
        expected = eval(expression)
        wrong = []
        for data in pickles:
            try:
                wrong.append(check(expected, bytes.fromhex(data)))
            except Exception as error:
                wrong.append(f"{error!r}: {data[:300]}".replace("\n", " ").replace("\t", " "))
        dumps = []
        for protocol in range(6):
            try:
                dumps.append(pickle.dumps(expected, protocol).hex())
            except Exception:
                dumps.append("")
        print("; ".join(filter(None, wrong)) or "ok", *dumps, sep="\t")
