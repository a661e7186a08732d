"""Writes `frameworks/`: what layers of other frameworks compute, by the frameworks themselves, from a fixed seed.

    python tests/golden/frameworks.py pytorch

One framework a run, for each has versions of other packages of its own; `README.md` has the commands and the layout.
Cells go through `model/from_framework.py`, so that the tests read what an importer has written.
"""

import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ |= {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": ""}
HERE = Path(__file__).resolve().parent
# Else `import onnx` finds a file of this folder.
sys.path = [path for path in sys.path if Path(path).resolve() != HERE] + [str(HERE.parents[1] / "model")]

import numpy as np
from from_framework import CELLS, cell, file

SEED = 1607_06450
ROWS, WIDTH = 4, 24
SAMPLES, CHANNELS, POSITIONS = 2, 6, 9
INPUTS, UNITS, FRAMES, CLASSES = 3, 4, 7, 2
GATES = {"lstm": 4, "state_norm_lstm": 4, "gru": 3, "rnn": 1}


def normal(rng, *shape):
    """The sum of twelve uniform numbers: no function of the platform has a part in it."""
    return (rng.random((12, *shape)).sum(axis=0) - 6).astype("f4")


def rows(rng, *shape):
    """With a mean of their own."""
    return normal(rng, *shape) * np.float32(1.5) + np.float32(0.75)


def gain(rng, *shape):
    return 1 + normal(rng, *shape) / 4


def bias(rng, *shape):
    return normal(rng, *shape) / 8


class Cases:
    """Lines of the manifest and the numbers they speak of."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.lines, self.numbers, self.length = ["there op epsilon shape tensors offset"], [], 0

    def put(self, there, op, epsilon, shape, **tensors):
        arrays = {name: np.ascontiguousarray(array, "<f4").ravel() for name, array in tensors.items()}
        lengths = ",".join(f"{name}:{array.size}" for name, array in arrays.items())
        dims = "x".join(str(size) for size in shape)
        line = [there.replace(" ", "_"), op, str(np.float32(epsilon)), dims, lengths, str(self.length)]
        self.lines.append(" ".join(line))
        self.numbers += arrays.values()
        self.length += sum(array.size for array in arrays.values())

    def cell(self, there, arrays, x, y, epsilon=None):
        """`arrays` are those that `from_framework.cell` takes; y is frames × units, from a state of zeros."""
        weights = cell(there, arrays, epsilon)
        dense, of_classes = normal(self.rng, UNITS, CLASSES), bias(self.rng, CLASSES)
        y = np.asarray(y).reshape(FRAMES, UNITS)
        logits = y.astype("f8").mean(axis=0) @ dense + of_classes
        bytes = np.frombuffer(file(weights, dense, of_classes), "<f4")
        shape = (INPUTS, UNITS, FRAMES, CLASSES)
        op = f"{weights.kind}:{weights.norm}"
        self.put(there, op, weights.epsilon, shape, FILE=bytes, X=x, Y=y, LOGITS=logits)

    def draw(self, there):
        """Arrays of a cell, in the framework's shapes, and x."""
        layout, rng = CELLS[there], self.rng
        outputs = GATES[layout.kind] * UNITS
        sizes = {"kernel": INPUTS, "recurrent": UNITS}
        arrays = {name: normal(rng, size, outputs) / np.float32(2) for name, size in sizes.items()}
        if layout.transposed:
            arrays = {name: np.ascontiguousarray(matrix.T) for name, matrix in arrays.items()}
        if layout.norm == "layer":
            arrays |= {f"gamma_{of}": gain(rng, size) for of, size in (("x", outputs), ("h", outputs), ("c", UNITS))}
            arrays |= {f"beta_{of}": bias(rng, size) for of, size in (("x", outputs), ("h", outputs), ("c", UNITS))}
        return arrays, normal(rng, FRAMES, INPUTS), outputs

    def write(self, name):
        folder = HERE / "frameworks"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_text("\n".join(self.lines) + "\n")
        (folder / f"{name}.f32").write_bytes(np.concatenate(self.numbers).tobytes())
        print(f"{name}: {len(self.lines) - 1} cases, {4 * self.length} bytes")


def needs(**versions):
    for package, expected in versions.items():
        actual = version(package.replace("_", "-"))
        assert actual == expected, f"{package} {expected} is needed, not {actual}"


def pytorch(cases):
    needs(torch="2.15.0")
    import torch
    from torch import nn

    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    rng, of = cases.rng, lambda array: torch.from_numpy(np.ascontiguousarray(array))

    def affine(there, op, layer, x, shape, epsilon, features, has_bias=True):
        w, b = gain(rng, features), bias(rng, features)
        layer.weight.copy_(of(w))
        tensors = {"X": x, "W": w}
        if has_bias:
            layer.bias.copy_(of(b))
            tensors["B"] = b
        cases.put(there, op, epsilon, shape, **tensors, Y=layer(of(x)).numpy())

    x = rows(rng, ROWS, WIDTH)
    affine("torch.nn.LayerNorm", "layer_norm", nn.LayerNorm(WIDTH), x, x.shape, 1e-5, WIDTH)
    affine("torch.nn.RMSNorm", "rms_norm", nn.RMSNorm(WIDTH), x, x.shape, np.finfo("f4").eps, WIDTH, False)
    x = rows(rng, SAMPLES, CHANNELS, POSITIONS)
    affine("torch.nn.GroupNorm", "group_norm:3", nn.GroupNorm(3, CHANNELS), x, x.shape, 1e-5, CHANNELS)
    square = nn.InstanceNorm2d(CHANNELS, affine=True)
    image = x.reshape(SAMPLES, CHANNELS, 3, 3)
    affine("torch.nn.InstanceNorm2d", "instance_norm", square, image, x.shape, 1e-5, CHANNELS)

    # Adaptive layer norm as diffusion transformers have it: a norm without γ and β, then (1 + scale) and shift.
    x, scale, shift = rows(rng, SAMPLES, 3, WIDTH), bias(rng, SAMPLES, WIDTH), bias(rng, SAMPLES, WIDTH)
    bare = nn.LayerNorm(WIDTH, elementwise_affine=False, eps=1e-6)
    y = bare(of(x)) * (1 + of(scale)[:, None]) + of(shift)[:, None]
    cases.put("DiT adaLN", "modulated", 1e-6, x.shape, X=x, SCALE=scale, SHIFT=shift, Y=y.numpy())

    for there, make in ("torch.nn.LSTM", nn.LSTM), ("torch.nn.GRU", nn.GRU), ("torch.nn.RNN", nn.RNN):
        arrays, x, outputs = cases.draw(there)
        arrays |= {"bias_x": bias(rng, outputs), "bias_h": bias(rng, outputs)}
        layer = make(INPUTS, UNITS)
        for name, array in zip(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"], arrays.values()):
            getattr(layer, name).copy_(of(array))
        cases.cell(there, arrays, x, layer(of(x))[0].numpy())

    # The cell of PyTorch's benchmarks/fastrnns, which no package has: three modules nn.LayerNorm, and LN(c) in the state.
    there = "torch custom_lstms.LayerNormLSTMCell"
    arrays, x, outputs = cases.draw(there)
    of_x, of_h, of_c = (nn.LayerNorm(size) for size in (outputs, outputs, UNITS))
    for layer, name in (of_x, "x"), (of_h, "h"), (of_c, "c"):
        layer.weight.copy_(of(arrays[f"gamma_{name}"]))
        layer.bias.copy_(of(arrays[f"beta_{name}"]))
    h = c = torch.zeros(1, UNITS)
    y = []
    for frame in of(x):
        gates = of_x(frame[None] @ of(arrays["kernel"]).t()) + of_h(h @ of(arrays["recurrent"]).t())
        i, f, g, o = gates.chunk(4, 1)
        c = of_c(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
        h = torch.sigmoid(o) * torch.tanh(c)
        y.append(h.numpy())
    cases.cell(there, arrays, x, np.concatenate(y))


def transformers(cases):
    needs(torch="2.15.0", transformers="5.24.0")
    import torch
    from transformers.models.convnext.modeling_convnext import ConvNextLayerNorm
    from transformers.models.gemma.modeling_gemma import GemmaRMSNorm
    from transformers.models.llama.modeling_llama import LlamaRMSNorm
    from transformers.models.t5.modeling_t5 import T5LayerNorm

    torch.set_grad_enabled(False)
    rng, of = cases.rng, torch.from_numpy
    x = rows(rng, ROWS, WIDTH)
    for there, op, make in [
        ("LlamaRMSNorm", "rms_norm", LlamaRMSNorm),
        ("T5LayerNorm", "rms_norm", T5LayerNorm),
        ("GemmaRMSNorm", "rms_norm_unit_offset", GemmaRMSNorm),
    ]:
        w = gain(rng, WIDTH) if op == "rms_norm" else bias(rng, WIDTH)
        layer = make(WIDTH)
        layer.weight.copy_(of(w))
        cases.put(f"transformers.{there}", op, 1e-6, x.shape, X=x, W=w, Y=layer(of(x)).numpy())
    x, w, b = rows(rng, SAMPLES, CHANNELS, POSITIONS), gain(rng, CHANNELS), bias(rng, CHANNELS)
    layer = ConvNextLayerNorm(CHANNELS, eps=1e-6, data_format="channels_first")
    layer.weight.copy_(of(w))
    layer.bias.copy_(of(b))
    y = layer(of(x.reshape(SAMPLES, CHANNELS, 3, 3))).numpy()
    cases.put("transformers.ConvNextLayerNorm", "channels_first", 1e-6, x.shape, X=x, W=w, B=b, Y=y)


def keras(cases):
    needs(keras="3.15.1", jax="0.10.2")
    import keras as framework
    from keras import layers

    assert framework.backend.backend() == "jax"
    rng = cases.rng
    x, w, b = rows(rng, ROWS, WIDTH), gain(rng, WIDTH), bias(rng, WIDTH)
    for there, op, layer, tensors, epsilon in [
        ("keras.layers.LayerNormalization", "layer_norm", layers.LayerNormalization(), {"W": w, "B": b}, 1e-3),
        ("keras.layers.RMSNormalization", "rms_norm", layers.RMSNormalization(), {"W": w}, 1e-6),
    ]:
        layer.build(x.shape)
        layer.set_weights(list(tensors.values()))
        cases.put(there, op, epsilon, x.shape, X=x, **tensors, Y=np.asarray(layer(x)))
    for name in "LSTM", "GRU", "SimpleRNN":
        there = f"keras.layers.{name}"
        arrays, x, outputs = cases.draw(there)
        layer = getattr(layers, name)(UNITS, return_sequences=True)
        layer.build((1, FRAMES, INPUTS))
        names = ("bias_x", "bias_h") if name == "GRU" else ("bias_x",)
        biases = {name: bias(rng, outputs) for name in names}
        stored = np.stack(list(biases.values())) if name == "GRU" else biases["bias_x"]
        layer.set_weights([*arrays.values(), stored])
        cases.cell(there, arrays | biases, x, layer(x[None]))


def tensorflow(cases):
    """Keras 2, TensorFlow Addons, and what TFLite's interpreter makes of a converted layer."""
    needs(tensorflow_cpu="2.15.1", tensorflow_addons="0.23.0")
    import tensorflow as tf
    from tensorflow_addons.rnn import LayerNormLSTMCell

    rng = cases.rng
    there = "tensorflow_addons.rnn.LayerNormLSTMCell"
    arrays, x, outputs = cases.draw(there)
    arrays["bias_x"] = bias(rng, outputs)
    layer = tf.keras.layers.RNN(LayerNormLSTMCell(UNITS), return_sequences=True)
    layer.build((1, FRAMES, INPUTS))
    norms = {"kernel_norm": "x", "recurrent_norm": "h", "state_norm": "c"}
    names = {f"{norm}/{part}:0": f"{part}_{of}" for norm, of in norms.items() for part in ("gamma", "beta")}
    names |= {"kernel:0": "kernel", "recurrent_kernel:0": "recurrent", "bias:0": "bias_x"}
    for variable in layer.weights:
        (name,) = {named for end, named in names.items() if f"/{variable.name}".endswith(f"/{end}")}
        variable.assign(arrays[name])
    cases.cell(there, arrays, x, layer(x[None]).numpy())

    x, w, b = rows(rng, ROWS, WIDTH), gain(rng, WIDTH), bias(rng, WIDTH)
    model = tf.keras.Sequential([tf.keras.layers.LayerNormalization(input_shape=(WIDTH,))])
    model.set_weights([w, b])
    interpreter = tf.lite.Interpreter(model_content=tf.lite.TFLiteConverter.from_keras_model(model).convert())
    interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    y = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    cases.put("tflite LayerNormalization", "layer_norm", 1e-3, x.shape, X=x, W=w, B=b, Y=y)


def flax(cases):
    needs(flax="0.12.8", jax="0.10.2")
    import jax
    from flax import linen

    rng = cases.rng
    x, w, b = rows(rng, ROWS, WIDTH), gain(rng, WIDTH), bias(rng, WIDTH)
    y = linen.LayerNorm().apply({"params": {"scale": w, "bias": b}}, x)
    cases.put("flax.linen.LayerNorm", "layer_norm", 1e-6, x.shape, X=x, W=w, B=b, Y=np.asarray(y))
    y = linen.RMSNorm().apply({"params": {"scale": w}}, x)
    cases.put("flax.linen.RMSNorm", "rms_norm", 1e-6, x.shape, X=x, W=w, Y=np.asarray(y))

    there = "flax.linen.OptimizedLSTMCell"
    arrays, x, outputs = cases.draw(there)
    arrays["bias_h"] = bias(rng, outputs)
    parts = {name: dict(zip("ifgo", np.split(array, 4, axis=-1))) for name, array in arrays.items()}
    params = {f"i{gate}": {"kernel": parts["kernel"][gate]} for gate in "ifgo"}
    params |= {f"h{gate}": {"kernel": parts["recurrent"][gate], "bias": parts["bias_h"][gate]} for gate in "ifgo"}
    module = linen.OptimizedLSTMCell(UNITS)
    carry, y = module.initialize_carry(jax.random.key(0), (INPUTS,)), []
    for frame in x:
        carry, h = module.apply({"params": params}, carry, frame)
        y.append(np.asarray(h))
    cases.cell(there, arrays, x, np.stack(y))


def onnxruntime(cases):
    needs(onnxruntime="1.30.0", onnx="1.22.0")
    import onnxruntime as framework
    from onnx import TensorProto, helper

    rng = cases.rng

    def run(op, inputs, outputs, domain="", **attributes):
        """The outputs of a node, whose inputs are all inputs of the model."""
        node = helper.make_node(op, list(inputs), outputs, domain=domain, **attributes)
        of = lambda name, array: helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape)
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs if name]
        graph = helper.make_graph([node], op, [of(*item) for item in inputs.items() if item[0]], results)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        session = framework.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, inputs)

    x, residual, w, b = rows(rng, 1, ROWS, WIDTH), normal(rng, 1, ROWS, WIDTH), gain(rng, WIDTH), bias(rng, WIDTH)
    inputs, outputs = {"x": x, "skip": residual, "gamma": w, "beta": b}, ["y", "", "", "sum"]
    y, sums = run("SkipLayerNormalization", inputs, outputs, "com.microsoft")
    there, tensors = "onnxruntime SkipLayerNormalization", {"X": x, "R": residual, "W": w, "B": b, "Y": y, "SUM": sums}
    cases.put(there, "residual", 1e-12, (ROWS, WIDTH), **tensors)

    for op, attributes in ("LSTM", {}), ("GRU", {"linear_before_reset": 1}):
        there = f"onnx {op}"
        arrays, x, outputs = cases.draw(there)
        arrays |= {"bias_x": bias(rng, outputs), "bias_h": bias(rng, outputs)}
        both = np.concatenate([arrays["bias_x"], arrays["bias_h"]])
        inputs = {"x": x[:, None], "w": arrays["kernel"][None], "r": arrays["recurrent"][None], "b": both[None]}
        (y,) = run(op, inputs, ["y"], hidden_size=UNITS, **attributes)
        cases.cell(there, arrays, x, y)


