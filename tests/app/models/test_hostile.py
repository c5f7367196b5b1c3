"""Files that an enemy, or a broken disk, has made: each is refused by name, in bounded memory; none runs code."""

import json
import random
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from app.errors import UnreadableModel, UploadTooLarge, UserError
from app.models import read_model
from app.models.limits import CHANNELS, DEPTH, HEADER, NORM_BYTES, OPCODES, TENSORS
from tests.app.models.files import TABLES, network, npz, safetensors
from tests.app.models.pickles import archive, checkpoint, legacy, name, number, row, table, tensor, text
from tests.each import each

ONES = np.ones(4, "f4")
BOMB = 2**31 - 2**20


def held(data: bytes, kind: type[UserError], match: str) -> None:
    """Refused with these words, within a few megabytes beyond the file."""
    tracemalloc.start()
    with pytest.raises(kind, match=match) as caught:
        read_model(data)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(caught.value.detail) < 600
    assert taken < len(data) + 8 * 2**20


CALLS = {
    "a command": (name("os.system") + row(text("touch x")) + b"R", r"would call os\.system.*nothing of it was run"),
    "posix": (name("posix.system") + row(text("id")) + b"R", r"would call posix\.system"),
    "eval": (name("builtins.eval") + row(text("1")) + b"R", r"would call builtins\.eval"),
    "getattr": (name("builtins.getattr") + row(text("1"), text("real")) + b"R", r"builtins\.getattr"),
    "a name as a value": (table({"hook": name("os.system")}), r"would call os\.system"),
    "stacked names": (text("os") + text("system") + b"\x93" + row(text("id")) + b"R", r"would call os\.system"),
    "a whole module": (name("torchvision.models.resnet.ResNet") + b")\x81}b", r"whole pickled module.*state_dict\(\)"),
    "a class of a script": (name("__main__.Net") + b")\x81}b", r"whole pickled module: it holds __main__\.Net"),
    "arguments": (table({"args": name("argparse.Namespace") + b")\x81}b"}), r"holds argparse\.Namespace.*weights_only"),
    "an instance": (b"(icollections\nOrderedDict\n", "step INST"),
    "an extension": (b"\x82\x01", "EXT1|extension"),
    "a buffer outside": (b"\x97", "NEXT_BUFFER"),
}  # fmt: skip


@each("what", CALLS)
@each("write", [lambda pickle: archive(pickle, []), lambda pickle: legacy(pickle)])
def test_a_pickle_that_would_run_code_is_refused_by_name(what: str, write: Callable[[bytes], bytes]) -> None:
    pickle, match = CALLS[what]
    held(write(pickle), UnreadableModel, match)


def test_no_module_is_imported_for_a_name_in_a_pickle() -> None:
    assert "antigravity" not in sys.modules
    with pytest.raises(UnreadableModel, match=r"antigravity\.fly"):
        read_model(archive(name("antigravity.fly") + b")R", []))
    assert "antigravity" not in sys.modules


def nested(depth: int) -> bytes:
    return b"](" * depth + b"e" * depth


def shared(depth: int) -> bytes:
    """A list that holds twice a list that holds twice a list …: two to the power of `depth` when it is walked."""
    level = b"](" + b"]" + b"e" + b"q\0"
    for _ in range(depth):
        level += b"0](" + b"h\0" + b"h\0" + b"e" + b"q\0"
    return level


def typed(kind: bytes) -> bytes:
    """A tensor whose dtype is told."""
    storage = row(text("storage"), name("torch.storage.UntypedStorage"), text("0"), text("cpu"), number(16)) + b"Q"
    rest = (number(0), row(number(4)), row(number(1)), b"\x89", table({}), kind)
    return name("torch._utils._rebuild_tensor_v3") + row(storage, *rest) + b"R"


TREES = {
    "a list of itself": b"]q\0h\0a",
    "a dictionary of itself": b"}q\0" + text("a") + b"h\0s",
    "lists within lists": nested(DEPTH + 2),
    "a tuple as a key": b"}" + row() + b"Ns",
    "a memo far away": b"Nr\xff\xff\xff\x7f" + b"j\xff\xff\xff\x7f" + b"h\0",
    "nothing on the stack": b"000",
    "a mark as a value": b"(0",
    "text that ends early": b"X\xff\xff\xff\x7fab",
    "attributes of a tuple": b")}b",
    "a call of text": text("a") + b")R",
    "a name of lists": shared(24) + text("a") + b"\x93",
    "a dtype of lists": typed(shared(24)),
    "a storage of lists": row(text("storage"), shared(24), text("0"), text("cpu"), number(4)) + b"Q",
    "text as a size": text("a" * 999) + b"q\0" + (name("torch.Size") + b"(h\0tR0") * 9,
    "pairs as a dictionary": b"](](K\1K\2eeq\0" + name("collections.OrderedDict") + b"(h\0tR",
    "a key that is a text": b"}" + text("k" * 600) + b"Ns",
    "names within names": b"}" + (text("k" * 400) + b"}") * 2 + text("t") + tensor("0", ONES) + b"sss",
    "a key of a storage that is a text": tensor("0" * 600, ONES),
    "no end": b"X\1\0\0\0",
}


