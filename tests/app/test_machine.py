"""What a process may use is read from the files of the kernel, here from small ones of our own."""

import pytest

from app import machine
from tests.each import each

GIBIBYTE = 1024**3
MACHINE = {
    "proc/self/status": "Name:\tpython\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\n",
    "proc/meminfo": "MemTotal:       16777216 kB\nMemFree:         1000000 kB\n",
    "proc/self/cgroup": "0::/\n",
}
V1 = {"proc/self/cgroup": "12:pids:/docker/a\n4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n0::/\n"}


@pytest.fixture
def root(tmp_path):
    """Writes a root folder: a machine of 8 cores and 16 GiB, with what is given beside or in place of it."""

    def write(**files):
        for name, text in (MACHINE | files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def test_without_limits_it_is_the_machine(root):
    assert machine.cores(root()) == 8
    assert machine.memory(root()) == 16 * GIBIBYTE


@each(
    ("quota", "cores"),
    [("max", 8), ("50000", 1), ("140000", 1), ("150000", 2), ("200000", 2), ("370000", 4), ("3200000", 8)],
)
def test_a_quota_of_time_is_rounded_to_cores(root, quota, cores):
    assert machine.cores(root(**{"sys/fs/cgroup/cpu.max": f"{quota} 100000\n"})) == cores


def test_a_quota_has_a_period_of_its_own(root):
    assert machine.cores(root(**{"sys/fs/cgroup/cpu.max": "30000 10000\n"})) == 3


@each(("allowed", "cores"), [("0-1", 2), ("3", 1), ("0,2-3,6-7", 5)])
def test_an_affinity_bounds_the_cores(root, allowed, cores):
    assert machine.cores(root(**{"proc/self/status": f"Cpus_allowed_list:\t{allowed}\n"})) == cores


def test_the_smaller_of_quota_and_affinity_counts(root):
    files = {"proc/self/status": "Cpus_allowed_list:\t0-3\n"}
    assert machine.cores(root(**files, **{"sys/fs/cgroup/cpu.max": "600000 100000"})) == 4
    assert machine.cores(root(**files, **{"sys/fs/cgroup/cpu.max": "200000 100000"})) == 2


@each(("limit", "memory"), [("max", 16), (str(GIBIBYTE), 1), (str(64 * GIBIBYTE), 16)])
def test_a_limit_bounds_the_memory(root, limit, memory):
    assert machine.memory(root(**{"sys/fs/cgroup/memory.max": f"{limit}\n"})) == memory * GIBIBYTE


def test_a_group_is_bound_by_those_above_it(root):
    files = {
        "proc/self/cgroup": "0::/lectures/server\n",
        "sys/fs/cgroup/lectures/cpu.max": "200000 100000\n",
        "sys/fs/cgroup/lectures/memory.max": f"{2 * GIBIBYTE}\n",
        "sys/fs/cgroup/lectures/server/cpu.max": "max 100000\n",
        "sys/fs/cgroup/lectures/server/memory.max": f"{4 * GIBIBYTE}\n",
    }
    assert machine.cores(root(**files)) == 2
    assert machine.memory(root(**files)) == 2 * GIBIBYTE


def test_limits_of_the_first_version_of_groups_count(root):
    files = V1 | {
        "sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us": "300000\n",
        "sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes": f"{3 * GIBIBYTE}\n",
    }
    assert machine.cores(root(**files)) == 3
    assert machine.memory(root(**files)) == 3 * GIBIBYTE


def test_in_a_container_of_the_first_version_its_own_group_is_the_topmost(root):
    files = V1 | {
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{GIBIBYTE}\n",
    }
    assert machine.cores(root(**files)) == 1
    assert machine.memory(root(**files)) == GIBIBYTE


def test_no_limits_of_the_first_version_are_none(root):
    files = V1 | {
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    assert machine.cores(root(**files)) == 8
    assert machine.memory(root(**files)) == 16 * GIBIBYTE


def test_where_no_file_tells_the_system_is_asked(tmp_path):
    assert machine.cores(tmp_path) >= 1
    assert machine.memory(tmp_path) > 64 * 1024**2


@pytest.mark.parametrize(
    ("mounts", "is_in_memory"),
    [
        ("overlay / overlay rw 0 0", False),
        ("overlay / overlay rw 0 0\ntmpfs {folder} tmpfs rw,size=8g 0 0", True),
        ("tmpfs / tmpfs rw 0 0\n/dev/sda1 {folder} ext4 rw 0 0", False),
        ("/dev/sda1 {folder} ext4 rw 0 0\ntmpfs {folder} tmpfs rw 0 0", True),
        ("overlay / overlay rw 0 0\ntmpfs {folder}-beside tmpfs rw 0 0", False),
    ],
)
def test_a_disk_in_memory_is_bound_by_the_memory(root, tmp_path, mounts, is_in_memory):
    files = {"sys/fs/cgroup/memory.max": "2000\n", "proc/self/mounts": mounts.format(folder=tmp_path / "data")}
    folder = root(**files) / "data" / "uploads"
    folder.mkdir(parents=True)
    assert (machine.disk(folder, tmp_path) == 1000) == is_in_memory


def test_this_machine_has_something(tmp_path):
    assert machine.cores() >= 1
    assert machine.memory() > 64 * 1024**2
    assert machine.disk(tmp_path / "yet" / "to be made") == machine.disk(tmp_path) > 0
