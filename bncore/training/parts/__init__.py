"""What a network in training is made of: parts with buffers of their own, which write where they wrote before.

A part computes what the layer of `bncore.network` of its kind computes, in the run's dtype and without new arrays in a
step; the tests hold every part against that layer. Examples are rows (N, D), images (N, H, W, C).
"""
