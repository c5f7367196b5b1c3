"""Builds the compiled kernels of `bncore` in their place in the tree, where they are missing or of other sources.

    python -m scripts.kernels [--install]

Sources and flags are those of pyproject.toml. Without a compiler or Python's headers, or where nothing can be written,
it says a word and all goes on: `bncore` computes with NumPy then. Where CI is set, sources that no compiler takes
are a failure. `--install` first installs compiler and headers from Debian or Ubuntu, where it may: for the image.
Only the standard library here.
"""

import contextlib
import os
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "bncore" / "kernels" / "_compiled.abi3.so"
PATIENCE = 300  # seconds for one file


class NotBuilt(Exception):
    """Why there are no kernels."""


class Broken(NotBuilt):
    """There is a compiler, and it builds none: in CI that is a failure."""


def main() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"][0]
    if "--install" in sys.argv[1:]:
        install()
    try:
        if not is_current(source := fingerprint()):
            build(table, source)
    except (NotBuilt, OSError) as reason:
        go_without(reason)


def go_without(reason: NotBuilt | OSError) -> None:
    """Says a word, and leaves no outdated module behind where it can; one that stays counts for nothing."""
    with contextlib.suppress(OSError):
        BUILT.unlink(missing_ok=True)
    why = reason if isinstance(reason, NotBuilt) else f"its kernels cannot be written ({reason.strerror})"
    print(f"bncore computes with NumPy alone, the same and slower: {why}.", file=sys.stderr)
    if isinstance(reason, Broken) and os.environ.get("CI"):
        raise SystemExit(1)


def fingerprint() -> str:
    """As the loader has it; without importing bncore, which is not needed to build it."""
    return str(runpy.run_path(str(ROOT / "bncore/kernels/loading.py"))["fingerprint"]())


def is_current(source: str) -> bool:
    """Whether the module is there, and of these sources."""
    return BUILT.exists() and source.encode() in BUILT.read_bytes()


def build(table: dict[str, list[str]], source: str) -> None:
    """Compiles each file by itself, all at once, and puts the module in its place when it is whole."""
    compiler, include = command(), headers()
    flags = [*table["extra-compile-args"], "-fPIC", f"-I{include}", f'-DBN_SOURCE="{source}"', *extra("CFLAGS")]
    shared = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")[1:]
    with tempfile.TemporaryDirectory(dir=BUILT.parent) as folder, ThreadPoolExecutor() as pool:
        objects = {path: f"{folder}/{Path(path).stem}.o" for path in table["sources"]}
        calls = [[*compiler, *flags, "-c", path, "-o", to] for path, to in objects.items()]
        list(pool.map(run, calls))
        made = f"{folder}/{BUILT.name}"
        run([*compiler, *shared, *objects.values(), *table["extra-link-args"], *extra("LDFLAGS"), "-o", made])
        Path(made).replace(BUILT)


def command() -> list[str]:
    """The C compiler."""
    built_python = shlex.split(sysconfig.get_config_var("CC") or "")[:1]
    for words in (shlex.split(os.environ.get("CC", "")), built_python, ["cc"], ["gcc"], ["clang"]):
        if words and shutil.which(words[0]):
            return words
    raise NotBuilt("there is no C compiler to build its kernels")


def headers() -> str:
    folder = sysconfig.get_path("include")
    if not Path(folder, "Python.h").exists():
        raise NotBuilt("there is no Python.h to build its kernels")
    return folder


def extra(name: str) -> list[str]:
    return shlex.split(os.environ.get(name, ""))


def run(call: list[str]) -> None:
    try:
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Broken(f"{call[0]} does not run ({type(error).__name__})") from error
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), "no reason given")
        raise Broken(f"{call[0]} does not build its kernels ({said})")


def install() -> None:
    """A compiler, and the headers of a Python that is the distribution's own; whatever comes of it."""
    of_python = ["python3-dev"] if sys.base_prefix == "/usr" else []
    subprocess.run([ROOT / "scripts/apt-install", "gcc", "libc6-dev", *of_python], check=False)


if __name__ == "__main__":
    main()
