"""One mini-batch through the chain and back: its stages, what is found, and why a gradient vanishes."""

from bncore.playground.chain import Layer, Playground, playground

__all__ = ["Layer", "Playground", "playground"]
