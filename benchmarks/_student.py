"""A student's browser, as far as a server notices: kept-alive connections, one request at a time on each."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ASSET = re.compile(rb'(?:src|href)="(/static/[^"]+)"')
IMPORT = re.compile(rb'from\s*"(\.[^"]+)"')
CONNECTIONS = 6  # that a browser opens to one host
PATIENCE = 180.0  # seconds after which an answer counts as broken


class Broken(Exception):
    """The connection ended, or no answer came."""


@dataclass
class Tally:
    """What happened to a class: waits in seconds by kind, statuses other than 200, and connections that broke."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    broken: int = 0
    dropped: int = 0
    overtaken: int = 0

    def add(self, kind: str, wait: float) -> None:
        self.waits.setdefault(kind, []).append(wait)

    def quantile(self, kind: str, share: float) -> float:
        waits = sorted(self.waits.get(kind, [float("nan")]))
        return waits[min(len(waits) - 1, int(share * len(waits)))]


class Connection:
    """One connection to the server at `origin`."""

    def __init__(self, origin: str, tab: str) -> None:
        where = urlsplit(origin)
        self._host, self._port, self._tab = where.hostname, where.port, tab
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, accept: str = "*/*", coding: str = "gzip, br") -> tuple[int, bytes]:
        """Status and body, as sent. Raises Broken."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._get(path, accept, coding)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            raise Broken(repr(error)) from error

    async def _get(self, path: str, accept: str, coding: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: bnscope\r\nAccept: {accept}\r\nAccept-Encoding: {coding}\r\n"
            f"{self._named(path)}\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        length = re.search(rb"content-length: (\d+)", head)
        if length:
            return status, await reader.readexactly(int(length[1]))
        return status, await _chunks(reader)

    def _named(self, path: str) -> str:
        """A browser asks for a page before that has a name."""
        return f"bnscope-tab: {self._tab}\r\n" if path.startswith("/api/") else ""

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return bytes(body)


async def assets_of(origin: str, page: str) -> list[str]:
    """What a page loads: what its HTML names, and the modules that those import."""
    connection = Connection(origin, "survey")
    _, html = await connection.get(page, coding="identity")
    wanted, known = [found.decode() for found in ASSET.findall(html)], []
    while wanted:
        path = wanted.pop()
        if path in known:
            continue
        known.append(path)
        if path.endswith(".js") and "/vendor/" not in path:
            _, module = await connection.get(path, coding="identity")
            wanted += [_beside(path, name.decode()) for name in IMPORT.findall(module)]
    connection.close()
    return known


def _beside(path: str, name: str) -> str:
    parts = path.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


async def timed(tally: Tally, kind: str, connection: Connection, path: str, accept: str = "*/*") -> bytes | None:
    """One request, its wait noted."""
    asked = time.perf_counter()
    try:
        status, body = await connection.get(path, accept)
    except Broken as error:
        tally.broken += 1
        tally.errors.append(f"{kind}: {error}")
        return None
    tally.add(kind, time.perf_counter() - asked)
    if status != 200:
        tally.errors.append(f"{kind}: {status}")
    return body


async def load_page(tally: Tally, origin: str, tab: str, page: str, assets: list[str]) -> Connection:
    """Open a page with its assets on six connections, as a browser does; the one that stays open."""
    began = time.perf_counter()
    connections = [Connection(origin, tab) for _ in range(CONNECTIONS)]
    await timed(tally, "page", connections[0], page, "text/html")
    wanted = list(assets)

    async def fetch(connection: Connection) -> None:
        while wanted:
            await timed(tally, "asset", connection, wanted.pop(0))

    await asyncio.gather(*map(fetch, connections))
    tally.add("page with its assets", time.perf_counter() - began)
    for connection in connections[1:]:
        connection.close()
    return connections[0]
