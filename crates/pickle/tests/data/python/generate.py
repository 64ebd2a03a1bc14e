"""Writes `pickles.jsonl` beside this script: small pickles of all protocols, with what CPython says about each.

    python3 generate.py

Needs CPython 3.11 and nothing else; each run writes the same file. A line holds an `id`, the bytes (`hex`), the
instructions as `pickletools.genops` gives them (`ops`, and the digest of all of them), and the value in canonical JSON:
`c_unpickler` is the C unpickler with an allow-list of builtins and plain standard-library types, `inert` is the unpickler in
Python with every global replaced by an object that only takes notes.
"""
import array, collections, copyreg, datetime, decimal, fractions, hashlib, io, ipaddress, json, os, pathlib, pickle
import pickletools, struct, sys, types, uuid

# ---------------------------------------------------------------- what is pickled
shared, cyclic, looped = [1], [], []
cyclic.append(cyclic)
looped.append((looped, "in a tuple"))
selfish = {}
selfish["me"] = selfish
twice, date = {"k": (1, 2)}, datetime.date(2024, 2, 29)

BUILTINS = {
    "none": None, "true": True, "false": False, "zero": 0, "byte": 255, "two bytes": 65535, "four bytes": 2**31 - 1,
    "minus": -1, "lowest": -2**63, "beyond": 2**63, "long": 2**100, "minus long": -2**100, "very long": 7**800,
    "float": 1.5, "minus zero": -0.0, "infinity": float("inf"), "nan": float("nan"), "tiny": 5e-324, "complex": 1 - 2.5j,
    "empty text": "", "text": "a", "not ascii": "é€😀", "escapes": "\\u0041\n\r\0\x1a'\"", "surrogate": "a\ud800b",
    "long text": "x" * 256, "bytes": b"ab\xff\0", "no bytes": b"", "long bytes": b"y" * 256, "bytearray": bytearray(b"ab\xff"),
    "empty list": [], "list": [1], "longer list": [1, "b", None], "list in batches": list(range(1003)),
    "empty tuple": (), "one": (1,), "two": (1, 2), "three": (1, 2, 3), "four": (1, 2, 3, 4),
    "empty dict": {}, "dict": {"a": 1}, "longer dict": {"b": 1, "a": [2], 3: None},
    "keys": {1: "a", 2.5: "b", None: "c", (1, "x"): "d", b"k": "e", frozenset([1]): "f", 2**70: "g", 1j: "h", "": "i"},
    "empty set": set(), "set": {1}, "frozenset": frozenset([2]), "nested set": frozenset([frozenset(), ("k", frozenset([1]))]),
    "shared": [shared, shared, (shared,), {"k": shared}], "shared text": ["long enough"] * 3, "cycle": cyclic,
    "cycle in a tuple": looped, "cycle in a dict": selfish, "deep": [[[[[[[[["deep"]]]]]]]]], "range": range(1, 10, 2),
    "slice": slice(1, None), "class": int, "function": len,
}
STDLIB = {
    "datetime": datetime.datetime(2026, 11, 24, 1, 2, 3, 456), "aware": datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc),
    "date": date, "time": datetime.time(23, 59, fold=1), "timedelta": datetime.timedelta(-1, 5, 7),
    "timezone": datetime.timezone(datetime.timedelta(hours=5, minutes=30)), "Decimal": decimal.Decimal("-1.50"),
    "UUID": uuid.UUID(int=2**127 + 5), "Fraction": fractions.Fraction(-3, 4), "OrderedDict": collections.OrderedDict(b=1, a=[2]),
    "defaultdict": collections.defaultdict(list, {"k": [1]}), "Counter": collections.Counter("aab"),
    "deque": collections.deque([1, 2], 5), "array": array.array("i", [1, -2]), "path": pathlib.PurePosixPath("/a/b.txt"),
    "address": ipaddress.ip_address("10.0.0.1"), "network": ipaddress.ip_network("2001:db8::/32"),
    "shared dates": [date, date, twice, twice],
}

app = types.ModuleType("app.models")


class Plain:
    def __init__(self, **fields): self.__dict__.update(fields)


class Slots:
    __slots__ = "a", "b"


class State:
    def __getstate__(self): return "state"
    def __setstate__(self, state): pass


