"""Files that are no model, or not all of one: each is refused with what it is and what to do."""

import io
import zipfile

import pytest

from app.errors import UnreadableModel, UnsupportedUpload
from tests.app.models.test_hostile import held
from tests.app.models.whole import WHOLE
from tests.bncore.doctor.findings.recorded import nets
from tests.each import each

FOREIGN = {
    "is no model": b"a,b\n1,2\n",
    "is a PNG image, and no model": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "is a single NPY array, and no model": b"\x93NUMPY\1\0" + bytes(100),
    "is a GGUF file, and no model": b"GGUF" + bytes(40),
    "is a JSON document, and no model": b'{"weight_map": {}}',
    "is a tar archive, and no model": bytes(257) + b"ustar\0",
}


@each("what", FOREIGN)
def test_what_is_no_model_is_refused_with_a_line_that_writes_one(what: str) -> None:
    held(FOREIGN[what], UnsupportedUpload, rf"{what} of a kind that is read.*torch\.save\(model\.state_dict\(\)")


def test_what_is_packed_is_refused_with_the_line_that_unpacks_it() -> None:
    held(b"\x1f\x8b" + bytes(40), UnsupportedUpload, r"is a gzip file.*gzip\.open\(\"FILE\"\)")


@pytest.mark.parametrize(
    ("what", "beginning", "do"),
    [
        ("a pointer of Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        ("a web page", b"\n<!DOCTYPE html><html><body>404", "ends in the file's name"),
    ],
)
def test_what_came_in_place_of_a_download_is_told(what: str, beginning: bytes, do: str) -> None:
    held(beginning, UnsupportedUpload, rf"is {what}.*{do}")


@pytest.mark.parametrize("kind", ["pytorch", "npz", "h5", "keras"])
def test_a_file_whose_end_is_missing_is_told_to_be_uploaded_whole(kind: str) -> None:
    whole = WHOLE[kind](nets.model("dense", 0))
    held(whole[: len(whole) * 2 // 3], UnreadableModel, "incomplete.*Upload it whole")


def test_a_zip_of_other_files_is_no_model() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("photo.png", b"")
    held(file.getvalue(), UnsupportedUpload, "a zip archive of photo.png, and no model")


def test_an_empty_file_is_refused() -> None:
    held(b"", UnreadableModel, "empty")
