"""`POST /api/v1/tables`: a pasted text as rows of numbers, or a refusal with its words."""

from tests.each import each

URL = "/api/v1/tables"


def rows(client, text, **fields):
    response = client.post(URL, json={"text": text, **fields})
    assert response.status_code == 200, response.text
    return response.json()["rows"]


@each(
    ("text", "table"),
    [
        ("1,50\t2\n\u22123,5\t4e3", [["1.50", "2"], ["-3.5", "4e3"]]), ("1, 2;3, 4", [["1", "2"], ["3", "4"]]),
        ("1,5;2\n3;4", [["1.5", "2"], ["3", "4"]]), ("7", [["7"]]), ("1, 2\n3, 4\n", [["1", "2"], ["3", "4"]]),
        ("1 2\n3 4", [["1", "2"], ["3", "4"]]), ("1,5;2,5\n3,5;\u22124,5", [["1.5", "2.5"], ["3.5", "-4.5"]]),
        ("1,5\t2,5;3,5\t-4,5", [["1.5", "2.5"], ["3.5", "-4.5"]]),
    ],
)  # fmt: skip
def test_rows_come_as_they_are_written_with_points_for_decimals(server, text, table):
    assert rows(server, text) == table


def test_a_single_cell_may_have_a_decimal_comma(server):
    assert rows(server, "1,5", cell=True) == [["1.5"]]


@each(
    ("body", "words"),
    [
        ({"text": "1,5\n2,5"}, "“1,5” may be 1.5 or the numbers 1, 5"),
        ({"text": "1,2;3,4"}, "“1,2” may be 1.2 or the numbers 1, 2."),
        ({"text": "1,234\t2\n3\t4"}, "“1,234” may be 1.234 or 1234. Write “1.234” or “1234”."),
        ({"text": "a\tb\n1\t2"}, "“a” is not a number"),
        ({"text": "1,234", "cell": True}, "“1,234” may be 1.234 or 1234"),
        ({"text": " \n"}, "There is no number"),
        ({"text": "1 2\n3"}, "Row 2 has another number of columns than row 1: 1, not 2"),
        ({"text": "1 " * 17}, "at most 64 of 16 are taken"),
        ({"text": "1\n" * 65}, "at most 64 of 16 are taken"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_names_the_text(server, body, words):
    refused = server.post(URL, json=body)
    assert refused.status_code == 422
    assert words in refused.json()["detail"]
    assert refused.json()["errors"][0]["field"] == "text"


@each("body", [{}, {"text": 1}, {"text": "1", "more": 1}, {"text": "1" * 20_001}])
def test_a_body_that_is_no_text_is_refused(server, body):
    assert server.post(URL, json=body).status_code == 422
