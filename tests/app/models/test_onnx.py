"""ONNX models: norms are nodes, what stands around them is told by the graph, and weights stay in the file."""

import random
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from app.errors import InvalidQuery, UnreadableModel, UploadTooLarge, UserError
from app.models import read_model, write_model
from app.models.limits import FIELDS, HEADER
from bncore.doctor import Model, Norm
from bncore.doctor.fold import folded
from tests.app.models.graphs import batch_norm, convolved, field, model, nested, shaped, tensors, values, varint
from tests.each import each

ONES = np.ones(8, "f4")


def read(proto: onnx.ModelProto) -> Model:
    return read_model(proto.SerializeToString())


def only(proto: onnx.ModelProto) -> Norm:
    (norm,) = read(proto).norms
    return norm


def test_a_batch_norm_has_its_tensors_its_attributes_and_what_stands_around_it() -> None:
    proto = convolved(epsilon=1e-3, momentum=0.75)
    norm = only(proto)
    assert (norm.name, norm.kind, norm.eps, norm.momentum) == ("bn1", "batch", 1e-3, 0.25)
    assert (norm.behind, norm.known_by) == ("leaky_relu", "its node BatchNormalization")
    stored = {one.name: numpy_helper.to_array(one) for one in proto.graph.initializer}
    for role in ("gamma", "beta", "mean", "variance"):
        assert np.array_equal(getattr(norm, role), stored[norm.tensors[role]])
    assert norm.front is not None
    assert (norm.front.name, norm.front.weight, norm.front.bias, norm.front.outputs, norm.front.known_by) == (
        "/conv1/Conv", "conv1.weight", "conv1.bias", 0, "graph",
    )  # fmt: skip


def test_without_attributes_it_has_the_operators_defaults() -> None:
    norm = only(convolved())
    assert (norm.eps, norm.momentum) == (1e-5, 0.1)


NODES: dict[str, tuple[list[str], dict[str, Any], tuple[str, int | None]]] = {
    "LayerNormalization": (["s", "b"], {}, ("layer", None)),
    "GroupNormalization": (["s", "b"], {"num_groups": 4}, ("group", 4)),
    "InstanceNormalization": (["s", "b"], {}, ("instance", None)),
    "RMSNormalization": (["s"], {}, ("rms", None)),
}


@each("node", NODES)
def test_each_kind_of_node_is_a_norm_of_its_kind(node: str) -> None:
    inputs, attributes, (kind, groups) = NODES[node]
    made = helper.make_node(node, ["x", *inputs], ["y"], name="norm", epsilon=1e-6, **attributes)
    norm = only(model([made], tensors(s=2 * ONES, b=ONES)))
    assert (norm.name, norm.kind, norm.groups, norm.eps, norm.momentum) == ("norm", kind, groups, 1e-6, None)
    assert norm.gamma is not None
    assert (norm.gamma == 2).all()
    assert (norm.beta is None) == (kind == "rms")


def test_a_tensor_may_be_a_constant_or_handed_on() -> None:
    """As exporters share equal tensors of two layers."""
    constant = helper.make_node("Constant", [], ["k"], value=numpy_helper.from_array(3 * ONES))
    nodes = [
        constant,
        helper.make_node("Identity", ["k"], ["i"]),
        helper.make_node("RMSNormalization", ["x", "i"], ["y"]),
    ]
    norm = only(model(nodes, []))
    assert norm.gamma is not None
    assert (norm.gamma == 3).all()
    assert norm.tensors == {"gamma": "k"}


def test_two_norms_that_share_a_tensor_have_names_of_their_own() -> None:
    """As PyTorch exports layers of equal tensors: by their own values' names, or else by their nodes'."""
    nodes = [
        helper.make_node("RMSNormalization", ["x", "10.weight"], ["a"], name="/10/Norm"),
        helper.make_node("Identity", ["10.weight"], ["11.weight"]),
        helper.make_node("RMSNormalization", ["a", "11.weight"], ["b"], name="/11/Norm"),
        helper.make_node("RMSNormalization", ["b", "10.weight"], ["c"], name="/12/Norm"),
        helper.make_node("RMSNormalization", ["c", "10.weight"], ["y"], name="/12/Norm"),
    ]
    norms = read(model(nodes, tensors(**{"10__weight": ONES}))).norms
    assert [norm.name for norm in norms] == ["10", "11", "/12/Norm", "y"]


def dense(*nodes: onnx.NodeProto, weight: tuple[int, ...], **more: Any) -> Norm:
    arrays = {"w": np.ones(weight, "f4"), **more, **values("bn", 8)}
    return only(model([*nodes, batch_norm("h", "y", "bn")], tensors(**arrays)))


