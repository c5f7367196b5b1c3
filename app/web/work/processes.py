"""Processes that compute for a worker: how many it has, what they are forked from, and how each begins."""

import contextlib
import gc
import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerContext

from app.machine import cores
from app.settings import Settings
from app.web.serving.parent import end_with_parent

NICENESS = 5  # event loops come first
IMPORTED = ["app.main", "app.batches.loaded"]


def count_of(settings: Settings) -> int:
    """How many of them the settings give each worker for one kind of work; 0 where threads do it."""
    return max(1, cores() // settings.workers) if settings.processes == "auto" else settings.processes


def context() -> ForkServerContext:
    """They are forks of one process that has imported everything."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(IMPORTED)
    return forks


def begin(end_with: int = signal.SIGTERM) -> None:
    """What each does before its first work; `end_with` is the signal that ends it once its worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends its processes itself
    end_with_parent(end_with)
    gc.freeze()  # what was imported before the fork; a full collection would write to all of it, and so copy it
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
