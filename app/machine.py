"""What this process may use of the machine it is on: in a container its limits, not the machine's size.

Linux tells it in files (cgroups(7); the kernel's "Control Group v2", `cpu.max` and `memory.max`, and v1's
`cpu.cfs_quota_us` and `memory.limit_in_bytes`), which are read below a root folder. A group is bound by its parents'
limits, too.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def cores(root: Path = ROOT) -> int:
    """Processors that may be used at once, at least 1: those of the process's affinity, within the quota of time.

    A quota is rounded to the nearest number (half a core up): `--cpus 1.5` is 2, `--cpus 1.4` is 1.
    """
    return max(1, min([_allowed(root), *(int(quota + 0.5) for quota in _quotas(root))]))


def memory(root: Path = ROOT) -> int:
    """Bytes of memory that may be used: the machine's, within the limit of the group."""
    return min([_installed(root), *_limits(root)])


def disk(folder: Path, root: Path = ROOT) -> int:
    """Bytes that the disk of a folder holds in all, be the folder there already or yet to be made.

    A disk in memory (tmpfs) has what it says of the machine's, but no more than half of what may be used.
    """
    there = next(path for path in [folder.resolve(), *folder.resolve().parents] if path.exists())
    total = shutil.disk_usage(there).total
    return min(total, memory(root) // 2) if _is_in_memory(there, root) else total


def _allowed(root: Path) -> int:
    ranges = re.search(r"^Cpus_allowed_list:\s*(\S+)$", _text(root / "proc/self/status"), re.MULTILINE)
    return _counted(ranges[1]) if ranges else os.cpu_count() or 1


def _counted(ranges: str) -> int:
    """How many numbers a list of ranges names.

    >>> _counted("0-3,8,10-11")
    7
    """
    bounds = [[int(bound) for bound in part.split("-")] for part in ranges.split(",")]
    return sum(bound[-1] - bound[0] + 1 for bound in bounds)


def _quotas(root: Path) -> Iterator[float]:
    """Seconds of processor time a second that each group above the process may take."""
    for group in _groups(root, "cpu"):
        quota, _, period = _text(group / "cpu.max").partition(" ")
        quota = quota or _text(group / "cpu.cfs_quota_us")
        period = period or _text(group / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit():  # neither "max" nor −1
            yield int(quota) / int(period)


def _limits(root: Path) -> Iterator[int]:
    for group in _groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            if (limit := _text(group / name)).isdigit():
                yield int(limit)


def _installed(root: Path) -> int:
    total = re.search(r"^MemTotal:\s*(\d+) kB$", _text(root / "proc/meminfo"), re.MULTILINE)
    return int(total[1]) * 1024 if total else os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _is_in_memory(folder: Path, root: Path) -> bool:
    """Whether the last of the deepest mounts above a folder is one in memory."""
    mounts = [line.split() for line in _text(root / "proc/self/mounts").splitlines()]
    above = [(place, kind) for _, place, kind, *_ in mounts if folder.is_relative_to(place)]
    deepest = max((len(place) for place, _ in above), default=0)
    return [kind for place, kind in above if len(place) == deepest][-1:] in (["tmpfs"], ["ramfs"])


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of the process's group and of all above it; within a container its own is the topmost."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        top = root / "sys/fs/cgroup" / (controller if controllers else "")
        own = top / path.strip("/")
        yield from (folder for folder in [own, *own.parents] if folder.is_relative_to(top))


def _text(path: Path) -> str:
    """What a file says; nothing where it is not there or may not be read."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""
