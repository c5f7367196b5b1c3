"""What one client may send is bounded, and no client's share is another's."""

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.web.operations import clients
from app.web.operations.clients import Allowances

BODY = b'{"x": [[1, 2], [3, 4]]}'


@pytest.fixture(autouse=True)
def no_time(monkeypatch):
    """No allowance grows while a slow machine tests."""
    monkeypatch.setattr(clients, "monotonic", lambda: 0.0)


def server(settings, **limits):
    app = create_app(settings.model_copy(update=limits))
    return [TestClient(app, client=(address, 1)) for address in ("192.0.2.1", "192.0.2.2")]


def test_after_a_burst_of_posts_a_client_waits_and_others_do_not(settings):
    one, other = server(settings, post_rate=0.5)
    statuses = [one.post("/api/v1/batchnorm", content=BODY).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    refused = one.post("/api/v1/batches", content=b"a,b\n1,2\n")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert one.get("/api/v1/catalog").status_code == 200
    assert other.post("/api/v1/batchnorm", content=BODY).status_code == 200
    assert 'bnscope_refusals_total{why="rate"} 2.0' in one.get("/metrics").text


def test_a_body_that_has_begun_is_taken_whole_and_the_next_one_waits(settings):
    one, other = server(settings, post_bytes=1.0)
    assert one.post("/api/v1/batchnorm", content=BODY).status_code == 200  # 23 bytes of 10
    refused = one.post("/api/v1/batchnorm", content=BODY)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 14
    assert other.post("/api/v1/batchnorm", content=BODY).status_code == 200


def test_a_class_behind_one_address_is_within_the_defaults(settings):
    one, _ = server(settings)
    assert all(one.post("/api/v1/tables", content=b'{"text": "1"}').status_code == 200 for _ in range(200))


@pytest.mark.parametrize("limits", [{"post_rate": 0, "post_bytes": 0}])
def test_nought_is_no_limit(settings, limits):
    one, _ = server(settings, **limits)
    assert {one.post("/api/v1/batchnorm", content=BODY).status_code for _ in range(20)} == {200}


def test_an_allowance_fills_up_again_to_its_burst_and_no_further():
    now = [0.0]
    allowances = Allowances(rate=2.0, burst=4.0, clock=lambda: now[0])
    for _ in range(4):
        assert allowances.wait("a") == 0
        allowances.spend("a")
    assert allowances.wait("a") == pytest.approx(0, abs=1e-8)
    assert allowances.wait("a") > 0
    allowances.spend("a", 3)
    assert allowances.wait("a") == pytest.approx(1.5)
    now[0] = 1.6
    assert allowances.wait("a") == 0
    now[0] = 1e9
    for _ in range(4):
        allowances.spend("a")
    assert allowances.wait("a") > 0


def test_so_many_clients_are_remembered_and_no_more(monkeypatch):
    monkeypatch.setattr(clients, "MOST", 10)
    allowances = Allowances(rate=1.0, burst=1.0, clock=lambda: 0.0)
    for number in range(30):
        allowances.spend(str(number))
    assert allowances.wait("29") > 0
    assert allowances.wait("0") == 0
    assert len(allowances._left) == 10
