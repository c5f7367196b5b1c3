"""The folder in which the worker processes of one server keep their metrics, so that any of them tells of all.

Made before `prometheus_client` is imported, which looks for its environment variable then. Files are made as large as
they will be: a disk that is full later would kill a process that writes to a mapped file.
"""

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.web.operations.metrics import Metrics

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
KINDS = ("counter", "histogram", "gauge_livesum")
RESERVED = 256 * 1024  # bytes of each file: a thousand series, which a worker does not come to


@contextmanager
def shared_metrics(cache: Path) -> Iterator[Path | None]:
    """For the parent of workers: a new folder of their own below `cache`, removed at the end; None where none can be.

    Folders that servers of this machine left behind when they were killed are removed.
    """
    name = f"metrics-{socket.gethostname()}-"
    folder = (cache / f"{name}{os.getpid()}").resolve()
    try:
        for old in cache.glob("metrics-*"):
            number = old.name.removeprefix(name)  # another machine's name may begin as this one's does
            if number.isdecimal() and (int(number) == os.getpid() or not alive(int(number))):
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError:
        yield None  # each worker then tells of itself
        return
    os.environ[VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)


def joined() -> Path | None:
    """For a worker: the folder, with room for this process; None where there is none, or no room."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return None
    folder = Path(named)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            reserve(folder / f"{kind}_{os.getpid()}.db")
    except OSError:
        os.environ.pop(VARIABLE)
        return None
    return folder


def measured() -> "Metrics":
    """What this process counts with, shared with the other workers where there are any."""
    folder = joined()
    from app.web.operations.metrics import Metrics  # not before: the package looks for its folder when it is imported

    return Metrics(folder)


def reserve(file: Path) -> None:
    """Give a file all the room that it will take."""
    with file.open("ab") as opened:
        if opened.tell() == 0:
            opened.write(bytes(RESERVED))


def members(folder: Path) -> set[int]:
    """The processes that have files in the folder."""
    numbers = (file.stem.rpartition("_")[2] for file in folder.glob("*.db"))
    return {int(number) for number in numbers if number.isdecimal()}


def with_children(processes: set[int]) -> set[int]:
    """The processes, and those that they have started to compute for them; themselves where the system does not say."""
    family, unseen = set(processes), list(processes)
    while unseen:
        started = _children(unseen.pop()) - family
        family |= started
        unseen += started
    return family


def _children(process: int) -> set[int]:
    children: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):  # a thread that has just ended
                children |= {int(child) for child in (task / "children").read_text().split()}
    return children


def alive(process: int) -> bool:
    """Whether there is such a process."""
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True
