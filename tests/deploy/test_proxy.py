"""nginx with deploy/nginx.conf in front of two servers that share a store, one of which is killed."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from scripts.attack.machines import under_load, uploaded
from scripts.attack.proxy import Machine, behind_nginx, is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="there is no nginx: scripts/apt-install nginx-light")

Behind = tuple[str, list[Machine]]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, cache_in: Callable[[Path], Path]) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("behind")
    for n in range(2):
        cache_in(folder / f"machine-{n}")
    with behind_nginx(folder) as started:
        yield started


def test_an_asset_is_asked_of_a_server_once(behind: Behind) -> None:
    origin, machines = behind
    page = httpx2.get(origin, timeout=60)
    asset = re.search(r'src="(/static/[^"]+\.js)"', page.text)
    assert asset is not None

    def asked() -> float:
        told = [httpx2.get(f"http://127.0.0.1:{machine.port}/metrics", timeout=60).text for machine in machines]
        return sum(map(float, re.findall(r'requests_total\{.*route="/static/.*"\} (\S+)', "".join(told))))

    httpx2.get(f"{origin}{asset[1]}", timeout=60)
    before = asked()
    assert before >= 1
    assert [httpx2.get(f"{origin}{asset[1]}", timeout=60).status_code for _ in range(5)] == [200] * 5
    assert asked() == before


def test_a_stream_comes_as_it_is_sent_and_numbers_stay_inside(behind: Behind) -> None:
    origin, _ = behind
    with httpx2.stream(
        "GET", f"{origin}/api/v1/network?depth=3&seed=5", headers={"Accept": "text/event-stream"}, timeout=60
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "event: result" in "".join(answer.iter_text())
    assert httpx2.get(f"{origin}/metrics", timeout=60).status_code == 404


def test_a_link_as_long_as_a_server_takes_passes(behind: Behind) -> None:
    origin, _ = behind
    values = ";".join(["1.0000000000,2,3"] * 3000)
    answer = httpx2.get(f"{origin}/api/v1/playground?source=inline&values={values}", timeout=60)
    assert len(values) > 50_000
    assert answer.status_code in (200, 422)
    assert answer.headers["x-request-id"]


def test_a_class_sees_nothing_of_a_server_that_is_killed_and_comes_back(behind: Behind) -> None:
    origin, machines = behind
    source = uploaded(origin)
    answers = asyncio.run(under_load(origin, machines, Machine.kill, source, students=6, seed=1, pause=0.7))
    assert answers.broken == []
    assert set(answers.statuses) == {200}
    assert answers.statuses[200] > 30
