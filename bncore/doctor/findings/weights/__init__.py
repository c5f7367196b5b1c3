"""What a norm's own arrays tell."""
