"""The network: what batch norm does to a deep one."""
