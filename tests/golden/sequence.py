"""Writes `sequence/`: recurrent cells with layer normalisation and their gradients, by JAX in double precision.

The cells are the equations of the supplement of Ba, Kiros, Hinton 2016 (arXiv 1607.06450), and `jax.vjp`
differentiates the whole sequence; no formula of a gradient has a part in what is stored. The same equations in
50 decimal digits then give a difference quotient in a random direction, which says how far JAX is off, and
stops the run where that is more than a fraction of an f32's last digit. `README.md` has the layout.
"""

import os

os.environ["JAX_PLATFORMS"] = "cpu"
# The vectors of the machine shall have no part in the order of a sum.
os.environ["XLA_FLAGS"] = "--xla_cpu_max_isa=SSE4_2"

from decimal import Context, Decimal, localcontext
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

VERSIONS = {jax: "0.10.2", np: "2.4.6"}
SEED = 1607_06450
# Inputs, units, frames, ε, and the norms that have it: the gradients of all would be two megabytes.
# With two units x̂ is ±1 but for ε: the gradient of a small ε is what f32 cannot see.
SHAPES = [
    (1, 1, 1, 0.1, ["layer", "rms", "plain"]),
    (3, 2, 5, 0.1, ["layer", "rms", "plain"]),
    (5, 16, 12, 1e-5, ["layer", "rms", "plain"]),
    (7, 33, 20, 0.1, ["layer"]),
    (12, 32, 7, 1e-5, ["rms"]),
    (12, 32, 29, 1e-5, ["layer"]),
]
# Inputs, units, frames, classes.
CLASSIFIERS = [(3, 2, 5, 1, 0.1, ["plain"]), (5, 16, 12, 5, 1e-5, ["layer", "rms", "plain"])]
# Of the cell that differs from another in one place. Its c of two units under RMSNorm is about 0 in a step, where the norm
# multiplies what f32 rounds, of JAX too: three units.
FEW_SHAPES = [SHAPES[0], (3, 3, 5, 0.1, ["layer", "rms", "plain"]), (4, 8, 10, 1e-5, ["layer", "rms", "plain"])]
FEW_CLASSIFIERS = [(4, 8, 10, 3, 1e-5, ["layer"])]
# Of the difference quotient, as a part of the sum of the magnitudes of its terms.
LIMIT = 1e-11
STEP = Decimal("1e-15")


def layer(op, a, gamma, beta, epsilon):
    centred = a - a.sum() / a.size
    return centred * op.rsqrt((centred**2).sum() / a.size + epsilon) * gamma + beta


def rms(op, a, gamma, beta, epsilon):
    return a * op.rsqrt((a**2).sum() / a.size + epsilon) * gamma + beta


def plain(op, a, gamma, beta, epsilon):
    return a + beta


def rnn(op, norm, w, x, h):
    return op.tanh(norm(x @ w.kernel + h @ w.recurrent, w.gamma, w.beta))


def lstm(op, norm, w, x, state):
    h, c = state.reshape(2, -1)
    gamma, beta = w.gamma.reshape(9, -1), w.beta.reshape(9, -1)
    of_x = norm(x @ w.kernel, gamma[:4].ravel(), beta[:4].ravel())
    of_h = norm(h @ w.recurrent, gamma[4:8].ravel(), beta[4:8].ravel())
    f, i, o, g = (of_h + of_x).reshape(4, -1)
    c = op.sigmoid(f) * c + op.sigmoid(i) * op.tanh(g)
    h = op.sigmoid(o) * op.tanh(norm(c, gamma[8], beta[8]))
    return op.concatenate([h, c])


def state_norm_lstm(op, norm, w, x, state):
    """The state is h and the normalised c."""
    h, c = state.reshape(2, -1)
    gamma, beta = w.gamma.reshape(9, -1), w.beta.reshape(9, -1)
    of_x = norm(x @ w.kernel, gamma[:4].ravel(), beta[:4].ravel())
    of_h = norm(h @ w.recurrent, gamma[4:8].ravel(), beta[4:8].ravel())
    f, i, o, g = (of_h + of_x).reshape(4, -1)
    c = norm(op.sigmoid(f) * c + op.sigmoid(i) * op.tanh(g), gamma[8], beta[8])
    return op.concatenate([op.sigmoid(o) * op.tanh(c), c])


