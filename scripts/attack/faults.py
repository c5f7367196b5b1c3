"""What breaks while a class works: killed processes, a damaged and a removed cache, and the end of the server."""

import contextlib
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import kill
from signal import SIGKILL, SIGTERM

import httpx2

from scripts.attack.server import PATIENCE, Served, served

READERS = 4
AGAIN = 20  # times, half a second apart
KILLS = 4
STARTED = 15.0  # seconds for a process to be replaced; those that compute come when they are needed
PAUSE = 2.0  # seconds of work between two faults
HEAVY = "/api/v1/network?depth=8&width=64&seed={}"
LIGHT = "/api/v1/playground?seed={}"


@dataclass
class Seen:
    """What readers were answered; `lost` is a request that had no answer for ten seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    repeated: int = 0
    lost: int = 0

    @property
    def is_well(self) -> bool:
        return not self.lost and all(status < 500 for status in self.statuses)

    def tell(self, what: str) -> bool:
        """Print it, and say whether it is well."""
        told = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.statuses.items()))
        print(f"  {what:40} {told}; {self.repeated} asked again, {self.lost} lost", flush=True)
        return self.is_well


def run(seed: int) -> bool:
    """Break one thing after the other, print what readers saw, and say whether none saw a 5xx or nothing at all."""
    with served(workers=2) as server:
        upload = httpx2.post(f"{server.origin}/api/v1/batches", content=b"a,b\n1,2\n3,5\n4,4\n", timeout=PATIENCE)
        uploaded = f"/api/v1/playground?source={upload.json()['id']}&seed={{}}"
        held = [
            _while_read(server, "processes killed, one after the other", lambda: _killed(server, random.Random(seed))),
            _while_read(server, "the cache damaged", lambda: _damaged(server), uploaded),
            _while_read(server, "the cache removed", lambda: _removed(server), uploaded),
            _ended(server),
        ]
    return all(held)


def _while_read(server: Served, what: str, fault: Callable[[], None], *also: str) -> bool:
    with readers(server.origin, (LIGHT, HEAVY, *also)) as seen:
        time.sleep(PAUSE)
        fault()
        time.sleep(PAUSE)
    return seen.tell(what)


def _killed(server: Served, rng: random.Random) -> None:
    """One of the processes at a time, and the next once there are as many again."""
    for _ in range(KILLS):
        processes = server.processes()
        kill(rng.choice(processes), SIGKILL)
        began = time.monotonic()
        while len(server.processes()) < len(processes) and time.monotonic() - began < STARTED:
            time.sleep(0.2)
        time.sleep(PAUSE)


def _damaged(server: Served) -> None:
    for file in server.cache.rglob("*"):
        if file.is_file() and file.suffix != ".db":  # the metrics' are mapped, and no answer comes from them
            file.write_bytes(b"\0damaged")


def _removed(server: Served) -> None:
    shutil.rmtree(server.cache, ignore_errors=True)  # the server may be writing to it


def _ended(server: Served) -> bool:
    """SIGTERM under load: what is in flight is finished or told to come later, and the exit code is 0."""
    with readers(server.origin, (LIGHT, HEAVY), until_gone=True) as seen:
        time.sleep(PAUSE)
        began = time.monotonic()
        server.process.send_signal(SIGTERM)
        code = server.process.wait(PATIENCE)
        took = time.monotonic() - began
    seen.statuses.pop(503, None)
    held = seen.tell("SIGTERM while all is read")
    print(f"  exit code {code} after {took:.1f} s")
    return held and code == 0


@contextmanager
def readers(origin: str, addresses: tuple[str, ...], until_gone: bool = False) -> Iterator[Seen]:
    """Clients that ask as fast as they can, each for queries of its own, until the block ends."""
    seen, over = Seen(), threading.Event()
    threads = [
        threading.Thread(target=_read, args=(origin, addresses, n, seen, over, until_gone)) for n in range(READERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)


def _read(
    origin: str, addresses: tuple[str, ...], reader: int, seen: Seen, over: threading.Event, until_gone: bool
) -> None:
    number = 0
    while not over.is_set():
        number += 1
        address = addresses[number % len(addresses)].format(1000 * number + reader)
        try:
            seen.statuses[_asked(f"{origin}{address}", seen, 0 if until_gone else AGAIN)] += 1
        except httpx2.TransportError:
            if until_gone:
                return
            seen.lost += 1


def _asked(address: str, seen: Seen, again: int) -> int:
    """The status of an answer; where a connection breaks it is asked again so often, as the pages do."""
    for _ in range(again):
        with contextlib.suppress(httpx2.TransportError):
            return httpx2.get(address, timeout=PATIENCE).status_code
        seen.repeated += 1
        time.sleep(0.5)
    return httpx2.get(address, timeout=PATIENCE).status_code
