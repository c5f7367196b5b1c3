"""A foreign file that is damaged: whatever its reader raises is told as one error, with what to do."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import UnreadableBatch, UploadTooLarge, UserError, shortened

log = logging.getLogger("bnscope.files")

CUT = ("File is not a zip file", "truncated file")
"""What readers say of a file that begins as theirs do, and whose end is missing: zipfile and HDF5."""


@contextmanager
def damage_told(what: str, do: str, error: type[UserError] = UnreadableBatch) -> Iterator[None]:
    """Whatever goes wrong with `what` is said of it, and what to `do`; readers raise more kinds than they document.

    Errors of our own pass, as do the disk's, and a reader's package that is not installed, which is no fault of the
    file. A log tells the others, as one of them may be our own mistake.

    Raises:
        UnreadableBatch: it cannot be read (or the `error` that stands for that).
        UploadTooLarge: reading it takes more memory than there is.
        ImportError: the package that reads it is not there.
    """
    try:
        yield
    except MemoryError as raised:
        detail = f"{what} takes more memory to read than this server has. Upload fewer rows or columns."
        raise UploadTooLarge(detail, field="file") from raised
    except Exception as raised:
        if isinstance(raised, (UserError, ImportError)) or of_the_disk(raised):
            raise
        log.info("%s is taken for damaged", what, exc_info=True)
        raise error(f"{what} is {_said(raised)}. {do}", field="file") from raised


def _said(raised: Exception) -> str:
    text = str(raised) or type(raised).__name__
    if any(words in text for words in CUT):
        return "incomplete: its end is missing, as where saving or sending it stopped half-way. Upload it whole"
    return f"damaged or of a kind that is not read: {str(shortened(text)).rstrip('.')}"


def of_the_disk(error: Exception) -> bool:
    """Whether the system could not read or write. A place that no file has (EINVAL) is one that the contents name."""
    return isinstance(error, OSError) and (
        error.errno not in (None, errno.EINVAL) or isinstance(error, FileNotFoundError)
    )
