"""A refusal of the numerics reaches a page with the titles of its controls, a program with names of parameters."""

from fastapi.testclient import TestClient

from tests.each import each


@each(
    ("asked", "detail", "page"),
    [
        ("norms?norm=group&channels=6&groups=4", "groups is 4, and there", "“Groups of group norm” is 4, and there"),
        ("norms?parts=stage&norm=ghost&ghost_size=300", "ghost_size is 300,", "“Size of a ghost batch” is 300,"),
        ("playground?gamma=1,2", "gamma has 2 values,", "“Scale” has 2 values,"),
        ("playground?selected=20", "selected names feature 20,", "There is no feature 20:"),
        ("training?trained=norms&norm=none", "trained is 'norms' and norm is", "“Trained” is 'norms' and “Norm” is"),
        ("training?batch_size=1", "batch_size is 1; one example has", "“Batch size” is 1; one example has"),
        ("training?a=groups:7&norm=group", "Variant a: groups is 7,", "Variant a: “Groups” is 7,"),
    ],
)
def test_a_page_is_told_in_titles(client: TestClient, asked: str, detail: str, page: str) -> None:
    body = client.get(f"/api/v1/{asked}").json()
    assert body["status"] == 422
    assert body["detail"].startswith(detail)
    assert body["page_detail"].startswith(page)
    assert body["page_detail"].endswith(body["detail"][-12:])
