"""Processes that end with the one that started them, however that ends."""

import multiprocessing
import os
import signal
import threading


def end_with_parent(with_signal: int = signal.SIGTERM) -> None:
    """Send this process the signal once its parent is gone; to be called in a child that `multiprocessing` spawned.

    The pipe between them tells it at once, on every system, also where the parent is killed and cannot say goodbye.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), with_signal)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()
