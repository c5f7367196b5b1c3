"""Cores are dealt out once: to workers, and to the threads of each."""

import subprocess
import sys
from pathlib import Path

from app.__main__ import parser
from app.web.serving import allowances
from tests.each import each

ROOT = Path(__file__).parents[4]
GIBIBYTE = 1024**3


@each(
    ("cores", "memory", "workers"),
    [(1, 64 * GIBIBYTE, 1), (2, 2 * GIBIBYTE, 2), (8, 64 * GIBIBYTE, 8), (8, 1 * GIBIBYTE, 2), (4, 64 * 1024**2, 1)],
)
def test_there_is_a_worker_for_each_core_that_has_memory(cores, memory, workers):
    assert allowances.workers(cores, memory) == workers


@each(("cores", "workers", "threads"), [(2, 1, "2"), (2, 2, "1"), (8, 3, "2"), (2, 4, "1")])
def test_threads_are_cores_by_workers(cores, workers, threads):
    environment: dict[str, str] = {}
    allowances.share_threads(environment, cores, workers)
    assert environment == dict.fromkeys(allowances.THREADS, threads)


def test_what_the_user_said_stays():
    environment = {"OPENBLAS_NUM_THREADS": "7"}
    said = allowances.share_threads(environment, 2, 2)
    assert said["OPENBLAS_NUM_THREADS"] == environment["OPENBLAS_NUM_THREADS"] == "7"
    assert environment["OMP_NUM_THREADS"] == "1"
    assert "OPENBLAS_NUM_THREADS=7" in allowances.told(said, 2)


def test_numpy_is_not_imported_before_its_threads_are_set():
    program = "import app.__main__, sys; raise SystemExit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_workers_may_be_counted_by_the_machine():
    assert parser().parse_args(["--workers", "auto"]).workers >= 1
    assert parser().parse_args(["--workers", "3"]).workers == 3
    assert parser().parse_args([]).workers == 1


def test_there_are_no_more_connections_than_files_may_be_open():
    program = """if True:
        import resource
        from app.web.serving import allowances
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, 1000))
        assert allowances.connections(4000) == 300, allowances.connections(4000)
        assert allowances.connections(200) == 200
        allowances.raise_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (1000, 1000)
    """
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
