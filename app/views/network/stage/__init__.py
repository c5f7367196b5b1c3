"""The network's stage: two rows of blocks, a knob on each block's weights, and who notices."""
