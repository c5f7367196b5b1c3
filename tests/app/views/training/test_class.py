"""A class that opens one link costs one run, and all of it get the same bytes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from tests.app.views.training.asked import QUICK
from tests.app.web.runs.test_respond import events
from tests.app.web.runs.walk import LONG
from tests.browser.serving import served

READERS = 16


def test_a_class_of_readers_costs_one_run_and_get_the_same_bytes(settings, taken):
    def read(_reader):
        with closing(HTTPConnection(urlsplit(origin).netloc, timeout=LONG)) as connection:
            connection.request("GET", f"/api/v1/training?{urlencode(QUICK)}")
            return b"".join(events(connection.getresponse().read()))

    with served(settings) as origin, ThreadPoolExecutor(READERS) as readers:
        told = list(readers.map(read, range(READERS)))
    assert len(set(told)) == 1
    assert told[0].endswith(b"event: end\ndata: {}")
    assert sum(taken) == 2 * QUICK["steps"]
