"""Runs: computations in many steps, done in short chunks by any process, and read step by step as they go."""
