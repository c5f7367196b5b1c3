"""Tables of tensors, whichever format has them, tell the same norms."""

import json
import struct
import zipfile

import ml_dtypes
import numpy as np
import pytest

from app.models import read_model
from app.views.doctor.layer.answer import kept_from_playground
from app.views.doctor.layer.strips import strips_of
from bncore.doctor import Norm
from bncore.doctor.difference import difference
from bncore.doctor.findings import examine
from bncore.doctor.fold import folded
from tests.app.models.files import TABLES, batch_norm, conv, network, npz, safetensors
from tests.app.models.pickles import checkpoint, row, text
from tests.app.models.pickles import name as named
from tests.each import each

FRONTS = {
    "bn1": "conv1",
    "layer1.0.bn1": "layer1.0.conv1",
    "layer1.0.bn2": "layer1.0.conv2",
    "layer1.0.downsample.1": "layer1.0.downsample.0",
}


def norms_of(data: bytes, name: str = "net") -> dict[str, Norm]:
    return {norm.name: norm for norm in read_model(data, name).norms}


@each("kind", TABLES)
def test_every_norm_has_its_values_its_count_and_its_front(kind: str) -> None:
    state = network()
    model = read_model(TABLES[kind](state))
    assert model.format == kind
    assert model.notes == ()
    assert {norm.name: norm.front and norm.front.name for norm in model.norms} == FRONTS
    for norm in model.norms:
        assert norm.kind == "batch"
        assert norm.batches == 7
        assert norm.known_by == "its buffers running_mean and running_var"
        for array, role in (
            (norm.gamma, "gamma"),
            (norm.beta, "beta"),
            (norm.mean, "mean"),
            (norm.variance, "variance"),
        ):
            assert array.dtype == np.float32
            assert np.array_equal(array, state[norm.tensors[role]])


@each("kind", TABLES)
def test_every_tensor_is_told_at_once_and_read_when_asked(kind: str) -> None:
    state = network()
    model = read_model(TABLES[kind](state))
    assert {name: (array.shape, array.dtype.name) for name, array in state.items()} == model.tensors
    for name, array in state.items():
        assert np.array_equal(model.read(name), array)


@each("kind", TABLES)
def test_a_front_says_where_its_weight_and_bias_are(kind: str) -> None:
    front = norms_of(TABLES[kind](network()))["layer1.0.bn2"].front
    assert front is not None
    assert (front.weight, front.bias, front.outputs, front.known_by) == (
        "layer1.0.conv2.weight", "layer1.0.conv2.bias", 0, "names",
    )  # fmt: skip


@each("kind", TABLES)
def test_bfloat16_is_read_as_it_is(kind: str) -> None:
    state = {name: array.astype(ml_dtypes.bfloat16) for name, array in batch_norm("bn", 4).items() if array.ndim}
    norm = norms_of(TABLES[kind](state))["bn"]
    assert norm.gamma is not None
    assert norm.gamma.dtype == ml_dtypes.bfloat16
    assert np.array_equal(norm.gamma, state["bn.weight"])


def test_a_packed_archive_is_read_as_one_that_is_not() -> None:
    state = network()
    model = read_model(checkpoint(state, zipfile.ZIP_DEFLATED))
    assert len(model.norms) == len(FRONTS)
    assert np.array_equal(model.read("conv1.weight"), state["conv1.weight"])


def test_a_state_inside_a_checkpoint_is_told_apart_from_the_optimizers() -> None:
    tree = {"epoch": 3, "model": network(), "optimizer": {"state": {"0": {"exp_avg": np.ones(8, "f4")}}}}
    model = read_model(checkpoint(tree))
    assert set(model.tensors) == set(network())
    assert model.notes == ("The weights stand under 'model'.", "Not looked at: 'optimizer'.")


def test_what_a_checkpoint_has_beside_tensors_and_is_no_code_is_passed_over() -> None:
    beside = {
        "best": named("numpy.core.multiarray.scalar") + row(named("numpy.dtype") + row(text("f8")) + b"R", b"N") + b"R",
        "device": named("torch.device") + row(text("cpu")) + b"R",
        "size": named("torch.Size") + row(row()) + b"R",
        "dtype": named("torch.float32"),
        "counts": named("collections.defaultdict") + row(named("__builtin__.long")) + b"R",
        "lr": b"G" + struct.pack(">d", 0.1),
        "on": b"\x88",
    }
    model = read_model(checkpoint({**beside, "state_dict": batch_norm("bn", 4)}))
    assert [norm.name for norm in model.norms] == ["bn"]
    assert set(model.tensors) == set(batch_norm("bn", 4))


