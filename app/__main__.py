"""`python -m app`: the server. It says where it is once it answers."""

import argparse
import os

from app import machine
from app.web.serving import allowances


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; returns the exit code."""
    options = parser().parse_args(arguments)
    threads = allowances.share_threads(os.environ, machine.cores(), options.workers)
    allowances.raise_open_files()
    os.environ["BNSCOPE_WORKERS"] = str(options.workers)  # each takes its share of the machine
    from app.web.serving.run import run  # imports NumPy, which takes its threads from the environment then

    return run(options, allowances.told(threads, options.workers))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m app", description="Serve bnscope.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 is all (%(default)s)")
    parser.add_argument("--port", default=8000, type=port, help="port to listen on; 0 is any free one (%(default)s)")
    parser.add_argument(
        "--workers", default=1, type=count, help="processes that answer; auto is one for each core (%(default)s)"
    )
    parser.add_argument("--reload", action="store_true", help="start anew when a source file changes; one worker")
    parser.add_argument("--access-log", action="store_true", help="print a line for each request")
    return parser


def port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return number


def count(text: str) -> int:
    """How many workers: a number, or what cores and memory of the machine or container are enough for."""
    if text == "auto":
        return allowances.workers(machine.cores(), machine.memory())
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
