"""How many playground queries the server answers, and how long each waits.

    python -m benchmarks.server [--seconds 8] [--runs 5] [--connections 16] [--workers 2]

`GET /playground` of 256 × 8 with its figures, two workers, 16 connections, every answer computed (the cache is off, and
each query has its own seed). The client shares the machine's cores with the server. Also: the same queries from the
cache, and as If-None-Match.
"""

from itertools import count

from benchmarks import _load
from benchmarks._server import running_server

PATH = "/api/v1/playground?source=normal&batch_size=256&features=8"
WHAT = "GET /playground, 256 × 8"


def main() -> None:
    asked = _load.options(__doc__)
    with running_server(workers=asked.workers, cache_bytes=0) as origin:
        seeds = count()
        runs = _load.runs(origin, asked, lambda: _load.get(f"{PATH}&seed={next(seeds)}"))
        _load.report(f"{WHAT}, computed", runs)
    with running_server(workers=asked.workers) as origin:
        _load.report(f"{WHAT}, from the cache", _load.runs(origin, asked, lambda: _load.get(PATH)))


if __name__ == "__main__":
    main()