class Arguments(Plain):
    def __getnewargs__(self): return (1, "two")
    def __new__(cls, *args, **fields): return object.__new__(cls)


class Keywords(Plain):
    def __getnewargs_ex__(self): return (1,), {"name": 2}
    def __new__(cls, *args, **keywords): return object.__new__(cls)


class Numbers(list): pass
class Table(dict): pass
class Reduced:
    def __reduce__(self): return Plain, (1,), {"a": 1}, iter([1, 2]), iter([("k", "v")])


for made in (Plain, Slots, State, Arguments, Keywords, Numbers, Table, Reduced):
    made.__module__ = "app.models"
    setattr(app, made.__name__, made)
sys.modules["app"], sys.modules["app.models"] = types.ModuleType("app"), app


def objects():
    slots, numbers, table, parent = Slots(), Numbers([1, 2]), Table(k=1), Plain(name="parent")
    slots.a, slots.b = 1, [2]
    numbers.note, parent.child = "n", Plain(parent=parent)
    return {
        "plain": Plain(a=1, b=[2]), "empty": Plain(), "slots": slots, "state": State(), "arguments": Arguments(a=1),
        "keywords": Keywords(), "list subclass": numbers, "dict subclass": table, "cycle": parent, "reduced": Reduced(),
        "class": Plain, "shared": [parent, parent, parent.child],
    }


