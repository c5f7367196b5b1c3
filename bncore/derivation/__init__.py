"""A small batch's computation as named nodes, by several routes, with the naive gradient and a moved example."""

from bncore.derivation.nodes import Derivation, Node, derivation

__all__ = ["Derivation", "Node", "derivation"]
