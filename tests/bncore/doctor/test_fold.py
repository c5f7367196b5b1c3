"""Folded equals unfolded: of a dense layer, a convolution and a transposed one, with and without a bias."""

import numpy as np
import pytest

from bncore import CannotMend
from bncore.doctor import Front, affine, capture_of, folded
from bncore.doctor.fold import in_float32, scaled
from tests.bncore.doctor.captures import capture_arrays, norm_arrays
from tests.bncore.doctor.models import drawn, model_of, norm_of
from tests.each import each


def dense(x, weight):
    return x @ weight.T  # (N, in) and (out, in)


def keras_dense(x, weight):
    return x @ weight  # (N, in) and (in, out)


def convolved(x, weight):
    return np.einsum("nip,oip->no", x, weight)  # one place of a convolution: (N, in, P) and (out, in, P)


def transposed(x, weight):
    return np.einsum("ni,iop->npo", x, weight).reshape(-1, weight.shape[1])  # (in, out, P)


def transposed_in_groups(x, weight):
    halves = np.split(x, 2, axis=1), np.split(weight, 2, axis=0)
    return np.concatenate([np.einsum("ni,iop->npo", a, w) for a, w in zip(*halves, strict=True)], axis=2).reshape(-1, 6)


def by_depth(x, weight):
    return np.einsum("npi,pim->nim", x, weight).reshape(len(x), -1)  # Keras: (N, P, in) and (P, in, multiplier)


LAYERS = {
    "dense": (dense, (6, 5), 0, (9, 5)), "Keras' dense": (keras_dense, (5, 6), 1, (9, 5)),
    "convolution": (convolved, (6, 4, 3), 0, (9, 4, 3)), "Keras' last axis": (keras_dense, (5, 6), -1, (9, 5)),
    "transposed": (transposed, (4, 6, 3), 1, (9, 4)), "in groups": (transposed_in_groups, (4, 3, 3), 1, (9, 4)),
    "Keras' depthwise": (by_depth, (3, 2, 3), 2, (9, 3, 2)),
}  # fmt: skip


@each("without", [(), ("bias",), ("weight", "bias")])
@each("biased", [True, False])
@each("layer", LAYERS)
def test_folded_equals_unfolded_in_float32(layer, biased, without):
    of, shape, axis, inputs = LAYERS[layer]
    rng = np.random.default_rng(3)
    tensors = drawn(6) | {"front.weight": rng.normal(0, 1, shape).astype(np.float32)}
    tensors = {name: array for name, array in tensors.items() if name not in {f"bn.{part}" for part in without}}
    if biased:
        tensors["front.bias"] = rng.normal(0, 1, 6).astype(np.float32)
    front = Front("front", "front.weight", "front.bias" if biased else None, axis, "names")
    model = model_of(tensors, norm_of(tensors, front=front))
    x = rng.normal(0, 1, inputs).astype(np.float32)

    def output(values, norm):
        return in_float32(norm, of(x, values["front.weight"]) + values.get("front.bias", np.float32(0)))

    repair = folded(model)
    now = tensors | repair.changed
    before, after = output(tensors, model.norms[0]), output(now, norm_of(now))
    assert after.dtype == np.float32
    assert np.abs(after - before).max() <= 1e-6 * np.abs(before).max()
    assert {name: array.dtype for name, array in now.items()} == {name: array.dtype for name, array in tensors.items()}
    assert "front.bias" not in repair.changed or np.all(repair.mended[0].norm.mean == 0)


def test_the_scale_and_shift_are_inference():
    tensors = drawn(4)
    x = np.random.default_rng(1).normal(0, 3, (5, 4))
    norm = norm_of(tensors)
    np.testing.assert_allclose(affine(norm).of(x), in_float32(norm, x), rtol=1e-4, atol=1e-5)


def test_the_change_on_a_capture_is_what_float32_makes_of_it():
    tensors = drawn(3) | {"front.weight": np.ones((3, 2), np.float32)}
    model = model_of(tensors, norm_of(tensors, front=Front("front", "front.weight", None, 0, "graph")))
    capture = capture_of(
        capture_arrays(norm_arrays("bn", [np.random.default_rng(s).normal(0, 2, (64, 3)) for s in (0, 1)]))
    )
    largest = folded(model, capture).largest
    assert largest is not None
    assert 0 < largest.change <= 1e-6 * largest.size
    assert folded(model).largest is None


def no_front(tensors):
    return model_of(tensors, norm_of(tensors))


def of(front: Front, **settings):
    return lambda tensors: model_of(tensors, norm_of(tensors, front=front, **settings))


FRONT = Front("front", "front.weight", "front.bias", 0, "names")
LEFT = {
    "no layer in front": (no_front, {}, "no known layer"),
    "two norms of one layer": (
        lambda tensors: model_of(tensors, *[norm_of(tensors, front=FRONT)] * 2), {}, "with another norm",
    ),
    "a weight of other outputs": (of(FRONT), {"front.weight": np.ones((5, 2))}, "no 3 outputs at axis 0"),
    "a bias of another length": (of(FRONT), {"front.bias": np.ones(2)}, "3 channels and front.bias 2"),
    "a variance below 0": (of(FRONT), {"bn.running_var": -np.ones(3)}, "variance + eps -1"),
    "a mean that is none": (of(FRONT), {"bn.running_mean": np.array([0, np.nan, 0])}, "not finite in channel 1"),
    "half precision": (of(FRONT), {"front.weight": np.full((3, 2), 6e4, np.float16)}, "range of float16"),
    "a huge epsilon": (of(FRONT, eps=2.0), {}, "eps 2.0"),
}  # fmt: skip


@each("case", LEFT)
def test_a_norm_that_cannot_be_folded_is_left_with_the_reason(case):
    model, changed, said = LEFT[case]
    tensors = drawn(3) | {"front.weight": np.ones((3, 2)), "front.bias": np.ones(3), "bn.weight": np.full(3, 9.0)}
    repair = folded(model(tensors | changed))
    assert not repair.changed
    assert said in repair.left["bn"]


def test_a_layer_norm_is_no_scale_and_shift():
    tensors = drawn(3)
    norm = norm_of(tensors)
    with pytest.raises(CannotMend, match="layer norm"):
        affine(norm.__class__("ln", "layer", gamma=norm.gamma))


def test_an_axis_that_is_not_there_is_refused():
    with pytest.raises(CannotMend, match="axis 4"):
        scaled(np.ones((3, 2)), np.ones(3), 4)
