"""What is wrong with the norms of a model: by their arrays alone, and by a capture of training steps."""

from bncore.doctor.findings.captured.examine import examine_capture
from bncore.doctor.findings.finding import Finding, worst_first
from bncore.doctor.findings.kinds import KINDS, Kind
from bncore.doctor.findings.weights.examine import examine

__all__ = ["KINDS", "Finding", "Kind", "examine", "examine_capture", "worst_first"]
