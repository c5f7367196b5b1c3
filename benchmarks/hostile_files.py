"""What small files that ask for much cost a server: seconds, memory at the peak, and the status of the answer.

    python -m benchmarks.hostile_files [--only NAME …] [--patience 120]

Each file is made in a temporary folder, and sent to a server of its own with one worker and the default settings. Peak
memory is the worker's (VmHWM, mapped files included) above what it had before the file came.
"""

import argparse
import http.client
import io
import os
import struct
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet

from benchmarks._server import running_server

MEGABYTE = 1_000_000
Make = Callable[[Path], None]


def csv_of_many_columns(path: Path) -> None:
    _csv(path, 20_000)


def csv_of_columns_at_the_limit(path: Path) -> None:
    _csv(path, 5_000)


def csv_behind_an_open_quote(path: Path) -> None:
    path.write_bytes(b'a,b\n1,2\n"' + b"1,2\n" * (64 * MEGABYTE // 4))


def csv_of_quoted_line_ends(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n" + b'"\n",' * (64 * MEGABYTE // 4))


def csv_with_carriage_returns(path: Path) -> None:
    path.write_bytes(b"a,b\n" + b"1,2\r" * (MEGABYTE // 4))


def csv_with_a_gap_at_its_end(path: Path) -> None:
    path.write_bytes(b"a,b\n" + b"1,2\n" * (64 * MEGABYTE // 4) + b"1,\n")


def csv_of_large_numbers(path: Path) -> None:
    path.write_bytes(b"a,b\n" + b"9007199254740994,1e300\n" * (64 * MEGABYTE // 23))


def csv_of_stray_words(path: Path) -> None:
    numbers = ",".join(["1"] * 4000) + "\n"
    with path.open("w") as file:
        file.writelines([numbers] * 2000)
        file.write(",".join(["x"] * 4000) + "\n")


def csv_of_one_line(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n" + b"1," * (64 * MEGABYTE // 2))


def npz_of_many_members(path: Path) -> None:
    directory = io.BytesIO()
    with path.open("wb") as file:
        for number in range(1_000_000):
            name = b"%07d.npy" % number
            directory.write(
                struct.pack("<4s6H3I5H2I", b"PK\1\2", *[20] * 2, *[0] * 4, *[0] * 3, 11, *[0] * 5, file.tell())
            )
            directory.write(name)
            file.write(struct.pack("<4s5H3I2H", b"PK\3\4", 20, *[0] * 4, *[0] * 3, 11, 0) + name)
        start, size = file.tell(), directory.tell()
        file.write(directory.getvalue())
        end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, size, start)
        file.write(end + struct.pack("<4sIQI", b"PK\6\7", 0, start + size, 1))
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))


def npz_of_a_thousand_batches(path: Path) -> None:
    np.savez(path.open("wb"), **{f"a{number}": np.ones((3, 2)) for number in range(1000)})


def npz_that_unpacks_to_800_megabytes(path: Path) -> None:
    _npz(path, _npy_head(800 * MEGABYTE // 8), 800)


def npz_with_an_endless_header(path: Path) -> None:
    _npz(path, b"\x93NUMPY\2\0" + struct.pack("<I", 800 * MEGABYTE) + b"{", 800)


def npy_of_nested_signs(path: Path) -> None:
    shape = b"(" + b"-" * 9000 + b"1,2)"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + b"}"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(16))


def parquet_of_equal_rows(path: Path) -> None:
    table = pa.table({"a": np.zeros(MEGABYTE)})
    with arrow_parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(table)


def parquet_of_one_page(path: Path) -> None:
    table = pa.table({"a": np.zeros(100 * MEGABYTE)})
    arrow_parquet.write_table(
        table, path, compression="zstd", use_dictionary=False, data_page_size=2**30, row_group_size=10**9,
    )  # fmt: skip


FILES: dict[str, Make] = {
    make.__name__: make
    for make in (
        csv_of_many_columns, csv_of_columns_at_the_limit, csv_behind_an_open_quote, csv_of_quoted_line_ends,
        csv_with_carriage_returns, csv_with_a_gap_at_its_end, csv_of_large_numbers, csv_of_stray_words, csv_of_one_line,
        npz_of_many_members, npz_of_a_thousand_batches, npz_that_unpacks_to_800_megabytes, npz_with_an_endless_header,
        npy_of_nested_signs, parquet_of_equal_rows, parquet_of_one_page,
    )
}  # fmt: skip


def main() -> None:
    """Print a line for each file."""
    options = _options()
    _say(f"{'file':36} {'MB':>7} {'seconds':>8} {'of CPU':>7} {'peak MB':>8}  status")
    for name in options.only or FILES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data"
            FILES[name](path)
            seconds, cpu, peak, status = _measured(path, options.patience)
            size = path.stat().st_size / 1e6
            _say(f"{name:36} {size:7.2f} {seconds:8.2f} {cpu:7.2f} {peak / 1e6:8.0f}  {status}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=FILES, metavar="NAME", help=", ".join(FILES))
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for an answer (%(default)s)")
    return parser.parse_args()


def _measured(path: Path, patience: float) -> tuple[float, float, int, str]:
    """Seconds, those of the processor, bytes at the peak, and the status of an upload to a new server."""
    with running_server() as origin:
        _send(origin, b"a,b\n1,2\n3,4\n", patience)
        pids = _children(os.getpid())
        before = max(map(_peak, pids))
        start, worked = time.perf_counter(), sum(map(_cpu, pids))
        try:
            status = str(_send(origin, path.read_bytes(), patience))
        except TimeoutError:
            status = "none yet"
        seconds = time.perf_counter() - start
        return seconds, sum(map(_cpu, pids)) - worked, max(map(_peak, pids)) - before, status


def _send(origin: str, body: bytes, patience: float) -> int:
    where = urlsplit(origin)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=patience)
    connection.request("POST", "/api/v1/batches", body, {"Content-Type": "application/octet-stream"})
    return connection.getresponse().status


def _children(pid: int) -> list[int]:
    """All processes below `pid`."""
    below = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            below += [child, *_children(child)]
    return below


def _peak(pid: int) -> int:
    """The most bytes that a process has held since it began."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 if "VmHWM:" in status else 0


def _cpu(pid: int) -> float:
    """The seconds of the processor that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _npy_head(rows: int) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (rows, 1)})
    return file.getvalue()


def _npz(path: Path, head: bytes, megabytes: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as member:
        member.write(head)
        for _ in range(megabytes):
            member.write(bytes(MEGABYTE))


def _csv(path: Path, columns: int) -> None:
    row = ",".join(["1.5"] * columns) + "\n"
    with path.open("w") as file:
        file.write(",".join(f"c{i}" for i in range(columns)) + "\n")
        file.writelines([row] * (64 * MEGABYTE // len(row)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
