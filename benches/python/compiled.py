"""Shared objects, called by ctypes: PyTorch (by torch.cpp), oneDNN and ggml, where there are builds of them."""

import ctypes
import sys
from ctypes import POINTER, byref, c_bool, c_char, c_float, c_int, c_int64, c_size_t, c_uint, c_void_p
from pathlib import Path

import numpy as np

PREFIX = Path(sys.prefix)
SHIM = PREFIX / "torch.so"
DNNL = PREFIX / "lib/libdnnl.so.3"
GGML = Path(__file__).parent / "../js/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"

address = lambda array: c_void_p(array.ctypes.data)


def library(path, **results):
    """With functions that return something else than an int."""
    found = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    for name, result in results.items():
        getattr(found, name).restype = result
    return found


class Torch:
    """`native_layer_norm`, `rms_norm` and `native_layer_norm_backward`, called in a loop in C++."""

    verbs = ["layer", "residual", "rms", "layer-backward"]

    def __init__(self, verb, inputs, epsilon):
        self.inputs, self.backward = inputs, verb == "layer-backward"
        rows, width = inputs["x"].shape
        arrays = [address(inputs[name]) for name in ("x", "residual", "gamma", "beta", "dy")]
        self.case = c_void_p(
            self.library.torch_open(self.verbs.index(verb), c_int64(rows), c_int64(width), ctypes.c_double(epsilon), *arrays)
        )

    def run(self, times):
        self.library.torch_run(self.case, c_int64(times))

    def results(self):
        rows, width = self.inputs["x"].shape
        y = np.empty((rows + 2 * self.backward, width), np.float32)
        self.library.torch_result(self.case, address(y))
        return [y[:rows], y[rows] / rows, y[rows + 1] / rows] if self.backward else [y]

    def __del__(self):
        self.library.torch_close(self.case)


class OneDnn:
    """The primitive `layer_normalization` in inference."""

    verbs = ["layer"]
    CPU, F32, AB, A, IN_ORDER, INFERENCE, SCALE_AND_SHIFT = 1, 3, 3, 2, 1, 96, 2 | 4
    ARGUMENTS = {"x": 1, "y": 17, "gamma": 51, "beta": 52}

    class Argument(ctypes.Structure):
        _fields_ = [("argument", c_int), ("memory", c_void_p)]

    def __init__(self, verb, inputs, epsilon):
        self.y = np.empty_like(inputs["x"])
        self.arrays = {**inputs, "y": self.y}
        rows = self.described(self.y)
        engine = self.made("engine_create", self.CPU, c_size_t(0))
        self.stream = self.made("stream_create", engine, self.IN_ORDER)
        norm = self.made(
            "layer_normalization_forward_primitive_desc_create",
            *(engine, self.INFERENCE, rows, rows, None, c_float(epsilon), c_uint(self.SCALE_AND_SHIFT), None),
        )
        self.primitive = self.made("primitive_create", norm)
        memory = lambda array: self.made("memory_create", self.described(array), engine, address(array))
        arguments = [self.Argument(place, memory(self.arrays[name])) for name, place in self.ARGUMENTS.items()]
        self.arguments = (self.Argument * len(arguments))(*arguments)

    def described(self, array):
        tag = self.AB if array.ndim == 2 else self.A
        return self.made("memory_desc_create_with_tag", array.ndim, (c_int64 * 12)(*array.shape), self.F32, tag)

    def made(self, what, *arguments):
        made = c_void_p()
        if status := getattr(self.library, f"dnnl_{what}")(byref(made), *arguments):
            raise RuntimeError(f"dnnl_{what}: {status}")
        return made

    def run(self, times):
        execute, wait = self.library.dnnl_primitive_execute, self.library.dnnl_stream_wait
        for _ in range(times):
            execute(self.primitive, self.stream, len(self.arguments), self.arguments)
        wait(self.stream)

    def results(self):
        return [self.y]