# What no pickler writes, or not any more: the text protocol, Python 2, corners of opcodes, and what is refused.
P2 = b"\x80\x02"
BY_HAND = {
    "INT bools": b"(I00\nI01\nI1\nI0\nl.", "INT long": b"I123456789012345678901234567890\n.", "LONG": b"(L5L\nL-5\nL0L\nt.",
    "INT nothing": b"I\n.", "INT text": b"Ifive\n.", "LONG nothing": b"LL\n.", "FLOAT": b"(F1.5\nF-0\nF1e5\nFnan\nF-inf\nt.",
    "FLOAT too large": b"F1e999\n.", "FLOAT blank": b"F 1.5\n.", "FLOAT nothing": b"F\n.",
    "STRING": b"(S'a'\nS\"b\"\nS'\\x41\\n\\\\\\''\nS'\\101'\nt.", "STRING unquoted": b"Sabc\n.", "STRING half quoted": b"S'abc\n.",
    "STRING bad escape": b"S'\\xz'\n.", "STRING binary": b"S'\\xe9'\n.", "UNICODE": b"(Va\nV\\u00e9\nV\\U0001f600\nV\\\\u0041\nV\nt.",
    "UNICODE latin": b"V\xe9\n.", "UNICODE cut": b"V\\u12\n.", "UNICODE surrogate": b"V\\ud800\n.",
    "BINSTRING": b"(T\x01\0\0\0aU\x01bt.", "BINSTRING binary": b"U\x02\xe9a.", "BINSTRING utf-8": b"U\x02\xc3\xa9.",
    "BINSTRING negative": b"T\xff\xff\xff\xffa.", "BINUNICODE not utf-8": b"X\x01\0\0\0\xff.", "BINUNICODE too long": b"X\x05\0\0\0ab.",
    "LONG1 padded": b"(\x8a\0\x8a\x01\x01\x8a\x03\xff\xff\xff\x8a\x02\xff\0t.", "LONG4 negative": b"\x8b\xff\xff\xff\xff.",
    "DICT": b"(K\x01K\x02U\x01aNd.", "DICT odd": b"(K\x01d.", "LIST": b"(K\x01Nl.", "TUPLE without MARK": b"Nt.",
    "equal keys": b"}(K\x01U\x01aG?\xf0\0\0\0\0\0\0U\x01b\x88U\x01cu.", "equal items": b"\x8f(K\x01\x88G?\xf0\0\0\0\0\0\0\x90.",
    "list as key": b"}]Ns.", "list in a tuple as key": b"}]\x85Ns.", "dict in a set": b"\x8f(}\x90.", "set in a frozenset": b"(\x8f\x91.",
    "SETITEM on a list": b"](K\x01K\x02e\x88K\x07s.", "APPEND to a tuple": b")Na.", "APPEND to a bytearray": b"\x96\x01\0\0\0\0\0\0\0aK\x07a.",
    "APPENDS nothing to None": b"N(e.", "POP": b"K\x01K\x020.", "POP of a MARK": b"K\x01(0.", "POP_MARK": b"K\x01(NN1.", "POP nothing": b"0N.",
    "DUP": b"]2\x86.", "DUP nothing": b"2.", "STOP nothing": b".", "STOP above a MARK": b"N(.", "no STOP": b"N", "nothing": b"",
    "unknown opcode": b"\xff.", "memo text": b"]p7\ng7\n\x86.", "memo never stored": b"h\x05.", "memo overwritten": b"K\x01q\0K\x02q\0h\0.",
    "memo far away": b"]q\x01r\0\x10\0\0j\0\x10\0\0h\x01\x87.", "PUT negative": b"Np-1\n.",
    "PUT nothing": b"p0\n.", "MEMOIZE after PUT": b"]q\x05}\x94h\x01\x86.", "PROTO 6": b"\x80\x06N.", "PROTO twice": b"\x80\x04\x80\x02N.",
    "FRAME": b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.", "FRAME too long": b"\x80\x04\x95\x09\0\0\0\0\0\0\0N.", "FRAME empty": b"\x95\0\0\0\0\0\0\0\0N.",
    "two frames": b"\x80\x04\x95\x03\0\0\0\0\0\0\0K\x07\x94\x95\x03\0\0\0\0\0\0\x000N.", "trailing": b"N.trailing", "two pickles": b"N.K\x01.",
    "BUILD None": b"]Nb.", "BUILD a dict": b"]}b.", "BUILD no attributes": b"]N}\x86b.", "REDUCE of an int": b"K\x01)R.",
    "REDUCE without a tuple": b"cbuiltins\nset\n]R.", "NEWOBJ of an int": b"K\x01)\x81.", "set of a list": P2 + b"c__builtin__\nset\n](K\x01K\x02K\x01e\x85R.",
    "bytes of Python 3 at protocol 2": P2 + b"c_codecs\nencode\nX\x04\0\0\0\xc3\xbf\xc3\xa9X\x06\0\0\0latin1\x86R.",
    "bytearray of Python 2": P2 + b"c__builtin__\nbytearray\nX\x02\0\0\0\xc3\xbfX\x07\0\0\0latin-1\x86R.", "long and unicode": P2 + b"c__builtin__\nlong\nK\x05\x85R.",
    "xrange": P2 + b"c__builtin__\nxrange\nK\0K\x05K\x01\x87R.", "complex": P2 + b"c__builtin__\ncomplex\nG?\xf0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86R.",
    "INST": b"(K\x01iapp.models\nOld\n.", "INST without arguments": b"(iapp.models\nOld\n}U\x01aK\x01sb.", "OBJ": b"(capp.models\nOld\nK\x01o.",
    "OBJ nothing": b"(o.", "GLOBAL empty": b"c\n\n.", "GLOBAL cut": b"cos\n", "STACK_GLOBAL of ints": b"K\x01K\x02\x93.",
    "PERSID": b"Pid 7\n.", "BINPERSID": b"(K\x01K\x02tQ.", "EXT1": b"\x82\x05.", "EXT4": b"\x84\0\0\1\0.", "EXT4 zero": b"\x84\0\0\0\0.",
    "NEXT_BUFFER": b"\x80\x05\x97\x98\x85.", "states": b"cm\nf\n)RK\x01bN}\x86b.",
    "cycle through a REDUCE": b"cm\nf\n]\x94\x85R\x94h\0h\x01a0.", "call of a call": b"cm\nf\n)R)R.", "items of an object": b"cm\nf\n)R(K\x01K\x02eU\x01kU\x01vs(K\x03\x90.",
}


