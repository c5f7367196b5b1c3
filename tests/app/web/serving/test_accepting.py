"""Connections are taken all at once: nobody waits in the queue while others are answered."""

import asyncio
import errno
import socket

import pytest
import uvloop

from app.web.serving.accepting import MOST, Acceptor
from app.web.serving.listening import listen

CLIENTS = 24
CROWD = MOST + 4
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Taken(asyncio.Protocol):
    """Notes the round of the event loop in which its connection was taken."""

    def __init__(self, rounds):
        self._rounds = rounds

    def connection_made(self, transport):
        self._rounds.append(self._rounds.now)
        self._transport = transport

    def connection_lost(self, _error):
        self._transport.close()


class Rounds(list):
    now = 0


@pytest.fixture(params=LOOPS)
def loop(request):
    loop = LOOPS[request.param]()
    yield loop
    loop.close()


def test_all_that_wait_are_taken_in_one_round_of_the_event_loop(loop):
    async def scenario():
        listener, rounds = listen("127.0.0.1", 0), Rounds()
        clients = [socket.create_connection(listener.getsockname()) for _ in range(CLIENTS)]
        acceptor = Acceptor(listener, 2048, lambda: Taken(rounds))
        while len(rounds) < CLIENTS:
            rounds.now += 1
            await asyncio.sleep(0)
        await acceptor.close()
        for client in clients:
            client.close()
        await asyncio.sleep(0)
        assert max(rounds) - min(rounds) <= 1

    loop.run_until_complete(asyncio.wait_for(scenario(), 60))


def test_those_in_the_queue_are_taken_before_it_is_closed(loop):
    async def scenario():
        listener, rounds = listen("127.0.0.1", 0), Rounds()
        acceptor = Acceptor(listener, 2048, lambda: Taken(rounds))
        clients = [socket.create_connection(listener.getsockname()) for _ in range(CROWD)]
        await acceptor.close()
        assert len(rounds) == CROWD
        for client in clients:
            client.close()
        await asyncio.sleep(0)

    loop.run_until_complete(asyncio.wait_for(scenario(), 60))


class Full:
    """A listener in a process that may open no more files, until it may."""

    def __init__(self, listener):
        self._listener = listener
        self.tries = 0
        self.is_full = True

    def accept(self):
        self.tries += 1
        if self.is_full:
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listener.accept()

    def __getattr__(self, name):
        return getattr(self._listener, name)


def test_where_no_file_can_be_opened_it_waits_and_the_log_says_so(loop, caplog):
    async def scenario():
        full, rounds = Full(listen("127.0.0.1", 0)), Rounds()
        with socket.create_connection(full.getsockname()):
            acceptor = Acceptor(full, 2048, lambda: Taken(rounds), pause=0.1)
            while not full.tries:
                await asyncio.sleep(0)
            for _ in range(10):
                await asyncio.sleep(0)
            assert full.tries == 1
            full.is_full = False
            while not rounds:
                await asyncio.sleep(0)
            await acceptor.close()
        await asyncio.sleep(0)

    loop.run_until_complete(asyncio.wait_for(scenario(), 60))
    assert "No connection can be taken now: Too many open files" in caplog.messages
