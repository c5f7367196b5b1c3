"""The query that opens a claim's runs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from app.views.training.data import known
from app.views.training.query import LETTERS, TrainingQuery
from bncore.training import Data
from bncore.training.claims.claim import Fields, Runs

OF_DATA: dict[str, dict[str, Any]] = {
    "digits": {"source": "digits", "scaling": "range"},
    "few_digits": {"source": "digits", "scaling": "range", "held": 1497},
}
"""What a claim is measured on, by the name that it has there."""

SAFE = ":,;@"


def data_of(name: str) -> Data:
    """The data that a claim is measured on."""
    return known(TrainingQuery.model_validate(OF_DATA[name])).data


def query_of(runs: Runs, data: str) -> str:
    """The runs as the query of the view; a letter that is not there is said to be absent.

    >>> query_of(Runs({"steps": 20, "widths": (8, 4)}, {"a": {"norm": "none"}, "b": {"bias": True}}), "digits")
    'source=digits&scaling=range&steps=20&widths=8,4&a=norm:none&b=bias:on'
    """
    shared = OF_DATA[data] | {name: _text(name, value) for name, value in runs.shared.items()}
    variants = {letter: _own(runs.variants[letter]) for letter in LETTERS if letter in runs.variants}
    return urlencode({**shared, **{"b": ""}, **variants} if len(variants) == 1 else {**shared, **variants}, safe=SAFE)


def _own(fields: Fields) -> str:
    return ",".join(f"{name}:{_text(name, value)}" for name, value in fields.items())


def _text(name: str, value: Any) -> str:
    return _TEXTS.get(name, _one)(value)


def _one(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


_TEXTS: dict[str, Callable[[Any], str]] = {
    "widths": lambda widths: ",".join(map(str, widths)),
    "adam_betas": lambda betas: ",".join(map(str, betas)),
    "changes": lambda changes: ";".join(f"{rate}@{step}" for step, rate in changes),
}
