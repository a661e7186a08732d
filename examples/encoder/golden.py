"""Writes the weights of one encoder block, and its outputs by JAX in double precision, for a few utterances.

`README.md` has the layout and the command.
"""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import struct
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

VERSIONS = {jax: "0.10.2", np: "2.4.6"}
SEED = 2002_04745
WIDTH, HEADS, HIDDEN, EPSILON = 12, 3, 48, np.float32(1e-5)
HERE = Path(__file__).resolve().parent
UTTERANCES = HERE.parents[1] / "model/data/utterances.bin"
# Both splits, their ends, the shortest (train-68, test-136) and the longest (test-7).
NAMES = ["train-0", "train-1", "train-68", "train-269", "test-0", "test-7", "test-136", "test-369"]


def normal(rng, *shape):
    """The sum of twelve uniform numbers: no function of the platform has a part in it."""
    return rng.random((12, *shape)).sum(axis=0) - 6


def norm_weights(rng):
    return [1 + normal(rng, WIDTH) / 4, normal(rng, WIDTH) / 4]


def linear_weights(rng, inputs, outputs):
    return [normal(rng, inputs, outputs) / inputs**0.5, normal(rng, outputs) / 4]


def block_weights(rng):
    """In the order in which they are stored, rounded to f32."""
    attention = [linear_weights(rng, WIDTH, WIDTH) for _ in ("query", "key", "value", "output")]
    feed_forward = [linear_weights(rng, WIDTH, HIDDEN), linear_weights(rng, HIDDEN, WIDTH)]
    parts = [norm_weights(rng), *attention, norm_weights(rng), *feed_forward]
    return [[array.astype("<f4") for array in part] for part in parts]


def layer_norm(x, gamma, beta):
    mean = jnp.mean(x, axis=1, keepdims=True)
    variance = jnp.mean((x - mean) ** 2, axis=1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + EPSILON) * gamma + beta


def linear(x, weight, bias):
    return x @ weight + bias


def attention(x, query, key, value, output):
    heads = lambda weights: linear(x, *weights).reshape(-1, HEADS, WIDTH // HEADS)
    scores = jnp.einsum("ihd,jhd->hij", heads(query), heads(key)) / (WIDTH // HEADS) ** 0.5
    mixed = jnp.einsum("hij,jhd->ihd", jax.nn.softmax(scores, axis=-1), heads(value))
    return linear(mixed.reshape(-1, WIDTH), *output)


def feed_forward(x, up, down):
    return linear(jax.nn.relu(linear(x, *up)), *down)


def block(x, weights):
    first_norm, query, key, value, output, second_norm, up, down = weights
    x = x + attention(layer_norm(x, *first_norm), query, key, value, output)
    return x + feed_forward(layer_norm(x, *second_norm), up, down)


def utterances():
    """The frames of each utterance by its name, as model/data/README.md says."""
    data = UTTERANCES.read_bytes()
    _, version, width, count = struct.unpack_from("<4sHHI", data)
    assert (version, width) == (1, WIDTH)
    table = list(struct.iter_unpack("<BBH", data[12 : 12 + 4 * count]))
    frames = np.frombuffer(data, "<f4", offset=12 + 4 * count).reshape(-1, WIDTH)
    numbers, at, named = [0, 0], 0, {}
    for split, _, length in table:
        named[f"{('train', 'test')[split]}-{numbers[split]}"] = frames[at : at + length]
        numbers[split] += 1
        at += length
    return named


def main():
    for module, version in VERSIONS.items():
        assert module.__version__ == version, f"{module.__name__} {version} is needed, not {module.__version__}"
    weights = block_weights(np.random.default_rng(SEED))
    doubles = [[jnp.asarray(array, jnp.float64) for array in part] for part in weights]
    named = utterances()
    outputs = [block(jnp.asarray(named[name], jnp.float64), doubles) for name in NAMES]
    lines = ["utterance frames"] + [f"{name} {len(named[name])}" for name in NAMES]

    (HERE / "weights.f32").write_bytes(b"".join(array.tobytes() for part in weights for array in part))
    (HERE / "golden.f32").write_bytes(b"".join(np.asarray(y).astype("<f4").tobytes() for y in outputs))
    (HERE / "golden.txt").write_bytes(("\n".join(lines) + "\n").encode())
    print(f"{len(NAMES)} utterances, |y| up to {max(float(abs(y).max()) for y in outputs):.2f}")


main()