@each("what", TREES)
def test_a_pickle_that_is_tied_to_itself_or_damaged_is_refused(what: str) -> None:
    held(archive(TREES[what], []), UnreadableModel, "The PyTorch file is damaged or of a kind that is not read")


def lying(pickle: bytes) -> bytes:
    return archive(table({"embedding": pickle}), [ONES])


STORED = {
    "a storage that is not there": lying(tensor("7", ONES)),
    "a storage that is too short": lying(tensor("0", ONES, length=400)),
    "a shape beyond the storage": lying(tensor("0", np.ones(8, "f4"), length=4)),
    "an offset beyond the storage": lying(tensor("0", ONES, offset=1)),
    "an offset before the storage": lying(tensor("0", ONES, offset=-1)),
    "a path for a storage": lying(tensor("../../../etc/passwd", ONES)),
    "a tensor of text": lying(name("torch._utils._rebuild_tensor_v2") + row(text("a"), number(0), row(), row()) + b"R"),
    "a tensor without a shape": lying(name("torch._utils._rebuild_tensor_v2") + row() + b"R"),
    "a file for a storage": lying(row(text("file"), text("/etc/passwd")) + b"Q"),
}


@each("what", STORED)
def test_a_tensor_that_lies_about_its_storage_is_refused(what: str) -> None:
    held(STORED[what], UnreadableModel, "The PyTorch file is damaged or of a kind that is not read")


def test_a_container_that_is_shared_is_walked_once() -> None:
    assert read_model(archive(shared(30), [])).tensors == {}


