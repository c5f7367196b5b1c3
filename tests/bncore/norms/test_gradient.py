"""Each backward pass against central differences and against the chain rule with the Jacobian written out."""

import numpy as np
import pytest

import bncore
from bncore import norms
from bncore.norms import NORMS
from bncore.numeric import differentiate
from tests.bncore.norms.cases import PLACEMENTS, SHAPES, drawn, over_axes, sets_of_cells, settings
from tests.each import each, turns

every_norm = pytest.mark.parametrize("norm", NORMS)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_placement = pytest.mark.parametrize("placement", PLACEMENTS)


def losses(norm, shape, dy, keywords, frozen=None):
    """L = sum dy y of a point; batch renormalization with r and d frozen, as its backward pass has them."""

    def loss(x, gamma, beta):
        if frozen is None:
            return float((dy * norms.forward(x, norm, gamma, beta, **keywords).y).sum())
        r, d = (over_axes(values, norm, shape) for values in frozen)
        eps = {name: keywords[name] for name in ("eps", "eps_placement")}
        x_hat = norms.forward(x, "batch", **eps).x_hat * r + d
        return float((dy * (x_hat * over_axes(gamma, norm, shape) + over_axes(beta, norm, shape))).sum())

    return loss


@each("norm", NORMS)
@each("shape", [(4, 6), (2, 6, 3), (2, 6, 2, 2)])
@turns(("placement", "eps"), [("variance", 1e-5), ("variance", 0.5), ("deviation", 0.5)])
def test_gradients_are_those_of_central_differences(norm, shape, placement, eps):
    x, dy, gamma, beta = drawn(norm, shape)
    keywords = {"eps": eps, "eps_placement": placement, **settings(norm, shape)}
    result = norms.forward(x, norm, gamma, beta, **keywords)
    gradients = norms.backward(dy, result)
    loss = losses(norm, shape, dy, keywords, None if result.r is None else (result.r, result.d))
    numeric = {"dx": differentiate(lambda at: loss(at, gamma, beta), x)}
    numeric["dgamma"] = differentiate(lambda at: loss(x, at, beta), gamma)
    if beta is not None:
        numeric["dbeta"] = differentiate(lambda at: loss(x, gamma, at), beta)
    for name, truth in numeric.items():
        assert (np.abs(getattr(gradients, name) - truth.value) <= truth.bound).all(), name
        assert truth.bound.max() < 1e-5, name
    assert (gradients.dbeta is None) == (beta is None)


@every_norm
@every_shape
@every_placement
def test_dx_is_the_chain_rule_with_each_sets_jacobian_written_out(norm, shape, placement):
    x, dy, gamma, beta = drawn(norm, shape, seed=3)
    eps = 0.01
    result = norms.forward(x, norm, gamma, beta, eps=eps, eps_placement=placement, **settings(norm, shape))
    dx = np.zeros(shape)
    upstream = dy * over_axes(gamma, norm, shape)
    if result.r is not None:
        upstream = upstream * over_axes(result.r, norm, shape)
    for cells in sets_of_cells(norm, shape):
        values, g = (np.array([array[cell] for cell in cells]) for array in (x, upstream))
        centred = values if norm == "rms" else values - values.mean()
        root = np.sqrt(np.square(centred).mean())
        scale = np.sqrt(root**2 + eps) if placement == "variance" else root + eps
        dcentred = np.eye(len(cells)) - (0 if norm == "rms" else 1 / len(cells))
        slope = scale if placement == "variance" else root
        dscale = centred / (len(cells) * slope) if slope else 0 * centred
        jacobian = dcentred / scale - np.outer(centred, dscale) / scale**2
        for cell, value in zip(cells, g @ jacobian, strict=True):
            dx[cell] = value
    np.testing.assert_allclose(norms.backward(dy, result).dx, dx, atol=1e-13)


@every_norm
def test_parameter_gradients_are_sums_over_the_cells_that_share_one(norm):
    shape = (4, 6, 2, 3)
    x, dy, gamma, beta = drawn(norm, shape)
    result = norms.forward(x, norm, gamma, beta, **settings(norm, shape))
    gradients = norms.backward(dy, result)
    over = (0, 2, 3) if NORMS[norm].per_channel else (0,)
    np.testing.assert_allclose(gradients.dgamma, (dy * result.x_hat).sum(axis=over), atol=1e-13)
    assert gradients.dgamma.shape == gamma.shape
    if beta is not None:
        np.testing.assert_allclose(gradients.dbeta, dy.sum(axis=over), atol=1e-13)


@each("axis", [1, 2])
@each("norm", ["layer", "rms"])
def test_the_gradient_of_a_later_axis(norm, axis):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 2, 3, 4))
    gamma = rng.normal(size=x.shape[axis:])
    result = norms.forward(x, norm, gamma, axis=axis)
    truth = differentiate(lambda at: float((dy * norms.forward(at, norm, gamma, axis=axis).y).sum()), x)
    assert (np.abs(norms.backward(dy, result).dx - truth.value) <= truth.bound).all()
    truth = differentiate(lambda at: float((dy * norms.forward(x, norm, at, axis=axis).y).sum()), gamma)
    assert (np.abs(norms.backward(dy, result).dgamma - truth.value) <= truth.bound).all()


def test_renormalizations_gradient_is_not_that_of_r_and_d_moving_along():
    x, dy, gamma, beta = drawn("renorm", (4, 6))
    given = settings("renorm", (4, 6))
    dx = norms.backward(dy, norms.forward(x, "renorm", gamma, beta, **given)).dx
    moving = differentiate(lambda at: float((dy * norms.forward(at, "renorm", gamma, beta, **given).y).sum()), x)
    assert np.abs(dx - moving.value).max() > 0.1


def test_dy_is_checked():
    result = norms.forward(np.eye(3), "layer")
    for dy, error in ((np.ones((2, 3)), bncore.ShapeMismatch), (np.full((3, 3), np.nan), bncore.NonFiniteInput)):
        with pytest.raises(error) as caught:
            norms.backward(dy, result)
        assert caught.value.parameter == "dy"


def exact_dx(x, dy, eps, placement, centred):
    """dx of one row in longdouble, written without a difference of its large parts: that of two cells needs it."""
    x, dy = (np.asarray(values, np.longdouble) for values in (x, dy))
    middle = x - x.mean() if centred else x
    root = np.sqrt(np.square(middle).mean())
    scale = np.sqrt(root**2 + eps) if placement == "variance" else root + np.longdouble(eps)
    left = eps / scale**2 if placement == "variance" else eps / scale
    unit = middle / root
    g = dy - dy.mean() if centred else dy
    along = (g * unit).mean()
    return (g - along * unit + left * along * unit) / scale


@every_placement
@pytest.mark.parametrize("norm", ["layer", "rms"])
@pytest.mark.parametrize("eps", [1e-5, 1e-12])
def test_a_gradient_that_nearly_cancels_keeps_its_digits(norm, placement, eps):
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, dy = rng.normal(0, 3, (2, 2)) if norm == "layer" else rng.normal(0, 3, (2, 1))
        dx = norms.backward([dy], norms.forward([x], norm, eps=eps, eps_placement=placement)).dx[0]
        truth = exact_dx(x, dy, eps, placement, norm == "layer").astype(float)
        np.testing.assert_allclose(dx, truth, rtol=1e-10, atol=1e-24)
