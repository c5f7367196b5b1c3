"""Where the server listens: one address, and a queue of connections for each worker.

Workers that accept from one queue take what they can: one that computes leaves the rest to the others, and in the worst
case a single worker gets everybody. Linux deals connections out by a hash among sockets of one address (SO_REUSEPORT).
"""

import socket
import sys
from typing import Any

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at a free address. Leaves with one line where it cannot be had."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise SystemExit(
            f"bnscope cannot listen on {host}:{port}: {reason}. "
            f"Choose another port: make serve PORT={port + 1 if port < 65535 else 8000}"
        ) from None


def listen_apart(host: str, port: int) -> socket.socket:
    """As `listen`, for several processes: where the system deals connections out, each has a queue of its own."""
    listener = listen(host, port)
    if sys.platform != "linux":
        return listener
    address = listener.getsockname()[:2]
    listener.close()  # it has shown that nobody else listens there, which a shared address would not
    return Apart(*address)


class Apart(socket.socket):
    """A bound socket that is bound anew in every process that it is sent to. The sender's own never listens."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(_family(host), socket.SOCK_STREAM)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.bind((host, port))

    def __reduce__(self) -> tuple[Any, ...]:
        return Apart, self.getsockname()[:2]


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
