"""A class behind nginx and two servers, one of which is killed, and another time ended, while all work."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from benchmarks._student import Broken, Connection, assets_of
from scripts.attack.proxy import Machine, behind_nginx, is_installed, wait_until

EVERY = 0.5  # seconds between two moves of a student
STREAM = "text/event-stream, application/json"
LIGHT = "/api/v1/playground?source={source}&gamma={number:.2f}"
HEAVY = "/api/v1/network?depth=4&seed={number:.0f}"
LONG = "/api/v1/network?depth=20&width=256&batch_size=128&seed={number:.0f}"


@dataclass
class Answers:
    """What a class was answered: statuses, and what came broken."""

    statuses: Counter[int] = field(default_factory=Counter)
    streams_cut: int = 0
    broken: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def are_whole(self) -> bool:
        return not self.broken and set(self.statuses) == {200}

    def tell(self, what: str) -> bool:
        """Print it, and say whether every plain GET had its answer."""
        told = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.statuses.items()))
        slow = sorted(self.waits)[int(0.99 * len(self.waits))]
        cut = f"{len(self.broken)} broken, {self.streams_cut} streams cut and asked again"
        print(f"  {what:30} {told}; {cut}; p99 {slow:.2f} s")
        for line in self.broken[:3]:
            print(f"    {line}")
        return self.are_whole


def run(seed: int, students: int = 50) -> bool:
    """Kill and end a server under load, print what students saw, and say whether all GETs were answered."""
    if not is_installed():
        print("  left out: there is no nginx (scripts/apt-install nginx-light)")
        return True
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        behind_nginx(Path(name)) as (origin, machines),
    ):
        source = uploaded(origin)

        def told(what: str, fault: Callable[[Machine], object]) -> bool:
            return asyncio.run(under_load(origin, machines, fault, source, students, seed)).tell(what)

        return all([told("kill -9 of one of two", Machine.kill), told("SIGTERM of one of two", Machine.end)])


def uploaded(origin: str) -> str:
    """The id of a batch that one of the servers took."""
    sent = httpx2.post(f"{origin}/api/v1/batches", content=b"a,b\n1,2\n3,5\n4,4\n", timeout=60)
    return str(sent.raise_for_status().json()["id"])


async def under_load(
    origin: str, machines: list[Machine], fault: Callable[[Machine], object], source: str, students: int, seed: int,
    pause: float = 4.0,
) -> Answers:  # fmt: skip
    """What a class is answered while one server goes and comes back, with so many seconds before, between and after."""
    answers, over = Answers(), asyncio.Event()
    assets = await assets_of(origin, "/")
    work = [
        asyncio.create_task(_student(origin, n, source, assets, answers, over, random.Random(seed + n)))
        for n in range(students)
    ]
    try:
        await asyncio.sleep(pause)
        await asyncio.to_thread(fault, machines[0])
        await asyncio.sleep(pause)
        machines[0].start()
        await asyncio.to_thread(wait_until, machines[0].is_ready)
        await asyncio.sleep(pause)
    finally:
        over.set()
        await asyncio.gather(*work)
    return answers


async def _student(
    origin: str, n: int, source: str, assets: list[str], answers: Answers, over: asyncio.Event, rng: random.Random
) -> None:
    """Opens the page, then moves; a move in ten is a heavy link, one in a hundred a long one, asked for as pages do."""
    connection = Connection(origin, f"tab{n}")
    for path in ("/", *rng.sample(assets, 5)):
        await _asked(connection, path, answers)
    while not over.is_set():
        if rng.random() < 0.01:
            await _streamed(connection, LONG.format(number=rng.randrange(2**31)), answers)
        elif rng.random() < 0.1:
            await _asked(connection, HEAVY.format(number=rng.randrange(2**31)), answers)
        else:
            await _asked(connection, LIGHT.format(source=source, number=rng.uniform(0.1, 3)), answers)
        await asyncio.sleep(EVERY * rng.uniform(0.5, 1.5))
    connection.close()


async def _asked(connection: Connection, path: str, answers: Answers, accept: str = "*/*") -> bytes:
    began = time.monotonic()
    try:
        status, body = await connection.get(path, accept, "identity")
    except (Broken, ValueError) as error:
        answers.broken.append(f"{path[:60]}: {error!r}"[:160])
        connection.close()
        return b""
    answers.waits.append(time.monotonic() - began)
    answers.statuses[status] += 1
    return body


async def _streamed(connection: Connection, path: str, answers: Answers) -> None:
    """As the page does: a stream that ends without its result is asked for again, once."""
    began = time.monotonic()
    try:
        status, body = await connection.get(path, STREAM, "identity")
        if status == 200 and (body.startswith(b"{") or b"event: result" in body):
            answers.statuses[status] += 1
            answers.waits.append(time.monotonic() - began)
            return
    except (Broken, ValueError):
        connection.close()
    answers.streams_cut += 1
    await _asked(connection, path, answers)
