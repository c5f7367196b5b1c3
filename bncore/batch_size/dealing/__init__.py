"""A batch dealt again and again: its mean and deviation each time, what becomes of one example, and dots of it all."""
