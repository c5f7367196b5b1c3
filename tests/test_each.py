"""`each` goes through every combination of its cases, and a failure says which one it was."""

import pytest

from tests.each import each, turns


def test_every_combination_is_tried_once():
    tried = []

    @each("a", [1, 2])
    @each(("b", "c"), [("x", 3), pytest.param("y", 4, id="second")])
    def law(a, b, c, seen):
        seen.append((a, b, c))

    law(seen=tried)
    assert sorted(tried) == [(1, "x", 3), (1, "y", 4), (2, "x", 3), (2, "y", 4)]


def test_a_case_of_one_name_may_be_a_dict_or_a_pair():
    tried = []
    each("a", [{"x": 1}, (2, 3)])(lambda a: tried.append(a))()
    assert tried == [{"x": 1}, (2, 3)]


def test_turns_go_round_and_begin_one_later_each_time():
    tried = []

    @each("a", range(3))
    @each("b", "xy")
    @turns("c", [0, 1])
    def law(a, b, c):
        tried.append((a, b, c))

    law()
    assert tried == [(0, "x", 0), (0, "y", 1), (1, "x", 1), (1, "y", 0), (2, "x", 0), (2, "y", 1)]


def test_a_failure_names_its_case():
    @each("number", [1, 2])
    def law(number):
        assert number < 2

    with pytest.raises(AssertionError) as failure:
        law()
    assert failure.value.__notes__ == ["The case: {'number': 2}"]
