"""The kinds of executors: processes of this machine, threads of this process, or a Dask cluster."""

import signal
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

from app.machine import cores
from app.settings import Settings
from app.web.runs.cluster import cluster
from app.web.runs.pool import Kind
from app.web.work.processes import begin, context, count_of


def kind_of(settings: Settings) -> Kind:
    """The kind that the settings name."""
    if settings.scheduler:
        return cluster(settings.scheduler)
    each = count_of(settings)
    return Kind(partial(_processes, each) if each else _threads, _end)


def _processes(count: int) -> Executor:
    """The first chunk of each starts it. It holds nothing that would have to be put away when its worker is gone."""
    return ProcessPoolExecutor(count, context(), initializer=begin, initargs=(signal.SIGKILL,))


def _threads() -> Executor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="run")


def _end(executor: Executor) -> None:
    executor.shutdown(wait=False, cancel_futures=True)
