"""What makes a month well held: a list of items, each measured, never typed.

What the committee asks for stands in its `Rules`; nothing is counted but by the functions here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from sqlmodel import func, select

from app.core.clock import day_ends_at, local_date
from app.models import (
    HELD_STATUSES,
    MET_STATUSES,
    Attendance,
    AttendanceStatus,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Organization,
)
from app.policies.permissions import Permission
from app.schemas.checklists import ChecklistItem, ChecklistLine, ChecklistRead
from app.schemas.settings import Rules
from app.services import looks
from app.services import rules as rulebook
from app.work import Work

#: Minutes and submission are in time until the end of the second local day after the meeting.
DAYS_AFTER = 2
#: Documents are in time until so long before the meeting starts.
DOCUMENTS_BEFORE = timedelta(hours=24)
NOT_PLANNED = (MeetingStatus.DRAFT, MeetingStatus.CANCELLED)
_I = ChecklistItem


class Facts(NamedTuple):
    """What was measured of one meeting: columns of `Meeting`, by their names."""

    kind: MeetingKind
    status: MeetingStatus
    starts_at: datetime
    ended_at: datetime | None
    first_submitted_at: datetime | None
    notice_sent_at: datetime | None
    documents_published_at: datetime | None
    minutes_written_at: datetime | None
    scored_at: datetime | None


def facts_of(meeting: Meeting) -> Facts:
    return Facts(*(getattr(meeting, name) for name in Facts._fields))


def get(work: Work, meeting_id: UUID) -> ChecklistRead:
    """For whoever reads the sheet: a member sees the meeting, but not how the cell did."""
    meeting = work.fetch(Permission.ATTENDANCE_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    facts, rules = facts_of(meeting), _rules_of(work, meeting)
    lines = check(facts, rules, is_roll_closed=_is_roll_closed(work, meeting))
    fulfils = obligation(facts, rules)
    lacks = {line.is_needed_for for line in lines if not line.is_met}
    return ChecklistRead(
        meeting_id=meeting.id,
        obligation=fulfils,
        is_met=fulfils is not None and "met" not in lacks,
        is_on_time=fulfils is not None and not lacks & {"met", "on_time"},
        items=lines,
    )


def obligation(facts: Facts, rules: Rules) -> Literal["monthly", "quarterly"] | None:
    if facts.kind in rules.monthly_kinds:
        return "monthly"
    return "quarterly" if facts.kind in rules.quarterly_kinds else None


def check(facts: Facts, rules: Rules, *, is_roll_closed: bool) -> list[ChecklistLine]:
    """Every item, in the order of a meeting's life."""
    held = facts.status in HELD_STATUSES
    states = {
        _I.HELD: held,
        _I.ROLL_CLOSED: held and is_roll_closed,
        _I.SUBMITTED: facts.status in MET_STATUSES,
    }
    lines = []
    for item in ChecklistItem:
        at, due_at = _TIMES[item](facts)
        is_met = states[item] if item in states else holds(item, facts)
        needed = _needed_for(item, facts, rules)
        lines.append(
            ChecklistLine(item=item, is_met=is_met, is_needed_for=needed, at=at, due_at=due_at)
        )
    return lines


def holds(item: str, facts: Facts) -> bool:
    """Whether an item that has a moment of its own was done, and in time."""
    at, due_at = _TIMES[item](facts)
    return at is not None and (due_at is None or at <= due_at)


def done_at(item: str, facts: Facts) -> datetime | None:
    """When such an item was done, be it late."""
    return _TIMES[item](facts)[0]


def lacking(facts: Facts, rules: Rules, *, on_time: bool) -> list[str]:
    """What a submitted meeting still lacks to count as the month's, or as in time."""
    wanted: list[str] = [*rules.met_needs]
    if on_time:
        wanted += [_I.SUBMITTED_IN_TIME, *rules.on_time_needs]
    return [item for item in dict.fromkeys(wanted) if not holds(item, facts)]


def counts_of_month(facts: Facts, rules: Rules) -> Iterator[str]:
    """The counts that a meeting gives its cell in its own period."""
    if facts.kind not in rules.monthly_kinds:
        return
    if facts.status not in NOT_PLANNED and holds(_I.DOCUMENTS_IN_TIME, facts):
        yield "documents_on_time"
    # Nothing is submitted before its roll is closed.
    if facts.status in MET_STATUSES and not lacking(facts, rules, on_time=False):
        yield "cells_met"
        if not lacking(facts, rules, on_time=True):
            yield "cells_met_on_time"


def counts_of_quarter(facts: Facts, rules: Rules) -> Iterator[str]:
    """Those that it gives in its own period and in the rest of the quarter."""
    if facts.kind in rules.quarterly_kinds and facts.status in MET_STATUSES:
        yield "cells_met_thematic"


def _days_after(ended_at: datetime | None) -> datetime | None:
    if ended_at is None:
        return None
    return _just_before(day_ends_at(local_date(ended_at) + timedelta(days=DAYS_AFTER)))


def _just_before(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=1)


#: When an item was done, and the last moment for it.
_TIMES: dict[str, Callable[[Facts], tuple[datetime | None, datetime | None]]] = {
    _I.HELD: lambda facts: (facts.ended_at, None),
    _I.ROLL_CLOSED: lambda _: (None, None),
    _I.SUBMITTED: lambda facts: (facts.first_submitted_at, None),
    _I.NOTICE_SENT: lambda facts: (facts.notice_sent_at, _just_before(facts.starts_at)),
    _I.DOCUMENTS_IN_TIME: lambda facts: (
        facts.documents_published_at,
        facts.starts_at - DOCUMENTS_BEFORE,
    ),
    _I.MINUTES_IN_TIME: lambda facts: (facts.minutes_written_at, _days_after(facts.ended_at)),
    _I.SUBMITTED_IN_TIME: lambda facts: (facts.first_submitted_at, _days_after(facts.ended_at)),
    _I.SCORED: lambda facts: (facts.scored_at, None),
}


def _needed_for(item: str, facts: Facts, rules: Rules) -> Literal["met", "on_time"] | None:
    fulfils = obligation(facts, rules)
    by_state: set[str] = {_I.HELD, _I.ROLL_CLOSED, _I.SUBMITTED} if fulfils else set()
    if fulfils != "monthly":
        return "met" if item in by_state else None
    if item in by_state | {*rules.met_needs}:
        return "met"
    return "on_time" if item in {str(_I.SUBMITTED_IN_TIME), *rules.on_time_needs} else None


def _rules_of(work: Work, meeting: Meeting) -> Rules:
    cell = work.fetch(Permission.ATTENDANCE_READ, Organization, meeting.organization_id)
    return rulebook.of(work.session, cell, local_date(meeting.starts_at))


def _is_roll_closed(work: Work, meeting: Meeting) -> bool:
    unmarked = (
        select(func.count())
        .select_from(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.status == AttendanceStatus.UNMARKED)
    )
    counted = unmarked.execution_options(scoped="of a reached meeting")
    return not work.session.execute(counted).scalar_one()
