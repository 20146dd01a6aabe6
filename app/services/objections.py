"""A member objects to the own mark; the cell accepts, which corrects the sheet, or declines."""

from datetime import datetime, timedelta
from textwrap import shorten
from uuid import UUID

from sqlmodel import col, exists, select

from app.core.clock import local_date
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.paging import Filters, Order, Page
from app.core.versions import ANY_VERSION
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Meeting,
    Member,
    NotificationKind,
    Objection,
    ObjectionStatus,
    Organization,
    RosterReason,
)
from app.policies.permissions import Permission
from app.schemas.attendances import AttendanceMark, AttendanceMarks
from app.schemas.objections import (
    ObjectionAccept,
    ObjectionCreate,
    ObjectionDecline,
    ObjectionQuery,
)
from app.schemas.settings import Rules
from app.services import attendances, branches, notices, period_locks, rules
from app.services.notices import Notice
from app.work import Work

_REASON_LENGTH = 500
_OF_LINE = "of a reached line"
NEWEST_FIRST = Order((col(Objection.id),), descending=True)
FILTERS: Filters = {
    "meeting_id": lambda meeting_id: col(Objection.meeting_id) == meeting_id,
    "status": lambda statuses: col(Objection.status).in_(statuses),
}


class MeetingNotHeld(Conflict):
    code = "meeting_not_held"
    vi = "Chỉ kiến nghị được về cuộc họp đã kết thúc."
    en = "Marks are objected to once the meeting has ended."


class NotMarked(Conflict):
    code = "not_marked"
    vi = "Chưa được điểm danh."
    en = "The line is not marked yet."


class TooLate(Conflict):
    code = "too_late"
    vi = "Đã hết thời hạn kiến nghị."
    en = "The days for objecting are over."


class AlreadyPending(Conflict):
    vi = "Đã có kiến nghị đang chờ giải quyết."
    en = "An objection to this line is waiting already."


class OwnObjection(Forbidden):
    code = "own_objection"
    vi = "Không tự giải quyết kiến nghị của chính mình."
    en = "Nobody decides an objection of their own."


def search(work: Work, query: ObjectionQuery) -> Page[Objection]:
    statement = branches.within(work, Permission.OBJECTION_READ, Objection, query.organization_id)
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, objection_id: UUID) -> Objection:
    return work.fetch(Permission.OBJECTION_READ, Objection, objection_id)


def create(work: Work, data: ObjectionCreate) -> Objection:
    line = work.fetch(Permission.OBJECTION_CREATE, Attendance, data.attendance_id)
    meeting = _meeting_of(work, line)
    _check_line(work, line, meeting)
    _check_claim(line, data.claimed)
    if _is_waiting(work, line):
        raise AlreadyPending
    objection = work.add(
        Objection(
            organization_id=line.organization_id,
            member_id=line.member_id,
            meeting_id=meeting.id,
            marked=line.status,
            created_at=work.now,
            **data.model_dump(),
        )
    )
    work.record("objection.created", objection, marked=line.status, claimed=data.claimed)
    _tell_leaders(work, objection, meeting)
    return objection


def accept(work: Work, objection_id: UUID, data: ObjectionAccept) -> Objection:
    """Only while the sheet is in the cell's hands; the correction tells its reason."""
    objection = _take(work, Permission.OBJECTION_DECIDE, objection_id, "accept")
    reason = f"Theo kiến nghị của đảng viên: {objection.text}"
    corrected = AttendanceMark(
        member_id=objection.member_id,
        status=objection.claimed,
        reason=shorten(reason, _REASON_LENGTH, placeholder="…"),
    )
    marks = AttendanceMarks(lines=[corrected])
    attendances.mark(work, objection.meeting_id, marks, ANY_VERSION)
    return _decide(work, objection, data.comment)


def decline(work: Work, objection_id: UUID, data: ObjectionDecline) -> Objection:
    objection = _take(work, Permission.OBJECTION_DECIDE, objection_id, "decline")
    return _decide(work, objection, data.comment)


