"""The page's view: which batch and which answer its address means, checked, with all that stands beside it."""

from typing import Any, Literal

import numpy as np

from app.errors import InvalidQuery
from app.query.control import control
from app.views.gradient_check.answer import batch_text
from app.views.gradient_check.body import MOST_NUMBERS
from app.views.gradient_check.check import batch_of, checked
from app.views.gradient_check.figures import MEANING
from app.views.gradient_check.probe import as_text
from app.views.gradient_check.query import BATCH, EXAMPLE, GradientCheckQuery, ProbeQuery
from app.views.gradient_check.snippet import can_be_written, snippet, written_snippet
from app.views.gradient_check.tensor import LONGEST
from bncore.diagnosis import CORRECT, FACTORS, MISTAKES, MOST_NUDGED, ORDER, Case, candidates, ready_answers
from bncore.diagnosis.mistakes.example import TENSORS

MOST_TEXT = LONGEST * MOST_NUMBERS  # what a file may bring, a field may hold
ROWS_SHOWN = UNITS_SHOWN = 64
AXES_NAMES = {2: ("j",), 4: ("n", "h", "w")}
NONE = "own"
NOTHING: dict[str, Any] = {
    "correct": True, "headline": "Nothing to check yet: run the snippet, or paste dx, dgamma or dbeta.",
    "first_wrong": None, "tensors": {}, "refused": {}, "diagnoses": [], "faults": [], "coefficients": None,
    "reasons": [], "warnings": [], "figures": {}, "numeric": None,
}  # fmt: skip
TOO_LONG = "Your own batch is too large to be written out here, so the snippet runs on the probe."
TOO_MANY = f"x holds {{size:,}} numbers. Each is nudged on its own, so this is done for up to {MOST_NUDGED}."


def _choice(default: str, help: str, title: str) -> Any:
    return control(default, help, title=title, group="check", kind="select")


def _text(default: str, help: str, title: str, group: str = "answer") -> Any:
    return control(default, help, title=title, group=group, kind="tensor", max_length=MOST_TEXT)


class CheckFields(ProbeQuery):
    """The fields of the page `/gradient-check`; a tensor is text."""

    way: Literal["auto", "code", "paste"] = _choice(
        "auto",
        "Run a snippet in a notebook (`code`), or paste gradients (`paste`); left out, by whether some are given.",
        "Way",
    )
    form: Literal["cs231n", "function"] = _choice(
        "cs231n", "The assignment's `batchnorm_forward` and `batchnorm_backward`, or any function.", "Your code"
    )
    batch: Literal["probe", "own"] = _choice("probe", "A seeded probe, or a batch of your own.", "Batch")
    mistake: str = control(
        "variance_path_missing", "A ready answer with one mistake; it fills the fields below.",
        title="Example", group="answer", kind="select", max_length=80,
    )  # fmt: skip
    numeric: bool = control(
        False, "Also differentiate by central differences.", title="Third route", group="view", kind="toggle"
    )
    x: str = _text(str(EXAMPLE["x"]), "Your batch: examples first, features on the feature axis.", "x", "own")
    dy: str = _text(str(EXAMPLE["dy"]), "How much the loss changes with y, in the shape of x.", "dy", "own")
    gamma: str = _text(str(EXAMPLE["gamma"]), "Scale, one value a feature; empty is 1.", "gamma", "own")
    beta: str = _text(str(EXAMPLE["beta"]), "Shift, one value a feature; empty is 0.", "beta", "own")
    eps: float = control(0.5, "Epsilon of your forward pass.", title="Epsilon", group="own", kind="number", ge=0)
    feature_axis: int = control(
        1, "The axis of the features; 1 for (N, D) and (N, C, H, W).",
        title="Feature axis", group="own", kind="number", step=1, ge=-8, le=8,
    )  # fmt: skip
    running_mean: str = _text("", "To recognize that it was used; with the running variance.", "running mean", "rare")
    running_var: str = _text("", "To recognize that it was used; with the running mean.", "running variance", "rare")
    dx: str = _text("", "Your dL/dx, in the shape of x.", "dx")
    dgamma: str = _text("", "Your dL/dgamma, one value a feature.", "dgamma")
    dbeta: str = _text("", "Your dL/dbeta, one value a feature.", "dbeta")
    dx_hat: str = _text("", "Your dL/dx_hat, in the shape of x.", "dx_hat", "way")
    dvar: str = _text("", "Your dL/dvar, one value a feature.", "dvar", "way")
    dsigma: str = _text("", "Your dL/ds, s the denominator, one value a feature.", "dsigma", "way")
    dmean: str = _text("", "Your dL/dmean, one value a feature.", "dmean", "way")

    @property
    def probe(self) -> ProbeQuery:
        """The fields that choose the probe, which is there for the snippet even beside an own batch."""
        return ProbeQuery(seed=self.seed, axes=self.axes, eps_placement=self.eps_placement)

    @property
    def door(self) -> str:
        """The way that the page opens on: a notebook's, unless gradients are given or an example is asked for."""
        if self.way != "auto":
            return self.way
        return "paste" if self.texts or self.mistake != type(self).model_fields["mistake"].default else "code"

    @property
    def texts(self) -> dict[str, str]:
        """The student's tensors that were given."""
        return {name: text for name in ORDER if (text := getattr(self, name)).strip()}


