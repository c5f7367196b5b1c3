"""The kinds of executors: processes of this machine, threads of this process, or a Dask cluster."""

import contextlib
import gc
import multiprocessing
import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

from app.machine import cores
from app.settings import Settings
from app.web.runs.cluster import cluster
from app.web.runs.pool import Kind
from app.web.serving.parent import end_with_parent

NICENESS = 5  # event loops come first


def kind_of(settings: Settings) -> Kind:
    """The kind that the settings name."""
    if settings.scheduler:
        return cluster(settings.scheduler)
    each = max(1, cores() // settings.workers) if settings.processes == "auto" else settings.processes
    return Kind(partial(_processes, each) if each else _threads, _end)


def _processes(count: int) -> Executor:
    """Forks of one process that has imported everything; the first chunk of each starts it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["app.main", "app.batches.loaded"])
    return ProcessPoolExecutor(count, context, initializer=_begin)


def _threads() -> Executor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="run")


def _begin() -> None:
    """What a process does before its first chunk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends its processes
    end_with_parent(signal.SIGKILL)  # it holds nothing that would have to be put away
    gc.freeze()  # what was imported before the fork; a full collection would write to all of it, and so copy it
    with contextlib.suppress(OSError):
        os.nice(NICENESS)


def _end(executor: Executor) -> None:
    executor.shutdown(wait=False, cancel_futures=True)
