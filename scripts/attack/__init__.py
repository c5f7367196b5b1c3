"""Attacks on a server of one's own, on loopback and for a bounded time: `make attack`."""
