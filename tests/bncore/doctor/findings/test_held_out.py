"""Networks that no threshold was fitted to: nothing above a note of them, and faults in them named first."""

from bncore.doctor.findings import examine, examine_capture
from tests.bncore.doctor.findings import sick
from tests.bncore.doctor.findings.held_out import models, nets
from tests.bncore.doctor.findings.test_sick import named_first
from tests.each import each

KEYS = list(nets.kept("second"))
QUICK = ("narrow", "bare", "cancer", "wine", "diabetes")


@each("net, run", KEYS)
def test_nothing_above_a_note_is_told_from_weights(net, run):
    assert [one for one in examine(models.model("second", net, run)) if one.severity != "note"] == []


@each("framework", ["pytorch", "keras"])
@each("size", [2, 16])
@each("net, run", [key for key in KEYS if key[0] in QUICK])
def test_nothing_above_a_note_is_told_from_a_capture(net, run, size, framework):
    capture = models.capture("second", net, run, size, framework=framework)
    findings = examine_capture(models.model("second", net, run), capture)
    assert [one for one in findings if one.severity != "note"] == []


@each("fault", sick.OF_WEIGHTS)
def test_a_fault_of_one_norm_is_named_first(fault):
    """In convolutions, whose first norm sees no raw units."""
    id, norm, model = sick.sick(fault, 7, lambda rng: models.model("second", "mobile", int(rng.integers(2))))
    named_first(id, norm, examine(model))


@each("fault", ["Caffe's factor left in", "Caffe's factor taken out twice"])
@each("net, run", [key for key in KEYS if key[0] not in ("grouped", "bare")])
def test_a_factor_of_all_is_named_first_whatever_the_units_of_the_inputs(net, run, fault):
    id, _, model = sick.OF_MODELS[fault](0, lambda _rng: models.model("second", net, run))
    named_first(id, "", examine(model))


def test_the_forward_pass_is_that_of_the_training():
    """The running means are those of the data, as far as a cumulative average and the last steps go."""
    for net, run in KEYS:
        kind, layers = nets.NETS[net]
        state = nets.kept("second")[net, run]
        for name, taken in models.inputs(layers, state, nets.data(kind)[0][::5]).items():
            axes = tuple(axis for axis in range(taken.ndim) if axis != 1)
            apart = abs(taken.mean(axes) - state[f"{name}.running_mean"]) / taken.std(axes).max()
            assert apart.max() < (1.5 if net in ("diabetes", "wine") else 0.5), (net, run, name)
