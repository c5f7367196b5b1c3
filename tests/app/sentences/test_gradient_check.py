"""The gradient check says of each answer to each batch only what holds."""

import json

import numpy as np

from bncore.diagnosis.given.precision import BFLOAT16, FLOAT16
from tests.app.sentences.brevity import is_brief
from tests.app.sentences.gradient_check import TABLE, largest
from tests.app.sentences.seen import Seen, texts_of
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import states
from tests.bncore.diagnosis.batches import in_shape, rows
from tests.bncore.diagnosis.routes import COMPACT
from tests.bncore.diagnosis.students import replaced, run
from tests.each import each

API = "/api/v1/gradient-check/view"
CHANGES = {
    "right": [],
    "mean_path_missing": [("- g.sum(0)", "")],
    "gamma_missing": [("gamma / s / K", "1 / s / K")],
    "sign": [("gamma / s / K", "-gamma / s / K")],
    "eps_dropped": [("gamma / s", "gamma / sigma")],
    "factor": [("gamma / s / K", "1.05 * gamma / s / K")],
    "sign+gamma_missing": [("gamma / s / K", "-1 / s / K")],
    "paths_not_averaged+gamma_missing": [("gamma / s / K * (K * g", "1 / s * (g")],
}
SENT = {
    "float64": lambda dx: dx, "float32": lambda dx: dx.astype("float32").astype(float), "float16": FLOAT16.to,
    "bfloat16": BFLOAT16.to, "digits": lambda dx: np.round(dx, 3),
}  # fmt: skip
ANSWERS = {"made": (*CHANGES, "entry", "zeroed", "noise"), "sent": tuple(SENT)}
BATCHES = {
    "axes": (2, 4), "examples": (2, 3, 12), "features": (1, 3), "constant": ("none", "some"), "eps": (1e-5, 0.5),
    "eps_placement": ("variance", "deviation"),
}  # fmt: skip
USUAL = {
    "gamma": None,
    "axes": 2,
    "examples": 12,
    "features": 3,
    "constant": "none",
    "eps": 0.5,
    "eps_placement": "variance",
}


def batch_of(state):
    shape = (state["examples"], state["features"], *([2, 2] if state["axes"] == 4 else []))
    rng = np.random.default_rng([state["examples"], state["features"], state["axes"]])
    x = rng.standard_normal(shape) * 2 + 1
    if state["constant"] == "some":
        x[:, 0] = 3.0
    units = state["features"]
    gamma = np.linspace(1.3, 2.5, units) ** 1.01 if state["gamma"] is None else np.full(units, state["gamma"])
    return {
        "x": x, "dy": rng.standard_normal(shape) + 0.5 + 0.2 * x, "gamma": gamma,
        "beta": np.linspace(0.5, 1.5, units), "eps": state["eps"], "eps_placement": state["eps_placement"],
        "feature_axis": 1, "running_mean": np.zeros(units), "running_var": np.ones(units),
    }  # fmt: skip


def dx_of(given, made):
    code = replaced(COMPACT, "else s / sigma", "else s / np.where(sigma > 0, sigma, np.inf)")
    for old, new in CHANGES.get(made, []):
        code = replaced(code, old, new)
    with np.errstate(all="ignore"):
        dx = run(code, rows(given, "float16" if made == "half" else "float64"))["dx"].astype(float)
    dx = in_shape(given, np.where(np.isfinite(dx), dx, 0.0)).copy()
    at = np.unravel_index(np.argmax(np.abs(dx)), dx.shape)
    if made == "entry":
        dx[at] *= 1.05
    elif made == "zeroed":
        dx[1] = 0
    elif made == "noise":
        dx += 2e-3 * np.abs(dx).max() * np.random.default_rng(1).uniform(-1, 1, dx.shape)
    return dx


def looked(client, state):
    given = batch_of(state)
    with np.errstate(all="ignore"):
        truth = dx_of(given, "right")
    dx = SENT[state["sent"]](dx_of(given, state["made"]))
    arrays = {name: json.dumps(given[name].tolist()) for name in ("x", "dy", "gamma", "beta")}
    query = {"batch": "own", "eps_placement": state["eps_placement"], "dx": json.dumps(dx.tolist()), **arrays}
    answered = client.post(API, json=query | {"eps": state["eps"]})
    assert answered.status_code == 200, answered.text
    units = (1, -1, *([1, 1] if state["axes"] == 4 else []))
    direct = given["dy"] * (given["gamma"] / np.sqrt(given["x"].var(tuple({0, 2, 3} & set(range(given["x"].ndim))))
                            + given["eps"])).reshape(units)  # fmt: skip
    facts = {
        "far": largest(dx - truth) / max(largest(truth), 1e-300), "size": largest(truth), "direct": largest(direct),
        "count": given["x"].size // state["features"],
    }  # fmt: skip
    answer = answered.json()
    return Seen(state | facts, query, answer, tuple(texts_of(answer)))


def matrix():
    meeting = states(ANSWERS, BATCHES)
    all_answers = [USUAL | state for state in states(ANSWERS)]
    meeting = [state for state in meeting if not (state["constant"] == "some" and state["features"] == 1)]
    halves = [USUAL | {"made": "half", "sent": "float16", "features": features} for features in (1, 3)]
    hiding = [
        USUAL | {"examples": 2, "eps": 1e-5, "made": "right", "sent": "float64"},
        USUAL | {"gamma": -1.0, "made": "sign", "sent": "float64"},
        USUAL | {"gamma": -1.0002000001, "made": "sign", "sent": "digits"},
    ]
    return [*({"gamma": None} | state for state in meeting), *all_answers, *halves, *hiding]


def test_every_sentence_follows_the_answer_and_the_batch(client):
    everything = [looked(client, state) for state in matrix()]
    walk(everything, TABLE, spoken=[r"answer\.headline$", r"answer\.batch$", r"answer\.checked$"])
    long = [seen.answer["headline"] for seen in everything if not is_brief(seen.answer["headline"])]
    assert not long, long[:5]


@each("body", [{"x": "1 2", "dy": "1 2"}, {"x": "[[1, 2]]", "dy": "[[1, 2]]"}, {"dx": "a b"}])
def test_a_refusal_says_no_verdict(client, body):
    answer = client.post(API, json={"batch": "own", "mistake": "own", **body})
    assert answer.status_code == 422
    words = " ".join(text.text for text in texts_of(answer.json()))
    assert not any(said in words for said in ("Correct", "is wrong", "exact", "No mistake"))
