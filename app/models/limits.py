"""What reading a model may take, however large its file and whatever it promises; each is far beyond a real model."""

TENSORS = 2**16
"""Tensors of a file: the largest published checkpoints have about 50,000 in one file."""

HEADER = 2**24
"""Bytes of the part that tells names and shapes: a safetensors' header, a pickle, an ONNX graph's nodes."""

OPCODES = 2**21
"""Steps of a pickle: a tensor takes about 30 of them."""

DEPTH = 32
"""Containers within containers: a checkpoint has two or three."""

CHANNELS = 2**20
"""Channels of one norm."""

NORM_BYTES = 2**26
"""Bytes that the arrays of all norms take together, as they are read at once."""

UNPACKED = 2**31
"""Bytes that a packed tensor, or a file inside a file, may unpack to."""

NAME = 512
"""Characters of a tensor's name."""

FIELDS = 2**20
"""Fields of an ONNX graph, at any depth: a node takes about ten."""

MESSAGES = 2**18
"""Nodes, attributes and tensors of an ONNX graph, at any depth: the largest published have some ten thousand nodes."""

CHUNK = 2**26
"""Bytes of a chunk of HDF5, which is unpacked as a whole."""

SECONDS = 20.0
"""How long the reading of an HDF5 file may take."""

ANSWER = 2**26
"""Bytes in which the contents of an HDF5 file are told."""
