"""What the queries of several views share: controls, sources, the layer, small batches, random streams."""
