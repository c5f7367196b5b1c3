"""Templates, and the pages without a view."""
