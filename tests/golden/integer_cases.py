"""Writes `integer/cases.txt` by `integer.py`, or compares it; every expected code is computed a second time.

`README.md` has the layout and the commands. Nothing drawn depends on the platform's libm.
"""

import struct
import sys
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from math import isqrt, ldexp
from pathlib import Path
from random import Random

from integer import (
    CODES,
    Fixed,
    OutOfRange,
    Scale,
    fixed,
    fixed_residual,
    power,
    quantized,
    quantized_residual,
    residual_multiplier,
    rhe,
    sat,
    statistics,
)

SEED = 1607_06450
WIDTHS = [1, 2, 3, 5, 7, 8, 16, 17, 31, 64, 100, 300]
BITS = {"i8": 8, "u8": 8, "i16": 16, "i32": 32}
# Few enough for a test in a language whose compiler must know them.
FRACTIONS = {"i8": [0, 4, 8], "i16": [0, 12, 15], "i32": [0, 16, 32]}


def decimal_row(norm, x):
    """The codes of a row by the textbook's formula and 120 digits, and how many were halves before rounding."""
    n = len(x)
    mean = 0 if norm.rms else Fraction(sum(x), n)
    variance = sum((v - mean) ** 2 for v in x) / Fraction(n)
    y, halves = [], 0
    with localcontext(Context(prec=120)):

        def decimal(r):
            return Decimal(r.numerator) / Decimal(r.denominator)

        deviation = decimal(variance + Fraction(norm.e, n * n * 2**16)).sqrt() if variance else Decimal(1)
        for v, g, b in zip(x, norm.g, norm.b):
            value = decimal(v - mean) / deviation * decimal(g * power(-norm.k)) + decimal(b * power(-norm.m))
            below = value.to_integral_value(ROUND_FLOOR)
            # No irrational value of these sizes is that near to a half.
            half = abs(value - below - Decimal("0.5")) < Decimal("1e-80")
            up = int(below) % 2 == 1 if half else value - below > Decimal("0.5")
            y.append(sat(int(below) + up + norm.z, norm.type))
            halves += half
    return y, halves


def nearest32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def bits32(values):
    return [struct.pack(">f", value).hex() for value in values]


def above32(value, steps=1):
    """The binary32 number so many steps further from 0."""
    return struct.unpack(">f", (int(bits32([value])[0], 16) + steps).to_bytes(4, "big"))[0]


EPSILONS = [0.0, ldexp(1, -149), nearest32(1e-5), 1.0, 1e3]


