"""What is light, and what is kept while a hand moves."""

import pytest

from app.views.network.prepare import known_work, prepare
from app.views.network.query import NetworkQuery
from app.views.network.stage.answer import staged_answer
from app.views.network.stage.compute import _kept, is_light, staged
from tests.app.conftest import USUAL
from tests.each import each


def asked(**query):
    return NetworkQuery.model_validate(query)


@each(("query", "light"), [
    ({"parts": "stage"}, True), ({}, False), ({"parts": "stage", "depth": 8, "batch_size": 128}, True),
    ({"parts": "stage", "depth": 50, "width": 512}, False), ({"parts": "stage", "source": "0" * 64}, False),
    ({"parts": "stage", "source": "inline"}, False), ({"parts": "stage", "source": "normal", "features": 1024,
                                                       "batch_size": 100_000}, False),
])  # fmt: skip
def test_a_bounded_stage_of_known_inputs_is_light(query, light):
    assert is_light(asked(**query)) is light


@each("query", [
    {}, {"batch_size": "all"}, {"source": "normal", "features": 16}, {"batch_size": 400, "source": "wine"},
    {"architecture": "convolutional", "batch_size": 16},
])  # fmt: skip
def test_the_work_that_a_query_tells_is_the_work_of_its_batch(query):
    of = asked(**{"depth": 3, "width": 8} | query)
    assert known_work(of) == pytest.approx(prepare(of, None, USUAL).work, rel=0.02)


def test_the_undisturbed_passes_are_computed_once_while_a_hand_moves():
    _kept.cache_clear()
    told = []
    for factor in (1.5, 2.0, 2.5):
        query = asked(parts="stage", depth=3, width=8, batch_size=32, disturb_layer=1, disturb_factor=factor)
        told.append(staged_answer(staged(prepare(query, None, USUAL))))
    assert (_kept.cache_info().misses, _kept.cache_info().hits) == (1, 2)
    assert len({answer["stage"]["rows"][0]["blocks"][0]["spread"][0] for answer in told}) == 3
    other = asked(parts="stage", depth=3, width=8, batch_size=32, seed=1)
    staged(prepare(other, None, USUAL))
    assert _kept.cache_info().misses == 2
