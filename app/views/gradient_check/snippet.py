"""The notebook snippet: take a batch, run the student's own batch norm on it, send the gradients, print the diagnosis.

Standard library and NumPy only. The batch is a probe that the snippet fetches, or a small one that stands in it. The
page shows it, `/gradient-check/cs231n.py` and `/gradient-check/function.py` serve a probe's, and the tests run it.
"""

import json
from typing import Any
from urllib.parse import urlencode

from app.views.gradient_check.query import ProbeQuery
from bncore.diagnosis import Case

MOST_WRITTEN = 64  # numbers of a batch that stands in the snippet
IMPORTS = """\
import json, urllib.request as web, numpy as np

url = "{origin}/api/v1/gradient-check"
"""
FETCH = """\
batch = json.load(web.urlopen(url + "/probe?{query}"))
x, gamma, beta, dout, mean, var = (np.array(batch[n]) for n in "x gamma beta dy running_mean running_var".split())
"""
WRITTEN = """\
batch = {batch}
x, gamma, beta, dout = (np.array(batch[n], float) for n in "x gamma beta dy".split())
mean, var = np.zeros(len(gamma)), np.ones(len(gamma))
"""
RUN = {
    "cs231n": """\
bn_param = {{"mode": "train", "eps": batch["eps"], "momentum": 0.9, "running_mean": mean, "running_var": var}}
out, cache = {prefix}batchnorm_forward(x, gamma, beta, bn_param)  # your own
gradients = {prefix}batchnorm_backward(dout, cache)  # your own
""",
    "function": """\
gradients = my_gradients(x, gamma, beta, batch["eps"], dout)  # any function of yours that returns (dx, dgamma, dbeta)
""",
}
SEND = """\
sent = {{{fields}, **{{n: np.asarray(v).tolist() for n, v in zip(("dx", "dgamma", "dbeta"), gradients)}}}}
try: report = json.load(web.urlopen(url, json.dumps(sent).encode()))
except web.HTTPError as refusal: report = json.load(refusal)
print(report.get("text") or report["detail"])
"""
BESIDE = "# In this batch epsilon sits beside the deviation: x_hat = (x - mean) / (sqrt(var) + eps)\n"


def snippet(origin: str, form: str, query: ProbeQuery) -> str:
    """The Python for a probe and a form of the student's functions."""
    fields = {"seed": query.seed} | query.model_dump(exclude_defaults=True)
    sent = {name: int(value) if name == "axes" else value for name, value in fields.items()}
    named = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in sent.items())
    names = {"query": urlencode(fields), "prefix": _prefix(int(query.axes)), "fields": named}
    return _note(query.eps_placement) + (IMPORTS + FETCH + RUN[form] + SEND).format(origin=origin, **names)


def can_be_written(case: Case) -> bool:
    """Whether a batch is small enough to stand in the snippet."""
    return case.x.size <= MOST_WRITTEN


def written_snippet(origin: str, form: str, case: Case) -> str:
    """The Python for a batch of the student's own, which stands in it in every digit."""
    names = {"batch": json.dumps(_batch(case)), "prefix": _prefix(len(case.shape)), "fields": "**batch"}
    return _note(case.eps_placement) + (IMPORTS + WRITTEN + RUN[form] + SEND).format(origin=origin, **names)


def _batch(case: Case) -> dict[str, Any]:
    tensors = {"x": case.as_given(case.x), "dy": case.as_given(case.dy), "gamma": case.gamma, "beta": case.beta}
    settings = {"eps": float(case.eps), "eps_placement": case.eps_placement, "feature_axis": case.axis}
    return {name: values.tolist() for name, values in tensors.items()} | settings


def _prefix(axes: int) -> str:
    """Of the names of the assignment's functions."""
    return "spatial_" if axes > 2 else ""


def _note(eps_placement: str) -> str:
    return BESIDE if eps_placement == "deviation" else ""
