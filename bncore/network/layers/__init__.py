"""The layers of a network, each with its forward pass and what it passes back."""
