"""A capture of training steps as the file that is examined: told from a model by its arrays, and its norms as one."""

from pathlib import Path
from typing import Any

from app.models.kinds import HEAD, kind_of
from bncore.doctor import Capture, Model, Stored, is_capture
from bncore.errors import BadCapture

CAPTURED = "capture of training steps"
"""The format of a model of which no more is known than its capture."""


def is_captured(file: Path) -> bool:
    """Whether a file is a capture. Raises UnsupportedUpload for one of no kind that is read."""
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    if not head or kind_of(head) != "npz":
        return False
    try:
        with Stored(file) as arrays:
            return is_capture(arrays)
    except BadCapture:  # what is wrong with it is for the reader of models to tell
        return False


def watched_model(capture: Capture) -> Model:
    """The norms of a capture, of whose network there is no file."""
    norms = tuple(watched.norm for watched in capture.norms)
    return Model(CAPTURED, norms, {}, dict[str, Any]().__getitem__)
