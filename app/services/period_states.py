"""How far each unit's month has come on its way up: cells by their meeting, others by review."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.selects import AT_ONCE, pick, portions
from app.models import Figure, MeetingStatus, NotHeld, Organization, PeriodReview, ReviewStatus
from app.schemas.base import OrganizationBrief
from app.schemas.periods import PeriodState, Progress
from app.services import meeting_facts

_P = PeriodState
#: What a meeting of the month makes of it, the furthest first; earlier states leave it open.
_BY_MEETING = {
    MeetingStatus.ACCEPTED: _P.CONFIRMED,
    MeetingStatus.SUBMITTED: _P.SUBMITTED,
    MeetingStatus.RETURNED: _P.RETURNED,
}
_BY_REVIEW = {
    ReviewStatus.ACCEPTED: _P.CONFIRMED,
    ReviewStatus.SUBMITTED: _P.SUBMITTED,
    ReviewStatus.RETURNED: _P.RETURNED,
}
_RANK = [_P.CONFIRMED, _P.EXCUSED, _P.SUBMITTED, _P.RETURNED, _P.OPEN]
#: With these a unit holds nobody up.
SETTLED = (_P.CONFIRMED, _P.EXCUSED)


class UnitState(NamedTuple):
    """A unit that owes its month, and how far that has come."""

    unit: OrganizationBrief
    state: PeriodState


def of_children(session: Session, unit_id: UUID, period: str) -> list[UnitState]:
    """The units right below in the tree of the period; of a cell the cell itself."""
    below = col(Figure.parent_id) == unit_id
    itself = (col(Figure.organization_id) == unit_id) & col(Figure.is_cell)
    return _states(session, period, below | itself)


def of_branch(session: Session, period: str, path: str) -> list[UnitState]:
    """Every unit below a place of the period; of a cell the cell itself."""
    is_below = Figure.within(period, path) & ((col(Figure.path) != path) | col(Figure.is_cell))
    return _states(session, period, is_below)


def tally(units: Iterable[UnitState]) -> Progress:
    states = [each.state for each in units]
    confirmed, excused = states.count(_P.CONFIRMED), states.count(_P.EXCUSED)
    waiting = len(states) - confirmed - excused
    return Progress(confirmed=confirmed, excused=excused, open=waiting, total=len(states))


def _states(session: Session, period: str, which: ColumnElement[bool]) -> list[UnitState]:
    rows = session.execute(_owing(period, which)).all()
    cells = {row.id: row.place for row in rows if row.is_cell}
    states = _of_cells(session, period, cells)
    states |= _of_committees(session, period, [row.id for row in rows if not row.is_cell])
    return [
        UnitState(
            OrganizationBrief(id=row.id, code=row.code, name=row.name, kind=row.kind),
            states.get(row.id, _P.OPEN),
        )
        for row in rows
    ]


def _owing(period: str, which: ColumnElement[bool]) -> Any:
    """Units that count as a cell of the period or have such cells below: others owe nothing."""
    below = aliased(Figure)
    owes = exists().where(
        col(below.period) == period,
        col(below.path) >= col(Figure.path),
        col(below.path) < col(Figure.path) + "~",
        col(below.is_cell),
        col(below.cells) > 0,
    )
    columns = (Organization.id, Organization.code, Organization.name, Organization.kind)
    return _scoped(
        pick(*columns, col(Organization.path).label("place"), Figure.is_cell)
        .join(Figure, col(Figure.organization_id) == col(Organization.id))
        .where(col(Figure.period) == period, which, owes)
        .order_by(col(Figure.path))
    )


def _of_cells(session: Session, period: str, cells: Mapping[UUID, str]) -> dict[UUID, PeriodState]:
    """By the best meeting that fulfils the monthly obligation; excused where none is accepted."""
    states = dict.fromkeys(_excused(session, period, cells), _P.EXCUSED)
    if not cells:
        return states
    for found in meeting_facts.read(session, period, cells, all_cells=len(cells) > AT_ONCE):
        if found.is_of_period and found.facts.kind in found.rules.monthly_kinds:
            said = _BY_MEETING.get(found.facts.status, _P.OPEN)
            known = states.get(found.organization_id, _P.OPEN)
            states[found.organization_id] = min(said, known, key=_RANK.index)
    return states


def _excused(session: Session, period: str, cells: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for portion in portions(cells):
        words = pick(NotHeld.organization_id).where(
            col(NotHeld.period) == period,
            col(NotHeld.organization_id).in_(portion),
            col(NotHeld.withdrawn_at).is_(None),
            col(NotHeld.excused_at).is_not(None),
        )
        found.update(session.execute(_scoped(words)).scalars())
    return found


def _of_committees(
    session: Session, period: str, units: Collection[UUID]
) -> dict[UUID, PeriodState]:
    states = {}
    for portion in portions(units):
        reviews = pick(PeriodReview.organization_id, PeriodReview.status).where(
            col(PeriodReview.period) == period, col(PeriodReview.organization_id).in_(portion)
        )
        for unit_id, status in session.execute(_scoped(reviews)):
            states[unit_id] = _BY_REVIEW[status]
    return states


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="at or below a reached unit")
