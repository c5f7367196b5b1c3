"""A sentence on what is in force stands just where it is true."""

from app.views.training.words.conventions import CONVENTIONS, conventions_of
from tests.app.views.training.asked import prepared
from tests.each import each

CASES = [
    ({}, "same examples", True), ({"b": "norm:batch,batch_size:10"}, "same examples", False),
    ({"b": "seed:1"}, "same examples", False), ({"a": "norm:none", "b": ""}, "same examples", False),
    ({"b": "order:sorted"}, "same examples", False), ({"b": "initialization:he"}, "same examples", True),
    ({}, "begin as the same", True), ({"b": "initialization:he"}, "begin as the same", False),
    ({"b": "scale:2"}, "begin as the same", False), ({"b": "seed:1"}, "begin as the same", False),
    ({}, "under the root", True), ({"b": "", "a": "norm:none"}, "under the root", False),
    ({}, "unbiased", True), ({"b": "norm:layer"}, "unbiased", False),
    ({}, "its momentum weighs", True), ({"momentum": "cumulative"}, "its momentum weighs", False),
    ({}, "all batches weigh alike", False), ({"momentum": "cumulative"}, "all batches weigh alike", True),
    ({"a": "norm:batch", "momentum": "cumulative"}, "a cumulative one", False),
    ({"a": "norm:batch,momentum:cumulative"}, "a cumulative one", True),
    ({}, "Weight decay", False), ({"b": "weight_decay:0.1"}, "Weight decay", True),
    ({}, "is random", False), ({"random_labels": 0.5}, "is random", True),
]  # fmt: skip


@each(("query", "part", "stands"), CASES)
def test_a_sentence_stands_just_where_it_is_true(query, part, stands):
    told = conventions_of(list(prepared(**query).specs.values()))
    assert any(part in sentence for sentence in told) == stands


def test_every_sentence_that_may_be_left_out_is_walked_both_ways():
    walked = {(sentence, stands) for sentence, _ in CONVENTIONS for _, part, stands in CASES if part in sentence}
    assert len(walked) == 2 * (len(CONVENTIONS) - 2)