FRONTS = {
    "Gemm": (helper.make_node("Gemm", ["x", "w"], ["h"], name="fc"), (5, 8), 1),
    "Gemm, turned": (helper.make_node("Gemm", ["x", "w"], ["h"], name="fc", transB=1), (8, 5), 0),
    "MatMul": (helper.make_node("MatMul", ["x", "w"], ["h"], name="fc"), (5, 8), 1),
    "ConvTranspose": (helper.make_node("ConvTranspose", ["x", "w"], ["h"], name="fc"), (5, 8, 3, 3), 1),
}


@each("what", FRONTS)
def test_each_layer_counts_its_outputs_on_its_own_axis(what: str) -> None:
    node, weight, outputs = FRONTS[what]
    front = dense(node, weight=weight).front
    assert front is not None
    assert (front.name, front.weight, front.bias, front.outputs) == ("fc", "w", None, outputs)


def test_a_bias_that_is_added_belongs_to_the_layer() -> None:
    nodes = (helper.make_node("MatMul", ["x", "w"], ["m"], name="fc"), helper.make_node("Add", ["m", "c"], ["h"]))
    front = dense(*nodes, weight=(5, 8), c=ONES).front
    assert front is not None
    assert (front.name, front.weight, front.bias) == ("fc", "w", "c")


CONV = helper.make_node("Conv", ["x", "w"], ["h"], name="conv")
APART = {
    "others take its output": ([CONV, helper.make_node("Relu", ["h"], ["z"])], (8, 3, 1, 1), "that others take, too"),
    "its weight is another's": ([CONV, helper.make_node("Conv", ["x", "w"], ["z"])], (8, 3, 1, 1), "that others take"),
    "other channels": ([CONV], (6, 3, 1, 1), "behind a Conv that gives 6 channels"),
    "an activation": ([helper.make_node("Relu", ["x"], ["h"])], (8, 3), "behind Relu"),
    "scaled": ([helper.make_node("Gemm", ["x", "w"], ["h"], alpha=2.0)], (5, 8), "whose weight is computed"),
    "groups, transposed": ([helper.make_node("ConvTranspose", ["x", "w"], ["h"], group=2)], (5, 8, 1, 1), "computed"),
}


@each("what", APART)
def test_a_layer_into_which_nothing_can_be_folded_is_no_front_and_that_is_said(what: str) -> None:
    nodes, weight, why = APART[what]
    arrays = {"w": np.ones(weight, "f4"), **values("bn", 8)}
    told = read(model([*nodes, batch_norm("h", "y", "bn")], tensors(**arrays)))
    assert told.norms[0].front is None
    assert told.notes == (f"Without a layer in front, or not read whole: bn {told.notes[0].partition(': bn ')[2]}",)
    assert why in told.notes[0]


def test_a_graph_without_norms_says_what_may_have_become_of_them() -> None:
    told = read(model([helper.make_node("Relu", ["x"], ["y"])], []))
    assert told.norms == ()
    assert "fold batch norms into convolutions" in told.notes[0]


def test_the_affine_tensors_of_a_group_norm_were_of_groups_once() -> None:
    node = helper.make_node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=2)
    told = read(model([node], tensors(s=np.ones(2, "f4"), b=np.ones(2, "f4")), opset=18))
    assert "operator set 18" in told.notes[-1]


STORED = {
    "raw": lambda array: numpy_helper.from_array(array, "s"),
    "float by float": lambda array: helper.make_tensor("s", TensorProto.FLOAT, array.shape, array.tolist()),
    "double by double": lambda array: helper.make_tensor("s", TensorProto.DOUBLE, array.shape, array.tolist()),
    "halves as integers": lambda array: helper.make_tensor("s", TensorProto.FLOAT16, array.shape, array.tolist()),
    "bfloat16": lambda array: helper.make_tensor("s", TensorProto.BFLOAT16, array.shape, array.tolist()),
}


@each("how", STORED)
def test_numbers_are_read_however_they_are_stored(how: str) -> None:
    array = np.arange(8, dtype="f4") / 4
    norm = only(model([helper.make_node("RMSNormalization", ["x", "s"], ["y"])], [STORED[how](array)]))
    assert norm.gamma is not None
    assert np.array_equal(norm.gamma.astype("f4"), array)


@pytest.mark.parametrize("how", ["raw", "float by float"])
def test_a_model_is_written_with_other_numbers_and_the_same_graph(how: str, tmp_path: Path) -> None:
    proto = model([helper.make_node("RMSNormalization", ["x", "s"], ["y"])], [STORED[how](ONES), *tensors(k=ONES)])
    proto.metadata_props.add(key="kept", value="yes")
    write_model(read(proto), {"s": 3 * ONES}, tmp_path / "out.onnx")
    written = onnx.load(tmp_path / "out.onnx")
    after = {one.name: numpy_helper.to_array(one) for one in written.graph.initializer}
    assert (after["s"] == 3).all()
    assert (after["k"] == 1).all()
    written.graph.initializer[0].CopyFrom(proto.graph.initializer[0])
    assert written.SerializeToString() == proto.SerializeToString()


