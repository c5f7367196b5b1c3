"""How many computations of others a new connection waits for, by event loop and by who accepts.

Sixty connections keep one process busy, with 4 ms of work inline for each request. Newcomers open six connections at
once, as a browser does, and ask for something light; counted is what was computed between that and their last answer.
"""

import argparse
import asyncio
import multiprocessing
import socket
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

from app.settings import Settings
from app.web.serving.configuration import Configuration
from app.web.serving.listening import listen
from app.web.serving.server import Server

WORK = 0.004  # seconds of each computation
BROWSER = 6  # connections that a browser opens
ASK = "GET {} HTTP/1.1\r\nHost: bnscope\r\n\r\n"


class AsTheLoopDoes(Server):
    accepts_all = False


def main() -> None:
    given = options()
    for turns in (False, True):
        for loop in ("asyncio", "uvloop"):
            for server in (AsTheLoopDoes, Server):
                measure(given, loop, turns, server)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--busy", type=int, default=60, help="connections that keep the loop busy (%(default)s)")
    parser.add_argument("--newcomers", type=int, default=20, help="one after the other (%(default)s)")
    parser.add_argument("--class", dest="herd", type=int, default=50, help="newcomers at once, then (%(default)s)")
    return parser.parse_args()


def measure(given: argparse.Namespace, loop: str, turns: bool, server: type[Server]) -> None:
    listener = listen("127.0.0.1", 0)
    forking = multiprocessing.get_context("fork")
    done = forking.Value("i", 0)
    process = forking.Process(target=serve, args=(listener, loop, turns, server, done), daemon=True)
    process.start()
    waits, herd = asyncio.run(visit(given, listener.getsockname(), done))
    process.terminate()
    process.join()
    way = "all at once" if server.accepts_all else "as the loop accepts"
    print(
        f"{loop:8} {'in turns' if turns else 'all inline':11} {way:20}"
        f" a newcomer waits for {statistics.median(waits):5.1f} (median) to {max(waits)} computations,"
        f" the last of {given.herd} at once for {herd}",
        flush=True,
    )


def serve(listener: socket.socket, loop: str, turns: bool, server: type[Server], done: Any) -> None:
    config = Configuration(Settings(), app=application(turns, done), loop=loop, lifespan="off", log_config=None)
    server(config).run([listener])


def application(turns: bool, done: Any) -> Callable[..., Awaitable[None]]:
    """`/move` computes in the event loop, `/` does not."""
    turn = asyncio.Lock()

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] == "/move":
            async with turn if turns else nullcontext():
                end = time.perf_counter() + WORK
                while time.perf_counter() < end:
                    pass
                done.value += 1
                if turns:
                    await asyncio.sleep(0)  # whoever is next computes in the next round of the loop
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


async def visit(given: argparse.Namespace, address: tuple[str, int], done: Any) -> tuple[list[int], int]:
    """Computations that each newcomer waited for, and that the last of a class did."""
    busy = [asyncio.create_task(keep_busy(address)) for _ in range(given.busy)]
    while done.value < 2 * given.busy:
        await asyncio.sleep(0.05)
    waits = [await newcomers(1, address, done) for _ in range(given.newcomers)]
    herd = await newcomers(given.herd, address, done)
    for task in busy:
        task.cancel()
    return waits, herd


async def newcomers(count: int, address: tuple[str, int], done: Any) -> int:
    before: int = done.value
    await asyncio.gather(*(ask_once(address) for _ in range(BROWSER * count)))
    return int(done.value) - before


async def ask_once(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(ASK.format("/").encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def keep_busy(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    while True:
        writer.write(ASK.format("/move").encode())
        await reader.readuntil(b"\r\n\r\n")


if __name__ == "__main__":
    main()
