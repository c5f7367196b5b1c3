"""Mistakes in dx that are no triple of factors alone, made on the given data."""