def test_a_view_of_a_storage_is_read_by_its_strides() -> None:
    turned = np.arange(12, dtype="f4").reshape(3, 4)
    data = checkpoint({"a": turned})
    assert np.array_equal(read_model(data).read("a"), turned)


def test_what_no_norm_needs_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.models.torch.archive import Stores

    asked: list[str] = []
    read = Stores.read
    monkeypatch.setattr(Stores, "read", lambda stores, name: asked.append(name) or read(stores, name))
    read_model(checkpoint(network()))
    assert len(asked) == 5 * len(FRONTS)
    assert not any("conv" in name or "fc" in name for name in asked)


def affine(layer: str, channels: int, bias: bool = True) -> dict[str, np.ndarray]:
    arrays = {f"{layer}.weight": np.ones(channels, "f4")}
    return arrays | ({f"{layer}.bias": np.zeros(channels, "f4")} if bias else {})


@each(
    ("layers", "name", "kind", "known_by"),
    [
        (affine("blocks.0.ln_1", 6), "blocks.0.ln_1", "layer", "its name, ln_1"),
        (affine("h.0.LayerNorm", 6), "h.0.LayerNorm", "layer", "its name, LayerNorm"),
        (affine("model.norm", 6, bias=False), "model.norm", "rms", "a weight without a bias: RMS norm"),
        (affine("layers.0.input_layernorm", 6, bias=False), "layers.0.input_layernorm", "rms", "without a bias"),
        (affine("mixer.rms", 6), "mixer.rms", "rms", "its name, rms"),
        (affine("up.0.gn1", 6), "up.0.gn1", "group", "its name, gn1"),
        (conv("down.conv1", 3, 6) | affine("down.norm1", 6), "down.norm1", "group", "beside convolutions"),
        (affine("encoder.norm1", 6), "encoder.norm1", "layer", "beside no convolution"),
        (affine("head.bn", 6), "head.bn", "batch", "its name, bn"),
        (conv("features.0", 3, 6) | affine("features.1", 6), "features.1", "group", "a weight and a bias of one axis"),
    ],
)  # fmt: skip
def test_a_norm_without_buffers_is_known_by_name_and_shapes(
    layers: dict[str, np.ndarray], name: str, kind: str, known_by: str
) -> None:
    (norm,) = read_model(checkpoint(layers)).norms
    assert (norm.name, norm.kind) == (name, kind)
    assert known_by in norm.known_by


def test_what_only_looks_like_a_norm_is_none() -> None:
    others = {
        **conv("conv", 1, 6, bias=True),
        "prelu.weight": np.ones(6, "f4"),
        "scale.gamma": np.ones(6, "f4"),
        "depthwise.weight": np.ones((6, 1, 1), "f4"),
        "depthwise.bias": np.ones(6, "f4"),
        "embedding.weight": np.ones((9, 6), "f4"),
        "scaler.weight": np.ones(6, "f4"),
        "scaler.mean": np.ones(5, "f4"),
        "scaler.var": np.ones(6, "f4"),
        "ids.weight": np.ones(6, "i8"),
        "ids.bias": np.ones(6, "i8"),
    }
    assert read_model(npz(others)).norms == ()


def without(name: str, length: int) -> dict[str, np.ndarray]:
    """A network of which an array of bn1 has another length; 0 is none."""
    state = network()
    cut = {"bn1." + name: state["bn1." + name][:length]} if length else {}
    return {key: array for key, array in state.items() if key != "bn1." + name} | cut


@each(("name", "length"), [("bias", 3), ("running_var", 3), ("weight", 3), ("running_mean", 0), ("running_var", 0)])
def test_a_batch_norm_whose_arrays_do_not_fit_is_told_and_neither_folded_nor_handed_on(name: str, length: int) -> None:
    model = read_model(npz(without(name, length)))
    (error,) = [one for one in examine(model) if one.severity == "error"]
    assert (error.id, error.norm) == ("lengths_differ", "bn1")
    symbol = {"bias": "β", "weight": "γ", "running_mean": "running mean", "running_var": "running variance"}[name]
    assert f"{symbol} {length or 'none'}" in error.sentence
    assert "do not fit one another" in folded(model).left["bn1"]
    norm = next(norm for norm in model.norms if norm.name == "bn1")
    assert "do not fit one another" in kept_from_playground(norm)
    assert {strip.name for strip in strips_of(norm)}.isdisjoint({"scale", "shift"})
    told = {one.norm: one for one in difference(model, read_model(npz(network())))}["bn1"]
    assert (told.state, *told.settings) == ("reshaped", *[f"values of {role}" for role in norm.odd])


