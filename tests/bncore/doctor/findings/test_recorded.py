"""Networks that were trained for real are healthy: nothing above a note is told of them."""

from bncore.doctor.findings import examine
from tests.bncore.doctor.findings.recorded import nets
from tests.each import each


@each(("net", "run"), nets.EVERY)
def test_nothing_above_a_note_is_told_of_a_trained_network(net, run):
    findings = examine(nets.model(net, run))
    assert [one for one in findings if one.severity != "note"] == []
    assert {one.id for one in findings} <= {"bias_in_front"}


def test_the_forward_pass_here_is_that_of_the_training():
    """The statistics of the digits that were trained on are those that the last training steps averaged."""
    x, _ = nets.digits()
    for net in ("conv", "dense", "residual"):
        state = nets.tensors(net, 0)
        for name, values in nets.inputs(net, state, x[: nets.TRAINED_ON]).items():
            axes = tuple(axis for axis in range(values.ndim) if axis != 1)
            deviation = values.std(axes)
            assert abs(values.mean(axes) - state[f"{name}.running_mean"]).max() < 0.05 * deviation.max()
            assert abs(values.var(axes) / state[f"{name}.running_var"] - 1).max() < 0.06
