"""A probe as JSON, as NPZ and as Python; and arrays as text to paste."""

import io
import sys
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.views.gradient_check.query import ProbeQuery
from app.web.answers import to_json
from bncore.diagnosis import Probe, probe

DIGITS = 8  # behind the point, as NumPy prints
EXACT = 17
LONG = 2000  # numbers: more are written without lining them up, which takes a hundred times as long


class Format(NamedTuple):
    """How a probe is written; `name` is that of the file, empty for what a browser shows."""

    media_type: str
    name: str
    write: Callable[[ProbeQuery, Probe], bytes]


def probe_of(query: ProbeQuery) -> Probe:
    """The probe that is asked for."""
    return probe(query.seed, axes=query.probe_axes, eps_placement=query.eps_placement, **query.convention)


def _there(probe: Probe) -> dict[str, Any]:
    """What a probe has; a norm that keeps no running statistics has none."""
    return {name: value for name, value in vars(probe).items() if value is not None}


def _json(query: ProbeQuery, probe: Probe) -> bytes:
    return to_json({"seed": query.seed, "axes": query.probe_axes, **_there(probe)})


def _npz(_query: ProbeQuery, probe: Probe) -> bytes:
    """All that a check takes beside the student's tensors; the same bytes each time."""
    buffer = io.BytesIO()
    np.savez(buffer, **_there(probe))
    return buffer.getvalue()


def _python(query: ProbeQuery, probe: Probe) -> bytes:
    """Lines that make the arrays, in every digit."""
    what = f"seed={query.seed}&axes={query.probe_axes}&eps_placement={query.eps_placement}"
    what += "".join(f"&{name}={value}" for name, value in query.convention.items() if name in query.model_fields_set)
    lines = [f"# The probe {what} of bnscope's gradient check", "import numpy as np", ""]
    for name, value in _there(probe).items():
        made = f"np.array({as_text(value, EXACT)})" if isinstance(value, np.ndarray) else repr(value)
        lines.append(f"{name} = {made}")
    return ("\n".join(lines) + "\n").encode()


FORMATS = {
    "json": Format("application/json", "", _json),
    "npz": Format("application/octet-stream", "bnscope-probe.npz", _npz),
    "python": Format("text/x-python; charset=utf-8", "", _python),
}


def as_text(values: NDArray[Any], digits: int = DIGITS) -> str:
    """Nested lists, a row a line.

    >>> as_text(np.array([[1.0, -2.5], [0.25, 3.0]]))
    '[[ 1.  , -2.5 ],\\n [ 0.25,  3.  ]]'
    """
    if digits == EXACT and values.size > LONG:
        return to_json(values).decode()
    mode: Literal["unique", "maxprec"] = "unique" if digits == EXACT else "maxprec"
    fixed = digits < EXACT and bool(np.abs(values).max() > 1e-3)  # smaller numbers keep their powers of ten
    return np.array2string(
        values, precision=digits, floatmode=mode, suppress_small=fixed, separator=", ", threshold=sys.maxsize,
        max_line_width=10**9,
    )  # fmt: skip
