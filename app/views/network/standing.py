"""The state that the network page's own sentences follow, of a query."""

from app.views.network.query import NetworkFields
from app.views.network.words.terms import Standing


def standing_of(query: NetworkFields) -> Standing:
    """It needs no result, so that the page of a large network, too, says nothing that does not hold."""
    return Standing(
        normed=query.norm != "none", behind=query.norm_place == "behind", residual=query.residual == "on",
        image=query.architecture == "convolutional", disturbed=query.disturb_layer > 0, notation=query.notation,
    )  # fmt: skip
