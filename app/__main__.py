"""`python -m app`: the server. It says where it is once it answers."""

import argparse
import contextlib
import socket

import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

from app.settings import from_environment
from app.web.operations.logs import configuration
from app.web.operations.processes import shared_metrics
from app.web.serving.listening import listen, listen_apart


class Single(uvicorn.Server):
    """One process that announces itself."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        announce(sockets or [])


class Several(Multiprocess):
    """Worker processes that are announced when the last of them is ready."""

    ready = False

    def init_processes(self) -> None:
        super().init_processes()
        self.ready = all(process.wait_until_ready(timeout=60) for process in self.processes)
        if self.ready:
            announce(self.sockets)


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; returns the exit code."""
    options = parser().parse_args(arguments)
    settings = from_environment()
    listener = (listen_apart if options.workers > 1 else listen)(options.host, options.port)
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        workers=options.workers,
        reload=options.reload,
        reload_dirs=["app", "bncore", "templates"] if options.reload else None,
        access_log=False,  # app/web/operations/journal.py writes the lines, with the id of each request
        log_config=configuration(settings.log, access=options.access_log),
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    with contextlib.suppress(KeyboardInterrupt):
        if options.reload:
            announce([listener])
            ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
        elif options.workers > 1:
            workers = Several(config, sockets=[listener])
            with shared_metrics(settings.cache_dir):
                workers.run()
            return 0 if workers.ready else 1
        else:
            Single(config).run(sockets=[listener])
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m app", description="Serve bnscope.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 is all (%(default)s)")
    parser.add_argument("--port", default=8000, type=port, help="port to listen on; 0 is any free one (%(default)s)")
    parser.add_argument("--workers", default=1, type=count, help="processes that answer (%(default)s)")
    parser.add_argument("--reload", action="store_true", help="start anew when a source file changes; one worker")
    parser.add_argument("--access-log", action="store_true", help="print a line for each request")
    return parser


def port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return number


def count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def announce(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        host, port = listener.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        print(f"bnscope is at http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
