"""The pages of a Parquet file: found by their own headers, and bounded whatever the footer promises."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest

from app.batches.uploads.formats import parquet as parquet_reader
from app.batches.uploads.formats.pages import Header, Page, pages_of
from app.errors import UploadTooLarge
from tests.app.batches.uploads.conftest import LIMIT, Parser
from tests.each import each

RNG = np.random.default_rng(0)
TABLE = pa.table({"a": RNG.normal(size=5000), "n": RNG.integers(0, 5, 5000), "s": ["q" * 50, "é"] * 2500})


def written(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    arrow_parquet.write_table(table, file, **options)
    return file.getvalue()


@each(
    "options",
    [
        {}, {"compression": "zstd"}, {"compression": "none", "write_page_index": True}, {"data_page_version": "2.0"},
        {"use_dictionary": False, "data_page_size": 1000}, {"row_group_size": 999}, {"write_page_checksum": True},
        {"write_statistics": False},
    ],
)  # fmt: skip
def test_the_pages_are_the_chunk_however_it_is_written(options: dict[str, Any]) -> None:
    data = written(TABLE, **options)
    metadata = arrow_parquet.ParquetFile(io.BytesIO(data)).metadata
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for chunk in map(group.column, range(group.num_columns)):
            pages = list(pages_of(io.BytesIO(data), chunk, lambda: None))
            headers = chunk.total_compressed_size - sum(page.packed for page in pages)
            assert 0 < headers < 500 * len(pages)
            assert sum(page.unpacked for page in pages) == chunk.total_uncompressed_size - headers


def test_pages_that_unpack_to_more_than_the_footer_promises_are_refused(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_reader, "_check_promises", lambda *_: None)
    data = written(pa.table({"a": np.ones(10), "s": ["q" * (LIMIT // 5)] * 10}), use_dictionary=False)
    assert len(data) < LIMIT / 5
    with pytest.raises(UploadTooLarge, match="unpacks to"):
        parse(data)


def test_one_page_alone_takes_a_quarter_of_the_limit_at_most(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(pa.table({"a": np.ones(2), "s": ["q" * (LIMIT // 5)] * 2}), use_dictionary=False)
    assert parse.batch(data).x.tolist() == [[1.0], [1.0]]
    monkeypatch.setattr(parquet_reader, "PAGE", LIMIT // 4)
    with pytest.raises(UploadTooLarge, match="unpacks to"):
        parse(data)


@each("data", [b"", b"\x15", b"\x15\xff", b"\xff" * 100, b"\x1c" * 100, b"\x18\xff\xff\xff\xff\x0f"])
def test_what_is_no_header_is_an_error_of_its_own(data: bytes) -> None:
    with pytest.raises(ValueError, match="page's header"):
        Header(data).struct()


def test_a_page_has_a_size_in_the_file_and_one_unpacked() -> None:
    header = Header(bytes([0x15, 0, 0x15, 200, 1, 0x15, 20, 0]))
    assert header.struct() == {1: 0, 2: 100, 3: 10}
    assert header.at == 8
    assert Page(10, 100).unpacked == 100
