"""The norms view's sentences, in the singular and the plural."""

import math

import numpy as np

from app.views.norms.words.situations import Told, headline, situation_text
from bncore import norms
from bncore.norms.effects import Effect
from tests.each import each

WHY = "the huge channel decides the statistics that"


def of_a_huge_channel(channels, squeezed, least_kept, others=None):
    result = norms.forward(np.ones((2, channels)), "layer")
    effect = Effect(0.0, 0.0, 0.0, 0.0, 0.0, channels - 1 if others is None else others, squeezed, least_kept, 0.0)
    return Told("layer", result, effect, 2)


@each(
    ("channels", "squeezed", "least_kept", "text"),
    [
        (8, 0, 0.98,
         "None of the 7 other channels is squeezed below 10 % of its usual deviation; each keeps 98 % or more."),
        (8, 1, 0.0094,
         "1 of the 7 other channels is squeezed below 10 % of its usual deviation, to 0.940 %: "
         f"{WHY} it shares with it."),
        (8, 3, 0.05,
         "3 of the 7 other channels are squeezed below 10 % of their usual deviation, the worst to 5.00 %: "
         f"{WHY} they share with it."),
        (8, 7, 0.05,
         "All 7 other channels are squeezed below 10 % of their usual deviation, the worst to 5.00 %: "
         f"{WHY} they share with it."),
        (8, 1, 0.09996,
         "1 of the 7 other channels is squeezed below 10 % of its usual deviation, to 9.996 %: "
         f"{WHY} it shares with it."),
        (8, 0, 1.0, "None of the 7 other channels is squeezed at all."),
        (8, 0, 1.3, "None of the 7 other channels is squeezed at all."),
        (2, 0, 1.0, "The one other channel is not squeezed at all."),
        (2, 0, 0.5, "The one other channel is not squeezed below 10 % of its usual deviation: it keeps 50 %."),
        (2, 1, 0.05,
         f"The one other channel is squeezed below 10 % of its usual deviation, to 5.00 %: {WHY} it shares with it."),
        (1, 0, float("nan"), "There is no other channel that it could squeeze."),
        (3, 0, float("nan"), "The other channels have no deviation to compare, before as after."),
    ],
)  # fmt: skip
def test_how_many_channels_are_squeezed_is_told_for_none_one_some_and_all(channels, squeezed, least_kept, text):
    told = of_a_huge_channel(channels, squeezed, least_kept)
    assert situation_text("huge_channel", told, told.result) == text


def moving(norm, moved):
    given = {"running_mean": np.zeros(2), "running_var": np.ones(2)} if norm == "renorm" else {}
    result = norms.forward([[1.0, 2.0], [3.0, 5.0]], norm, **given)
    return Told(norm, result, Effect(moved, 0.5, 0.4, 0.2, 0.1, 2, 0, 1.0, 1.0), 2)


@each(
    ("moved", "end"),
    [
        (0.25, "example 0's values move by 0.250 against a mixed batch."),
        (1e-12, "example 0's values stay as in a mixed batch."),
    ],
)
@each("norm", ["batch", "renorm"])
def test_a_batch_of_one_class_moves_an_example_or_does_not(norm, moved, end):
    told = moving(norm, moved)
    assert situation_text("class_sorted", told, told.result).endswith(end)


def test_the_headline_says_who_moves_or_that_nobody_does():
    told = [moving("batch", 0.25), moving("layer", 0.0), moving("rms", 0.0)]
    results = [one.result for one in told]
    start = "One example alone: example 0's values"
    assert headline("one_example", (1, 2, 1), told, results) == (
        f"{start} move by 0.250 under batch norm; not at all under layer norm and RMS norm."
    )
    assert (
        headline("one_example", (1, 2, 1), told[1:], results)
        == f"{start} stay as they are under layer norm and RMS norm."
    )


@each(
    ("channels", "text"),
    [
        (8, "One huge channel: of 7 others it squeezes 2 under layer norm."),
        (2, "One huge channel: of 1 other it squeezes none under layer norm."),
        (1, "One huge channel: there is no other channel that it could squeeze."),
    ],
)
def test_the_headline_counts_the_others(channels, text):
    told = of_a_huge_channel(channels, 2 if channels > 2 else 0, 0.05)
    assert headline("huge_channel", (2, channels, 1), [told], [told.result]) == text


@each(
    ("means", "mixed", "says", "unsaid"),
    [
        ({"apart": 0.3, "by_chance": 0.1}, True, "more than twice the 0.100 that chance makes: they tell of the class",
         "no sign"),
        ({"apart": 0.15, "by_chance": 0.1}, True, "less than twice the 0.100 that chance makes: no sign of the class",
         "tell of"),
        ({"apart": 0.3, "by_chance": math.nan}, True, "over the channels), 0.490 in a mixed",
         "chance"),
        ({"apart": 0.3, "by_chance": 0.1}, False, "0.490 in the usual batch, which is of one class as well.", "chance"),
        ({"offset": 0.0, "offset_before": 0.0, "apart": 0.0, "by_chance": 0.0}, True,
         "are 0 in every example, whatever its class", "chance"),
        ({"offset_before": 0.5, "apart": 0.0, "by_chance": 0.1}, False, "over the channels), as in the usual batch",
         "0.500 in"),
    ],
)  # fmt: skip
def test_means_tell_of_the_class_only_where_they_are_farther_from_a_mixed_batchs_than_chance_makes(
    means, mixed, says, unsaid
):
    measured = {"moved": 0.0, "offset": 0.5, "offset_before": 0.49, "others": 2, "squeezed": 0, "least_kept": 1.0}
    told = Told("layer", norms.forward([[1.0, 2.0], [3.0, 5.0]], "layer"),
                Effect(**measured | means, from_instance=1.0), 2, mixed)  # fmt: skip
    text = situation_text("class_sorted", told, told.result)
    assert says in text
    assert unsaid not in text
