"""What ends with a unit: its offices and plans, and the meetings it would have held."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core.clock import day_starts_at
from app.core.errors import Conflict
from app.models import NOT_YET_OPENED, Meeting, MeetingPlan, MeetingStatus, Organization
from app.services import changeovers, closures, meetings, parents, period_locks, trees
from app.work import Work


class MeetingsHeld(Conflict):
    code = "meetings_held"
    vi = "Chi bộ đã họp từ ngày này trở đi; hãy chọn ngày sau các cuộc họp đó."
    en = "The cell has met on or after this day; choose a day after those meetings."


def hold(work: Work, unit: Organization) -> None:
    """All that ends with a unit, and the unit; plans come first, as for whoever turns the day."""
    for model in (MeetingPlan, Meeting):
        own: Any = select(model.id).where(model.organization_id == unit.id).order_by(col(model.id))
        work.session.execute(_scoped(own.with_for_update()))
    trees.hold(work.session)
    closures.hold(work, unit)


def close(work: Work, unit: Organization, day: date, decision: str) -> None:
    """End a unit whose members and units are elsewhere from the day on."""
    _refuse_held(work, unit, day)
    _call_off(work, unit, day, f"Theo quyết định số {decision}")
    plans = select(MeetingPlan).where(MeetingPlan.organization_id == unit.id)
    for plan in work.session.execute(_scoped(plans)).scalars():
        if plan.valid_to is None or plan.valid_to > day:
            before, plan.valid_to = str(plan.valid_to), max(plan.valid_from, day)
            work.record("meeting_plan.changed", plan, before=before, after=str(plan.valid_to))
    changeovers.end_offices(work, unit.id, day)
    unit.valid_to = day
    parents.stay(work, unit.id, day)


def _refuse_held(work: Work, unit: Organization, day: date) -> None:
    never_held = (*NOT_YET_OPENED, MeetingStatus.CANCELLED)
    held = _since(unit.id, day).where(col(Meeting.status).not_in(never_held))
    found = work.session.execute(_scoped(held)).scalars().all()
    if found:
        raise MeetingsHeld(meeting_ids=[str(meeting.id) for meeting in found])


def _call_off(work: Work, unit: Organization, day: date, reason: str) -> None:
    """A locked month keeps also what was never held in it."""
    planned = _since(unit.id, day).where(col(Meeting.status).in_(NOT_YET_OPENED))
    found = work.session.execute(_scoped(planned)).scalars().all()
    shut = period_locks.closed(work, {(unit.id, meeting.period) for meeting in found})
    for meeting in found:
        if (unit.id, meeting.period) not in shut:
            meetings.call_off(work, meeting, reason)


def _since(unit_id: UUID, day: date) -> Any:
    own = select(Meeting).where(
        Meeting.organization_id == unit_id, Meeting.starts_at >= day_starts_at(day)
    )
    return own.order_by(col(Meeting.starts_at), col(Meeting.id))


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="of a reached unit")