def withdraw(work: Work, objection_id: UUID) -> Objection:
    objection = _take(work, Permission.OBJECTION_WITHDRAW, objection_id, "withdraw")
    work.record("objection.withdrawn", objection)
    return objection


def open_until(line: Attendance, meeting: Meeting, decided: Rules) -> datetime | None:
    """Until when a line may be objected to; None before it says anything."""
    since = line.marked_at or meeting.ended_at
    if since is None or line.status is AttendanceStatus.UNMARKED:
        return None
    return since + timedelta(days=decided.objection_days)


def _check_line(work: Work, line: Attendance, meeting: Meeting) -> None:
    if meeting.status not in HELD_STATUSES:
        raise MeetingNotHeld
    cell_of = select(Organization).where(col(Organization.id) == meeting.organization_id)
    cell = work.session.exec(cell_of.execution_options(scoped=_OF_LINE)).one()
    decided = rules.of(work.session, cell, local_date(meeting.starts_at))
    until = open_until(line, meeting, decided)
    if until is None:
        raise NotMarked
    if work.now > until:
        raise TooLate(until=until.isoformat())


def _check_claim(line: Attendance, claimed: AttendanceStatus) -> None:
    """Something else than the line says, and what may be said of it."""
    is_exempt = line.roster_reason is RosterReason.EXEMPT
    if claimed is line.status or (is_exempt and claimed is not AttendanceStatus.PRESENT):
        raise Invalid.at(
            "/claimed",
            "wrong_for_line",
            "Không dùng được cho lần điểm danh này.",
            "Cannot be claimed of this line.",
        )


def _meeting_of(work: Work, said: Attendance | Objection) -> Meeting:
    """The meeting, unless its month is locked."""
    statement = select(Meeting).where(col(Meeting.id) == said.meeting_id)
    meeting = work.session.exec(statement.execution_options(scoped=_OF_LINE)).one()
    period_locks.expect_meeting_open(work, meeting)
    return meeting


def _is_waiting(work: Work, line: Attendance) -> bool:
    waiting = select(Objection.id).where(
        col(Objection.attendance_id) == line.id,
        col(Objection.status) == ObjectionStatus.PENDING,
    )
    statement = select(exists(waiting)).execution_options(scoped=_OF_LINE)
    return bool(work.session.execute(statement).scalar_one())


def _take(work: Work, permission: Permission, objection_id: UUID, verb: str) -> Objection:
    objection = work.fetch(permission, Objection, objection_id)
    is_own = objection.member_id == work.actor.member_id
    if is_own and permission is Permission.OBJECTION_DECIDE:
        raise OwnObjection
    _meeting_of(work, objection)
    return objection.take(verb)


def _decide(work: Work, objection: Objection, comment: str | None) -> Objection:
    objection.comment = comment
    objection.decided_by = work.actor.account_id
    objection.decided_at = work.now
    work.record(f"objection.{objection.status}", objection, reason=comment)
    title = f"Kiến nghị của đồng chí về điểm danh {_DECIDED[objection.status]}"
    notice = Notice(NotificationKind.OBJECTION_DECIDED, objection, title, comment or "")
    notices.tell(work, [objection.member_id], notice)
    return objection


_DECIDED = {
    ObjectionStatus.ACCEPTED: "được chấp nhận",
    ObjectionStatus.DECLINED: "không được chấp nhận",
}


def _tell_leaders(work: Work, objection: Objection, meeting: Meeting) -> None:
    name = select(Member.full_name).where(col(Member.id) == objection.member_id)
    full_name = work.session.exec(name.execution_options(scoped=_OF_LINE)).one()
    title = f"{full_name} kiến nghị về điểm danh: {meeting.title}"
    notice = Notice(NotificationKind.OBJECTION_RAISED, objection, title, objection.text)
    notices.tell(work, notices.secretaries_of(work, objection.organization_id), notice)
