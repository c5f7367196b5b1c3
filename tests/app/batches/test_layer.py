"""A batch behind a random linear layer: z = W^T a + b."""

from dataclasses import dataclass

import numpy as np
import pytest

from app.batches.batch import Batch, Source
from app.batches.datasets import DataSetSource, load
from app.batches.generators import GeneratorSource
from app.batches.inline import InlineSource
from app.batches.layer import LayeredSource
from app.errors import InvalidQuery
from tests.each import each


@dataclass(frozen=True)
class Fixed:
    """A source of one given batch."""

    batch: Batch

    @property
    def examples(self) -> int:
        return len(self.batch.x)

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:  # noqa: ARG002
        return self.batch


def layered(source: Source, *, width: int = 5, weight_scale: float = 1.0, bias: float = 0.0, seed: int = 0) -> Source:
    return LayeredSource(source, width, weight_scale, bias, seed)


def names(count: int) -> tuple[str, ...]:
    return tuple(f"x{index}" for index in range(count))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_each_unit_is_its_weights_times_the_example_plus_the_bias() -> None:
    source = LayeredSource(InlineSource("1,2,3;4,5,6"), width=4, weight_scale=2.0, bias=0.5, seed=7)
    weights = source.weights(3)
    expected = [[sum(a[i] * weights[i, k] for i in range(3)) + 0.5 for k in range(4)] for a in ((1, 2, 3), (4, 5, 6))]
    batch = source.draw(None, rng())
    np.testing.assert_allclose(batch.x, expected, rtol=1e-14)
    assert batch.feature_names == ("z0", "z1", "z2", "z3")


def test_unit_inputs_give_pre_activations_of_the_weight_scale() -> None:
    source = LayeredSource(InlineSource("1"), width=1, weight_scale=3.0, bias=0.0, seed=0)
    weights = source.weights(10_000)
    assert weights.shape == (10_000, 1)
    assert weights.std() * np.sqrt(10_000) == pytest.approx(3, rel=0.04)
    assert abs(weights.mean()) < 5 * 3 / 10_000


@each("examples", [5, 17, 60])
def test_equal_examples_give_equal_pre_activations(examples: int) -> None:
    """Whatever a BLAS kernel does at the end of its blocks: the unit is constant, not rounding."""
    x = np.full((examples, 13), 0.1)
    z = layered(Fixed(Batch(x, names(13))), width=30).draw(None, rng()).x
    assert (z == z[0]).all()


def test_the_weight_scale_multiplies_and_the_bias_shifts() -> None:
    source = DataSetSource("wine")
    z, scaled, shifted = (
        layered(source, weight_scale=scale, bias=bias).draw(None, rng()).x for scale, bias in ((1, 0), (2, 0), (1, 3))
    )
    np.testing.assert_allclose(scaled, 2 * z, rtol=1e-14)
    np.testing.assert_allclose(shifted, z + 3, rtol=1e-14)


def test_the_weights_come_from_the_seed_and_not_from_the_draw() -> None:
    source = GeneratorSource("normal", 6, seed=0)
    one = layered(source).draw(8, rng()).x
    assert one.tobytes() == layered(source).draw(8, rng()).x.tobytes()
    assert not np.allclose(one, layered(source, seed=1).draw(8, rng()).x)
    twice = LayeredSource(source, 5, 1.0, 0.0, 0)
    twice.draw(8, np.random.default_rng(9))
    assert one.tobytes() == twice.draw(8, rng()).x.tobytes()


def test_a_unit_keeps_its_weights_when_units_are_added() -> None:
    few, many = (layered(DataSetSource("iris"), width=width).draw(None, rng()).x for width in (2, 9))
    np.testing.assert_allclose(few, many[:, :2], rtol=1e-13)


def test_the_inputs_reach_the_layer_raw_and_unchanged() -> None:
    before = load("wine").x.copy()
    z = layered(DataSetSource("wine")).draw(None, rng()).x
    assert np.abs(z).max() > 100
    assert np.array_equal(load("wine").x, before)


def test_labels_and_the_number_of_examples_are_kept() -> None:
    source, layer = DataSetSource("iris"), layered(DataSetSource("iris"))
    plain, batch = source.draw(20, rng()), layer.draw(20, rng())
    assert np.array_equal(batch.labels, plain.labels)
    assert batch.label_names == plain.label_names
    assert layer.examples == 150
    assert layered(GeneratorSource("normal", 3, 0)).examples is None


def test_given_arrays_are_left_out_with_a_warning_that_names_them() -> None:
    given = {"gamma": np.ones(2), "dy": np.ones((3, 2))}
    batch = layered(Fixed(Batch(np.ones((3, 2)), names(2), given=given, warnings=("first",)))).draw(None, rng())
    assert not batch.given
    assert batch.warnings[0] == "first"
    assert "gamma, dy" in batch.warnings[1]


@each(
    ("before", "after"), [("float16", "float64"), ("float32", "float32"), ("float64", "float64"), ("int8", "float64")]
)
def test_float32_stays_and_other_types_become_float64(before: str, after: str) -> None:
    batch = layered(Fixed(Batch(np.ones((3, 2), before), names(2)))).draw(None, rng())
    assert batch.x.dtype == after


def test_a_batch_of_images_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="two axes, and this one has 4") as caught:
        layered(Fixed(Batch(np.ones((2, 3, 4, 4)), names(3)))).draw(None, rng())
    assert caught.value.field == "layer_width"


def test_an_output_too_large_for_its_type_is_refused() -> None:
    huge = Fixed(Batch(np.full((2, 3), 1e308), names(3)))
    with pytest.raises(InvalidQuery, match="too large") as caught:
        layered(huge, weight_scale=100.0).draw(None, rng())
    assert (caught.value.field, caught.value.given) == ("weight_scale", 100.0)


def test_equal_layers_are_equal_whatever_they_drew() -> None:
    one, other = layered(DataSetSource("iris")), layered(DataSetSource("iris"))
    one.draw(3, rng())
    assert one == other