class Ggml:
    """`norm` or `rms_norm`, then γ and β by `mul` and `add`, as llama.cpp builds them; in place, as its allocator does."""

    verbs = ["layer", "residual", "rms"]
    F32 = 0

    class Parameters(ctypes.Structure):
        _fields_ = [("size", c_size_t), ("memory", c_void_p), ("no_memory", c_bool)]

    class Plan(ctypes.Structure):
        _fields_ = [("work_size", c_size_t), ("work", c_void_p), ("rest", c_char * 112)]

    class Threads(ctypes.Structure):
        _fields_ = [("fields", c_char * 1024)]

    def __init__(self, verb, inputs, epsilon):
        base, cpu = self.base, self.library
        size = 4 * inputs["x"].nbytes + (1 << 20)
        self.context = c_void_p(base.ggml_init(self.Parameters(size, None, False)))
        residual = self.tensor(inputs["residual"]) if verb == "residual" else None
        x = self.tensor(inputs["x"])
        if residual:
            x = self.operation("add_inplace", residual, x)
        y = self.operation("rms_norm" if verb == "rms" else "norm", x, c_float(epsilon))
        y = self.operation("mul_inplace", y, self.tensor(inputs["gamma"]))
        if verb != "rms":
            y = self.operation("add_inplace", y, self.tensor(inputs["beta"]))
        self.graph = c_void_p(base.ggml_new_graph(self.context))
        base.ggml_build_forward_expand(self.graph, y)
        self.threads = c_void_p(cpu.ggml_threadpool_new(byref(base.ggml_threadpool_params_default(1))))
        self.plan = cpu.ggml_graph_plan(self.graph, 1, self.threads)
        self.work = np.empty(max(1, self.plan.work_size), np.uint8)
        self.plan.work = self.work.ctypes.data
        self.y, self.shape = base.ggml_get_data(y), inputs["x"].shape

    def tensor(self, array):
        sizes = [c_int64(size) for size in reversed(array.shape)]
        tensor = c_void_p(getattr(self.base, f"ggml_new_tensor_{array.ndim}d")(self.context, self.F32, *sizes))
        ctypes.memmove(self.base.ggml_get_data(tensor), array.ctypes.data, array.nbytes)
        return tensor

    def operation(self, name, *operands):
        return c_void_p(getattr(self.base, f"ggml_{name}")(self.context, *operands))

    def run(self, times):
        compute, plan = self.library.ggml_graph_compute, byref(self.plan)
        for _ in range(times):
            compute(self.graph, plan)

    def results(self):
        return [np.ctypeslib.as_array(ctypes.cast(self.y, POINTER(c_float)), self.shape)]

    def __del__(self):
        self.library.ggml_threadpool_free(self.threads)
        self.base.ggml_free(self.context)


CONTENDERS = {}
if SHIM.exists():
    # What libtorch_cpu asks for of CUDA; the rest of CUDA is not there.
    for needed in PREFIX.glob("lib/python*/site-packages/nvidia/*/lib/libcu[dp]*t*.so.*"):
        library(needed)
    Torch.library = library(SHIM, torch_open=c_void_p)
    CONTENDERS["pytorch"] = Torch
if DNNL.exists():
    OneDnn.library = library(DNNL)
    CONTENDERS["onednn"] = OneDnn
if GGML.exists():
    pointers = ["init", "norm", "rms_norm", "mul_inplace", "add_inplace", "new_graph", "new_tensor_1d", "new_tensor_2d", "get_data"]
    Ggml.base = library(
        GGML / "libggml-base.so",
        **{f"ggml_{name}": c_void_p for name in pointers},
        ggml_threadpool_params_default=Ggml.Threads,
    )
    builds = [ctypes.CDLL(str(path)) for path in GGML.glob("libggml-cpu-*.so")]
    # Its own loader takes the highest score; 0 is for a processor that cannot run it.
    Ggml.library = max(builds, key=lambda build: build.ggml_backend_score())
    Ggml.library.ggml_threadpool_new.restype = c_void_p
    Ggml.library.ggml_graph_plan.restype = Ggml.Plan
    Ggml.library.ggml_cpu_init()
    CONTENDERS["ggml"] = Ggml
