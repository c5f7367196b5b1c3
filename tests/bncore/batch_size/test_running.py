"""Running statistics step by step, and the gap between the modes."""

import numpy as np
import pytest

from bncore.batch_norm import forward
from bncore.batch_size.population import Finite
from bncore.batch_size.running import exactly, gap, running_path
from bncore.errors import BadParameter
from tests.bncore.batch_size.populations import endless


@pytest.fixture
def population():
    return Finite(np.random.default_rng(0).gamma(2.0, size=(100, 1)) + 5.0)


def test_the_path_is_what_repeated_forward_passes_leave(population):
    path = running_path(population, 8, 5, 0.3, np.random.default_rng(1))
    batches = population.draw(5, 8, np.random.default_rng(1))[0]
    for convention in ("biased", "unbiased"):
        running = {"running_mean": np.zeros(1), "running_var": np.ones(1)}
        for step, batch in enumerate(batches, 1):
            after = forward(batch[:, None], momentum=0.3, running_variance=convention, **running)
            running = {"running_mean": after.running_mean, "running_var": after.running_var}
            assert path.mean[step] == pytest.approx(after.running_mean[0])
            assert path.var[convention][step] == pytest.approx(after.running_var[0])
    assert (path.mean[0], path.var["biased"][0]) == (0.0, 1.0)


def test_what_is_left_of_the_start_falls_geometrically(population):
    path = running_path(population, 100, 30, 0.1, np.random.default_rng(1))
    mean = population.moments.mean[0]
    np.testing.assert_allclose(mean - path.mean, mean * path.cold, atol=1e-12)


def test_in_the_long_run_it_jitters_as_theory_says():
    path = running_path(endless("gaussian"), 16, 40_000, 0.2, np.random.default_rng(2))
    late = path.mean[200:]
    effective = len(late) * 0.2 / 2  # about: neighbours are correlated
    assert late.std() == pytest.approx(path.mean_sd, abs=5 * path.mean_sd / np.sqrt(2 * effective))
    for name, limit in path.var_limit.items():
        settled = path.var[name][200:]
        assert settled.mean() == pytest.approx(limit, abs=5 * settled.std() / np.sqrt(effective))
    assert path.var_limit["biased"] == pytest.approx(15 / 16)
    assert path.var_limit["unbiased"] == pytest.approx(1.0)


def test_one_example_has_no_unbiased_variance(population):
    path = running_path(population, 1, 3, 0.1, np.random.default_rng(0))
    assert set(path.var) == {"biased"}


def test_the_gap_is_between_the_modes_of_the_forward_pass():
    x = np.array([1.0, 2.0, 5.0])
    gaps = gap(x, 1.0, 4.0, eps=0.0)
    np.testing.assert_allclose(gaps.inference, [0.0, 0.5, 2.0])
    np.testing.assert_allclose(gaps.train, (x - x.mean()) / x.std())
    assert gaps.largest == pytest.approx(np.abs(gaps.train - gaps.inference).max())
    assert 0 < gaps.typical < gaps.largest


def test_perfect_statistics_normalize_the_population(population):
    x_hat = exactly(population.x[:, 0], population.moments, eps=0.0)
    assert x_hat.mean() == pytest.approx(0.0, abs=1e-12)
    assert x_hat.std() == pytest.approx(1.0)


@pytest.mark.parametrize(("steps", "momentum"), [(-1, 0.1), (3, 1.5)])
def test_what_cannot_be_followed_is_refused(population, steps, momentum):
    with pytest.raises(BadParameter):
        running_path(population, 4, steps, momentum, np.random.default_rng(0))


def test_without_a_momentum_the_path_is_the_mean_of_all_batches_and_spreads_as_its_root():
    population, steps = endless("gaussian"), 400
    path = running_path(population, 16, steps, None, np.random.default_rng(3))
    weighed = running_path(population, 16, steps, 1.0, np.random.default_rng(3))  # each batch alone
    counts = np.arange(1, steps + 1)
    np.testing.assert_allclose(path.mean[1:], np.cumsum(weighed.mean[1:]) / counts, atol=1e-12)
    np.testing.assert_allclose(path.var["unbiased"][1:], np.cumsum(weighed.var["unbiased"][1:]) / counts, atol=1e-12)
    assert path.cold.tolist() == [1.0, *[0.0] * steps]
    assert path.mean_sd == pytest.approx(weighed.mean_sd / np.sqrt(steps))
