"""The page `src/sequence/fixed/definition.md` as a program, with the names of the page.

Import it to compute in Python what a device computes of a file, or to fold one:

    model = Model.read(Path("model/speaker.i8.bin").read_bytes())
    *_, (_, logits) = model.run(model.codes(frame) for frame in frames)

As a program it writes the golden files of `sequence_fixed/`, by `sequence_fixed_cases.py`.
"""

import struct
import sys
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import reduce
from itertools import starmap
from operator import add
from typing import NamedTuple

from integer import Norm, binary32, epsilon_integer, fold, rhe, sat

HEADER = "<4sHBB4HfB3x"
LAYER_NORM = 1
# What one unit of a normalised number stands for, and of c.
UNIT = 2.0**-11
# What one unit of a c stands for that is normalised before it is rounded.
UNROUNDED = 2.0**-26


def table():
    """tanh(j/8), as (e^(j/4) − 1) / (e^(j/4) + 1)."""
    with localcontext(Context(prec=60)):
        powers = [(Decimal(j) / 4).exp() for j in range(49)]
        return [rhe(Fraction(2**30 * (power - 1) / (power + 1))) for power in powers]


TABLE = table()


def tanh_of_magnitude(q):
    q = min(q, 24576)
    j = (q + 256) >> 9
    d, t = q - 512 * j, TABLE[j]
    u, v = divmod(t, 2**15)
    s = 2**30 - u * u - (u * v >> 14)
    w = 2**30 - s >> 15
    a4 = u * (21845 - w) >> 15
    a3 = w - 10923 + (d * a4 >> 12)
    a2 = d * ((t >> 10) - (d * a3 >> 7)) >> 13
    a1 = d * (s >> 8)
    return t + (a1 >> 4) - ((a1 >> 15) * a2 >> 8)


def tanh(p):
    y = min(tanh_of_magnitude(2 * abs(p)) + 2**14 >> 15, 32767)
    return -y if p < 0 else y


def sigmoid(p):
    half = tanh_of_magnitude(abs(p)) + 2**15 >> 16
    return min(2**14 + (-half if p < 0 else half), 32767)


def scaled(a, b):
    """The product of a fraction with 15 bits."""
    return rhe(Fraction(a * b, 2**15))


def product(x, rows):
    """One exact sum for each row of weights."""
    return [sum(a * w for a, w in zip(x, row, strict=True)) for row in rows]


def added(a, b):
    return [v + w for v, w in zip(a, b, strict=True)]


def split(values, lengths):
    """One part after the other."""
    values = iter(values)
    return [[next(values) for _ in range(length)] for length in lengths]


class Rnn:
    gates = 1
    rows = [1]

    @staticmethod
    def frame(model, x, h, c):
        (norm,) = model.norms
        y = norm.row(added(product(x, model.kernel), product(h, model.recurrent)))
        return [tanh(p) for p in y], c


class Lstm:
    gates = 4
    rows = [4, 4, 1]
    memory_unit = UNIT

    @staticmethod
    def of_kernels(model, x, h):
        from_x, from_h, _ = model.norms
        gates = added(from_x.row(product(x, model.kernel)), from_h.row(product(h, model.recurrent)))
        return split(gates, [model.units] * 4)

    @classmethod
    def frame(cls, model, x, h, c):
        f, i, o, g = cls.of_kernels(model, x, h)
        memory = model.norms[2]
        c = [
            sat(rhe(Fraction(sigmoid(f) * c + (sigmoid(i) * tanh(g) >> 4), 2**15)), "i16")
            for f, i, g, c in zip(f, i, g, c, strict=True)
        ]
        return [scaled(sigmoid(o), tanh(p)) for o, p in zip(o, memory.row(c), strict=True)], c


class StateNormLstm(Lstm):
    """The next frame gets the norm of c, and no c is rounded before it."""

    memory_unit = UNROUNDED

    @classmethod
    def frame(cls, model, x, h, c):
        f, i, o, g = cls.of_kernels(model, x, h)
        sums = [sigmoid(f) * c + (sigmoid(i) * tanh(g) >> 4) for f, i, g, c in zip(f, i, g, c, strict=True)]
        c = model.norms[2].row(sums)
        return [scaled(sigmoid(o), tanh(p)) for o, p in zip(o, c, strict=True)], c


