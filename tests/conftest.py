"""What every test gets: Hypothesis's profiles and a browser's path."""

import gc
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# No deadlines: a slow machine is no failure. CI draws the same examples every time: a red run there can be repeated.
# Elsewhere they are others each time: few of them at a time are many in a week.
settings.register_profile("default", deadline=None, max_examples=40)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# Heavy work in threads, unless a test is about processes: each of those takes a second to start.
os.environ.setdefault("BNSCOPE_PROCESSES", "0")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test with a page waits for an eighth of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection() -> None:
    """What is collected stays, and need not be walked meanwhile."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test begins first: at the end all processes but one would wait for it."""
    items.sort(key=lambda item: item.path.name != "test_cluster.py")


def pytest_collection_finish() -> None:
    """What is imported and collected stays: to walk all of it again and again takes a tenth of the tests' time.

    What of it is garbage stays, too: to look for it once takes half a second of each process.
    """
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.fixture(scope="session")
def browser_executable() -> str:
    """The Chrome or Chromium that the browser tests drive; `make test` has installed one where there was none."""
    answer = subprocess.run([ROOT / "scripts" / "browser"], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


@pytest.fixture(scope="session")
def cache_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Makes a cache folder in a folder; its large assets, which take seconds to make, are made once for all tests."""
    assets = tmp_path_factory.getbasetemp().parent / "assets"  # that of all processes of this run
    assets.mkdir(exist_ok=True)

    def cache_in(folder: Path) -> Path:
        cache = folder / "cache"
        cache.mkdir(parents=True)
        (cache / "assets").symlink_to(assets)
        return cache

    return cache_in
