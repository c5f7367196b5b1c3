"""What keeps numbers exact at the edges: sums without cancellation, squares in range, products, integers."""