def gru(op, norm, w, x, h):
    """The paper's r is applied to what is normalised, and z to the new state."""
    of_x, of_h = x @ w.kernel, h @ w.recurrent
    units = h.size
    gates, candidate = slice(2 * units), slice(2 * units, 3 * units)
    gamma, beta = w.gamma.reshape(2, -1), w.beta.reshape(2, -1)

    def normed(a, which, part):
        return norm(a[part], gamma[which][part], beta[which][part])

    z, r = op.sigmoid(normed(of_x, 0, gates) + normed(of_h, 1, gates)).reshape(2, -1)
    n = op.tanh(normed(of_x, 0, candidate) + r * normed(of_h, 1, candidate))
    return (1 - z) * h + z * n


# Cell, gates, vectors of γ, vectors of the state.
CELLS = {
    "rnn": (rnn, 1, 1, 1),
    "lstm": (lstm, 4, 9, 2),
    "gru": (gru, 3, 6, 1),
    "state_norm_lstm": (state_norm_lstm, 4, 9, 2),
}
NORMS = {"layer": layer, "rms": rms, "plain": plain}

IN_DOUBLE = SimpleNamespace(
    rsqrt=jax.lax.rsqrt, sigmoid=jax.nn.sigmoid, tanh=jnp.tanh, concatenate=jnp.concatenate, stack=jnp.stack
)
IN_DECIMAL = SimpleNamespace(
    rsqrt=lambda v: 1 / v.sqrt(),
    sigmoid=np.vectorize(lambda v: 1 / (1 + (-v).exp()), otypes=[object]),
    tanh=np.vectorize(lambda v: 1 - 2 / ((2 * v).exp() + 1), otypes=[object]),
    concatenate=np.concatenate,
    stack=np.stack,
)


def sizes(cell, inputs, units, classes):
    """Lengths of the parts of the weights, in their order."""
    _, gates, gains, _ = CELLS[cell]
    parts = {"kernel": inputs * gates * units, "recurrent": units * gates * units}
    parts |= {"gamma": gains * units, "beta": gains * units}
    return parts | ({"dense": units * classes, "bias": classes} if classes else {})


def sequence(op, cell, norm, epsilon, shape, weights, x, state):
    """What is differentiated: y and the last state, or the logits of the mean of y."""
    inputs, units, frames, classes = shape
    parts, at = {}, 0
    for name, length in sizes(cell, inputs, units, classes).items():
        parts[name], at = weights[at : at + length], at + length
    w = SimpleNamespace(**parts)
    w.kernel, w.recurrent = w.kernel.reshape(inputs, -1), w.recurrent.reshape(units, -1)

    def normed(*inputs):
        return NORMS[norm](op, *inputs, epsilon)

    y = []
    for frame in x.reshape(frames, inputs):
        state = CELLS[cell][0](op, normed, w, frame, state)
        y.append(state[:units])
    if classes:
        return (sum(y) / frames @ w.dense.reshape(units, classes) + w.bias,)
    return op.stack(y).ravel(), state


def normal(rng, *shape):
    """The sum of twelve uniform numbers: no function of the platform has a part in it."""
    return rng.random((12, *shape)).sum(axis=0) - 6


def draw(rng, cell, family, start, shape):
    """Weights, x and start state, and the gradients of what `sequence` returns."""
    inputs, units, frames, classes = shape
    scales = {
        "kernel": (0, (10 if family == "large_kernel" else 1) / np.sqrt(inputs)),
        "recurrent": (0, 1 / np.sqrt(units)),
        "gamma": (1, 1 / 4),
        "beta": (0, 1 / 8),
        "dense": (0, 1 / np.sqrt(units)),
        "bias": (0, 1 / 8),
    }
    weights = [scales[n][0] + scales[n][1] * normal(rng, c) for n, c in sizes(cell, inputs, units, classes).items()]
    states = CELLS[cell][3] * units
    state = normal(rng, states) / 2 if start == "random" else np.zeros(states)
    cotangents = [normal(rng, classes)] if classes else [normal(rng, frames * units), normal(rng, states)]
    arrays = [np.concatenate(weights), normal(rng, frames * inputs), state], cotangents
    return [[array.astype("f4") for array in group] for group in arrays]


