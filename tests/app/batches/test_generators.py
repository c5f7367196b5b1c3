"""Generated batches: seeded, from one population a source, and each as its description promises."""

import math
from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest

from app.batches.batch import Array, Source
from app.batches.generators import GENERATORS, GeneratorSource, Parameter, generator_named
from app.errors import InvalidQuery

NAMES = list(GENERATORS)
PARAMETERS = [(name, parameter) for name in NAMES for parameter in GENERATORS[name].parameters]
VIEW = """
    source batch_size features seed eps eps_placement gamma beta activation mode momentum running_steps upstream
    upstream_example layer_width weight_scale layer_bias notation selected values array header missing feature_axis
    label axis stage format
"""


def draw(
    name: str,
    size: int = 256,
    *,
    features: int = 8,
    seed: int = 0,
    stream: int = 0,
    parameters: Mapping[str, float] | None = None,
) -> Array:
    source = GeneratorSource(name, features, seed, parameters or {})
    return source.draw(size, np.random.default_rng([seed, stream])).x


def standardized(x: Array) -> Array:
    return (x - x.mean(axis=0)) / x.std(axis=0)


def each_parameter() -> list[object]:
    return [pytest.param(name, parameter, id=parameter.name) for name, parameter in PARAMETERS]


def other_value(parameter: Parameter) -> float:
    return parameter.high if parameter.default == parameter.low else parameter.low


# The table


def test_the_catalogue_has_the_generators_in_order() -> None:
    assert NAMES == [
        "normal",
        "uniform",
        "laplace",
        "skewed",
        "heavy_tailed",
        "bimodal",
        "correlated",
        "outliers",
        "dead_feature",
        "post_relu",
        "class_sorted",
    ]
    assert all(name == generator.name for name, generator in GENERATORS.items())


def test_parameter_names_collide_with_nothing_in_the_query() -> None:
    names = [parameter.name for _, parameter in PARAMETERS]
    assert len(set(names)) == len(names)
    assert not set(VIEW.split()) & set(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_describes_itself_in_one_sentence(name: str) -> None:
    generator = GENERATORS[name]
    assert generator.title
    assert generator.description.count(".") == 1
    assert generator.description.endswith(".")


@pytest.mark.parametrize(("name", "parameter"), each_parameter())
def test_a_parameter_says_what_it_is_and_its_default_is_allowed(name: str, parameter: Parameter) -> None:
    assert parameter.title
    assert parameter.symbol
    assert parameter.help.endswith(".")
    assert parameter.low < parameter.high
    assert GENERATORS[name].complete({})[parameter.name] == parameter.default


# The source


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_the_asked_shape_in_float64_with_named_features(name: str) -> None:
    source: Source = GeneratorSource(name, 3, seed=1)
    batch = source.draw(5, np.random.default_rng(1))
    assert batch.x.shape == (5, 3)
    assert batch.x.dtype == np.float64
    assert batch.feature_names == ("x0", "x1", "x2")
    assert source.examples is None


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_bytes(name: str) -> None:
    assert draw(name, seed=4).tobytes() == draw(name, seed=4).tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_and_another_stream_give_other_examples(name: str) -> None:
    x = draw(name)
    assert not np.array_equal(x, draw(name, seed=1))
    assert not np.array_equal(x, draw(name, stream=1))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_draws_the_same_whatever_it_drew_before(name: str) -> None:
    source = GeneratorSource(name, 4, seed=2)
    source.draw(17, np.random.default_rng(1))
    assert np.array_equal(source.draw(9, np.random.default_rng(5)).x, draw_once(name, 9, 5))


def draw_once(name: str, size: int, rng_seed: int) -> Array:
    return GeneratorSource(name, 4, seed=2).draw(size, np.random.default_rng(rng_seed)).x


def test_sources_with_defaults_spelled_out_are_equal() -> None:
    assert GeneratorSource("normal", 8, 0) == GeneratorSource("normal", 8, 0, {"normal_spread": 1})
    assert GeneratorSource("normal", 8, 0) != GeneratorSource("normal", 8, 0, {"normal_spread": 2})


ONE_POPULATION = {"class_sorted": {"classes_in_batch": 10.0}, "heavy_tailed": {"degrees_of_freedom": 10.0}}


@pytest.mark.parametrize("name", NAMES)
def test_different_streams_draw_from_one_population(name: str) -> None:
    size = 4000
    batches = [draw(name, size, stream=stream, parameters=ONE_POPULATION.get(name)) for stream in (1, 2)]
    first, second = (moments_with_errors(x) for x in batches)
    for (one, error), (other, other_error) in zip(first, second, strict=True):
        assert np.all(np.abs(one - other) <= 5 * np.hypot(error, other_error) + 1e-12)


def moments_with_errors(x: Array) -> list[tuple[Array, Array]]:
    squares = (x - x.mean(axis=0)) ** 2
    return [(value.mean(axis=0), value.std(axis=0) / math.sqrt(len(value))) for value in (x, squares)]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "post_relu"])
