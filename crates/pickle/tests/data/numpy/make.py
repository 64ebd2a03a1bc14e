"""Pickles of numpy arrays, with what they hold.

    python3 make.py numpy-1 >  arrays.jsonl    # numpy 1.26
    python3 make.py numpy-2 >> arrays.jsonl    # numpy 2
    python3 make.py docs                       # the pickles of the documentation, numpy 2

A line: name, protocol, the pickle and its buffers in hexadecimal, dtype, shape, class, and the items in the order of
`array.flat`: integers and bools as they are, floats as `float.hex`, complex numbers as two of them, moments and spans as
integers, text as text, bytes in hexadecimal; objects are not listed.
"""

import json
import os
import pickle
import sys

import numpy as np

RECORD = [("i", "<i4"), ("f", "<f8"), ("s", "S3"), ("sub", "<i2", (2, 3))]


def plain(item):
    if isinstance(item, (np.datetime64, np.timedelta64)):
        return int(item.view("i8"))
    item = item.item() if isinstance(item, np.generic) else item
    if isinstance(item, float):
        return item.hex()
    if isinstance(item, complex):
        return [item.real.hex(), item.imag.hex()]
    return item.hex() if isinstance(item, bytes) else item


def items(array):
    if array.dtype.names:
        return {name: [plain(item) for item in array[name].flat] for name in array.dtype.names}
    if array.dtype == object:
        return None
    return [plain(array[index]) for index in np.ndindex(array.shape)]


def arrays():
    for code in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split():
        for order in "<>":
            if np.dtype(code).itemsize > 1 or order == "<":
                values = [0, 1] if code == "?" else [1, 2, 100] if code[0] in "iu" else [0.5, -1.25, 3e4, float("nan")]
                yield f"{code}{order}", np.array(values, dtype=order + code)
    for code in "iu":
        for size in (1, 2, 4, 8):
            limits = np.iinfo(f"{code}{size}")
            yield f"extremes-{code}{size}", np.array([limits.min, limits.max], dtype=f"{code}{size}")
    table = np.arange(24.0).reshape(2, 3, 4)
    yield "three-dimensions", table
    yield "fortran", np.asfortranarray(table)
    yield "transposed", table.transpose(1, 0, 2)
    yield "gaps", table[:, ::2, ::-1]
    yield "empty", np.empty((0, 3))
    yield "no-dimensions", np.array(5.5)
    yield "text", np.array(["a", "bc", "ünï", "\U0001f600", ""])
    yield "text-big-endian", np.array(["a", "ünï"], dtype=">U4")
    yield "bytes", np.array([b"x", b"y\0z", b""])
    yield "moments", np.array(["2026-01-01", "NaT", "1900-05-06"], dtype="M8[us]")
    yield "moments-25s", np.array(["2026-01-01"], dtype="M8[25s]")
    yield "spans", np.array([5, -7], dtype="m8[D]")
    yield "spans-generic", np.array([5, -7], dtype="m8")
    yield "records", np.array([(1, 2.5, b"ab", [[1, 2, 3], [4, 5, 6]]), (2, -1.0, b"c", [[7, 8, 9], [0, 0, 0]])], dtype=RECORD)
    yield "recarray", np.rec.array([(1, 2.5)], dtype=RECORD[:2])
    yield "matrix", np.matrix([[1, 2], [3, 4]])
    yield "masked", np.ma.masked_array([[1, 2], [3, 4]], mask=[[False, True], [False, False]])
    yield "masked-fortran", np.ma.masked_array(np.asfortranarray([[1, 2], [3, 4]]), mask=[[False, True], [False, False]])
    yield "objects", np.array([[1, "two"], [None, [3]]], dtype=object)
    yield "objects-fortran", np.asfortranarray(np.array([[1, "two"], [None, [3]]], dtype=object))
    yield "readonly", readonly(np.array([1.0, 2.0]))
    for scalar in (np.float64(1 / 3), np.float32(0.1), np.int16(-5), np.uint64(2**64 - 1), np.bool_(True), np.str_("s"), np.str_(""),
                   np.bytes_(b"ab"), np.complex64(1 + 2j), np.datetime64("2026-11-22"), np.timedelta64(3, "h")):
        yield f"scalar-{type(scalar).__name__.rstrip('_')}{np.asarray(scalar).size}", scalar


def readonly(array):
    array.flags.writeable = False
    return array


def line(label, name, array, protocol, out_of_band=False):
    buffers = []
    data = pickle.dumps(array, protocol, buffer_callback=buffers.append if out_of_band else None)
    whole = np.asarray(array) if isinstance(array, np.generic) else array
    out = {"name": f"{label}/{name}/p{protocol}" + ("/buffers" if out_of_band else ""), "hex": data.hex(),
           "dtype": array.dtype.str, "shape": list(whole.shape), "class": type(array).__name__,
           "items": items(np.asarray(whole))}
    if np.ma.isMaskedArray(array):
        out["mask"] = np.ma.getmaskarray(array).flatten().tolist()
        out["items"] = items(array.data)
    if out_of_band:
        out["buffers"] = [buffer.raw().hex() for buffer in buffers]
    return json.dumps(out)


def documentation():
    here = os.path.dirname(os.path.abspath(__file__))
    for name, value in {"doubles": np.array([[1.5, 2.5], [3.5, 4.5]]),
                        "records": np.array([(1, 2.5, b"ab"), (2, -1.0, b"c")], dtype=RECORD[:3])}.items():
        with open(os.path.join(here, f"{name}.p4.pkl"), "wb") as file:
            file.write(pickle.dumps(value, 4))


def main(label):
    if label == "docs":
        return documentation()
    for number, (name, array) in enumerate(arrays()):
        for protocol in {0, 2, 5} if number % 3 == 0 else {4, 5} if number % 3 == 1 else {3, 5}:
            print(line(label, name, array, protocol))
        if not number % 4 and not isinstance(array, np.generic):
            print(line(label, name, array, 5, True))


if __name__ == "__main__":
    main(sys.argv[1])
