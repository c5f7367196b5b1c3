"""What a stream sends when: comments into silence, events no faster than they may leave, the end with the server."""

from contextlib import ExitStack
from itertools import pairwise
from math import inf
from types import SimpleNamespace

import anyio
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings
from app.web.events import PING, Event
from app.web.runs import sending
from app.web.runs.runs import Runs
from app.web.runs.sending import Pace, RunStream
from app.web.serving.draining import Draining
from tests.app.web.runs.walk import LONG


class Reader:
    """Takes what is sent, and wakes whoever waits for something of it."""

    def __init__(self):
        self.taken = []
        self.draining = Draining()
        self._news = anyio.Event()

    async def send(self, message):
        if message["type"] == "http.response.body" and message["body"]:
            self.taken.append(message["body"])
            self._news.set()
            self._news = anyio.Event()

    async def stays(self):
        await anyio.sleep_forever()

    async def until(self, holds):
        while not holds(self.taken):
            await self._news.wait()

    async def reads(self, events, pace):
        app = SimpleNamespace(state=SimpleNamespace(draining=self.draining))
        with anyio.fail_after(LONG):
            await RunStream(events, pace, ExitStack())({"type": "http", "app": app}, self.stays, self.send)


def event(number):
    return Event("step", b"{}", str(number))


def test_a_comment_is_sent_into_each_silence_and_none_where_there_is_no_silence(monkeypatch):
    reader = Reader()

    async def events(emit):
        monkeypatch.setattr(sending, "PING_EVERY", 0.001)
        await emit(event(1))
        await reader.until(lambda taken: taken.count(PING) >= 3)
        monkeypatch.setattr(sending, "PING_EVERY", LONG)
        await emit(event(2))
        await emit(event(3))

    anyio.run(reader.reads, events, Pace(10**6, LONG))
    retry, *sent = reader.taken
    assert retry.startswith(b"retry: ")
    assert [one for one in sent if one != PING] == [event(number).written() for number in (1, 2, 3)]
    assert PING not in sent[sent.index(event(2).written()) :]
    assert sent.count(PING) >= 3


class Never(Pace):
    """After the third event none is due any more."""

    def after(self, due, _now):
        return inf if due == 2 else due + 1  # seconds on a clock that is long past them


def test_an_event_waits_until_it_is_due_and_the_work_behind_it_waits_too():
    reader, made = Reader(), []

    async def events(emit):
        for number in range(100):
            made.append(number)
            await emit(event(number))

    async def read():
        async with anyio.create_task_group() as group:
            group.start_soon(reader.reads, events, Never(1, LONG))
            await reader.until(lambda taken: len(taken) == 1 + 3)
            await anyio.wait_all_tasks_blocked()
            reader.draining.begin()

    anyio.run(read)
    assert reader.taken[1:] == [event(number).written() for number in range(3)]
    assert len(made) <= 6  # one in hand, one on its way, one that waits for room


@given(st.integers(1, 100), st.integers(0, 50), st.lists(st.floats(0, 3), min_size=1, max_size=150))
def test_in_no_span_of_time_more_events_leave_than_its_seconds_and_a_burst_allow(events, burst, gaps):
    pace, due, now, left = Pace(events, 1, burst), 0.0, 1000.0, []
    for gap in gaps:
        now = max(now + gap, due)  # when the event is there, and may leave
        left.append(now)
        due = pace.after(due, now)
    for first in range(len(left)):
        for last in range(first, len(left)):
            span = left[last] - left[first]
            assert last - first + 1 <= burst + 1 + span * events + 1e-3 * (last - first + 1)
    assert all(later >= earlier for earlier, later in pairwise(left))


def test_the_pace_of_a_server_is_that_of_its_settings():
    settings = Settings(run_events=7, run_send_seconds=3, run_burst=11)
    assert Runs(settings, None).pace == Pace(7, 3, 11)
    usual = Settings()
    assert (usual.run_events, usual.run_send_seconds) == (20, 10)


def test_a_stream_ends_with_the_server_and_its_work_with_it():
    reader, ended = Reader(), []

    async def events(emit):
        try:
            await emit(event(1))
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def read():
        async with anyio.create_task_group() as group:
            group.start_soon(reader.reads, events, Pace(10**6, LONG))
            await reader.until(lambda taken: len(taken) == 2)
            reader.draining.begin()

    anyio.run(read)
    assert ended == [True]
