"""Members of a mapped zip archive: those that are stored are read where they lie, others unpacked when asked."""

import zipfile
import zlib
from dataclasses import dataclass

from app.errors import UploadTooLarge, shortened

LOCAL = 30
"""Bytes of a member's own header, in front of its name."""


@dataclass(frozen=True)
class Members:
    """The members of an archive, and the bytes of its file."""

    data: memoryview
    infos: dict[str, zipfile.ZipInfo]

    def offset(self, name: str) -> int:
        """Where the packed bytes of a member begin.

        Raises:
            ValueError: nothing begins there.
        """
        start = self.infos[name].header_offset
        header = bytes(self.data[start : start + LOCAL])
        if header[:4] != b"PK\x03\x04" or len(header) < LOCAL:
            raise ValueError(f"its member {name!r} is not where the list says")
        return start + LOCAL + sum(int.from_bytes(header[place : place + 2], "little") for place in (26, 28))

    def is_stored(self, name: str) -> bool:
        """Whether a member lies in the file as it is."""
        return self.infos[name].compress_type == zipfile.ZIP_STORED

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a member, `size` at most."""
        info, start = self.infos[name], self.offset(name)
        packed = self.data[start : start + info.compress_size]
        return bytes(packed[:size]) if self.is_stored(name) else _inflated(packed[: 2 * size], size)

    def read(self, name: str, limit: int) -> memoryview:
        """The bytes of a member, of which there are as many as the list says.

        Raises:
            ValueError: there are more or fewer.
            UploadTooLarge: there are more than `limit`.
        """
        info, start = self.infos[name], self.offset(name)
        if info.file_size > limit:
            raise UploadTooLarge(
                f"{str(shortened(name))!r} in the file unpacks to {info.file_size:,} bytes; up to {limit:,} are read.",
                field="file", given=info.file_size, allowed=f"at most {limit} bytes",
            )  # fmt: skip
        if info.flag_bits & 1:
            raise ValueError(f"its member {name!r} is encrypted")
        packed = self.data[start : start + info.compress_size]
        content = packed if self.is_stored(name) else memoryview(_inflated(packed, info.file_size + 1))
        if len(content) != info.file_size:
            raise ValueError(f"its member {name!r} has {len(content):,} bytes, and the list says {info.file_size:,}")
        return content


def _inflated(packed: memoryview, size: int) -> bytes:
    """The first bytes unpacked, `size` at most."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
