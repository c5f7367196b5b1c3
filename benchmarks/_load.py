"""Many connections that each ask again as soon as they are answered, and how long they waited."""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop


@dataclass(frozen=True)
class Run:
    rate: float
    median: float
    p99: float
    size: int


def options(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def report(name: str, runs: list[Run]) -> None:
    median = {field: statistics.median(getattr(run, field) for run in runs) for field in ("rate", "median", "p99")}
    print(
        f"{name}: {median['rate']:,.0f} requests/s, median {1000 * median['median']:.1f} ms, "
        f"p99 {1000 * median['p99']:.1f} ms, {runs[0].size / 1000:.0f} kB an answer "
        f"(medians of {len(runs)} runs; rates {', '.join(f'{run.rate:,.0f}' for run in runs)})",
        flush=True,
    )


def runs(origin: str, given: argparse.Namespace, request: Callable[[], bytes]) -> list[Run]:
    """The first run warms up (a new server compresses its assets meanwhile) and is not counted.

    `request` gives the next request, whole, for the host that `origin` names.
    """
    return [uvloop.run(_load(origin, given, request)) for _ in range(given.runs + 1)][1:]


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bnscope\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: bnscope\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def _load(origin: str, given: argparse.Namespace, request: Callable[[], bytes]) -> Run:
    where = urlsplit(origin)
    start = time.perf_counter()
    end = start + given.seconds
    asking = (_connection(where.hostname, where.port, end, request) for _ in range(given.connections))
    times = await asyncio.gather(*asking)
    waits = sorted(wait for waits, _ in times for wait in waits)
    rate = len(waits) / (time.perf_counter() - start)
    return Run(rate, statistics.median(waits), waits[int(0.99 * len(waits))], times[0][1])


async def _connection(
    host: str | None, port: int | None, end: float, request: Callable[[], bytes]
) -> tuple[list[float], int]:
    """One kept-alive connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**20)
    waits: list[float] = []
    size = 0
    while time.perf_counter() < end:
        asked = time.perf_counter()
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(size)
        waits.append(time.perf_counter() - asked)
    writer.close()
    return waits, size
