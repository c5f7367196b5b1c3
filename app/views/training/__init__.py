"""Training: up to four variants of a small network that learn side by side, step by step, as their address says."""