def pickles():
    for name, value in BUILTINS.items():
        yield from protocols("builtins", name, value, range(6))
    for name, value in STDLIB.items():
        yield from protocols("stdlib", name, value, (0, 2, 4, 5))
    for name, value in objects().items():
        yield from protocols("objects", name, value, (2, 4) if name == "slots" else (0, 1, 2, 4))
    value = [Plain(a="a", b="a"), "a", {"k": ("k", b"k")}]
    out = io.BytesIO()
    pickle._Pickler(out, 4).dump(value)
    yield "writers/pickle.py", out.getvalue()
    yield "writers/optimized", pickletools.optimize(pickle.dumps(value, 4))
    out = io.BytesIO()
    pickler = pickle.Pickler(out, 2)
    pickler.dump(shared)
    pickler.dump([shared, shared])
    yield "writers/one pickler twice", out.getvalue()
    pickler = pickle.Pickler(out := io.BytesIO(), 3)
    pickler.fast = True
    pickler.dump(value)
    yield "writers/without memo", out.getvalue()
    yield "writers/out of band", pickle.dumps([pickle.PickleBuffer(bytearray(b"abc")), b"in"], 5, buffer_callback=lambda buffer: None)
    for name, data in BY_HAND.items():
        yield f"by hand/{name}", data


def protocols(family, name, value, numbers):
    seen = set()
    for protocol in numbers:
        data = pickle.dumps(value, protocol)
        if data not in seen:
            yield f"{family}/{name}/{protocol}", data
        seen.add(data)


# ---------------------------------------------------------------- what CPython says
NAMED = {
    "builtins": "set frozenset bytearray bytes complex range slice list dict tuple int str float bool object",
    "__builtin__": "set frozenset bytearray bytes complex xrange slice list dict tuple int long str unicode float bool object",
    "_codecs": "encode",
}
LIBRARY = {
    "datetime": "datetime date time timedelta timezone", "decimal": "Decimal", "uuid": "UUID SafeUUID", "fractions": "Fraction",
    "array": "_array_reconstructor array", "copyreg": "_reconstructor __newobj__", "copy_reg": "_reconstructor __newobj__",
    "collections": "OrderedDict defaultdict Counter deque", "pathlib": "PurePosixPath PosixPath PureWindowsPath",
    "ipaddress": "IPv4Address IPv6Address IPv4Network IPv6Network",
}
names = lambda table: {(module, name) for module, text in table.items() for name in text.split()}
ALLOWED = names(NAMED) | names(LIBRARY)


