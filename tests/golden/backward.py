"""Writes `backward/`: gradients of layer norm and RMSNorm, computed by JAX in double precision.

The two norms are written as in the textbook, and `jax.vjp` differentiates them; no formula of a gradient
has a part in what is stored. The closed formula, in 150 decimal digits, then says how far JAX is off, and
stops the run where that is more than a fraction of an f32's last digit. `README.md` has the layout.
"""

import os

os.environ["JAX_PLATFORMS"] = "cpu"
# The vectors of the machine shall have no part in the order of a sum.
os.environ["XLA_FLAGS"] = "--xla_cpu_max_isa=SSE4_2"

from decimal import Context, Decimal, localcontext
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

VERSIONS = {jax: "0.10.2", np: "2.4.6"}
SEED = 1607_06450
WIDTHS = [1, 2, 5, 16, 33, 64, 100, 300]
EPSILONS = [0.0, 1e-5, 0.1]
GAINS = ["1", "gamma", "1+gamma"]
# In units of 2⁻²⁴, of the largest term of an element of dx, and of the sum of magnitudes of dγ and dβ.
LIMIT = 0.5


def layer_norm(x, gain, bias, epsilon):
    mean = jnp.mean(x, axis=1, keepdims=True)
    variance = jnp.mean((x - mean) ** 2, axis=1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + epsilon) * gain + bias


def rms_norm(x, gain, bias, epsilon):
    return x * jax.lax.rsqrt(jnp.mean(x**2, axis=1, keepdims=True) + epsilon) * gain + bias


NORMS = {"layer_norm": layer_norm, "rms_norm": rms_norm}


def normal(rng, *shape):
    """The sum of twelve uniform numbers: no function of the platform has a part in it."""
    return rng.random((12, *shape)).sum(axis=0) - 6


def near_mean(rng, rows, width):
    """The first x̂ is small, made of what is left when two larger numbers cancel."""
    x = 3 / 2 + normal(rng, rows, width)
    x[:, 0] = x[:, 1:].mean(axis=1) + 2**-10
    return x


FAMILIES = {
    "normal": normal,
    "mean_1e7": lambda rng, rows, width: 1e7 + normal(rng, rows, width),
    "near_mean": near_mean,
    "trend": lambda rng, rows, width: np.linspace(-3, 5, width) + normal(rng, rows, width) / 8,
    "large": lambda rng, rows, width: 1e15 * normal(rng, rows, width),
    "small": lambda rng, rows, width: 1e-15 * normal(rng, rows, width),
    "constant": lambda rng, rows, width: np.repeat(normal(rng, rows, 1), width, axis=1),
}
# All widths would be half a megabyte.
FEW = {"near_mean": [5, 33, 100], "trend": [5, 33, 100], "large": [2, 16, 64], "small": [1, 33, 100], "constant": [1, 5, 64]}


def gradients(norm, x, gain, bias, dy, epsilon):
    """dx, dγ, dβ; γ and 1 + γ have the same gradient."""
    x, gain, bias, dy = (jnp.asarray(array, jnp.float64) for array in (x, gain, bias, dy))
    _, backward = jax.vjp(lambda *inputs: norm(*inputs, np.float64(epsilon)), x, gain, bias)
    return [np.asarray(gradient) for gradient in backward(dy)]


