"""A desk at the door: everything that is needed to judge what devices say of some meetings.

It is laid once for many items, keeps in mind what each of them changes, and is cleared at the end.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_
from sqlmodel import col, func, select

from app.core.selects import pick
from app.models import (
    AccountSession,
    Attendance,
    AttendanceEvent,
    CheckIn,
    CheckInFlag,
    CheckInMethod,
    CheckInRefusal,
    CheckInStatus,
)
from app.schemas.check_ins import CheckInItem
from app.services import attendances, badges, lines, rooms
from app.services.rooms import Room
from app.services.sheets import Line, Mark
from app.work import Work

#: So many wrong codes of one person in one meeting, within so long, and no guess is looked at.
WRONG_CODES, WRONG_WITHIN = 10, timedelta(minutes=5)
#: What a guess looks like; a token that is old was seen, digits of an odd moment need not be.
WRONG = (
    (CheckInMethod.QR, CheckInRefusal.WRONG_CODE),
    (CheckInMethod.DIGITS, CheckInRefusal.WRONG_CODE),
    (CheckInMethod.DIGITS, CheckInRefusal.OLD_CODE),
)
#: So many refusals of one person in one meeting, within so long, and no more are kept.
REFUSALS, REFUSED_WITHIN = 50, timedelta(hours=1)
#: From how many others on a device is shared.
OTHERS_ON_DEVICE = 2
OWN = (CheckInMethod.QR, CheckInMethod.DIGITS)
CAME = (CheckInStatus.ACCEPTED, CheckInStatus.CONFIRMED)


@dataclass
class Desk:
    rooms: Mapping[UUID, Room]
    #: By id: these very items, and all that the actor tried or the members did before.
    past: dict[UUID, CheckIn] = field(default_factory=dict)
    #: Of the other meetings those that the actor may see.
    seen: set[UUID] = field(default_factory=set)
    #: By meeting: how many codes the actor got wrong lately, and how often they were refused.
    wrong: Counter[UUID] = field(default_factory=Counter)
    refused: Counter[UUID] = field(default_factory=Counter)
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
        """The check-in by which a member came; what a leader marked is none."""
        came = (
            row
            for row in self._of(meeting_id, member_id)
            if row.status in CAME and row.method is not CheckInMethod.MARK
        )
        return min(came, key=lambda row: row.received_at, default=None)

    def waiting_of(self, meeting_id: UUID, member_id: UUID | None) -> CheckIn | None:
        """The check-in of a member that is still to be decided."""
        ours = self._of(meeting_id, member_id)
        return next((row for row in ours if row.status is CheckInStatus.AWAITING), None)

    def _of(self, meeting_id: UUID, member_id: UUID | None) -> Iterator[CheckIn]:
        for row in self.past.values():
            if (row.meeting_id, row.member_id) == (meeting_id, member_id):
                yield row

    def line_of(self, meeting_id: UUID, member_id: UUID | None) -> Line | None:
        return self.lines[meeting_id].get(member_id) if member_id else None

    def refusal_of(self, badge: tuple[UUID, int] | None) -> CheckInRefusal | None:
        """Why a badge says nothing; None when it is its member's latest."""
        if badge is None:
            return CheckInRefusal.WRONG_CODE
        member_id, version = badge
        is_latest = self.badges_held.get(member_id) == version
        return None if is_latest else CheckInRefusal.BADGE_REVOKED

    def is_blocked(self, meeting_id: UUID) -> bool:
        """Whether the actor has guessed too often; six digits are not much."""
        return self.wrong[meeting_id] >= WRONG_CODES or self.is_full(meeting_id)

    def is_full(self, meeting_id: UUID) -> bool:
        """Whether enough of the actor's refusals are kept."""
        return self.refused[meeting_id] >= REFUSALS

    def keep(self, work: Work, *rows: CheckIn) -> None:
        for row in rows:
            self.past[row.id] = row
            if row.refusal is None or row.account_id != work.actor.account_id:
                continue
            age = work.now - row.received_at
            is_wrong = (row.method, row.refusal) in WRONG
            self.wrong[row.meeting_id] += is_wrong and age < WRONG_WITHIN
            self.refused[row.meeting_id] += age < REFUSED_WITHIN

    def say(self, work: Work, row: CheckIn, given: Mark) -> None:
        """Keep in mind what a mark makes of its line; a device's own words have one clock."""
        line = self.lines[row.meeting_id][given.member_id]
        by, at = work.actor.account_id, work.now
        self.lines[row.meeting_id][given.member_id] = line.after(given, by, at)
        self.said_at[line.id] = at if row.method in OWN else row.captured_at
        self.marks[row.meeting_id].append(given)


def lay(work: Work, items: Sequence[CheckInItem]) -> Desk:
    meeting_ids = {item.meeting_id for item in items}
    entered = rooms.enter(work, meeting_ids)
    holders = {badge[0] for item in items if (badge := badges.read(item.code or ""))}
    named = {item.member_id for item in items if item.member_id}
    members = holders | named | ({work.actor.member_id} if work.actor.member_id else set())
    desk = Desk(
        rooms=entered,
        seen=rooms.seen(work, meeting_ids - set(entered)),
        badges_held=badges.versions(work, holders),
    )
    desk.keep(work, *_past(work, [item.id for item in items], entered, members))
    for room in entered.values():
        desk.before[room.meeting.id] = _lines_of(work, room, members)
        desk.lines[room.meeting.id] = dict(desk.before[room.meeting.id])
    if named:
        desk.said_at = _said_at(work, desk)
    if any(item.code is not None for item in items):
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
) -> Sequence[CheckIn]:
    asked = {
        "ids": list(ids),
        "meetings": list(meeting_ids),
        "members": list(members),
        "account": work.actor.account_id,
    }
    return work.session.execute(_PAST, asked).scalars().all()


def _lines_of(work: Work, room: Room, members: set[UUID]) -> dict[UUID, Line]:
    asked = {"meeting": room.meeting.id, "members": list(members)}
    return lines.read(work, _LINES, room.late_after, asked)


def _said_at(work: Work, desk: Desk) -> dict[UUID, datetime]:
    event = AttendanceEvent
    ids = [line.id for some in desk.lines.values() for line in some.values()]
    statement = pick(event.attendance_id, event.check_in_id, event.recorded_at).where(
        col(event.attendance_id).in_(ids)
    )
    said: dict[UUID, datetime] = {}
    found = work.session.execute(statement.execution_options(scoped="of reached lines"))
    for line_id, check_in_id, recorded_at in found:
        moment = _moment_of(desk.past.get(check_in_id), recorded_at)
        said[line_id] = max(moment, said.get(line_id, moment))
    return said


def _moment_of(row: CheckIn | None, recorded_at: datetime) -> datetime:
    """Only what a leader's device kept, by a clock not known to be off, was said before it came."""
    if row is None or row.method in OWN or row.status is not CheckInStatus.ACCEPTED:
        return recorded_at
    is_off = CheckInFlag.CLOCK_SKEW in row.flags
    return recorded_at if is_off else min(row.captured_at, recorded_at)


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
