"""The font of formulas. `python -m app.formula_font` makes it and writes it to standard output.

That takes two seconds of nothing but Python. In a process of its own, and one that gives way to others, it leaves the
server its interpreter lock and its cores.
"""

import io
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from app.release import ROOT

CHARACTERS = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x131, 0x131), (0x237, 0x237), (0x2C6, 0x2DC), (0x300, 0x338), (0x370, 0x3FF),
    (0x2010, 0x2044), (0x20D0, 0x20E1), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2300, 0x232A),
    (0x239B, 0x23B9), (0x27E6, 0x27EF), (0x2A00, 0x2A10), (0x1D434, 0x1D467), (0x1D49C, 0x1D4CF), (0x1D6A4, 0x1D71B),
)  # fmt: skip
LAYOUT_FEATURES = ("ccmp", "dtls", "flac", "kern", "locl", "ssty")
"""What browsers apply by themselves (OpenType's registered features; MathML Core, 4); stylistic sets are left out."""
NICENESS = 10


def formula_font_apart() -> bytes:
    """`formula_font`, made by another process, which Ctrl-C in the server's terminal does not reach."""
    command = [sys.executable, "-m", "app.web.pages.formula_font"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, start_new_session=True).stdout


def formula_font() -> bytes:
    """STIX Two Math (SIL Open Font License) as the package ziamath carries it, cut down to `CHARACTERS`, as WOFF2."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    package = find_spec("ziamath")
    assert package is not None
    assert package.origin is not None
    font = TTFont(Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf")
    subsetter = Subsetter(Options(layout_features=list(LAYOUT_FEATURES)))
    subsetter.populate(unicodes=[code for low, high in CHARACTERS for code in range(low, high + 1)])
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(formula_font())
