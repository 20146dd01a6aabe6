"""Whether the audit trail is what was sealed: the chain walked by number, and held against anchors.

A portion needs nothing but the link before it, so that a walk of any length takes little memory.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col

from app.core.selects import pick, portions
from app.models import AuditEntry, AuditSeal
from app.services import audit_anchors
from app.services.audit_anchors import Anchor
from app.services.audit_seals import BEGINNING, columns_of_entries, last, link

#: So many links are read at once.
PORTION = 5_000
#: So many are checked between two words about how far it has come.
STRETCH = 100_000


class What(StrEnum):
    """What may be wrong, as it is told."""

    NUMBER_MISSING = "number missing"
    ENTRY_MISSING = "entry missing"
    ENTRY_ALTERED = "entry altered"
    SEAL_ALTERED = "seal altered"
    ENTRY_OR_SEAL_ALTERED = "entry or seal altered"
    REWRITTEN = "not what was anchored: the chain was written anew"
    CUT_OFF = "tail cut off"
    UNREADABLE = "line of the anchors unreadable"


class Break(NamedTuple):
    """Where the chain is broken first; of an anchor's line that says nothing, `number` is it."""

    number: int
    entry_id: UUID | None
    what: What

    def __str__(self) -> str:
        named = f": entry {self.entry_id}" if self.entry_id else ""
        return f"number {self.number}{named}: {self.what}"


def length(session: Session) -> int:
    """Up to which number the chain goes."""
    tail = last(session)
    return tail.number if tail else 0


def walk(session: Session) -> Iterator[tuple[int, int, Break | None]]:
    """The whole chain, telling how far it came: numbers checked, of how many, and what is broken.

    It ends with the first break.
    """
    end = length(session)
    for first in range(1, end + 1, STRETCH):
        final = min(first + STRETCH - 1, end)
        broken = check(session, first, final)
        yield final, end, broken
        if broken:
            return


def check(session: Session, first: int, final: int) -> Break | None:
    """The first broken link from one number to another; None when all hold."""
    previous = _before(session, first)
    if previous is None:
        return Break(first - 1, None, What.NUMBER_MISSING)
    for start in range(first, final + 1, PORTION):
        numbers = range(start, min(start + PORTION, final + 1))
        rows = _rows(session, numbers)
        for broken in _breaks(rows, previous, numbers):
            return broken
        previous = rows[-1].digest
    return None


def against_anchors(session: Session, file: Path) -> Iterator[Break]:
    """Where the chain is not what the file says it was."""
    end = length(session)
    for anchors in portions(audit_anchors.read(file)):
        numbers = [anchor.number for anchor in anchors if anchor.number is not None]
        told = pick(AuditSeal.number, AuditSeal.entry_id, AuditSeal.digest)
        statement = told.where(col(AuditSeal.number).in_(numbers))
        known = {row.number: row for row in session.execute(statement)}
        for anchor in anchors:
            if found := _against(anchor, known, end):
                yield found


def _against(anchor: Anchor, known: dict[int, Any], end: int) -> Break | None:
    if anchor.number is None:
        return Break(anchor.line, None, What.UNREADABLE)
    row = known.get(anchor.number)
    if row is None:
        what = What.CUT_OFF if anchor.number > end else What.NUMBER_MISSING
        return Break(anchor.number, None, what)
    return None if row.digest == anchor.digest else Break(row.number, row.entry_id, What.REWRITTEN)


def _breaks(rows: Sequence[Any], previous: bytes, numbers: range) -> Iterator[Break]:
    for number, row, following in zip_longest(numbers, rows, rows[1:]):
        if row is None or row.number != number:
            yield Break(number, None, What.NUMBER_MISSING)
            return
        if row.id is None:
            yield Break(number, row.entry_id, What.ENTRY_MISSING)
        elif (said := link(previous, number, row.sealed_at, row)) != row.digest:
            yield Break(number, row.entry_id, _what_was_altered(said, following))
        previous = row.digest


def _what_was_altered(said: bytes, following: Any) -> What:
    """When the next link follows from the entry as it stands, it is the seal that was touched."""
    if following is None or following.id is None:
        return What.ENTRY_OR_SEAL_ALTERED
    is_followed = link(said, following.number, following.sealed_at, following) == following.digest
    return What.SEAL_ALTERED if is_followed else What.ENTRY_ALTERED


def _before(session: Session, first: int) -> bytes | None:
    if first == 1:
        return BEGINNING
    statement = pick(AuditSeal.digest).where(col(AuditSeal.number) == first - 1)
    digest: bytes | None = session.execute(statement).scalar_one_or_none()
    return digest


def _rows(session: Session, numbers: range) -> Sequence[Any]:
    seals = (AuditSeal.number, AuditSeal.entry_id, AuditSeal.digest, AuditSeal.sealed_at)
    statement = (
        pick(*seals, *columns_of_entries())
        .select_from(AuditSeal)
        .outerjoin(AuditEntry, col(AuditEntry.id) == AuditSeal.entry_id)
        .where(col(AuditSeal.number).between(numbers[0], numbers[-1]))
        .order_by(col(AuditSeal.number))
    )
    return session.execute(statement.execution_options(scoped="the chain is checked")).all()
