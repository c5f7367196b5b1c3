"""What a few training steps tell of a norm."""
