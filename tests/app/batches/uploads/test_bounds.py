"""Reading a file takes what it may take, looks at each byte a few times at most, and ends when nobody waits."""

import io
from collections.abc import Callable
from pathlib import Path

import anyio
import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest
from anyio import from_thread, to_thread

from app.batches.uploads import UploadStore, missing
from app.batches.uploads.bounds import Bounds, wanted
from app.batches.uploads.delimited import blocks, records
from app.batches.uploads.formats import npz as npz_reader
from app.batches.uploads.formats import parquet as parquet_reader
from app.batches.uploads.readers import READERS, read
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import kind_of
from app.errors import UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import COLUMNS, Parser
from tests.app.batches.uploads.files import add, npy, npz
from tests.each import each

X = np.arange(3000.0).reshape(1000, 3)
TABLE = "a,b,c\n" + "".join(f"{a},{b},{c}\n" for a, b, c in X)


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    arrow_parquet.write_table(pa.table(columns), file)
    return file.getvalue()


FILES = {
    "csv": TABLE.encode(),
    "a csv with a stray word": (TABLE + "x,1,2\n").encode(),
    "a csv that is ragged at its end": (TABLE + "1,2\n").encode(),
    "npy": npy(X),
    "npz": npz(x=X, dy=X),
    "labels": npz(x=X[:, :1], y=np.arange(1000) % 3),
    "parquet": parquet(a=X[:, 0], b=X[:, 1]),
}


class Left(BaseException):
    """Nobody waits any more."""


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((blocks, "BLOCK"), (missing, "BLOCK"), (npz_reader, "PIECE"), (parquet_reader, "BATCH_BYTES")):
        monkeypatch.setattr(module, name, 1024)
    monkeypatch.setattr(records, "STEP", 256)


def reads(what: str, folder: Path, go_on: Callable[[], None]) -> None:
    """Read one of the files, with its labels if it has some."""
    data = FILES[what]
    folder.mkdir()
    (folder / "data").write_bytes(data)
    reading = Reading(label="y" if what == "labels" else None)
    read(kind_of(data), folder / "data", reading, folder, Bounds(10**6, COLUMNS, go_on))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("what", FILES)
