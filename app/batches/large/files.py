"""The large arrays that this server's owner lists, by the name of their file."""

import logging
import re
import threading
import time
from collections.abc import Callable

from app.batches.large.kept import KeptFindings
from app.batches.large.listing import files_in
from app.batches.large.source import LargeSource
from app.errors import InvalidQuery, UnreadableBatch
from app.kept import Kept
from app.settings import Settings
from bncore.errors import BatchNormError
from bncore.stream.cutting import feature_axis_of
from bncore.stream.sources.file import File
from bncore.stream.sources.opening import opened_file

PREFIX = "large:"
LARGE = re.compile(r"large:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""What such a source is called: by its file's name. Others in the folder are not listed."""

STATE = ".state.npz"
"""How the state of a stream is called, which lies beside its file and is no array to look at."""

LOOKED = 5.0  # seconds for which a listing holds
OPENED = 16  # sources that are kept open

log = logging.getLogger("bnscope.large")


class LargeFiles:
    """The files of the folder, or URL, that the settings name. Safe with several threads; all methods may block."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._place, self._folder, self._clock = settings.datasets, settings.cache_dir / "large", clock
        self._listed: dict[str, File] = {}
        self._until = 0.0
        self._lock = threading.Lock()
        self._opened: Kept[LargeSource] = Kept(OPENED, lambda _source: 1)

    def listed(self) -> dict[str, File]:
        """The files by the names of their sources; looked for again every few seconds."""
        with self._lock:
            if self._place and self._clock() >= self._until:
                self._listed = self._look()
                self._until = self._clock() + LOOKED
            return self._listed

    def known(self, source: str) -> File:
        """The file of a source. Raises InvalidQuery where it is not listed."""
        file = self.listed().get(source)
        if file is None:
            name = source.removeprefix(PREFIX)
            raise InvalidQuery(
                f"There is no file {name!r} among those that this server lists.", field="source", given=source,
                allowed=", ".join(self._listed) or "none of this server's, as it lists no files",
            )  # fmt: skip
        return file

    def stamp(self, source: str) -> str:
        """What differs once the file is another one. Raises InvalidQuery as `known`."""
        return self.known(source).stamp

    def open(self, source: str, array: str | None, feature_axis: int) -> LargeSource:
        """The source, to draw batches from. Raises InvalidQuery, and UnreadableBatch for what cannot be read so."""
        file = self.known(source)
        key = (source, file.stamp, array, feature_axis)
        return self._opened.get_or_make(key, lambda: self._open(file, array, feature_axis))

    def _open(self, file: File, array: str | None, feature_axis: int) -> LargeSource:
        try:
            stream = opened_file(file, array)
            axis = feature_axis_of(stream.example, feature_axis)
        except (BatchNormError, OSError) as error:
            parameter = getattr(error, "parameter", "source")
            field = parameter if parameter in ("array", "feature_axis") else "source"
            given = {"array": array, "feature_axis": feature_axis}.get(field, file.name)
            raise UnreadableBatch(str(error).removeprefix("x: "), field=field, given=given) from error
        kept = KeptFindings(self._folder, file.name, stream.stamp, str(axis))
        return LargeSource(file.name, stream, axis, kept)

    def _look(self) -> dict[str, File]:
        try:
            files = files_in(self._place)
        except Exception as error:  # of any file system that fsspec knows
            log.warning("BNSCOPE_DATASETS cannot be listed: %s", error)
            return {}
        offered = (file for file in files if not file.name.endswith(STATE))
        return {f"{PREFIX}{file.name}": file for file in offered if LARGE.fullmatch(f"{PREFIX}{file.name}")}
