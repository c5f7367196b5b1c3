"""What stands in a folder that may be far away: looked at by a thread of its own, and waited for so long, no longer."""

import logging
import threading
import time
from collections.abc import Callable

from bncore.stream.sources.file import File

Files = dict[str, File]
PATIENCE = 3.0  # seconds that a look is waited for, from its beginning on
LOOKED = 5.0  # seconds for which it holds
PAUSE = 30.0  # seconds after a failure in which nobody looks

log = logging.getLogger("bnscope.large")


class Looking:
    """The files that `look` finds. One look at a time; one that hangs holds up nobody but those who are there first."""

    def __init__(self, look: Callable[[], Files], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._lock = threading.Lock()  # never held while one looks
        self._ended = threading.Event()
        self._ended.set()
        self._begun, self._until = 0.0, 0.0
        self.seen: Files = {}
        """As last looked at: this never blocks."""
        self.is_away = False
        """Whether the last look failed, or the one that is under way has taken too long."""

    @property
    def is_due(self) -> bool:
        """Whether `files` may block."""
        return self._clock() >= self._until and not (self.is_away and not self._ended.is_set())

    def files(self) -> Files:
        """The files, looked for again every few seconds. Blocks, but no longer than PATIENCE."""
        with self._lock:
            if self._ended.is_set() and self._clock() >= self._until:
                self._ended.clear()
                self._begun = self._clock()
                threading.Thread(target=self._take, name="large", daemon=True).start()
        if not self._ended.wait(max(0.0, self._begun + PATIENCE - self._clock())):
            self.is_away = True
        return self.seen

    def _take(self) -> None:
        try:
            self.seen, self.is_away = self._look(), False
            self._until = self._clock() + LOOKED
        except Exception as error:  # of any file system that fsspec knows
            log.warning("BNSCOPE_DATASETS cannot be listed: %s", error)
            self.is_away = True
            self._until = self._clock() + PAUSE
        finally:
            self._ended.set()