class Gru:
    gates = 3
    rows = [2, 1, 2, 1]

    @staticmethod
    def frame(model, x, h, c):
        lengths = [2 * model.units, model.units]
        gates_of_x, new_of_x = split(product(x, model.kernel), lengths)
        gates_of_h, new_of_h = split(product(h, model.recurrent), lengths)
        gates_x, new_x, gates_h, new_h = model.norms
        z, r = split(added(gates_x.row(gates_of_x), gates_h.row(gates_of_h)), [model.units] * 2)
        from_h = [scaled(sigmoid(r), q) for r, q in zip(r, new_h.row(new_of_h), strict=True)]
        n = [tanh(p) for p in added(new_x.row(new_of_x), from_h)]
        return [h + scaled(sigmoid(z), n - h) for h, z, n in zip(h, z, n, strict=True)], c


KINDS = {1: Rnn, 2: Lstm, 3: Gru, 4: StateNormLstm}
# Of a weight: how it is stored, its largest magnitude.
STORAGES = {2: ("b", 127), 3: ("h", 32767)}


class Model(NamedTuple):
    """What a file says. Matrices have a row for each output."""

    kind: int
    storage: int
    inputs: int
    units: int
    classes: int
    fraction: int
    epsilon: float
    norms: list
    scale: float
    bias: list
    kernel: list
    recurrent: list
    head: list

    @staticmethod
    def lengths(kind, inputs, units, classes):
        """Of each row in a norm, and rows and columns of the matrices."""
        gates = KINDS[kind].gates * units
        return [row * units for row in KINDS[kind].rows], [(gates, inputs), (gates, units), (classes, units)]

    @classmethod
    def read(cls, file):
        magic, version, *shape, norm = struct.unpack_from(HEADER, file)
        assert (magic, version, norm) == (b"LNSQ", 1, LAYER_NORM)
        kind, storage, inputs, units, classes, fraction, epsilon = shape
        at = struct.calcsize(HEADER)

        def take(count, type):
            nonlocal at
            values = struct.unpack_from(f"<{count}{type}", file, at)
            at += struct.calcsize(f"<{count}{type}")
            return list(values)

        rows, matrices = cls.lengths(kind, inputs, units, classes)
        integers = []
        for _ in rows:
            k, m = take(2, "i")
            low, high = take(2, "Q")
            integers.append((k, m, low + (high << 64)))
        g, b = (split(take(sum(rows), "i"), rows) for _ in range(2))
        norms = [Norm(False, g, k, b, m, 0, e, "i16") for (k, m, e), g, b in zip(integers, g, b, strict=True)]
        (scale,), bias = take(1, "f"), take(classes, "i")
        weight, _ = STORAGES[storage]
        matrices = [split(take(n * width, weight), [width] * n) for n, width in matrices]
        assert at == len(file)
        return cls(*shape, norms, scale, bias, *matrices)

    def write(self):
        yield struct.pack(HEADER, b"LNSQ", 1, *self[:7], LAYER_NORM)
        for norm in self.norms:
            yield struct.pack("<2i2Q", norm.k, norm.m, norm.e % 2**64, norm.e >> 64)
        for parameters in [norm.g for norm in self.norms], [norm.b for norm in self.norms]:
            for values in parameters:
                yield struct.pack(f"<{len(values)}i", *values)
        yield struct.pack(f"<f{self.classes}i", self.scale, *self.bias)
        weight, _ = STORAGES[self.storage]
        for row in (*self.kernel, *self.recurrent, *self.head):
            yield struct.pack(f"<{len(row)}{weight}", *row)

    def codes(self, frame):
        return [sat(rhe(Fraction(v) * 2**self.fraction), "i16") for v in frame]

    def run(self, frames, shift=None):
        """h and the logits so far, after every frame; of the leaky mean, if there is a shift."""
        h, c, total = [0] * self.units, [0] * self.units, [0] * self.units
        for count, x in enumerate(frames, 1):
            h, c = KINDS[self.kind].frame(self, x, h, c)
            if shift is not None and count > 2**shift:
                total = [sum - rhe(Fraction(sum, 2**shift)) for sum in total]
                count = 2**shift
            total = added(total, h)
            mean = [rhe(Fraction(sum, count)) for sum in total]
            yield h, added(product(mean, self.head), self.bias)


