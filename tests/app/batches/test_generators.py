"""Generated batches: seeded, from one population a source, within their ranges."""

import math
from itertools import product

import numpy as np
import pytest

from app.batches.batch import Array, Source
from app.batches.generators import GENERATORS, GeneratorSource, Parameter, generator_named
from app.errors import InvalidQuery
from tests.app.batches.drawing import NAMES, draw
from tests.each import each

PARAMETERS = [(name, parameter) for name in NAMES for parameter in GENERATORS[name].parameters]
VIEW = """
    source batch_size features seed eps eps_placement gamma beta activation mode momentum running_steps upstream
    upstream_example layer_width weight_scale layer_bias notation selected values array header missing feature_axis
    label axis stage format
"""


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


@each("name", NAMES)
def test_a_generator_describes_itself_in_one_sentence(name: str) -> None:
    generator = GENERATORS[name]
    assert generator.title
    assert generator.description.count(".") == 1
    assert generator.description.endswith(".")


@each(("name", "parameter"), each_parameter())
def test_a_parameter_says_what_it_is_and_its_default_is_allowed(name: str, parameter: Parameter) -> None:
    assert parameter.title
    assert parameter.symbol
    assert parameter.help.endswith(".")
    assert parameter.low < parameter.high
    assert GENERATORS[name].complete({})[parameter.name] == parameter.default


# The source


@each("name", NAMES)
def test_a_batch_has_the_asked_shape_in_float64_with_named_features(name: str) -> None:
    source: Source = GeneratorSource(name, 3, seed=1)
    batch = source.draw(5, np.random.default_rng(1))
    assert batch.x.shape == (5, 3)
    assert batch.x.dtype == np.float64
    assert batch.feature_names == ("x0", "x1", "x2")
    assert source.examples is None


@each("name", NAMES)
def test_equal_seeds_give_equal_bytes(name: str) -> None:
    assert draw(name, seed=4).tobytes() == draw(name, seed=4).tobytes()


@each("name", NAMES)
def test_another_seed_and_another_stream_give_other_examples(name: str) -> None:
    x = draw(name)
    assert not np.array_equal(x, draw(name, seed=1))
    assert not np.array_equal(x, draw(name, stream=1))


@each("name", NAMES)
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


@each("name", NAMES)
def test_different_streams_draw_from_one_population(name: str) -> None:
    size = 4000
    batches = [draw(name, size, stream=stream, parameters=ONE_POPULATION.get(name)) for stream in (1, 2)]
    first, second = (moments_with_errors(x) for x in batches)
    for (one, error), (other, other_error) in zip(first, second, strict=True):
        assert np.all(np.abs(one - other) <= 5 * np.hypot(error, other_error) + 1e-12)


def moments_with_errors(x: Array) -> list[tuple[Array, Array]]:
    squares = (x - x.mean(axis=0)) ** 2
    return [(value.mean(axis=0), value.std(axis=0) / math.sqrt(len(value))) for value in (x, squares)]


@each("name", [name for name in NAMES if name != "post_relu"])
def test_different_seeds_are_different_populations(name: str) -> None:
    means = [draw(name, 4000, seed=seed).mean(axis=0) for seed in (1, 2)]
    assert not np.allclose(*means, rtol=0.05)


@each(("name", "seed"), list(product([n for n in NAMES if n != "dead_feature"], range(5))))
def test_features_differ_in_location_and_scale_by_default(name: str, seed: int) -> None:
    x = draw(name, 1000, seed=seed)
    assert x.std(axis=0).max() > 2 * x.std(axis=0).min()
    assert np.ptp(x.mean(axis=0)) > x.std(axis=0).min()


@each("name", ["normal", "uniform", "laplace", "skewed", "heavy_tailed", "bimodal", "outliers", "post_relu"])
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


@each(("name", "parameter"), each_parameter())
def test_a_parameter_has_an_effect(name: str, parameter: Parameter) -> None:
    assert not np.array_equal(draw(name), draw(name, parameters={parameter.name: other_value(parameter)}))


@each("name", NAMES)
@each("features", [1, 8])
def test_every_corner_of_the_ranges_gives_finite_data(name: str, features: int) -> None:
    parameters = GENERATORS[name].parameters
    for corner in product(*((parameter.low, parameter.high) for parameter in parameters)):
        values = dict(zip((parameter.name for parameter in parameters), corner, strict=True))
        assert np.isfinite(draw(name, 64, features=features, parameters=values)).all(), values


@each(("name", "parameter"), each_parameter())
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
