"""Results of heavy work that machines share: what is not here is looked for in the store, what is made is put there.

<store>/results/<ETag>, which names the query, the release and the kind of processor. A result states its length and
checksum, so a damaged one is computed anew. A store that is away costs the sharing and nothing else.
"""

import time
from contextlib import suppress
from pathlib import Path

from app.errors import NoRoom
from app.settings import Settings
from app.store import Lately, SharedStore, Unreachable, over
from app.web.work.results import Result, Results, opened

MISSED = 10.0  # seconds for which a result that was not there is not looked for again
SWEEP = 600.0  # seconds between two looks at how much room the results take


class SharedResults(Results):
    """The results of a folder, and of a store behind it."""

    def __init__(self, folder: Path, most_bytes: int, store: SharedStore) -> None:
        super().__init__(folder, most_bytes)
        self._store = store
        self._missed, self._swept = Lately(MISSED, time.monotonic), Lately(SWEEP, time.monotonic)

    def get(self, etag: str) -> Result | None:
        """The result kept under an ETag, here or on another machine."""
        kept = super().get(etag)
        if kept is not None or etag in self._missed:
            return kept
        self._missed.add(etag)
        with suppress(Unreachable, NoRoom):
            return self._fetched(etag)
        return None

    def keep(self, written: Path, etag: str) -> None:
        """Keep a result here and, in the background, for the others."""
        super().keep(written, etag)
        self._store.later(lambda: self._store.send(_name(etag), self._path(etag)))
        if "results" not in self._swept:
            self._swept.add("results")
            self._store.later(self.sweep)

    def sweep(self) -> None:
        """Remove the results that were put first from the store, as far as it has more than its bytes."""
        for object_ in over(self._store.listed("results"), self._most):
            self._store.remove(object_.name)

    def _fetched(self, etag: str) -> Result | None:
        object_ = self._store.find(_name(etag))
        if object_ is None or object_.bytes > self._most:
            return None
        with self.place(self._folder) as path:
            with path.open("wb") as file:
                self._store.fetch(object_, file)
            result = opened(path)
            if result is None:
                self._store.told(object_.name)
            else:
                super().keep(path, etag)
        return result


def results_of(settings: Settings) -> Results:
    """The results that the workers of this machine share, and with other machines where there is a store for that."""
    folder = settings.cache_dir / "results"
    if not settings.store:
        return Results(folder, settings.results_bytes)
    return SharedResults(folder, settings.results_bytes, SharedStore(settings.store))


def _name(etag: str) -> str:
    return "results/" + etag.strip('"')
