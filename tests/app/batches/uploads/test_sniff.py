import io
import pickle
import zipfile

import numpy as np
import pytest

from app.batches.uploads.sniff import kind_of, refuse_binary
from app.errors import UnreadableBatch, UnsupportedUpload
from app.files.refused import BEGINNINGS, Refused, refusal
from tests.app.batches.uploads.files import npy, npz
from tests.each import each


@each(
    ("head", "kind"),
    [
        (b"a,b\n1,2\n", "csv"),
        (b"\xef\xbb\xbfa\tb\n", "csv"),
        (b"gr\xf6\xdfe;b\n", "csv"),
        (npy(np.ones((2, 2))), "npy"),
        (npz(x=np.ones((2, 2))), "npz"),
        (b"PAR1\x15\x00", "parquet"),
    ],
)
def test_a_file_that_is_taken_is_told_from_its_first_bytes(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@each(("magic", "what"), [(magic, kind.what) for magic, kind in BEGINNINGS])
def test_known_files_are_refused_by_name(magic: bytes, what: str) -> None:
    with pytest.raises(UnsupportedUpload, match=what):
        kind_of(magic + b"\x00" * 60)


@each("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@each("thing", [[1, 2], {"a": 1}, np.ones((2, 2))])
def test_pickles_are_refused_in_every_protocol(protocol: int, thing: object) -> None:
    with pytest.raises(UnsupportedUpload, match="pickle"):
        kind_of(pickle.dumps(thing, protocol))


def test_an_array_of_objects_is_refused_as_a_pickle() -> None:
    with pytest.raises(UnsupportedUpload, match="Python objects"):
        kind_of(npy(np.array([[1, "a"]], object), allow_pickle=True))


@each(
    ("member", "what"),
    [("[Content_Types].xml", "Excel"), ("archive/data.pkl", "PyTorch"), ("notes.txt", "zip archive")],
)
def test_zips_other_than_npz_are_refused_by_name(member: str, what: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, b"hello")
    with pytest.raises(UnsupportedUpload, match=what):
        kind_of(file.getvalue())


def test_a_zip_that_ends_within_its_head_is_incomplete() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", b"hello")
    for cut in (4, 20, 33, 50):
        with pytest.raises(UnreadableBatch, match="incomplete"):
            kind_of(file.getvalue()[:cut])


@each(("what", "article"), [("Excel or Office file", "an"), ("executable", "an"), ("JSON", "a")])
def test_refusals_have_their_article(what: str, article: str) -> None:
    assert f"it is {article} {what}." in refusal(Refused(what, "Do this")).detail


@each(
    ("head", "what"),
    [
        (b"  <!DOCTYPE html><html>", "web page"),
        (b'{"x": [[1]]}', "JSON"),
        (b"[[1, 2]]", "JSON"),
        (b"1,2\x00\x01", "binary"),
        (bytes(range(256)), "binary"),
    ],
)
def test_text_that_is_no_table_and_binary_rubbish_are_refused(head: bytes, what: str) -> None:
    with pytest.raises(UnsupportedUpload, match=what):
        kind_of(head)


def test_a_zero_byte_late_in_a_text_file_is_refused() -> None:
    with pytest.raises(UnsupportedUpload, match="binary"):
        refuse_binary(b"1,2\n\x00")
