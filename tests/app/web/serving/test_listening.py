"""One address for several workers: each gets its share of the connections."""

import pickle
import socket
import sys

import pytest

from app.web.serving.listening import listen, listen_apart

CLIENTS = 64  # that one of two workers gets none of them has the chance 2 ** -63


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no dealing out")
def test_each_process_gets_connections_of_its_own():
    with listen_apart("127.0.0.1", 0) as parent:
        workers = [pickle.loads(pickle.dumps(parent)) for _ in range(2)]
        for worker in workers:
            worker.listen()
        clients = [socket.create_connection(worker.getsockname()) for worker in workers[:1] * CLIENTS]
        shares = [accepted(worker) for worker in workers]
        for open_socket in [*clients, *workers]:
            open_socket.close()
    assert sum(shares) == CLIENTS
    assert min(shares) > 0


def accepted(worker):
    worker.setblocking(False)
    count = 0
    while True:
        try:
            worker.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.parametrize("how", [listen, listen_apart])
def test_an_address_where_somebody_listens_is_refused(how):
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit, match="Choose another port"):
        how(*taken.getsockname())


def test_the_workers_of_another_server_are_somebody():
    with listen_apart("127.0.0.1", 0) as parent, pickle.loads(pickle.dumps(parent)) as worker:
        worker.listen()
        with pytest.raises(SystemExit, match="Choose another port"):
            listen_apart(*parent.getsockname())
