"""The whole chain: laws of the backward pass, the read-out, undoing, axes that stay put, and every edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.activations import ACTIVATIONS
from bncore.errors import BadParameter
from bncore.playground.chain import NormLayer, features_first, playground
from bncore.playground.stages import BACKWARD, FORWARD, PATHS, STAGES
from bncore.upstream import UPSTREAMS
from tests.each import each, turns

placements = each("eps_placement", ["variance", "deviation"])
modes = each("mode", ["train", "inference"])
SHAPES = [((9, 3), 1), ((5, 3, 2, 2), 1), ((5, 2, 2, 3), -1)]
shapes = each(("shape", "axis"), SHAPES)
shapes_by_turns = turns(("shape", "axis"), SHAPES)
RUNNING = {"running_mean": np.array([0.5, 0.0, -1.0]), "running_var": np.array([2.0, 1.0, 0.3])}


def drawn(shape=(9, 3), seed=0):
    return 2.0 * np.random.default_rng(seed).standard_normal(shape) + 1.0


def shown(x, layer=None, *, seed=1, axis=-1, **options):
    """The playground of x; running statistics where inference needs them."""
    layer = layer or NormLayer()
    running = RUNNING if layer.mode == "inference" else {}
    options = running | options
    return playground(x, layer, feature_axis=axis, rng=np.random.default_rng(seed), **options)


@placements
@modes
def test_paths_add_up_to_dx(eps_placement, mode):
    stages = shown(drawn(), NormLayer(eps=0.3, eps_placement=eps_placement, mode=mode)).stages
    total = sum(stages[path].values for path in PATHS)
    np.testing.assert_allclose(total, stages["dx"].values, atol=1e-14)


@placements
@each("eps", [0.0, 1e-5, 0.5])
def test_in_training_the_sums_are_what_the_laws_say(eps_placement, eps):
    result = shown(drawn(), NormLayer(eps=eps, eps_placement=eps_placement, activation="tanh"))
    dx, x_hat = result.stages["dx"].values, result.stages["x_hat"].values
    kept = result.conservation
    np.testing.assert_allclose(kept.sum_dx, dx.sum(axis=1), atol=1e-14)
    assert (np.abs(kept.sum_dx) <= 1e-13 * kept.scale).all()
    np.testing.assert_allclose(kept.sum_dx_x_hat, (dx * x_hat).sum(axis=1), atol=1e-14)
    np.testing.assert_allclose(kept.sum_dx_x_hat, kept.expected_sum_dx_x_hat, atol=1e-13 * kept.scale.max())
    assert (np.abs(kept.expected_sum_dx_x_hat) > 1e-4).all() == (eps == 0.5)


@placements
def test_in_inference_no_law_is_claimed(eps_placement):
    kept = shown(drawn(), NormLayer(mode="inference", eps_placement=eps_placement, activation="identity")).conservation
    assert kept.expected_sum_dx_x_hat is None
    assert (np.abs(kept.sum_dx) > 1e-6).all()


@placements
@modes
@shapes
@each("scale", [1e-3, 1.0, 1e6])
def test_sigma_and_mean_undo_the_normalization(eps_placement, mode, shape, axis, scale):
    x = scale * drawn(shape)
    result = shown(x, NormLayer("sigma", "mean", eps=0.1, eps_placement=eps_placement, mode=mode), axis=axis)
    np.testing.assert_allclose(result.stages["y"].values, result.stages["x"].values, atol=1e-13 * np.abs(x).max())


@shapes
def test_values_are_kept_features_first(shape, axis):
    x = drawn(shape)
    result = shown(x, axis=axis)
    assert result.stages["x"].values.tolist() == np.moveaxis(x, axis, 0).reshape(3, -1).tolist()
    assert result.positions == x.size // (3 * shape[0])
    assert result.examples == shape[0]


@shapes
def test_one_example_covers_all_its_positions_and_nothing_else(shape, axis):
    result = shown(drawn(shape), NormLayer(upstream="one_example", upstream_example=2), axis=axis)
    gradient = result.upstream.gradient.reshape(3, shape[0], -1)
    np.testing.assert_array_equal(gradient[:, 2], 1.0)
    assert gradient.sum() == gradient[:, 2].size


def loss_of(result):
    return result.upstream.loss


def slope(x, make, direction, step=1e-5):
    """dloss/dx through the whole chain, in a direction."""
    return (loss_of(make(x + step * direction)) - loss_of(make(x - step * direction))) / (2 * step)


@placements
@modes
@each("upstream", ["squared_error", "cross_entropy", "sum_of_squares", "ones", "one_example"])
@shapes_by_turns
def test_dx_of_every_loss_is_the_derivative_of_the_whole_chain(eps_placement, mode, shape, axis, upstream):
    x, labels = drawn(shape), np.arange(shape[0]) % 3
    layer = NormLayer(
        gamma=np.array([1.5, -0.7, 0.4]), beta=np.array([0.1, 0.2, -0.3]), eps=0.2, eps_placement=eps_placement,
        mode=mode, activation="tanh", upstream=upstream, upstream_example=1,
    )  # fmt: skip
    chosen = {"labels": labels} if upstream == "cross_entropy" else {}

    def make(x):
        return shown(x, layer, axis=axis, **chosen)

    dx = make(x).stages["dx"].values
    for direction in np.random.default_rng(2).standard_normal((5, *x.shape)):
        assert slope(x, make, direction) == pytest.approx((dx * features_first(direction, axis)).sum(), abs=1e-7)


@shapes
def test_a_readout_sees_the_mean_over_an_examples_positions(shape, axis):
    result = shown(drawn(shape), NormLayer(upstream="squared_error", activation="identity"), axis=axis)
    pooled = result.stages["y"].values.reshape(3, shape[0], -1).mean(axis=2)
    np.testing.assert_allclose(result.stages["readout"].values, (pooled.T @ result.upstream.weights).T, atol=1e-14)


def test_the_readout_has_an_output_for_each_class_even_one_that_this_batch_lacks():
    labels = np.zeros(9, dtype=np.int64)
    result = shown(drawn(), NormLayer(upstream="cross_entropy"), labels=labels, classes=4)
    assert result.stages["readout"].values.shape == (4, 9)


def test_an_uploads_own_dy_replaces_the_gradient_from_above():
    dy = drawn(seed=3)
    result = shown(drawn(), dy=dy)
    np.testing.assert_array_equal(result.stages["dy"].values, dy.T)
    assert "d_activation" not in result.stages


@each("upstream", UPSTREAMS)
@each("activation", ACTIVATIONS)
def test_every_activation_and_upstream_gives_every_stage(upstream, activation):
    labels = np.arange(9) % 2
    result = shown(drawn(), NormLayer(activation=activation, upstream=upstream), labels=labels)
    expected = set(STAGES) if UPSTREAMS[upstream].reads_out else set(FORWARD + BACKWARD + PATHS)
    assert set(result.stages) == expected
    for stage in result.stages.values():
        assert stage.histogram.counts.sum() == stage.values.size
        assert np.isfinite(stage.values).all()


@given(
    st.integers(1, 6), st.integers(1, 3), st.sampled_from(["constant", "random", "two_values", "sparse"]),
    st.sampled_from([0.0, 1e-5, 1.0]), st.sampled_from(["variance", "deviation"]), st.sampled_from(list(UPSTREAMS)),
    st.sampled_from(list(ACTIVATIONS)), st.sampled_from([1e-300, 1e-8, 1.0, 1e8, 1e150]),
    st.sampled_from(["train", "inference"]), st.sampled_from(["auto", "linear", "symlog"]),
)  # fmt: skip
def test_every_edge_goes_through_without_a_warning(
    examples, features, kind, eps, placement, upstream, activation, scale, mode, axis
):
    rng = np.random.default_rng(0)
    x = {
        "constant": np.full((examples, features), 0.1),
        "random": rng.standard_normal((examples, features)),
        "two_values": rng.integers(0, 2, (examples, features)).astype(float),
        "sparse": (rng.random((examples, features)) < 0.1).astype(float),
    }[kind]
    layer = NormLayer(eps=eps, eps_placement=placement, upstream=upstream, activation=activation, mode=mode)
    running = {"running_mean": np.zeros(features), "running_var": np.zeros(features)} if mode == "inference" else {}
    labels = np.zeros(examples, dtype=np.int64)
    try:
        result = playground(x * scale, layer, labels=labels, rng=rng, axis=axis, **running)
    except BadParameter as refusal:
        refused = refusal.parameter
    else:
        refused = None
        check_stages(result)
    assert refused in ((None, "eps", "gamma") if mode == "inference" else (None,))  # x / sqrt(1e-5) at 1e150, squared


def check_stages(result):
    """Everything that is drawn is a number, on an axis of few ticks."""
    for stage in result.stages.values():
        for numbers in (stage.summary.mean, stage.summary.sd, stage.summary.quantiles, stage.values):
            assert np.isfinite(numbers).all()
        assert len(stage.histogram.axis.ticks()) <= 8


@each("dtype", [np.float16, np.float32])
def test_an_overflow_is_refused_with_the_parameter_that_would_avoid_it(dtype):
    x = drawn().astype(dtype)
    limit = float(np.finfo(dtype).max)
    with pytest.raises(BadParameter, match=r"y is larger than float\d\d holds") as refusal:
        shown(x, NormLayer(gamma=np.full(3, limit)))
    assert refusal.value.parameter == "gamma"
    assert np.isfinite(shown(x).stages["y"].values).all()


def test_x_x_hat_and_y_share_an_axis_that_gamma_and_beta_do_not_move():
    x = 5.0 * drawn((200, 3)) + 3.0
    first = shown(x).stages["x"].histogram.axis
    for gamma, beta in ((0.1, 0.0), (1.0, 2.0), (2.0, -1.0), (-3.0, 0.5)):
        result = shown(x, NormLayer(gamma=np.full(3, gamma), beta=np.full(3, beta)))
        assert not result.axis_widened
        assert {result.stages[name].histogram.axis for name in ("x", "x_hat", "y", "activation")} == {first}


def test_y_widens_the_axis_in_steps_and_says_so():
    x = drawn((200, 3))
    results = [shown(x, NormLayer(gamma=np.full(3, gamma))) for gamma in np.linspace(4, 8, 81)]
    assert all(result.axis_widened for result in results)
    axes = [result.stages["y"].histogram.axis for result in results]
    assert len(set(axes)) <= 3
    assert all(axis.kind == "linear" for axis in axes)
    assert shown(x, NormLayer(gamma=np.full(3, 1e4))).stages["y"].histogram.axis.kind == "symlog"


def test_scales_that_differ_too_much_take_a_symlog_axis_unless_told_otherwise():
    x = drawn((100, 3)) * np.array([1.0, 30.0, 1000.0])
    assert shown(x).stages["x"].histogram.axis.kind == "symlog"
    forced = playground(x, NormLayer(), rng=np.random.default_rng(0), axis="linear")
    assert {stage.histogram.axis.kind for stage in forced.stages.values()} == {"linear"}


def test_the_gradients_axis_is_symmetric_and_shared():
    result = shown(drawn())
    axes = {result.stages[name].histogram.axis for name in (*BACKWARD, *PATHS)}
    assert len(axes) == 1
    (axis,) = axes
    assert axis.low == -axis.high


@each("scale", [1e-12, 1.0, 1e9])
def test_the_gradients_axis_has_the_typical_bell_within_its_linear_part(scale):
    x, dy = drawn((400, 5)) * 10.0 ** np.arange(-2, 3), scale * np.random.default_rng(0).standard_normal((400, 5))
    axis = shown(x, dy=dy).stages["dy"].histogram.axis
    assert axis.kind == "symlog"
    assert 0.5 * scale < axis.linear_within <= 2 * scale


def test_rounding_does_not_decide_the_gradients_axis():
    axis = shown(drawn((50, 3)), NormLayer(upstream="ones", activation="identity")).stages["dx"].histogram.axis
    assert axis.kind == "linear"


@each(("activation", "low", "high"), [("sigmoid", 0.0, 1.0), ("tanh", -1.0, 1.0)])
def test_a_squashing_activation_has_its_own_range(activation, low, high):
    axis = shown(drawn(), NormLayer(activation=activation)).stages["activation"].histogram.axis
    assert (axis.low, axis.high) == (low, high)


def test_the_input_is_not_changed():
    x = drawn()
    kept = x.copy()
    x.flags.writeable = False
    shown(x, NormLayer("sigma", "mean"))
    np.testing.assert_array_equal(x, kept)


def test_equal_seeds_give_equal_bytes_and_others_do_not():
    a, b, c = (shown(drawn(), seed=seed).stages["dx"].values for seed in (4, 4, 5))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
