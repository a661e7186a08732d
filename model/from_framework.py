"""Writes a classifier's file of weights from the arrays of another framework's recurrent cell.

    weights = cell("torch custom_lstms.LayerNormLSTMCell", {"kernel": ..., "recurrent": ..., "gamma_x": ..., ...})
    Path("listener.f32.bin").write_bytes(file(weights, dense, bias))

`CELLS` is the table "From another framework" of `layernorm::sequence` as a program: the kind of the cell, the order of the
gates there, and what else differs. NumPy is enough; which arrays a cell has, `cell` says. It writes the files in
`tests/golden/frameworks`, and the tests compare what they give with what the framework computed.
"""

import struct
from typing import NamedTuple

import numpy as np

# The byte of a kind in a file, its gates in the order here, and how many vectors of gains it has.
KINDS = {
    "rnn": (1, "h", 1),
    "lstm": (2, "fiog", 9),
    "gru": (3, "zrn", 6),
    "state_norm_lstm": (4, "fiog", 9),
}
NORMS = {"layer": 1, "plain": 3}


class Cell(NamedTuple):
    """What a framework's cell is here."""

    kind: str
    norm: str
    # The gates in the framework's order; g and n are what it calls c, j or h̃.
    gates: str
    # Whether matrices have a row for each output.
    transposed: bool
    # What it adds to the variance unless told.
    epsilon: float = 1e-5


CELLS = {
    "tensorflow_addons.rnn.LayerNormLSTMCell": Cell("state_norm_lstm", "layer", "ifgo", False, 1e-3),
    "torch custom_lstms.LayerNormLSTMCell": Cell("state_norm_lstm", "layer", "ifgo", True),
    "torch.nn.LSTM": Cell("lstm", "plain", "ifgo", True),
    "torch.nn.GRU": Cell("gru", "plain", "rzn", True),
    "torch.nn.RNN": Cell("rnn", "plain", "h", True),
    "keras.layers.LSTM": Cell("lstm", "plain", "ifgo", False),
    "keras.layers.GRU": Cell("gru", "plain", "zrn", False),
    "keras.layers.SimpleRNN": Cell("rnn", "plain", "h", False),
    "flax.linen.OptimizedLSTMCell": Cell("lstm", "plain", "ifgo", False),
    "onnx LSTM": Cell("lstm", "plain", "iofg", True),
    "onnx GRU": Cell("gru", "plain", "zrn", True),
}


class Weights(NamedTuple):
    """Weights in the layout of `layernorm::sequence`, and what a header says of them."""

    kind: str
    norm: str
    inputs: int
    units: int
    epsilon: float
    values: np.ndarray


def cell(there, arrays, epsilon=None):
    """The weights of a cell. `arrays` are named:

    - `kernel` and `recurrent`, matrices as the framework has them; the gates of Flax are put side by side as i, f, g, o
    - `bias_x` and `bias_h`, added to the sums from x and from h, behind their norms; zeros where they are missing
    - `gamma_x`, `beta_x`, `gamma_h`, `beta_h`, `gamma_c` and `beta_c`, where there are norms; 1 and 0 where they are missing
    """
    layout = CELLS[there]
    _, gates, _ = KINDS[layout.kind]
    arrays = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
    known = {"kernel", "recurrent", "bias_x", "bias_h"}
    known |= {f"{of}_{part}" for of in ("gamma", "beta") for part in "xhc"} if layout.norm == "layer" else set()
    if unknown := set(arrays) - known:
        raise ValueError(f"arrays: expected some of {sorted(known)}, actual {sorted(unknown)}")
    kernel, recurrent = (arrays[name].T if layout.transposed else arrays[name] for name in ("kernel", "recurrent"))
    units = recurrent.shape[0]
    for name, matrix in ("kernel", kernel), ("recurrent", recurrent):
        if matrix.shape[1] != len(gates) * units:
            raise ValueError(f"{name}: expected {len(gates)} · {units} outputs, actual {matrix.shape[1]}")

    def permuted(array):
        """The last axis in the order of the gates here. z of the GRU is 1 − z there, and σ(−a) = 1 − σ(a)."""
        parts = dict(zip(layout.gates, np.split(array, len(gates), axis=-1), strict=True))
        return np.concatenate([-parts[g] if (layout.kind, g) == ("gru", "z") else parts[g] for g in gates], axis=-1)

    def vector(name, value):
        return permuted(arrays.get(name, np.full(len(gates) * units, value, np.float32)))

    if layout.kind == "rnn":
        gamma, beta = [np.ones(units)], [vector("bias_x", 0) + vector("bias_h", 0)]
    else:
        gamma = [vector(f"gamma_{of}", 1) if layout.norm == "layer" else np.ones(len(gates) * units) for of in "xh"]
        beta = [vector(f"beta_{of}", 0) + vector(f"bias_{of}", 0) for of in "xh"]
    if layout.kind.endswith("lstm"):
        gamma.append(arrays.get("gamma_c", np.ones(units)))
        beta.append(arrays.get("beta_c", np.zeros(units)))
    parts = [permuted(kernel), permuted(recurrent), *gamma, *beta]
    values = np.concatenate([part.ravel() for part in parts]).astype(np.float32)
    epsilon = layout.epsilon if epsilon is None else epsilon
    return Weights(layout.kind, layout.norm, kernel.shape[0], units, epsilon, values)


def file(weights, dense, bias):
    """The bytes of a classifier's file: the cell, and a dense layer, units × classes, with its bias."""
    dense, bias = np.asarray(dense, np.float32), np.asarray(bias, np.float32)
    kind, gates, gains = KINDS[weights.kind]
    units, classes = weights.units, bias.size
    if dense.shape != (units, classes):
        raise ValueError(f"dense: expected shape ({units}, {classes}), actual {dense.shape}")
    expected = ((weights.inputs + units) * len(gates) + 2 * gains) * units
    if weights.values.size != expected:
        raise ValueError(f"weights: expected {expected} numbers, actual {weights.values.size}")
    header = struct.pack(
        "<4sHBB4HfB3x", b"LNSQ", 1, kind, 1, weights.inputs, units, classes, 0, weights.epsilon, NORMS[weights.norm]
    )
    return header + np.concatenate([weights.values, dense.ravel(), bias]).astype("<f4").tobytes()
