"""ONNX models: a protobuf whose numbers are passed over, and a graph that says what stands around a norm."""
