"""Files of several named arrays (NPZ, safetensors): which is the batch, which are its layer, which are left."""
