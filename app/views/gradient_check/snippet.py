"""The notebook snippet: take a batch, run the student's own batch norm on it, send the gradients, print the diagnosis.

Standard library and NumPy only. The batch is a probe that the snippet fetches, or a small one that stands in it. The
page shows it, `/gradient-check/cs231n.py` and `/gradient-check/function.py` serve a probe's, and the tests run it.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.views.gradient_check.query import ProbeQuery
from bncore.diagnosis import Case
from bncore.diagnosis.given.convention import Convention

MOST_WRITTEN = 64  # numbers of a batch that stands in the snippet
IMPORTS = """\
import json, urllib.request as web, numpy as np

url = "{origin}/api/v1/gradient-check"
"""
FETCH = """\
batch = json.load(web.urlopen(url + "/probe?{query}"))
{names} = (np.array(batch[n]) for n in "{arrays}".split())
"""
WRITTEN = """\
batch = {batch}
x, gamma, beta, dout = (np.array(batch[n], float) for n in "x gamma beta dy".split())
mean, var = np.zeros(len(gamma)), np.ones(len(gamma))
"""
WRITTEN_OTHER = """\
batch = {batch}
{names} = (np.array(batch[n], float) for n in "{arrays}".split())
"""
BATCH = """\
bn_param = {{"mode": "train", "eps": batch["eps"], "momentum": 0.9, "running_mean": mean, "running_var": var}}
out, cache = {prefix}batchnorm_forward(x, gamma, beta, bn_param)  # your own
gradients = {prefix}batchnorm_backward(dout, cache)  # your own
"""
LAYER = """\
out, cache = layernorm_forward(x, gamma, beta, {{"eps": batch["eps"]}})  # your own
gradients = layernorm_backward(dout, cache)  # your own
"""
GROUP = """\
wide = (1, -1, 1, 1)  # the assignment's shape of gamma and beta
out, cache = spatial_groupnorm_forward(
    x, gamma.reshape(wide), beta.reshape(wide), batch["groups"], {{"eps": batch["eps"]}}  # your own
)
gradients = spatial_groupnorm_backward(dout, cache)  # your own
"""
ANY = """\
gradients = my_gradients({arguments})  # any function of yours that returns ({returned})
"""
RUN = {"cs231n": BATCH, "function": ANY}
NONE_SUCH = "CS231n has no such functions, so this is the snippet for any function."
SEND = """\
sent = {{{fields}, **{{n: np.asarray(v).tolist() for n, v in zip(({returned}), gradients)}}}}
try: report = json.load(web.urlopen(url, json.dumps(sent).encode()))
except web.HTTPError as refusal: report = json.load(refusal)
print(report.get("text") or report["detail"])
"""
BESIDE = "# In this batch epsilon sits beside the deviation: x_hat = (x - mean) / (sqrt(var) + eps)\n"
BESSEL = "# The forward pass divides the variance by K - 1 here: x.var(axis, ddof=1)\n"
STUDENTS = {"dy": "dout", "running_mean": "mean", "running_var": "var"}


@dataclass(frozen=True)
class Of:
    """The convention that a snippet is for, and how many axes its batch has."""

    norm: str
    mode: str
    forward_variance: str
    eps_placement: str
    axes: int

    @property
    def arrays(self) -> list[str]:
        """The arrays of the batch that the student's code takes."""
        beta = [] if self.norm == "rms" else ["beta"]
        running = ["running_mean", "running_var"] if self.norm == "batch" else []
        return ["x", "gamma", *beta, "dy", *running]

    @property
    def returned(self) -> list[str]:
        return ["dx", "dgamma", *([] if self.norm == "rms" else ["dbeta"])]

    @property
    def assignment(self) -> str | None:
        """The lines that call CS231n's functions; None where it has none."""
        if self.norm == "batch":
            return BATCH if self.mode == "train" else None
        return {("layer", 2): LAYER, ("group", 4): GROUP}.get((self.norm, self.axes))

    def run(self, form: str) -> str:
        lines = self.assignment if form == "cs231n" else None
        prefix = "spatial_" if self.axes > 2 else ""
        return (lines or ANY).format(prefix=prefix, arguments=self._arguments, returned=", ".join(self.returned))

    @property
    def _arguments(self) -> str:
        given = [STUDENTS.get(name, name) for name in self.arrays if name in ("x", "gamma", "beta")]
        groups = ['batch["groups"]'] if self.norm == "group" else []
        running = ["mean", "var"] if self.norm == "batch" and self.mode == "inference" else []
        return ", ".join([*given, *groups, 'batch["eps"]', "dout", *running])

    @property
    def names(self) -> dict[str, str]:
        students = [STUDENTS.get(name, name) for name in self.arrays]
        returned = ", ".join(f'"{name}"' for name in self.returned)
        return {"names": ", ".join(students), "arrays": " ".join(self.arrays), "returned": returned}

    @property
    def note(self) -> str:
        beside = BESIDE if self.eps_placement == "deviation" else ""
        return beside + (BESSEL if self.forward_variance == "unbiased" else "")


def snippet(origin: str, form: str, query: ProbeQuery) -> str:
    """The Python for a probe and a form of the student's functions."""
    of = Of(**query.convention, eps_placement=query.eps_placement, axes=query.probe_axes)
    fields = {"seed": query.seed} | query.model_dump(exclude_defaults=True)
    sent = {name: int(value) if name == "axes" else value for name, value in fields.items()}
    named = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in sent.items())
    names = {"query": urlencode(fields), "fields": named} | of.names
    head, sending = (text.format(origin=origin, **names) for text in (IMPORTS + FETCH, SEND))
    return of.note + head + of.run(form) + sending


def note_of(form: str, of: Of) -> str:
    """That an assignment has no functions for this norm, if it has none."""
    return NONE_SUCH if form == "cs231n" and of.assignment is None else ""


def can_be_written(case: Case) -> bool:
    """Whether a batch is small enough to stand in the snippet."""
    return case.x.size <= MOST_WRITTEN


def written_snippet(origin: str, form: str, case: Case) -> str:
    """The Python for a batch of the student's own, which stands in it in every digit."""
    of = of_case(case)
    plain = of.norm == "batch" and of.mode == "train"
    names = {"batch": json.dumps(_batch(case)), "fields": "**batch"} | of.names
    head = IMPORTS + (WRITTEN if plain else WRITTEN_OTHER)
    return of.note + head.format(origin=origin, **names) + of.run(form) + SEND.format(**names)


def of_case(case: Case) -> Of:
    """What a batch of the student's own is for."""
    kept = case.convention
    return Of(kept.norm, kept.mode, kept.forward_variance, case.eps_placement, len(case.shape))


def _batch(case: Case) -> dict[str, Any]:
    of = case.convention
    tensors = {"x": case.as_given(case.x), "dy": case.as_given(case.dy), "gamma": case.given_gamma}
    tensors |= {"beta": case.given_beta} if case.given_beta is not None else {}
    if of.frozen and case.running:
        tensors |= {"running_mean": case.running[0], "running_var": case.running[1]}
    settings: dict[str, Any] = {"eps": float(case.eps), "eps_placement": case.eps_placement, "feature_axis": case.axis}
    others = {name: value for name, value in vars(of).items() if value not in (None, getattr(Convention, name))}
    return {name: values.tolist() for name, values in tensors.items()} | settings | others
