"""What pages load: our own files, plotly.js and the formula font, the last two out of the installed packages.

Addresses contain the release's fingerprint, so browsers keep the files for good; each is compressed once.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from threading import Lock

import anyio.to_thread
import brotli
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from app.batches.uploads.store.disk import locked
from app.release import ROOT, fingerprint
from app.web.answers import accepted_codings
from app.web.pages.formula_font import formula_font_apart

STATIC = ROOT / "static"
PLOTLY = "vendor/plotly.min.js"
FONT = "vendor/math.woff2"
MEDIA_TYPES = {
    ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".woff2": "font/woff2", ".json": "application/json", ".py": "text/x-python",
}  # fmt: skip
COMPRESSED = {".js", ".css", ".svg", ".json", ".py"}
FOREVER = "public, max-age=31536000, immutable"
SUM = 32  # bytes of a SHA-256
CODINGS = ("br", "gzip", "")  # best first

router = APIRouter(include_in_schema=False)


def address(path: str) -> str:
    """The address of an asset, for templates."""
    return f"/static/{fingerprint()}/{path}"


@dataclass(frozen=True)
class Asset:
    """A file's bytes and, where compressing pays, their compressed forms by content coding."""

    media_type: str
    bodies: dict[str, bytes]

    def body(self, accepted: str) -> tuple[str, bytes]:
        """The smallest form that the client takes, with its coding ("" for none)."""
        taken = accepted_codings(accepted)
        coding = next((name for name in CODINGS[:2] if name in taken and name in self.bodies), "")
        return coding, self.bodies[coding]


class Assets:
    """The assets of this worker, each read and compressed when first asked for.

    The two that take a second to make are made by one worker and kept in `folder`, for the others and the next start.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._files = _files(STATIC)
        self._known: dict[str, Asset] = {}
        self._locks = {path: Lock() for path in (PLOTLY, FONT, *self._files)}

    def get(self, path: str) -> Asset | None:
        """The asset, or None if there is no such file."""
        if path not in self._locks:
            return None
        with self._locks[path]:
            if path not in self._known:
                self._known[path] = self._made(path) if path in MADE else _asset(path, self._files[path].read_bytes())
            return self._known[path]

    def _made(self, path: str) -> Asset:
        """An asset that is made from an installed package, from the folder if it has been made before."""
        if self._folder is None:
            return _asset(path, MADE[path]())
        kept = self._folder / f"{Path(path).name}-{fingerprint()}"
        with suppress(OSError, Damaged):
            return _unpacked(path, kept.read_bytes())
        with _one_at_a_time(kept.with_name(f"{Path(path).name}.lock")):
            with suppress(OSError, Damaged):  # another worker has made it meanwhile
                return _unpacked(path, kept.read_bytes())
            asset = _asset(path, MADE[path]())
            with suppress(OSError):  # a file system that cannot be written to costs the time at each start, no more
                _keep(kept, asset)
        return asset

    def warm(self) -> None:
        """Prepare the two that take long."""
        for path in (FONT, PLOTLY):
            self.get(path)


@cache
def _files(folder: Path) -> dict[str, Path]:
    """The files of a folder by their paths in it: ours stay as they are while a release runs."""
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}


def _asset(path: str, content: bytes) -> Asset:
    bodies = {"": content}
    if Path(path).suffix in COMPRESSED:
        quality = 5 if len(content) > 1_000_000 else 9
        bodies |= {"gzip": gzip.compress(content, 6, mtime=0), "br": brotli.compress(content, quality=quality)}
    return Asset(_media_type(path), bodies)


class Damaged(Exception):
    """A kept asset is not what was written: it is made anew."""


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """As long as it lasts, other workers wait; where no lock can be written, none does."""
    with ExitStack() as held:
        with suppress(OSError):
            held.enter_context(locked(lock))
        yield


def _keep(file: Path, asset: Asset) -> None:
    """Write the bodies behind their sum, each under its length, whole or not at all; remove those of other releases."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob(file.name.rpartition("-")[0] + "-*"):
        old.unlink(missing_ok=True)
    bodies = [asset.bodies.get(coding, b"") for coding in CODINGS]
    content = b"".join(len(body).to_bytes(8, "big") + body for body in bodies)
    making = file.with_name(f"making-{token_hex(8)}")
    try:
        with making.open("xb") as written:
            written.write(sha256(content).digest() + content)
            written.flush()
            os.fsync(written.fileno())
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)


def _unpacked(path: str, kept: bytes) -> Asset:
    """The asset that was kept. Raises Damaged."""
    summed, content = kept[:SUM], kept[SUM:]
    if sha256(content).digest() != summed:
        raise Damaged
    bodies, rest = {}, memoryview(content)
    for coding in CODINGS:
        length = int.from_bytes(rest[:8], "big")
        body, rest = bytes(rest[8 : 8 + length]), rest[8 + length :]
        if body:
            bodies[coding] = body
    return Asset(_media_type(path), bodies)


def _media_type(path: str) -> str:
    return MEDIA_TYPES.get(Path(path).suffix, "application/octet-stream")


def plotly_script() -> bytes:
    """plotly.js, as the package plotly carries it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).encode()


MADE = {PLOTLY: plotly_script, FONT: formula_font_apart}


@router.get("/static/{release}/{path:path}")
async def asset(request: Request, release: str, path: str) -> Response:
    """An asset; kept for good by the browser when the address names this release."""
    assets: Assets = request.app.state.assets
    known = await anyio.to_thread.run_sync(assets.get, path)
    if known is None:
        raise HTTPException(404, "No such file")
    coding, body = known.body(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": FOREVER if release == fingerprint() else "no-cache", "Vary": "Accept-Encoding"}
    if coding:
        headers["Content-Encoding"] = coding
    return Response(body, media_type=known.media_type, headers=headers)
