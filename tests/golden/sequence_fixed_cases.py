"""Draws the cases of `sequence_fixed/`, from a fixed seed. `README.md` has the layout."""

import struct
import sys
from pathlib import Path
from random import Random

from integer import Norm
from sequence_fixed import HEADER, KINDS, LAYER_NORM, STORAGES, UNIT, Gru, Lstm, Model, Rnn, StateNormLstm, folded, split

SEED = 1607_06450
NAMES = {Rnn: "rnn", Lstm: "lstm", Gru: "gru", StateNormLstm: "state_norm_lstm"}
TYPES = {2: "i8", 3: "i16"}
INPUTS, UNITS, CLASSES = 3, 6, 2
FRAMES = 24
# Of the leaky mean: of the frames two thirds are beyond 2³.
SHIFT = 3
LARGEST_SUM = 2**16 - 1

MODEL = Path(__file__).resolve().parents[2] / "model"
# Of the 640 utterances, of train and test: forty are left.
EVERY = 16


def nearest32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def frames(rng):
    """A start at zero, then any codes; every fifth frame is at the ends of the type."""
    yield [0] * INPUTS
    for at in range(1, FRAMES):
        if at % 5:
            yield [rng.randint(-(2**14), 2**14) for _ in range(INPUTS)]
        else:
            yield [rng.choice([-(2**15), 0, 2**15 - 1]) for _ in range(INPUTS)]


def floats(rng, kind):
    """Weights of a classifier."""

    def uniform(count, low, high):
        return [nearest32(rng.uniform(low, high)) for _ in range(count)]

    rows, matrices = Model.lengths(kind, INPUTS, UNITS, CLASSES)
    kernel, recurrent, head = (uniform(n * width, -0.8, 0.8) for n, width in matrices)
    gamma = uniform(sum(rows), -0.5, 3)
    beta = uniform(sum(rows), -1, 1)
    if KINDS[kind] is Lstm:
        # The first c grows by almost 1 a frame, until it is saturated.
        for gate in 0, 1, 3:
            beta[gate * UNITS] = 9.0
    return [*kernel, *recurrent, *gamma, *beta, *head, *uniform(CLASSES, -0.2, 0.2)]


def float_file(kind, epsilon, weights):
    return struct.pack(
        f"{HEADER}{len(weights)}f", b"LNSQ", 1, kind, 1, INPUTS, UNITS, CLASSES, 0, epsilon, LAYER_NORM, *weights
    )


def shares(rng, total, count, largest):
    """Random integers whose magnitudes have a sum of at most `total`."""
    cuts = sorted(rng.randint(0, total) for _ in range(count - 1))
    parts = [above - below for below, above in zip([0, *cuts], [*cuts, total])]
    return [rng.choice([-1, 1]) * min(part, largest) for part in parts]


def extreme(rng, kind, storage):
    """Sums that just have 32 bits, and parameters of all sizes."""
    _, largest = STORAGES[storage]
    rows, (_, _, (_, width)) = Model.lengths(kind, INPUTS, UNITS, CLASSES)
    outputs = KINDS[kind].gates * UNITS
    if KINDS[kind] is Rnn:
        both = [split(shares(rng, LARGEST_SUM, INPUTS + UNITS, largest), [INPUTS, UNITS]) for _ in range(outputs)]
        kernel, recurrent = ([terms[which] for terms in both] for which in (0, 1))
    else:
        kernel, recurrent = (
            [shares(rng, LARGEST_SUM, width, largest) for _ in range(outputs)] for width in (INPUTS, UNITS)
        )
    norms = []
    for length in rows:
        g, b = ([rng.randint(1 - 2**31, 2**31 - 1) for _ in range(length)] for _ in range(2))
        k, m = rng.choice([0, 40, *range(16, 28)]), rng.choice([40, *range(17, 28)])
        norms.append(Norm(False, g, k, b, m, 0, rng.getrandbits(rng.randint(1, 80)), "i16"))
    head = [shares(rng, LARGEST_SUM - rng.randint(0, 2**14), width, largest) for _ in range(CLASSES)]
    room = [2**31 - 1 - sum(map(abs, row)) * 2**15 for row in head]
    bias = [rng.choice([-1, 1]) * (most >> shift) for most, shift in zip(room, [0, 10])]
    shape = kind, storage, INPUTS, UNITS, CLASSES, rng.randint(0, 15), nearest32(1e-5)
    return Model(*shape, norms, UNIT, bias, kernel, recurrent, head)


def cases():
    rng = Random(SEED)
    for kind in KINDS:
        epsilon, weights = nearest32(1e-5), floats(rng, kind)
        for storage in STORAGES:
            model = folded(kind, storage, INPUTS, UNITS, CLASSES, 12, epsilon, weights)
            yield "folded", model, float_file(kind, epsilon, weights), list(frames(rng))
        for storage in STORAGES:
            yield "extreme", extreme(rng, kind, storage), None, list(frames(rng))


def text(family, model, float_file, frames):
    file = b"".join(model.write())
    assert Model.read(file) == model
    yield f"case {NAMES[KINDS[model.kind]]} {TYPES[model.storage]} {family}"
    if float_file:
        yield f"float {float_file.hex()}"
    yield f"file {file.hex()}"
    h, logits = zip(*model.run(frames))
    _, leaky = zip(*model.run(frames, SHIFT))
    for key, rows in ("x", frames), ("h", h), ("logits", logits), ("leaky", leaky):
        yield " ".join([key, *(str(code) for row in rows for code in row)])


def utterances():
    """The frames of each, of `model/data/utterances.bin`."""
    file = (MODEL / "data" / "utterances.bin").read_bytes()
    magic, version, width, count = struct.unpack_from("<4sHHI", file)
    assert (magic, version) == (b"LNUT", 1)
    at = 12 + 4 * count
    for _, _, frames in struct.iter_unpack("<BBH", file[12:at]):
        yield list(struct.iter_unpack(f"<{width}f", file[at : at + 4 * width * frames]))
        at += 4 * width * frames


def speakers():
    """Logits of the network in `model`, after the last frame of some utterances."""
    file = (MODEL / "speaker.f32.bin").read_bytes()
    _, _, kind, _, *sizes, _, epsilon, _ = struct.unpack_from(HEADER, file)
    weights = [weight for (weight,) in struct.iter_unpack("<f", file[struct.calcsize(HEADER) :])]
    for storage, type in TYPES.items():
        model = Model.read((MODEL / f"speaker.{type}.bin").read_bytes())
        assert model == folded(kind, storage, *sizes, model.fraction, epsilon, weights)
        for index, frames in list(enumerate(utterances()))[::EVERY]:
            *_, (_, logits) = model.run([model.codes(frame) for frame in frames])
            yield " ".join(map(str, (type, index, *logits)))


def main(arguments):
    files = {
        "cases.txt": "\n".join("".join(f"{line}\n" for line in text(*case)) for case in cases()),
        "speakers.txt": "".join(f"{line}\n" for line in speakers()),
    }
    folder = Path(__file__).resolve().parent / "sequence_fixed"
    folder.mkdir(exist_ok=True)
    if arguments not in ([], ["--check"]):
        sys.exit("usage: sequence_fixed.py [--check]")
    for name, text_of_file in files.items():
        path, written = folder / name, text_of_file.encode()
        if not arguments:
            path.write_bytes(written)
        elif not path.exists() or path.read_bytes() != written:
            sys.exit(f"{path} is not what this program writes")
