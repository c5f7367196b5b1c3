"""The gradient check: a student's gradient, and the mistake in it."""
