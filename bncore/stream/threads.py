"""Chunks side by side on all threads that the kernels may have, their results in the chunks' order."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from bncore import kernels

Result = TypeVar("Result")
AHEAD = 2  # tasks a thread that are begun before their results are wanted


def in_order(tasks: Iterator[Callable[[], Result]]) -> Iterator[Result]:
    """The results of tasks, a few of which are under way at a time; of one thread, one after the other."""
    threads = kernels.backend().threads
    if threads == 1:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(threads, "stream") as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(task))
                if len(waiting) >= AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
