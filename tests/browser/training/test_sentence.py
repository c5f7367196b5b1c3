"""The sentence that follows the playhead: each state has one that may stand in it, in at most twenty words."""

import re
from typing import Any

import pytest

from app.views.training.words.sentences import LOOKED_AT, LOST, MOSTLY, SENTENCES, SHARE
from tests.app.sentences.brevity import is_brief
from tests.browser.training.page import Training

pytestmark = pytest.mark.folded

SAID = """async ([states, sentences, limits]) => {
  const page = document.querySelector("link[rel=modulepreload]").href;
  const [{ sentenceOf }, { looksOf }] = await Promise.all(
    ["sentence.js", "variants.js"].map((name) => import(page.replace("page.js", name))),
  );
  return states.map(({ variants, ...shown }) => sentenceOf({ ...shown, looks: looksOf(variants) }, sentences, limits));
}"""
LIMITS = {"share": SHARE, "lost": LOST, "looked_at": LOOKED_AT, "mostly": MOSTLY}
VARIANTS = {
    "a": {"title": "Without norm", "called": "the net without norm", "norm": "none"},
    "b": {"title": "Batch norm", "called": "batch norm", "norm": "batch"},
    "c": {"title": "Layer norm", "called": "layer norm", "norm": "layer"},
}
TITLED = {
    "a": {"title": "Batch norm, rate 0.5", "called": "batch norm, rate 0.5", "norm": "batch"},
    "b": {"title": "Batch norm, rate 2", "called": "batch norm, rate 2", "norm": "batch"},
}
GUESS = 2.303
Row = tuple[dict[str, Any] | None, ...]


def loss(value: float, held: float | None = None) -> dict[str, Any]:
    return {"loss": value} | ({"held": {"accuracy": held}} if held is not None else {})


GONE: dict[str, Any] = {"loss": None, "diverged": True}


def state(
    *rows: Row, at: int | None = None, looks: int | None = None, variants: dict[str, Any] = VARIANTS
) -> dict[str, Any]:
    """Rows of one step each, with a record for each variant; None has ended."""
    told = [
        {"step": step, "variants": {name: record for name, record in zip("abc", row, strict=False) if record}}
        for step, row in enumerate(rows)
    ]
    looks = looks or max(map(len, rows), default=2)
    shown = dict(list(variants.items())[:looks])
    return {"rows": told, "at": len(rows) - 1 if at is None else at, "variants": shown, "guess": GUESS}


