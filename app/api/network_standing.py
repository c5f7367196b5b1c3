"""The state that the network page's own sentences follow, of a query."""

from app.api.network_query import NetworkFields
from app.figures.network_terms import Standing


def standing_of(query: NetworkFields) -> Standing:
    """It needs no result, so that the page of a large network, too, says nothing that does not hold."""
    return Standing(
        normed=query.norm != "none", behind=query.norm_place == "behind", residual=query.residual == "on",
        image=query.architecture == "convolutional", disturbed=query.disturb_layer > 0, notation=query.notation,
    )  # fmt: skip