class Cases:
    """The text of the file, and what the checks saw."""

    def __init__(self):
        self.random, self.names, self.text = Random(SEED), set(), []
        self.elements = self.halves = self.saturated = self.errors = 0

    # Draws.

    def pick(self, items):
        return items[self.random.randrange(len(items))]

    def magnitude(self, low, high):
        """A positive binary32 number, its exponent uniform from low to high − 1."""
        return nearest32(ldexp(1 + self.random.random(), self.random.randrange(low, high)))

    def normal(self):
        return sum(self.random.getrandbits(32) for _ in range(12)) / 2**32 - 6

    def code(self, type):
        low, high = CODES[type]
        return self.random.randrange(low, high + 1)

    def codes(self, type, width):
        """A row: constant, at both ends of the type, with one outlier, uniform, or normal of any mean and σ."""
        low, high = CODES[type]
        mean, kind = self.code(type), self.random.randrange(10)
        if kind == 0:
            return [mean] * width
        if kind == 1:
            return [self.pick([low, high]) for _ in range(width)]
        if kind == 2:
            at = self.random.randrange(width)
            return [self.pick([low, high]) if i == at else mean for i in range(width)]
        if kind == 3:
            return [self.code(type) for _ in range(width)]
        if kind > 6:
            mean = (low + high + 1) // 2
        sigma = self.magnitude(-1, BITS[type])
        return [sat(round(mean + sigma * self.normal()), type) for _ in range(width)]

    def near(self, format, width, mean, sigma):
        """Codes around a real number, or now and then anything."""
        if self.random.randrange(6) == 0:
            return self.codes(format.type, width)
        unit = 2**format.fraction
        return [sat(round((mean + sigma * self.normal()) * unit), format.type) for _ in range(width)]

    # Cases.

    def add(self, name, lines, norm, rows, residuals):
        """Checks a case and adds it. `norm` is also None, for an error."""
        assert name not in self.names, name
        self.names.add(name)
        if norm:
            y = [norm.row(x) for x in rows]
            for x, codes in zip(rows, y):
                again, halves = decimal_row(norm, x)
                assert codes == again, f"{name}: {codes} {again}"
                self.elements += len(x)
                self.halves += halves
                self.saturated += sum(code in CODES[norm.type] for code in codes)
            lines["e"] = [norm.e]
            lines["y"] = sum(y, [])
            if residuals:
                lines["residual_out"] = sum(residuals, [])
        else:
            lines["shape"][0] = 0
            self.errors += 1
        self.text.append("".join(" ".join(map(str, [key, *line])) + "\n" for key, line in lines.items()))

    def fixed(self, name, rms, width, input, output, gamma, beta, epsilon, rows, residuals=None):
        lines = {"case": ["fixed", name], "op": ["rms" if rms else "layer"], "input": input, "output": output}
        for key, parameter in ("gamma", gamma), ("beta", beta):
            if parameter:
                lines[key] = [*parameter[0], *parameter[1]]
        lines |= {"epsilon": bits32([epsilon]), "shape": [len(rows), width]}
        try:
            norm = fixed(rms, width, input, output, gamma, beta, epsilon)
        except OutOfRange as error:
            lines["error"] = error.args
            return self.add(name, lines, None, [], None)
        lines["x"] = sum(rows, [])
        if residuals:
            lines["residual"] = sum(residuals, [])
            rows, residuals = zip(*(fixed_residual(x, r, input) for x, r in zip(rows, residuals)))
        self.add(name, lines, norm, rows, residuals)

    def quantized(self, name, rms, input, output, gamma, beta, epsilon, rows, residual=None, residuals=None):
        def scale(format):
            return [*bits32([format.scale]), format.zero_point]

        lines = {"case": ["quantized", name], "op": ["rms" if rms else "layer"]}
        lines |= {"input": [input.type, *scale(input)], "output": [output.type, *scale(output)]}
        if residual:
            lines["residual_scale"] = scale(residual)
        lines |= {"gamma": bits32(gamma), "beta": bits32(beta), "epsilon": bits32([epsilon])}
        lines["shape"] = [len(rows), len(gamma)]
        try:
            a = residual_multiplier(input.scale, residual.scale) if residual else None
            norm = quantized(rms, input, output, gamma, beta, epsilon, residual)
        except OutOfRange as error:
            lines["error"] = error.args
            return self.add(name, lines, None, [], None)
        lines |= {"g": [norm.k, *norm.g], "b": [norm.m, *norm.b], "x": sum(rows, [])}
        if residual:
            lines |= {"a": [a], "residual": sum(residuals, [])}
            rows, residuals = zip(
                *(quantized_residual(q, r, a, input, residual) for q, r in zip(rows, residuals))
            )
        else:
            rows = [[q - input.zero_point for q in row] for row in rows]
        self.add(name, lines, norm, rows, residuals)


def row_count(width):
    return 3 if width < 10 else 2 if width < 20 else 1


def ops():
    return ("layer", False), ("rms", True)


def fixed_random(cases, name, rms, width, types, wide=False):
    """Formats, parameters and rows of all sizes; two outputs of three have a format in which rows mostly fit."""
    draw = cases.random.randrange

    def format(type):
        return Fixed(type, cases.pick(FRACTIONS[type]))

    input, output = map(format, types)
    if draw(3):
        output = Fixed(output.type, {"i8": 4, "i16": 12, "i32": 16}[output.type])
    gamma = beta = None
    if wide or draw(4):
        gamma = format("i8" if wide else cases.pick(["i8", "i16", "i32"]))
        gamma = gamma, cases.near(gamma, width, 1, 0.25)
    if not rms and (wide or draw(3)):
        beta = format("i8" if wide else cases.pick(["i8", "i16", "i32"]))
        beta = beta, cases.near(beta, width, 0, 0.5)
    rows = [cases.codes(input.type, width) for _ in range(row_count(width))]
    residuals = [cases.codes(input.type, width) for _ in rows] if not wide and draw(2) else None
    cases.fixed(name, rms, width, input, output, gamma, beta, cases.pick(EPSILONS), rows, residuals)


