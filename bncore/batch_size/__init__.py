"""What batch size does: how far a batch's statistics are off, the noise that this is, and what ties its examples.

`population` says where batches come from, `measured` what is known of one without an end, `positions` how alike those
of one image are; `estimates` draws many batches of every size; `theory` says what to expect; `running` follows the
running statistics; `noise`, `perturbations` and `pairs` look at one example among random companions, and `kinds` holds
its kinds side by side; `dependence`, `outlier` and `classifier` look at what companions do to each other.
"""
