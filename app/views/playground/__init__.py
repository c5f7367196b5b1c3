"""The playground: a mini-batch through batch norm, forward and backward."""