def ggml(cases):
    needs(ggml_python="0.0.45")
    import ggml as framework
    from ggml import utils

    rng = cases.rng
    x = rows(rng, ROWS, WIDTH)
    for there, op, epsilon in ("ggml_norm", "layer_norm", 1e-5), ("ggml_rms_norm", "rms_norm", 1e-6):
        memory = framework.ggml_init(framework.ggml_init_params(mem_size=1 << 24, mem_buffer=None))
        tensor = utils.from_numpy(x, memory)
        result = getattr(framework, there)(memory, tensor, epsilon)
        graph = framework.ggml_new_graph(memory)
        framework.ggml_build_forward_expand(graph, result)
        framework.ggml_graph_compute_with_ctx(memory, graph, 1)
        y = utils.to_numpy(result).copy()
        framework.ggml_free(memory)
        assert y.shape == x.shape
        cases.put(there, op, epsilon, x.shape, X=x, Y=y)


FRAMEWORKS = [pytorch, transformers, keras, tensorflow, flax, onnxruntime, ggml]


def main(arguments):
    names = [framework.__name__ for framework in FRAMEWORKS]
    if len(arguments) != 1 or arguments[0] not in names:
        sys.exit(f"usage: frameworks.py {'|'.join(names)}")
    at = names.index(arguments[0])
    cases = Cases(SEED + at)
    FRAMEWORKS[at](cases)
    cases.write(names[at])


main(sys.argv[1:])
