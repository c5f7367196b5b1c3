"""nginx of the distribution with deploy/nginx.conf, on loopback and without rights, before servers of one's own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
SERVERS = ("app-1:8000", "app-2:8000")
PATIENCE = 60.0  # seconds for a server to start or end


@dataclass
class Machine:
    """A server with folders of its own over a store; it keeps its port and its folders when it is started again."""

    folder: Path
    store: Path
    port: int
    workers: int
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        given = {
            "STORE": self.store.as_uri(),
            "UPLOADS_DIR": self.folder / "uploads",
            "CACHE_DIR": self.folder / "cache",
            "CLIENT_CONNECTIONS": 4000,
        }
        command = [sys.executable, "-m", "app", "--port", str(self.port), "--workers", str(self.workers)]
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=os.environ | {f"BNSCOPE_{name}": str(value) for name, value in given.items()},
                stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self) -> None:
        """As the kernel does where memory ends, or a machine that loses its power: without a word."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def is_ready(self) -> bool:
        return is_ready(self.port)


def is_installed() -> bool:
    """Whether there is an nginx; `scripts/apt-install nginx-light` gets one."""
    return program() is not None


def program() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def rendered(port: int, ports: tuple[int, ...], folder: Path) -> str:
    """The configuration as it stands, with addresses of loopback and places below `folder`."""
    text = CONFIGURATION.read_text()
    replaced = {
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid; daemon off;" + " user root;" * (os.geteuid() == 0),
        "error_log /dev/stderr crit;": f"error_log {folder}/nginx.log crit;",
        "worker_processes auto;": "worker_processes 1;",
        "/var/cache/nginx/": f"{folder}/",
        "listen 80 ": f"listen 127.0.0.1:{port} ",
        "access_log off;": f"access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; "
        f"fastcgi_temp_path {folder}/1; uwsgi_temp_path {folder}/2; scgi_temp_path {folder}/3;",
        **{name: f"127.0.0.1:{place}" for name, place in zip(SERVERS, ports, strict=True)},
    }
    for old, new in replaced.items():
        if old not in text:
            raise ValueError(f"{CONFIGURATION.name} has no {old!r}")
        text = text.replace(old, new)
    return text


@contextmanager
def behind_nginx(folder: Path, workers: int = 1) -> Iterator[tuple[str, list[Machine]]]:
    """The proxy's origin and the two servers behind it, which answer; all end with the block."""
    port, *ports = free_ports(1 + len(SERVERS))
    machines = [Machine(folder / f"machine-{n}", folder / "store", place, workers) for n, place in enumerate(ports)]
    (folder / "nginx.conf").write_text(rendered(port, tuple(ports), folder))
    nginx = program()
    assert nginx is not None
    with ExitStack() as ends:
        for machine in machines:
            machine.start()
            ends.callback(machine.end)
        wait_until(lambda: all(machine.is_ready() for machine in machines))
        command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
        proxy = subprocess.Popen(command)
        ends.callback(proxy.wait, PATIENCE)
        ends.callback(proxy.terminate)
        wait_until(lambda: is_ready(port))
        yield f"http://127.0.0.1:{port}", machines


def is_ready(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection, suppress(OSError, HTTPException):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False


def wait_until(holds: Callable[[], bool]) -> None:
    """Raises TimeoutError where that takes too long."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("a server does not answer")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
