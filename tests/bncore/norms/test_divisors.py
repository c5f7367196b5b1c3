"""Divisors, and which groups and ghost batches are taken unasked."""

from bncore.norms.divisors import automatic_ghosts, automatic_groups, divisors, largest_divisor
from tests.each import each


@each("of", [1, 2, 7, 12, 64, 97, 360])
def test_divisors_are_all_that_divide(of):
    assert divisors(of) == [number for number in range(1, of + 1) if (of // number) * number == of]


def test_only_the_first_sixty_four_are_listed():
    assert len(divisors(55440)) == 64


@each("of", range(1, 41))
def test_the_largest_divisor_is_the_last_of_those_that_fit(of):
    for most in range(1, of + 3):
        assert largest_divisor(of, most) == max(number for number in divisors(of) if number <= most)


@each("examples", range(1, 65))
def test_automatic_ghost_batches_are_two_or_more_and_divide_the_batch(examples):
    size = automatic_ghosts(examples)
    assert examples % size == 0
    assert examples // size >= min(2, examples)


@each("channels", [1, 2, 3, 6, 64, 66, 96, 512])
def test_automatic_groups_hold_two_channels_or_more(channels):
    groups = automatic_groups(channels)
    assert channels % groups == 0
    assert groups <= 32
    assert channels // groups >= min(2, channels)
