"""The variants as runs: each one's spec, what a step of it costs, and its segments."""
