"""An application that does what a path says, behind connections without a network."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from tests.app.web.serving.peer import House, house


class Application:
    """`/` answers at once, `/wait` when it is let go, `/begun` has begun by then, `/unread` never reads its body."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.clients: list[str] = []
        self.headers: list[list[tuple[bytes, bytes]]] = []
        self.heard: list[str] = []
        self.go = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.asked.append(path)
        self.clients.append(scope["client"][0])
        self.headers.append(scope["headers"])
        if path != "/unread":
            await self._read(receive)
        if path == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        if path == "/much":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(64):
                await send({"type": "http.response.body", "body": bytes(32_768), "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        if path != "/":
            await self.go.wait()
        if path != "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _read(self, receive: Any) -> None:
        while True:
            message = await receive()
            self.heard.append(message["type"])
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if not message.get("more_body"):
                return


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def server(application: Application) -> Iterator[Callable[..., House]]:
    """A server of the application, with settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(house(application, **settings))
