"""The norms: one block of values under each of them."""
