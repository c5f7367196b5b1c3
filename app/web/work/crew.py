"""Who does heavy work: processes, so that an event loop computes a few milliseconds at most; or threads of this one.

Unlike those of a `ProcessPoolExecutor`, a hand can be told to stop, tells its progress, and takes nobody else's work
with it when it dies (docs/adr/0014-work-in-turns.md).
"""

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Protocol

from app.errors import NoMemory
from app.web.work.hand import CANCEL, Done, Prepare, live, perform
from app.web.work.job import Began, Cancelled, Job, Step, Tell, Telling
from app.web.work.processes import context

GRACE = 1.0  # seconds in which a hand may stop by itself
PATIENCE = 2.0  # seconds that a hand has to end with the server
TOO_MUCH = "This computation needs more memory than the server gives to one: ask for less."
ATTEMPTS = 2  # how often a job is begun whose hand dies

log = logging.getLogger("bnscope.work")


class HandFailed(RuntimeError):
    """A mistake of ours in another process; its traceback is the text."""


class HandDied(RuntimeError):
    """The process has ended in the middle of a job."""


class Crew(Protocol):
    """Whoever does heavy work, `hands` jobs at a time."""

    hands: int

    async def do(self, job: Job, tell: Tell) -> None:
        """The job, done: its result is in its file then. When cancelled, it ends once the work has stopped."""

    def start(self) -> None:
        """Get ready while nobody waits."""

    def close(self) -> None:
        """End."""


@dataclass(frozen=True, eq=False)
class Hand:
    """A process, and our end of the pipe to it."""

    process: BaseProcess
    pipe: Connection
    _sending: threading.Lock = field(default_factory=threading.Lock)

    def talk(self, job: Job, tell: Tell) -> Done:
        """Give it a job, and pass on what it tells until it is done. Raises HandDied. Blocks."""
        try:
            self._send(job)
            while not isinstance(message := self.pipe.recv(), Done):
                tell(message)
        except (EOFError, OSError):
            raise HandDied from None
        return message

    def stop(self) -> None:
        """Tell it that nobody wants the job any more, behind all of the job. Blocks."""
        with contextlib.suppress(OSError):
            self._send(CANCEL)

    def _send(self, message: Job | str) -> None:
        with self._sending:
            self.pipe.send(message)


class Processes:
    """`hands` processes, started when first needed. `prepare` gives each what it needs; a function of a module.

    A job may take `memory` bytes (None: as many as there are).
    """

    def __init__(self, hands: int, prepare: Prepare, memory: int | None = None) -> None:
        self.hands = hands
        self._prepare, self._memory = prepare, memory
        self._context = context()
        self._idle: list[Hand] = []
        self._all: set[Hand] = set()
        self._starting = threading.Lock()
        self._threads = ThreadPoolExecutor(hands, thread_name_prefix="hand")

    def start(self) -> None:
        """Start the hands that are not there yet. Blocks."""
        while len(self._all) < self.hands:
            with self._starting:
                if len(self._all) < self.hands:  # nobody else has started the last one meanwhile
                    self._idle.append(self._new())

    async def do(self, job: Job, tell: Tell) -> None:
        """As `Crew`. Raises what the job refuses, NoMemory, and HandFailed for a mistake of ours."""
        for attempt in range(1, ATTEMPTS + 1):
            hand = await self._hand()
            try:
                done = await self._done(hand, job, tell)
            except HandDied:
                self._let_go(hand)
                await asyncio.get_running_loop().run_in_executor(self._threads, hand.process.join, PATIENCE)
                log.error("process %d died in attempt %d: %s", hand.process.pid, attempt, hand.process.exitcode)
            else:
                return _raise(done)
        raise NoMemory("The process that computed this has died twice; it may have needed more memory.")

    async def _hand(self) -> Hand:
        while self._idle:
            if (hand := self._idle.pop()).process.is_alive():
                return hand
            self._let_go(hand)
        starting = asyncio.get_running_loop().run_in_executor(self._threads, self._idle_or_new)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._keep)
            raise

    def _keep(self, started: "asyncio.Future[Hand]") -> None:
        """A hand that nobody waits for any more is idle, if it has come about."""
        if not started.cancelled() and started.exception() is None:
            self._idle.append(started.result())

    def _idle_or_new(self) -> Hand:
        """One that somebody else has started meanwhile, or a new one. Blocks."""
        with self._starting:
            return self._idle.pop() if self._idle else self._new()

    def _new(self) -> Hand:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=live, args=(theirs, self._prepare, self._memory), daemon=True)
        process.start()
        theirs.close()
        hand = Hand(process, ours)
        self._all.add(hand)
        return hand

    def _let_go(self, hand: Hand) -> None:
        """At which it ends, if it has not."""
        hand.pipe.close()
        self._all.discard(hand)

    async def _done(self, hand: Hand, job: Job, tell: Tell) -> Done:
        talking = asyncio.get_running_loop().run_in_executor(self._threads, hand.talk, job, _from_a_thread(tell))
        try:
            done = await asyncio.shield(talking)
        except asyncio.CancelledError:
            await self._stop(hand, talking)
            raise
        self._take_back(hand, done)
        return done

    async def _stop(self, hand: Hand, talking: "asyncio.Future[Done]") -> None:
        """Ask the hand to stop, and end it if it does not: it may be starting, with the job half sent."""
        asking = asyncio.get_running_loop().run_in_executor(None, hand.stop)
        await asyncio.wait([talking], timeout=GRACE)
        if not talking.done():
            hand.process.kill()
        await asking  # or the next job would hear it
        try:
            self._take_back(hand, await talking)
        except HandDied:
            self._let_go(hand)

    def _take_back(self, hand: Hand, done: Done) -> None:
        if done.worn:
            self._let_go(hand)
        else:
            self._idle.append(hand)

    def close(self) -> None:
        """End the hands that are idle; those at work end with their jobs, which their flights cancel."""
        for hand in self._idle:
            hand.pipe.close()
        for hand in self._idle:
            hand.process.join(PATIENCE)
            hand.process.kill()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)


class Threads:
    """`hands` threads of this process: for a server of one process, and for tests."""

    def __init__(self, hands: int, prepare: Prepare) -> None:
        self.hands = hands
        self._prepare = prepare
        self._threads = ThreadPoolExecutor(hands, thread_name_prefix="hand")

    async def do(self, job: Job, tell: Tell) -> None:
        """As `Crew`; a job that does not look whether it is wanted goes on to its end."""
        unwanted = threading.Event()
        telling = Telling(job, _from_a_thread(tell), unwanted.is_set)
        working = asyncio.get_running_loop().run_in_executor(self._threads, perform, self._prepare(), job, telling)
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            unwanted.set()
            with contextlib.suppress(Exception, Cancelled):
                await working
            raise
        except MemoryError as error:
            raise NoMemory(TOO_MUCH) from error

    def start(self) -> None:
        """Threads start by themselves."""

    def close(self) -> None:
        """End."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _from_a_thread(tell: Tell) -> Tell:
    """To be called in a thread: tells it in the event loop."""
    loop = asyncio.get_running_loop()

    def heard(message: Began | Step) -> None:
        loop.call_soon_threadsafe(tell, message)

    return heard


def _raise(done: Done) -> None:
    """Raise what a job ended with."""
    if isinstance(done.refusal, MemoryError):
        raise NoMemory(TOO_MUCH) from done.refusal
    if done.refusal is not None:
        raise done.refusal
    if done.mistake:
        raise HandFailed(done.mistake)
