"""How far a stream was read, in a file, so that a run that was killed goes on where it was."""

import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from bncore.arguments import Array
from bncore.errors import BadParameter
from bncore.stream.cells import Cells
from bncore.stream.grid import Grid
from bncore.stream.part import Part
from bncore.stream.sums import Sums
from bncore.stream.tally import Tally

SECONDS = 5.0
"""Between two states that are written: a killed run loses no more."""

VERSION = 1
PART = ("mean", "rest", "squares", "squares_rest", "low", "high")


class State:
    """The file at `path`, for a stream that `about` tells from others; None keeps nothing.

    `written` is how many examples the second pass has written, and `how` what it writes, and where to; `is_whole` says
    that the first one has ended.
    """

    def __init__(self, path: str | Path | None, about: str, every: float = SECONDS) -> None:
        self._path, self._about, self._every = None if path is None else Path(path), about, every
        self._last = time.monotonic()
        self.grid: Grid | None = None
        self.tally: Tally | None = None
        self.is_whole, self.written, self.how = False, 0, ""
        if self._path is not None and self._path.exists():
            self._load(self._path)

    def second(self, how: str) -> None:
        """The second pass begins: from the front, unless it is `how` the state was left."""
        self.written = self.written if how == self.how else 0
        self.how = how

    def keep(self, *, now: bool = False) -> bool:
        """Write the file if it is time to, or `now`; whether it was written."""
        if self._path is None or not (now or time.monotonic() - self._last >= self._every):
            return False
        self._last = time.monotonic()
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with beside.open("wb") as file:
            np.savez(file, **self._arrays())
        beside.replace(self._path)
        return True

    def is_time(self) -> bool:
        """Whether the file is to be written now."""
        return self._path is not None and time.monotonic() - self._last >= self._every

    def _arrays(self) -> dict[str, Any]:
        grid, tally = self.grid, self.tally
        assert grid is not None
        assert tally is not None
        head = {
            "version": VERSION, "about": self._about, "is_whole": self.is_whole, "written": self.written,
            "how": self.how,
            "examples": tally.examples, "count": tally.part.count, "bits": grid.bits,
        }  # fmt: skip
        sums = {} if tally.sums is None else {"total": tally.sums.total, "cross": tally.sums.cross}
        part = {name: getattr(tally.part, name) for name in PART}
        cells = {"centre": grid.centre, "unit": grid.unit, "counts": tally.cells.of(grid.cells)}
        return {"head": json.dumps(head)} | cells | part | sums

    def _load(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as arrays:
                head, kept = json.loads(str(arrays["head"])), {name: arrays[name] for name in arrays.files}
            if (head["version"], head["about"]) != (VERSION, self._about):
                detail = f"state is {str(path)!r}, that of another stream; give another file."
                raise BadParameter(detail, parameter="state")
            self._take(head, kept)
        except (OSError, TypeError, ValueError, KeyError, zipfile.BadZipFile) as error:  # TypeError: an NPY file
            if isinstance(error, BadParameter):
                raise
            raise BadParameter(f"state is {str(path)!r}, which is no state; delete it.", parameter="state") from error

    def _take(self, head: dict[str, Any], kept: dict[str, Array]) -> None:
        self.is_whole, self.written = bool(head["is_whole"]), int(head["written"])
        self.how = str(head.get("how", ""))
        self.grid = Grid(kept["centre"], kept["unit"], int(head["bits"]))
        part = Part(int(head["count"]), *(kept[name] for name in PART))
        sums = Sums(kept["total"], kept["cross"]) if "total" in kept else None
        self.tally = Tally(int(head["examples"]), part, Cells(0, kept["counts"]), sums)
