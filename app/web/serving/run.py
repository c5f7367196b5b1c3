"""From what the command line says to a server that runs, in this process or in several."""

import argparse
import contextlib
import logging
import socket

from uvicorn.supervisors import ChangeReload

from app.settings import from_environment
from app.web.operations.logs import configuration
from app.web.operations.processes import shared_metrics
from app.web.serving.configuration import Configuration
from app.web.serving.listening import listen, listen_apart
from app.web.serving.server import Server
from app.web.serving.workers import Workers
from bncore import Backend, backend

logger = logging.getLogger("bnscope.serving")


def run(options: argparse.Namespace, told: str) -> int:
    """Serve until a signal comes; returns the exit code. `told` is logged once there is an address to serve at."""
    settings = from_environment()
    listener = (listen_apart if options.workers > 1 else listen)(options.host, options.port)
    config = Configuration(
        settings,
        workers=options.workers,
        reload=options.reload,
        reload_dirs=["app", "bncore", "templates"] if options.reload else None,
        log_config=configuration(settings.log, access=options.access_log),
    )
    logger.info("%s; %s", told, computes(backend()))
    with contextlib.suppress(KeyboardInterrupt):
        if options.reload:
            announce(listener)
            ChangeReload(config, target=Server(config).run, sockets=[listener]).run()
        elif options.workers > 1:
            with shared_metrics(settings.cache_dir):
                return Workers(config, [listener], options.workers, lambda: announce(listener)).run()
        else:
            Server(config, lambda: announce(listener)).run([listener])
    return 0


def computes(by: Backend) -> str:
    """Which way the numerics take here, for the log.

    >>> computes(Backend("compiled", "avx2", 2, None)), computes(Backend("numpy", None, 1, "the kernels are not built"))
    ('bncore compiled (avx2)', 'bncore by numpy (the kernels are not built)')
    """
    said = [word for word in (by.instructions, by.why) if word]
    return f"bncore {'by ' if by.instructions is None else ''}{by.name} ({'; '.join(said)})"


def announce(listener: socket.socket) -> None:
    """Say where the server is."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    print(f"bnscope is at http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
