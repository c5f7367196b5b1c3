"""What goes from batch to batch: averages of their statistics, and the examples that a division leaves over."""
