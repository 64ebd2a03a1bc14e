"""Values of builtins for the differential tests, the same in every run, and what makes two of them the same."""
import pickle, random, sys

sys.setrecursionlimit(20000)


def fixed():
    yield from [None, True, False, 0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, -2**31 - 1]
    yield from [2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, -2**64, 2**2000, -2**2000, 2**2039, 2**2040, 10**700]
    yield from [0.0, -0.0, 1.5, -1e300, 5e-324, float("inf"), float("-inf"), float("nan")]
    yield from [1 + 2j, complex(-0.0, float("inf")), 0j]
    yield from ["", "a", "é€😀", "\n\\u0041\\", "x" * 255, "x" * 256, "x" * 70000, "\ud800", "a\udfffb", "\x00\x1a\r"]
    yield from [b"", b"a", bytes(range(256)), b"y" * 256, b"y" * 70000, bytearray(), bytearray(b"abc"), bytearray(300)]
    yield from [[], [1], [1, 2], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {}, {"a": 1}, {"a": 1, "b": 2}]
    yield from [set(), {1}, {1, 2, 3}, frozenset(), frozenset([1]), frozenset([1, 2, 3]), {frozenset([1]), (1, 2)}]
    for n in (999, 1000, 1001, 2000):
        yield from [list(range(n)), {i: i for i in range(n)}, set(range(n)), frozenset(range(n)), tuple(range(n))]
    yield [str(i) * 100 for i in range(2000)]
    yield {1: "a", 2.5: "b", None: "c", (1, "x"): "d", b"k": "e", frozenset([1, 2]): "f", 2**70: "g", 1j: "h"}
    yield from [range(10), range(5, 1, -2), slice(1, None, 2), ..., NotImplemented, int, dict, len, ValueError]
    s, l, d, t, b, ba = "shared", [1], {"k": [2]}, (1, [2]), b"bytes", bytearray(b"x")
    yield [s, s, l, l, d, d, t, t, b, b, ba, ba, {"one": l, "two": d}]
    yield ["", "", "a", "a", "é", "é", "€", "€", "\0", b"\0", b"\0", b"", b"", b"\xe9", bytearray(b"\0"), bytearray(), bytearray()]
    st, fs = {1, 2}, frozenset([3, 4])
    yield [st, st, fs, fs, [st, (fs,)], 1j, 2j, range(3), range(4)]
    l = []; l.append(l); yield l
    d = {}; d["self"] = d; yield d
    l = []; t = (l, 1); l.append(t); yield t
    l = []; t = (l, 1, 2, 3, 4); l.extend([t, t]); yield t
    l = []; t = (l,); l.append(t); yield l
    yield [[[[[[["deep"]]]]]]]
    a, c = [], []
    a.append(c); c.append(a); yield (a, c)


def random_value(r, depth, pool):
    kind = r.randrange(10 if depth <= 0 else 17)
    if pool and r.random() < 0.1:
        return r.choice(pool)
    match kind:
        case 0: return None
        case 1: return r.random() < 0.5
        case 2: return r.randrange(-300, 300)
        case 3: return r.randrange(-2**r.randrange(1, 200), 2**r.randrange(1, 200))
        case 4: return r.choice([0.0, 1.0, -2.5, r.random() * 10**r.randrange(-300, 300)])
        case 5: return complex(r.random(), r.randrange(5))
        case 6 | 7: return "".join(chr(r.choice([97, 98, 10, 92, 233, 8364, 128512, 0xd800])) for _ in range(r.randrange(8)))
        case 8: return bytes(r.randrange(256) for _ in range(r.randrange(8)))
        case 9: return r.choice(["name", "age", "x", b"", ""])
    size = r.randrange(6)
    inner = lambda: random_value(r, depth - 1, pool)
    key = lambda: random_key(r, depth - 1)
    match kind:
        case 10 | 11:
            v = []; pool.append(v); v.extend(inner() for _ in range(size))
        case 12 | 13:
            v = {}; pool.append(v); v.update((key(), inner()) for _ in range(size))
        case 14:
            v = tuple(inner() for _ in range(size)); pool.append(v)
        case 15:
            v = {key() for _ in range(size)}; pool.append(v)
        case 16:
            v = r.choice([frozenset(key() for _ in range(size)), bytearray(size)]); pool.append(v)
    return v


def random_key(r, depth):
    if depth > 0 and r.random() < 0.2:
        return r.choice([tuple, frozenset])(random_key(r, depth - 1) for _ in range(r.randrange(4)))
    return random_value(r, 0, [])


def values(count):
    yield from fixed()
    r = random.Random(20)
    for _ in range(count):
        yield random_value(r, r.randrange(6), [])


def same(a, b):
    """Whether two graphs have the same types, values, order and sharing (inside sets: values only)."""
    left, right, todo = {}, {}, [(a, b)]
    while todo:
        a, b = todo.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, (list, dict, set, bytearray)) or isinstance(a, (tuple, frozenset)) and a:
            met = id(a) in left
            if left.setdefault(id(a), len(left)) != right.setdefault(id(b), len(right)):
                return False
            if met:
                continue
        if isinstance(a, (list, tuple)):
            if len(a) != len(b):
                return False
            todo.extend(zip(a, b))
        elif isinstance(a, dict):
            if len(a) != len(b):
                return False
            for (k, v), (l, w) in zip(a.items(), b.items()):
                todo += [(k, l), (v, w)]
        elif isinstance(a, (set, frozenset)):
            if sorted(map(plain, a)) != sorted(map(plain, b)):
                return False
        elif plain(a) != plain(b):
            return False
    return True


def has_sets(value):
    """Whether there are sets of more than one item in a value, whose order is not that of their pickle."""
    seen, todo = set(), [value]
    while todo:
        x = todo.pop()
        if isinstance(x, (set, frozenset)) and len(x) > 1:
            return True
        if isinstance(x, (list, tuple, dict, set, frozenset)) and id(x) not in seen:
            seen.add(id(x))
            todo += [*x.keys(), *x.values()] if isinstance(x, dict) else x
    return False


def plain(x):
    if isinstance(x, (frozenset, set)):
        return f"{type(x).__name__}{sorted(map(plain, x))}"
    if isinstance(x, tuple):
        return f"tuple{[plain(i) for i in x]}"
    return f"{type(x).__name__}:{x!r}"