def test_numbers_stored_one_by_one_are_not_changed_in_place(tmp_path: Path) -> None:
    proto = model([helper.make_node("RMSNormalization", ["x", "s"], ["y"])], [STORED["halves as integers"](ONES)])
    with pytest.raises(InvalidQuery, match="stored number by number"):
        write_model(read(proto), {"s": 3 * ONES}, tmp_path / "out.onnx")


def test_of_a_large_model_the_weights_are_not_taken_into_memory() -> None:
    data = model(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), batch_norm("h", "y", "bn")],
        tensors(w=np.zeros((2**19, 8), "f4"), **values("bn", 8)),
    ).SerializeToString()
    tracemalloc.start()
    assert len(read_model(data).norms) == 1
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < len(data) / 8


def external(location: str) -> onnx.ModelProto:
    proto = convolved()
    tensor = proto.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return proto


@each("location", ["/etc/passwd", "../../secret", "weights.bin"])
def test_numbers_in_another_file_are_refused_and_no_path_is_opened(location: str) -> None:
    with pytest.raises(UnreadableModel, match=rf"in another file, '{location}'.*onnx\.save_model"):
        read(external(location))


def test_the_line_that_makes_one_file_of_two_works(tmp_path: Path) -> None:
    onnx.save_model(convolved(), tmp_path / "model.onnx", save_as_external_data=True, size_threshold=0)
    onnx.save_model(onnx.load(tmp_path / "model.onnx"), tmp_path / "whole.onnx")
    assert read_model(tmp_path / "whole.onnx").norms[0].name == "bn1"


DAMAGED: Mapping[str, bytes] = {
    "graphs within graphs": nested(40),
    "a length beyond the file": b"\x08\x08" + varint(7 << 3 | 2) + varint(2**40),
    "a number without an end": b"\x08\x08" + b"\x3a" + b"\xff" * 20,
    "a group": b"\x08\x08" + b"\x0b" * 40,
    "no graph": b"\x08\x08",
    "a shape of more numbers": shaped([2**40], bytes(16)),
    "a negative length": shaped([-4], bytes(16)),
    "lengths that overflow": shaped([2**62, 2**62], bytes(16)),
}


@each("what", DAMAGED)
def test_a_message_that_lies_is_refused(what: str) -> None:
    with pytest.raises(UnreadableModel, match="The ONNX model is damaged or of a kind that is not read"):
        read_model(DAMAGED[what])


def test_a_graph_larger_than_any_models_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.onnx.wire.FIELDS", 1000)
    monkeypatch.setattr("app.models.onnx.wire.HEADER", 4000)
    assert FIELDS < 2**21
    assert HEADER < 2**25
    with pytest.raises(UploadTooLarge, match="more than 1,000 fields"):
        read_model(b"\x08\x08" + field(7, field(1, b"") * 1001))
    monkeypatch.setattr("app.models.onnx.wire.MESSAGES", 500)
    with pytest.raises(UploadTooLarge, match="more than 500 nodes"):
        read_model(b"\x08\x08" + field(7, field(1, b"") * 600))
    with pytest.raises(UploadTooLarge, match="more than 4,000 bytes"):
        read_model(b"\x08\x08" + field(7, field(1, field(3, b"n" * 5000))))


def test_a_chain_that_hands_a_tensor_on_without_end_is_no_tensor() -> None:
    nodes = [helper.make_node("Identity", ["a"], ["b"]), helper.make_node("Identity", ["b"], ["a"])]
    norm = only(model([*nodes, helper.make_node("RMSNormalization", ["x", "a"], ["y"])], []))
    assert norm.gamma is None


def test_flipped_bits_are_read_or_refused_and_nothing_else() -> None:
    rng, data, taken = random.Random(0), convolved().SerializeToString(), 0
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            read_model(bytes(changed))
            taken += 1
        except UserError:
            continue
    assert 0 < taken < 150


def test_a_folded_model_gives_what_the_model_gave(tmp_path: Path) -> None:
    """By ONNX's own reference of the operators, before and after."""
    proto, x = convolved(), np.random.default_rng(0).normal(size=(2, 3, 5, 5)).astype("f4")
    before = read(proto)
    write_model(before, folded(before).changed, tmp_path / "folded.onnx")
    after = onnx.load(tmp_path / "folded.onnx")
    (y,), (expected,) = (ReferenceEvaluator(one).run(None, {"x": x}) for one in (after, proto))
    assert np.abs(y - expected).max() < 1e-6 * np.abs(expected).max()
    norm = read(after).norms[0]
    assert (norm.gamma == 1).all()  # type: ignore[union-attr]
    assert (norm.beta == 0).all()  # type: ignore[union-attr]
