"""Writes `onnx/`: the ONNX backend's node tests of LayerNormalization and RMSNormalization, and those of
GroupNormalization and InstanceNormalization.

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

GROUP_CASES = 4
GROUP_PREFIXES = ("test_group_normalization_", "test_instancenorm_")


def tensor(path):
    array = numpy_helper.to_array(onnx.load_tensor(path))
    assert array.dtype == "float32", f"{path}: {array.dtype}"
    return array


def attribute(node, opset, name):
    """The node's attribute, or the default of the operator's schema."""
    given = {attribute.name: attribute for attribute in node.attribute}
    default = onnx.defs.get_schema(node.op_type, opset.version).attributes[name].default_value
    return onnx.helper.get_attribute_value(given.get(name) or default)


def epsilon(node, opset):
    return str(np.float32(attribute(node, opset, "epsilon")))  # the fewest digits that give it back


def load(folder, known):
    """The only node of a test, its operator set, and its tensors: inputs, then outputs."""
    model = onnx.load(folder / "model.onnx")
    [node] = model.graph.node
    [opset] = model.opset_import
    [data] = folder.glob("test_data_set_*")
    given = {attribute.name for attribute in node.attribute}
    assert given <= known, f"{node.op_type}: {sorted(given)}"
    arrays = [tensor(data / f"input_{i}.pb") for i in range(len(node.input))]
    arrays += [tensor(data / f"output_{i}.pb") for i in range(len(node.output))]
    return node, opset, arrays


def row_case(folder, offset):
    """One line of the manifest, and the tensors it stands for."""
    node, opset, arrays = load(folder, {"axis", "epsilon"})
    inputs, outputs = TENSORS[node.op_type]
    assert (list(node.input), list(node.output)) == (inputs, outputs), folder.name
    axis = attribute(node, opset, "axis")
    by_name = dict(zip(inputs + outputs, arrays))

    shape = by_name["X"].shape
    axis_from_0 = axis % len(shape)
    normalized = shape[axis_from_0:]
    statistics = shape[:axis_from_0] + (1,) * len(normalized)
    expected = {"X": shape, "W": normalized, "B": normalized, "Y": shape}
    for name, array in by_name.items():
        assert array.shape == expected.get(name, statistics), f"{folder.name}: {name} {array.shape}"

    dims = "x".join(map(str, shape))
    line = f"{folder.name} {node.op_type} {axis} {epsilon(node, opset)} {dims} {offset} {','.join(by_name)}"
    return line, arrays


def group_case(folder, offset):
    """The same for a norm of groups of channels; each channel is a group of InstanceNormalization."""
    node, opset, arrays = load(folder, {"num_groups", "epsilon"})
    x, w, b, y = arrays
    channels = x.shape[1]
    assert y.shape == x.shape and w.shape == b.shape == (channels,), folder.name
    is_group = node.op_type == "GroupNormalization"
    assert is_group or node.op_type == "InstanceNormalization", node.op_type
    assert opset.version >= 21, f"{folder.name}: opset {opset.version} had a scale for each group"
    given = {attribute.name: attribute.i for attribute in node.attribute}
    groups = given["num_groups"] if is_group else channels
    dims = "x".join(map(str, x.shape))
    line = f"{folder.name} {node.op_type} {groups} {epsilon(node, opset)} {dims} {offset}"
    return line, arrays


def write(name, prefixes, count, columns, case):
    tests = Path(onnx.__file__).parent / "backend/test/data/node"
    folders = sorted(f for f in tests.iterdir() if f.name.startswith(prefixes) and "_expanded" not in f.name)
    assert len(folders) == count, f"{len(folders)} cases, not {count}"

    lines = [columns]
    floats = np.empty(0, "<f4")
    for folder in folders:
        line, arrays = case(folder, len(floats))
        lines.append(line)
        floats = np.concatenate([floats, *(array.ravel() for array in arrays)], dtype="<f4")

    target = HERE / "onnx"
    target.mkdir(exist_ok=True)
    (target / f"{name}.txt").write_bytes(("\n".join(lines) + "\n").encode())
    (target / f"{name}.f32").write_bytes(floats.tobytes())
    print(f"{name}: {len(folders)} cases, {len(floats)} floats")


def main():
    assert onnx.__version__ == VERSION, f"onnx=={VERSION} is needed, this is {onnx.__version__}"
    write("cases", PREFIXES, CASES, "name op axis epsilon shape offset tensors", row_case)
    write("groups", GROUP_PREFIXES, GROUP_CASES, "name op groups epsilon shape offset", group_case)


main()
