"""Files of arrays as frameworks write them: what becomes the batch and its layer, and what is said of the rest."""

from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from app.batches.uploads.sniff import kind_of
from app.errors import UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy, npz
from tests.each import each

X = np.arange(12.0).reshape(4, 3)
LAYER = {name: np.full(3, float(value)) for value, name in enumerate(["gamma", "beta", "running_mean", "running_var"])}
NAMES = {
    "torch": ("input", "weight", "bias", "running_mean", "running_var", "grad_output"),
    "of a layer": ("bn1.input", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.grad_output"),
    "keras": ("inputs", "bn/gamma:0", "bn/beta:0", "bn/moving_mean:0", "bn/moving_variance:0", "dout"),
    "onnx": ("X", "scale", "B", "input_mean", "input_var", "dy"),
    "lecture": ("x", "G", "B", "mean", "var", "dout"),
}
BN = {"bn1.weight": np.ones(3), "bn1.bias": np.zeros(3)}
CONV = {"conv1.weight": np.ones((3, 3, 3, 3))}


def file_of(kind: str, **arrays: Any) -> bytes:
    return npz(**arrays) if kind == "npz" else save({name: np.ascontiguousarray(a) for name, a in arrays.items()})


@each("kind", ["npz", "safetensors"])
@each("names", NAMES.values())
def test_a_layer_is_read_by_any_frameworks_names(parse: Parser, kind: str, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, [X, *LAYER.values(), 2 * X], strict=True))
    batch = parse.batch(file_of(kind, **arrays))
    assert batch.x.tolist() == X.tolist()
    assert {name: value.tolist() for name, value in batch.given.items()} == {
        **{name: value.tolist() for name, value in LAYER.items()}, "dy": (2 * X).tolist(),
    }  # fmt: skip
    told = " ".join(batch.warnings)
    assert "Not used" not in told
    assert all(name in told for name in names if name not in {"x", "dy", *LAYER})


@each("shape", [(1, 3), (1, 3, 1, 1), (1, 1, 3), (3, 1)])
def test_one_value_a_channel_may_have_axes_of_one(parse: Parser, shape: tuple[int, ...]) -> None:
    batch = parse.batch(npz(x=X, weight=np.arange(3.0).reshape(shape)))
    assert batch.given["gamma"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_what_is_not_used_is_said_by_name(parse: Parser, kind: str) -> None:
    arrays = {"x": X, **BN, **CONV, "fc.weight": np.ones((10, 3)), "fc.bias": np.ones(10), "y": np.arange(4)}
    (used, unused) = parse.batch(file_of(kind, **arrays)).warnings
    assert used == "Of this file bn1.weight is γ, bn1.bias is β."
    assert all(name in unused for name in ("conv1.weight (3, 3, 3, 3)", "fc.weight (10, 3)", "fc.bias (10,)", "y (4,)"))
    assert "bn1" not in unused


def test_a_linear_layers_arrays_are_no_norms(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, weight=np.ones((5, 3)), bias=np.ones(3)))
    assert batch.given == {}
    assert batch.warnings == ("Not used: weight (5, 3) float64, bias (3,) float64.",)


def test_of_several_norms_the_batchs_own_is_taken_or_the_only_one_that_fits(parse: Parser) -> None:
    norms = {f"bn{i}.{name}": np.full(3, float(i)) for i in (1, 2) for name in ("weight", "bias")}
    assert parse.batch(npz(**{"bn2.input": X}, **norms)).given["gamma"].tolist() == [2, 2, 2]
    unclear = parse.batch(npz(x=X, **norms))
    assert unclear.given == {}
    assert "Nothing says whether x goes into bn1 or bn2" in unclear.warnings[0]
    assert "bn2.bias" in unclear.warnings[1]
    wider = {"bn3.weight": np.ones(5), "bn3.bias": np.ones(5)}
    assert parse.batch(npz(x=X, **BN, **wider)).given["gamma"].tolist() == [1, 1, 1]


@each("arrays", [CONV, {"weight": X, "bias": np.ones(4)}, {"scale": X}, {"dense/kernel:0": X}, {"W": X}])
def test_weights_never_become_the_batch_by_themselves(parse: Parser, arrays: dict[str, Any]) -> None:
    name = next(iter(arrays))
    with pytest.raises(UnreadableBatch, match="It holds") as caught:
        parse.batch(npz(**arrays))
    assert (caught.value.field, caught.value.allowed) == ("array", name)
    assert parse.batch(npz(**arrays), array=name).x.shape == arrays[name].shape


