"""The data of the pickle benchmark, and CPython's own times on it.

    cpython.py make FOLDER                 writes the data, as pickles of protocol 4 and as JSON
    cpython.py time FOLDER REPETITIONS     times pickle.loads and pickle.dumps (the C module)

Times are printed as JSON lines of microseconds for one pass over a data set.
"""

import datetime
import decimal
import gc
import json
import pickle
import random
import struct
import sys
import time
from pathlib import Path

try:
    import numpy
except ImportError:  # then the array is left out
    numpy = None

PROTOCOL = 4
ARRAY = "array of doubles"


def small_dicts(rng):
    cities = ["Berlin", "Busan", "Kyoto", "Lagos", "Lisbon", "New York", "Oslo", "Santiago"]
    return [
        {"id": number, "name": f"user {number}", "age": rng.randrange(18, 78), "city": rng.choice(cities)}
        for number in range(100_000)
    ]


def nested(rng, depth=7):
    if depth == 0:
        text = f"leaf {rng.randrange(100_000)} " * 6
        return [rng.random(), text, rng.randrange(1 << 40), None, True]
    return {
        "name": f"level {depth} {rng.randrange(1000)}",
        "children": [nested(rng, depth - 1) for _ in range(4)],
        "bounds": (depth, rng.random()),
        "more": nested(rng, depth - 1),
    }


def data_sets():
    rng = random.Random(1)
    yield "small dicts", small_dicts(rng)
    yield "nested", nested(rng)
    yield "floats", [rng.random() for _ in range(1_000_000)]


def objects(rng):
    start = datetime.datetime(2000, 1, 1)
    yield "datetimes", [start + datetime.timedelta(seconds=rng.randrange(10**9)) for _ in range(100_000)]
    yield "Decimals", [decimal.Decimal(rng.randrange(10**7)) / 100 for _ in range(100_000)]
    if numpy:
        yield ARRAY, numpy.random.default_rng(1).random(1_000_000)


def tiny(rng):
    return [{"age": rng.randrange(18, 78), "city": "New York"} for _ in range(200_000)]


def make(folder):
    for name, value in data_sets():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(value, PROTOCOL))
        (folder / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")))
    for name, value in objects(random.Random(3)):
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(value, PROTOCOL))
    # Tiny pickles lie one after another, each behind its length in four bytes.
    values = tiny(random.Random(2))
    for suffix, texts in [
        ("pickle", [pickle.dumps(value, PROTOCOL) for value in values]),
        ("json", [json.dumps(value, separators=(",", ":")).encode() for value in values]),
    ]:
        parts = [struct.pack("<I", len(text)) + text for text in texts]
        (folder / f"tiny pickles.{suffix}").write_bytes(b"".join(parts))


def pieces(data):
    start, found = 0, []
    while start < len(data):
        (length,) = struct.unpack_from("<I", data, start)
        found.append(data[start + 4 : start + 4 + length])
        start += 4 + length
    return found


def measure(workload, way, repetitions, work):
    micros = []
    for repetition in range(repetitions + 1):
        gc.collect()
        start = time.perf_counter()
        result = work()
        end = time.perf_counter()
        del result
        if repetition:
            micros.append(round((end - start) * 1e6, 1))
    print(json.dumps({"workload": workload, "mode": way, "micros": micros}, separators=(",", ":")))


def each(function, items):
    # Results are dropped one by one, as a reader of many rows does.
    for item in items:
        function(item)


def time_all(folder, repetitions):
    for name in ["small dicts", "nested", "floats"]:
        data = (folder / f"{name}.pickle").read_bytes()
        measure(name, "loads", repetitions, lambda: pickle.loads(data))
        value = pickle.loads(data)
        measure(name, "dumps", repetitions, lambda: pickle.dumps(value, PROTOCOL))
    if numpy:
        array = (folder / f"{ARRAY}.pickle").read_bytes()
        measure(ARRAY, "array loads", repetitions, lambda: pickle.loads(array))
    texts = pieces((folder / "tiny pickles.pickle").read_bytes())
    values = [pickle.loads(text) for text in texts]
    measure("tiny pickles", "loads", repetitions, lambda: each(pickle.loads, texts))
    dumps = pickle.dumps
    measure("tiny pickles", "dumps", repetitions, lambda: each(lambda value: dumps(value, PROTOCOL), values))
    print(json.dumps({"library": "CPython", "version": sys.version.split()[0]}, separators=(",", ":")))


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    make(folder) if sys.argv[1] == "make" else time_all(folder, int(sys.argv[3]))
