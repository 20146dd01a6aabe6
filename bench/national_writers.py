"""One of several who record sheets at once, told by lines what to do: `with 10`, `without 10`.

`without` leaves the figures alone: the same reading, judging and writing, and no roll-up. Each line
is answered by how many sheets it recorded. Takes its number and how many there are.
"""

import sys
import time
from contextlib import nullcontext
from itertools import cycle
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlmodel import Session, col, select

from app.core import clock, database, periods
from app.core.selects import pick
from app.core.versions import ANY_VERSION
from app.models import (
    Account,
    Attendance,
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    Office,
    Organization,
)
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.attendances import AttendanceMark, AttendanceMarks
from app.services import attendances, figures
from app.work import Work

#: So many meetings each writes to in turn.
MEETINGS = 40


def main() -> None:
    number, writers = int(sys.argv[1]), int(sys.argv[2])
    with database.reading() as session:
        found = [_evening(session, *row) for row in _meetings(session, number, writers)]
    turns = cycle((one, status) for status in _STATUSES for one in found)
    print("ready", flush=True)
    for line in sys.stdin:
        how, seconds = line.split()
        until, done = time.monotonic() + float(seconds), 0
        while time.monotonic() < until:
            (meeting_id, actor, members), status = next(turns)
            marks = [AttendanceMark(member_id=member, status=status) for member in members]
            sheet = AttendanceMarks(lines=marks)
            _mark(meeting_id, actor, sheet, is_counted=how == "with")
            done += 1
        print(done, flush=True)


_STATUSES = (AttendanceStatus.PRESENT, AttendanceStatus.ABSENT_UNEXCUSED)


def _meetings(session: Session, number: int, writers: int) -> list[Any]:
    """Of the running month, not submitted yet; with the cell's secretary; spread over all cells."""
    running = periods.starts_at(periods.period_at(clock.now()))
    statement = (
        pick(Meeting.id, Organization.path, Account.id, Account.member_id)
        .join(Organization, col(Organization.id) == Meeting.organization_id)
        .join(Office, col(Office.organization_id) == Organization.id)
        .join(Account, col(Account.member_id) == Office.member_id)
        .where(col(Meeting.starts_at) >= running, col(Meeting.status) == MeetingStatus.ENDED)
        .order_by(col(Meeting.id))
        .execution_options(scoped="any meetings will do")
    )
    rows = session.execute(statement).all()
    mine = rows[number::writers]
    return list(mine[:: max(1, len(mine) // MEETINGS)][:MEETINGS])


def _evening(
    session: Session, meeting_id: UUID, path: str, account_id: UUID, member_id: UUID
) -> tuple[UUID, Actor, list[UUID]]:
    held = (Held(Position.CELL_SECRETARY, path), Held(Position.MEMBER, path))
    lines = select(Attendance.member_id).where(Attendance.meeting_id == meeting_id)
    members = session.execute(lines.execution_options(scoped="of its sheet")).scalars()
    return meeting_id, Actor(account_id=account_id, member_id=member_id, held=held), list(members)


def _mark(meeting_id: UUID, actor: Actor, marks: AttendanceMarks, *, is_counted: bool) -> None:
    left_alone = nullcontext() if is_counted else patch.object(figures, "recount", _nothing)
    with left_alone, database.writing() as session:
        attendances.mark(Work(session, actor, clock.now()), meeting_id, marks, ANY_VERSION)


def _nothing(*_: Any) -> None:
    """Instead of a recount."""


if __name__ == "__main__":
    main()
