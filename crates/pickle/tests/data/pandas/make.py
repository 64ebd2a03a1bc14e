"""Pickles of pandas' frames and series, with what they hold; for Python 2.7 and any later one.

    python make.py LABEL >> frames.jsonl    # with pandas 0.20, 0.24 (Python 2), 0.25, 1.1, 1.5, 2.1, 3.1
    python make.py docs                     # the pickles of the documentation, pandas 3

A line: name, the pickle in hexadecimal, index, and columns (a list of name and items) or the name and items of a series.
Missing values are null, floats `float.hex` in {"f": ...}, moments and spans {"M": [number, unit]} and {"m": ...}, other
objects {"?": 0}; tuples are lists.
"""
import binascii
import json
import math
import os
import pickle
import sys

import numpy as np
import pandas as pd

TEXT = type(u"")


def plain(item):
    if isinstance(item, (np.datetime64, np.timedelta64)):
        unit, count = np.datetime_data(item.dtype)
        assert count == 1
        return None if np.isnat(item) else {item.dtype.kind: [int(item.view("i8")), unit]}
    if item is None or item is getattr(pd, "NA", None) or item is pd.NaT:
        return None
    item = item.item() if isinstance(item, np.generic) else item
    if isinstance(item, pd.Timestamp) and item.tz is None:
        return plain(item.to_datetime64())
    if isinstance(item, pd.Timedelta):
        return plain(item.to_timedelta64())
    if isinstance(item, float):
        return {"f": "nan" if math.isnan(item) else item.hex()}
    if isinstance(item, tuple):
        return [plain(part) for part in item]
    if isinstance(item, (bool, int, TEXT, str)):
        return item
    return {"?": 0}


def items(values):
    dtype = str(values.dtype)
    if dtype == "category" or dtype in ("str", "string"):
        return [None if pd.isnull(item) else plain(item) for item in values]
    if dtype.startswith(("datetime64", "timedelta64")):
        return [plain(item) for item in np.asarray(values.values)]
    return [plain(item) for item in values]


def frames():
    count = 4
    columns = {
        "int": np.arange(count), "float": [0.5, float("nan"), -1.0, 3.0], "other": [1.0, 2.0, 3.0, 4.0],
        "text": [u"a", u"b\xfc", None, u"d"], "when": pd.date_range("2026-01-01", periods=count),
        "zone": pd.date_range("2026-01-01", periods=count, tz="UTC"), "span": pd.to_timedelta([1, 2, 3, 4], unit="h"),
        "bool": [True, False, True, True], "category": pd.Categorical([u"x", u"y", u"x", None]),
        "mixed": [1, u"two", 3.0, (4,)], "small": np.arange(count).astype("i1"),
    }
    frame = pd.DataFrame(columns)
    yield "all", frame
    yield "sliced", frame[["float", "int", "other"]].iloc[::2]
    yield "indexed", frame[["float"]].set_index(pd.Index([u"w", u"x", u"y", u"z"], name="key"))
    yield "levels", frame[["int", "text", "float"]].head(2).set_index(["int", "text"])
    yield "moments", frame[["float"]].set_index(pd.date_range("2026-01-01", periods=count))
    yield "numbered", pd.DataFrame(np.arange(6.0).reshape(2, 3))
    yield "column-levels", pd.DataFrame(np.arange(4).reshape(2, 2), columns=pd.MultiIndex.from_tuples([(u"a", 1), (u"b", 2)]))
    yield "twice", pd.DataFrame(np.arange(4).reshape(2, 2), columns=[u"a", u"a"])
    yield "no-rows", frame[["int", "text"]].iloc[:0]
    yield "nothing", pd.DataFrame()
    yield "category-index", pd.DataFrame({"a": [1, 2]}, index=pd.CategoricalIndex([u"p", u"q"]))
    if hasattr(pd, "NA"):
        nullable = {"i": pd.array([1, None, 3], dtype="Int64"), "b": pd.array([True, None, False], dtype="boolean"),
                    "s": pd.array(["a", None, "c"], dtype="string")}
        yield "nullable", pd.DataFrame(nullable)
    moments = [pd.Timestamp("2026-01-02 03:04:05"), pd.NaT, pd.Timedelta(hours=3), pd.Timestamp("2026-01-02", tz="UTC")]
    yield "objects", pd.DataFrame({"o": pd.Series(moments, dtype=object)})
    yield "series", frame["float"]
    yield "series-text", frame.set_index("text")["int"]
    yield "series-category", frame["category"]
    yield "series-unnamed", pd.Series([1, 2])


def line(name, value, protocol):
    out = {"name": name, "hex": binascii.hexlify(pickle.dumps(value, protocol)).decode(), "index": index(value.index)}
    if isinstance(value, pd.DataFrame):
        out["columns"] = [[label, items(value.iloc[:, place])] for place, label in enumerate(index(value.columns))]
    else:
        out["series"] = [value.name, items(value)]
    return json.dumps(out, sort_keys=True)


def index(labels):
    if str(labels.dtype).startswith(("datetime64", "timedelta64")):
        return [plain(item) for item in labels.values]
    if str(labels.dtype) == "str":
        return [None if pd.isnull(item) else plain(item) for item in labels]
    return [plain(item) for item in labels]


def documentation():
    from sklearn.linear_model import LinearRegression

    here = os.path.dirname(os.path.abspath(__file__))
    data = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 0.0]])
    model = LinearRegression(fit_intercept=False).fit(data, data.dot(np.array([2.0, -1.0])))
    model.coef_ = model.coef_.round(9)
    frame = pd.DataFrame({"price": [9.5, 12.0], "name": ["jar", "lid"]}, index=["a", "b"])
    for name, value, protocol in (("linear_regression.p4", model, 4), ("frame.p5", frame, 5)):
        with open(os.path.join(here, name + ".pkl"), "wb") as file:
            file.write(pickle.dumps(value, protocol))


def main(label):
    if label == "docs":
        return documentation()
    for number, (name, value) in enumerate(frames()):
        for protocol in (2, pickle.HIGHEST_PROTOCOL) if number % 2 else (min(4, pickle.HIGHEST_PROTOCOL),):
            print(line("%s/%s/p%d" % (label, name, protocol), value, protocol))
    if sys.version_info[0] > 2 or label.startswith("0"):
        print(line(label + "/levels/p0", dict(frames())["levels"], 0))


if __name__ == "__main__":
    main(sys.argv[1])
