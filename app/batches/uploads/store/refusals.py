"""What is said of an upload that is not here, does not fit, or is not to be deleted: each sentence once."""

from app.errors import InvalidQuery, StoreFull, UploadGone, WrongDeleteKey


def malformed(id: str) -> InvalidQuery:
    """The error for an id that is none."""
    return InvalidQuery(
        f"{id[:80]!r} is no upload's id: an id is 64 characters of 0-9 and a-f. Upload the file to get one.",
        field="source",
        given=id[:80],
        allowed="64 hexadecimal characters",
    )


def gone(id: str) -> UploadGone:
    """The error for an upload that is not here."""
    return UploadGone(
        f"The upload {id[:12]}… is not here: it expired, was deleted, made room for others, or never came. "
        "Upload the same file again, and every link to it works again.",
        field="source",
        given=id,
    )


def full(size: int, quota: int) -> StoreFull:
    """The error for an upload that no eviction makes room for."""
    return StoreFull(
        f"The upload has {size:,} bytes and the server keeps at most {quota:,} for all uploads. Upload fewer rows.",
        field="file",
        given=size,
        allowed=f"at most {quota} bytes",
    )


def no_room() -> StoreFull:
    """The error for an upload beside pinned ones that take all the room."""
    return StoreFull(
        "The uploads that the owner of this server keeps for good leave no room for this one. Upload fewer rows.",
        field="file",
    )


def kept_for_good() -> WrongDeleteKey:
    """The error for the deletion of a pinned upload."""
    return WrongDeleteKey(
        "The owner of this server keeps this upload for good, and no delete_key deletes it.", field="delete_key"
    )


def wrong_key(key: str, days: float) -> WrongDeleteKey:
    """The error for a key that is none of the upload's, which expires `days` after its last use."""
    said = "This is not the upload's delete_key" if key else "Deleting an upload takes its delete_key"
    return WrongDeleteKey(
        f"{said}, which stands in the answer to the upload (POST /api/v1/batches) and is kept by the browser that sent "
        f"the file. Without it the file stays until nobody has used it for {days:g} days.",
        field="delete_key",
        allowed="the delete_key that the upload returned",
    )
