"""One update of a run, tried by the true gradient and with the statistics as constants."""
