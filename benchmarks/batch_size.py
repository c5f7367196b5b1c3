"""How long it takes to draw batches of every size and to take their statistics, on one core.

    python -m benchmarks.batch_size [--runs 9]

1,000 batches of each of 12 sizes, from 2 to all 1,797 examples of 16 features (digits'), without replacement, with
quantiles, errors and theory; 10,000 of them; and the same of an endless source. In a process that is held to one core.
"""

import argparse
import os
import statistics
import time

import numpy as np

from app.batches.datasets import load
from bncore.batch_size.estimates import estimates, sizes_for
from bncore.batch_size.population import Endless, Finite, Population


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    digits = Finite(load("digits").x[:, 16:32])
    endless = Endless(lambda size, rng: rng.standard_normal((size, 16)), digits.moments)
    report("1,000 × 12 sizes × 16 features of 1,797 examples", digits, (*sizes_for(1797), 1400), 1000, runs)
    report("10,000 of the same", digits, (*sizes_for(1797), 1400), 10_000, min(runs, 3))
    report("1,000 × 10 sizes × 16 features of an endless source", endless, sizes_for(None), 1000, runs)


def report(what: str, population: Population, sizes: tuple[int, ...], draws: int, runs: int) -> None:
    times, busy = [], []
    for run in range(runs + 1):
        start, used = time.perf_counter(), time.process_time()
        estimates(population, sorted(sizes), draws, np.random.default_rng(run))
        times.append(time.perf_counter() - start)
        busy.append(time.process_time() - used)
    kept = times[1:]  # the first one warms up
    print(
        f"estimates, {what}: median {1000 * statistics.median(kept):.0f} ms on one core "
        f"(from {1000 * min(kept):.0f} to {1000 * max(kept):.0f}, {runs} runs; processor time "
        f"{1000 * statistics.median(busy[1:]):.0f} ms)",
        flush=True,
    )


if __name__ == "__main__":
    main()