def front_names(state: dict[str, np.ndarray], alphabetical: bool) -> dict[str, str | None]:
    data = safetensors(state) if alphabetical else checkpoint(state)
    return {norm.name: norm.front and norm.front.name for norm in read_model(data).norms}


def norms_first(inputs: int, outputs: int) -> dict[str, np.ndarray]:
    """Two norms, each in front of a convolution, as in DenseNet."""
    return {
        **batch_norm("norm1", inputs), **conv("conv1", inputs, outputs),
        **batch_norm("norm2", outputs), **conv("conv2", outputs, 2 * outputs),
    }  # fmt: skip


def test_a_norm_in_front_of_its_convolution_is_not_paired_with_it() -> None:
    assert front_names(norms_first(4, 8), alphabetical=False) == {"norm1": None, "norm2": "conv1"}
    assert front_names(norms_first(4, 8), alphabetical=True) == {"norm1": None, "norm2": None}
    assert front_names(norms_first(8, 8), alphabetical=False) == {"norm1": None, "norm2": "conv1"}


def test_where_the_alphabet_is_the_order_shapes_must_tell_which_comes_first() -> None:
    square = {**conv("conv1", 8, 8), **batch_norm("bn1", 8)}
    assert front_names(square, alphabetical=True) == {"bn1": None}
    assert front_names({**square, **conv("stem.conv", 3, 8), **batch_norm("stem.bn", 8)}, alphabetical=True) == {
        "bn1": "conv1", "stem.bn": "stem.conv",
    }  # fmt: skip


def test_where_the_shapes_of_a_file_contradict_each_other_nothing_is_told_of_those_that_fit_both_ways() -> None:
    state = {
        **conv("stem.conv", 3, 8), **batch_norm("stem.bn", 8), **conv("square.conv1", 8, 8),
        **batch_norm("square.bn1", 8), **batch_norm("dense.norm1", 4), **conv("dense.conv1", 4, 8),
    }  # fmt: skip
    told = front_names(state, alphabetical=True)
    assert told == {"dense.norm1": None, "square.bn1": None, "stem.bn": "stem.conv"}


def test_a_front_that_does_not_fit_is_said() -> None:
    model = read_model(checkpoint({**conv("conv1", 3, 6), **batch_norm("bn1", 8)}))
    assert model.norms[0].front is None
    assert model.notes == ("Not paired, as the layer gives other channels than the norm has: bn1 (8) and conv1 (6).",)


def test_a_name_that_only_says_what_a_norm_is_points_to_no_layer_of_other_channels() -> None:
    head = {**batch_norm("head.bn", 8), **conv("head.fc", 8, 10)}
    alone = read_model(safetensors(head))
    assert alone.norms[0].front is None
    assert alone.notes == ("Names do not tell the layer in front of 1 of 1 norms: head.bn.",)
    assert front_names({**conv("head.dense", 3, 8), **head}, alphabetical=True) == {"head.bn": "head.dense"}


def test_between_two_numbers_may_stand_an_activation() -> None:
    state = {**conv("net.0", 3, 8), **batch_norm("net.2", 8)}
    assert front_names(state, alphabetical=False) == {"net.2": None}


def test_a_transposed_convolution_counts_its_outputs_on_the_second_axis() -> None:
    state = {"deconv.weight": np.ones((4, 8, 3, 3), "f4"), **batch_norm("bn", 8)}
    front = norms_of(checkpoint(state))["bn"].front
    assert front is not None
    assert (front.name, front.outputs) == ("deconv", 1)


def test_a_safetensors_header_may_name_tensors_in_another_order_than_they_lie() -> None:
    data = safetensors(network())
    end = 8 + struct.unpack("<Q", data[:8])[0]
    turned = json.dumps(dict(reversed(json.loads(data[8:end]).items()))).encode()
    model, other = read_model(data), read_model(struct.pack("<Q", len(turned)) + turned + data[end:])
    assert list(other.tensors) == list(model.tensors)
    for norm, same in zip(model.norms, other.norms, strict=True):
        np.testing.assert_array_equal(norm.gamma, same.gamma)


def test_norms_come_in_the_order_of_their_numbers() -> None:
    state = {key: array for place in (0, 9, 10) for key, array in batch_norm(f"layers.{place}.bn", 2).items()}
    assert [norm.name for norm in read_model(safetensors(state)).norms] == [
        f"layers.{place}.bn" for place in (0, 9, 10)
    ]


def test_a_norm_without_a_name_is_called_after_its_file() -> None:
    state = {key.removeprefix("bn."): array for key, array in batch_norm("bn", 2).items()}
    assert list(norms_of(npz(state), "layer4.npz")) == ["layer4"]
