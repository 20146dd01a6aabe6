"""A file that somebody sends: looked at whole, refused or kept, before any row names it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import structlog

from app.core.errors import Invalid, Unavailable
from app.core.settings import DOCUMENT_LIMIT
from app.files import sealing
from app.files.kinds import FileKind, recognise
from app.files.names import safe_name
from app.files.secrecy import stamp_in_file
from app.files.stamps import find_stamp, stamp_in_name
from app.files.store import FileMissing, KeptFile, store

log = structlog.get_logger("files")


@dataclass(frozen=True)
class Upload:
    """A file that was kept; a sealed one opens with its `key` alone."""

    file_name: str
    kind: FileKind
    kept: KeptFile
    key: str | None = None


class SecretDocument(Invalid):
    """By Luật 117/2025, điều 5.2, no state secret comes onto this service."""

    code = "document_secret"
    vi = "Tài liệu có dấu mật; không được đưa tài liệu mật lên hệ thống."
    en = "The document is stamped secret; no secret documents on this service."


def keep(
    stream: BinaryIO, given_name: str, kinds: frozenset[FileKind], *, is_sealed: bool = False
) -> Upload:
    """Keep a file of one of these kinds; every refusal leaves nothing behind."""
    name = safe_name(given_name)
    kind = recognise(stream, name)
    if kind not in kinds:
        raise Invalid.at(
            "/file", "wrong_kind", "Loại tệp này không dùng được ở đây.", "Not this kind of file."
        )
    if stamp_in_name(name) or stamp_in_file(kind, stream):
        raise SecretDocument
    stream.seek(0)
    if not is_sealed:
        return Upload(name, kind, store().keep(stream, DOCUMENT_LIMIT))
    sealed, key = sealing.seal(stream)
    return Upload(name, kind, store().keep(sealed, DOCUMENT_LIMIT + sealing.OVERHEAD), key)


def refuse_stamps(*texts: str | None) -> None:
    """`SecretDocument` when any of these words is a stamp."""
    if any(text and find_stamp(text) for text in texts):
        raise SecretDocument


def content(digest: str, key: str | None = None) -> Iterator[bytes]:
    """What was kept, in chunks; `Unavailable` when the store has lost what a row names."""
    try:
        lying = store().read(digest)
        return lying if key is None else iter([sealing.unseal(b"".join(lying), key)])
    except FileMissing as error:
        log.exception("file missing", digest=digest)
        raise Unavailable from error
