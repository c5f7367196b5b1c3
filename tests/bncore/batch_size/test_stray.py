"""How far batches take normalized values astray, held against every batch written out, and against a law."""

import math

import numpy as np
import pytest

from bncore.batch_size.estimates import estimates
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Finite
from tests.bncore.batch_size.populations import endless
from tests.each import each

SIZES = (2, 3, 8, 20)
DRAWS = 300
X = np.random.default_rng(5).gamma(2.0, size=(40, 2)) * [1.0, 30.0] + [0.0, 100.0]
DENOMINATORS = {"variance": lambda var, eps: np.sqrt(var + eps), "deviation": lambda var, eps: np.sqrt(var) + eps}


@each("placement", list(DENOMINATORS))
@each("eps", [0.0, 1e-5, 1.0, 1e4])
def test_it_is_what_the_examples_of_every_batch_do(placement, eps):
    population = Finite(X)
    strayed = estimates(population, SIZES, DRAWS, np.random.default_rng(1), epsilon=Epsilon(eps, placement)).x_hat
    drawn = population.draw(DRAWS, SIZES[-1], np.random.default_rng(1))
    for feature, batches in enumerate(drawn):
        x = X[:, feature]
        s = DENOMINATORS[placement](x.var(), eps)
        for row, size in enumerate(SIZES):
            batch = batches[:, :size]
            s_b = DENOMINATORS[placement](batch.var(axis=1), eps)
            x_hat = (batch - batch.mean(axis=1)[:, None]) / s_b[:, None]
            strays = np.sqrt(np.square(x_hat - (batch - x.mean()) / s).mean())
            assert strayed.whole[row, feature] == pytest.approx(strays, rel=1e-9)
            shifts = (batch.mean(axis=1) - x.mean()) / s
            assert strayed.shift[row, feature] == pytest.approx(np.sqrt(np.square(shifts).mean()))
            stretch = s / s_b
            assert strayed.stretch.average[row, feature] == pytest.approx(stretch.mean(), rel=1e-7)
            assert strayed.stretch.sd[row, feature] == pytest.approx(stretch.std(), rel=1e-6)
            np.testing.assert_allclose(strayed.stretch.points[:, row, feature], np.quantile(stretch, [0.05, 0.5, 0.95]))
            if size == 2:
                assert strayed.unit[row, feature] == (np.abs(x_hat[:, 0]) >= 0.995).mean()
                assert strayed.size[row, feature] == pytest.approx(np.median(np.abs(x_hat[:, 0])))


@pytest.mark.parametrize("size", [8, 32])
def test_of_a_bell_the_stretch_is_that_of_an_inverse_chi(size):
    """E[sigma / sigma_B] = sqrt(K/2) Γ((K - 2)/2) / Γ((K - 1)/2), and E[(sigma / sigma_B)^2] = K / (K - 3)."""
    draws = 4000
    x_hat = estimates(endless("gaussian"), (size,), draws, np.random.default_rng(2), epsilon=Epsilon(0.0)).x_hat
    average = math.sqrt(size / 2) * math.exp(math.lgamma((size - 2) / 2) - math.lgamma((size - 1) / 2))
    sd = math.sqrt(size / (size - 3) - average**2)
    assert x_hat.stretch.average[0, 0] == pytest.approx(average, abs=5 * sd / math.sqrt(draws))
    assert x_hat.shift[0, 0] == pytest.approx(1 / math.sqrt(size), rel=5 / math.sqrt(2 * draws))


def test_batches_of_equal_examples_are_counted_and_stretch_nothing():
    x = np.array([0.0, 0.0, 0.0, 1.0, 2.0])
    x_hat = estimates(Finite(x[:, None] + 1e6), (2, 5), 4000, np.random.default_rng(0), epsilon=Epsilon(0.0)).x_hat
    assert x_hat.equal[0, 0] == pytest.approx(0.3, abs=5 * math.sqrt(0.21 / 4000))
    assert x_hat.unit[0, 0] + x_hat.equal[0, 0] == 1.0
    np.testing.assert_allclose(x_hat.stretch.points[:, 0, 0], x.std() / np.array([1.0, 0.5, 0.5]))
    assert (x_hat.equal[1, 0], x_hat.whole[1, 0]) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_a_constant_feature_does_not_stray_and_stretches_nothing():
    for eps in (0.0, 1e-5):
        x_hat = estimates(
            Finite(np.full((5, 1), 0.1)), (2, 5), 50, np.random.default_rng(0), epsilon=Epsilon(eps)
        ).x_hat
        assert (x_hat.whole == 0).all()
        assert (x_hat.equal == 1).all()
        assert np.isnan(x_hat.stretch.average).all()
