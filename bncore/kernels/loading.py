"""The compiled module, if there is one and it was built from the sources that are here.

hashlib and pathlib would cost a fifth of what importing `bncore` does.
"""

import os
import zlib
from functools import cache
from importlib import import_module
from types import ModuleType

SOURCE = os.path.join(os.path.dirname(__file__), "source")  # noqa: PTH118, PTH120


def fingerprint(folder: str = SOURCE) -> str:
    """Eight hexadecimal digits that change with the sources; none where there are none, as in a package."""
    if not os.path.isdir(folder):  # noqa: PTH112
        return ""
    sum_of_all = 0
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if name.endswith((".c", ".h")):
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
                sum_of_all = zlib.crc32(file.read(), sum_of_all)
    return f"crc-{sum_of_all:08x}"


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
