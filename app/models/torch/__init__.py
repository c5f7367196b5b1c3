"""PyTorch's checkpoints: a pickle of names, shapes and places, which is looked through and never run, and numbers."""
