"""How many playground queries the server answers, and how long each waits.

    python -m benchmarks.server [--seconds 8] [--runs 5] [--connections 16] [--workers 2]

`GET /playground` of 256 × 8 with its figures, two workers, 16 connections, every answer computed (the cache is off, and
each query has its own seed). The client shares the machine's cores with the server. Also: the same queries from the
cache, and as If-None-Match.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from benchmarks._server import running_server

QUERY = "source=normal&batch_size=256&features=8"


@dataclass(frozen=True)
class Run:
    rate: float
    median: float
    p99: float
    size: int


def main() -> None:
    options = _options()
    with running_server(workers=options.workers, cache_bytes=0) as origin:
        seeds = count()
        _report("computed", _runs(origin, options, lambda: f"{QUERY}&seed={next(seeds)}"))
    with running_server(workers=options.workers) as origin:
        _report("from the cache", _runs(origin, options, lambda: QUERY))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _report(name: str, runs: list[Run]) -> None:
    median = {field: statistics.median(getattr(run, field) for run in runs) for field in ("rate", "median", "p99")}
    print(
        f"GET /playground, 256 × 8, {name}: {median['rate']:,.0f} requests/s, median {1000 * median['median']:.1f} ms, "
        f"p99 {1000 * median['p99']:.1f} ms, {runs[0].size / 1000:.0f} kB an answer "
        f"(medians of {len(runs)} runs; rates {', '.join(f'{run.rate:,.0f}' for run in runs)})",
        flush=True,
    )


def _runs(origin: str, options: argparse.Namespace, query: Callable[[], str]) -> list[Run]:
    """The first run warms up (a new server compresses its assets meanwhile) and is not counted."""
    return [_run(origin, options, query) for _ in range(options.runs + 1)][1:]


def _run(origin: str, options: argparse.Namespace, query: Callable[[], str]) -> Run:
    return asyncio.run(_load(urlsplit(origin), options.connections, options.seconds, query))


async def _load(origin: object, connections: int, seconds: float, query: Callable[[], str]) -> Run:
    host, port = origin.hostname, origin.port  # type: ignore[attr-defined]
    end = time.perf_counter() + seconds
    start = time.perf_counter()
    found = await asyncio.gather(*(_connection(host, port, end, query) for _ in range(connections)))
    waits = sorted(wait for waits, _ in found for wait in waits)
    rate = len(waits) / (time.perf_counter() - start)
    return Run(rate, statistics.median(waits), waits[int(0.99 * len(waits))], found[0][1])


async def _connection(host: str, port: int, end: float, query: Callable[[], str]) -> tuple[list[float], int]:
    """One kept-alive connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    waits: list[float] = []
    size = 0
    while time.perf_counter() < end:
        asked = time.perf_counter()
        writer.write(f"GET /api/v1/playground?{query()} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(size)
        waits.append(time.perf_counter() - asked)
    writer.close()
    return waits, size


if __name__ == "__main__":
    main()
