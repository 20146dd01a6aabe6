"""Figures counted in another way than the service does: row by row, in plain Python."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core import clock as clocks
from app.core import periods
from app.models import (
    Account,
    Activity,
    Attendance,
    AttendanceStatus,
    Exemption,
    ExemptionKind,
    Meeting,
    Membership,
    Organization,
    OrganizationKind,
    Setting,
)
from tests.histories import PERIODS
from tests.world import NOON, rows

Add = Callable[[UUID, str, str], None]
DEFAULTS = {
    "met_needs": [],
    "on_time_needs": ["notice_sent", "documents_in_time", "minutes_in_time"],
    "monthly_kinds": ["regular"],
    "quarterly_kinds": ["thematic"],
}


def true_counts(session: Session) -> dict[tuple[UUID, str], dict[str, int]]:
    found: dict[tuple[UUID, str], dict[str, int]] = {}

    def add(cell: UUID, period: str, name: str) -> None:
        counts = found.setdefault((cell, period), {})
        counts[name] = counts.get(name, 0) + 1

    committees = Committees(session)
    for period in PERIODS:
        day = min(periods.last_day(period), clocks.local_date(NOON))
        _count_cells(session, committees, period, add)
        _count_accounts(session, period, day, add)
        _count_lines(session, period, add)
    return found


class Committees:
    """What each has said, asked upwards from the cell."""

    def __init__(self, session: Session) -> None:
        self.units = {unit.id: unit for unit in rows(session, Organization)}
        self.said = rows(session, Setting)

    def word(self, unit: Organization, name: str, day: date) -> list[str]:
        own = [
            row
            for row in self.said
            if row.organization_id == unit.id and row.name == name and row.valid_from <= day
        ]
        latest = max(own, key=lambda row: row.valid_from, default=None)
        if latest is not None and latest.value is not None:
            return list(latest.value)
        if unit.parent_id is None:
            return DEFAULTS[name]
        return self.word(self.units[unit.parent_id], name, day)


def holds(row: Any, day: date) -> bool:
    return bool(row.valid_from <= day and (row.valid_to is None or day < row.valid_to))


def _count_cells(session: Session, committees: Committees, period: str, add: Add) -> None:
    day = min(periods.last_day(period), clocks.local_date(NOON))
    meetings = rows(session, Meeting)
    for cell in committees.units.values():
        if cell.kind != OrganizationKind.CELL or not holds(cell, day):
            continue
        add(cell.id, period, "cells")
        own = [meeting for meeting in meetings if meeting.organization_id == cell.id]
        names = {name for meeting in own for name in _fulfilled(committees, cell, meeting, period)}
        for name in names:
            add(cell.id, period, name)


def _fulfilled(
    committees: Committees, cell: Organization, meeting: Meeting, period: str
) -> Iterator[str]:
    day = clocks.local_date(meeting.starts_at)
    said = {name: committees.word(cell, name, day) for name in DEFAULTS}
    done = _done(meeting)
    submitted = meeting.status in ("submitted", "accepted")
    if meeting.kind in said["monthly_kinds"] and meeting.period == period:
        if "documents_in_time" in done and meeting.status not in ("draft", "cancelled"):
            yield "documents_on_time"
        if submitted and set(said["met_needs"]) <= done:
            yield "cells_met"
            if {"in_two_days", *said["on_time_needs"]} <= done:
                yield "cells_met_on_time"
    year, month = map(int, period.split("-"))
    same_quarter = (day.year, (day.month + 2) // 3) == (year, (month + 2) // 3)
    counts_here = same_quarter and day.month <= month
    if submitted and meeting.kind in said["quarterly_kinds"] and counts_here:
        yield "cells_met_thematic"


def _done(meeting: Meeting) -> set[str]:
    ahead = meeting.documents_published_at
    facts = {
        "scored": meeting.scored_at is not None,
        "notice_sent": meeting.notice_sent_at is not None
        and meeting.notice_sent_at < meeting.starts_at,
        "documents_in_time": ahead is not None and meeting.starts_at - ahead >= timedelta(days=1),
        "minutes_in_time": _in_two_days(meeting.minutes_written_at, meeting),
        "in_two_days": _in_two_days(meeting.first_submitted_at, meeting),
    }
    return {name for name, is_done in facts.items() if is_done}


def _in_two_days(moment: datetime | None, meeting: Meeting) -> bool:
    if moment is None or meeting.ended_at is None:
        return False
    return (clocks.local_date(moment) - clocks.local_date(meeting.ended_at)).days <= 2


def _count_accounts(session: Session, period: str, day: date, add: Add) -> None:
    exempt = {
        row.member_id
        for row in rows(session, Exemption)
        if row.kind == ExemptionKind.EXEMPT and holds(row, day)
    }
    opened = {row.member_id: row.activated_at for row in rows(session, Account)}
    active = {(row.member_id, row.period) for row in rows(session, Activity)}
    for membership in rows(session, Membership):
        if not holds(membership, day) or membership.member_id in exempt:
            continue
        add(membership.organization_id, period, "accounts")
        since = opened.get(membership.member_id)
        if since is not None and clocks.local_date(since) <= periods.last_day(period):
            add(membership.organization_id, period, "accounts_activated")
        if (membership.member_id, period) in active:
            add(membership.organization_id, period, "accounts_active")


def _count_lines(session: Session, period: str, add: Add) -> None:
    names = {
        AttendanceStatus.PRESENT: "present",
        AttendanceStatus.ABSENT_EXCUSED: "excused",
        AttendanceStatus.ABSENT_UNEXCUSED: "unexcused",
    }
    held = {
        m.id
        for m in rows(session, Meeting)
        if m.kind == "regular"
        and m.period == period
        and m.status in ("ended", "submitted", "returned", "accepted")
    }
    for line in rows(session, Attendance):
        if line.meeting_id in held and line.status != AttendanceStatus.EXEMPT:
            add(line.organization_id, period, "summoned")
            if line.status in names:
                add(line.organization_id, period, names[line.status])