def derivatives(function, arrays, cotangents):
    """What the function returns, and the gradients of the arrays."""
    outputs, backward = jax.vjp(function, *(jnp.asarray(array, jnp.float64) for array in arrays))
    gradients = backward(tuple(jnp.asarray(array, jnp.float64) for array in cotangents))
    return [[np.asarray(array) for array in group] for group in (outputs, gradients)]


def deviation(function, rng, arrays, cotangents, gradients):
    """Of the gradients' sum in a direction, from a difference quotient in 50 digits."""
    exact = [[np.array([Decimal(float(v)) for v in a]) for a in group] for group in (arrays, cotangents, gradients)]
    arrays, cotangents, gradients = exact
    direction = [np.array([Decimal(float(v)) for v in normal(rng, a.size)]) for a in arrays]

    def loss(step):
        outputs = function(*(a + step * d for a, d in zip(arrays, direction)))
        return sum((output * c).sum() for output, c in zip(outputs, cotangents))

    quotient = (loss(STEP) - loss(-STEP)) / (2 * STEP)
    terms = np.concatenate([g * d for g, d in zip(gradients, direction)])
    return float(abs(terms.sum() - quotient) / abs(terms).sum())


def case(rng, cell, norm, family, epsilon, start, shape):
    """A line of the manifest up to the offsets, the inputs, what is expected, and how far JAX is off."""
    arrays, cotangents = draw(rng, cell, family, start, shape)
    single = np.float32(epsilon)

    def function(op, epsilon):
        return lambda *arrays: sequence(op, cell, norm, epsilon, shape, *arrays)

    outputs, gradients = derivatives(function(IN_DOUBLE, np.float64(single)), arrays, cotangents)
    exact = function(IN_DECIMAL, Decimal(float(single)))
    off = deviation(exact, rng, arrays, cotangents, gradients)
    assert off < LIMIT, f"{cell} {norm} {family} {shape}: JAX is {off:.1e} off"
    line = [cell, norm, family, start, str(single), "x".join(str(size) for size in shape if size)]
    return line, [*arrays, *cotangents], [*gradients, *outputs], off


def cases():
    index = 0
    for cell in CELLS:
        few = cell == "state_norm_lstm"
        for inputs, units, frames, epsilon, norms in FEW_SHAPES if few else SHAPES:
            for norm in norms:
                yield cell, norm, "normal", epsilon, ["zeros", "random"][index % 2], (inputs, units, frames, 0)
                index += 1
        for norm in ["layer", "plain"]:
            yield cell, norm, "large_kernel", 1e-5, "random", (4, 8, 10, 0) if few else (5, 16, 12, 0)
        for *shape, epsilon, norms in FEW_CLASSIFIERS if few else CLASSIFIERS:
            for norm in norms:
                # A classifier begins with zeros.
                yield cell, norm, "normal", epsilon, "zeros", tuple(shape)


def main():
    for module, version in VERSIONS.items():
        assert module.__version__ == version, f"{module.__name__} {version} is needed, not {module.__version__}"
    rng = np.random.default_rng(SEED)
    lines = ["cell norm family start epsilon shape offset"]
    floats, doubles, worst = np.empty(0, "<f4"), np.empty(0, "<f8"), 0
    for which in cases():
        line, inputs, expected, off = case(rng, *which)
        lines.append(" ".join([*line, str(len(floats))]))
        floats = np.concatenate([floats, *inputs], dtype="<f4")
        doubles = np.concatenate([doubles, *expected], dtype="<f8")
        # An array is as long as its gradient, whichever of the two is given: one offset is enough.
        assert len(floats) == len(doubles)
        worst = max(worst, off)

    target = Path(__file__).resolve().parent / "sequence"
    target.mkdir(exist_ok=True)
    (target / "cases.txt").write_bytes(("\n".join(lines) + "\n").encode())
    (target / "cases.f32").write_bytes(floats.tobytes())
    (target / "cases.f64").write_bytes(doubles.tobytes())
    print(f"{len(lines) - 1} cases, {len(floats)} f32, {len(doubles)} f64; JAX is within {worst:.1e}")


with localcontext(Context(prec=50)):
    main()
