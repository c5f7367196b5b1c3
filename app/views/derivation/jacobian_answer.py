"""The parts of the derivation's answer on one feature's Jacobian, and on the entry that is looked at."""

from typing import Any

from app.views.derivation import formulas as mathml
from app.views.derivation.compute import FeatureJacobian, Workings
from app.views.derivation.figures.by_name import Slopes
from app.views.derivation.node_answer import none_of
from app.views.derivation.words import jacobian as jacobian_words

PARTS = ("identity", "mean", "variance", "total")


def slopes_of(workings: Workings | FeatureJacobian) -> Slopes:
    return Slopes(workings.jacobian.total, workings.bracket.total, workings.factor)


def jacobian_of(workings: Workings | FeatureJacobian, feature: int, name: str) -> dict[str, Any]:
    across, notation = workings.blocks, workings.query.notation
    return {
        "feature": feature,
        **{part: getattr(workings.jacobian, part) for part in PARTS},
        "factor": workings.factor,
        "bracket": {part: getattr(workings.bracket, part) for part in PARTS},
        "factor_text": jacobian_words.factor_text(workings.factor, name, notation),
        "between_features": {
            "largest": across.largest,
            "across": across.across,
            "text": jacobian_words.across_text(across, notation),
        },
    }


def entry_of(workings: Workings) -> dict[str, Any]:
    """The entry that is looked at: the output's row, the cell's column."""
    query, jacobian = workings.query, workings.jacobian
    at = (query.output, workings.example)
    return {
        "entry": {
            "delta": float(query.output == workings.example),
            "identity": jacobian.identity[at],
            "mean_part": jacobian.mean[at],
            "variance_part": jacobian.variance[at],
            "total": jacobian.total[at],
            "mean_bracket": workings.bracket.mean[at],
            "variance_bracket": workings.bracket.variance[at],
            "bracket": workings.bracket.total[at],
            "mathml": mathml.entry(query.notation, query.eps_placement),
            "numbers": mathml.entry_numbers(query.eps_placement, len(jacobian.total)),
            "text": jacobian_words.jacobian_text(jacobian, workings.example, query.output, query.notation)
            + _entry_reason(workings),
        }
    }


def _entry_reason(workings: Workings) -> str:
    """Why the entry's last part counts as 0, where its formula would divide by 0."""
    none = none_of(workings, workings.steps.nodes["dvar"].undefined)
    return f" {none['why'][str(workings.feature)]}" if none and workings.feature in none["features"] else ""