def test_a_pickle_of_more_than_a_model_is_refused_before_it_is_read() -> None:
    bomb = archive(b"N0" * (HEADER // 2), [], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2**16
    held(bomb, UploadTooLarge, f"unpacks to .* up to {HEADER:,} are read")


def test_a_pickle_of_more_steps_than_a_models_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.torch.machine.OPCODES", 1000)
    assert OPCODES > 1000
    held(archive(b"N0" * 600, []), UploadTooLarge, "more than 1,000 steps")


def test_more_tensors_than_a_models_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TENSORS < 10**6
    monkeypatch.setattr("app.models.contents.TENSORS", 9)
    for kind in ("safetensors", "pytorch", "pytorch legacy"):
        with pytest.raises(UploadTooLarge, match="tensors; up to 9 are read"):
            read_model(TABLES[kind](network()))


def test_a_list_of_a_million_members_is_refused_before_it_is_read() -> None:
    data = bytearray(npz({"bn.weight": ONES}))
    end = data.rindex(b"PK\x05\x06")
    entry = bytes(data[data.index(b"PK\x01\x02") : end])
    entries = entry * 10**6
    data[end + 8 : end + 20] = struct.pack("<HHII", 65535, 65535, len(entries), end - len(entry))
    whole = bytes(data[: end - len(entry)]) + entries + bytes(data[end:])
    with pytest.raises(UploadTooLarge, match="a longer list of arrays than is read"):
        read_model(whole)


def behind(header: bytes) -> bytes:
    """A safetensors file of a header alone."""
    return struct.pack("<Q", len(header)) + header


HEADERS = {
    "a header of a terabyte": (struct.pack("<Q", 2**39) + b"{", UploadTooLarge, "header takes 549,755,813,888 bytes"),
    "a header beyond the file": (struct.pack("<Q", 2**20) + b"{}", UnreadableModel, "safetensors file is damaged"),
    "no JSON": (behind(b"{" * 9), UnreadableModel, "safetensors file is damaged"),
    "a tensor beyond the file": (safetensors(network())[:-8], UnreadableModel, "safetensors file is damaged"),
    "bytes of no tensor": (safetensors(network()) + b"\0", UnreadableModel, "safetensors file is damaged"),
    "no UTF-8": (behind(b'{"__metadata__":{"a":"\xff"}}'), UnreadableModel, "safetensors file is damaged"),
    "a name twice": (behind(b'{"a":0,"a":0}'), UnreadableModel, "a name stands twice"),
    "numbers beside the tensors": (behind(b'{"__metadata__":{"a":1}}'), UnreadableModel, "no texts by name"),
    "a list beside the tensors": (behind(b'{"__metadata__":["a"]}'), UnreadableModel, "no texts by name"),
    "nothing but brackets": (behind(b'{"a":' + b"[" * 2**16), UnreadableModel, "damaged"),
}  # fmt: skip


@each("what", HEADERS)
def test_a_safetensors_header_that_lies_is_refused(what: str) -> None:
    held(*HEADERS[what])


def headed(**tensor: object) -> bytes:
    return behind(json.dumps({"bn.weight": tensor}).encode()) + bytes(16)


SLICES = {
    "a shape that overflows": headed(dtype="F32", shape=[2**62, 4], data_offsets=[0, 16]),
    "a shape of other bytes": headed(dtype="F32", shape=[5], data_offsets=[0, 16]),
    "offsets that run back": headed(dtype="F32", shape=[4], data_offsets=[16, 0]),
    "a shape of no array": headed(dtype="F32", shape=[1] * 40 + [4], data_offsets=[0, 16]),
    "a shape as large as no file": headed(dtype="F32", shape=[0, 2**40, 2**40], data_offsets=[0, 0])[:-16],
    "a shape below 0": headed(dtype="F32", shape=[-2, -2], data_offsets=[0, 16]),
    "a shape of a fraction": headed(dtype="F32", shape=[4.0], data_offsets=[0, 16]),
    "a shape of a truth": headed(dtype="F32", shape=[True, 4], data_offsets=[0, 16]),
    "a shape that is a text": headed(dtype="F32", shape="", data_offsets=[0, 4])[:-12],
    "a dtype that is a list": headed(dtype=["F32"], shape=[4], data_offsets=[0, 16]),
    "no place": headed(dtype="F32", shape=[4]),
    "a tensor over another": headed(dtype="F32", shape=[2], data_offsets=[0, 16]),
    "a gap": headed(dtype="F32", shape=[2], data_offsets=[8, 16]),
}


@each("what", SLICES)
def test_a_safetensors_tensor_that_lies_is_refused(what: str) -> None:
    held(SLICES[what], UnreadableModel, "safetensors file is damaged")


@each("kind", ["F4", "F31"])
def test_a_safetensors_dtype_that_is_not_read_is_named_with_those_that_are(kind: str) -> None:
    with pytest.raises(UnreadableModel, match=f"'bn.weight' .* has dtype {kind}, which is not read") as caught:
        read_model(headed(dtype=kind, shape=[32], data_offsets=[0, 16]))
    assert caught.value.given == kind
    assert "F32, F16" in str(caught.value.allowed)


def test_a_name_that_is_a_text_is_refused() -> None:
    held(safetensors({"n" * 600: ONES}), UnreadableModel, "a name of 600 characters")


def test_an_array_that_is_shorter_than_its_header_says_is_refused() -> None:
    data = npz({"bn.weight": ONES}).replace(b"(4,)", b"(9,)")
    held(data, UnreadableModel, "its header promises")


def test_a_member_is_never_unpacked_beyond_what_the_list_says() -> None:
    data = checkpoint({"bn.weight": np.zeros(2**22, "f4"), "bn.bias": np.zeros(2**22, "f4")}, zipfile.ZIP_DEFLATED)
    cut = data.replace(struct.pack("<I", 2**24), struct.pack("<I", 64))
    held(cut, UnreadableModel, "fewer are there")


def test_norms_larger_than_any_models_are_left_out_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = {f"bn.{part}": np.zeros(CHANNELS + 1, "f2") for part in ("weight", "bias")}
    assert read_model(safetensors(huge)).norms == ()
    monkeypatch.setattr("app.models.find.norms.NORM_BYTES", 200)
    assert NORM_BYTES > 200
    model = read_model(safetensors(network()))
    assert len(model.norms) < 4
    assert any("take too much memory" in note for note in model.notes)


@each("kind", TABLES)
def test_a_file_that_ends_early_is_refused(kind: str) -> None:
    data = TABLES[kind](network())
    for end in (len(data) // 2, len(data) - 3):
        with pytest.raises(UserError):
            read_model(data[:end])


@pytest.mark.parametrize("kind", TABLES)
def test_flipped_bits_are_read_or_refused_and_nothing_else(kind: str) -> None:
    rng, data, taken = random.Random(kind), TABLES[kind](network()), 0
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            place = rng.choice([rng.randrange(len(data)), rng.randrange(1200), -1 - rng.randrange(1200)])
            changed[place] ^= 1 << rng.randrange(8)
        try:
            model = read_model(bytes(changed))
        except UserError:
            continue
        taken += 1
        assert len(model.norms) <= 8
    assert 0 < taken < 60
