"""An exported file comes with the address of the page that shows the same, and is a plain table to whoever reads it."""

import csv
import io
import re

import pytest

SETTING = "source=iris&gamma=2&notation=lecture"


def page_of(answer):
    """The address in the Link header."""
    return re.fullmatch('<(.+)>; rel="canonical"', answer.headers["link"])[1]


@pytest.mark.parametrize(
    "file", ["data?stage=x_hat&format=csv&", "data?stage=statistics&format=csv&", "figure?figure=y&"]
)
def test_a_csv_comes_with_the_page_that_shows_the_same_setting(client, file):
    answer = client.get(f"/api/v1/playground/{file}{SETTING}")
    assert page_of(answer) == f"http://testserver/?{SETTING}"
    page = client.get(page_of(answer))
    assert page.status_code == 200
    assert "Iris" in page.text


@pytest.mark.parametrize(
    ("call", "page"),
    [("norms/figure?figure=published", "/norms"),
     ("network/figure?figure=depth_deviation&depth=2&width=8", "/network?depth=2&width=8"),
     ("gradient-check/figure?figure=factors", "/gradient-check")],
)  # fmt: skip
def test_so_does_a_figure_of_any_view(client, call, page):
    answer = client.get(f"/api/v1/{call}")
    assert page_of(answer) == f"http://testserver{page}"
    assert client.get(page_of(answer)).status_code == 200


def test_the_file_itself_has_no_line_but_names_and_numbers_and_can_be_uploaded_again(client):
    answer = client.get(f"/api/v1/playground/data?stage=x&format=csv&{SETTING}")
    names, *rows = csv.reader(io.StringIO(answer.text))
    assert {len(row) for row in rows} == {len(names)} == {4}
    assert all(float(value) for row in rows for value in row)
    sent = client.post("/api/v1/batches", content=answer.content, headers={"content-type": "text/csv"}).json()
    assert (sent["columns"], sent["shape"], sent["warnings"]) == (names, [150, 4], [])


def test_values_that_need_it_are_escaped(client):
    answer = client.get("/api/v1/playground/data", params={"source": "inline", "values": "1,2;3,4", "format": "csv"})
    assert page_of(answer) == "http://testserver/?source=inline&values=1%2C2%3B3%2C4"


def test_an_address_longer_than_proxies_take_is_left_out(server):
    ones = "1" * 17
    values = ";".join(f"{i}.{ones},-{i}.{ones}" for i in range(50))
    answer = server.get("/api/v1/playground/data", params={"source": "inline", "values": values, "format": "csv"})
    assert answer.status_code == 200
    assert "link" not in answer.headers
