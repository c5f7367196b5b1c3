"""The first pass sees of a stream what one look at all of it sees, however it is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bncore
from bncore import stream
from bncore.kernels import using
from tests.bncore.stream.streams import cut_at, same_statistics
from tests.each import each

SHARES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
KINDS = {
    "bell": lambda rng, shape: rng.normal(3, 2, shape),
    "far": lambda rng, shape: 1e8 + rng.normal(size=shape),
    "skewed": lambda rng, shape: rng.lognormal(0, 3, shape),
    "relu": lambda rng, shape: np.maximum(rng.normal(-1, 1, shape), 0),
    "constant": lambda _rng, shape: np.full(shape, 0.1),
    "outlier": lambda rng, shape: np.where(rng.random(shape) < 1e-3, 1e6, rng.normal(size=shape)),
    "sorted": lambda rng, shape: np.sort(rng.normal(0, 1e-3, shape), axis=0) + 5,
}


@settings(max_examples=20)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    shape=st.sampled_from([(61, 3), (40, 5, 3, 2), (500, 1)]),
    axis=st.sampled_from([1, -1]),
    dtype=st.sampled_from(["float16", "float32", "float64"]),
    backend=st.sampled_from(["auto", "numpy"]),
    seed=st.integers(0, 99),
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=5),
)
def test_a_stream_has_the_statistics_of_the_whole_whatever_its_chunks(kind, shape, axis, dtype, backend, seed, lengths):
    with np.errstate(over="ignore"):
        x = KINDS[kind](np.random.default_rng(seed), shape).astype(dtype)
    x = np.nan_to_num(x)
    with using(backend, threads=2):
        whole = bncore.statistics(x, axis)
        seen = stream.statistics(cut_at(x, lengths), feature_axis=axis)
    same_statistics(seen, whole)
    rows = np.moveaxis(x, axis, 0).reshape(len(seen.mean), -1).astype(np.float64)
    assert np.array_equal(seen.low, rows.min(axis=1))
    assert np.array_equal(seen.high, rows.max(axis=1))
    true = np.quantile(rows, SHARES, axis=1)
    low, high = seen.sketch.bounds(SHARES)
    near = 1e-6 * np.abs(rows).max()
    assert (low - near <= true).all()
    assert (true <= high + near).all()
    told = seen.quantiles(SHARES)
    assert ((low <= told) & (told <= high)).all()
    assert np.array_equal(told[[0, -1]], [seen.low, seen.high])


def test_chunks_of_any_length_leave_every_digit_and_every_count(rng):
    x = rng.normal(size=(1_200_000, 2)).astype(np.float32)
    one, *others = (stream.statistics(cut_at(x, lengths)) for lengths in ([len(x)], [700_001, 3], [250_000]))
    for other in others:
        assert np.array_equal(one.mean, other.mean)
        assert np.array_equal(one.var, other.var)
        assert np.array_equal(one.sketch.counts, other.sketch.counts)


def test_a_bell_is_known_to_a_hundredth_of_its_deviation(rng):
    seen = stream.statistics(rng.normal(7, 3, size=(200_000, 1)))
    true = 7 + 3 * np.array([-1.644854, -0.674490, 0.0, 0.674490, 1.644854])
    assert np.abs(seen.quantiles([0.05, 0.25, 0.5, 0.75, 0.95])[:, 0] - true).max() < 0.04
    low, high = seen.sketch.bounds([0.25, 0.5, 0.75])
    assert (high - low).max() <= 3 / 32 * 2


def test_bins_are_cut_where_cells_are_and_count_exactly(rng):
    x = rng.lognormal(size=(5000, 3))
    binned = stream.statistics(x).histogram()
    assert (np.diff(binned.edges, axis=1) >= 0).all()
    for feature in range(3):
        edges, counts = binned.edges[feature], binned.counts[feature]
        wide = np.diff(edges) > 0
        assert counts[~wide].sum() == 0
        expected, _ = np.histogram(x[:, feature], np.append(edges[:-1][wide], edges[-1]))
        assert np.array_equal(expected, counts[wide])
        assert wide.sum() > 20
        assert (binned.densities[feature] > 0).tolist() == (counts > 0).tolist()
        assert binned.densities[feature] @ np.diff(edges) == pytest.approx(1)


def test_a_feature_without_a_number_beyond_its_fences_has_densities_all_the_same():
    x = np.column_stack([np.tile([-1.0, 1.0], 500), np.full(1000, 3.0)])
    binned = stream.statistics(x).histogram()
    assert (np.diff(binned.edges, axis=1)[:, [0, -1]] == 0).all()
    assert np.isfinite(binned.densities).all()
    assert binned.densities[0] @ np.diff(binned.edges[0]) == pytest.approx(1)
    assert binned.counts[0][np.diff(binned.edges[0]) == 0].sum() == 0
    assert not binned.densities[1].any()
    assert binned.counts.sum(axis=1).tolist() == [1000, 1000]


def test_progress_is_told_in_examples_and_ends_with_all(rng):
    said = []
    stream.statistics(rng.normal(size=(1_100_000, 2)), say=lambda done, of, text: said.append((done, of, text)))
    assert [done for done, _, _ in said] == [2**19, 2**20, 1_100_000]
    assert {(of, text) for _, of, text in said} == {(1_100_000, "taking the statistics")}


@each("value", [np.nan, -np.inf])
def test_a_number_that_is_not_finite_is_named_by_its_place_in_the_whole(value, tmp_path):
    x = np.zeros((700_000, 2), np.float32)
    x[600_003, 1] = value
    np.save(tmp_path / "x.npy", x)
    for given_as in (x, tmp_path / "x.npy"):
        with pytest.raises(bncore.NonFiniteInput, match=r"x\[600003, 1\]") as raised:
            stream.statistics(given_as)
        assert raised.value.index == (600_003, 1)


@each("shape", [(300_000, 1), (1000, 600), (40, 5, 60, 31)])
@each(("axis", "offset", "dtype"), [(1, 0.0, "float32"), (-1, 1e8, "float64")])
def test_a_file_and_its_array_have_the_same_digits_and_pieces_those_of_the_whole(
    rng, shape, axis, offset, dtype, tmp_path
):
    x = np.moveaxis(rng.normal(3, 2, shape), 0, -1) + np.linspace(0, 9, shape[0])  # pieces with means of their own
    x = np.ascontiguousarray(np.moveaxis(x, -1, 0) + offset, dtype)
    np.save(tmp_path / "x.npy", x)
    one, other = (stream.statistics(given_as, feature_axis=axis) for given_as in (x, tmp_path / "x.npy"))
    for name in ("mean", "var", "low", "high"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(one.sketch.counts, other.sketch.counts)
    same_statistics(one, bncore.statistics(x, axis))


@pytest.mark.parametrize(("size", "error"), [(1e200, bncore.VarianceOverflow), (1e-200, bncore.BadParameter)])
def test_what_leaves_the_range_of_squares_is_refused_by_name(rng, size, error):
    with pytest.raises(error, match=r"feature 1 .*by a constant first"):
        stream.statistics(rng.normal(size=(50, 2)) * [1, size])


def test_the_axis_of_examples_is_no_axis_of_features():
    with pytest.raises(bncore.BadParameter, match="which has the examples"):
        stream.statistics(np.zeros((4, 3)), feature_axis=0)
