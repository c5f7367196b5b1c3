"""The large arrays that this server's owner lists, by the name of their file."""

import re
import time
from collections.abc import Callable

from app.batches.large.kept import KeptFindings
from app.batches.large.listing import files_in
from app.batches.large.looking import Looking
from app.batches.large.remote import away
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

OPENED = 16  # sources that are kept open


class LargeFiles:
    """The files of the folder, or URL, that the settings name. Safe with several threads."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._place, self._folder = settings.datasets, settings.cache_dir / "large"
        self._looking = Looking(self._look, clock)
        self._opened: Kept[LargeSource] = Kept(OPENED, lambda _source: 1)

    def listed(self) -> dict[str, File]:
        """The files by the names of their sources; looked for again every few seconds. Blocks a few seconds at most."""
        return self._looking.files() if self._place else {}

    @property
    def is_due(self) -> bool:
        """Whether it is time to look for files: `listed` may block then."""
        return bool(self._place) and self._looking.is_due

    @property
    def seen(self) -> dict[str, File]:
        """The files as last listed. Never blocks."""
        return self._looking.seen

    def known(self, source: str) -> File:
        """The file of a source. Raises InvalidQuery where it is not listed, Busy where their place does not answer."""
        return self._one(source, self.listed())

    def stamp(self, source: str) -> str:
        """What differs once the file is another one, as last listed. Raises as `known`. Never blocks."""
        return self._one(source, self.seen).stamp

    def _one(self, source: str, files: dict[str, File]) -> File:
        if (file := files.get(source)) is not None:
            return file
        if self._place and self._looking.is_away:
            raise away()
        name = source.removeprefix(PREFIX)
        raise InvalidQuery(
            f"There is no file {name!r} among those that this server lists.", field="source", given=source,
            allowed=", ".join(files) or "none of this server's, as it lists no files",
        )  # fmt: skip

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
        offered = (file for file in files_in(self._place) if not file.name.endswith(STATE))
        return {f"{PREFIX}{file.name}": file for file in offered if LARGE.fullmatch(f"{PREFIX}{file.name}")}
