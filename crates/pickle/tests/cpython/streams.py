"""Random streams of opcodes, and what CPython's C unpickler makes of them.

Reads `seed first count` and prints a line for each stream: its bytes in hexadecimal, a tab, and the value in canonical
JSON, `?` when it has none, or `!Error: message`. Nothing is run: globals are harmless builtins, or stubs that only take notes.
"""
import _compat_pickle, codecs, copyreg, io, itertools, json, os, pickle, random, resource, struct, sys, warnings

CALLED = [("builtins", n) for n in "set frozenset bytearray bytes complex range slice".split()]
CALLED += [("__builtin__", n) for n in "set frozenset bytearray bytes complex range xrange slice".split()]
CALLED += [("_codecs", "encode")]
STUBS = [("mod", "Cls"), ("mod", "func"), ("pkg.mod", "Outer.Inner"), ("mod", "é")]


# ---------------------------------------------------------------- the unpickler
class Stub:
    """An instance that only notes what is done to it; its class stands for a global."""
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.how, self.args, self.kwargs, self.done = "new", args, kwargs, {}
        return self

    def note(self, kind, items):
        self.done.setdefault(kind, []).extend(items)

    def __call__(self, *args):
        return called(self, args)

    def __setstate__(self, state):
        self.note("state", [state])

    def extend(self, items):
        self.note("listitems", items)

    def __setitem__(self, key, value):
        self.note("dictitems", [(key, value)])

    def add(self, item):
        self.note("setitems", [item])


def called(callee, args):
    made = Stub.__new__(callee if isinstance(callee, type) else Stub, *args)
    made.how, made.callee = "call", callee
    return made


class Class(type):
    def __call__(cls, *args):
        return called(cls, args)


class Pid:
    def __init__(self, pid):
        self.pid = pid


class Buffer(bytearray):
    """An out-of-band buffer."""


def buffers():
    for number in itertools.count():
        buffer = Buffer(b"b")
        buffer.number = number
        yield buffer


class Unpickler(pickle.Unpickler):
    def __init__(self, data):
        super().__init__(io.BytesIO(data), buffers=buffers())
        self.stubs = {}

    def find_class(self, module, name):
        if (module, name) in CALLED:
            # At any protocol, where CPython itself knows Python 2's name up to protocol 2 only.
            return super().find_class("builtins" if module == "__builtin__" else module, {"xrange": "range"}.get(name, name))
        (module + name).encode()  # there is no module of a name with surrogates
        if (module, name) not in self.stubs:
            place = _compat_pickle.NAME_MAPPING.get((module, name)) or (_compat_pickle.IMPORT_MAPPING.get(module, module), name)
            self.stubs[module, name] = Class("Noted", (Stub,), {"place": place})
        return self.stubs[module, name]

    def persistent_load(self, pid):
        return Pid(pid)


for code in range(1, 256):
    copyreg.add_extension("copyreg extension", str(code), code)


# ---------------------------------------------------------------- the canonical form
TRACKED = list, dict, set, bytearray, tuple, frozenset, Stub


def parts(o):
    match o:
        case list() | tuple(): return o
        case dict(): return [x for pair in o.items() for x in pair]
        case Pid(): return [o.pid]
        case Stub():
            inner = [*o.args, *o.kwargs.values(), getattr(o, "callee", None)]
            for kind, items in o.done.items():
                inner += [x for pair in items for x in pair] if kind == "dictitems" else items
            return inner
    return ()