@each(
    ("arrays", "said"),
    [
        ({**BN, **CONV}, "the norms bn1"),
        ({"gamma": np.ones(3), "beta": np.ones(3)}, "the arrays of a norm"),
        ({"bnscope_capture": np.array("{}"), "bn1.x.0": X}, "a capture of training steps"),
    ],
)
def test_a_model_is_refused_and_sent_to_the_doctor(parse: Parser, arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableBatch, match=said) as caught:
        parse.batch(npz(**arrays))
    assert "POST /api/v1/doctor" in caught.value.detail
    assert "by the Doctor." in caught.value.page
    assert caught.value.see == "/doctor"


def test_a_file_that_may_be_a_model_or_a_batch_is_a_question(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"array=NAME\. If it is a model") as caught:
        parse.batch(npz(**BN, pos_embed=np.ones((2, 5))))
    assert caught.value.allowed == "pos_embed"


@each(
    ("arrays", "said", "told"),
    [
        ({"eps": np.float32(1e-3), "momentum": 0.1, "running_mean": np.zeros(3)}, {"eps": 1e-3, "momentum": 0.1}, ""),
        ({"epsilon": [1e-3], "momentum": np.float32(0.99), "moving_mean": np.zeros(3)}, {"eps": 1e-3, "momentum": 0.01},
         "weighs the old statistics, so the new batch's weight is 0.01"),
        ({"num_batches_tracked": np.int64(0)}, {"batches": 0}, "num_batches_tracked: 0 batches"),
        ({"momentum": 0.9}, {}, "Not used: momentum = 0.9, as no name tells"),
        ({"eps": -1.0}, {}, "Not used: eps, which holds −1."),
        ({"eps": np.ones(3)}, {}, "Not used: eps (3,)"),
    ],
)  # fmt: skip
def test_settings_are_read_with_the_direction_of_their_framework(
    parse: Parser, arrays: dict[str, Any], said: dict[str, float], told: str
) -> None:
    batch = parse.batch(npz(x=X, **arrays))
    assert dict(batch.said) == said
    assert told in " ".join(batch.warnings)


def test_a_layer_that_does_not_fit_is_named_as_the_file_names_it(parse: Parser) -> None:
    with pytest.raises(
        UnreadableBatch, match=r"The layer's weight has shape \(4,\).*or leave weight out \(drop=weight\)"
    ):
        parse.batch(npz(x=X, weight=np.ones(4)))


def test_bfloat16_is_read_wherever_it_comes_from(parse: Parser) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    x = (X / 3).astype(ml_dtypes.bfloat16)
    for data in (npy(x), npy(np.asfortranarray(x)), npz(x=x), save({"x": x})):
        batch = parse.batch(data)
        assert batch.x.dtype == np.float32
        assert batch.x.tolist() == x.astype(np.float32).tolist()
    assert "read as bfloat16" in parse.batch(npy(x)).warnings[0]


SAFE = save({"x": X, "weight": np.ones(3)})


@each("cut", [9, 40, len(SAFE) - 1])
def test_a_cut_safetensors_file_is_incomplete_or_damaged(parse: Parser, cut: int) -> None:
    with pytest.raises(UnreadableBatch, match=r"incomplete|damaged"):
        parse.batch(SAFE[:cut])


@each(
    "lying",
    [SAFE.replace(b"[4,3]", b"[9,3]"), SAFE + b"0", SAFE.replace(b'"F64"', b'"X64"', 1), SAFE[:8] + b"{" * len(SAFE)],
)
def test_a_safetensors_header_that_lies_is_damage(parse: Parser, lying: bytes) -> None:
    assert kind_of(lying) == "safetensors"
    with pytest.raises(UnreadableBatch, match="damaged"):
        parse.batch(lying)


def test_a_safetensors_header_that_promises_gigabytes_is_refused_at_once(parse: Parser) -> None:
    with pytest.raises(UploadTooLarge, match="longer list"):
        parse.batch(b"\xff\xff\xff\x7f\0\0\0\0{" + SAFE)


def test_a_safetensors_file_is_told_from_text_and_archives() -> None:
    for length in (b"BZh\0", b"]q\0\0", b"H\0\0\0"):
        assert kind_of(length + b"\0\0\0\0" + b'{"x":{}}') == "safetensors"
