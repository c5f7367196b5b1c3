"""Powers of ten are written in one way in every sentence: 1e−5, not 1e-05."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bncore.diagnosis import probe

AS_PYTHON_PRINTS = re.compile(r"\de[+-]\d")
VIEWS = {
    "playground": {"momentum": 1e-5, "mode": "inference"}, "derivation": {}, "network": {"depth": 2, "width": 4},
    "norms": {"situation": "huge_channel"}, "batch-size": {"draws": 10, "momentum": 1e-5},
}  # fmt: skip


def sentences(answer: Any) -> Iterator[str]:
    """The texts of an answer, but for its query, which is to be sent back as it is."""
    if isinstance(answer, dict):
        for key, part in answer.items():
            if key != "query":
                yield from sentences(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from sentences(part)
    elif isinstance(answer, str) and " " in answer:
        yield answer


@pytest.mark.parametrize("view", VIEWS)
def test_a_views_sentences_write_powers_of_ten_as_one_reads_them(server, view):
    answer = server.get(f"/api/v1/{view}", params={"eps": 1e-5} | VIEWS[view])
    assert answer.status_code == 200, answer.text
    assert [text for text in sentences(answer.json()) if AS_PYTHON_PRINTS.search(text)] == []


def test_a_gradient_that_is_close_is_off_by_a_power_of_ten_as_one_reads_it(server):
    given = probe(0)
    sent = {name: np.asarray(value).tolist() for name, value in vars(given).items()}
    true = given.case().truth["dx"]
    close = true + 1e-7 * np.random.default_rng(0).standard_normal(true.shape)
    answer = server.post("/api/v1/gradient-check", json=sent | {"dx": close.tolist()}).json()
    told = [text for text in answer["warnings"] if "off by up to" in text]
    assert told != []
    assert re.search(r"\de−[56] %", told[0])
    assert [text for text in sentences(answer | {"text": ""}) if AS_PYTHON_PRINTS.search(text)] == []