class Allowed(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return super().find_class(module, name)

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("persistent id")


class Noted:
    """A global, or what calling one would have made."""

    def __init__(self, name=None, callee=None, how=None, args=(), kwargs=None):
        self.name, self.callee, self.how, self.args, self.kwargs = name, callee, how, args, kwargs
        self.done = {"listitems": [], "dictitems": [], "setitems": [], "state": []}

    def __call__(self, *args): return Noted(callee=self, how="call", args=args)
    def __setstate__(self, state): self.done["state"].append(state)
    def extend(self, items): self.done["listitems"].extend(items)
    def append(self, item): self.done["listitems"].append(item)
    def add(self, item): self.done["setitems"].append(item)
    def __setitem__(self, key, value): self.done["dictitems"].append((key, value))


class Taken:
    """A persistent id or a buffer."""

    def __init__(self, **what): self.what = what


class NoteTaker(pickle._Unpickler):
    dispatch = dict(pickle._Unpickler.dispatch)

    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        self.named, self.odd, self.buffers = {}, False, 0

    def find_class(self, module, name):
        return self.named.setdefault((module, name), Noted(name=[module, name]))

    def get_extension(self, code):
        if code <= 0:
            raise pickle.UnpicklingError("extension code")
        self.odd = True
        self.append(self.find_class("copyreg extension", str(code)))

    def persistent_load(self, pid):
        self.odd = True
        return Taken(persid=pid)

    def make(self, how, callee, args, keywords=None):
        if not isinstance(callee, Noted) or type(args) is not tuple:
            raise pickle.UnpicklingError("not a callable and a tuple")
        self.append(Noted(callee=callee, how=how, args=args, kwargs=keywords))

    def _instantiate(self, callee, args):
        self.make("call" if args else "new", callee, tuple(args))

    def load_reduce(self):
        args, callee = self.stack.pop(), self.stack.pop()
        self.make("call", callee, args)
    dispatch[pickle.REDUCE[0]] = load_reduce

    def load_newobj(self):
        args, callee = self.stack.pop(), self.stack.pop()
        self.make("new", callee, args)
    dispatch[pickle.NEWOBJ[0]] = load_newobj

    def load_newobj_ex(self):
        keywords, args, callee = self.stack.pop(), self.stack.pop(), self.stack.pop()
        if type(keywords) is not dict:
            raise pickle.UnpicklingError("keywords are no dict")
        self.make("new", callee, args, keywords)
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex

    def load_next_buffer(self):
        self.odd = True
        self.append(Taken(buffer=self.buffers, readonly=False))
        self.buffers += 1
    dispatch[pickle.NEXT_BUFFER[0]] = load_next_buffer

    def load_readonly_buffer(self):
        if isinstance(self.stack[-1], Taken) and "buffer" in self.stack[-1].what:
            self.stack[-1].what["readonly"] = True
    dispatch[pickle.READONLY_BUFFER[0]] = load_readonly_buffer


# ---------------------------------------------------------------- canonical JSON
def number(x):
    return {"float": struct.pack(">d", x).hex(), "repr": repr(x)}


def integer(x):
    return x if abs(x) < 2**53 else {"int": str(x)}


def of_timedelta(x):
    return [x.days, x.seconds, x.microseconds]


ATOMS = {
    bool: lambda x: x, type(None): lambda x: x, int: integer, float: number, complex: lambda x: {"complex": [number(x.real), number(x.imag)]},
    str: lambda x: x if x.encode("utf-8", "replace").decode() == x else {"str": x.encode("utf-8", "surrogatepass").hex()},
    bytes: lambda x: {"bytes": x.hex()}, range: lambda x: {"range": [integer(x.start), integer(x.stop), integer(x.step)]},
    slice: lambda x: {"slice": [x.start, x.stop, x.step]},
    datetime.datetime: lambda x: {"datetime": x.isoformat(), "fold": x.fold}, datetime.date: lambda x: {"date": x.isoformat()},
    datetime.time: lambda x: {"time": x.isoformat(), "fold": x.fold}, datetime.timedelta: lambda x: {"timedelta": of_timedelta(x)},
    datetime.timezone: lambda x: {"timezone": of_timedelta(x.utcoffset(None)), "name": x.tzname(None)},
    decimal.Decimal: lambda x: {"Decimal": str(x)}, uuid.UUID: lambda x: {"UUID": str(x)},
    fractions.Fraction: lambda x: {"Fraction": [str(x.numerator), str(x.denominator)]},
    pathlib.PurePosixPath: lambda x: {"PurePosixPath": str(x)},
    ipaddress.IPv4Address: lambda x: {"IPv4Address": str(x)}, ipaddress.IPv6Network: lambda x: {"IPv6Network": str(x)},
}
CONTAINERS = list, dict, set, bytearray, tuple, frozenset, collections.deque, array.array, Noted
is_global = lambda x: isinstance(x, Noted) and x.name and not any(x.done.values())
is_tracked = lambda x: isinstance(x, CONTAINERS) and not is_global(x) and (not isinstance(x, (tuple, frozenset)) or len(x) > 0)


def inside(x):
    if isinstance(x, dict):
        return [part for pair in x.items() for part in pair]
    if isinstance(x, (list, tuple, collections.deque)):
        return list(x)
    if isinstance(x, Taken):
        return [x.what["persid"]] if "persid" in x.what else []
    if isinstance(x, Noted):
        parts = [*x.args, *(x.kwargs or {}).values(), x.callee]
        for kind, items in x.done.items():
            parts += [part for pair in items for part in pair] if kind == "dictitems" else items
        return parts
    return []


def canonical(root):
    met, again, todo = {}, set(), [root]
    while todo:
        x = todo.pop()
        if is_tracked(x):
            if id(x) in met:
                again.add(id(x))
                continue
            met[id(x)] = x
        todo += inside(x)
    numbers = {}

    def write(x, track=True):
        if type(x) in ATOMS:
            return ATOMS[type(x)](x)
        if is_global(x):
            return {"global": x.name}
        if isinstance(x, type) or isinstance(x, types.BuiltinFunctionType):
            return {"global": [x.__module__, x.__qualname__]}
        if isinstance(x, Taken):
            return {"persid": write(x.what["persid"])} if "persid" in x.what else x.what
        extra = {}
        if track and id(x) in again:
            if id(x) in numbers:
                return {"ref": numbers[id(x)]}
            extra["id"] = numbers[id(x)] = len(numbers)
        return body(x, track) | extra

    def pairs(items):
        return [[write(k), write(v)] for k, v in items]

    def body(x, track):
        name = type(x).__name__
        if isinstance(x, Noted):
            callee = {"class": x.callee.name} if is_global(x.callee) else {"callee": write(x.callee)}
            made = callee | {"how": x.how, "args": [write(part) for part in x.args]}
            if x.kwargs:
                made["kwargs"] = [[k, write(v)] for k, v in x.kwargs.items()]
            for kind, items in x.done.items():
                if items:
                    made[kind] = pairs(items) if kind == "dictitems" else [write(part) for part in items]
            return {"object": made}
        if isinstance(x, collections.defaultdict):
            return {name: pairs(x.items()), "factory": write(x.default_factory)}
        if isinstance(x, dict):
            return {name: pairs(x.items())}
        if isinstance(x, bytearray):
            return {name: x.hex()}
        if isinstance(x, (set, frozenset)):
            return {name: sorted((write(part, False) for part in x), key=lambda part: json.dumps(part, sort_keys=True))}
        if isinstance(x, collections.deque):
            return {name: [write(part) for part in x], "maxlen": x.maxlen}
        if isinstance(x, array.array):
            return {name: x.typecode, "items": [write(part) for part in x]}
        return {name: [write(part, track or not isinstance(x, tuple)) for part in x]}

    return write(root)


# ---------------------------------------------------------------- descriptions
def attempt(load):
    try:
        return load()
    except Exception as error:
        return {"loads": False, "error": type(error).__name__, "message": str(error)[:100]}


def with_allowed(data, encoding):
    unpickler = Allowed(io.BytesIO(data), encoding=encoding)
    return attempt(lambda: {"loads": True, "value": canonical(unpickler.load())})


def listing(data):
    ops, digest, stream, count = [], hashlib.sha256(), io.BytesIO(data), 0
    description = {"ops": ops}
    while not count or stream.tell() < len(data):
        try:
            for op, argument, position in pickletools.genops(stream):
                text = "" if argument is None else repr(argument)
                digest.update(f"{position} {op.name}{' ' if text else ''}{text}\n".encode("utf-8", "surrogatepass"))
                sha = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
                shown = text if len(text) <= 120 else {"arg_head": text[:80], "arg_len": len(text), "arg_sha256": sha}
                ops.append([position, op.name] + ([shown] if text else []))
        except Exception as error:
            description["genops_error"] = f"{type(error).__name__}: {error}"[:100]
            break
        count += 1
    return description | {"op_count": len(ops), "ops_sha256": digest.hexdigest(), "pickles_in_stream": count}


def describe(data):
    description = listing(data)
    operations = {op[1] for op in description["ops"]}
    if len(description["ops"]) > 100:
        description["ops"] = description["ops"][:20]
        description["ops_cut"] = True
    python2 = operations & {"STRING", "BINSTRING", "SHORT_BINSTRING"}
    taker = NoteTaker(io.BytesIO(data), encoding="latin1" if python2 else "ASCII")
    inert = attempt(lambda: {"loads": True, "value": canonical(taker.load())})
    if python2:
        inert["encoding"] = "latin1"
    known = set(taker.named)
    tier = "fails" if not inert["loads"] else "objects" if taker.odd or not known <= ALLOWED else "stdlib" if known - names(NAMED) else "builtin"
    allowed = with_allowed(data, "ASCII")
    if tier != "objects":
        description["c_unpickler"] = allowed
        if allowed["loads"] != inert["loads"]:
            inert = None  # the unpickler in Python, which is not what pickle.loads is, sees it otherwise
    elif allowed.get("message") == "pickle data was truncated":
        inert = None
        if python2:
            description |= {"c_unpickler_latin1": with_allowed(data, "latin1"), "c_unpickler_bytes": with_allowed(data, "bytes")}
    return {"tier": tier} | description | ({"inert": inert} if inert else {})


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "pickles.jsonl"), "w") as out:
        for name, data in pickles():
            print(json.dumps({"id": name, "hex": data.hex()} | describe(data)), file=out)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of texts in sets
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})
    main()
