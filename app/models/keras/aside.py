"""The process that reads HDF5 for this one: begun with the first question, begun anew when a file has ended it."""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import app
from app.errors import UnreadableModel, UploadTooLarge
from app.models.limits import ANSWER, SECONDS

SERVE = "from app.models.keras.child import serve; serve()"
ROOT = Path(app.__file__).parent.parent
REFUSALS = {error.__name__: error for error in (UnreadableModel, UploadTooLarge)}


class Aside:
    """One process, which answers one question at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, **question: Any) -> Any:
        """The answer to a question.

        Raises:
            UnreadableModel, UploadTooLarge: the file is refused.
            ValueError: it is damaged, or it has crashed the process, or taken more time than a model does.
            ImportError: the library of HDF5 cannot be loaded, ModuleNotFoundError where it is not installed.
        """
        with self._lock:
            try:
                told = json.loads(self._answer(json.dumps(question).encode() + b"\n"))
            except BaseException:
                self.close()
                raise
        if "refused" in told:
            raise REFUSALS[told["refused"]](told["detail"], field="file", given=told["given"], allowed=told["allowed"])
        if "unloaded" in told:
            raise (ModuleNotFoundError if told["is_missing"] else ImportError)(told["detail"], name=told["unloaded"])
        if "damaged" in told:
            raise ValueError(told["damaged"])
        return told["answer"]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _answer(self, question: bytes) -> bytes:
        """One line for another."""
        process = self._process if self._process and self._process.poll() is None else self._begun()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(question)
        process.stdin.flush()
        end, line = time.monotonic() + SECONDS, bytearray()
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
            piece = os.read(process.stdout.fileno(), 2**16) if ready else b""
            if not piece or len(line) > ANSWER:
                raise ValueError("the library of HDF5 fails at it, or takes longer than for a model")
            line += piece
        return bytes(line)

    def _begun(self) -> subprocess.Popen[bytes]:
        self.close()
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "OPENBLAS_NUM_THREADS": "1"},
        )
        return self._process


_asides: dict[int, Aside] = {}


def aside() -> Aside:
    """The process of this one, which a fork of it does not share."""
    if os.getpid() not in _asides:
        _asides.clear()
        _asides[os.getpid()] = Aside()
        atexit.register(_asides[os.getpid()].close)
    return _asides[os.getpid()]
