"""Distributions as a view shows them: moments, quantiles, histograms, and the axes that they are drawn on."""
