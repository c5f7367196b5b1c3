"""What a process gives itself before it starts to work: threads for linear algebra, workers, open files.

Only the standard library here: BLAS reads its number of threads when NumPy is imported.
"""

from collections.abc import MutableMapping

from app import machine

THREADS = (
    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
WORKER = 400 * 1024**2  # bytes of memory that a worker wants to have
FILES = 65_536  # open files, more than that is no use
CONNECTED = 0.75  # of all files that may be open: connections; the rest is for what they ask


def workers(cores: int, memory: int) -> int:
    """How many workers a machine holds: one for each core, as long as each has memory."""
    return max(1, min(cores, memory // WORKER))


def share_threads(environment: MutableMapping[str, str], cores: int, workers: int) -> dict[str, str]:
    """Deal the cores out: each worker's BLAS threads, unless the user has said how many. Returns what then holds."""
    threads = str(max(1, cores // workers))
    return {name: environment.setdefault(name, threads) for name in THREADS}


def raise_open_files() -> None:
    """Allow as many open files, and so connections, as the system lets this process have."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections(wanted: int) -> int:
    """How many connections a process takes: no more than it may open files for."""
    try:
        import resource
    except ImportError:
        return wanted
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if files == resource.RLIM_INFINITY else min(wanted, int(CONNECTED * files))


def told(threads: dict[str, str], workers: int) -> str:
    """A line for the log.

    >>> told({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}, 2).partition(",")[0]
    '2 workers'
    """
    each = "1" if set(threads.values()) == {"1"} else ", ".join(f"{name}={value}" for name, value in threads.items())
    named = f"{workers} worker{'s' if workers > 1 else ''}"
    return f"{named}, each with BLAS threads: {each}; {machine.cores()} cores and {machine.memory() / 1e9:.1f} GB"
