"""The dtypes of tensors by the names that formats give them; those that NumPy does not have are `ml_dtypes`'."""

from functools import cache
from typing import Any

import numpy as np

SAFETENSORS = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu", "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz", "C64": "complex64",
}  # fmt: skip
"""What safetensors calls its dtypes."""

STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "UntypedStorage": "uint8",
}  # fmt: skip
"""What PyTorch calls the storages of its dtypes."""

ONNX = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool", 10: "float16",
    11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8_e4m3fn",
    18: "float8_e4m3fnuz", 19: "float8_e5m2", 20: "float8_e5m2fnuz", 24: "float8_e8m0fnu",
}  # fmt: skip
"""ONNX's numbers of its dtypes (`TensorProto.DataType`)."""

TORCH = {
    **{name: name for name in ("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")},
    **{name: name for name in ("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool")},
    **{name: name for name in ("float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "complex64", "complex128")},
}
"""What PyTorch calls its dtypes, behind `torch.`."""


@cache
def dtype(name: str) -> np.dtype[Any]:
    """A dtype by NumPy's or `ml_dtypes`' name.

    >>> dtype("float32").itemsize, dtype("bfloat16").itemsize
    (4, 2)
    """
    if name.startswith(("bfloat", "float8")):
        import ml_dtypes

        special: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
        return special
    return np.dtype(name)


def is_real(kind: np.dtype[Any]) -> bool:
    """Whether values of this dtype are real numbers of a norm: floats of any width.

    >>> is_real(dtype("bfloat16")), is_real(dtype("int64"))
    (True, False)
    """
    return kind.kind == "f" or kind.name.startswith(("bfloat", "float8"))
