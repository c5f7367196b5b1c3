"""Keras' models: HDF5 files of weights, and a configuration in JSON that tells layers, attributes and graph."""
