"""Variants: the fields that each may have for itself, how they are written, and what it is called."""
