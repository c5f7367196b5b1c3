"""How many gradients the server checks, and how long each waits.

    python -m benchmarks.gradient_check [--seconds 8] [--runs 5] [--connections 16] [--workers 2]

`POST /gradient-check` of a batch of 64 × 16 with dx, dgamma and dbeta as JSON: correct ones, and a dx whose path
through the variance is missing. The client shares the machine's cores with the server. First the check alone, in this
process.
"""

import json
import statistics
import time
from typing import Any

import numpy as np

from app.views.gradient_check.check import answered
from benchmarks import _load
from benchmarks._server import running_server
from bncore.diagnosis import Case, case_of, ready_answers

EXAMPLES, UNITS = 64, 16
PATH = "/api/v1/gradient-check"
REPEATS = 100


def main() -> None:
    asked = _load.options(__doc__)
    bodies = {name: body(name) for name in ("correct", "variance_path_missing")}
    for name, fields in bodies.items():
        print(f"a check of {EXAMPLES} × {UNITS}, {name}: {1000 * alone(fields):.1f} ms of one core", flush=True)
    with running_server(workers=asked.workers) as origin:
        for name, fields in bodies.items():
            request = _load.post(PATH, json.dumps(fields).encode())
            runs = _load.runs(origin, asked, lambda request=request: request)  # type: ignore[misc]
            _load.report(f"POST /gradient-check, {EXAMPLES} × {UNITS}, {name}", runs)


def body(name: str) -> dict[str, Any]:
    """The fields of a check whose answer has this mistake."""
    rng = np.random.default_rng(0)
    x = rng.normal(2, 1.5, (EXAMPLES, UNITS))
    batch = {
        "x": x, "gamma": rng.uniform(1.3, 2.5, UNITS), "beta": rng.uniform(0.5, 1.5, UNITS),
        "dy": rng.normal(0.4, 1, x.shape) + 0.2 * x,
    }  # fmt: skip
    case: Case = case_of(**batch, eps=0.3)
    return {"eps": 0.3} | {key: values.tolist() for key, values in (batch | ready_answers(case)[name]).items()}


def alone(fields: dict[str, Any]) -> float:
    """The median of this process's own time, which others on the machine do not add to."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        answered(fields)
        times.append(time.process_time() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
