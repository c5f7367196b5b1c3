"""`make claims`: replay every claim on training, or those that are named, and write down what came.

Exits with 1 where one is not as it is said.
"""

import sys
import time

from app.views.training.claims.links import data_of
from app.views.training.claims.record import measured, write
from bncore.training.claims import CLAIMS


def main(named: list[str]) -> int:
    told, wrong = dict(measured()) if named else {}, []
    for name, claim in CLAIMS.items():
        if named and name not in named:
            continue
        began = time.perf_counter()
        told[name] = claim.measure(data_of(claim.data))
        as_said = told[name].holds.as_said and told[name].fails.as_said
        wrong += [] if as_said else [name]
        said, seconds = "as said" if as_said else "NOT as said", time.perf_counter() - began
        print(f"{claim.number:2} {claim.title}: {said}, {seconds:.1f} s")
        print(f"   {told[name].holds.text}\n   Where it fails: {told[name].fails.text}", flush=True)
    write({name: told[name] for name in CLAIMS}, named or CLAIMS)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