class Magnitudes(NamedTuple):
    """Of the weights of an output, times one unit of what they are multiplied by; added in binary64, in their order."""

    largest: float
    total: float
    count: int

    @classmethod
    def of(cls, weights, fraction):
        values = [abs(w) * 2.0**-fraction for w in weights]
        return cls(max(values), reduce(add, values), len(values))

    def __add__(self, other):
        return Magnitudes(max(self.largest, other.largest), self.total + other.total, self.count + other.count)


def step(outputs, storage):
    """The least binary32 number with which no weight leaves its type and no sum 32 bits."""
    _, largest = STORAGES[storage]
    least = max(max(of.largest / largest, of.total / max(2.0**16 - 1 - of.count, 1.0)) for of in outputs)
    least = max(least, 2.0**-126)
    (bits,) = struct.unpack("<I", struct.pack("<f", least))
    nearest, next = (struct.unpack("<f", struct.pack("<I", bits + up))[0] for up in (0, 1))
    return nearest if nearest >= least else next


def quantised(values, s, fraction=0):
    return [rhe(binary32(value) / (binary32(s) * 2**fraction)) for value in values]


def folded(kind, storage, inputs, units, classes, fraction, epsilon, weights):
    """The model of a classifier's weights, in the layout of `layernorm::sequence`."""
    rows, matrices = Model.lengths(kind, inputs, units, classes)
    (outputs, _), lengths = matrices[0], [n * width for n, width in matrices[:2]]
    parts = split(weights, [*lengths, sum(rows), sum(rows), units * classes, classes])
    kernel, recurrent = (
        [(part[output::outputs], bits) for output in range(outputs)] for part, bits in zip(parts, [fraction, 15])
    )
    # What is added up for each output.
    sums = list(zip(kernel, recurrent)) if KINDS[kind] is Rnn else [(terms,) for terms in kernel + recurrent]
    norms, codes = [], []
    for gamma, beta in zip(split(parts[2], rows), split(parts[3], rows), strict=True):
        row, sums = sums[: len(gamma)], sums[len(gamma) :]
        # What no kernel gives is the memory of the cell.
        s = step([reduce(add, starmap(Magnitudes.of, terms)) for terms in row], storage) if row else KINDS[kind].memory_unit
        while row and rhe(len(row) ** 2 * binary32(epsilon) / binary32(s) ** 2 * 2**16) >= 2**112:
            s *= 2
        (g, k), (b, m) = fold("gamma", gamma, UNIT), fold("beta", beta, UNIT)
        norms.append(Norm(False, g, k, b, m, 0, epsilon_integer(epsilon, len(gamma), binary32(s)), "i16"))
        codes += [[quantised(weights, s, bits) for weights, bits in terms] for terms in row]
    bias = parts[5]
    head = [parts[4][output::classes] for output in range(classes)]
    biases = [Magnitudes(0.0, abs(b) / 2**15, 1) for b in bias]
    scale = step([Magnitudes.of(row, 15) + b for row, b in zip(head, biases, strict=True)], storage)
    kernel, recurrent = [terms[0] for terms in codes[:outputs]], [terms[-1] for terms in codes[-outputs:]]
    shape = kind, storage, inputs, units, classes, fraction, epsilon
    head = [quantised(row, scale, 15) for row in head]
    return Model(*shape, norms, scale, quantised(bias, scale), kernel, recurrent, head)


if __name__ == "__main__":
    import sequence_fixed_cases

    sequence_fixed_cases.main(sys.argv[1:])
