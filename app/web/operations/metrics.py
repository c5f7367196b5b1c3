"""What the server counts, for Prometheus. Every label has few values: a route's template, never a path.

Who has something to count takes `request.app.state.metrics` and its counters by name. With several workers the numbers
are those of all of them; `processes.joined()` comes before this module is imported.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.web.operations.processes import alive, members, with_children

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
MEDIA_TYPE = CONTENT_TYPE_LATEST
PAGE = os.sysconf("SC_PAGE_SIZE")


class Metrics:
    """Counters, gauges and times of this process, and the text that tells of all processes of the server."""

    def __init__(self, folder: Path | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began, as many again
        self._folder = folder
        self._own = registry = CollectorRegistry()
        self.requests = Counter(
            "bnscope_requests", "Requests, by the template of their route.", ["route", "method", "status"],
            registry=registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "bnscope_request_seconds", "Seconds until an answer was sent.", ["route"], buckets=BUCKETS,
            registry=registry,
        )  # fmt: skip
        self.running = _gauge("bnscope_requests_in_progress", "Requests that are being answered.", [], registry)
        self.answers = Counter(
            "bnscope_answers", "Views asked for: `kept` from the cache, `unchanged` (304) or `computed`.", ["origin"],
            registry=registry,
        )  # fmt: skip
        self.queue = _gauge("bnscope_queue", "Views that are `waiting` for their turn, or `running`.", ["state"],
                            registry)  # fmt: skip
        self.streams = _gauge("bnscope_streams", "Runs that are streamed.", [], registry)
        self.uploads = Counter("bnscope_uploads", "Uploads that were taken.", registry=registry)
        self.upload_bytes = Counter("bnscope_upload_bytes", "Bytes of uploads that were taken.", registry=registry)
        self.refusals = Counter(
            "bnscope_refusals",
            "Requests refused for a `password`, a wrong one (`wrong_password`), one that was not looked at as too many "
            "were wrong (`password_rate`), or their `rate`.", ["why"], registry=registry,
        )  # fmt: skip

    def queued(self, waiting: int, running: int) -> None:
        """So many views wait for their turn, and so many are computed."""
        self.queue.labels("waiting").set(waiting)
        self.queue.labels("running").set(running)

    def uploaded(self, size: int) -> None:
        """Count an upload that was taken, and its bytes."""
        self.uploads.inc()
        self.upload_bytes.inc(size)

    def text(self) -> bytes:
        """All numbers in Prometheus's own form."""
        registry = self._own
        if self._folder is not None and self._folder.is_dir():  # a cache may be emptied, and the folder with it
            registry = CollectorRegistry()
            self._bury()
            MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_memory_of(self._processes()))

    def _processes(self) -> set[int]:
        answering = {os.getpid()} if self._folder is None else {p for p in members(self._folder) if alive(p)}
        return with_children(answering)

    def _bury(self) -> None:
        """What dead workers were doing is over; what they counted stays."""
        assert self._folder is not None
        for process in members(self._folder):
            if not alive(process):
                mark_process_dead(process, str(self._folder))  # type: ignore[no-untyped-call]


class Memory(Collector):
    """The resident memory of processes."""

    def __init__(self, processes: set[int]) -> None:
        self._processes = processes

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "bnscope_resident_memory_bytes",
            "Memory of each process that answers, or computes for one.",
            labels=["process"],
        )
        for process in sorted(self._processes):
            if (size := resident(process)) is not None:
                family.add_metric([str(process)], size)
        yield family


def resident(process: int) -> int | None:
    """Bytes of memory that a process has; None where the system does not say."""
    try:
        return PAGE * int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return None


def _memory_of(processes: set[int]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Memory(processes))
    return registry


def _gauge(name: str, help: str, labels: list[str], registry: CollectorRegistry) -> Gauge:
    return Gauge(name, help, labels, registry=registry, multiprocess_mode="livesum")
