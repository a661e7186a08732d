"""ONNX Runtime and numpy behind the line protocol of contenders/src/bin/serve.rs, on one thread."""

import sys
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-5


def buffers(verb, rows, width):
    random = np.random.default_rng(1)
    draw = lambda shape, mean, sigma: random.normal(mean, sigma, shape).astype(np.float32)
    return {
        "x": draw((rows, width), 0.5, 1.0),
        "residual": draw((rows, width) if verb == "residual" else (0,), 0.0, 1.0),
        "gamma": draw(width, 1.0, 0.1),
        "beta": draw(width, 0.0, 0.1),
    }


def reference(verb, inputs):
    x = inputs["x"] + inputs["residual"] if verb == "residual" else inputs["x"]
    x = x.astype(np.float64)
    mean = 0.0 if verb == "rms" else x.mean(axis=1, keepdims=True)
    beta = 0.0 if verb == "rms" else inputs["beta"]
    x -= mean
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON) * inputs["gamma"] + beta


def error(y, expected):
    worst = np.max(np.abs(y - expected) / np.maximum(1.0, np.abs(expected)))
    return float("inf") if np.isnan(worst) else float(worst)


class OnnxRuntime:
    """A model of one node, γ and β in it; inputs and outputs bound once, as its documentation advises."""

    NODES = {
        "layer": ("LayerNormalization", "", ["x", "gamma", "beta"], ["y"]),
        "rms": ("RMSNormalization", "", ["x", "gamma"], ["y"]),
        "residual": ("SkipLayerNormalization", "com.microsoft", ["x", "residual", "gamma", "beta"], ["y", "", "", "sum"]),
    }

    def __init__(self, verb, inputs):
        operator, domain, names, results = self.NODES[verb]
        shape = inputs["x"].shape
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        constants = [name for name in names if name in ("gamma", "beta")]
        graph = helper.make_graph(
            [helper.make_node(operator, names, results, domain=domain, epsilon=EPSILON)],
            operator,
            [value(name) for name in names if name not in constants],
            [value(name) for name in results if name],
            [numpy_helper.from_array(inputs[name], name) for name in constants],
        )
        opsets = [helper.make_opsetid("", 23 if verb == "rms" else 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        place = lambda array: onnxruntime.OrtValue.ortvalue_from_numpy(array)
        for name in names:
            if name not in constants:
                self.binding.bind_ortvalue_input(name, place(inputs[name]))
        self.y = place(np.zeros(shape, np.float32))
        for name in filter(None, results):
            self.binding.bind_ortvalue_output(name, self.y if name == "y" else place(np.zeros(shape, np.float32)))

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def result(self):
        return self.y.numpy()


class Numpy:
    """Every operation into an array that is there already; einsum sums squares without an array of them."""

    def __init__(self, verb, inputs):
        self.verb = verb
        self.x, self.residual = inputs["x"], inputs["residual"]
        self.gamma, self.beta = inputs["gamma"], inputs["beta"]
        self.y = np.empty_like(self.x)

    def run(self):
        x, y = self.x, self.y
        if self.verb == "residual":
            self.residual += x
            x = self.residual
        if self.verb != "rms":
            x = np.subtract(x, x.mean(axis=1, keepdims=True), out=y)
        squares = np.einsum("ij,ij->i", x, x)[:, None]
        np.multiply(x, 1.0 / np.sqrt(squares / np.float32(x.shape[1]) + np.float32(EPSILON)), out=y)
        y *= self.gamma
        if self.verb != "rms":
            y += self.beta

    def result(self):
        return self.y


CONTENDERS = {"onnxruntime": OnnxRuntime, "numpy": Numpy}


def main():
    cases = {}
    for line in sys.stdin:
        match line.split():
            case ["names"]:
                answer = " ".join(CONTENDERS)
            case ["open", name, verb, rows, width]:
                inputs = buffers(verb, int(rows), int(width))
                expected = reference(verb, inputs)
                case = CONTENDERS[name](verb, inputs)
                case.run()
                answer = error(case.result(), expected)
                cases[name, verb] = case
            case ["time", name, verb, calls]:
                case = cases[name, verb]
                case.run()
                start = time.perf_counter()
                for _ in range(int(calls)):
                    case.run()
                answer = time.perf_counter() - start
            case ["close", name, verb]:
                del cases[name, verb]
                answer = "closed"
            case _:
                answer = f"unknown: {line}"
        print(answer, flush=True)


main()
