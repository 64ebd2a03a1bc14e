"""An unpickler that imports and calls nothing, and what makes two of its results the same: types, values, order, sharing.

Calls that older protocols need in place of opcodes are taken as what they stand for, and names of Python 2 as those of
Python 3, so that a pickle can be compared with what it became in another protocol.
"""
import _compat_pickle, io, pickle, struct, sys


class Inert:
    """Stands for a global, or for what calling one would have made; only takes notes."""

    def __init__(self, name=None, callee=None, how=None, args=(), kwargs=None):
        self.name, self.callee, self.how, self.args, self.kwargs = name, callee, how, tuple(args), kwargs or {}
        self.effects = []

    def __call__(self, *args, **kwargs):
        known = None if self.effects or kwargs else KNOWN.get(self.name)
        value = known(*args) if known else None
        return Inert(callee=self, how="call", args=args, kwargs=kwargs) if value is None else value

    def note(self, kind, items):
        if self.effects and self.effects[-1][0] == kind != "state":
            self.effects[-1][1].extend(items)
        elif items:
            self.effects.append((kind, list(items)))

    def __setstate__(self, state): self.note("state", [state])
    def append(self, x): self.note("append", [x])
    def extend(self, xs): self.note("append", xs)
    def add(self, x): self.note("add", [x])
    def __setitem__(self, k, v): self.note("set", [k, v])


class Ordered:
    """A set or frozenset that keeps the order of the pickle."""

    def __init__(self, items, frozen):
        self.items, self.frozen = dict.fromkeys(items), frozen
        if not frozen:
            self.__class__ = OrderedSet

    def __hash__(self): return hash(frozenset(self.items))
    def __eq__(self, other): return isinstance(other, Ordered) and self.items.keys() == other.items.keys()
    def add(self, x): self.items[x] = None


class OrderedSet(Ordered):
    __hash__ = None


class Pid:
    def __init__(self, pid): self.pid = pid


class Buffer:
    def __init__(self, n, readonly): self.n, self.readonly = n, readonly


def set_of(frozen):
    return lambda *args: Ordered(*args or [()], frozen) if all(type(a) in (list, tuple) for a in args[:1]) and len(args) < 2 else None


def encoded(kind):
    def make(*args):
        if [type(a) for a in args] == [str, str] and args[1].lower().replace("_", "-") in ("latin1", "latin-1", "iso-8859-1", "iso8859-1", "utf-8", "utf8"):
            try:
                return kind(args[0].encode(args[1]))
            except UnicodeError:
                return None
        if kind is bytearray and (not args or len(args) == 1 and type(args[0]) is bytes):
            return bytearray(*args)
    return make


def attribute(*args):
    if len(args) == 2 and type(args[1]) is str and isinstance(args[0], Inert) and args[0].name and not args[0].effects:
        return Inert(name=(args[0].name[0], args[0].name[1] + "." + args[1]))


KNOWN = {
    ("builtins", "set"): set_of(False),
    ("builtins", "frozenset"): set_of(True),
    ("builtins", "bytes"): lambda *args: None if args else b"",
    ("builtins", "bytearray"): encoded(bytearray),
    ("_codecs", "encode"): encoded(bytes),
    ("builtins", "complex"): lambda *args: complex(*args) if [type(a) for a in args] == [float, float] else None,
    ("builtins", "getattr"): attribute,
    ("copyreg", "__newobj__"): lambda cls=None, *args: Inert(callee=cls, how="new", args=args) if isinstance(cls, Inert) else None,
    ("copyreg", "__newobj_ex__"): lambda *a: Inert(callee=a[0], how="new", args=a[1], kwargs=a[2]) if len(a) == 3 and isinstance(a[0], Inert) else None,
}


def python3(module, name):
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def python2(module, name):
    if (module, name) in _compat_pickle.REVERSE_NAME_MAPPING:
        return _compat_pickle.REVERSE_NAME_MAPPING[module, name]
    return _compat_pickle.REVERSE_IMPORT_MAPPING.get(module, module), name


