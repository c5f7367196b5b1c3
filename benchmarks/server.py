"""How many playground queries the server answers, and how long each waits.

    python -m benchmarks.server [--seconds 8] [--runs 5] [--connections 16] [--workers 2]

`GET /playground` of 256 × 8 with its figures, two workers, 16 connections, every answer computed (the cache is off, and
each query has its own seed). The client shares the machine's cores with the server. Also: the same query from the
cache.
"""

from itertools import count

from benchmarks._load import get, options, report, runs
from benchmarks._server import running_server

QUERY = "/api/v1/playground?source=normal&batch_size=256&features=8"


def main() -> None:
    given = options(__doc__)
    with running_server(workers=given.workers, cache_bytes=0) as origin:
        seeds = count()
        report("GET /playground, 256 × 8, computed", runs(origin, given, lambda: get(f"{QUERY}&seed={next(seeds)}")))
    with running_server(workers=given.workers) as origin:
        report("GET /playground, 256 × 8, from the cache", runs(origin, given, lambda: get(QUERY)))


if __name__ == "__main__":
    main()
