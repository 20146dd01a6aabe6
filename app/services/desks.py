"""A desk at the door: everything that is needed to judge what devices say of some meetings.

It is laid once for many items, keeps in mind what each of them changes, and is cleared at the end.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, or_
from sqlmodel import col, func, select

from app.core.selects import pick
from app.models import (
    AccountSession,
    Attendance,
    AttendanceEvent,
    CheckIn,
    CheckInMethod,
    CheckInRefusal,
    CheckInStatus,
)
from app.schemas.check_ins import CheckInItem
from app.services import attendances, badges, lines, rooms
from app.services.rooms import Room
from app.services.sheets import Line, Mark
from app.work import Work

#: So many wrong codes of one person in one meeting, within so long, and no more are looked at.
WRONG_CODES, WITHIN = 10, timedelta(minutes=5)
#: From how many others on a device is shared.
OTHERS_ON_DEVICE = 2
OWN = (CheckInMethod.QR, CheckInMethod.DIGITS)
CAME = (CheckInStatus.ACCEPTED, CheckInStatus.CONFIRMED)


@dataclass
class Desk:
    rooms: Mapping[UUID, Room]
    #: By id: these very items, and all that the actor tried or the members did before.
    past: dict[UUID, CheckIn]
    device_digest: bytes | None = None
    #: By meeting: how many others checked in with the same device.
    others: Mapping[UUID, int] = field(default_factory=dict)
    #: By member: which badge holds.
    badges_held: Mapping[UUID, int] = field(default_factory=dict)
    #: By line: when something was last said of it.
    said_at: dict[UUID, datetime] = field(default_factory=dict)
    #: By meeting and member: the lines as they were, and as they have become.
    before: dict[UUID, dict[UUID, Line]] = field(default_factory=dict)
    lines: dict[UUID, dict[UUID, Line]] = field(default_factory=dict)
    marks: dict[UUID, list[Mark]] = field(default_factory=lambda: defaultdict(list))

    def first_of(self, meeting_id: UUID, member_id: UUID | None) -> CheckIn | None:
        """The check-in by which a member came."""
        came = (
            row
            for row in self.past.values()
            if (row.meeting_id, row.member_id) == (meeting_id, member_id) and row.status in CAME
        )
        return min(came, key=lambda row: row.received_at, default=None)

    def line_of(self, meeting_id: UUID, member_id: UUID | None) -> Line | None:
        return self.lines[meeting_id].get(member_id) if member_id else None

    def refusal_of(self, badge: tuple[UUID, int] | None) -> CheckInRefusal | None:
        """Why a badge says nothing; None when it is its member's latest."""
        if badge is None:
            return CheckInRefusal.WRONG_CODE
        member_id, version = badge
        is_latest = self.badges_held.get(member_id) == version
        return None if is_latest else CheckInRefusal.BADGE_REVOKED

    def is_blocked(self, work: Work, meeting_id: UUID) -> bool:
        """Whether the actor has guessed too often; six digits are not much."""
        wrong = [
            row
            for row in self.past.values()
            if (row.meeting_id, row.account_id) == (meeting_id, work.actor.account_id)
            and row.refusal is CheckInRefusal.WRONG_CODE
            and row.received_at > work.now - WITHIN
        ]
        return len(wrong) >= WRONG_CODES

    def say(self, work: Work, meeting_id: UUID, given: Mark) -> None:
        """Keep in mind what a mark makes of its line."""
        line = self.lines[meeting_id][given.member_id]
        by, at = work.actor.account_id, work.now
        self.lines[meeting_id][given.member_id] = line.after(given, by, at)
        self.said_at[line.id] = min(given.captured_at or at, at)
        self.marks[meeting_id].append(given)


def lay(work: Work, items: Sequence[CheckInItem]) -> Desk:
    entered = rooms.enter(work, {item.meeting_id for item in items})
    holders = {badge[0] for item in items if item.code and (badge := badges.read(item.code))}
    named = {item.member_id for item in items if item.member_id}
    members = holders | named | ({work.actor.member_id} if work.actor.member_id else set())
    desk = Desk(
        rooms=entered,
        past=_past(work, [item.id for item in items], entered, members),
        badges_held=badges.versions(work, holders),
    )
    for room in entered.values():
        desk.before[room.meeting.id] = _lines_of(work, room, members)
        desk.lines[room.meeting.id] = dict(desk.before[room.meeting.id])
    if named:
        desk.said_at = _said_at(work, desk)
    if any(item.code for item in items):
        desk.device_digest = _device_of(work)
        desk.others = _others_on(work, desk.device_digest, entered)
    return desk


