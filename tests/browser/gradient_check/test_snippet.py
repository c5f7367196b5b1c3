"""The notebook snippet, run as the page gives it: behind a student's own functions, against a real server."""

import io
from contextlib import redirect_stdout
from urllib.request import urlopen

from tests.each import each

STUDENT = '''
import numpy as np

def batchnorm_forward(x, gamma, beta, bn_param):
    """As in the CS231n assignment."""
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    assert mode == "train"
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return gamma * x_hat + beta, (x, mean, var, eps, std, x_hat, gamma)

def batchnorm_backward(dout, cache):
    x, mean, var, eps, std, x_hat, gamma = cache
    N = x.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    dvar = (dx_hat * (x - mean) * -0.5 * (var + eps) ** -1.5).sum(axis=0)
    dmean = -(dx_hat / std).sum(axis=0)
    dx = dx_hat / std + dvar * 2 * (x - mean) / N + dmean / N
    return dx, dgamma, dbeta

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache

def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 2, 3, 1).reshape(-1, C), cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta

def layernorm_forward(x, gamma, beta, ln_param):
    out, cache = batchnorm_forward(x.T, 1.0, 0.0, {"mode": "train", "eps": ln_param["eps"]})
    return gamma * out.T + beta, (cache, gamma)

def layernorm_backward(dout, cache):
    inner, gamma = cache
    dx, _, _ = batchnorm_backward((dout * gamma).T, inner)
    return dx.T, (dout * inner[5].T).sum(axis=0), dout.sum(axis=0)

def my_gradients(x, gamma, beta, eps, dy):
    out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    return batchnorm_backward(dy, cache)
'''
MISTAKES = [
    ("dvar * 2 * (x - mean) / N + ", "", "The path through the variance is missing"),
    (" + dmean / N", "", "The path through the mean is missing"),
    ("dmean / N", "dmean", "The path through the mean lacks 1/K"),
    ("-0.5 *", "-1.0 *", "A factor of one half is missing in the variance"),
    ("dgamma = (dout * x_hat)", "dgamma = (dout * x)", "dgamma is summed over x instead of x_hat"),
    ("dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "A mean stands where a sum belongs"),
    ("return dx, dgamma, dbeta\n\ndef sp", "return dx, dbeta, dgamma\n\ndef sp", "dgamma and dbeta are swapped"),
]  # fmt: skip
FORMS = {
    "CS231n": "cs231n.py",
    "images": "cs231n.py?axes=4",
    "any function": "function.py?seed=8",
    "layer norm": "cs231n.py?norm=layer",
}


def printed(origin: str, code: str, query: str) -> str:
    """What the notebook shows: the student's functions, then the snippet as it is served."""
    return shown(code + urlopen(f"{origin}/gradient-check/{query}").read().decode())


def shown(code: str) -> str:
    """What a notebook that is new shows of a cell."""
    with redirect_stdout(io.StringIO()) as out:
        exec(code, {"__name__": "__main__"})
    return out.getvalue()


@each("query", FORMS.values())
def test_right_functions_are_told_that_they_are_exact(origin: str, query: str) -> None:
    assert printed(origin, STUDENT, query).startswith("Correct: dbeta, dgamma and dx are exact.")


def test_right_functions_in_float32_are_exact_too(origin: str) -> None:
    narrow = STUDENT.replace(
        "    N, D = x.shape\n", "    x, gamma = np.float32(x), np.float32(gamma)\n    N, D = x.shape\n", 1
    )
    narrow = narrow.replace("    N = x.shape[0]\n", "    dout, N = np.float32(dout), x.shape[0]\n", 1)
    assert printed(origin, narrow, "cs231n.py").startswith("Correct: dbeta, dgamma and dx are exact.")


@each("query", list(FORMS.values())[:3])
@each(("old", "new", "title"), MISTAKES)
def test_a_mistake_is_named_in_the_notebook(origin: str, query: str, old: str, new: str, title: str) -> None:
    assert old in STUDENT
    text = printed(origin, STUDENT.replace(old, new), query)
    assert title in text
    assert "Look at: " in text
    assert "\\" not in text
    told = f"{title}." if title.startswith("dgamma is ") else f" is wrong. {title}."  # such a title says itself which
    assert told in text.splitlines()[0]


RETURN = "    return dx, dgamma, dbeta\n\ndef sp"


@each(("old", "new", "words"), [
    (RETURN, RETURN.replace("dx", "dx.T[:2]"), "give (7, 4), the shape of x"),
    (RETURN, RETURN.replace("dx", "dx * np.nan"), "dx[0, 0] is nan"),
    (RETURN, RETURN.replace("dx, dgamma, dbeta", "None, None, None"), "No tensor was given"),
    ("dgamma = (dout * x_hat).sum(axis=0)", "dgamma = (dout * x_hat).sum(axis=1)", "A sum over the wrong axis"),
])  # fmt: skip
def test_what_cannot_be_checked_is_said_in_the_notebook(origin: str, old: str, new: str, words: str) -> None:
    assert old in STUDENT
    assert words in printed(origin, STUDENT.replace(old, new), "cs231n.py")


def test_the_snippet_is_about_ten_lines_and_names_this_server(origin: str) -> None:
    snippet = urlopen(f"{origin}/gradient-check/cs231n.py").read().decode()
    assert len([line for line in snippet.splitlines() if line]) <= 11
    assert origin in snippet
    imported = [line for line in snippet.splitlines() if "import" in line]
    assert imported == ["import json, urllib.request as web, numpy as np"]
