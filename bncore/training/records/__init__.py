"""What is told of a run at some of its steps."""