def clear(work: Work, desk: Desk) -> None:
    """Write what was said, each sheet at once, and recount what counts already."""
    for meeting_id, marks in desk.marks.items():
        meeting = desk.rooms[meeting_id].meeting
        lines.write(work, meeting, marks, desk.before[meeting_id])
        attendances.recount(work, meeting)


def _past(
    work: Work, ids: Collection[UUID], meeting_ids: Collection[UUID], members: set[UUID]
) -> dict[UUID, CheckIn]:
    asked = {
        "ids": list(ids),
        "meetings": list(meeting_ids),
        "members": list(members),
        "account": work.actor.account_id,
    }
    return {row.id: row for row in work.session.execute(_PAST, asked).scalars()}


def _lines_of(work: Work, room: Room, members: set[UUID]) -> dict[UUID, Line]:
    asked = {"meeting": room.meeting.id, "members": list(members)}
    return lines.read(work, _LINES, room.late_after, asked)


def _said_at(work: Work, desk: Desk) -> dict[UUID, datetime]:
    """A device whose clock runs ahead has said it when it reached us."""
    event = AttendanceEvent
    ahead = or_(col(event.captured_at).is_(None), col(event.captured_at) > col(event.recorded_at))
    moment: Any = case((ahead, col(event.recorded_at)), else_=col(event.captured_at))
    ids = [line.id for some in desk.lines.values() for line in some.values()]
    statement = (
        pick(event.attendance_id, func.max(moment))
        .where(col(event.attendance_id).in_(ids))
        .group_by(col(event.attendance_id))
    )
    found = work.session.execute(statement.execution_options(scoped="of reached lines"))
    return dict(found.all())


def _device_of(work: Work) -> bytes | None:
    asked = {"session": work.actor.session_id}
    digest: bytes | None = work.session.execute(_DEVICE, asked).scalar_one_or_none()
    return digest


def _others_on(
    work: Work, device_digest: bytes | None, meeting_ids: Collection[UUID]
) -> dict[UUID, int]:
    asked = {
        "meetings": list(meeting_ids),
        "device": device_digest,
        "member": work.actor.member_id,
    }
    return dict(work.session.execute(_OTHERS, asked).all())


# Every check-in asks these, so they are built once: building one costs more than asking it.
_IN_MEETINGS = col(CheckIn.meeting_id).in_(bindparam("meetings", expanding=True))
_MEMBERS: Any = bindparam("members", expanding=True)
_PAST = (
    select(CheckIn)
    .where(
        or_(
            col(CheckIn.id).in_(bindparam("ids", expanding=True)),
            and_(
                _IN_MEETINGS,
                or_(
                    col(CheckIn.account_id) == bindparam("account"),
                    col(CheckIn.member_id).in_(_MEMBERS),
                ),
            ),
        )
    )
    .execution_options(scoped="of reached meetings, or by its id")
)
_LINES = (
    lines.shown(pick(*lines.COLUMNS))
    .where(
        col(Attendance.meeting_id) == bindparam("meeting"), col(Attendance.member_id).in_(_MEMBERS)
    )
    .execution_options(scoped="of a reached meeting")
)
_DEVICE = select(AccountSession.device_digest).where(col(AccountSession.id) == bindparam("session"))
_OTHERS = (
    pick(CheckIn.meeting_id, func.count(func.distinct(CheckIn.member_id)))
    .where(
        _IN_MEETINGS,
        col(CheckIn.device_digest) == bindparam("device"),
        col(CheckIn.method).in_(OWN),
        col(CheckIn.status) != CheckInStatus.REFUSED,
        col(CheckIn.member_id) != bindparam("member"),
    )
    .group_by(col(CheckIn.meeting_id))
    .execution_options(scoped="of reached meetings")
)