def view_of(query: CheckFields, origin: str) -> dict[str, Any]:
    """The check's answer with its details, the batch, the texts in force and the examples. Raises as a check does."""
    asked = {"details": True, "eps_placement": query.eps_placement} | _batch(query)
    case, units = batch_of(GradientCheckQuery.model_validate(asked))
    able = case.x.size <= MOST_NUDGED
    asked |= {"numeric": query.numeric and able}
    built = {tensor: candidates(case, tensor) for tensor in TENSORS}
    ready = ready_answers(case, built)
    texts = query.texts or _example(query, ready)
    answer = checked(GradientCheckQuery.model_validate(asked | texts), case, units, built) if texts else NOTHING
    beside: dict[str, Any] = {
        "checked": _checked_text(query),
        "batch": batch_text(case),
        "table": _table(case),
        "texts": texts,
    }
    beside |= {
        "factors": [{"name": name, "title": FACTORS[name], "meaning": meaning} for name, meaning in MEANING.items()]
    }
    ready_made = {"examples": titles(ready)} | _snippet(query, case, origin)
    return answer | beside | ready_made | {"numeric_note": "" if able else TOO_MANY.format(size=case.x.size)}


def _snippet(query: CheckFields, case: Case, origin: str) -> dict[str, str]:
    """The snippet for the batch at hand, or for the probe beside a batch that is too large to be written out."""
    if query.batch == "own" and can_be_written(case):
        return {"snippet": written_snippet(origin, query.form, case), "snippet_note": ""}
    note = TOO_LONG if query.batch == "own" else ""
    return {"snippet": snippet(origin, query.form, query.probe), "snippet_note": note}


def titles(names: Any) -> dict[str, str]:
    """The examples' titles by id."""
    return {name: "No mistake: the correct gradient" if name == CORRECT else MISTAKES[name].title for name in names}


def _batch(query: CheckFields) -> dict[str, Any]:
    if query.batch == "probe":
        return {"seed": query.seed, "axes": int(query.axes)}
    return {name: getattr(query, name) for name in (*BATCH, "eps", "feature_axis")}


def _example(query: CheckFields, ready: dict[str, Any]) -> dict[str, str]:
    """The texts of the example in force; none where there is none."""
    if query.mistake == NONE:
        return {}
    if query.mistake not in ready:
        detail = f"This batch has no example {query.mistake!r}."
        raise InvalidQuery(detail, field="mistake", given=query.mistake, allowed=", ".join(ready))
    return {tensor: as_text(ready[query.mistake][tensor]) for tensor in TENSORS}


def _checked_text(query: CheckFields) -> str:
    """What is checked, against which batch."""
    what = "Your gradient"
    if not query.texts:
        none = query.mistake == NONE
        what = "No gradient" if none else f"The example “{titles([query.mistake])[query.mistake]}”"
    return f"{what} on {f'the probe of seed {query.seed}' if query.batch == 'probe' else 'your own batch'}"


def _table(case: Case) -> dict[str, Any]:
    """The batch as rows, one column a unit, with what each row is called; the first rows and units of a large one."""
    others = [length for axis, length in enumerate(case.shape) if axis != case.axis]
    names = AXES_NAMES.get(len(case.shape), tuple(f"axis {i}" for i in range(len(others))))
    places = np.ndindex(*others)
    rows = [
        ", ".join(f"{name} = {i}" for name, i in zip(names, place, strict=True))
        for _, place in zip(range(ROWS_SHOWN), places, strict=False)
    ]
    per_unit = {"gamma": case.gamma, "beta": case.beta}
    if case.running is not None:
        per_unit |= {"running mean": case.running[0], "running variance": case.running[1]}
    shown = {"x": case.x[:ROWS_SHOWN, :UNITS_SHOWN], "dy": case.dy[:ROWS_SHOWN, :UNITS_SHOWN]}
    first = {name: values[:UNITS_SHOWN] for name, values in per_unit.items()}
    return {"rows": rows, "count": case.count, "units": case.units, "per_unit": first} | shown