def canonical(value):
    seen, shared, todo = {}, set(), [value]
    while todo:
        o = todo.pop()
        if isinstance(o, TRACKED) and not isinstance(o, Buffer) and (o or not isinstance(o, (tuple, frozenset))):
            if id(o) in seen:
                shared.add(id(o))
                continue
            seen[id(o)] = o
        todo.extend(parts(o))
    ids = {}

    def number(x):
        return {"float": struct.pack(">d", x).hex()}

    def write(o, track=True):
        match o:
            case None | bool(): return o
            case int(): return o if abs(o) < 2**53 else {"int": str(o)}
            case float(): return number(o)
            case complex(): return {"complex": [number(o.real), number(o.imag)]}
            case str():
                try:
                    o.encode()
                    return o
                except UnicodeEncodeError:
                    return {"str": o.encode("utf-8", "surrogatepass").hex()}
            case bytes(): return {"bytes": o.hex()}
            case range(): return {"range": [write(x) for x in (o.start, o.stop, o.step)]}
            case slice(): return {"slice": [write(x) for x in (o.start, o.stop, o.step)]}
            case Pid(): return {"persid": write(o.pid)}
            case Buffer(): return {"buffer": o.number, "readonly": False}
            case memoryview() if isinstance(o.obj, Buffer): return {"buffer": o.obj.number, "readonly": True}
            case Class(): return {"global": o.place}
            case _ if o is codecs.encode: return {"global": ["_codecs", "encode"]}
            case type(): return {"global": [o.__module__, o.__qualname__]}
        extra = {}
        if track and id(o) in shared:
            if id(o) in ids:
                return {"ref": ids[id(o)]}
            extra["id"] = ids[id(o)] = len(ids)
        match o:
            case bytearray(): body = {"bytearray": o.hex()}
            case list(): body = {"list": [write(x) for x in o]}
            case tuple(): body = {"tuple": [write(x, track) for x in o]}
            case dict(): body = {"dict": [[write(k), write(v)] for k, v in o.items()]}
            case set() | frozenset(): body = {type(o).__name__: [write(x, False) for x in o]}
            case Stub(): body = {"object": stub(o)}
            case _: raise TypeError(f"no canonical form for {type(o)}")
        return body | extra

    def stub(o):
        callee = getattr(o, "callee", type(o))
        inner = {"class": callee.place} if isinstance(callee, Class) else {"callee": write(callee)}
        inner |= {"how": o.how, "args": [write(x) for x in o.args]}
        if o.kwargs:
            inner["kwargs"] = [[write(k), write(v)] for k, v in o.kwargs.items()]
        for kind in ("listitems", "dictitems", "setitems", "state"):
            if kind in o.done:
                pairs = kind == "dictitems"
                inner[kind] = [[write(k), write(v)] for k, v in o.done[kind]] if pairs else [write(x) for x in o.done[kind]]
        return inner

    return write(value)


