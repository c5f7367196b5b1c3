"""The derivation's stage: one step of the walk at one cell, an example to drag, and where to go from the last step."""
