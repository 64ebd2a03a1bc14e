"""Random graphs of builtins: shared, cyclic, with keys of every hashable kind. Follows `values.py`.

For each line `seed first count` it prints the pickles of that many values, a line each: one of each protocol. Then it reads
a line for each of them, pickles again, and says which are not the same value with the same sharing.
"""


def leaf(r):
    match r.randrange(12):
        case 0: return None
        case 1: return r.random() < 0.5
        case 2: return r.randrange(-300, 300)
        case 3: return r.choice([-1, 1]) * r.getrandbits(r.randrange(1, 300))
        case 4: return r.choice([0.0, -0.0, 1.0, -2.5, float("inf"), float("nan"), r.random() * 10.0**r.randrange(-300, 300)])
        case 5: return complex(r.choice([0.0, -0.0, r.random()]), r.choice([0.0, 1.0, float("nan")]))
        case 6 | 7 | 8: return "".join(r.choice("ab\n\r\\u'\"\0\x1aé€😀\ud800\udfff") for _ in range(r.choice([0, 1, 1, 2, 5, 300])))
        case 9: return bytes(r.getrandbits(8) for _ in range(r.choice([0, 1, 2, 5, 300])))
        case 10: return r.choice([range(r.randrange(-5, 5)), slice(r.randrange(5), None), ..., NotImplemented, int, len])
        case 11: return r.choice(["name", "key", 1, 0, 256, b"key", ""])


def hashable(r, depth=2):
    if depth and r.random() < 0.25:
        return r.choice([tuple, frozenset])(hashable(r, depth - 1) for _ in range(r.randrange(5)))
    key = leaf(r)
    return 0 if isinstance(key, slice) else key


def graph(r):
    """Containers first, which then hold each other."""
    pool = []
    for _ in range(r.choice([0, 1, 2, 4, 8])):
        inside = lambda most: [r.choice(pool) if pool and r.random() < 0.6 else leaf(r) for _ in range(r.randrange(most))]
        match r.randrange(9):
            case 0 | 1 | 2: pool.append([])
            case 3 | 4: pool.append({})
            case 5 | 6: pool.append(tuple(inside(5)))
            case 7: pool.append(r.choice([set, frozenset])(hashable(r) for _ in range(r.choice([0, 1, 2, 6]))))
            case 8: pool.append(bytearray(r.getrandbits(8) for _ in range(r.randrange(4))))
    some = lambda: r.choice(pool) if r.random() < 0.6 else leaf(r)
    for container in pool:
        if isinstance(container, list):
            container.extend(some() for _ in range(r.choice([0, 1, 2, 3, 6])))
        elif isinstance(container, dict):
            container.update((hashable(r), some()) for _ in range(r.choice([0, 1, 2, 3, 6])))
    return r.choice(pool) if pool else leaf(r)


def exchange(seed, first, count):
    made = [graph(random.Random(f"{seed} {number}")) for number in range(first, first + count)]
    for value in made:
        print(*(pickle.dumps(value, protocol).hex() for protocol in range(6)))
    print(flush=True)
    for number, value in enumerate(made, first):
        for data in set(sys.stdin.readline().split()):
            try:
                back = pickle.loads(bytes.fromhex(data))
                if not same(value, back):
                    print(f"{number}: {value!r:.200} became {back!r:.200} {data:.300}".replace("\n", " "))
            except Exception as error:
                print(f"{number}: {value!r:.200} {error!r} {data:.300}".replace("\n", " "))
    print(flush=True)


sys.stdout.reconfigure(errors="backslashreplace")
for line in sys.stdin:
    exchange(*map(int, line.split()))
