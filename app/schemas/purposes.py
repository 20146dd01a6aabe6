"""What personal data is kept for, by which law, who sees it, and for how long."""

from collections.abc import Sequence
from datetime import datetime

from app.schemas.base import Input, Output


class PurposeRead(Output):
    code: str
    title: str
    basis: Sequence[str]
    data: Sequence[str]
    readers: Sequence[str]
    kept: str


class TermRead(Output):
    """How long one class of data is kept before it is erased, and why."""

    code: str
    title: str
    kept: str
    why: str


class PurposesRead(Output):
    """`edition` changes with every word; `read_at` is when the caller was shown this one.

    `terms` are those by which data is erased; what is not among them is kept with its record.
    """

    edition: str
    notice: str
    rights: Sequence[str]
    items: Sequence[PurposeRead]
    terms: Sequence[TermRead]
    read_at: datetime | None


class PurposesReading(Input):
    edition: str
