# Values, paths into them, and what Python's own lookups find there.
import collections, datetime, json, pickle, sys


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slots:
    __slots__ = ("left", "right")

    def __eq__(self, other):
        return (self.left, self.right) == (other.left, other.right)


class Keyed(dict):
    pass


class Listed(list):
    pass


def slots(left, right):
    made = Slots()
    made.left, made.right = left, right
    return made


def keyed(pairs, **attributes):
    made = Keyed(pairs)
    made.__dict__.update(attributes)
    return made


MISSING = object()
shared = ["one", {"deep": (1, 2, 3)}]
around = {"name": "around"}
around["self"] = around
VALUES = [
    {"city": "Seoul", "first name": "Jo", "ключ": 1, "": "empty", "a.b": 2, "a": {"b": 3}, 'q"\\]': 4, "\n": 5},
    {1: "one", 0: "zero", -1: "minus", 2.0: "two", 2.5: "no index", "1": "text", None: "none", (1,): "tuple"},
    {True: "yes", False: "no"},
    {2**53: "whole", 2.0**60: "large", 2**63 - 1: "most", -(2**63): "least", 2**64: "beyond", 3 + 0j: "complex"},
    {2.0**63: "just beyond", b"city": "bytes"},
    [10, [20, 30, [40]], (50, 60), {"in": [70]}],
    {"one": shared, "two": shared, "three": [shared, shared]},
    around,
    collections.OrderedDict([("a", 1), ("b", [1, 2])]),
    collections.Counter("abca"),
    collections.defaultdict(list, {"a": [1], 3: "three"}),
    collections.deque([1, 2, 3, 4], maxlen=3),
    Plain(name="Jo", tags=["x", "y"], inner=Plain(city="Seoul")),
    slots(1, [2, 3]),
    keyed({"a": 1, 5: "five", "both": "item"}, note="attribute"),
    Listed([1, [2, 3]]),
    {"when": datetime.date(2026, 1, 2), "set": {1, 2}, "text": "abc", "bytes": b"abc", "none": None},
    None,
    7,
]
PATHS = (
    '$ $.city $["city"] $["first\\u0020name"] $.ключ $["\\u043a\\u043b\\u044e\\u0447"] $[""] $["a.b"] $.a.b $["a"]["b"] '
    '$["q\\"\\\\]"] $["\\n"] $[1] $[0] $[-1] $[2] $["1"] $[-2] $[-3] $[-4] $[-5] $[3] $[9007199254740992] '
    '$[1152921504606846976] $[9223372036854775807] $[-9223372036854775808] $[1][0] $[1][-1][0] $[2][1] $[3].in[0] '
    '$.one[0] $.two[1].deep[-1] $.three[1][1].deep[0] $.self.self.self.name $.a $.b[1] $.c $.a[0] $.name $.tags[1] '
    '$.inner.city $.left $.right[1] $[5] $.both $.note $.when $.when.year $.set $.set[0] $.text[0] $.bytes[0] $.none '
    '$.none.x $.text.x'
).split(" ")


def steps(path):
    """The steps of a path, read in another way than the crate does."""
    rest, found = path[1:], []
    while rest:
        if rest[0] == ".":
            end = min([place for place in (rest.find(".", 1), rest.find("[", 1)) if place > 0], default=len(rest))
            found.append(rest[1:end])
            rest = rest[end:]
        else:
            key, end = json.JSONDecoder().raw_decode(rest[1:])
            found.append(key)
            rest = rest[end + 2 :]
    return found


def look(value, step):
    if isinstance(value, (dict, Keyed)):
        if step in dict.keys(value):
            return dict.__getitem__(value, step)
        return getattr(value, "__dict__", {}).get(step, MISSING) if isinstance(value, Keyed) else MISSING
    if isinstance(value, (list, tuple, collections.deque)):
        inside = isinstance(step, int) and -len(value) <= step < len(value)
        return value[step] if inside else MISSING
    if isinstance(value, (Plain, Slots)) and isinstance(step, str):
        return getattr(value, step, MISSING)
    return MISSING


def expected(value, path):
    for step in steps(path):
        value = look(value, step)
        if value is MISSING:
            break
    return value


def same(one, other):
    if one is around:
        return type(other) is dict and other["self"] is other and other["name"] == "around"
    if one is MISSING or other is MISSING:
        return one is other
    if type(one) is not type(other):
        return False
    if isinstance(one, Plain):
        return list(one.__dict__) == list(other.__dict__) and all(map(same, one.__dict__.values(), other.__dict__.values()))
    return one == other


cases = [
    (value, path, protocol)
    for value in VALUES
    for path in PATHS
    for protocol in range(6)
    if protocol > 1 or not isinstance(value, Slots)
]
sys.stdin.readline()
for value, path, protocol in cases:
    print(pickle.dumps(value, protocol).hex(), json.dumps(path))
print(flush=True)
for value, path, protocol in cases:
    answer = sys.stdin.readline().strip()
    wanted = expected(value, path)
    got = MISSING if answer == "-" else pickle.loads(bytes.fromhex(answer))
    if not same(wanted, got):
        print(f"{value!r:.80} at {path}, protocol {protocol}: wanted {wanted!r:.80}, got {got!r:.80}".replace("\n", " "))
print(len(cases))
print(flush=True)
