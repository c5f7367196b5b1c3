"""A server whose streams do not wait, and the steps that its runs take."""

import pytest

from tests.app.conftest import USUAL


@pytest.fixture
def settings(tmp_path, cache_in):
    own = {"uploads_dir": tmp_path / "uploads", "cache_dir": cache_in(tmp_path), "run_events": 10**6}
    return USUAL.model_copy(update=own)


@pytest.fixture
def taken(monkeypatch):
    """The steps that are taken from here on, by the threads that stand for processes here, one entry a call."""
    from app.views.training.runs import run as runs

    counts = []

    def counted(state, steps):
        counts.append(min(steps, state.spec.steps - state.step))
        return real(state, steps)

    real = runs.advance
    monkeypatch.setattr(runs, "advance", counted)
    return counts


@pytest.fixture
def short_segments(monkeypatch):
    """Segments of sixteen steps at most, which a small network would have thousands of."""
    from app.views.training.runs import cost

    monkeypatch.setattr(cost, "SEGMENT", (1, 16))
