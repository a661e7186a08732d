"""Writes `onnx/`: the ONNX backend's node tests of LayerNormalization and RMSNormalization.

The tensors are copied bit for bit from the test data shipped in the wheel; nothing is computed here.
`README.md` has the layout and the command. What the layout cannot say stops the run: another type,
attribute or input, or a scale or bias that has to be broadcast.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path = [path for path in sys.path if Path(path).resolve() != HERE]  # else `import onnx` finds this file

import numpy as np
import onnx
from onnx import numpy_helper

VERSION = "1.22.0"
CASES = 38
PREFIXES = ("test_layer_normalization_", "test_rms_normalization_")
TENSORS = {
    "LayerNormalization": (["X", "W", "B"], ["Y", "Mean", "InvStdDev"]),
    "RMSNormalization": (["X", "W"], ["Y"]),
}


def tensor(path):
    array = numpy_helper.to_array(onnx.load_tensor(path))
    assert array.dtype == "float32", f"{path}: {array.dtype}"
    return array


def attributes(node, opset):
    """The node's axis and epsilon, or the defaults of the operator's schema."""
    schema = onnx.defs.get_schema(node.op_type, opset).attributes
    given = {attribute.name: attribute for attribute in node.attribute}
    assert given.keys() <= {"axis", "epsilon"}, f"{node.op_type}: {sorted(given)}"
    axis, epsilon = (
        onnx.helper.get_attribute_value(given.get(name) or schema[name].default_value)
        for name in ("axis", "epsilon")
    )
    return axis, str(np.float32(epsilon))  # the fewest digits that give it back


def case(folder, offset):
    """One line of the manifest, and the tensors it stands for."""
    model = onnx.load(folder / "model.onnx")
    [node] = model.graph.node
    [opset] = model.opset_import
    [data] = folder.glob("test_data_set_*")
    inputs, outputs = TENSORS[node.op_type]
    assert (list(node.input), list(node.output)) == (inputs, outputs), folder.name

    axis, epsilon = attributes(node, opset.version)
    arrays = [tensor(data / f"input_{i}.pb") for i in range(len(inputs))]
    arrays += [tensor(data / f"output_{i}.pb") for i in range(len(outputs))]
    by_name = dict(zip(inputs + outputs, arrays))

    shape = by_name["X"].shape
    axis_from_0 = axis % len(shape)
    normalized = shape[axis_from_0:]
    statistics = shape[:axis_from_0] + (1,) * len(normalized)
    expected = {"X": shape, "W": normalized, "B": normalized, "Y": shape}
    for name, array in by_name.items():
        assert array.shape == expected.get(name, statistics), f"{folder.name}: {name} {array.shape}"

    dims = "x".join(map(str, shape))
    line = f"{folder.name} {node.op_type} {axis} {epsilon} {dims} {offset} {','.join(by_name)}"
    return line, arrays


def main():
    assert onnx.__version__ == VERSION, f"onnx=={VERSION} is needed, this is {onnx.__version__}"
    tests = Path(onnx.__file__).parent / "backend/test/data/node"
    folders = sorted(f for f in tests.iterdir() if f.name.startswith(PREFIXES) and "_expanded" not in f.name)
    assert len(folders) == CASES, f"{len(folders)} cases, not {CASES}"

    lines = ["name op axis epsilon shape offset tensors"]
    floats = np.empty(0, "<f4")
    for folder in folders:
        line, arrays = case(folder, len(floats))
        lines.append(line)
        floats = np.concatenate([floats, *(array.ravel() for array in arrays)], dtype="<f4")

    target = HERE / "onnx"
    target.mkdir(exist_ok=True)
    (target / "cases.txt").write_bytes(("\n".join(lines) + "\n").encode())
    (target / "cases.f32").write_bytes(floats.tobytes())
    print(f"{len(folders)} cases, {len(floats)} floats")


main()
