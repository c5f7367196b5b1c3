"""Which cells share a statistic, axis by axis: the same as cell by cell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bncore.norms import NORMS, forward
from bncore.norms.divisors import divisors
from bncore.norms.sharing import sharing, sharing_of_ghosts
from bncore.norms.table import of_tokens
from tests.each import each

lengths = st.integers(1, 6)
shapes = st.builds(lambda n, c, image: (n, c, *image), lengths, lengths, st.lists(st.integers(1, 3), max_size=2))


def arrangements(shape, data):
    """Every norm's way, and the tokens'."""
    settings = {
        "axis": 1, "groups": data.draw(st.sampled_from(divisors(shape[1]))),
        "ghost_size": data.draw(st.sampled_from(divisors(shape[0]))),
    }  # fmt: skip
    return {name: row.arrangement(shape, settings) for name, row in NORMS.items()} | {"token": of_tokens(shape, {})}


@given(shape=shapes, data=st.data())
def test_cells_share_a_statistic_where_their_numbers_on_all_three_axes_are_the_same(shape, data):
    for arrangement in arrangements(shape, data).values():
        share, owners = sharing(arrangement), arrangement.owners().ravel()
        grid = np.stack([axis.ravel() for axis in np.meshgrid(*share.axes, indexing="ij")], axis=1)
        by_axes = (grid[:, np.newaxis] == grid).all(axis=2)
        assert (by_axes == (owners[:, np.newaxis] == owners)).all()
        assert (by_axes.sum(axis=1) == share.count).all()


@given(shape=shapes, data=st.data())
def test_ghost_batches_share_as_the_norm_takes_them_whatever_is_left_for_the_last(shape, data):
    size = data.draw(st.integers(1, shape[0]))
    share = sharing_of_ghosts(shape, size)
    result = forward(np.random.default_rng(0).normal(size=shape), "ghost", ghost_size=size)
    owners, rest = result.owners().ravel(), shape[0] % size
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*share.axes, indexing="ij")], axis=1)
    by_axes = (grid[:, np.newaxis] == grid).all(axis=2)
    assert (by_axes == (owners[:, np.newaxis] == owners)).all()
    np.testing.assert_array_equal(by_axes.sum(axis=1), result.counts[owners])
    assert {share.count, share.last or share.count} == set(result.counts.tolist())
    assert (share.last > 0) == (rest > 0)
    assert result.statistics == owners.max() + 1 == len(result.sigma)


@given(shape=shapes, data=st.data())
def test_numbers_of_an_axis_begin_at_zero_and_have_no_gaps(shape, data):
    for arrangement in arrangements(shape, data).values():
        for numbers in sharing(arrangement).axes:
            assert sorted(set(numbers.tolist())) == list(range(numbers.max() + 1))


@each("image", [(), (5,), (2, 3)])
def test_a_token_is_a_position_of_an_example_with_all_its_channels(image):
    share = sharing(of_tokens((3, 4, *image), {}))
    assert share.count == 4
    assert share.channels.tolist() == [0] * 4
    assert len(set(share.positions.tolist())) == int(np.prod(image))
