"""Which release is running: the version, a fingerprint of the files that make it, and what computes its numbers."""

import hashlib
from functools import cache
from pathlib import Path

from bncore import __version__, backend

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("bncore", "app", "static", "templates")
KINDS = {".py", ".c", ".h", ".js", ".css", ".html", ".svg"}


@cache
def fingerprint() -> str:
    """Twelve hexadecimal digits that change with any file of the product: part of each static address."""
    digest = hashlib.sha256(__version__.encode())
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            if path.suffix in KINDS:
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def arithmetic() -> str:
    """The release, and what else decides its numbers to the last bit: part of every ETag and name of what is kept.

    The kernels add up in another order than NumPy, and not every instruction set rounds a product before it adds it.
    Threads change no bit of theirs.
    """
    by = backend()
    return "-".join([fingerprint(), by.name, *(part for part in (by.build, by.instructions) if part)])
