"""The page's view: which batch and which answer its address means, checked, with all that stands beside it."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from app.errors import InvalidQuery
from app.query.control import control
from app.views.gradient_check.answer import batch_text
from app.views.gradient_check.body import MOST_NUMBERS
from app.views.gradient_check.check import batch_of, checked
from app.views.gradient_check.figures import MEANING
from app.views.gradient_check.probe import as_text
from app.views.gradient_check.query import CONVENTION, EXAMPLE, GradientCheckQuery, ProbeQuery, arrays_of, settings_of
from app.views.gradient_check.snippet import can_be_written, note_of, of_case, snippet, written_snippet
from app.views.gradient_check.tensor import LONGEST
from bncore.arguments import Float64
from bncore.diagnosis import CORRECT, FACTORS, MOST_NUDGED, ORDER, TITLES, Case, candidates, ready_answers
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
    groups: int = control(
        1, "Group norm's groups, a divisor of the channels.", title="Groups", group="own", kind="number", step=1, ge=1,
        le=4096,
    )  # fmt: skip
    axis: int = control(
        1, "The first axis that is normalized; all behind it are, too. For sequences (N, T, D) it is 2, or -1.",
        title="First normalized axis", group="own", kind="number", step=1, ge=-8, le=8,
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
        return ProbeQuery(seed=self.seed, axes=self.axes, eps_placement=self.eps_placement, **self.convention)

    @property
    def convention(self) -> dict[str, str]:
        """As in the fields that are shown: the others say nothing of this norm."""
        mode = self.mode if self.norm == "batch" else "train"
        biased = self.norm == "rms" or mode == "inference"
        return {"norm": self.norm, "mode": mode, "forward_variance": "biased" if biased else self.forward_variance}

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
    asked = {"details": True, "eps_placement": query.eps_placement} | query.convention | _batch(query)
    case, units = batch_of(GradientCheckQuery.model_validate(asked))
    able = case.x.size <= MOST_NUDGED
    asked |= {"numeric": query.numeric and able}
    built = {tensor: candidates(case, tensor) for tensor in _of(case)}
    ready = ready_answers(case, built)
    mistake = query.mistake if query.texts else _in_force(query, ready)
    texts = query.texts or ({} if mistake == NONE else {name: as_text(ready[mistake][name]) for name in _of(case)})
    answer = checked(GradientCheckQuery.model_validate(asked | texts), case, units, built) if texts else NOTHING
    beside: dict[str, Any] = {
        "checked": _checked_text(query, mistake),
        "mistake": mistake,
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
    none = note_of(query.form, of_case(case))
    if query.batch == "own" and can_be_written(case):
        return {"snippet": written_snippet(origin, query.form, case), "snippet_note": none}
    note = TOO_LONG if query.batch == "own" else none
    return {"snippet": snippet(origin, query.form, query.probe), "snippet_note": note}


def titles(names: Any) -> dict[str, str]:
    """The examples' titles by id."""
    return {name: TITLES[name] for name in names}


def _batch(query: CheckFields) -> dict[str, Any]:
    if query.batch == "probe":
        return {"seed": query.seed, "axes": query.probe_axes}
    return {
        name: getattr(query, name) for name in (*arrays_of(query.norm), "eps", "feature_axis", *settings_of(query.norm))
    }


def _of(case: Case) -> list[str]:
    return [name for name in TENSORS if name in case.truth]


def _in_force(query: CheckFields, ready: dict[str, Any]) -> str:
    """The example that is shown: the one asked for, or the first where the convention has no such mistake."""
    if query.mistake in ready or query.mistake == NONE:
        return query.mistake
    usual = {name: CheckFields.model_fields[name].default for name in CONVENTION}
    if query.mistake in TITLES and query.convention != usual:
        return next(name for name in ready if name != CORRECT)
    detail = f"This batch has no example {query.mistake!r}."
    raise InvalidQuery(detail, field="mistake", given=query.mistake, allowed=", ".join(ready))


def _checked_text(query: CheckFields, mistake: str) -> str:
    """What is checked, against which batch."""
    what = "Your gradient"
    if not query.texts:
        what = "No gradient" if mistake == NONE else f"The example “{titles([mistake])[mistake]}”"
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
    per_unit = dict(_parameters(case, "gamma", case.given_gamma))
    if case.given_beta is not None:
        per_unit |= _parameters(case, "beta", case.given_beta)
    if case.running is not None:
        per_unit |= {"running mean": case.running[0], "running variance": case.running[1]}
    shown = {name: case.table(rows)[:ROWS_SHOWN, :UNITS_SHOWN] for name, rows in (("x", case.x), ("dy", case.dy))}
    first = {name: values[:UNITS_SHOWN] for name, values in per_unit.items()}
    count = case.x.size // case.channels
    return {"rows": rows, "count": count, "units": case.channels, "per_unit": first} | shown


def _parameters(case: Case, name: str, values: Float64) -> Iterator[tuple[str, Float64]]:
    """A parameter as rows of the table, one number a channel each; of layer norm a row a position of the channel."""
    if values.shape == (case.channels,):
        yield name, values
    elif case.seen.arrangement.seen[0] == case.shape[0] and case.axis == 1:  # (C, H, W)
        for place in np.ndindex(values.shape[1:]):
            yield f"{name} at {', '.join(map(str, place))}", values[(slice(None), *place)]
