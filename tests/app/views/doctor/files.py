"""Models to send, as bytes: the built-in examples as the state_dict of a NumPy file."""

import io

import numpy as np

from app.views.doctor.examples import EXAMPLES
from tests.bncore.doctor.captures import capture_arrays, norm_arrays


def npz(name: str = "sick", **own: np.ndarray) -> bytes:
    """An example's tensors, some of which may be others."""
    file = io.BytesIO()
    np.savez(file, **(EXAMPLES[name][1]() | own))
    return file.getvalue()


def capture(norm: str = "layer2.bn2", channels: int = 32, rows: int = 64) -> bytes:
    """Two steps of one norm of an example, watched; few rows a step stray far enough for a note."""
    rng = np.random.default_rng(2)
    watched = norm_arrays(norm, [rng.normal(0.5, 2.0, (rows, channels)) for _ in range(2)])
    file = io.BytesIO()
    np.savez(file, **capture_arrays(watched))
    return file.getvalue()
