import hashlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import anyio
import pytest

from app.batches.uploads.store.multipart import file_in_form
from app.batches.uploads.store.receive import PIECE, Received, receive
from app.errors import InvalidQuery, UnreadableBatch, UnsupportedUpload, UploadTooLarge
from tests.each import each

TYPE = "multipart/form-data; boundary=frontier"
DATA = b"a,b\r\n1,2\r\n--front\r\n3,4\r\n\r\n"


async def stream(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def received(chunks: Iterable[bytes], path: Path, limit: int = 10**8) -> Received:
    return anyio.run(receive, stream(chunks), path, limit)


def from_form(body: bytes, step: int, content_type: str = TYPE) -> bytes:
    async def collect() -> bytes:
        pieces = stream(body[i : i + step] for i in range(0, len(body), step))
        return b"".join([piece async for piece in file_in_form(content_type, pieces)])

    return anyio.run(collect)


def form(*parts: tuple[str, bytes]) -> bytes:
    bodies = (
        b'--frontier\r\nContent-Disposition: form-data; name="%s"; filename="f.csv"\r\n\r\n%s\r\n'
        % (name.encode(), data)
        for name, data in parts
    )
    return b"".join(bodies) + b"--frontier--\r\n"


@pytest.mark.parametrize("step", [1, 7, 4096, 10**7])
def test_the_chunks_are_counted_hashed_and_written(tmp_path: Path, step: int) -> None:
    data = b"1,2\n" * (2000 if step < 100 else PIECE)
    result = received((data[i : i + step] for i in range(0, len(data), step)), tmp_path / "data")
    assert result == Received(hashlib.sha256(data).hexdigest(), len(data), "csv")
    assert (tmp_path / "data").read_bytes() == data


def test_the_chunk_that_passes_the_limit_is_the_last_that_is_asked_for(tmp_path: Path) -> None:
    asked = []

    def chunks() -> Iterable[bytes]:
        for number in range(100):
            asked.append(number)
            yield b"1,2\n" * 25

    with pytest.raises(UploadTooLarge, match="1,000 bytes"):
        received(chunks(), tmp_path / "data", limit=1000)
    assert len(asked) == 11


def test_a_file_of_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    assert received([b"1,2\n" * 250], tmp_path / "data", limit=1000).bytes == 1000


def test_a_wrong_kind_is_refused_after_its_first_bytes(tmp_path: Path) -> None:
    asked = []

    def chunks() -> Iterable[bytes]:
        for number in range(100):
            asked.append(number)
            yield b"\x1f\x8b" + bytes(4094)

    with pytest.raises(UnsupportedUpload, match="gzip"):
        received(chunks(), tmp_path / "data")
    assert len(asked) == 1


def test_an_empty_file_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBatch, match="empty"):
        received([], tmp_path / "data")


@each("step", [1, 2, 13, 1000])
def test_the_file_comes_out_of_the_form_however_it_is_cut(step: int) -> None:
    assert from_form(form(("note", b"hello"), ("file", DATA), ("more", b"x")), step) == DATA


@each(
    ("body", "message"),
    [
        (form(("note", b"hello")), "no field 'file'"),
        (form(("file", b"1"), ("file", b"2")), "several"),
        (form(("file", DATA))[:-14], "breaks off"),
        (b"rubbish", "cannot be read"),
        (b"", "breaks off"),
        (form(("note", b"x" * 100_000), ("file", b"1")), "other fields"),
    ],
)
def test_a_broken_form_is_a_named_error(body: bytes, message: str) -> None:
    with pytest.raises(InvalidQuery, match=message) as caught:
        from_form(body, 1000)
    assert caught.value.field == "file"


@pytest.mark.parametrize("content_type", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 1000}"])
def test_a_form_without_a_usable_boundary_is_a_named_error(content_type: str) -> None:
    with pytest.raises(InvalidQuery):
        from_form(b"", 10, content_type)
