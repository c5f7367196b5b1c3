"""A Dask cluster as an executor: the same chunks, done by workers of any machine (distributed's `get_executor`).

Its workers import the same release of this application: chunks and what they are given travel by pickle.
"""

import asyncio
from concurrent.futures import CancelledError, Executor

from app.web.runs.pool import Kind

PATIENCE = 5.0  # seconds that the scheduler has to answer
RETRIES = 3  # of a chunk whose worker has died, by the cluster itself


def cluster(scheduler: str) -> Kind:
    """The cluster at an address such as tcp://scheduler:8786. Raises ImportError without `distributed`."""
    from distributed import Client, KilledWorker

    clients: dict[Executor, Client] = {}

    def make() -> Executor:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False, name="bnscope")  # type: ignore[no-untyped-call]
        executor: Executor = client.get_executor(retries=RETRIES)  # type: ignore[no-untyped-call]
        clients[executor] = client
        return executor

    def close(executor: Executor) -> None:
        client = clients.pop(executor)
        executor.shutdown(wait=False)
        client.close(timeout=PATIENCE)  # type: ignore[no-untyped-call]

    lost = (KilledWorker, CancelledError, asyncio.CancelledError, OSError, TimeoutError)
    return Kind(make, close, lost)
