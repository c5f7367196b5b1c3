"""How many gradients the checker answers for, and how long each waits.

    python -m benchmarks.gradient_check [--seconds 8] [--runs 5] [--connections 16] [--workers 2]

`POST /gradient-check` at 64 × 16 with dx, dgamma and dbeta: all right, and with the variance path missing.
"""

import json

import numpy as np

import bncore
from benchmarks._load import options, post, report, runs
from benchmarks._server import running_server


def body(*, wrong: bool) -> bytes:
    rng = np.random.default_rng(0)
    x, dy = 2 + 3 * rng.standard_normal((64, 16)), rng.standard_normal((64, 16))
    gamma, beta = rng.uniform(1.5, 2.5, 16), rng.standard_normal(16)
    found = bncore.backward(dy, bncore.forward(x, gamma, beta, eps=0.5))
    dx = found.dx - found.dx_variance if wrong else found.dx
    sent = {"x": x, "dy": dy, "gamma": gamma, "beta": beta, "dx": dx, "dgamma": found.dgamma, "dbeta": found.dbeta}
    return json.dumps({"eps": 0.5, **{name: values.tolist() for name, values in sent.items()}}).encode()


def main() -> None:
    given = options(__doc__)
    with running_server(workers=given.workers) as origin:
        for name, wrong in (("all right", False), ("the variance path missing", True)):
            request = post("/api/v1/gradient-check", body(wrong=wrong))
            report(f"POST /gradient-check, 64 × 16, {name}", runs(origin, given, lambda request=request: request))


if __name__ == "__main__":
    main()
