"""Every kind of fault is named first in files of every format that can hold it, and healthy files have peace."""

import pytest

from app.models import read_model, write_model
from bncore.doctor.findings import examine
from bncore.doctor.fold import folded
from tests.app.models.files import TABLES
from tests.app.models.whole import WHOLE
from tests.bncore.doctor.findings import sick
from tests.bncore.doctor.findings.recorded import nets
from tests.bncore.doctor.findings.test_sick import named_first
from tests.each import each

IN_NO_FILE = {"a beta of another length"}
"""What readers refuse or leave out themselves."""
WITH_SETTINGS = {"a variance of 0 without eps", "a scale beyond float16", "Keras' momentum in PyTorch"}
WITH_SETTINGS_AND_COUNT = {"a hundred batches of a momentum of 0.01"}
WITH_COUNT = {"six batches"}
LEFT_OUT = {
    kind: IN_NO_FILE | WITH_SETTINGS_AND_COUNT | (WITH_SETTINGS if kind in TABLES else WITH_COUNT) for kind in WHOLE
}
"""What a format does not keep: ε and momentum of tables of tensors, the batches of graphs."""


SLOW = {"h5": (8, 0), "keras": (8, 3), "pytorch": (4, 1), "pytorch legacy": (4, 2)}
"""Formats that take every so many faults, each from another one on: what they keep of a norm is known by a few."""


@pytest.mark.parametrize("kind", WHOLE)
def test_a_fault_is_named_first_in_a_file_of_every_format(kind):
    for place, fault in enumerate(sick.OF_WEIGHTS):
        every, first = SLOW.get(kind, (1, 0))
        if fault not in LEFT_OUT[kind] and place % every == first:
            id, norm, model = sick.sick(fault, seed=1)
            named_first(id, norm, examine(read_model(WHOLE[kind](model))))
    for make in list(sick.OF_MODELS.values())[:: 3 if kind in ("h5", "keras") else 1]:
        id, norm, model = make(0)
        read = read_model(WHOLE[kind](model))
        if all(norm.front for norm in read.norms):  # which a file in the order of the alphabet does not always tell
            named_first(id, norm, examine(read))


@each("kind", WHOLE)
def test_nothing_above_a_note_is_told_of_a_trained_network_in_any_format(kind):
    for net in ("conv", "dense", "residual"):
        read = read_model(WHOLE[kind](nets.model(net, 0)))
        assert [norm.channels for norm in read.norms] == [norm.channels for norm in nets.model(net, 0).norms]
        assert {one.severity for one in examine(read)} <= {"note"}


@pytest.mark.parametrize("kind", ["npz", "onnx"])
def test_of_a_folded_model_it_is_said_that_it_is_folded_and_nothing_is_wrong(kind, tmp_path):
    model = read_model(WHOLE[kind](nets.model("conv", 0)))
    write_model(model, folded(model).changed, tmp_path / "folded")
    findings = examine(read_model(tmp_path / "folded"))
    assert {(one.id, one.severity) for one in findings} == {("folded", "note")}
    assert len(findings) == len(model.norms)
