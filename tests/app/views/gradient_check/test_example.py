"""Wrong gradients on purpose, and tensors given as text."""

import numpy as np
import pytest

from bncore.diagnosis import CORRECT, TITLES, examples, probe
from tests.bncore.diagnosis.conventions import CONVENTIONS
from tests.each import each

URL = "/api/v1/gradient-check"
PROBES = [(axes, placement) for axes in (2, 4) for placement in ("variance", "deviation")]


def test_every_example_is_recognized_as_the_mistake_that_it_is(server):
    """On one of the probes that have it, by turns."""
    ready = {where: examples(probe(3, axes=where[0], eps_placement=where[1]).case()) for where in PROBES}
    assert min(map(len, ready.values())) > 25
    for number, name in enumerate(dict.fromkeys(name for names in ready.values() for name in names)):
        having = [where for where in PROBES if name in ready[where]]
        axes, placement = having[number % len(having)]
        where = {"seed": 3, "axes": axes, "eps_placement": placement}
        made = server.get(f"{URL}/example", params=where | {"mistake": name}).json()
        assert made.pop("mistake") == name
        answer = server.post(URL, json=where | made).json()
        assert not answer["correct"]
        told = {"zeroed_example": "zeroed", "zeroed_unit": "zeroed"}.get(name, name)
        assert name == "float32_differences" or told in [row["id"] for row in answer["diagnoses"]], name
        assert all(row["look_at_math"].startswith("<math") for row in answer["diagnoses"])


def test_every_named_mistake_has_an_example_somewhere():
    known = {
        name for axes, placement in PROBES for name in examples(probe(0, axes=axes, eps_placement=placement).case())
    }
    known |= {name for of in CONVENTIONS.values() for name in examples(probe(0, axes=4, **of).case())}
    assert known == set(TITLES) - {CORRECT}


def test_a_mistake_that_does_not_exist_here_is_refused_with_those_that_do(server):
    for name in ("typo", "channel_count"):
        refused = server.get(f"{URL}/example", params={"mistake": name})
        assert refused.status_code == 422
        assert "variance_path_missing" in refused.json()["errors"][0]["allowed"]


@each("write", [str, repr, lambda a: str(a.tolist()), lambda a: "\n".join(",".join(map(repr, r)) for r in a.tolist())])
def test_a_tensor_may_be_pasted_as_it_is_printed(server, write):
    made = server.get(f"{URL}/example", params={"mistake": "sign"}).json()
    with np.printoptions(precision=17):
        answer = server.post(URL, json={"seed": 0, "dx": write(np.array(made["dx"]))}).json()
    assert [row["id"] for row in answer["diagnoses"]] == ["sign"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[1, 2], [3, x]]", "“x” in dx is not a number"),
        ("1, nan", "dx[1] is nan"),
        ("[[1, 2], [3, 4]", "brackets of dx do not match"),
        ("[1] 2", "“2” stands behind its brackets"),
        ("[1e999]", "“1e999” in dx is too large for a float64"),
        pytest.param("[" * 5000, "brackets of dx do not match", id="deep"),
        pytest.param("[" * 5000 + "1" + "]" * 5000, "more than 16 brackets inside each other", id="deep and closed"),
        ("[[1. 2. ... 3. 4.]]", "dx was shortened by dots"),
    ],
)
def test_text_that_is_no_tensor_is_refused_with_its_place(server, text, said):
    refused = server.post(URL, json={"seed": 0, "dx": text})
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert refused.json()["errors"][0]["field"] == "dx"
