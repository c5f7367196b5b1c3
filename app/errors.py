"""What can go wrong, and the one shape in which a person or a program is told (RFC 9457).

UserError                 a mistake that the sender can mend
├── InvalidQuery          422  a value that is out of range or contradicts another
├── UnreadableBatch       422  an upload that cannot be read the way the query asks
├── UnreadableModel       422  a model's file that is damaged, hostile, or has no norm to look at
├── UnsupportedUpload     415  a kind of file that is not taken
├── UploadTooLarge        413  more bytes, or more numbers, than the limit
├── StoreFull             507  the upload alone is larger than the store's quota
├── PasswordNeeded        401  no password, or a wrong one, where the server has one
├── TooFast               429  more than the server takes of one client
├── UploadGone            410  an upload that is not here, or not any more
├── WrongDeleteKey        403  a key that does not belong to the upload
└── Busy                  503  too much waits already, or what is asked needs more than there is; ask again later
    ├── NoMemory          503  more memory than one computation may take
    └── NoRoom            507  the disk does not take the result
"""

import re
from typing import Any

from bncore.errors import BatchNormError

SHORTENED = 80  # characters of what was given that an error repeats
GIVEN = re.compile(r" (?:is|has|holds) ([^;]+);")  # what the numerics say of it


class UserError(Exception):
    """A mistake of the sender's: what was given, what was wanted, what to do.

    `detail` is one or two sentences for a person. `field` names the query field or form control that
    caused it, `given` what stood there, `allowed` what may stand there. `page` is the detail in the words of a page,
    where the detail names fields of the API. `see` is the page of this server that takes what was sent.
    """

    title = "This request cannot be answered"
    see: str | None = None

    def __init__(
        self, detail: str, *, page: str | None = None, field: str | None = None, given: Any = None,
        allowed: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.detail = detail
        self.page = page or detail
        self.field = field
        self.given = given
        self.allowed = allowed


class InvalidQuery(UserError):
    title = "A value is not allowed"


class UnreadableBatch(UserError):
    title = "The mini-batch cannot be read like this"


class UnreadableModel(UserError):
    title = "The model cannot be read"


class UnsupportedUpload(UserError):
    title = "This kind of file is not taken"


class UploadTooLarge(UserError):
    title = "The upload is too large"


class StoreFull(UserError):
    title = "The server has no room for this upload"


class PasswordNeeded(UserError):
    title = "This server has a password"


class TooFast(UserError):
    title = "Too much at once"


class ManyStreams(TooFast):
    title = "Your address has too many streams"
    retry_after = 5


class UploadGone(UserError):
    title = "This upload is not here any more"


class WrongDeleteKey(UserError):
    title = "This key does not belong to the upload"


class Busy(UserError):
    """`retry_after`: the seconds after which it is worth asking again; None where it is not."""

    title = "The server is busy"
    retry_after: int | None = 5


class NoMemory(Busy):
    title = "This takes more memory than the server gives"
    retry_after = None


class NoRoom(Busy):
    title = "The server has no room for the result"


STATUSES: dict[type[Exception], int] = {
    InvalidQuery: 422,
    UnreadableBatch: 422,
    UnreadableModel: 422,
    UnsupportedUpload: 415,
    UploadTooLarge: 413,
    StoreFull: 507,
    PasswordNeeded: 401,
    TooFast: 429,
    ManyStreams: 429,
    UploadGone: 410,
    WrongDeleteKey: 403,
    Busy: 503,
    NoMemory: 503,
    NoRoom: 507,
}


def problem(status: int, title: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The body of an `application/problem+json` answer."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return body | {"errors": errors} if errors else body


def problem_of(error: UserError) -> dict[str, Any]:
    """The problem body of one of our own exceptions."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    row = {"field": error.field, "given": shortened(error.given), "allowed": error.allowed}
    errors = [row] if error.field else None
    told = problem(status, error.title, error.detail, errors) | in_page_words(error.page, error.detail)
    return told | ({"see": error.see} if error.see else {})


def in_page_words(page: str, detail: str) -> dict[str, str]:
    """The member of a problem that a page shows instead of its detail, where they differ."""
    return {"page_detail": page} if page != detail else {}


def shortened(given: Any) -> Any:
    """What was given, as far as an error repeats it: plain, short, and always writable as JSON."""
    if given is None or isinstance(given, (bool, float)) or (isinstance(given, int) and abs(given) < 2**53):
        return given
    text = given if isinstance(given, str) else repr(given)
    kept = text if len(text) <= SHORTENED else text[: SHORTENED - 1] + "…"
    return kept.encode("utf-8", "replace").decode()


def refusal_of(error: Exception) -> UserError | None:
    """The error as a refusal that its client is told of; None where it is a mistake of ours."""
    if isinstance(error, BatchNormError):
        return as_user_error(error)
    return error if isinstance(error, UserError) else None


def as_user_error(error: BatchNormError) -> InvalidQuery:
    """The numerics' own refusal, with the parameter at fault as the field; its advice stands behind the semicolon."""
    detail = str(error)
    advice = detail.partition("; ")[2]
    named = error.parameter is not None and detail.startswith(error.parameter)  # a name is spelled as it is
    said = detail if named else detail[:1].upper() + detail[1:]
    given = GIVEN.match(detail.removeprefix(error.parameter)) if named else None
    return InvalidQuery(said, field=error.parameter, given=given and given[1], allowed=advice.rstrip(".") or None)