def deviation(op, x, gain, dy, epsilon, dx, d_gamma, d_beta):
    """Of the gradients given from the closed formula's, in 2⁻²⁴."""
    width, worst = x.shape[1], Decimal(0)

    def mean(terms):
        return sum(terms, Decimal(0)) / width

    def off(actual, exact, size):
        error = abs(Decimal(float(actual)) - exact)
        return Decimal(0) if error == 0 else error / (size * Decimal(2) ** -24)

    sums = [[Decimal(0)] * 4 for _ in range(width)]
    for row, d_row, actual in zip(x, dy, dx):
        row, d_row, gains = ([Decimal(float(v)) for v in values] for values in (row, d_row, gain))
        centre = mean(row) if op == "layer_norm" else Decimal(0)
        rstd = 1 / (mean((v - centre) ** 2 for v in row) + Decimal(float(epsilon))).sqrt()
        normed = [(v - centre) * rstd for v in row]
        g = [d * v for d, v in zip(d_row, gains)]
        along = mean(a * b for a, b in zip(g, normed))
        mean_g = mean(g) if op == "layer_norm" else Decimal(0)
        for i in range(width):
            terms = g[i], -mean_g, -normed[i] * along
            worst = max(worst, off(actual[i], rstd * sum(terms), rstd * max(map(abs, terms))))
            added = d_row[i] * normed[i], d_row[i]
            sums[i] = [a + b for a, b in zip(sums[i], (*added, *map(abs, added)))]
    for gamma, beta, (exact_gamma, exact_beta, size_gamma, size_beta) in zip(d_gamma, d_beta, sums):
        worst = max(worst, off(gamma, exact_gamma, size_gamma), off(beta, exact_beta, size_beta))
    return worst


def case(rng, index, op, family, width):
    """A line of the manifest up to the offsets, the inputs, the expected gradients, and how far JAX is off."""
    rows = int(rng.integers(1, min(6, max(1, 400 // width)) + 1))
    x = FAMILIES[family](rng, rows, width).astype("f4")
    # Where a row is constant and ε is 0 the formula has 0/0.
    constant = op == "layer_norm" and (x == x[:, :1]).all(axis=1).any()
    epsilon = np.float32(1e-5 if constant or family == "constant" else EPSILONS[index % 3])
    gain = GAINS[(index + index // 3) % 3]
    gamma = (normal(rng, width) + (gain == "gamma")).astype("f4")
    beta = normal(rng, width).astype("f4")
    # Every other dy has a mean.
    dy = (normal(rng, rows, width) + 3 * (index % 2)).astype("f4")

    inputs = {"X": x, "DY": dy}
    if gain != "1":
        inputs["W"] = gamma
    if op == "layer_norm" and index // 2 % 2:
        inputs["B"] = beta
    factor = {"1": np.ones(width), "gamma": gamma, "1+gamma": np.float32(1) + gamma}[gain]
    expected = gradients(NORMS[op], x, factor, beta, dy, epsilon)
    off = deviation(op, x, factor, dy, epsilon, *expected)
    assert off < LIMIT, f"{op} {family} {width}: JAX is {off:.2f} off"
    return [op, family, str(epsilon), f"{rows}x{width}", gain, ",".join(inputs)], inputs.values(), expected, off


def main():
    for module, version in VERSIONS.items():
        assert module.__version__ == version, f"{module.__name__} {version} is needed, not {module.__version__}"
    rng = np.random.default_rng(SEED)
    cases = [(op, family, width) for op in NORMS for family in FAMILIES for width in FEW.get(family, WIDTHS)]
    lines = ["op family epsilon shape gain inputs input_offset gradient_offset"]
    floats, doubles, worst = np.empty(0, "<f4"), np.empty(0, "<f8"), 0
    for index, which in enumerate(cases):
        line, inputs, expected, off = case(rng, index, *which)
        lines.append(" ".join([*line, str(len(floats)), str(len(doubles))]))
        floats = np.concatenate([floats, *(array.ravel() for array in inputs)], dtype="<f4")
        doubles = np.concatenate([doubles, *(array.ravel() for array in expected)], dtype="<f8")
        worst = max(worst, off)

    target = Path(__file__).resolve().parent / "backward"
    target.mkdir(exist_ok=True)
    (target / "cases.txt").write_bytes(("\n".join(lines) + "\n").encode())
    (target / "cases.f32").write_bytes(floats.tobytes())
    (target / "cases.f64").write_bytes(doubles.tobytes())
    print(f"{len(cases)} cases, {len(floats)} f32, {len(doubles)} f64; JAX is within {worst:.1e} of 2⁻²⁴")


with localcontext(Context(prec=150)):
    main()