def test_different_seeds_are_different_populations(name: str) -> None:
    means = [draw(name, 4000, seed=seed).mean(axis=0) for seed in (1, 2)]
    assert not np.allclose(*means, rtol=0.05)


@pytest.mark.parametrize(("name", "seed"), list(product([n for n in NAMES if n != "dead_feature"], range(5))))
def test_features_differ_in_location_and_scale_by_default(name: str, seed: int) -> None:
    x = draw(name, 1000, seed=seed)
    assert x.std(axis=0).max() > 2 * x.std(axis=0).min()
    assert np.ptp(x.mean(axis=0)) > x.std(axis=0).min()


@pytest.mark.parametrize(
    "name", ["normal", "uniform", "laplace", "skewed", "heavy_tailed", "bimodal", "outliers", "post_relu"]
)
def test_without_spread_all_features_are_alike(name: str) -> None:
    parameters = {f"{name}_spread": 0.0} | ({"degrees_of_freedom": 10.0} if name == "heavy_tailed" else {})
    (mean, error), (var, var_error) = moments_with_errors(draw(name, 4000, parameters=parameters))
    assert np.all(np.abs(mean - mean.mean()) <= 5 * error)
    assert np.all(np.abs(var - var.mean()) <= 5 * var_error)


def test_a_feature_keeps_its_population_when_features_are_added() -> None:
    few, many = (draw("normal", 4000, features=features) for features in (3, 8))
    np.testing.assert_allclose(few.mean(axis=0), many[:, :3].mean(axis=0), atol=0.3)
    np.testing.assert_allclose(few.std(axis=0), many[:, :3].std(axis=0), rtol=0.08)


# The parameters


@pytest.mark.parametrize(("name", "parameter"), each_parameter())
def test_a_parameter_has_an_effect(name: str, parameter: Parameter) -> None:
    assert not np.array_equal(draw(name), draw(name, parameters={parameter.name: other_value(parameter)}))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("features", [1, 8])
def test_every_corner_of_the_ranges_gives_finite_data(name: str, features: int) -> None:
    parameters = GENERATORS[name].parameters
    for corner in product(*((parameter.low, parameter.high) for parameter in parameters)):
        values = dict(zip((parameter.name for parameter in parameters), corner, strict=True))
        assert np.isfinite(draw(name, 64, features=features, parameters=values)).all(), values


@pytest.mark.parametrize(("name", "parameter"), each_parameter())
def test_a_value_outside_the_range_is_refused_with_the_range(name: str, parameter: Parameter) -> None:
    for value in (parameter.low - 1, parameter.high + 1, math.nan, math.inf):
        with pytest.raises(InvalidQuery) as caught:
            GeneratorSource(name, 8, 0, {parameter.name: value})
        assert caught.value.field == parameter.name
        assert caught.value.given is value
        assert caught.value.allowed == parameter.allowed


def test_a_fraction_is_refused_where_a_whole_number_is_wanted() -> None:
    with pytest.raises(InvalidQuery, match=r"classes must be a whole number from 2 to 10\."):
        GeneratorSource("class_sorted", 8, 0, {"classes": 2.5})


def test_the_parameter_of_another_generator_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="normal has no parameter separation") as caught:
        GeneratorSource("normal", 8, 0, {"separation": 1.0})
    assert caught.value.allowed == "normal_mean, normal_deviation, normal_spread"


def test_an_unknown_generator_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidQuery, match="gaussian") as caught:
        generator_named("gaussian")
    assert (caught.value.field, caught.value.given) == ("source", "gaussian")
    assert caught.value.allowed == ", ".join(NAMES)


def test_a_generator_has_no_end_to_draw() -> None:
    with pytest.raises(InvalidQuery, match="has no end") as caught:
        GeneratorSource("normal", 8, 0).draw(None, np.random.default_rng(0))
    assert caught.value.field == "batch_size"


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


@pytest.mark.parametrize("rho", [0.0, 0.9, 1.0])
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


@pytest.mark.parametrize(("classes", "covered", "expected"), [(3, 2, 2), (4, 4, 4), (3, 10, 3), (5, 1, 1)])
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


@pytest.mark.parametrize("name", NAMES)
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
