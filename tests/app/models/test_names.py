"""The table of names against the names that frameworks write."""

import re
from pathlib import Path

from app.models.names import NAMES, PER_CHANNEL, by_layer, channels_of, momentum_weighs, named, new_weight
from tests.each import each

LAYERS = {
    "torch": ("layer1.0.bn1", ["weight", "bias", "running_mean", "running_var"], "."),
    "keras": ("batch_normalization_3", ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"], "/"),
    "mxnet": ("stage1_bn1", ["gamma", "beta", "moving_mean", "moving_var"], "_"),
    "paddle": ("bn", ["weight", "bias", "_mean", "_variance"], "."),
    "chainer": ("block/bn", ["gamma", "beta", "avg_mean", "avg_var"], "/"),
    "haiku": ("net/~/norm", ["scale", "offset", "mean_ema/average", "var_ema/average"], "/"),
    "onnx": ("", ["scale", "B", "input_mean", "input_var"], ""),
    "lecture": ("", ["G", "B", "Mean", "VAR"], ""),
}


@each("framework", LAYERS)
def test_a_layer_of_each_framework_has_its_four_roles_under_one_name(framework: str) -> None:
    layer, words, join = LAYERS[framework]
    names = [f"{layer}{join}{word}" for word in words]
    assert by_layer(names) == {layer: dict(zip(PER_CHANNEL, names, strict=True))}


def test_flax_keeps_a_layer_in_two_collections_which_are_one_layer() -> None:
    names = ["params/bn/scale", "params/bn/bias", "batch_stats/bn/mean", "batch_stats/bn/var"]
    assert by_layer(names) == {"bn": dict(zip(PER_CHANNEL, names, strict=True))}


def test_no_name_stands_for_two_roles() -> None:
    every = [name for names in NAMES.values() for name in names]
    assert len(set(every)) == len(every)


def test_a_gradient_and_a_part_of_a_word_are_no_array_of_the_layer() -> None:
    assert [named(name) for name in ("grad_input", "embedding", "upscale", "max_input", "meanwhile", "")] == [None] * 6


def test_of_two_arrays_for_one_role_the_first_is_kept() -> None:
    assert by_layer(["weight", "gamma"]) == {"": {"gamma": "weight"}}


@each(
    ("shape", "channels"),
    [((4,), 4), ((1, 4), 4), ((4, 1), 4), ((1, 4, 1, 1), 4), ((1, 1, 1, 4), 4), ((1,), 1), ((4, 4), None), ((), None),
     ((0,), 0)],
)  # fmt: skip
def test_one_value_a_channel_has_one_long_axis(shape: tuple[int, ...], channels: int | None) -> None:
    assert channels_of(shape) == channels


@each(
    ("names", "weighs"),
    [(["momentum", "moving_mean"], "old"), (["momentum", "running_mean"], "new"), (["momentum"], None),
     (["momentum", "mean"], None), (["momentum", "mean", "scale"], "old"),
     (["decay", "running_mean"], "old"), (["momentum", "scale", "B", "input_mean"], "old"),
     (["exponential_average_factor", "moving_mean"], "new")],
)  # fmt: skip
def test_what_a_momentum_weighs_is_told_by_the_names_beside_it(names: list[str], weighs: str | None) -> None:
    assert momentum_weighs(names) == weighs


def test_a_keras_momentum_weighs_the_old_value() -> None:
    assert new_weight(0.75, "old") == 0.25
    assert new_weight(0.1, "new") == 0.1


def test_the_page_on_files_lists_every_name_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs" / "files.md").read_text()
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+`) \|$", page.partition("## Axes")[0], re.MULTILINE)
    assert [tuple(re.findall("`([^`]+)`", row)) for row in rows] == list(NAMES.values())
