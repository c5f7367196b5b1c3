"""Four small networks, each trained five times for real with PyTorch, kept as arrays."""
