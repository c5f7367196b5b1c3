"""The network view's schematic: the modules in order, the joints between them, the residual edges."""

from typing import Any

from app.figures.numbers import counted
from app.views.network.compute import Comparison
from app.views.network.query import joint_kinds
from app.views.network.words import seen as words
from bncore.activations import ACTIVATIONS
from bncore.network.measures.survey import Surveyed

INPUTS = {"frameworks": "x", "lecture": "U"}
PRODUCT = {"fully_connected": "linear", "convolutional": "convolution"}


def schematic(comparison: Comparison) -> dict[str, Any]:
    """The schematic: the modules in order with their joints, and the edges of residual connections."""
    query, setup = comparison.query, comparison.contrast.setup
    column = comparison.contrast.columns.get("with", comparison.contrast.columns["without"])
    name = "with" if "with" in comparison.contrast.columns else "without"
    modules = [_module(comparison, name, surveyed) for surveyed in column.survey.joints]
    tail = [{"block": None, "kind": "pooling", "joint": None, "label": "mean over the image", "symbol": None,
             "shape": [len(setup.x), setup.width], "parameters": 0}] if setup.x.ndim == 4 else []  # fmt: skip
    readout = {
        "block": None, "kind": "readout", "joint": None, "label": "linear read-out", "symbol": None,
        "shape": [len(setup.x), setup.outputs], "parameters": setup.width * setup.outputs + setup.outputs,
    }  # fmt: skip
    return {
        "modules": [*modules, *tail, readout],
        "residual": [of.joint.block for of in column.survey.joints if of.joint.kind == "sum"],
        "input": INPUTS[query.notation],
        "joint_kinds": joint_kinds(query.norm, query.residual),
        "symbols": {
            of: {kind: words.joint_symbol(comparison.contrast, of, kind, query.notation) for kind in shown.survey.kinds}
            for of, shown in comparison.contrast.columns.items()
        },
        "text": f"{counted(query.depth, 'block')} of width {query.width}",
    }


def _module(comparison: Comparison, column: str, surveyed: Surveyed) -> dict[str, Any]:
    joint, query = surveyed.joint, comparison.query
    activation = ACTIVATIONS[query.activation].title.partition(" (")[0]
    labels = {"z": PRODUCT[query.architecture], "norm": "BN", "f": activation, "sum": "+"}
    kinds = {"z": PRODUCT[query.architecture], "norm": "batch_norm", "f": "activation", "sum": "residual"}
    return {
        "block": joint.block, "kind": kinds[joint.kind], "joint": joint.id, "label": labels[joint.kind],
        "symbol": words.joint_symbol(comparison.contrast, column, joint.kind, query.notation),
        "shape": list(joint.y.shape),
        "parameters": sum(values.size for values in joint.record.layer.parameters.values()),
    }  # fmt: skip
