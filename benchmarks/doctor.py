"""What reading a checkpoint of a ResNet-50's size costs, by format, and files that ask for much: seconds and memory.

    python -m benchmarks.doctor [--only NAME …]

Each file is made in a temporary folder, and read in a process of its own: 161 tensors, 53 batch norms, 102 MB. The
seconds are those of `read_model` once the process runs and has met a small file; peak memory is VmHWM, mapped pages
included, above what was resident before, in parts of the file. The process that reads HDF5 is not counted: 60 MB.
"""

import argparse
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from onnx import helper, numpy_helper

from app.errors import UserError
from app.models import read_model
from app.models.keras.aside import aside
from tests.app.models.files import TABLES, batch_norm, npz
from tests.app.models.graphs import model
from tests.app.models.keras_files import layer
from tests.app.models.pickles import archive, name, row, table, tensor, text

STATUS = Path("/proc/self/status")
STAGES = ((3, 64, 256), (4, 128, 512), (6, 256, 1024), (3, 512, 2048))
MILLION = 10**6

State = dict[str, np.ndarray[Any, Any]]
RNG = np.random.default_rng(0)


def layers() -> list[tuple[str, int, int, int]]:
    """The convolutions of a ResNet-50: name, inputs, outputs, size; each has a batch norm behind it."""
    convs, inputs = [("conv1", 3, 64, 7)], 64
    for stage, (blocks, middle, outputs) in enumerate(STAGES, 1):
        for block in range(blocks):
            at = f"layer{stage}.{block}"
            convs += [(f"{at}.conv1", inputs, middle, 1), (f"{at}.conv2", middle, middle, 3)]
            convs += [(f"{at}.conv3", middle, outputs, 1)]
            convs += [(f"{at}.downsample.0", inputs, outputs, 1)] if not block else []
            inputs = outputs
    return convs


def norm_of(conv: str) -> str:
    return conv.replace("downsample.0", "downsample.1").replace("conv", "bn")


def state() -> State:
    """A ResNet-50's state by PyTorch's names."""
    tensors: State = {}
    for conv, inputs, outputs, size in layers():
        tensors[f"{conv}.weight"] = RNG.normal(size=(outputs, inputs, size, size)).astype("f4")
        tensors |= batch_norm(norm_of(conv), outputs)
    head = {"fc.weight": RNG.normal(size=(1000, 2048)).astype("f4"), "fc.bias": np.zeros(1000, "f4")}
    return tensors | head


