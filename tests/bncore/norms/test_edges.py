"""The edges: one example, one cell, equal cells, and every mistake by its name."""

import numpy as np
import pytest

import bncore
from bncore import norms
from bncore.kernels import using
from bncore.norms import NORMS
from tests.bncore.norms.cases import settings
from tests.each import each

X = np.random.default_rng(0).normal(size=(4, 6, 3))


@each("norm", NORMS)
def test_one_example_is_taken(norm):
    given = settings(norm, (1, 6, 3)) | ({"ghost_size": 1} if norm == "ghost" else {})
    result = norms.forward(X[:1], norm, eps=0, **given)
    assert np.isfinite(norms.backward(X[:1], result).dx).all()
    if norm in ("batch", "ghost"):  # one example's positions alone
        np.testing.assert_array_equal(result.x_hat, norms.forward(X[:1], "instance", eps=0).x_hat)


@each(("norm", "x"), [("batch", X[:1, :, 0]), ("instance", X[..., 0]), ("ghost", X[:1, :, 0])])
@each("eps", [0, 1e-5])
def test_a_statistic_of_a_single_cell_gives_beta_and_no_gradient(norm, x, eps):
    given = {"ghost_size": 1} if norm == "ghost" else {}
    result = norms.forward(x, norm, beta=np.full(6, 7.0), eps=eps, **given)
    np.testing.assert_array_equal(result.y, np.full(x.shape, 7.0))
    np.testing.assert_array_equal(norms.backward(x, result).dx, np.zeros(x.shape))
    names = ["single_cell", "zero_denominator"] if eps == 0 else ["single_cell"]
    assert [remark.name for remark in result.remarks] == names
    assert all(remark.text for remark in result.remarks)


def test_equal_cells_are_remarked_with_the_number_of_their_statistic():
    x = X.copy()
    x[1, 2:4] = 100.1
    result = norms.forward(x, "group", groups=3)
    (remark,) = result.remarks
    assert (remark.name, remark.statistics) == ("constant_cells", (4,))
    np.testing.assert_array_equal(result.x_hat[1, 2:4], np.zeros((2, 3)))
    assert norms.forward(np.zeros((2, 3)), "rms", eps=0).remarks[0].name == "zero_denominator"


@each("norm", ["layer", "rms", "group", "instance"])
@each("size", [1e-145, 1e-152, 1e-160, 0])
def test_kernels_and_reference_remark_the_same(norm, size):
    """Of a variance around float64's smallest numbers with all their digits, and of none, beside ordinary ones."""
    x = np.random.default_rng(1).normal(size=(3, 6, 20))
    x[1] *= size
    told = []
    for backend in ("numpy", "auto"):
        with using(backend):
            result = norms.forward(x, norm, eps=0, **settings(norm, x.shape))
        told.append([(remark.name, remark.statistics) for remark in result.remarks])
    assert told[0] == told[1]
    assert bool(told[0]) == (size in (0, 1e-160))


@pytest.mark.parametrize("placement", bncore.EPS_PLACEMENTS)
def test_equal_cells_have_the_derivative_of_centring(placement):
    dy = np.array([[1.0, 2.0, 6.0]])
    dx = norms.backward(dy, norms.forward([[7.0, 7.0, 7.0]], "layer", eps=0.25, eps_placement=placement)).dx
    np.testing.assert_allclose(dx, (dy - 3) / (0.5 if placement == "variance" else 0.25))


@each(
    ("norm", "given", "parameter", "words"),
    [
        ("group", {"groups": 4}, "groups", "give a divisor of 6: 1, 2, 3, 6"),
        ("group", {"groups": 0}, "groups", "divisor"),
        ("group", {"groups": 2.0}, "groups", "divisor"),
        ("group", {}, "groups", "needs it"),
        ("ghost", {"ghost_size": 5}, "ghost_size", "there are 4 examples; give a whole number from 1 to 4"),
        ("ghost", {}, "ghost_size", "needs it"),
        ("layer", {"groups": 2}, "groups", "group norm only"),
        ("batch", {"axis": 1}, "axis", "layer norm and rms norm only"),
        ("layer", {"axis": -4}, "axis", "0 to 2"),
        ("rms", {"axis": 3}, "axis", "0 to 2"),
        ("layer", {"axis": 1.5}, "axis", "0 to 2"),
        ("renorm", {}, "running_mean", "corrects towards running statistics"),
        ("renorm", {"running_mean": np.zeros(6)}, "running_var", "missing"),
        ("renorm", {"running_mean": np.zeros(6), "running_var": np.zeros(6), "eps": 0}, "running_var", "above 0"),
        ("renorm", {"running_mean": np.zeros(6), "running_var": np.ones(6), "r_max": 0.5}, "r_max", "1 to"),
        ("renorm", {"running_mean": np.zeros(6), "running_var": np.ones(6), "d_max": -1}, "d_max", "0 to"),
        ("layer", {"running_mean": np.zeros(6), "running_var": np.ones(6)}, "running_mean", "keeps no running"),
        ("rms", {"beta": np.zeros((6, 3))}, "beta", "learns no beta"),
        ("layer", {"gamma": np.ones(6)}, "gamma", r"\(6, 3\)"),
        ("group", {"groups": 2, "gamma": np.ones(2)}, "gamma", r"\(6,\)"),
        ("batch", {"gamma": np.full(6, np.nan)}, "gamma", "finite"),
        ("power", {}, "norm", "batch, layer, instance"),
        ("batch", {"eps": -1}, "eps", "0 to"),
        ("batch", {"eps_placement": "outside"}, "eps_placement", "variance, deviation"),
    ],
)
def test_a_mistake_is_refused_by_name(norm, given, parameter, words):
    with pytest.raises(bncore.BatchNormError, match=words) as caught:
        norms.forward(X, norm, **given)
    assert caught.value.parameter == parameter


@each(
    ("x", "error"),
    [
        (np.zeros(()), bncore.ShapeMismatch),
        (np.zeros((0, 3)), bncore.EmptyBatch),
        (np.array([[1.0, np.inf]]), bncore.NonFiniteInput),
        (np.array([[1e200, -1e200]]), bncore.VarianceOverflow),
        (np.array([[1j, 2]]), bncore.BadDtype),
    ],
)
@each("norm", ["layer", "rms"])
def test_an_array_that_cannot_be_normalized_is_refused(norm, x, error):
    with pytest.raises(error) as caught:
        norms.forward(x, norm)
    assert caught.value.parameter == "x"


def test_every_row_of_the_table_says_what_it_is():
    for row in NORMS.values():
        assert all((row.title, row.over, row.source))
        assert set(row.learned) <= {"gamma", "beta"}
        assert row.source[-1].isdigit() or row.source[-1] == ")"
