"""One mini-batch through the chain and back: its stages, what is found, and why a gradient vanishes."""

from bncore.playground.chain import NormLayer, Playground, playground

Layer = NormLayer  # the name that it had

__all__ = ["Layer", "NormLayer", "Playground", "playground"]
