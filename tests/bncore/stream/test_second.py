"""The second pass writes what one batch in memory gives, forward and backward, and goes on where it was killed."""

import numpy as np
import pytest

import bncore
from bncore import stream
from tests.bncore.stream.streams import cut_at

ROWS = 2**18  # examples a chunk of four numbers


class Killed(BaseException):
    """Stands for the end of a process."""


def killed_at(done):
    """Hears of progress, until it has come so far."""

    def say(now, _of, text):
        if (now, text) >= done and text == done[1]:
            raise Killed

    return say


@pytest.mark.parametrize("placement", ["variance", "deviation"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_passes_give_what_one_batch_gives(rng, dtype, placement, tmp_path):
    x, dy = rng.normal([3, -1], [2, 1e-3], size=(2, 20_000, 2)).astype(dtype)
    how = {"gamma": [2.0, -1.0], "beta": [0.5, 0.0], "eps": 1e-3, "eps_placement": placement}
    whole = bncore.forward(x, **how)
    gradients = bncore.backward(dy, whole)
    out, target = tmp_path / "y.npy", np.empty_like(x)
    result = stream.batch_norm(cut_at(x, [777]), out=out, dy=cut_at(dy, [5000]), dx=target, **how)
    near = {"float32": 1e-6, "float64": 1e-11}[dtype]
    assert np.allclose(np.load(out), whole.y, rtol=near, atol=near)
    assert np.allclose(target, gradients.dx, rtol=near, atol=near * np.abs(gradients.dx).max())
    assert np.allclose(result.dgamma, gradients.dgamma, rtol=1e-9)
    assert np.allclose(result.dbeta, gradients.dbeta, rtol=1e-9)
    assert np.array_equal(result.scale, whole.scale) or np.allclose(result.scale, whole.scale, rtol=1e-12)
    again = np.concatenate(list(stream.normalized(x, result.streamed, **how)))
    assert np.array_equal(again, np.load(out))


def test_images_have_their_features_on_any_axis(rng):
    x = rng.normal(size=(30, 4, 5, 3)).astype(np.float32)
    y = np.empty_like(x)
    stream.batch_norm(x, out=y, feature_axis=-1)
    assert np.allclose(y, bncore.forward(x, feature_axis=-1).y, atol=1e-6)


def test_a_constant_feature_is_flagged_and_stays_beta(rng):
    x = rng.normal(size=(100, 2)) * [1, 0] + 7
    y, dx = np.empty((2, 100, 2))
    result = stream.batch_norm(x, beta=[0, 3], out=y, dy=np.ones_like(x), dx=dx, eps=0)
    assert {flag.name: flag.features for flag in result.flags} == {"constant_feature": (1,), "zero_denominator": (1,)}
    assert (y[:, 1] == 3).all()
    assert np.abs(dx).max() < 1e-15


@pytest.mark.parametrize(
    "done", [(2 * ROWS, "taking the statistics"), (ROWS, "writing the output"), (3 * ROWS, "writing the output")]
)
def test_a_run_that_is_killed_goes_on_in_either_pass_and_ends_with_the_same_bytes(rng, done, tmp_path):
    x = rng.normal(size=(3 * ROWS + 5, 4)).astype(np.float32)
    dy = x[::-1].copy()
    expected, expected_dx = np.empty_like(x), np.empty_like(x)
    stream.batch_norm(x, out=expected, dy=dy, dx=expected_dx)
    y, dx, state = tmp_path / "y.npy", tmp_path / "dx.npy", tmp_path / "state.npz"
    how = {"out": y, "dy": dy, "dx": dx, "state": state, "every": 0.0}
    with pytest.raises(Killed):
        stream.batch_norm(x, say=killed_at(done), **how)
    said = []
    stream.batch_norm(x, say=lambda now, _of, text: said.append((now, text)), **how)
    assert said[0] == (done[0], done[1]) or said[0] == (min(done[0] + ROWS, len(x)), done[1])
    assert np.array_equal(np.load(y), expected)
    assert np.array_equal(np.load(dx), expected_dx)
    read = []
    seen = stream.batch_norm(x, say=lambda *told: read.append(told), **how)
    assert read == []
    assert np.array_equal(seen.streamed.mean, stream.statistics(x).mean)


def test_a_state_serves_its_own_stream_only(rng, tmp_path):
    state = tmp_path / "state.npz"
    np.save(tmp_path / "x.npy", rng.normal(size=(50, 2)))
    stream.statistics(tmp_path / "x.npy", state=state)
    np.save(tmp_path / "x.npy", rng.normal(size=(51, 2)))
    with pytest.raises(bncore.BadParameter, match="that of another stream"):
        stream.statistics(tmp_path / "x.npy", state=state)
    state.unlink()
    x = rng.normal(size=(50, 2))
    for one, other in ((x, x + 1), ([x], [x + 1])):
        stream.statistics(one, state=tmp_path / f"{type(one).__name__}.npz")
        with pytest.raises(bncore.BadParameter, match="that of another stream"):
            stream.statistics(other, state=tmp_path / f"{type(one).__name__}.npz")
    for none in (b"PK no state", (tmp_path / "x.npy").read_bytes()):
        state.write_bytes(none)
        with pytest.raises(bncore.BadParameter, match="which is no state"):
            stream.statistics(tmp_path / "x.npy", state=state)


def test_a_state_of_another_output_is_written_anew(rng, tmp_path):
    x, y, state = rng.normal(size=(50, 2)), tmp_path / "y.npy", tmp_path / "state.npz"
    stream.batch_norm(x, out=y, state=state)
    for how in ({"gamma": [2.0, 3.0]}, {"beta": [2.0, 3.0]}, {"eps": 1.0}, {"eps": 1.0, "eps_placement": "deviation"}):
        stream.batch_norm(x, out=y, state=state, **how)
        assert np.allclose(np.load(y), bncore.forward(x, **how).y)
    for out in (tmp_path / "other.npy", np.empty_like(x)):
        stream.batch_norm(x, out=out, state=state)
        assert np.allclose(out if isinstance(out, np.ndarray) else np.load(out), bncore.forward(x).y)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_that_is_read_is_never_written_to(rng, order, tmp_path):
    x, path = rng.normal(size=(50, 2)), tmp_path / "x.npy"
    np.save(path, np.asarray(x, order=order))
    for how in ({"out": path}, {"out": tmp_path / "y.npy", "dy": x, "dx": tmp_path / "." / "y.npy"}):
        with pytest.raises(bncore.BadParameter, match="read or written already"):
            stream.batch_norm(path, **how)
    assert np.array_equal(np.load(path), x)


def test_a_gradient_of_another_length_is_refused_wherever_it_ends(rng):
    x = rng.normal(size=(2**20, 2))
    with pytest.raises(bncore.ShapeMismatch, match="dy has fewer examples than x"):
        stream.statistics([x], dy=[x[: 2**19]])
    with pytest.raises(bncore.ShapeMismatch, match="x has fewer examples than dy"):
        stream.statistics([x[: 2**19]], dy=[x])
    with pytest.raises(bncore.ShapeMismatch, match=r"dy has shape \(9, 2\), x has \(10, 2\)"):
        stream.statistics([x[:10]], dy=[x[:9]])
    seen = stream.statistics([x[:10]], dy=x[:10])
    assert np.allclose(seen.sums.total, x[:10].sum(0))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"dy": np.ones((9, 2))}, "dy and dx go together"),
        ({"dy": np.ones((8, 2)), "dx": np.ones((9, 2))}, "dy has shape"),
        ({"out": np.ones((8, 2))}, "out has shape"),
        ({"out": 5}, "give a path or an array"),
        ({"gamma": [1.0]}, "gamma has shape"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(how, said, rng):
    with pytest.raises(bncore.BatchNormError, match=said):
        stream.batch_norm(rng.normal(size=(9, 2)), **how)
