"""Confidential fields: sealed by AES-GCM to their table, column and row, found by a keyed index.

A bare hash of a personal id is inverted in under a second, so the index is an HMAC with a key of
its own. A sealed value copied to another row does not open there.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from app.core.errors import Unavailable
from app.core.keys import field_key, keys

NONCE_BYTES = 12
log = structlog.get_logger(__name__)


class Unreadable(Unavailable):
    """A sealed value that was altered or moved here, or has lost its key. The log says which.

    To whoever asks all three are one, and none of it is shown.
    """

    code = "unreadable"
    vi = "Có dữ liệu mã hóa không đọc được; hãy báo người quản trị hệ thống."
    en = "Some encrypted data cannot be read; tell the administrator."


class Sealed(bytes):
    """Ciphertext with its key's id and nonce before it; its text form shows nothing."""

    def __repr__(self) -> str:
        return "Sealed(…)"

    __str__ = __repr__


class SealedText(TypeDecorator[Sealed]):
    """A column that takes sealed values only: plain text cannot reach it by mistake."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("only sealed values are stored in a confidential column")
        return bytes(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(value)


def seal(text: str, place: str, row_id: UUID) -> Sealed:
    """Encrypt `text` so that it opens only at `place` ("members.phone") in the row `row_id`."""
    ring = keys()
    name = ring.active_field
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = AESGCM(ring.fields[name]).encrypt(nonce, text.encode(), _bound_to(place, row_id))
    return Sealed(prefix(name) + nonce + body)


def unseal(sealed: bytes, place: str, row_id: UUID) -> str:
    """Decrypt; `Unreadable` when the value was altered or moved here, or its key is not there."""
    try:
        return _opened(sealed, _bound_to(place, row_id))
    except (InvalidTag, LookupError, ValueError) as error:
        cause = type(error).__name__
        log.error("sealed value does not open", place=place, row_id=str(row_id), cause=cause)  # noqa: TRY400 - no traceback near plain text
        raise Unreadable from None


def prefix(name: str) -> bytes:
    """How every value begins that the key with this id has sealed."""
    return bytes([len(name)]) + name.encode()


def blind_index(text: str, place: str) -> bytes:
    """Equal texts at one place have equal indexes; nothing else can be learnt from them."""
    return hmac.digest(keys().index, f"{place}\0{text}".encode(), "sha256")


def sealed_columns(
    table: str, row_id: UUID, values: Mapping[str, str | None]
) -> dict[str, Sealed | bytes | None]:
    """The `…_sealed` and `…_index` columns of some confidential fields of one row."""
    columns: dict[str, Sealed | bytes | None] = {}
    for name, text in values.items():
        place = f"{table}.{name}"
        columns[f"{name}_sealed"] = None if text is None else seal(text, place, row_id)
        columns[f"{name}_index"] = None if text is None else blind_index(text, place)
    return columns


def confidential(name: str) -> property:
    """A row's attribute that reads and writes `{name}_sealed` and `{name}_index` together."""

    def read(row: Any) -> str | None:
        sealed = getattr(row, f"{name}_sealed")
        place = f"{row.__tablename__}.{name}"
        return None if sealed is None else unseal(sealed, place, row.id)

    def write(row: Any, text: str | None) -> None:
        for column, value in sealed_columns(row.__tablename__, row.id, {name: text}).items():
            setattr(row, column, value)

    return property(read, write)


def sealed(name: str) -> property:
    """The same of a column that nobody searches: `{name}_sealed` alone."""

    def read(row: Any) -> str | None:
        value = getattr(row, f"{name}_sealed")
        return None if value is None else unseal(value, f"{row.__tablename__}.{name}", row.id)

    def write(row: Any, text: str | None) -> None:
        place = f"{row.__tablename__}.{name}"
        setattr(row, f"{name}_sealed", None if text is None else seal(text, place, row.id))

    return property(read, write)


def masked(text: str | None) -> str | None:
    """What others see of it: the last four characters."""
    return None if text is None else "********" + text[-4:]


def _opened(sealed: bytes, bound_to: bytes) -> str:
    start = 1 + sealed[0]
    name = bytes(sealed[1:start]).decode()
    key = field_key(name)
    if key is None:
        raise LookupError
    nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    return AESGCM(key).decrypt(nonce, body, bound_to).decode()


def _bound_to(place: str, row_id: UUID) -> bytes:
    return f"{place}\0{row_id}".encode()
