"""A foreign file that is damaged: whatever its reader raises is told as one error, with what to do."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import UnreadableBatch, UploadTooLarge, UserError, shortened

log = logging.getLogger("bnscope.uploads")


@contextmanager
def damage_told(what: str, do: str) -> Iterator[None]:
    """Whatever goes wrong with `what` is said of it, and what to `do`; readers raise more kinds than they document.

    Errors of our own pass, as do the disk's. A log tells the others, as one of them may be our own mistake.

    Raises:
        UnreadableBatch: it cannot be read.
        UploadTooLarge: reading it takes more memory than there is.
    """
    try:
        yield
    except MemoryError as error:
        detail = f"{what} takes more memory to read than this server has. Upload fewer rows or columns."
        raise UploadTooLarge(detail, field="file") from error
    except Exception as error:
        if isinstance(error, UserError) or of_the_disk(error):
            raise
        log.info("%s is taken for damaged", what, exc_info=True)
        said = str(shortened(str(error) or type(error).__name__)).rstrip(".")
        raise UnreadableBatch(f"{what} is damaged or of a kind that is not read: {said}. {do}", field="file") from error


def of_the_disk(error: Exception) -> bool:
    """Whether the system could not read or write. A place that no file has (EINVAL) is one that the contents name."""
    return isinstance(error, OSError) and (
        error.errno not in (None, errno.EINVAL) or isinstance(error, FileNotFoundError)
    )
