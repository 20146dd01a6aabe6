"""Whom a reminder reaches for whoever is missing, and why it reaches nobody."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick, portions
from app.models import Account, Figure, NotHeld, Reminder
from app.schemas.dashboards import Measure
from app.schemas.reminders import SkipReason
from app.services import notices
from app.services.missing import Subject
from app.work import Work

#: A cell that said it did not meet is asked for none of these.
_OF_THE_MEETING = (Measure.CELLS_MET, Measure.CELLS_MET_ON_TIME, Measure.DOCUMENTS_ON_TIME)


@dataclass(frozen=True)
class Addressee:
    """Somebody who is missing; `members` read of it, by themselves or in place of the member."""

    cell_id: UUID
    member_id: UUID | None
    members: tuple[UUID, ...] = ()
    is_stood_for: bool = False
    skipped: SkipReason | None = None

    @property
    def subject_id(self) -> UUID:
        return self.member_id or self.cell_id


def of(work: Work, measure: Measure, period: str, subjects: Iterable[Subject]) -> list[Addressee]:
    """Each cell or member once, in the order of the list."""
    found = {subject.member_id or subject.cell_id: subject for subject in subjects}
    mended = {subject_id for subject_id, subject in found.items() if subject.is_mended}
    cells = {subject.cell_id for subject in found.values()}
    reasons = {
        SkipReason.PERIOD_LOCKED: _locked(work, period, cells),
        SkipReason.RESOLVED: mended,
        SkipReason.SAID_NOT_HELD: _declared(work, measure, period, cells),
        SkipReason.REMINDED_TODAY: _reminded(work, found, local_date(work.now)),
    }
    leaders = notices.leaders_of(work, cells)
    own = _with_account(work, [each.member_id for each in found.values() if each.member_id])
    addressees = []
    for subject_id, (cell_id, member_id, _) in found.items():
        reads = member_id is not None and member_id in own
        told = (subject_id,) if reads else tuple(leaders[cell_id])
        skipped = next(
            (why for why, among in reasons.items() if {cell_id, subject_id} & among), None
        )
        if not told and skipped is None:
            skipped = SkipReason.NO_RECIPIENT
        addressees.append(
            Addressee(
                cell_id,
                member_id,
                members=() if skipped else told,
                is_stood_for=member_id is not None and not reads,
                skipped=skipped,
            )
        )
    return addressees


def _locked(work: Work, period: str, cells: Collection[UUID]) -> set[Any]:
    """What is locked cannot be mended."""
    shut = pick(Figure.organization_id).where(
        col(Figure.period) == period, ~Figure.is_open(work.now)
    )
    return _among(work, shut, Figure.organization_id, cells)


def _declared(work: Work, measure: Measure, period: str, cells: Collection[UUID]) -> set[Any]:
    if measure not in _OF_THE_MEETING:
        return set()
    said = pick(NotHeld.organization_id).where(
        col(NotHeld.period) == period, col(NotHeld.withdrawn_at).is_(None)
    )
    return _among(work, said, NotHeld.organization_id, cells)


def _reminded(work: Work, subjects: Collection[UUID], day: date) -> set[Any]:
    told = pick(Reminder.subject_id).where(col(Reminder.day) == day)
    return _among(work, told, Reminder.subject_id, subjects)


def _with_account(work: Work, members: Sequence[UUID]) -> set[Any]:
    """Who opened an account reads the own inbox, unless it was taken from them."""
    opened = pick(Account.member_id).where(col(Account.disabled_at).is_(None))
    return _among(work, opened, Account.member_id, members)


def _among(work: Work, statement: Select[Any], column: Any, ids: Collection[UUID]) -> set[Any]:
    found: set[Any] = set()
    for portion in portions(ids):
        narrowed = statement.where(col(column).in_(portion))
        scoped = narrowed.execution_options(scoped="of a list below a unit that was fetched")
        found.update(work.session.execute(scoped).scalars())
    return found