# ---------------------------------------------------------------- the streams
TEXTS = ["", "a", "b", "0", "1", "key", "é", "€", "😀", "\ud800", "\n\\", "latin1", "x" * 30]
INTS = [0, 1, -1, 2, 3, 7, 255, 256, 65535, 2**31 - 1, -2**31, 2**31, 2**53, 2**63 - 1, -2**63, 2**63, 2**64, 10**30, -10**30]
FLOATS = [0.0, -0.0, 1.0, 2.0, -1.5, 255.0, 2.0**53, 2.0**63, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")]
INT_TEXTS = "0 1 -1 00 01 7 -7 +5 12345678901234567890 1_000 1__0 _1 1L - + ٣ 0x 1.0 a".split() + ["", " 5", "5 ", "5\r", "5\0"]
LONG_TEXTS = "0L 1L -1L 1 L -L 1LL 123456789012345678901234567890L 1_0L +3L 5l".split() + ["", " 5L", "5 L", "5L "]
FLOAT_TEXTS = "1.5 -0.0 1e5 nan inf -inf NaN Infinity 1_0.5 1e999 0x1p3 1. .5 . e5 1e 1d5 1,5 +1.5 --1".split() + ["", " 1.5", "1.5 ", "infinit"]
STRING_TEXTS = ["''", '""', "'a'", '"a"', "'a\"", "a", "'", "''a'", "'a''", "'\\x41'", "'\\x4'", "'\\n\\t\\\\'", "'\\101\\7'", "'\\777'",
                "'\\u0041'", "'\\''", "'\\q'", "'\\", "'a\\'", "'a' ", " 'a'", "'a'\r", "'é'", "'\\xe9'", ""]
UNICODE_TEXTS = ["", "a", "é", "\\u0041", "\\u00e9", "\\ud800", "\\U0001f600", "\\U00110000", "\\u12", "\\", "\\\\", "\\\\u0041", "\\x41", "a\\"]
KEYS = [0, 1, 2, 3, 4, 5, 6, 7, 200, 255, 256, 1000]

LEAVES = "none true false int int int float str str str bytes bytearray string text get get tuple0 list dict set global".split()
STEPS = {
    "leaf": 30, "mark": 9, "container": 6, "close": 14, "tuple": 7, "append": 8, "setitem": 8, "items": 14, "memoize": 9, "pop": 2,
    "dup": 2, "call": 3, "new": 2, "build": 2, "persid": 1, "random": 1, "proto": 1, "inst": 1,
}
STEP_NAMES, STEP_WEIGHTS = list(STEPS), list(STEPS.values())
ALL_OPCODES = [bytes([o.code.encode("latin1")[0]]) for o in __import__("pickletools").opcodes]


class Stream:
    """Opcodes that mostly fit what they will find on the stack."""

    def __init__(self, r):
        self.r, self.out, self.stack, self.marks, self.memo = r, [], [], [], {}

    def emit(self, code, kind=None, takes=0):
        self.out.append(code)
        if takes:
            del self.stack[-takes:]
        if kind:
            self.stack.append(kind)

    def above(self):
        return len(self.stack) - (self.marks[-1] if self.marks else 0)

    def make(self, steps):
        r = self.r
        if r.random() < 0.6:
            self.out.append(b"\x80" + bytes([r.choice([2, 2, 2, 2, 3, 4, 5, 5 if r.random() < 0.9 else r.randrange(8)])]))
        for _ in range(steps):
            getattr(self, r.choices(STEP_NAMES, STEP_WEIGHTS)[0])()
        while self.marks and r.random() < 0.9:
            self.close()
        if not self.above():
            self.leaf()
        self.out.append(b".")
        data = b"".join(self.out)
        if r.random() < 0.15:
            data = self.framed(data)
        return data + r.choice([b"", b"", b"", b"N.", b"\xff"])

    def framed(self, data):
        at = self.r.choice([0, 2, self.r.randrange(len(data))])
        length = self.r.choice([len(data) - at] * 6 + [self.r.randrange(len(data)), len(data) + 5])
        return data[:at] + b"\x95" + struct.pack("<Q", max(length, 0)) + data[at:]

    # -- leaves
    def leaf(self):
        getattr(self, "leaf_" + self.r.choice(LEAVES))()

    def leaf_none(self): self.emit(b"N", "none")
    def leaf_true(self): self.emit(self.r.choice([b"\x88", b"I01\n"]), "int")
    def leaf_false(self): self.emit(self.r.choice([b"\x89", b"I00\n"]), "int")
    def leaf_tuple0(self): self.emit(b")", "tuple")
    def leaf_list(self): self.emit(b"]", "list")
    def leaf_dict(self): self.emit(b"}", "dict")
    def leaf_set(self): self.emit(b"\x8f", "set")

    def leaf_int(self):
        r, n = self.r, self.r.choice(INTS)
        if r.random() < 0.3:
            n = r.randrange(-4, 260)
        raw = pickle.encode_long(n)
        choices = [b"\x8a" + bytes([len(raw)]) + raw, b"I%d\n" % n if n not in (0, 1) else b"K" + bytes([n]), b"L%dL\n" % n,
                   b"\x8b" + struct.pack("<i", len(raw)) + raw, b"\x8a" + bytes([len(raw) + 1]) + raw + (b"\xff" if n < 0 else b"\0")]
        if -2**31 <= n < 2**31:
            choices += [b"J" + struct.pack("<i", n)] * 3
        if 0 <= n < 256:
            choices += [b"K" + bytes([n])] * 5
        if 0 <= n < 65536:
            choices += [b"M" + struct.pack("<H", n)] * 3
        self.emit(r.choice(choices), "int")

    def leaf_float(self):
        x = self.r.choice(FLOATS)
        self.emit(self.r.choice([b"G" + struct.pack(">d", x)] * 3 + [b"F%s\n" % repr(x).encode()]), "float")

    def leaf_str(self):
        r, text = self.r, self.r.choice(TEXTS)
        raw = text.encode("utf-8", "surrogatepass")
        if r.random() < 0.02:
            raw = bytes(r.randrange(256) for _ in range(r.randrange(4)))
        choices = [b"\x8c" + bytes([len(raw)]) + raw] * 3 + [b"X" + struct.pack("<I", len(raw)) + raw] * 2
        choices += [b"\x8d" + struct.pack("<Q", len(raw)) + raw, b"V" + text.encode("raw-unicode-escape").replace(b"\n", b"\\u000a") + b"\n"]
        self.emit(r.choice(choices), "str")

    def leaf_bytes(self):
        raw = self.r.choice([b"", b"a", b"\0\xff", b"key", b"1"])
        self.emit(self.r.choice([b"C" + bytes([len(raw)]), b"B" + struct.pack("<I", len(raw)), b"\x8e" + struct.pack("<Q", len(raw))]) + raw, "bytes")

    def leaf_bytearray(self):
        raw = self.r.choice([b"", b"a", b"\0\xff"])
        self.emit(b"\x96" + struct.pack("<Q", len(raw)) + raw, "bytearray")

    def leaf_string(self):
        raw = self.r.choice([b"", b"a", b"key", b"\xe9"] if self.r.random() < 0.1 else [b"", b"a", b"key"])
        self.emit(self.r.choice([b"U" + bytes([len(raw)]), b"T" + struct.pack("<i", len(raw))]) + raw, "str")

    def leaf_text(self):
        code, texts, kind = self.r.choice([(b"I", INT_TEXTS, "int"), (b"L", LONG_TEXTS, "int"), (b"F", FLOAT_TEXTS, "float"),
                                           (b"S", STRING_TEXTS, "str"), (b"V", UNICODE_TEXTS, "str")])
        raw = self.r.choice(texts)
        self.emit(code + raw.encode("latin1" if code == b"V" else "utf-8") + b"\n", kind)

    def leaf_get(self):
        known = list(self.memo)
        if self.r.random() < 0.01:
            known = KEYS
        if not known:
            return self.leaf_int()
        key = self.r.choice(known)
        choices = [b"g%d\n" % key, b"j" + struct.pack("<I", key)]
        if key < 256:
            choices += [b"h" + bytes([key])] * 3
        self.emit(self.r.choice(choices), self.memo.get(key, "other"))

    def leaf_global(self):
        module, name = self.r.choice(STUBS * 4 + CALLED)
        if self.r.random() < 0.5:
            code = b"c%s\n%s\n" % (module.encode(), name.encode())
        else:
            module, name = module.encode(), name.encode()
            code = b"\x8c" + bytes([len(module)]) + module + b"\x8c" + bytes([len(name)]) + name + b"\x93"
        self.emit(code, "class" if name in ("Cls", b"Cls") else "global")

    # -- containers
    def mark(self):
        self.marks.append(len(self.stack))
        self.out.append(b"(")

    def container(self):
        self.emit(*self.r.choice([(b"]", "list"), (b"}", "dict"), (b"\x8f", "set"), (b")", "tuple")]))

    def close(self):
        """Ends a mark, mostly with something that fits."""
        if not self.marks:
            return self.leaf()
        height = min(self.marks.pop(), len(self.stack))
        inside, below = self.stack[height:], self.stack[height - 1] if height else None
        fits = [(b"t", "tuple"), (b"l", "list")]
        if all(kind not in ("list", "dict", "set", "bytearray") for kind in inside):
            fits.append((b"\x91", "frozenset"))
        if len(inside) % 2 == 0:
            fits.append((b"d", "dict"))
        target = {"list": [(b"e", None)], "bytearray": [(b"e", None)], "dict": [(b"u", None)], "set": [(b"\x90", None)],
                  "object": [(b"e", None), (b"u", None), (b"\x90", None)]}.get(below, [])
        if inside and inside[0] == "class":
            fits.append((b"o", "object"))
        code, kind = self.r.choice(fits + target * 3 if self.r.random() < 0.97 else [(b"e", None), (b"u", None), (b"\x90", None), (b"o", "object"), (b"1", None)])
        del self.stack[height:]
        self.emit(code, kind)

    def tuple(self):
        count = self.r.randrange(1, 4)
        if self.above() >= count or self.r.random() < 0.02:
            self.emit([b"\x85", b"\x86", b"\x87"][count - 1], "tuple", count)

    def append(self):
        targets = ["list", "list", "bytearray", "object"] if self.r.random() < 0.98 else ["none", "dict", "str"]
        if self.above() >= 1 and self.stack[-1] in targets:
            self.leaf()
            self.emit(b"a", None, 1)

    def setitem(self):
        targets = ["dict", "dict", "object"] if self.r.random() < 0.96 else ["list", "bytearray", "tuple"]
        if self.above() >= 1 and self.stack[-1] in targets:
            self.leaf()
            self.leaf()
            self.emit(b"s", None, 2)

    def items(self):
        """A whole `APPENDS`, `SETITEMS` or `ADDITEMS`."""
        if self.above() >= 1 and (code := {"list": b"e", "dict": b"u", "set": b"\x90", "bytearray": b"e"}.get(self.stack[-1])):
            height = len(self.stack)
            self.out.append(b"(")
            for _ in range(self.r.randrange(4) * (2 if code == b"u" else 1)):
                self.leaf_int() if self.stack[height - 1] == "bytearray" else self.leaf()
            del self.stack[height:]
            self.out.append(code)

    # -- the machine
    def memoize(self):
        if not self.above():
            return
        if self.r.random() < 0.5:
            self.memo[len(self.memo)] = self.stack[-1]
            return self.emit(b"\x94")
        key = self.r.choice(KEYS)
        self.memo[key] = self.stack[-1]
        self.emit(self.r.choice([b"p%d\n" % key, b"r" + struct.pack("<I", key)] + ([b"q" + bytes([key])] * 2 if key < 256 else [])))

    def pop(self):
        if self.above():
            self.emit(b"0", None, 1)
        elif self.marks:
            self.marks.pop()
            self.emit(b"0")

    def dup(self):
        if self.above():
            self.emit(b"2", self.stack[-1])

    def random(self):
        self.out.append(self.r.choice(ALL_OPCODES) if self.r.random() < 0.2 else b"")

    def proto(self):
        self.out.append(b"\x80" + bytes([self.r.randrange(6)]) if self.r.random() < 0.2 else b"")

    def persid(self):
        if self.above() and self.r.random() < 0.5:
            self.emit(b"Q", "other", 1)
        else:
            self.emit(b"P%s\n" % self.r.choice([b"", b"1", b"id 2"]), "other")

    # -- objects
    def call(self):
        r = self.r
        if r.random() < 0.4:
            return self.emit(b"cmod\n%s\n" % r.choice([b"Cls", b"func"]) + r.choice([b")", b"N\x85", b"K\x01K\x02\x86"]) + b"R", "object")
        items = r.choice([b"]", b")", b"](K\x01G\x3f\xf0\0\0\0\0\0\0\x88e", b"(U\x01aU\x01bU\x01at", b"(K\x01I2\nF3.0\nt"])
        name, args = r.choice([
            (b"set", items + b"\x85"), (b"frozenset", items + b"\x85"), (b"set", b")"), (b"frozenset", b")"), (b"bytearray", b")"),
            (b"bytes", b")"), (b"bytearray", b"C\x02ab\x85"), (b"complex", b"G\x3f\xf0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86"),
            (b"slice", b"NK\x05N\x87"), (b"bytearray", b"X\x02\0\0\0\xc3\xa9X\x07\0\0\0latin-1\x86"),
            (b"range", b"K\x01K\x05K\x02\x87"), (b"xrange", b"K\0K\x05K\x01\x87"),
        ])
        module = b"__builtin__" if name == b"xrange" or r.random() < 0.2 else b"builtins"
        if name == b"range":
            module = b"builtins"
        kind = {b"set": "set", b"bytearray": "bytearray"}.get(name, "other")
        if r.random() < 0.25:
            text = r.choice(["", "abc", "é\xff", "é" if r.random() < 0.8 else "€"]).encode()
            code = r.choice(["latin1"] * 8 + ["latin-1", "utf-8", "utf8", "LATIN1", "ascii", "iso8859-1"]).encode()
            return self.emit(b"c_codecs\nencode\nX" + struct.pack("<I", len(text)) + text + b"U" + bytes([len(code)]) + code + b"\x86R", "bytes")
        self.emit(b"c" + module + b"\n" + name + b"\n" + args + b"R", kind)

    def new(self):
        args = self.r.choice([b")", b"N\x85", b"K\x01K\x02\x86"])
        if self.r.random() < 0.3:
            return self.emit(b"cmod\nCls\n" + args + self.r.choice([b"}", b"}U\x01kK\x01s"]) + b"\x92", "object")
        self.emit(b"cmod\nCls\n" + args + b"\x81", "object")

    def inst(self):
        self.emit(b"(" + self.r.choice([b"", b"N", b"K\x01K\x02"]) + b"imod\nCls\n", "object")

    def build(self):
        if self.above() and (self.stack[-1] == "object" or self.r.random() < 0.03):
            self.leaf()
            self.emit(b"b", None, 1)
        elif self.above() and self.r.random() < 0.1:
            self.out.append(self.r.choice([b"Nb", b"NN\x86b", b"N}\x86b", b"}b", b"}N\x86b", b")b"]))


def mutated(r, data):
    """A valid pickle with some of its bytes changed, cut, doubled or spliced."""
    data = bytearray(data)
    for _ in range(r.randrange(1, 4)):
        at = r.randrange(len(data) + 1)
        match r.randrange(6):
            case 0 if at < len(data): data[at] ^= 1 << r.randrange(8)
            case 1 if at < len(data): data[at] = r.choice(b"\0\1\2().0NKa\xff")
            case 2: del data[at:at + r.randrange(1, 5)]
            case 3: data[at:at] = r.choice(ALL_OPCODES)
            case 4: data[at:at] = data[max(0, at - 6):at]
            case 5: data = data[:at] if r.random() < 0.3 else data
    return bytes(data)


def valid(r):
    pool = []

    def value(depth):
        if pool and r.random() < 0.15:
            return r.choice(pool)
        match r.randrange(9) if depth else r.randrange(5):
            case 0: return r.choice(INTS)
            case 1: return r.choice(FLOATS)
            case 2: return r.choice(TEXTS)
            case 3: return r.choice([None, True, False, b"", b"ab", 1j])
            case 4: return r.choice([set(), frozenset(), bytearray(b"x"), range(3), ()])
            case 5: made = [value(depth - 1) for _ in range(r.randrange(4))]
            case 6: made = tuple(value(depth - 1) for _ in range(r.randrange(5)))
            case 7: made = {r.choice(TEXTS + INTS): value(depth - 1) for _ in range(r.randrange(4))}
            case 8: made = r.choice([set, frozenset])(r.choice(TEXTS + INTS) for _ in range(r.randrange(4)))
        pool.append(made)
        return made

    return pickle.dumps(value(r.randrange(4)), r.randrange(6))


def stream(seed, number):
    r = random.Random(f"{seed} {number}")
    kind = r.randrange(10)
    if kind < 7:
        data = Stream(r).make(r.choice([3, 6, 10, 20, 40]))
        return mutated(r, data) if kind == 6 else data
    return mutated(r, valid(r))


def outcome(data):
    try:
        copyreg.clear_extension_cache()
        value = Unpickler(data).load()
    except Exception as error:
        return f"!{type(error).__name__}: {error}".encode("ascii", "backslashreplace").decode().replace("\n", " ")[:200]
    try:
        return json.dumps(canonical(value))
    except (RecursionError, TypeError):
        return "?"  # a cycle through a set, or a view: read, but without canonical form


def main():
    warnings.simplefilter("ignore")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # CPython complains about bytearrays that are cut short
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    seed, first, count = map(int, sys.stdin.readline().split())
    for number in range(first, first + count):
        data = stream(seed, number)
        print(data.hex(), outcome(data), sep="\t")
    print()


if __name__ == "__main__":
    main()
