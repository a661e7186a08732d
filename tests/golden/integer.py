"""The page `src/integer/definition.md` as a program, in exact integers, with the names of the page.

Import it to simulate at training time what the fixed-point and quantised norms will compute:

    norm = quantized(False, Scale("i8", 0.03125, -3), Scale("i8", 0.0234375, 0), gamma, beta, 2.0**-17)
    y = norm.row([q + 3 for q in codes])

As a program it writes the golden file, by `integer_cases.py`.
"""

import struct
import sys
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

CODES = {
    "i8": (-(2**7), 2**7 - 1),
    "u8": (0, 2**8 - 1),
    "i16": (-(2**15), 2**15 - 1),
    "i32": (-(2**31), 2**31 - 1),
}


class OutOfRange(ValueError):
    """The page calls it an error; the argument names the parameter."""


class Fixed(NamedTuple):
    """A code stands for code · 2^−fraction."""

    type: str
    fraction: int


class Scale(NamedTuple):
    """A code stands for scale · (code − zero_point)."""

    type: str
    scale: float
    zero_point: int


def rhe(r):
    """The nearest integer, halves to the even one."""
    return round(Fraction(r))  # Python's own rule for rationals


def sat(v, type):
    low, high = CODES[type]
    return max(low, min(v, high))


def binary32(value):
    """The value of a float that is exactly a finite binary32."""
    if struct.unpack("<f", struct.pack("<f", value))[0] != value:
        raise ValueError(f"{value} is not a binary32 number")
    return Fraction(value)


def power(exponent):
    return Fraction(2) ** exponent


def epsilon_integer(epsilon, width, step):
    """E: ε in units of 1 / (2^16 · width² / step²)."""
    e = rhe(width**2 * binary32(epsilon) / step**2 * 2**16)
    if e >= 2**112:
        raise OutOfRange("epsilon")
    return e


def fold(parameter, values, scale):
    """The integers g (or b) and their shift k (or m), of binary32 numbers and the scale of the output."""
    quotients = [binary32(value) / binary32(scale) for value in values]
    for shift in range(40, -1, -1):
        integers = [rhe(quotient * 2**shift) for quotient in quotients]
        if all(abs(integer) < 2**31 for integer in integers):
            return integers, shift
    raise OutOfRange(parameter)


def residual_multiplier(input_scale, residual_scale):
    a = rhe(binary32(input_scale) / binary32(residual_scale) * 2**16)
    if a > 2**20:
        raise OutOfRange("residual")
    return a


def statistics(x, rms):
    """D of a row, and P of each of its elements."""
    n, s, q = len(x), 0 if rms else sum(x), sum(v * v for v in x)
    return n * q - s * s, [n * v - s for v in x]


def rounded(p, v, g, k, b, m):
    """rhe(p·2^8 / sqrt(v) · g / 2^k + b / 2^m), for v > 0.

    In units of 2^−bits the shift b, the whole numbers and their halves are all integers, and the product is
    a / sqrt(v). That is rational only where sqrt(v) is an integer. Elsewhere it lies strictly between two
    integers, and so does not round otherwise than the middle between them.
    """
    bits = max(k, m, 0) + 1
    a = p * 2**8 * g * 2 ** (bits - k)
    root = isqrt(v)
    if root * root == v:
        product = Fraction(a, root)
    else:
        magnitude = isqrt(a * a // v) + Fraction(1, 2) if a else 0
        product = magnitude if a > 0 else -magnitude
    return rhe((product + b * 2 ** (bits - m)) / 2**bits)


class Norm(NamedTuple):
    """What the rows of a call have in common: the integers of the page, and the type of the output."""

    rms: bool
    g: list
    k: int
    b: list
    m: int
    z: int
    e: int
    type: str

    def row(self, x):
        """The output codes of one row of X."""
        d, ps = statistics(x, self.rms)
        v = d * 2**16 + self.e
        if d == 0:
            v, ps = 1, [0] * len(x)
        y = (rounded(p, v, g, self.k, b, self.m) for p, g, b in zip(ps, self.g, self.b, strict=True))
        return [sat(code + self.z, self.type) for code in y]


def fixed(rms, width, input, output, gamma, beta, epsilon):
    """The norm between two `Fixed`. γ and β are each a pair of `Fixed` and codes, or None."""
    g, k = [2**30] * width, 30 - output.fraction
    b, m = [0] * width, 0
    if gamma:
        g, k = gamma[1], gamma[0].fraction - output.fraction
    if beta:
        b, m = beta[1], beta[0].fraction - output.fraction
    e = epsilon_integer(epsilon, width, power(-input.fraction))
    return Norm(rms, g, k, b, m, 0, e, output.type)


def fixed_residual(x, residual, input):
    """X of a row, and the residual it leaves."""
    total = [v + r for v, r in zip(x, residual, strict=True)]
    return total, [sat(v, input.type) for v in total]


def quantized(rms, input, output, gamma, beta, epsilon, residual=None):
    """The norm between two `Scale`, after the sum with a third where there is a residual."""
    step = binary32(residual.scale) / 2**16 if residual else binary32(input.scale)
    g, k = fold("gamma", gamma, output.scale)
    b, m = fold("beta", beta, output.scale)
    e = epsilon_integer(epsilon, len(gamma), step)
    return Norm(rms, g, k, b, m, output.zero_point, e, output.type)


def quantized_residual(q, r, a, input, residual):
    """X of a row, and the residual it leaves; `a` is the `residual_multiplier`."""
    total = [
        a * (v - input.zero_point) + 2**16 * (w - residual.zero_point) for v, w in zip(q, r, strict=True)
    ]
    return total, [sat(rhe(Fraction(x, 2**16)) + residual.zero_point, residual.type) for x in total]


if __name__ == "__main__":
    import integer_cases

    integer_cases.main(sys.argv[1:])