EVEN = [(loss(2.0 - 0.01 * (i % 2)), loss(1.995)) for i in range(14)]
AHEAD = [(loss(2.0), loss(1.0)) for _ in range(14)]
LEADS = [(loss(2.0), loss(1.0), loss(1.5)) for _ in range(14)]
RANGE = [(loss(2.0), loss(1.0 + 0.2 * (i % 2)), loss(1.1)) for i in range(15)]
WORSE = [(loss(23_800.0), loss(298.0)) for _ in range(14)]
BEGIN = (loss(2.3), loss(2.3), loss(2.3))
STATES = {
    "waits": state(),
    "start": state((loss(2.3), loss(2.31))),
    "start_one": state((loss(2.3), None), looks=1),
    "alone": state((loss(2.3), None), (loss(1.234), None), looks=1),
    "even": state(*EVEN),
    "ahead": state(*AHEAD),
    "leads": state(*LEADS),
    "range": state(*RANGE),
    "hopeless": state(*WORSE),
    "some_reached": state(BEGIN, (loss(1.0, 0.672), loss(0.3, 0.93), loss(0.2, 0.4)),
                          (loss(1.0, 0.672), loss(0.3, 0.93), loss(0.2, 0.95))),
    "all_reached": state(BEGIN, (loss(1.0, 0.4), loss(0.3, 0.93), loss(0.2, 0.4)),
                         (loss(0.4, 0.4), loss(0.3, 0.93), loss(0.2, 0.95)),
                         (loss(0.3, 0.9), loss(0.3, 0.93), loss(0.2, 0.95))),
    "all_reached_together": state(BEGIN, (loss(0.3, 0.9), loss(0.3, 0.93), loss(0.2, 0.95))),
    "one_reached": state((loss(2.3), loss(2.3)), (loss(1.0, 0.4), loss(0.2, 0.93))),
    "both_reached": state((loss(2.3), loss(2.3)), (loss(1.0, 0.4), loss(0.2, 0.93)), (loss(0.3, 0.95), loss(0.1, 0.9))),
    "both_reached_together": state((loss(2.3), loss(2.3)), (loss(0.2, 0.94), loss(0.2, 0.93))),
    "one_diverged": state((loss(2.3), loss(2.3)), (GONE, loss(1.0)), (None, loss(0.9))),
    "all_diverged": state((loss(2.3), loss(2.3)), (GONE, loss(1.0)), (None, GONE)),
}  # fmt: skip
SAYS = {
    "waits": "The run is on its way: its first step comes in a moment.",
    "start_one": "Without norm starts with a loss of 2.30: nothing is learned yet.",
    "alone": "Without norm has a loss of 1.23 at step 1.",
    "even": "At step 13 the net without norm has a loss of 1.99, batch norm of 2.00: neither is ahead.",
    "all_reached_together": "All variants first had 90 % of the held-out examples right at step 1.",
    "both_reached_together": "Without norm and batch norm both first had 90 % of the held-out examples right at "
    "step 1.",
    "start": "Nothing is learned yet: the net without norm starts with a loss of 2.30, batch norm with 2.31.",
    "ahead": "Batch norm is ahead at step 13: its loss is 1.00, that of the net without norm is 2.00.",
    "leads": "Batch norm leads at step 13: its loss is 1.00, the next, of layer norm, 1.50.",
    "range": "At step 14 the smallest loss is 1.00, of batch norm, the largest 2.00, of the net without norm.",
    "hopeless": "At step 13 nothing beats guessing, whose loss is 2.30: batch norm, the best, has 298.",
    "one_reached": "Batch norm first had 90 % of held-out examples right at step 1; the net without norm has 40.0 %.",
    "some_reached": "Batch norm first had 90 % of held-out examples right (step 1); last is the net without norm, "
    "67.2 %.",
    "all_reached": "Batch norm first had 90 % of held-out examples right (step 1), the net without norm last (3).",
    "both_reached": "Batch norm first had 90 % of the held-out examples right at step 1, the net without norm at 2.",
    "one_diverged": "Without norm diverged at step 1: its curve ends there. Batch norm goes on, with a loss of 0.900.",
    "all_diverged": "Diverged: no variant has a loss that is a number any more, the last one from step 2 on.",
}
NOT_FIRST = "^(?!.*first had)"
FURTHER = {
    "it fell back": (state((loss(1.0, 0.4), loss(0.2, 0.93)), (loss(1.0, 0.4), loss(50.0, 0.08))), NOT_FIRST),
    "who was there is the last now": (state(BEGIN, (loss(1.0, 0.6), loss(0.3, 0.93), loss(0.2, 0.6)),
                                            (loss(1.0, 0.95), loss(0.3, 0.86), loss(0.2, 0.88))), NOT_FIRST),
    "two were the first, not all": (state(BEGIN, (loss(1.0, 0.6), loss(0.3, 0.93), loss(0.2, 0.93))), NOT_FIRST),
    "two were the first of all": (state(BEGIN, (loss(0.3, 0.4), loss(0.3, 0.93), loss(0.2, 0.95)),
                                        (loss(0.3, 0.9), loss(0.2, 0.95), loss(0.2, 0.95))), NOT_FIRST),
    "two were the last of all": (state(BEGIN, (loss(0.3, 0.4), loss(0.3, 0.93), loss(0.2, 0.4)),
                                       (loss(0.3, 0.9), loss(0.2, 0.95), loss(0.2, 0.95))), NOT_FIRST),
    "two are the last": (state(BEGIN, (loss(1.0, 0.4), loss(0.3, 0.93), loss(0.2, 0.4))), NOT_FIRST),
    "one of two is the last": (state(BEGIN, (loss(1.0, 0.672), loss(0.3, 0.93), loss(0.2, 0.4))),
                               "; last is layer norm, 40.0 %.$"),
    "who is not there has more than who was": (
        state((loss(2.3), loss(2.3)), (loss(1.0, 0.4), loss(0.2, 0.93)), (loss(0.3, 0.89), loss(0.1, 0.88))),
        "; the net without norm has 89.0 %.$",
    ),
    "not yet": (state((loss(2.3), loss(2.3)), (loss(1.0, 0.4), loss(0.2, 0.88)), (loss(0.3, 0.5), loss(0.1, 0.93)),
                      at=1), NOT_FIRST),
    "two go on": (state(BEGIN, (GONE, loss(0.9), loss(0.5))), "Layer norm goes on, with a loss of 0.500.$"),
    "as good as guessing": (state(*[(loss(9.0), loss(GUESS))] * 14), "nothing beats guessing"),
    "better than guessing": (state(*[(loss(9.0), loss(GUESS - 0.01))] * 14), "is ahead at step 13"),
    "six records are few": (state(*AHEAD, at=5), "^At step 5 "),
    "titles are long": (state(*AHEAD, variants=TITLED), "^Variant b is ahead .*, that of variant a is "),
    "the worst was the best": (
        state(*[(loss(2.0 - 1.1 * (i % 2)), loss(1.0), loss(1.5)) for i in range(15)]), "^At step 14 the smallest",
    ),
}  # fmt: skip
"""States of which a sentence must not say too much, each with what of it is said."""


def test_each_state_has_its_own_sentence(training: Training) -> None:
    training.open("source=iris&widths=4&steps=10&step=0")
    told = training.page.evaluate(SAID, [list(STATES.values()), SENTENCES, LIMITS])
    said = dict(zip(STATES, told, strict=True))
    assert said == SAYS
    assert set(said) == set(SENTENCES)
    for sentence in told:
        assert is_brief(sentence), sentence
    further = training.page.evaluate(SAID, [[of for of, _ in FURTHER.values()], SENTENCES, LIMITS])
    for (name, (_, pattern)), sentence in zip(FURTHER.items(), further, strict=True):
        assert re.search(pattern, sentence), name


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_a_sentence_names_what_it_is_of(sentence: str) -> None:
    assert "{" in sentence or sentence == SENTENCES["waits"]
