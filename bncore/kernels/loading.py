"""The compiled module, if there is one and it was built from the sources that are here.

hashlib and pathlib would cost a fifth of what importing `bncore` does.
"""

import os
import zlib
from functools import cache
from importlib import import_module
from types import ModuleType

HERE = os.path.dirname(__file__)  # noqa: PTH120
SOURCE = os.path.join(HERE, "source")  # noqa: PTH118
FLAGS = os.path.join(HERE, "..", "..", "pyproject.toml")  # noqa: PTH118
TABLE = b"[[tool.setuptools.ext-modules]]"


def fingerprint(folder: str = SOURCE, flags: str = FLAGS) -> str:
    """Eight hexadecimal digits that change with the sources, their names and what pyproject.toml says of building them;
    none where there are no sources, as in a package.
    """
    if not os.path.isdir(folder):  # noqa: PTH112
        return ""
    sum_of_all = zlib.crc32(_read(flags).partition(TABLE)[2].partition(b"\n[")[0]) if os.path.isfile(flags) else 0  # noqa: PTH113
    for path in _sources(folder):
        sum_of_all = zlib.crc32(path[len(folder) :].encode() + b"\0" + _read(path) + b"\0", sum_of_all)
    return f"crc-{sum_of_all:08x}"


def _sources(folder: str) -> list[str]:
    return sorted(
        os.path.join(place, name)  # noqa: PTH118
        for place, _, names in os.walk(folder)
        for name in names
        if name.endswith((".c", ".h"))
    )


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


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
