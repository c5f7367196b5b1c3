"""A server that ends: what is in flight is finished or refused, and the application knows."""

import asyncio
import socket
from contextlib import asynccontextmanager

import orjson
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.settings import Settings
from app.web.serving.configuration import Configuration
from app.web.serving.draining import Draining
from app.web.serving.listening import listen
from app.web.serving.server import Server


class Class:
    """A server and its clients in one event loop. `/wait` answers when it is let go."""

    def __init__(self, **settings):
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.draining = Draining()
        app = Starlette(routes=[Route("/", self.hello), Route("/wait", self.wait)], lifespan=self.lifespan)
        config = Configuration(Settings(**settings), app=app, log_config=None, loop="asyncio")
        self.ready = asyncio.Event()
        self.server = Server(config, self.ready.set)
        self.listener = listen("127.0.0.1", 0)
        self.serving = asyncio.create_task(self.server.serve([self.listener]))

    @asynccontextmanager
    async def lifespan(self, _app):
        yield {"draining": self.draining}

    async def hello(self, _request):
        return PlainTextResponse("draining" if self.draining else "serving")

    async def wait(self, _request):
        self.begun.set()
        await self.go.wait()
        return PlainTextResponse("whole")

    async def ask(self, path):
        """The status and the body of an answer, and whether the connection ended with it."""
        reader, writer = await asyncio.open_connection(*self.listener.getsockname())
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bnscope\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.read() if b"connection: close" in head.lower() else b""
        writer.close()
        return int(head.split()[1]), head.lower(), body


def run(scenario, **settings):
    async def bounded():
        async with asyncio.timeout(60):
            held = Class(**settings)
            await held.ready.wait()
            await scenario(held)
            held.server.should_exit = True
            await held.serving

    asyncio.run(bounded())


def test_an_answer_in_flight_is_finished_when_the_server_ends():
    async def scenario(held):
        answer = asyncio.create_task(held.ask("/wait"))
        await held.begun.wait()
        held.server.should_exit = True
        told = asyncio.Event()
        with held.draining.told_to(told.set):
            await told.wait()
        held.go.set()
        status, _, body = await answer
        assert (status, body) == (200, b"whole")

    run(scenario)


def test_an_answer_that_takes_too_long_is_a_problem_that_says_when_to_ask_again():
    async def scenario(held):
        answer = asyncio.create_task(held.ask("/wait"))
        await held.begun.wait()
        held.server.should_exit = True
        status, head, body = await answer
        assert status == 503
        assert b"retry-after: " in head
        assert orjson.loads(body)["status"] == 503
        held.go.set()  # else the server would wait for it a while, to no purpose

    run(scenario, drain_seconds=0.1)


def test_the_application_is_told_while_connections_are_still_taken():
    async def scenario(held):
        assert not held.draining.is_draining
        held.server.should_exit = True
        told = asyncio.Event()
        with held.draining.told_to(told.set):
            await told.wait()
        assert held.draining.is_draining
        assert (await held.ask("/"))[0] == 200

    run(scenario, drain_delay=0.2)


def test_a_request_that_comes_as_the_server_ends_is_answered():
    async def scenario(held):
        client = socket.socket()

        def ask():
            client.connect(held.listener.getsockname())
            client.sendall(b"GET / HTTP/1.1\r\nHost: bnscope\r\n\r\n")

        with client, held.draining.told_to(ask):
            held.server.should_exit = True
            await held.serving
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")

    run(scenario)


def test_its_clock_cuts_off_a_connection_on_a_real_socket():
    async def scenario(held):
        reader, writer = await asyncio.open_connection(*held.listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nX-A: ")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 408 ")
        writer.close()

    run(scenario, header_seconds=0.2)


def test_a_signal_is_not_raised_again_when_all_is_finished():
    """Else a server that was asked to end would end by that signal, not with exit code 0."""

    async def scenario(held):
        held.server.handle_exit(15, None)
        await held.serving
        assert held.server._captured_signals == []

    run(scenario)


@pytest.mark.parametrize("begins", ["before", "after"])
def test_whoever_listens_is_told_once_that_the_end_begins(begins):
    draining, told = Draining(), []
    if begins == "before":
        draining.begin()
    with draining.told_to(lambda: told.append("end")):
        if begins == "after":
            assert told == []
            draining.begin()
        assert told == ["end"]
    draining.begin()
    assert told == ["end"]
    assert draining
