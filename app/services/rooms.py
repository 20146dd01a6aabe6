"""Meetings as those meet them who come in: when they take check-ins, and by whose rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick
from app.models import Attendance, Meeting, MeetingStatus, Organization
from app.policies.permissions import Permission
from app.policies.scope import rows_within_reach
from app.schemas.settings import Rules
from app.services import period_locks, rules
from app.services.sheets import WRITABLE
from app.work import Work

#: How far a device's clock may be off before that is worth saying.
TOLERANCE = timedelta(minutes=2)
#: How far into the next day a meeting may run, of which it is only known that its day was over.
PAST_MIDNIGHT = timedelta(hours=6)


@dataclass(frozen=True)
class Room:
    """A meeting with its rules, and what the actor may do there."""

    meeting: Meeting
    rules: Rules
    may_check_in: bool
    may_mark: bool
    is_locked: bool

    @property
    def is_open(self) -> bool:
        return self.meeting.status is MeetingStatus.OPEN

    @property
    def may_be_told(self) -> bool:
        """Whether what is told later can still come to count."""
        return self.meeting.opened_at is not None and self.meeting.status in WRITABLE

    @property
    def opens_at(self) -> datetime:
        return self.meeting.starts_at - timedelta(minutes=self.rules.check_in_opens_minutes)

    @property
    def late_after(self) -> datetime:
        return late_after(self.meeting, self.rules)

    def takes(self, moment: datetime) -> bool:
        """Whether a moment lies in the window around the start."""
        closes = self.rules.check_in_closes_minutes
        if moment < self.opens_at:
            return False
        return closes is None or moment <= self.meeting.starts_at + timedelta(minutes=closes)

    def ran_at(self, moment: datetime) -> bool:
        """Whether the meeting took check-ins at a moment, as nearly as a device can tell."""
        ended_at = self.meeting.ended_at
        if ended_at is None:
            return self.takes(moment)
        at_midnight = local_date(ended_at) < local_date(ended_at + timedelta(seconds=1))
        grace = PAST_MIDNIGHT if at_midnight else TOLERANCE
        return self.takes(moment) and moment <= ended_at + grace

    def was_opened_by(self, moment: datetime) -> bool:
        """Before that there was no code to see; a badge can be shown in a hall without network."""
        opened_at = self.meeting.opened_at
        return opened_at is not None and moment >= opened_at - TOLERANCE


def enter(work: Work, meeting_ids: Collection[UUID]) -> dict[UUID, Room]:
    """Those of the meetings that take anything from the actor; no other writer is at their sheets.

    Who has a line comes with the code of the room, also after moving to another cell.
    Held in the order of their ids, so that nobody waits in a circle.
    """
    checks_in, marks = (
        rows_within_reach(work.actor, permission, Meeting, local_date(work.now))
        for permission in (Permission.CHECK_IN_CREATE, Permission.ATTENDANCE_MARK)
    )
    checks_in = or_(checks_in, _has_line(work))
    statement = (
        pick(Meeting, Organization.path, checks_in.label("checks_in"), marks.label("marks"))
        .join(Organization, col(Organization.id) == Meeting.organization_id)
        .where(col(Meeting.id).in_(meeting_ids), or_(checks_in, marks))
        .order_by(col(Meeting.id))
        .with_for_update(of=Meeting, key_share=True)
        .execution_options(scoped=Permission.CHECK_IN_CREATE, populate_existing=True)
    )
    found = work.session.execute(statement).all()
    rulebook = rules.load(work.session, {record.path for record in found})
    months = {(record.Meeting.organization_id, record.Meeting.period) for record in found}
    shut = period_locks.closed(work, months)
    return {
        record.Meeting.id: Room(
            meeting=record.Meeting,
            rules=rulebook.at(record.path, local_date(record.Meeting.starts_at)),
            may_check_in=bool(record.checks_in),
            may_mark=bool(record.marks),
            is_locked=(record.Meeting.organization_id, record.Meeting.period) in shut,
        )
        for record in found
    }


def seen(work: Work, meeting_ids: Collection[UUID]) -> set[UUID]:
    """Those of the meetings that the actor may see."""
    if not meeting_ids:
        return set()
    statement = work.within_reach(Permission.MEETING_READ, Meeting, Meeting.id).where(
        col(Meeting.id).in_(meeting_ids)
    )
    return set(work.session.execute(statement).scalars())


def rules_of(work: Work, meeting: Meeting) -> Rules:
    """The rules of a reached meeting, on its own day."""
    statement: Any = pick(Organization.path).where(col(Organization.id) == meeting.organization_id)
    path: str = work.session.execute(
        statement.execution_options(scoped="of a reached meeting")
    ).scalar_one()
    return rules.load(work.session, [path]).at(path, local_date(meeting.starts_at))


def late_after(meeting: Meeting, decided: Rules) -> datetime:
    """From when on somebody who comes is late."""
    return meeting.starts_at + timedelta(minutes=decided.late_after_minutes)


def _has_line(work: Work) -> ColumnElement[bool]:
    if work.actor.member_id is None:
        return false()
    return exists().where(
        col(Attendance.meeting_id) == col(Meeting.id),
        col(Attendance.member_id) == work.actor.member_id,
    )
