"""The files that the tests upload, as a person might have them on disk."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from tests.browser.playground.page import Playground
from tests.browser.tab import session_of

RNG_SEED = 7
HEADER = "height,weight,age"


def table(rows: int = 40) -> str:
    """A clean CSV with three columns on different scales."""
    rng = np.random.default_rng(RNG_SEED)
    numbers = rng.normal((170, 70, 30), (10, 15, 4), (rows, 3))
    return "\n".join([HEADER, *(",".join(f"{value:.3f}" for value in row) for row in numbers)]) + "\n"


def with_text_column() -> str:
    """The clean table with a column of names."""
    head, *rows = table().splitlines()
    return "\n".join([f"{head},person", *(f"{row},name {i}" for i, row in enumerate(rows))]) + "\n"


def with_gap() -> str:
    """The clean table with one value missing, in its third data row."""
    lines = table().splitlines()
    lines[3] = lines[3].split(",")[0] + ",," + lines[3].split(",")[2]
    return "\n".join(lines) + "\n"


def messy() -> str:
    """As a spreadsheet of Europe saves it: semicolons, commas in numbers, quotes, a column of text, values missing."""
    head = 'name;"height, cm";weight;note'
    rows = [
        '"Ann; A.";170,5;60,2;"ok"',
        'Bob;;81,0;"said ""hi"""',
        "Cid;180,1;NA;",
        "Dee;165,0;55,5;x",
        "Eve;172,3;66,0;z",
    ]
    return "\n".join([head, *rows]) + "\n"


def ragged() -> str:
    """The clean table with a value too many on line 5."""
    lines = table().splitlines()
    lines[4] += ",99"
    return "\n".join(lines) + "\n"


def layer() -> bytes:
    """A batch norm layer of six channels as a hook saves it: channel 2 is dead, channel 4 is switched off by gamma, and
    the running mean of channel 1 is far from this batch's."""
    rng = np.random.default_rng(RNG_SEED)
    x = rng.normal(0, 1, (64, 6)).astype(np.float32)
    x[:, 2] = 3.0
    gamma, beta = np.ones(6, np.float32), np.zeros(6, np.float32)
    gamma[4] = 0.001
    running_mean, running_var = x.mean(axis=0), x.var(axis=0, ddof=1)
    running_mean[1] += 5
    return packed(
        x=x, gamma=gamma, beta=beta, running_mean=running_mean, running_var=running_var,
        dy=rng.normal(0, 1, x.shape).astype(np.float32),
    )  # fmt: skip


def packed(**arrays: Any) -> bytes:
    """Arrays as the bytes of an NPZ."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def on_disk(folder: Path, name: str, content: str | bytes) -> Path:
    """The file, written."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def drop(page: Page, path: Path, place: tuple[int, int] = (800, 500)) -> None:
    """As the desktop hands a dragged file over to the browser."""
    session = session_of(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": place[0], "y": place[1], "data": data})


@contextmanager
def taken(page: Page) -> Iterator[None]:
    """Until the server has answered an upload and the page has read all of the answer, not its first line alone."""
    with page.expect_response("**/api/v1/batches") as answered:
        yield
    answered.value.finished()


def choose(playground: Playground, path: Path) -> None:
    """By the file dialog, up to the drawn view."""
    with playground.page.expect_file_chooser() as chooser:
        playground.page.get_by_text("Upload a file").click()
    with taken(playground.page):
        chooser.value.set_files(path)
    playground.settle()
