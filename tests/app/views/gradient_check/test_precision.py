"""The right dx as people send it: in 16 bits, in few digits, as JSON and as text; one that cannot be compared."""

import json

import numpy as np

from app.views.gradient_check.tensor import parsed
from bncore.diagnosis import check, probe
from bncore.diagnosis.given.precision import BFLOAT16, FLOAT16
from bncore.diagnosis.mistakes.paths import of_triple
from tests.each import each, turns

URL = "/api/v1/gradient-check"
SEEDS = range(2)


def torch_print(values, dtype="", digits=4):
    """As PyTorch prints a matrix."""
    rows = ",\n        ".join("[" + ", ".join(f"{value: .{digits}f}" for value in row) + "]" for row in values)
    return f"tensor([{rows}]{dtype})"


def asked(server, seed, **answers):
    answer = server.post(URL, content=json.dumps({"seed": seed, **answers}))
    assert answer.status_code == 200, answer.text
    return answer.json()


WRITTEN = {
    "torch float16": lambda dx: torch_print(FLOAT16.to(dx), ", dtype=torch.float16"),
    "torch half on a GPU": lambda dx: torch_print(FLOAT16.to(dx), ", device='cuda:0', dtype=torch.float16"),
    "torch bfloat16": lambda dx: torch_print(BFLOAT16.to(dx), ", dtype=torch.bfloat16"),
    "torch float32": lambda dx: torch_print(dx.astype("float32")),
    "torch float64": lambda dx: torch_print(dx, ", dtype=torch.float64"),
    "numpy float16": lambda dx: repr(dx.astype("float16")),
    "print float16": lambda dx: str(dx.astype("float16")),
    "scalars": lambda dx: str([list(row) for row in dx.astype("float16")]),
    "lists of float16": lambda dx: str(dx.astype("float16").tolist()),
    "lists of bfloat16": lambda dx: str(BFLOAT16.to(dx).tolist()),
    "jax": lambda dx: f"Array({np.round(BFLOAT16.to(dx), 5).tolist()}, dtype=bfloat16)",
    "two digits": lambda dx: np.array2string(dx, precision=2),
    "three digits": lambda dx: str(np.round(dx, 3).tolist()),
    "float16 in three digits": lambda dx: str(np.round(FLOAT16.to(dx), 3).tolist()),
    "four figures": lambda dx: "\n".join(" ".join(f"{value:.4g}" for value in row) for row in dx),
}


@each("written", WRITTEN)
@each("seed", SEEDS)
def test_the_right_dx_is_right_however_it_was_printed(server, seed, written):
    answer = asked(server, seed, dx=WRITTEN[written](probe(seed).case().truth["dx"]))
    assert answer["correct"] is True, answer["text"]
    assert answer["tensors"]["dx"]["verdict"] in ("exact", "close")
    assert answer["diagnoses"] == []


@each("written", WRITTEN)
@each("triple", [(1.05, 1, 1), (1, 1, 0), (-1, 1, 1)])
@turns("seed", SEEDS)
def test_a_wrong_dx_is_wrong_however_it_was_printed(server, written, triple, seed):
    answer = asked(server, seed, dx=WRITTEN[written](of_triple(probe(seed).case(), *triple)))
    assert answer["correct"] is False, answer["text"]
    assert answer["diagnoses"]


ROUNDED = {
    "float16": lambda dx: dx.astype("float16").astype(float),
    "bfloat16": BFLOAT16.to,
    "float32": lambda dx: dx.astype("float32").astype(float),
    "float64": lambda dx: dx,
    "one digit": lambda dx: np.round(dx, 1),
    "three digits": lambda dx: np.round(dx, 3),
    "six digits": lambda dx: np.round(dx, 6),
}


@each("rounded", ROUNDED)
@each("triple", [(1, 1, 1), (1, 1, 1.05), (-1, 1, 1)])
@turns("seed", SEEDS)
def test_the_same_numbers_as_json_and_pasted_say_the_same(server, seed, rounded, triple):
    dx = ROUNDED[rounded](of_triple(probe(seed).case(), *triple))
    as_json, pasted = asked(server, seed, dx=dx.tolist()), asked(server, seed, dx=str(dx.tolist()))
    parts = ("correct", "headline", "warnings", "tensors", "text")
    assert {name: as_json[name] for name in parts} == {name: pasted[name] for name in parts}


