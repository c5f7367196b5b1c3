"""Wrong passwords of an address have an allowance; where it is used up none is looked at, and who is in stays in."""

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.operations import clients
from app.web.operations.password.throttle import BURST, RATE, Throttle

WORD = "four random words"
CLASS = 240
SHARE = 8  # workers: the allowance of one of them is used up sooner


@pytest.fixture
def now(monkeypatch):
    """Seconds, which go by when the test says so."""
    seconds = [1000.0]
    monkeypatch.setattr(clients, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def locked(settings):
    return settings.model_copy(update={"password": Settings(password=WORD).password, "workers": SHARE})


@pytest.fixture
def app(locked, now):
    assert now[0] == 1000.0  # it stands still
    return create_app(locked)


def browser(app, address="192.0.2.1"):
    return TestClient(app, follow_redirects=False, client=(address, 1))


def by_header(client, word):
    return client.get("/api/v1/catalog", headers={"Authorization": f"Bearer {word}"})


def by_page(client, word):
    return client.post("/login", data={"password": word, "next": "/network?depth=2"})


WAYS = pytest.mark.parametrize(("send", "taken"), [(by_header, 200), (by_page, 303)])


def use_up(app):
    guesser = browser(app)
    assert {by_header(guesser, f"wrong {number}").status_code for number in range(BURST // SHARE)} == {401}


@WAYS
def test_a_class_behind_one_address_may_mistype_and_then_enter(locked, send, taken):
    app = create_app(locked.model_copy(update={"workers": 1}))
    mistyped = browser(app)
    assert {send(mistyped, "four random wrods").status_code for _ in range(CLASS - 1)} == {401}
    assert {send(browser(app), WORD).status_code for _ in range(3)} == {taken}  # a right one costs nothing


@WAYS
def test_a_password_is_not_looked_at_once_too_many_were_wrong(app, now, send, taken):
    use_up(app)
    for word in (WORD, "wrong"):
        answer = send(browser(app), word)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert "set-cookie" not in answer.headers
    now[0] += SHARE / RATE
    assert send(browser(app), WORD).status_code == taken
    assert send(browser(app), "wrong").status_code == 401
    assert send(browser(app), WORD).status_code == 429


def test_nothing_tells_a_right_password_from_a_wrong_one_that_are_not_looked_at(app):
    use_up(app)
    right, wrong = (by_header(browser(app), word) for word in (WORD, "wrong"))
    assert right.json() | {"request_id": ""} == wrong.json() | {"request_id": ""}
    assert by_page(browser(app), WORD).text == by_page(browser(app), "wrong").text


def test_who_guesses_gets_no_more_than_the_rate_however_often(app, now):
    looked_at, guesser = 0, browser(app)
    for _ in range(16 * SHARE):
        now[0] += 0.5
        looked_at += by_header(guesser, "guess").status_code == 401
    assert looked_at == BURST // SHARE + 8 * RATE


def test_who_has_a_ticket_is_never_asked(app):
    insider, newcomer = browser(app), browser(app)
    assert by_page(insider, WORD).status_code == 303
    use_up(app)
    assert by_page(newcomer, WORD).status_code == 429
    assert insider.get("/api/v1/catalog").status_code == 200
    assert by_header(insider, "wrong").status_code == 200


def test_who_sends_no_password_is_asked_for_one_and_nothing_is_spent(app):
    newcomer = browser(app)
    asked = {newcomer.get("/", headers={"Accept": "text/html"}).status_code for _ in range(2 * BURST // SHARE)}
    assert asked == {401}
    assert by_page(browser(app), WORD).status_code == 303


def test_an_address_pays_for_nobody_else(app):
    use_up(app)
    assert by_header(browser(app, "192.0.2.2"), WORD).status_code == 200


def test_the_page_says_how_long_to_wait(app, now):
    use_up(app)
    now[0] += 0.4
    assert by_page(browser(app), "wrong").status_code == 401  # which is more than has grown again
    answer = by_page(browser(app), WORD)
    assert "Enter it again in 8 s" in answer.text
    assert 'data-wait="8"' in answer.text
    assert 'name="next" value="/network?depth=2"' in answer.text
    assert answer.headers["retry-after"] == "8"


@pytest.mark.parametrize("workers", [1, 2, 7, 480])
def test_the_workers_of_a_machine_look_at_no_more_together_than_one_alone(workers):
    class Never:
        def is_right(self, _given):
            return False

    class Metrics:
        @property
        def refusals(self):
            return self

        labels = inc = lambda self, *_: self

    now = [0.0]
    throttles = [Throttle(Never(), Metrics(), workers, lambda: now[0]) for _ in range(workers)]
    scope, looked_at = {"client": ("192.0.2.1", 1)}, 0
    for _ in range(100):
        for throttle in throttles:
            while not throttle.judge(scope, "guess").wait:
                looked_at += 1
        now[0] += 1.0
    assert BURST + 99 * RATE <= looked_at <= BURST + 99 * RATE + workers


def test_the_log_names_the_address_once_a_minute(app, caplog):
    use_up(app)
    for _ in range(5):
        by_header(browser(app), "wrong")
    told = [record.getMessage() for record in caplog.records if record.name == "bnscope.password"]
    assert told == ["Too many wrong passwords from 192.0.2.1: none of its passwords is looked at meanwhile."]


def test_the_metrics_tell_what_was_not_looked_at(app):
    use_up(app)
    by_header(browser(app), WORD)
    insider = browser(app, "192.0.2.2")
    by_page(insider, WORD)
    text = insider.get("/metrics").text
    assert f'bnscope_refusals_total{{why="wrong_password"}} {BURST // SHARE}.0' in text
    assert 'bnscope_refusals_total{why="password_rate"} 1.0' in text
