"""The tensors of a probe, right and wrong."""

from bncore.diagnosis import probe, ready_answers

PROBE = probe(0).case()
WRONG = ready_answers(PROBE)["mean_path_sign"]
RIGHT = ready_answers(PROBE)["correct"]