@each(("text", "precision"), [
    ("tensor([0.3477, 1.2], dtype=torch.float16)", "float16"), ("tensor([0.3477], dtype=torch.half)", "float16"),
    ("array([0.3477], dtype=bfloat16)", "bfloat16"), ("np.array([0.3477], dtype='float16')", "float16"),
    ("tensor([0.3477], dtype=torch.float64)", "float64"), ("[np.float16(0.3477)]", "float16"),
    ("[0.3477, 1.2]", None), ("1 2 3", None),
])  # fmt: skip
def test_a_type_that_is_named_is_read(text, precision):
    assert parsed(text, "dx", 100).precision == precision


def test_few_numbers_of_few_digits_are_not_said_to_be_stored_in_half():
    case = probe(0).case()
    report = check(case, {"dx": parsed(np.array2string(case.truth["dx"], precision=2), "dx", 1000)})
    assert not any("float16" in warning for warning in report.warnings)


BAD = {
    "dx": [[1.0, 2.0]], "dgamma": [1.0] * 7, "dbeta": [1.0, 2.0, float("nan"), 4.0], "dx_hat": "[[1 2] [3]]",
    "dvar": "not numbers",
}  # fmt: skip


@each("name", BAD)
def test_one_tensor_that_cannot_be_compared_does_not_keep_the_others_from_being_checked(server, name):
    truth = probe(1).case().truth
    others = {other: truth[other].tolist() for other in ("dx", "dgamma", "dbeta") if other != name}
    answer = asked(server, 1, **others, **{name: BAD[name]})
    assert set(answer["tensors"]) == set(others)
    assert {row["verdict"] for row in answer["tensors"].values()} == {"exact"}
    assert set(answer["refused"]) == {name}
    assert answer["refused"][name] in answer["text"]
    assert answer["headline"].startswith(f"{name} is not checked. ")
    assert answer["correct"] is False
    assert "exact" in answer["headline"]


@each("name", BAD)
def test_the_page_shows_the_others_beside_one_that_cannot_be_compared(server, name):
    texts = {other: json.dumps(probe(1).case().truth[other].tolist()) for other in ("dx", "dbeta") if other != name}
    bad = BAD[name] if isinstance(BAD[name], str) else json.dumps(BAD[name])
    answer = server.post(f"{URL}/view", json={"seed": 1, "numeric": True, **texts, name: bad})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["refused"]) == {name}
    assert ("against" in answer.json()["figures"]) == (name != "dx")


def test_where_nothing_can_be_compared_it_is_refused(server):
    for name, values in BAD.items():
        answer = server.post(URL, content=json.dumps({"seed": 1, name: values}))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == name


@each("shape", [(4,), (1, 4), (4, 1), (1, 4, 1, 1), (1, 1, 4)])
def test_one_number_a_unit_may_have_further_axes_of_length_one(server, shape):
    sent = probe(2)
    batch = {name: np.asarray(value).tolist() for name, value in vars(sent).items()}
    shaped = {
        name: np.reshape(batch[name], shape).tolist() for name in ("gamma", "beta", "running_mean", "running_var")
    }
    truth = sent.case().truth
    mine = {"dx": truth["dx"].tolist()}
    mine |= {name: np.reshape(truth[name], shape).tolist() for name in ("dgamma", "dbeta")}
    answer = server.post(URL, content=json.dumps(batch | shaped | mine))
    assert answer.status_code == 200, answer.text
    assert answer.json()["headline"] == "Correct: dbeta, dgamma and dx are exact."


@each("sent", [5.0, 500.0])
def test_errors_of_float32_differences_are_said_to_look_like_them(server, sent):
    """A seeded batch of my own: differences of a loss in float32 with a step of 1/sent."""
    rng = np.random.default_rng(7)
    x, dy = rng.uniform(-4, 5, (8, 3)).round(3), rng.standard_normal((8, 3)).round(3)
    gamma, step = rng.uniform(0.5, 1.5, 3).round(3), np.float32(1 / (40 * sent))

    def loss(x):
        s = np.sqrt(x.var(0) + np.float32(1e-5))
        return (dy.astype("float32") * (gamma.astype("float32") * ((x - x.mean(0)) / s))).sum()

    dx = np.empty((8, 3), "float32")
    for place in np.ndindex(dx.shape):
        up, down = x.astype("float32"), x.astype("float32")
        up[place] += step
        down[place] -= step
        dx[place] = (loss(up) - loss(down)) / (2 * step)
    body = {"x": x.tolist(), "dy": dy.tolist(), "gamma": gamma.tolist(), "dx": dx.astype(float).tolist()}
    answer = server.post(URL, content=json.dumps(body)).json()
    assert answer["correct"] is not False, answer["text"]
    assert "looks like rounding of numeric differences" in answer["text"]
    assert "none fits" not in str(answer)
    assert set(answer["coefficients"]["words"].values()) == {"as it should be"}
