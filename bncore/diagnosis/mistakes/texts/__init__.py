"""What is said of each mistake: title, explanation and the formula as it should be."""