def as_onnx(state: State) -> bytes:
    """The convolutions and norms in a row; a graph of the same tensors, if no network."""
    nodes, value = [], "x"
    for conv, *_ in layers():
        norm = norm_of(conv)
        names = [f"{norm}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        nodes += [helper.make_node("Conv", [value, f"{conv}.weight"], [f"{conv}.y"], name=conv)]
        nodes += [helper.make_node("BatchNormalization", [f"{conv}.y", *names], [f"{norm}.y"], name=norm)]
        value = f"{norm}.y"
    kept = [numpy_helper.from_array(array, key) for key, array in state.items()]
    return bytes(model(nodes, kept, output=value).SerializeToString())


def as_h5(state: State, packed: bool = False) -> bytes:
    """A model's .h5 with the layers in a row, by Keras' names."""
    file = io.BytesIO()
    row, options = [], {"chunks": True, "compression": "gzip", "compression_opts": 1} if packed else {}
    with h5py.File(file, "w") as opened:
        for conv, *_ in layers():
            norm, kernel = norm_of(conv), state[f"{conv}.weight"].transpose(2, 3, 1, 0)
            row += [
                layer(conv, "Conv2D", use_bias=False),
                layer(norm, "BatchNormalization", epsilon=1e-5, momentum=0.9),
            ]
            opened.create_dataset(f"model_weights/{conv}/{conv}/kernel", data=kernel, **options)
            words = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
            for word, part in words.items():
                opened.create_dataset(f"model_weights/{norm}/{norm}/{word}", data=state[f"{norm}.{part}"], **options)
        opened.create_dataset("model_weights/fc/fc/kernel", data=state["fc.weight"].T, **options)
        opened.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": row}})
    return file.getvalue()


def as_keras(state: State) -> bytes:
    """A .keras archive of the same; its weights are named as in a .h5."""
    file, weights = io.BytesIO(), as_h5(state)
    with h5py.File(io.BytesIO(weights)) as opened, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", opened.attrs["model_config"])
        archive.writestr("model.weights.h5", weights)
    return file.getvalue()


FORMATS: dict[str, Callable[[State], bytes]] = {
    **TABLES, "onnx": as_onnx, "keras h5": as_h5, "keras h5, packed": lambda state: as_h5(state, packed=True),
    "keras": as_keras,
}  # fmt: skip


def million_of_safetensors() -> bytes:
    header = {f"t{n}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for n in range(MILLION)}
    content = json.dumps(header).encode()
    return struct.pack("<Q", len(content)) + content


def million_of_pytorch() -> bytes:
    one = tensor("0", np.ones(1, "f4"))
    return archive(table({f"t{n}": one for n in range(MILLION)}), [np.ones(1, "f4")], zipfile.ZIP_DEFLATED)


def million_of_npz() -> bytes:
    data = bytearray(npz({"t": np.ones(1, "f4")}))
    end, first = data.rindex(b"PK\x05\x06"), data.index(b"PK\x01\x02")
    entries = bytes(data[first:end]) * MILLION
    data[end + 8 : end + 20] = struct.pack("<HHII", 65535, 65535, len(entries), first)
    return bytes(data[:first]) + entries + bytes(data[end:])


def million_of_onnx() -> bytes:
    return b"\x08\x08\x3a" + _varint(2 * MILLION) + b"\x0a\x00" * MILLION


def many_of_h5() -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w", libver="latest") as opened:
        for number in range(300_000):
            opened[f"{number}"] = opened["/"]
    return file.getvalue()


def pickle_of_lists() -> bytes:
    return archive(b"](" * MILLION + b"e" * MILLION, [], zipfile.ZIP_DEFLATED)


def pickle_of_zeros() -> bytes:
    return archive(b"N0" * (50 * MILLION), [], zipfile.ZIP_DEFLATED)


def pickle_of_calls() -> bytes:
    return archive(name("os.system") + row(text("echo")) + b"R", [])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a million tensors, safetensors": million_of_safetensors,
    "a million tensors, pytorch": million_of_pytorch,
    "a million arrays, npz": million_of_npz,
    "a million nodes, onnx": million_of_onnx,
    "300,000 links, h5": many_of_h5,
    "a million lists in lists": pickle_of_lists,
    "a pickle of 100 MB, packed": pickle_of_zeros,
    "a pickle that calls": pickle_of_calls,
}


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        return print(_read(Path(sys.argv[2]), Path(sys.argv[3])))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[*FORMATS, *HOSTILE], choices=[*FORMATS, *HOSTILE])
    wanted, weights = parser.parse_args().only, state()
    print("| file | MB | seconds (of processors) | peak memory, parts of the file (MB) | |\n|---|---|---|---|---|")
    small = {key: array for key, array in weights.items() if key.startswith(("conv1.", "bn1."))}
    for kind in wanted:
        content = FORMATS[kind](weights) if kind in FORMATS else HOSTILE[kind]()
        _tell(kind, content, TABLES["npz"](small))
    return None


def _tell(kind: str, content: bytes, small: bytes) -> None:
    """A row on one file, read in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        big, first = Path(folder) / "big", Path(folder) / "first"
        big.write_bytes(content)
        first.write_bytes(small)
        command = [sys.executable, "-m", "benchmarks.doctor", "--read", str(first), str(big)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds, worked, taken, told = output.split(" ", 3)
    size = len(content) / 1e6
    share = f"{float(taken) / size:.2f} ({float(taken):.0f})"
    print(
        f"| {kind} | {size:.1f} | {float(seconds):.2f} ({float(worked):.2f}) | {share} | {told.strip()} |", flush=True
    )


def _read(first: Path, big: Path) -> str:
    read_model(first)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    start, worked = time.perf_counter(), sum(os.times()[:4])
    try:
        told = f"{len(read_model(big).norms)} norms"
    except UserError as error:
        told = type(error).__name__
    seconds, taken = time.perf_counter() - start, _memory("VmHWM") - before
    aside().close()  # only then its time is known
    return f"{seconds:.3f} {sum(os.times()[:4]) - worked:.3f} {taken:.1f} {told}"


def _memory(field: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / 1e6


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


if __name__ == "__main__":
    main()
