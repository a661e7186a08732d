"""Libraries that come by PyPI or as shared objects, behind the line protocol of contenders/src/bin/serve.rs, on one thread."""

import sys
import time

import numpy as np

import compiled
from onnx_runtime import OnnxRuntime

EPSILON = 1e-5


def buffers(verb, shape, mean):
    random = np.random.default_rng(1)
    draw = lambda shape, mean, sigma: random.standard_normal(shape, np.float32) * np.float32(sigma) + np.float32(mean)
    return {
        "x": draw(shape, mean, 1.0),
        "residual": draw(shape if verb == "residual" else (0,), 0.0, 1.0),
        "gamma": draw(shape[1], 1.0, 0.1),
        "beta": draw(shape[1], 0.0, 0.1),
        "dy": draw(shape if verb == "layer-backward" else (0,), 0.0, 1.0),
    }


def reference(verb, inputs):
    """In f64: y, or dx and the means over the rows of what dγ and dβ sum."""
    x = inputs["x"] + inputs["residual"] if verb == "residual" else inputs["x"]
    x = x.astype(np.float64)
    if verb != "rms":
        x -= x.mean(axis=1, keepdims=True)
    rstd = 1.0 / np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON)
    x *= rstd
    if verb != "layer-backward":
        return [x * inputs["gamma"] + (0.0 if verb == "rms" else inputs["beta"])]
    dy = inputs["dy"].astype(np.float64)
    g = dy * inputs["gamma"]
    dx = rstd * (g - g.mean(axis=1, keepdims=True) - x * (g * x).mean(axis=1, keepdims=True))
    return [dx, (dy * x).mean(axis=0), dy.mean(axis=0)]


def error(results, expected):
    worst = max(np.max(np.abs(y - right) / np.maximum(1.0, np.abs(right))) for y, right in zip(results, expected, strict=True))
    return float("inf") if np.isnan(worst) else float(worst)


class Numpy:
    """Every operation into an array that is there already; einsum sums squares without an array of them."""

    verbs = ["layer", "residual", "rms"]

    def __init__(self, verb, inputs, epsilon):
        self.verb, self.epsilon = verb, np.float32(epsilon)
        self.x, self.residual = inputs["x"], inputs["residual"]
        self.gamma, self.beta = inputs["gamma"], inputs["beta"]
        self.y = np.empty_like(self.x)

    def run(self, times):
        for _ in range(times):
            self.once()

    def once(self):
        x, y = self.x, self.y
        if self.verb == "residual":
            self.residual += x
            x = self.residual
        if self.verb != "rms":
            x = np.subtract(x, x.mean(axis=1, keepdims=True), out=y)
        squares = np.einsum("ij,ij->i", x, x)[:, None]
        np.multiply(x, 1.0 / np.sqrt(squares / np.float32(x.shape[1]) + self.epsilon), out=y)
        y *= self.gamma
        if self.verb != "rms":
            y += self.beta

    def results(self):
        return [self.y]


CONTENDERS = {"onnxruntime": OnnxRuntime, "numpy": Numpy, **compiled.CONTENDERS}


def opened(name, verb, shape, mean):
    contender = CONTENDERS[name]
    if verb not in contender.verbs:
        return None
    inputs = buffers(verb, shape, mean)
    expected = reference(verb, inputs)
    case = contender(verb, inputs, EPSILON)
    case.run(1)
    return case, error(case.results(), expected)


def main():
    cases = {}
    for line in sys.stdin:
        match line.split():
            case ["names"]:
                answer = ", ".join(CONTENDERS)
            case ["open", key, verb, rows, width, mean, name]:
                answer = "none"
                if found := opened(name, verb, (int(rows), int(width)), float(mean)):
                    cases[key], answer = found
            case ["time", key, calls]:
                case = cases[key]
                case.run(1)
                start = time.perf_counter()
                case.run(int(calls))
                answer = time.perf_counter() - start
            case ["close", key]:
                del cases[key]
                answer = "closed"
            case _:
                answer = f"unknown: {line}"
        print(answer, flush=True)


main()