class Unpickler(pickle._Unpickler):
    buffers = 0
    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module, name):
        return Inert(name=python3(module, name) if self.proto < 3 else (module, name))

    def get_extension(self, code):
        if code <= 0:
            raise pickle.UnpicklingError("EXT specifies code <= 0")
        self.append(Inert(name=("extension", str(code))))

    def persistent_load(self, pid):
        return Pid(pid)

    def _instantiate(self, cls, args):
        if not isinstance(cls, Inert):
            raise TypeError("not a class")
        self.append(cls(*args) if args else Inert(callee=cls, how="new"))

    def load_reduce(self):
        args, func = self.stack.pop(), self.stack.pop()
        if type(args) is not tuple or not isinstance(func, (Inert, Pid)):
            raise TypeError("REDUCE of the wrong types")
        self.append(func(*args) if isinstance(func, Inert) else Inert(callee=func, how="call", args=args))

    def new(self, cls, args, kwargs):
        if type(args) is not tuple or type(kwargs) is not dict or not isinstance(cls, (Inert, Pid)):
            raise TypeError("NEWOBJ of the wrong types")
        self.append(Inert(callee=cls, how="new", args=args, kwargs=kwargs))

    def load_newobj(self):
        args, cls = self.stack.pop(), self.stack.pop()
        self.new(cls, args, {})

    def load_newobj_ex(self):
        kwargs, args, cls = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self.new(cls, args, kwargs)

    def load_next_buffer(self):
        self.append(Buffer(self.buffers, False))
        self.buffers += 1

    def load_readonly_buffer(self):
        if isinstance(self.stack[-1], Buffer):
            self.stack[-1] = Buffer(self.stack[-1].n, True)

    def load_empty_set(self):
        self.append(Ordered([], False))

    def load_frozenset(self):
        items = self.pop_mark()
        self.append(Ordered(items, True))

    for opcode in ["REDUCE", "NEWOBJ", "NEWOBJ_EX", "NEXT_BUFFER", "READONLY_BUFFER", "EMPTY_SET", "FROZENSET"]:
        dispatch[getattr(pickle, opcode)[0]] = locals()["load_" + opcode.lower()]


def load(data, encoding="ASCII"):
    return Unpickler(io.BytesIO(data), encoding=encoding).load()


def difference(a, b, exact_nan):
    """The first difference found, or None."""
    left, right, todo = {}, {}, [(a, b)]
    keep = []
    while todo:
        a, b = todo.pop()
        if type(a) is not type(b):
            return f"{type(a).__name__} {a!r:.60} is {type(b).__name__} {b!r:.60}"
        tracked = isinstance(a, (list, dict, tuple, bytearray, Ordered, Buffer, Pid)) and a != ()
        tracked |= isinstance(a, Inert) and not (a.name and not a.effects)
        if tracked:
            keep += [a, b]
            met = id(a) in left
            if left.setdefault(id(a), len(left)) != right.setdefault(id(b), len(right)):
                return f"{type(a).__name__} is shared differently"
            if met:
                continue
        if isinstance(a, (list, tuple)):
            parts = a, b
        elif isinstance(a, dict):
            parts = flat(a), flat(b)
        elif isinstance(a, Ordered):
            parts = list(a.items), list(b.items)
        elif isinstance(a, Pid):
            parts = [a.pid], [b.pid]
        elif isinstance(a, Buffer):
            parts = [a.n, a.readonly], [b.n, b.readonly]
        elif isinstance(a, Inert):
            names = [python3(*python2(*x.name)) if x.name else None for x in (a, b)]
            effects = [[kind for kind, _ in x.effects] for x in (a, b)]
            if names[0] != names[1] or a.how != b.how or effects[0] != effects[1]:
                return f"{names[0]} {a.how} {effects[0]} is {names[1]} {b.how} {effects[1]}"
            parts = [[x.callee, *x.args, *flat(x.kwargs), *(i for _, items in x.effects for i in items)] for x in (a, b)]
        elif isinstance(a, float):
            if struct.pack(">d", a) != struct.pack(">d", b) and (exact_nan or a == a or b == b):
                return f"{a!r} is {b!r}"
            continue
        elif isinstance(a, complex):
            parts = [a.real, a.imag], [b.real, b.imag]
        else:
            if a != b:
                return f"{a!r:.200} is {b!r:.200}"
            continue
        if len(parts[0]) != len(parts[1]):
            return f"{type(a).__name__} of {len(parts[0])} is one of {len(parts[1])}"
        todo.extend(zip(*parts))


def flat(d):
    return [part for pair in d.items() for part in pair]
