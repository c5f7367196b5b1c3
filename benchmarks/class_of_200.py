"""A class that opens one server at once: what each of its students waits for, and what stays whole.

    python -m benchmarks.class_of_200 [--students 200] [--seconds 60] [--workers 2] [--only NAME ...] [--origin URL]

- moving: all open the playground with its assets within ten seconds and then move gamma twice a second, each on a batch
  of their own. As on the page, a move asks for the stage, one request at a time, and the latest move is the next one
  asked for; older ones are dropped. A quarter of a second later, or more where answers take long, the hand is at rest,
  and the whole view is asked for, which the next move gives up if it has not come. A newcomer opens a connection to
  /healthz each second meanwhile.
- herd: all open one network that nobody has asked for before.
- links: all open different networks, then different batch sizes; twice, with the server's memory after each.
- heavy: four clients send the heaviest valid queries one after the other, and one student moves gamma meanwhile.

The students are one process on the machine of the server (its processor time is told). With `--origin` a server that
runs already is asked, and its memory is not told.
"""

import argparse
import asyncio
import os
import platform
import random
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks._server import running_server
from benchmarks._student import Connection, Tally, assets_of, load_page, timed

EVERY = 0.5  # seconds between two moves
REST = 0.25  # seconds after a move, after which the page asks for all, or REST_OF_WAIT times what the move waited
REST_OF_WAIT = 4
OPENING = 10.0  # seconds within which a class opens a page
STREAM = "text/event-stream, application/json"
HEAVIEST = [
    "/api/v1/network?depth=50&width=512&batch_size=512",
    "/api/v1/playground?source=normal&features=1000&batch_size=20000",
    "/api/v1/playground/data?source=normal&features=1000&batch_size=20000&format=csv",
    "/api/v1/norms?features=1024&batch_size=2441&situation=huge_channel",
]


def playground(seed: int, gamma: float) -> str:
    return f"/api/v1/playground?source=normal&batch_size=256&features=8&seed={seed}&gamma={gamma:.4f}"


async def moving(origin: str, students: int, seconds: float) -> None:
    tally, assets = Tally(), await assets_of(origin, "/")
    end = time.perf_counter() + OPENING + seconds
    await asyncio.gather(
        *(_student(tally, origin, n, OPENING * n / students, end, assets) for n in range(students)),
        _newcomers(tally, origin, end),
    )
    moves = len(tally.waits.get("move", []))
    each = OPENING / 2 + seconds  # for which a student moves, on average: the first ones do while others open the page
    print(f"moving: {students} students, {len(assets)} assets each, moves for {seconds:.0f} s")
    _tell(tally, "page", "page with its assets", "asset", "move", "whole", "newcomer")
    print(f"  {moves / each:,.0f} moves/s answered, {tally.dropped / each:,.0f} dropped by the students")
    print(f"  {len(tally.waits.get('whole', [])) / each:,.0f} whole views/s, {tally.overtaken / each:,.0f} given up")


async def _student(tally: Tally, origin: str, n: int, start: float, end: float, assets: list[str]) -> None:
    await asyncio.sleep(start)
    connection = await load_page(tally, origin, f"tab{n}", "/", assets)
    rng, wish = random.Random(n), time.perf_counter() + EVERY * random.Random(n).random()
    whole: asyncio.Task[None] | None = None
    while wish < end:
        await asyncio.sleep(max(0.0, wish - time.perf_counter()))
        _give_up(whole)
        while wish + EVERY < time.perf_counter():  # a newer one has taken its place
            wish += EVERY
            tally.dropped += 1
        query = playground(n, rng.uniform(0.1, 3))
        if await timed(tally, "request", connection, f"{query}&parts=stage", STREAM) is not None:
            tally.add("move", time.perf_counter() - wish)
        rest = max(REST, REST_OF_WAIT * (time.perf_counter() - wish))
        whole = asyncio.create_task(_at_rest(tally, origin, n, query, wish + rest))
        wish += EVERY
    _give_up(whole)


async def _at_rest(tally: Tally, origin: str, n: int, query: str, rest: float) -> None:
    """All of the view, on a connection of its own, which whoever gives it up breaks off."""
    await asyncio.sleep(max(0.0, rest - time.perf_counter()))
    connection = Connection(origin, f"tab{n}")
    try:
        await timed(tally, "whole", connection, query, STREAM)
    except asyncio.CancelledError:
        tally.overtaken += 1
        raise
    finally:
        connection.close()


def _give_up(whole: asyncio.Task[None] | None) -> None:
    if whole is not None:
        whole.cancel()


async def _newcomers(tally: Tally, origin: str, end: float) -> None:
    while time.perf_counter() < end:
        connection = Connection(origin, "newcomer")
        await timed(tally, "newcomer", connection, "/healthz")
        connection.close()
        await asyncio.sleep(1)


