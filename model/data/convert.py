#!/usr/bin/env python3
"""Writes utterances.bin, described in README.md, from the two .ts files: convert.py FOLDER_OF_THE_TS_FILES"""

import pathlib
import struct
import sys

COEFFICIENTS = 12
SPLITS = ("TRAIN", "TEST")


def utterances(path):
    """(label, frames) of each line after @data; a frame is its 12 coefficients."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[lines.index("@data") + 1 :]:
        *dimensions, label = line.split(":")
        series = [[float(value) for value in dimension.split(",")] for dimension in dimensions]
        if len(series) != COEFFICIENTS or len({len(values) for values in series}) != 1:
            sys.exit(f"{path}: not {COEFFICIENTS} dimensions of one length: {line[:60]}")
        # The source has a time series per coefficient; layer norm wants a row per frame.
        yield int(label), list(zip(*series))


def main(folder):
    table, data = [], []
    for split, name in enumerate(SPLITS):
        for label, frames in utterances(folder / f"JapaneseVowels_{name}.ts"):
            table.append(struct.pack("<BBH", split, label, len(frames)))
            data.extend(struct.pack(f"<{COEFFICIENTS}f", *frame) for frame in frames)
    header = struct.pack("<4sHHI", b"LNUT", 1, COEFFICIENTS, len(table))
    out = pathlib.Path(__file__).with_name("utterances.bin")
    out.write_bytes(header + b"".join(table) + b"".join(data))
    print(f"{len(table)} utterances, {len(data)} frames, {out.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
