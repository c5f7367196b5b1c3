"""What is measured of a network: moments, distributions, what moved, what passes, what grows."""