async def herd(origin: str, students: int, _seconds: float) -> None:
    query, tally = f"network?seed={random.randrange(2**32)}", Tally()
    alone = await _alone(origin)
    await _open(tally, origin, [query] * students)
    print(f"herd: {students} students open one network; another one took {alone:.2f} s alone")
    _tell(tally, "page", "view", "both")


async def _alone(origin: str) -> float:
    """How long one network takes when nobody else asks."""
    tally, connection = Tally(), Connection(origin, "alone")
    for _ in range(3):  # the first ones start what is not there yet
        await timed(tally, "view", connection, f"/api/v1/network?seed={random.randrange(2**32)}", STREAM)
    return min(tally.waits["view"])


async def links(origin: str, students: int, _seconds: float) -> None:
    for minute in ("first", "second"):
        for view in ("network", "batch-size"):
            tally = Tally()
            await _open(tally, origin, [f"{view}?seed={random.randrange(2**32)}" for _ in range(students)])
            print(f"links: {students} students open different views of {view}, {minute} time")
            _tell(tally, "page", "view", "both")
        print(f"  {_memory()}")


async def _open(tally: Tally, origin: str, queries: list[str]) -> None:
    """Each the page of a query, and then what the page asks for."""

    async def one(n: int, query: str) -> None:
        began, connection = time.perf_counter(), Connection(origin, f"tab{n}")
        await timed(tally, "page", connection, f"/{query}", "text/html")
        await timed(tally, "view", connection, f"/api/v1/{query}", STREAM)
        tally.add("both", time.perf_counter() - began)
        connection.close()

    await asyncio.gather(*(one(n, query) for n, query in enumerate(queries)))


async def heavy(origin: str, _students: int, seconds: float) -> None:
    tally, end = Tally(), time.perf_counter() + seconds
    hogs = [asyncio.create_task(_hog(tally, origin, n, end)) for n in range(len(HEAVIEST))]
    light = asyncio.create_task(_student(tally, origin, 0, 0, end, []))
    await light
    for hog in hogs:
        hog.cancel()
    await asyncio.gather(*hogs, return_exceptions=True)
    print(f"heavy: {len(hogs)} clients send the heaviest queries, one moves gamma for {seconds:.0f} s; {_memory()}")
    _tell(tally, "move", "heavy")


async def _hog(tally: Tally, origin: str, n: int, end: float) -> None:
    connection = Connection(origin, f"hog{n}")
    seed = 0
    while time.perf_counter() < end:
        seed += 1
        await timed(tally, "heavy", connection, f"{HEAVIEST[n]}&seed={seed}", STREAM)


def _tell(tally: Tally, *kinds: str) -> None:
    for kind in kinds:
        if kind in tally.waits:
            p50, p95, worst = (tally.quantile(kind, share) for share in (0.5, 0.95, 1))
            print(f"  {kind}: p50 {p50:.3f} s, p95 {p95:.3f} s, longest {worst:.3f} s ({len(tally.waits[kind]):,})")
    errors = ", ".join(sorted(set(tally.errors))[:3])
    print(f"  {len(tally.errors)} errors ({errors}), {tally.broken} connections broken", flush=True)


_server: list[int] = []


def _memory() -> str:
    """Memory of the server's processes; what several of them share is counted once."""
    if not _server:
        return "memory not known"
    mine = _descendants(os.getpid())
    kilobytes = sum(int(line.split()[1]) for p in mine for line in _lines(p, "smaps_rollup") if line.startswith("Pss:"))
    return f"memory of the server: {kilobytes / 1e6:.2f} GB in {len(mine)} processes"


def _descendants(process: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            for line in _lines(int(folder.name), "status"):
                if line.startswith("PPid"):
                    parents[int(folder.name)] = int(line.split()[1])
    family = [process]
    for known in family:
        family += [child for child, parent in parents.items() if parent == known]
    return family[1:]


def _lines(process: int, name: str) -> list[str]:
    try:
        return Path(f"/proc/{process}/{name}").read_text().splitlines()
    except OSError:
        return []


SCENES: dict[str, Callable[[str, int, float], Awaitable[None]]] = {
    "moving": moving, "herd": herd, "links": links, "heavy": heavy,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=SCENES, default=list(SCENES))
    parser.add_argument("--origin")
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{platform.platform()}, {os.cpu_count()} cores, {given.workers} workers")
    for name in given.only:
        if given.origin:
            _run(name, given.origin, given)
        else:
            with running_server(workers=given.workers) as origin:
                _server.append(1)
                _run(name, origin, given)


def _run(name: str, origin: str, given: argparse.Namespace) -> None:
    used, began = time.process_time(), time.perf_counter()
    uvloop.run(SCENES[name](origin, given.students, given.seconds))
    share = (time.process_time() - used) / (time.perf_counter() - began)
    print(f"  the students took {share:.0%} of a core\n", flush=True)


if __name__ == "__main__":
    main()
