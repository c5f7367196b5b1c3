"""The compiled module, if there is one and it was built from the sources that are here."""

from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType

SOURCE = Path(__file__).parent / "source"


def fingerprint(folder: Path = SOURCE) -> str:
    """Twelve hexadecimal digits that change with the sources; none where there are none, as in a package."""
    files = sorted(folder.glob("*.[ch]"))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12] if files else ""


@cache
def compiled() -> tuple[ModuleType | None, str | None]:
    """The module, or why there is none."""
    try:
        module = import_module("bncore.kernels._compiled")
    except ImportError as error:
        return None, "the kernels are not built" if isinstance(error, ModuleNotFoundError) else str(error)
    if module.SOURCE and fingerprint() not in ("", module.SOURCE):
        return None, "the kernels were built from other sources"
    return module, None
