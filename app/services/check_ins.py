"""Somebody comes to a meeting: at once, or as a device tells it later and a leader confirms it.

Every attempt is kept, also one that is refused.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.models import Account, Attendance, AttendanceStatus, CheckIn, Meeting, Member
from app.policies.permissions import Permission
from app.schemas.check_ins import (
    CheckInBatch,
    CheckInCreate,
    CheckInItem,
    CheckInQuery,
    CheckInRead,
)
from app.services import attempts, attendances, desks, lines, period_locks, rooms
from app.services.attempts import SOURCES, Outcome
from app.work import Work

LATE = "Điểm danh ngoại tuyến được xác nhận."
NEWEST_FIRST = Order((col(CheckIn.received_at), col(CheckIn.id)), descending=True)
_SENDER = aliased(Member)
_SENDERS_NAME = func.coalesce(_SENDER.full_name, Account.staff_name)
FILTERS: Filters = {
    "meeting_id": lambda meeting_id: col(CheckIn.meeting_id) == meeting_id,
    "status": lambda statuses: col(CheckIn.status).in_(statuses),
}


def search(work: Work, query: CheckInQuery) -> Page[CheckInRead]:
    """Every attempt at a meeting, the refused ones with their reason."""
    work.fetch(Permission.CHECK_IN_READ, Meeting, query.meeting_id)
    statement = (
        work.within_reach(
            Permission.CHECK_IN_READ, CheckIn, CheckIn, Member.full_name, _SENDERS_NAME
        )
        .outerjoin(Member, col(Member.id) == CheckIn.member_id)
        .join(Account, col(Account.id) == CheckIn.account_id)
        .outerjoin(_SENDER, col(_SENDER.id) == Account.member_id)
    )
    return work.search(statement, query, FILTERS, NEWEST_FIRST, lambda record: _view(*record[:3]))


def get(work: Work, check_in_id: UUID) -> CheckInRead:
    """Also to whoever sent it, and to whoever came by it."""
    own = [col(CheckIn.account_id) == work.actor.account_id]
    if work.actor.member_id is not None:
        own.append(col(CheckIn.member_id) == work.actor.member_id)
    statement = pick(CheckIn).where(col(CheckIn.id) == check_in_id, or_(*own))
    row: CheckIn | None = work.session.execute(
        statement.execution_options(scoped="one's own")
    ).scalar_one_or_none()
    return _named(work, row or work.fetch(Permission.CHECK_IN_READ, CheckIn, check_in_id))


def show(work: Work, outcome: Outcome) -> CheckInRead | None:
    """The row of an outcome, with the names that are known already."""
    if outcome.row is None:
        return None
    return _view(outcome.row, outcome.full_name, _sender_of(work, outcome.row, outcome.full_name))


def create(work: Work, meeting_id: UUID, data: CheckInCreate) -> Outcome:
    """Judged by the server's clock alone; a second scan of who came already is no error."""
    item = CheckInItem(meeting_id=meeting_id, **data.model_dump())
    desk = desks.lay(work, [item])
    outcome = attempts.take(work, desk, item, is_upload=False)
    desks.clear(work, desk)
    return outcome


def create_batch(work: Work, data: CheckInBatch) -> list[Outcome]:
    """All in one transaction, in which no item fails another: what is answered is kept."""
    desk = desks.lay(work, data.items)
    outcomes = [attempts.take(work, desk, item, is_upload=True) for item in data.items]
    desks.clear(work, desk)
    return outcomes


def confirm(work: Work, check_in_id: UUID) -> CheckInRead:
    """From now on it counts; the sheet says since when the member was there."""
    row = work.fetch(Permission.CHECK_IN_DECIDE, CheckIn, check_in_id)
    meeting = work.fetch(Permission.ATTENDANCE_MARK, Meeting, row.meeting_id)
    lines.hold(work, meeting)
    row.take("confirm")
    attendances.expect_writable(meeting)
    statement = work.within_reach(Permission.ATTENDANCE_MARK, Attendance, *lines.COLUMNS).where(
        col(Attendance.meeting_id) == meeting.id, col(Attendance.member_id) == row.member_id
    )
    decided = rooms.rules_of(work, meeting)
    before = lines.read(work, lines.shown(statement), rooms.late_after(meeting, decided))
    given = [
        line.mark(
            AttendanceStatus.PRESENT,
            SOURCES[row.method],
            came_at=row.captured_at,
            captured_at=row.captured_at,
            check_in_id=row.id,
            reason=LATE,
        )
        for line in before.values()
    ]
    lines.write(work, meeting, given, before)
    attendances.recount(work, meeting)
    return _decide(work, row, "check_in.confirmed")


def reject(work: Work, check_in_id: UUID) -> CheckInRead:
    """It never counts, and stays to be seen."""
    row = work.fetch(Permission.CHECK_IN_DECIDE, CheckIn, check_in_id)
    meeting = work.fetch(Permission.ATTENDANCE_MARK, Meeting, row.meeting_id)
    period_locks.expect_meeting_open(work, meeting)
    row.take("reject")
    return _decide(work, row, "check_in.rejected")


def _decide(work: Work, row: CheckIn, action: str) -> CheckInRead:
    row.decided_by, row.decided_at = work.actor.account_id, work.now
    work.record(action, row)
    return _named(work, row)


def _named(work: Work, row: CheckIn) -> CheckInRead:
    statement = select(Member.full_name).where(col(Member.id) == row.member_id)
    scoped = statement.execution_options(scoped="of a reached check-in")
    full_name = work.session.execute(scoped).scalar_one_or_none()
    return _view(row, full_name, _sender_of(work, row, full_name))


def _sender_of(work: Work, row: CheckIn, full_name: str | None) -> str | None:
    """Asked only of what others sent: most come by themselves."""
    if (row.account_id, row.member_id) == (work.actor.account_id, work.actor.member_id):
        return full_name
    sender: str | None = work.session.execute(_NAME, {"account": row.account_id}).scalar_one()
    return sender


def _view(row: CheckIn, full_name: str | None, sender_name: str | None) -> CheckInRead:
    facts = row.model_dump(include={*CheckInRead.model_fields})
    return CheckInRead(
        **facts, full_name=full_name, sent_by=row.account_id, sender_name=sender_name
    )


_NAME: Any = (
    pick(_SENDERS_NAME)
    .select_from(Account)
    .outerjoin(_SENDER, col(_SENDER.id) == Account.member_id)
    .where(col(Account.id) == bindparam("account"))
    .execution_options(scoped="of a reached check-in")
)
