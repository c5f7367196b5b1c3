"""How long the network view takes on one core, how large its answer is, and what a large one costs everybody else.

    python -m benchmarks.network [--runs 9] [--large 4] [--others 2]

Depth 20 × width 128, batch 256, both columns with all figures: the whole of the server's work for an answer, without
HTTP, in a process of its own that is held to one core and one BLAS thread. Then 50 × 512 × 512 on a server, while
`others` clients ask for playground views, each computed anew, fifty times a second at most. The clients share the
machine's cores with the server, whose first run is for warming up: a new server makes the formula font and loads the
data sets meanwhile.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from itertools import count
from urllib.parse import urlsplit

from benchmarks._server import running_server

ONE_CORE = "import benchmarks.network as b; b.one_core({runs})"
SETTINGS = {
    "20 × 128 × 256": {"depth": "20", "width": "128", "batch_size": "256"},
    "the same, sigmoid": {"depth": "20", "width": "128", "batch_size": "256", "activation": "sigmoid"},
    "the same, with a disturbance": {"depth": "20", "width": "128", "batch_size": "256", "disturb_layer": "1"},
}
LARGE = "/api/v1/network?source=normal&features=512&batch_size=512&depth=50&width=512"
SMALL = "/api/v1/playground?source=normal&batch_size=64&features=4"
PAUSE = 0.02  # seconds between two requests of a client, as a slider makes them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--large", type=int, default=4)
    parser.add_argument("--others", type=int, default=2)
    given = parser.parse_args()
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", ONE_CORE.format(runs=given.runs)], env=one_thread, check=True)
    with running_server(cache_bytes=0) as origin:
        urllib.request.urlopen(origin + SMALL).read()
        for run in range(1 + given.large):
            asyncio.run(_large_beside_small(origin, given.others, run))


def one_core(runs: int) -> None:
    """Print the median over `runs` of each of the SETTINGS, computed on the first core that this process may use."""
    from app.settings import Settings
    from app.views.network.answer import answer_of
    from app.views.network.compute import comparison_of
    from app.views.network.prepare import prepare
    from app.views.network.query import NetworkQuery
    from app.web.answers import to_json

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name, fields in SETTINGS.items():
        times = []
        for seed in range(runs + 1):
            start = time.perf_counter()
            query = NetworkQuery.model_validate(fields | {"seed": str(seed)})
            body = to_json(answer_of(comparison_of(prepare(query, None, Settings()))))  # type: ignore[arg-type]
            times.append(time.perf_counter() - start)
        kept = times[1:]  # the first one loads the data
        print(
            f"GET /network, {name}: median {1000 * statistics.median(kept):.0f} ms on one core (from "
            f"{1000 * min(kept):.0f} to {1000 * max(kept):.0f}, {runs} runs), {len(body) / 1000:.0f} kB an answer",
            flush=True,
        )


async def _large_beside_small(origin: str, others: int, seed: int) -> None:
    done = asyncio.Event()
    large = asyncio.create_task(_timed(origin, f"{LARGE}&seed={seed}"))
    large.add_done_callback(lambda _: done.set())
    await asyncio.sleep(0.1)
    seeds = count(1000 * seed)
    by_client = await asyncio.gather(*(_ask_until(done, origin, seeds) for _ in range(others)))
    waits = sorted(wait for waits in by_client for wait in waits)
    name = "GET /network, 50 × 512 × 512" if seed else "GET /network, 50 × 512 × 512, warming up"
    print(
        f"{name}: {await large:.2f} s; {len(waits)} playground views meanwhile: median "
        f"{1000 * statistics.median(waits):.0f} ms, p95 {1000 * waits[int(0.95 * len(waits))]:.0f} ms",
        flush=True,
    )


async def _ask_until(done: asyncio.Event, origin: str, seeds: "count[int]") -> list[float]:
    waits = []
    while not done.is_set():
        waits.append(await _timed(origin, f"{SMALL}&seed={next(seeds)}"))
        await asyncio.sleep(PAUSE)
    return waits


async def _timed(origin: str, path: str) -> float:
    """Seconds until a request is answered whole, on a connection of its own."""
    where = urlsplit(origin)
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bnscope\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.read()
    writer.close()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
