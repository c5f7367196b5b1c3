"""Which release is running: the version, and a fingerprint of the files that make it."""

import hashlib
from functools import cache
from pathlib import Path

from bncore import __version__

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("bncore", "app", "static", "templates")
KINDS = {".py", ".c", ".h", ".js", ".css", ".html", ".svg"}


@cache
def fingerprint() -> str:
    """Twelve hexadecimal digits that change with any file of the product; part of every ETag and static address."""
    digest = hashlib.sha256(__version__.encode())
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            if path.suffix in KINDS:
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
