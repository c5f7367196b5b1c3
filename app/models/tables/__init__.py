"""Files that are tables of tensors by name: safetensors and NPZ."""
