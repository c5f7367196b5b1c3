"""Bodies of POST requests: what is large waits on disk, and a disk that does not take it is told as that."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.web.posted import SPOOLED_FROM
from app.web.work.results import Results

FULL = Path("/dev/full")  # takes no byte


class Filled(Results):
    """Results of a disk that takes a file's name, and none of its bytes."""

    def _new_file(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "made").symlink_to(FULL)
        return folder / "made"


@pytest.mark.skipif(not FULL.exists(), reason="no device that is full")
def test_a_large_body_that_the_disk_does_not_take_is_refused_as_that(settings):
    app = create_app(settings)
    app.state.work.results = Filled(settings.cache_dir / "full", 10**6)
    body = json.dumps({"x": [[0.123456789] * 8] * 20_000})
    assert len(body) > SPOOLED_FROM
    refused = TestClient(app).post("/api/v1/batchnorm", content=body)
    assert refused.status_code == 507
    assert refused.headers["content-type"] == "application/problem+json"
    assert list((settings.cache_dir / "full").iterdir()) == []
