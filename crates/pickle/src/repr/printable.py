"""Writes printable.rs: where `str.isprintable` changes its mind, for the Unicode version of this Python.

    python3 crates/pickle/src/repr/printable.py > crates/pickle/src/repr/printable.rs
"""
import sys
import unicodedata

boundaries, printable = [], False
for point in range(sys.maxunicode + 1):
    if chr(point).isprintable() != printable:
        boundaries.append(point)
        printable = not printable

print(f"""//! Which characters Python prints as they are: `str.isprintable`, Unicode {unicodedata.unidata_version}.
//!
//! Written by `printable.py`, which says how.

/// The first character of each run that is printable (even places) or not (odd places).
#[rustfmt::skip]
pub(super) const RUNS: [u32; {len(boundaries)}] = [""")
line = "   "
for point in boundaries:
    if len(line) + len(f" {point:#x},") > 110:
        print(line)
        line = "   "
    line += f" {point:#x},"
print(line)
print("];")
