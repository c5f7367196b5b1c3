"""Each generator's batches are as its description promises."""

import math

import numpy as np
import pytest

from app.batches.batch import Array
from app.batches.generators import GENERATORS, GeneratorSource
from tests.app.batches.drawing import NAMES, draw
from tests.each import each


def standardized(x: Array) -> Array:
    return (x - x.mean(axis=0)) / x.std(axis=0)


# The promises


def test_normal_has_the_mean_and_deviation_asked_for() -> None:
    x = draw("normal", 4000, parameters={"normal_mean": 7, "normal_deviation": 3, "normal_spread": 0})
    np.testing.assert_allclose(x.mean(axis=0), 7, atol=0.25)
    np.testing.assert_allclose(x.std(axis=0), 3, rtol=0.06)


def test_normal_has_neither_skew_nor_heavy_tails() -> None:
    z = standardized(draw("normal", 4000))
    np.testing.assert_allclose((z**3).mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose((z**4).mean(axis=0), 3, atol=0.4)


def test_uniform_fills_its_range_and_nothing_else() -> None:
    x = draw("uniform", 4000, parameters={"uniform_middle": 5, "uniform_width": 2, "uniform_spread": 0})
    assert x.min() >= 4
    assert x.max() <= 6
    np.testing.assert_allclose(np.quantile(x, [0.25, 0.5, 0.75]), [4.5, 5, 5.5], atol=0.05)


def test_skewed_is_positive_and_skewed_to_the_right() -> None:
    x = draw("skewed", 4000)
    assert x.min() > 0
    assert ((standardized(x) ** 3).mean(axis=0) > 1.5).all()


def test_skewed_is_normal_in_its_logarithm() -> None:
    log = np.log(draw("skewed", 4000, parameters={"log_median": 1.5, "log_deviation": 0.5, "skewed_spread": 0}))
    np.testing.assert_allclose(log.mean(axis=0), 1.5, atol=0.05)
    np.testing.assert_allclose(log.std(axis=0), 0.5, rtol=0.06)


def test_heavy_tails_grow_as_the_degrees_of_freedom_fall() -> None:
    tails = [
        (np.abs(standardized(draw("heavy_tailed", 4000, parameters={"degrees_of_freedom": degrees}))) ** 4).mean()
        for degrees in (2, 5, 100)
    ]
    assert tails[0] > 20 > tails[1] > 4 > tails[2] > 2.5


def test_bimodal_has_its_mean_where_hardly_a_value_lies() -> None:
    z = standardized(draw("bimodal", 4000))
    assert ((np.abs(z) < 0.25).mean(axis=0) < 0.05).all()
    assert ((np.abs(np.abs(z) - 1) < 0.5).mean(axis=0) > 0.75).all()


def test_bimodal_has_the_asked_share_in_its_upper_hump() -> None:
    x = draw("bimodal", 4000, parameters={"upper_share": 0.2, "separation": 10, "bimodal_spread": 0})
    np.testing.assert_allclose((x > 0).mean(axis=0), 0.2, atol=0.035)


@each("rho", [0.0, 0.9, 1.0])
def test_any_two_features_correlate_as_asked_up_to_the_sign(rho: float) -> None:
    coefficients = np.corrcoef(draw("correlated", 4000, parameters={"correlation": rho}), rowvar=False)
    np.testing.assert_allclose(np.abs(coefficients[np.triu_indices(8, 1)]), rho, atol=5 / math.sqrt(4000))


def test_correlated_features_have_scales_over_the_asked_decades() -> None:
    deviations = draw("correlated", 4000, parameters={"scale_decades": 3}).std(axis=0)
    assert np.all(np.diff(deviations) > 0)
    assert deviations[-1] / deviations[0] == pytest.approx(1000, rel=0.1)


def test_outliers_have_the_asked_share_and_distance() -> None:
    x = draw("outliers", 4000, parameters={"outlier_share": 0.1, "outlier_size": 50, "outliers_spread": 0})
    far = np.abs(x) > 25
    assert far.mean() == pytest.approx(0.1, abs=0.01)
    assert np.abs(x[far]).mean() == pytest.approx(50, abs=0.2)
    assert (x[far] > 0).mean() == pytest.approx(0.5, abs=0.05)


def test_no_outliers_are_left_at_share_zero() -> None:
    assert np.abs(standardized(draw("outliers", parameters={"outlier_share": 0}))).max() < 5


def test_the_dead_feature_is_exactly_constant_and_the_others_are_not() -> None:
    x = draw("dead_feature", parameters={"dead_value": 0.1})
    assert (x[:, 0] == 0.1).all()
    assert (x[:, 1:].std(axis=0) > 0.1).all()


def test_the_dead_feature_moves_by_its_deviation() -> None:
    x = draw("dead_feature", 4000, parameters={"dead_deviation": 0.01})
    assert x[:, 0].std() == pytest.approx(0.01, rel=0.06)


def test_half_of_the_values_after_a_relu_are_zero_and_none_negative() -> None:
    x = draw("post_relu", 4000)
    assert x.min() == 0
    np.testing.assert_allclose((x == 0).mean(axis=0), 0.5, atol=0.04)


def test_a_shift_before_the_relu_lets_more_values_through() -> None:
    x = draw("post_relu", 4000, parameters={"relu_shift": 1})
    assert (x == 0).mean() == pytest.approx(0.159, abs=0.01)


# Sorted by class


@each(("classes", "covered", "expected"), [(3, 2, 2), (4, 4, 4), (3, 10, 3), (5, 1, 1)])
def test_a_batch_covers_the_asked_number_of_classes_in_equal_sorted_runs(
    classes: int, covered: int, expected: int
) -> None:
    parameters = {"classes": classes, "classes_in_batch": covered}
    source = GeneratorSource("class_sorted", 8, 0, parameters)
    for stream in range(5):
        batch = source.draw(60, np.random.default_rng(stream))
        assert batch.labels is not None
        assert batch.labels.dtype == np.int64
        assert np.all(np.diff(batch.labels) >= 0)
        assert np.unique(batch.labels, return_counts=True)[1].tolist() == [60 // expected] * expected
        assert batch.label_names == tuple(f"class {label}" for label in range(classes))


def test_batches_cover_different_classes_so_their_means_differ() -> None:
    source = GeneratorSource("class_sorted", 8, 0)
    batches = [source.draw(200, np.random.default_rng(stream)) for stream in range(20)]
    assert len({tuple(np.unique(batch.labels)) for batch in batches}) == 3
    spread = np.std([batch.x.mean(axis=0) for batch in batches], axis=0)
    expected_if_independent = np.mean([batch.x.std(axis=0) for batch in batches], axis=0) / math.sqrt(200)
    assert np.median(spread / expected_if_independent) > 3


def test_early_rows_differ_from_late_ones() -> None:
    x = draw("class_sorted", 200)
    assert (np.abs(x[:100].mean(axis=0) - x[100:].mean(axis=0)) > x.std(axis=0)).any()


def test_only_the_class_sorted_generator_has_labels() -> None:
    labelled = [
        name for name in NAMES if GeneratorSource(name, 2, 0).draw(4, np.random.default_rng(0)).labels is not None
    ]
    assert labelled == ["class_sorted"]


@each("name", NAMES)
def test_a_generator_says_whether_its_batches_have_classes(name: str) -> None:
    batch = GeneratorSource(name, 4, 0, {}).draw(8, np.random.default_rng(0))
    assert GENERATORS[name].labelled == (batch.labels is not None)


def test_laplace_has_the_asked_deviation_and_its_tails() -> None:
    x = draw("laplace", 200_000, features=1, parameters={"laplace_deviation": 2.0, "laplace_spread": 0.0})[:, 0]
    z = x - x.mean()
    sd_error = x.std() * np.sqrt((3 + 2) / (4 * len(x)))
    assert abs(x.std() - 2.0) <= 5 * sd_error
    share, expected = float((np.abs(z) > 2 * x.std()).mean()), float(np.exp(-2 * np.sqrt(2)))
    assert abs(share - expected) <= 5 * np.sqrt(expected / len(x))
