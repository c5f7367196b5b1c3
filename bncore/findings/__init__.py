"""What an engineer wants to be told about a batch norm layer, and the laws of chance that it is held against."""

from bncore.findings.findings import Finding, findings

__all__ = ["Finding", "findings"]