def fixed_ties(cases, name, rms, width, types):
    """x̂ = ±1 in rows of ±c about a mean, or ±c / h in Pythagorean triples with ε = d²; products and β have
    four bits below the point, the last ones mostly 0, so that many values are halves."""
    draw, pick = cases.random.randrange, cases.pick
    input, output = Fixed(types[0], pick(FRACTIONS[types[0]])), Fixed(types[1], 0)
    triples = draw(2)
    epsilon = float(144 * power(-2 * input.fraction)) if triples else 0.0
    rows = []
    for _ in range(row_count(width)):
        c = pick([5, 9, 16]) if triples else draw(1, 64)  # with d = 12: 5 / 13, 9 / 15, 16 / 20
        signs = [1 if i % 2 else -1 for i in range(width)]
        cases.random.shuffle(signs)
        mean = 0 if rms else draw(-64, 64)
        rows.append([mean + c * sign for sign in signs])
    rows.append([0 if rms else rows[0][0]] * width)
    unit, parameter = (65, "i32") if triples else (1, pick(["i8", "i16", "i32"]))
    gamma = Fixed(parameter, FRACTIONS[parameter][1])
    unit <<= gamma.fraction - 4
    gamma = gamma, [unit * pick([1, 2, 4]) * draw(-30, 30) for _ in range(width)]
    beta = Fixed("i8", 4), [pick([1, 4, 8]) * draw(-15, 15) for _ in range(width)]
    if rms and draw(2):
        beta = None
    cases.fixed(name, rms, width, input, output, gamma, beta, epsilon, rows)


