"""The numbers are there, are of all workers, and no client can make them many."""

import os
import re
import subprocess
import sys

from app.web.operations import processes

SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def counted(client, name, **labels):
    """The value of a series, 0 where there is none."""
    rows = {(row[1], row[2] or ""): float(row[3]) for row in SERIES.finditer(client.get("/metrics").text)}
    wanted = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return rows.get((name, wanted), 0.0)


def test_requests_are_counted_and_timed_by_the_template_of_their_route(client):
    for name in ("0" * 64, "1" * 64):
        client.get(f"/api/v1/batches/{name}")
    client.head("/")
    gone = {"route": "/api/v1/batches/{id}", "method": "GET", "status": "410"}
    assert counted(client, "bnscope_requests_total", **gone) == 2
    assert counted(client, "bnscope_requests_total", route="/", method="HEAD", status="200") == 1
    assert counted(client, "bnscope_request_seconds_count", route="/api/v1/batches/{id}") == 2


def test_no_client_can_make_series_of_its_own(client):
    def series():
        return len(SERIES.findall(client.get("/metrics").text))

    series()
    client.get("/nowhere/0")
    client.request("BREW", "/")
    client.get("/static/0/no.js")
    before = series()
    for number in range(1, 5):
        client.get(f"/nowhere/{number}")
        client.request(f"BREW{number}", "/")
        client.get(f"/static/{number}/no.js")
    assert series() == before
    assert counted(client, "bnscope_requests_total", route="(none)", method="GET", status="404") == 5


def test_uploads_are_counted_with_their_bytes_and_refused_ones_are_not(client):
    assert client.post("/api/v1/batches", content=b"a,b\n1,2\n").status_code == 201
    assert client.post("/api/v1/batches", content=b"\x89PNG\r\n\x1a\n").status_code == 415
    assert counted(client, "bnscope_uploads_total") == 1
    assert counted(client, "bnscope_upload_bytes_total") == 8


def test_only_what_is_being_answered_is_in_progress(client):
    client.get("/healthz")
    assert counted(client, "bnscope_requests_in_progress") == 1  # the one that asks


def test_memory_is_told_of_this_process(client):
    assert counted(client, "bnscope_resident_memory_bytes", process=str(os.getpid())) > 10_000_000


def test_memory_is_told_of_the_processes_that_compute_for_this_one(client):
    with subprocess.Popen([sys.executable, "-c", "print(1, flush=True); input()"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:  # fmt: skip
        child.stdout.readline()
        assert counted(client, "bnscope_resident_memory_bytes", process=str(child.pid)) > 1_000_000
        child.communicate(b"\n")
    assert counted(client, "bnscope_resident_memory_bytes", process=str(child.pid)) == 0


WORKER = """
from app.web.operations.processes import measured
metrics = measured()
metrics.requests.labels("/", "GET", "200").inc()
metrics.running.inc()
metrics.uploads.inc(2)
"""


def test_workers_tell_of_each_other_and_the_dead_do_nothing_any_more(tmp_path):
    with processes.shared_metrics(tmp_path) as folder:
        subprocess.run([sys.executable, "-c", WORKER], check=True)
        last = WORKER + "import sys; sys.stdout.buffer.write(metrics.text())"
        told = subprocess.run([sys.executable, "-c", last], check=True, capture_output=True, text=True).stdout
    assert 'bnscope_requests_total{method="GET",route="/",status="200"} 2.0' in told
    assert "bnscope_uploads_total 4.0" in told
    assert "bnscope_requests_in_progress 1.0" in told
    assert len(re.findall(r"^bnscope_resident_memory_bytes", told, re.MULTILINE)) == 1
    assert not folder.exists()


def test_a_worker_whose_folder_was_removed_tells_of_itself(tmp_path):
    removed = WORKER + "import os, shutil; shutil.rmtree(os.environ['PROMETHEUS_MULTIPROC_DIR'])\n"
    with processes.shared_metrics(tmp_path):
        command = [sys.executable, "-c", removed + "metrics.uploads.inc(); print(metrics.text().decode())"]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "bnscope_uploads_total 3.0" in told


def test_the_folder_is_new_at_each_start_and_what_the_dead_left_is_removed(tmp_path):
    with processes.shared_metrics(tmp_path) as folder:
        mine = folder
    named = mine.name.removesuffix(str(os.getpid()))
    dead, living = tmp_path / f"{named}4194999", tmp_path / f"{named}{os.getppid()}"
    others = [tmp_path / name for name in ("metrics-another-machine-4194999", f"{named}2-4194999", f"{named}old")]
    for left in (mine, dead, living, *others):
        left.mkdir()
    (mine / "counter_1.db").write_bytes(b"old")
    with processes.shared_metrics(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        assert (dead.exists(), living.exists()) == (False, True)
        assert all(other.exists() for other in others)


def test_without_a_folder_each_worker_tells_of_itself(tmp_path):
    (tmp_path / "file").write_text("no folder can be made in here")
    with processes.shared_metrics(tmp_path / "file") as folder:
        assert folder is None
        assert processes.VARIABLE not in os.environ


def test_a_file_has_its_room_before_it_is_used(tmp_path):
    processes.reserve(tmp_path / "counter_1.db")
    processes.reserve(tmp_path / "counter_1.db")
    assert (tmp_path / "counter_1.db").stat().st_blocks * 512 >= processes.RESERVED
    assert processes.members(tmp_path) == {1}


def test_a_worker_that_finds_no_folder_tells_of_itself(tmp_path):
    """Nothing imports the package before the folder was looked at: it keeps what it finds in its environment."""
    (tmp_path / "file").write_text("")
    looked = (
        "import sys, app.main; assert 'prometheus_client' not in sys.modules\n"
        + WORKER
        + "print(metrics.text().decode())"
    )
    environment = os.environ | {processes.VARIABLE: str(tmp_path / "file" / "folder")}
    told = subprocess.run([sys.executable, "-c", looked], env=environment, check=True, capture_output=True, text=True)
    assert "bnscope_uploads_total 2.0" in told.stdout