def test_a_reading_ends_at_whichever_piece_its_client_leaves(tmp_path: Path, what: str) -> None:
    calls = 0

    def leaves_after(most: float) -> Callable[[], None]:
        def go_on() -> None:
            nonlocal calls
            calls += 1
            if calls > most:
                raise Left

        return go_on

    try:
        reads(what, tmp_path / "whole", leaves_after(np.inf))
    except UnreadableBatch:
        assert "ragged" in what
    whole = calls
    assert whole >= 8
    for most in (0, whole // 2, whole - 1):
        calls = 0
        with pytest.raises(Left):
            reads(what, tmp_path / str(most), leaves_after(most))


@pytest.mark.usefixtures("small_pieces")
def test_an_archive_is_unpacked_no_further_than_its_client_waits(tmp_path: Path) -> None:
    left = iter(range(len(["x", "dy"]) + 5))

    def go_on() -> None:
        if next(left, None) is None:
            raise Left

    with pytest.raises(Left):
        reads("npz", tmp_path / "npz", go_on)
    assert 0 < (tmp_path / "npz" / "x.npy").stat().st_size < X.nbytes


def test_the_thread_of_a_client_that_has_gone_is_no_longer_wanted() -> None:
    ended, began = [], anyio.Event()

    def works() -> None:
        from_thread.run_sync(began.set)
        try:
            for _ in range(10**7):
                wanted()
        except BaseException:
            ended.append(True)
            raise

    async def leaves() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(to_thread.run_sync, works)
            await began.wait()
            group.cancel_scope.cancel()

    anyio.run(leaves)
    wanted()  # here no client can be known
    assert ended == [True]


@each("columns", [COLUMNS, COLUMNS + 1])
@each("kind", ["csv", "parquet"])
def test_a_table_has_no_more_columns_than_the_limit(parse: Parser, kind: str, columns: int) -> None:
    names = [f"c{i}" for i in range(columns)]
    text = f"{','.join(names)}\n{','.join(names).replace('c', '')}\n"
    data = text.encode() if kind == "csv" else parquet(**{name: [1.5] for name in names})
    if columns <= COLUMNS:
        assert parse.batch(data).x.shape == (1, columns)
        return
    with pytest.raises(UploadTooLarge, match=f"{columns} columns; the limit of this server is {COLUMNS}"):
        parse(data)


def test_a_quote_that_is_never_closed_is_said_to_be(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    monkeypatch.setattr(blocks, "OPEN", 1000)
    with pytest.raises(UnreadableBatch, match=r"quote that is not closed within 1,000 bytes"):
        parse(b"a,b\n" + b"1,2\n" * 300 + b'"' + b"1,2\n" * 500)


def test_behind_an_open_quote_each_byte_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'a,b\n1,2\n"' + b"1,2\n" * 5000 + b'"'
    (tmp_path / "data").write_bytes(data)
    looked, end = [], blocks._last_record_end
    monkeypatch.setattr(blocks, "BLOCK", 100)
    monkeypatch.setattr(
        blocks, "_last_record_end", lambda piece, before: looked.append(len(piece)) or end(piece, before)
    )
    assert b"".join(blocks.blocks(tmp_path / "data", 0, lambda: None)) == data
    assert sum(looked) == len(data)


@pytest.mark.parametrize("size", [7, 50, 10_000])
def test_blocks_end_where_records_end_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    kept = [b'1,"a\nb"\n', b"2,c\n", b'3,"""\n"\n', b'"4\n\n","d"\n', b"5,e"]
    (tmp_path / "data").write_bytes(b"".join(kept))
    monkeypatch.setattr(blocks, "BLOCK", size)
    starts = {sum(map(len, kept[:at])) for at in range(len(kept) + 1)}
    pieces = list(blocks.blocks(tmp_path / "data", 0, lambda: None))
    assert b"".join(pieces) == b"".join(kept)
    assert {sum(map(len, pieces[:at])) for at in range(len(pieces) + 1)} <= starts


@pytest.mark.parametrize("tail", [b"1," * 1000, b'"\n",' * 1000], ids=["a line", "a record"])
def test_a_line_and_a_record_have_an_end(parse: Parser, monkeypatch: pytest.MonkeyPatch, tail: bytes) -> None:
    monkeypatch.setattr(blocks, "LONGEST", 1000)
    monkeypatch.setattr(records, "LONGEST", 1000)
    monkeypatch.setattr(blocks, "BLOCK", 100)
    with pytest.raises(UnreadableBatch, match=r"of more than 1,000 bytes"):
        parse(b"a,b\n" + b"1,2\n" * 300 + tail)


def test_lone_carriage_returns_end_no_line_wherever_they_stand(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch):
        parse(b"a,b\n" + b"1,2\r" * 1000)


def test_of_many_columns_with_a_stray_word_the_first_are_shown(parse: Parser) -> None:
    names = [f"c{i}" for i in range(40)]
    rows = [["1"] * 40] * 30 + [["x"] * 39 + ["1"]]
    text = "\n".join(map(",".join, [names, *rows]))
    warnings = parse.batch(text.encode()).warnings
    assert sum("in row 31 (line 32)" in text for text in warnings) == 10
    assert any("a few cells that are no numbers: c10, c11" in text for text in warnings)


def test_a_stray_word_a_gap_and_a_large_integer_in_a_late_block_are_named(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 500)
    table = "a,b\n" + "1.5,2\n\n" * 1000
    assert "row 1,001 (line 2,002)" in parse.batch(f"{table}3,x\n".encode()).warnings[0]
    with pytest.raises(UnreadableBatch, match=r"row 1,001 \(line 2,002\), column 'b'"):
        parse(f"{table}3,\n".encode())
    with pytest.raises(UnreadableBatch, match=r"Row 1,001 \(line 2,002\), column 'b', is 9007199254740993"):
        parse(f"{table}3,9007199254740993\n".encode())
    with pytest.raises(UnreadableBatch, match=r"Line 2002 has 3 fields"):
        parse(f"{table}3,4,5\n".encode())


def test_a_file_that_cannot_be_read_is_read_once(store: UploadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[Reading] = []
    real = READERS["csv"]
    monkeypatch.setitem(READERS, "csv", lambda *given: readings.append(given[1]) or real(*given))
    with pytest.raises(UnreadableBatch, match="Line 3 has 1 field"):
        add(store, b"a,b\n1,2\n3\n")
    assert len(readings) == 1


def test_of_an_npz_of_many_batches_a_few_are_tried(store: UploadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    real = npz_reader.read_header
    monkeypatch.setattr(npz_reader, "read_header", lambda file, what: looked.append(what) or real(file, what))
    id, _ = add(store, npz(**{f"a{number}": np.ones((2, 1)) for number in range(60)}))
    assert len(looked) <= 10 * 60
    assert "array=a0 or array=a1" in store.describe(id)["warnings"][0]
    assert len(store.describe(id)["arrays"]) == 60


@each(
    "cell",
    ["9007199254740993", "+9007199254740993", "\u22129007199254740993", "123456789012345678901", " 9007199254740993 "],
)
def test_the_first_large_integer_is_named_by_line_however_it_is_written(parse: Parser, cell: str) -> None:
    exact = "9007199254740994,9007199254740994\n\n1e300,18446744073709551616\n"
    with pytest.raises(UnreadableBatch, match=r"Row 3 \(line 5\), column 'b', is"):
        parse(f"a,b\n{exact}5,{cell}\n{cell},6\n".encode())
    assert parse.batch(f"a,b\n{exact}".encode()).x.tolist()[1] == [1e300, 2.0**64]


LONG = "q" * 1001


@each(
    ("data", "label"),
    [
        (f"a,{LONG}\n1,2\n".encode(), None),
        (f"a,kind\n1,{LONG}\n2,x\n".encode(), "kind"),
        (parquet(**{LONG: [1.5]}), None),
        (parquet(a=[1.5, 2.5], kind=[LONG, "x"]), "kind"),
        (npz(x=X[:2], kind=np.array([LONG, "x"])), "kind"),
    ],
)
def test_a_name_is_no_text(parse: Parser, data: bytes, label: str | None) -> None:
    with pytest.raises(UnreadableBatch, match="name of 1,001 characters"):
        parse(data, label=label)