def fixed_close(cases, name, rms, width):
    """Irrational values some 2^−41 away from a half, on either side: γ and β are chosen so."""
    x = [cases.code("i32") >> 4 for _ in range(width)]
    input, output = Fixed("i32", 16), Fixed("i16", 0)
    gamma, beta = Fixed("i32", 16), Fixed("i32", 32)
    d, ps = statistics(x, rms)
    gammas, betas = [], []
    for p in ps:
        found = []
        for g in (cases.random.randrange(-(2**27), 2**27) for _ in range(256)):
            # The value and b in units of 2^−80; d · 2^16 is V without ε.
            value = isqrt((p * g * 2**64) ** 2 // d) * (1 if p * g > 0 else -1)
            away = 2**79 - value % 2**80
            b = away >> 48
            found += [(abs(away - (b << 48)), g, b), (abs(away - ((b + 1) << 48)), g, b + 1)]
        _, g, b = min(f for f in found if f[2] < 2**31)
        gammas.append(g)
        betas.append(b)
    cases.fixed(name, rms, width, input, output, (gamma, gammas), (beta, betas), 0.0, [x])


def fixed_cases(cases):
    types = ["i8", "i16", "i32"]
    pairs = [(i, o) for i in types for o in types]
    for op, rms in ops():
        for i, o in pairs:
            for n in range(3):
                fixed_random(cases, f"{op}_{i}_{o}_{n}", rms, cases.pick(WIDTHS[:-1]), (i, o))
            for width in 2, cases.pick([8, 16]):
                fixed_ties(cases, f"{op}_{i}_{o}_ties_{width}", rms, width, (i, o))
        for width in WIDTHS:
            fixed_random(cases, f"{op}_width_{width}", rms, width, cases.pick(pairs))
        for width in 3, 7, 16:
            fixed_close(cases, f"{op}_close_{width}", rms, width)
    fixed_random(cases, "layer_width_768", False, 768, ("i16", "i8"), wide=True)
    fixed_random(cases, "rms_width_768", True, 768, ("i8", "i16"), wide=True)

    # E = 1 beside D · 2^16 of up to 2^80: as near to a half as that. The sign of x̂ and β = 1 show both sides.
    low, high = CODES["i32"]
    one, fine, whole = Fixed("i32", 0), Fixed("i32", 16), Fixed("i8", 0)
    for n, c in enumerate([2**20, 2**30, 2**31 - 1]):
        gamma, beta = (fine, [3 << 15, 1 << 15]), (whole, [0, 1])
        rows = [[c, -c], [-c, c]]
        cases.fixed(f"layer_beside_a_half_{n}", False, 2, one, one, gamma, beta, ldexp(1, -18), rows)

    # The largest of everything, and sums that leave the type.
    for op, rms in ops():
        for fraction in 0, 32:
            i32 = Fixed("i32", fraction)
            gamma = i32, [low, high, low]
            rows = [[low, low, high], [high, high, high], [low, low, low], [0, 0, 1]]
            for epsilon in EPSILONS:
                name = f"{op}_extreme_{fraction}_{bits32([epsilon])[0]}"
                beta = None if rms else (i32, [low, high, high])
                cases.fixed(name, rms, 3, i32, i32, gamma, beta, epsilon, rows, rows[:2] + rows[:2])
            cases.fixed(f"{op}_gain_{fraction}", rms, 3, i32, whole, gamma, None, 0.0, rows)

    # E itself: halves, and the bound.
    i8 = Fixed("i8", 0)
    for width in 1, 3:
        for n in range(4):
            rms, epsilon, rows = n % 2 == 1, ldexp(2 * n + 1, -17), [[1, 2, -3][:width]]
            cases.fixed(f"epsilon_half_{width}_{n}", rms, width, i8, one, None, None, epsilon, rows)
    largest = above32(ldexp(1, 96), -1)
    cases.fixed("epsilon_largest", True, 1, i8, Fixed("i32", 32), (i8, [127]), None, largest, [[127], [-128]])
    cases.fixed("epsilon_too_large", True, 1, i8, i8, None, None, ldexp(1, 96), [])
    cases.fixed("epsilon_too_large_for_width", False, 2, i8, i8, None, None, ldexp(1, 94), [])
    cases.fixed("epsilon_too_large_for_fraction", False, 3, Fixed("i32", 32), i8, None, None, ldexp(1, 30), [])


def quantized_random(cases, name, rms, width, types, with_residual):
    """Scales with which rows mostly fit, now and then not."""
    draw, pick = cases.random.randrange, cases.pick
    bits = BITS[types[1]]
    input = Scale(types[0], cases.magnitude(-12, 3), pick([0, cases.code(types[0])]))
    scale = cases.magnitude(2 - bits, 5 - bits if draw(4) else 4)
    output = Scale(types[1], scale, pick([0, cases.code(types[1])]))
    residual = residuals = None
    if with_residual:
        scale = nearest32(input.scale * cases.magnitude(-3, 4))
        residual = Scale(types[0], scale, cases.code(types[0]))
    gain = pick([1.0, 1.0, 1.0, 2.0**-14, 2.0**10])
    gamma = [nearest32(gain * (1 + 0.25 * cases.normal())) for _ in range(width)]
    beta = [0.0 if rms and width > 8 else nearest32(0.5 * cases.normal()) for _ in range(width)]
    rows = [cases.codes(input.type, width) for _ in range(row_count(width))]
    if residual:
        residuals = [cases.codes(input.type, width) for _ in rows]
    cases.quantized(name, rms, input, output, gamma, beta, pick(EPSILONS), rows, residual, residuals)


def quantized_ties(cases, name, rms, width, types, with_residual):
    """As `fixed_ties`: x̂ = ±1, γ and β whole numbers of quarters of the output's scale; half a unit
    of the residual is one of the input."""
    draw, code = cases.random.randrange, cases.code
    input = Scale(types[0], ldexp(1, -draw(8)), 64)
    output = Scale(types[1], ldexp(3, -draw(8)), 64)
    residual = Scale(input.type, 2 * input.scale, 32) if with_residual else None
    rows = []
    for _ in range(3):
        mean, c = 64 + (0 if rms else draw(-31, 31)), draw(1, 31)
        signs = [1 if i % 2 else -1 for i in range(width)]
        cases.random.shuffle(signs)
        rows.append([mean + c * sign for sign in signs])
    rows.append([64 if rms else 61] * width)
    # A constant residual moves the mean; zero is what RMSNorm can have.
    residuals = [[32 if rms else 32 + draw(-31, 31)] * width for _ in rows] if residual else None
    gamma = [output.scale / 4 * draw(-64, 64) for _ in range(width)]
    beta = [output.scale / 4 * draw(-64, 64) for _ in range(width)]
    cases.quantized(name, rms, input, output, gamma, beta, 0.0, rows, residual, residuals)


def quantized_cases(cases):
    types = ["i8", "u8", "i16"]
    pairs = [(i, o) for i in types for o in types]
    for op, rms in ops():
        for i, o in pairs:
            for kind, with_residual in ("", False), ("_residual", True):
                width = cases.pick(WIDTHS[:-2])
                quantized_random(cases, f"{op}_{i}_{o}{kind}", rms, width, (i, o), with_residual)
                width = cases.pick([2, 4, 8, 16])
                quantized_ties(cases, f"{op}_{i}_{o}{kind}_ties", rms, width, (i, o), with_residual)
        for width in WIDTHS:
            residual = cases.random.randrange(2) == 1
            quantized_random(cases, f"{op}_width_{width}", rms, width, cases.pick(pairs), residual)
    quantized_random(cases, "rms_width_768", True, 768, ("i8", "i8"), False)

    unit, fine = Scale("i8", 1.0, 0), Scale("i8", ldexp(1, -5), 0)
    rows = [[-128, 127, 5], [1, 2, 3], [7, 7, 7]]
    tiny, huge = ldexp(1, -149), ldexp(2**24 - 1, 104)

    def three(name, gamma=(1.0,) * 3, beta=(0.0,) * 3, input=unit, output=unit, epsilon=0.0, residual=None):
        """A case of three features."""
        given = rows if residual is None else [[-128, 127, 0], [-128, 127, 1], [3, -3, 1]]
        cases.quantized(
            name, False, input, output, list(gamma), list(beta), epsilon, given, residual, residual and rows
        )

    # How γ and β fold: k at both ends, halves, powers of two, which are the first to be too large.
    three("fold_zero", gamma=[0.0, -0.0, 0.0])
    three("fold_smallest", gamma=[tiny, -tiny, 0.0], beta=[tiny, 0.0, -tiny])
    three("fold_smallest_scale", gamma=[tiny, 3 * tiny, 0.0], output=unit._replace(scale=tiny))
    three("fold_largest_scale", gamma=[huge, 1.0, -huge], output=unit._replace(scale=huge))
    three("fold_largest", gamma=[above32(2.0**31, -1), 1.0, 0.5], beta=[0.5, 1.0, above32(-(2.0**31), -1)])
    three("fold_power", gamma=[1.0, -0.5, 0.25], beta=[0.0, -2.0, 1.0])
    three("fold_below_a_power", gamma=[above32(1.0, -1), 0.0, 0.0], beta=[above32(-2.0, -1), 0.0, 0.0])
    three("fold_halves", gamma=[1.0, ldexp(1, -31), ldexp(3, -31)], beta=[1.0, ldexp(-5, -31), ldexp(-7, -31)])
    gamma, beta = ([ldexp(n, -41) for n in units] for units in ((1, 3, -5), (-1, 7, 9)))
    three("fold_halves_at_40", gamma=gamma, beta=beta)
    three("gamma_too_large", gamma=[1.0, 2.0**31, 1.0])
    three("gamma_too_large_negative", gamma=[1.0, 1.0, -(2.0**31)])
    three("gamma_too_large_for_scale", gamma=[1.0, 1.0, 1.0], output=unit._replace(scale=ldexp(1, -31)))
    three("gamma_far_too_large", gamma=[huge, 1.0, 1.0], output=unit._replace(scale=tiny))
    three("beta_too_large", beta=[0.0, -(2.0**31), 0.0])
    three("beta_too_large_for_scale", gamma=[tiny] * 3, beta=[1.0, 0.0, 0.0], output=unit._replace(scale=tiny))

    # a: 0, halves, the bound, which the ratio exceeds before a does.
    for name, ratio in {
        "zero": ldexp(1, -17),
        "half_0": ldexp(3, -17),
        "half_1": ldexp(5, -17),
        "largest": 16.0,
        "largest_rounded": above32(16.0, 4),
        "too_large": above32(16.0, 5),
        "far_too_large": huge,
    }.items():
        input, residual = unit._replace(scale=ratio), Scale("i8", 1.0, 3)
        three(f"residual_ratio_{name}", input=input, output=fine, residual=residual)
    three("residual_scale_too_small", residual=Scale("i8", tiny, 3))

    # E: ε and the scale in every size.
    for n, scale in enumerate([tiny, ldexp(1, -75), 1.0, ldexp(1, 63), huge]):
        input = unit._replace(scale=scale)
        for m, epsilon in enumerate([0.0, tiny, nearest32(1e-5), huge]):
            three(f"epsilon_{n}_{m}", input=input, output=fine, epsilon=epsilon)
    three("epsilon_residual", output=fine, residual=Scale("i8", 4.0, 3), epsilon=1e3)
    three("epsilon_too_large_for_residual", residual=Scale("i8", 1.0, 3), epsilon=ldexp(1, 61))
    # N² = 9: the first E that is too large is 2^112 rounded to the grid of ε.
    bound = nearest32(2.0**96 / 9)
    for steps in -1, 0, 1:
        three(f"epsilon_bound_{steps + 1}", epsilon=above32(bound, steps))


def main(arguments):
    assert [rhe(Fraction(n, 2)) for n in (-5, -3, -1, 1, 3, 5)] == [-2, -2, 0, 0, 2, 2]
    cases = Cases()
    fixed_cases(cases)
    cases.names = set()
    quantized_cases(cases)
    text = "\n".join(cases.text)
    print(
        f"{len(cases.text)} cases ({cases.errors} errors), {cases.elements} elements "
        f"({cases.halves} halves, {cases.saturated} at an end of the type), {len(text)} bytes"
    )

    path = Path(__file__).resolve().parent / "integer" / "cases.txt"
    if arguments == ["--check"]:
        if not path.exists() or path.read_bytes() != text.encode():
            sys.exit(f"{path} is not what this program writes")
    elif arguments:
        sys.exit("usage: integer.py [--check]")
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
