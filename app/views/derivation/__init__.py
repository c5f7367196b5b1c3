"""The derivation: a small batch, node by node."""
