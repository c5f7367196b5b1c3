"""Networks that no threshold of the doctor was fitted to, trained for real with PyTorch and kept as arrays."""
