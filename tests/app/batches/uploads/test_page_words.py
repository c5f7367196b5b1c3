"""A refusal and a note on an upload in the words of a page, which has controls and knows no parameter."""

import re

import numpy as np
import pytest

from app.errors import InvalidQuery, UserError, problem_of
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npz
from tests.each import each

X = np.arange(12.0).reshape(4, 3)
PARAMETER = re.compile(r"\b(missing|array|feature_axis|label|header)=")
GAP = np.where(X == 4.0, np.nan, X)
CLASSES = ("a,y\n" + "".join(f"1,c{i}\n" for i in range(1001))).encode()


@each(
    ("data", "reading", "page"),
    [
        (b"a,b\n1,2\n3,\n", {}, "Fill them in, or leave such rows out."),
        (npz(x=GAP, dy=GAP), {}, "Fill in x and dy, or leave such rows out."),
        (npz(a=X, b=X), {}, "Choose one of two or more axes, under “How to read the file”."),
        (npz(x=X), {"feature_axis": 3}, "Axis 3 for the features does not suit the shape (4, 3)"),
        (npz(x=np.zeros((4, 2, 3)), gamma=np.ones(3)), {}, "It would fit with the features on axis 2."),
        (CLASSES, {"label": "y"}, "The label 'y' has"),
    ],
)  # fmt: skip
def test_a_refusal_names_parameters_to_programs_alone(
    parse: Parser, data: bytes, reading: dict[str, str], page: str
) -> None:
    with pytest.raises(UserError) as caught:
        parse.batch(data, **reading)
    body = problem_of(caught.value)
    assert PARAMETER.search(body["detail"])
    assert page in body["page_detail"]
    assert not PARAMETER.search(body["page_detail"])


def test_where_both_say_the_same_there_is_one_text() -> None:
    assert "page_detail" not in problem_of(InvalidQuery("There is nothing in it."))
