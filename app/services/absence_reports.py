"""An absence is reported, then accepted or declined; it may be withdrawn, and presence wins."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import and_, col, exists, select

from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.models import (
    AbsenceReport,
    AbsenceStatus,
    Attendance,
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    Membership,
    NotificationKind,
    Organization,
)
from app.models.absence_reports import STANDING
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.absence_reports import (
    AbsenceReportCreate,
    AbsenceReportDecide,
    AbsenceReportQuery,
)
from app.schemas.settings import Rules
from app.services import attendances, branches, lines, notices, period_locks, rules
from app.services.notices import Notice
from app.work import Work

_S = MeetingStatus
#: While a meeting stands so, absences may be reported.
AWAITED = (_S.SCHEDULED, _S.POSTPONED, _S.OPEN)
#: From here on what was reported is part of what was submitted.
SETTLED = (_S.SUBMITTED, _S.ACCEPTED)
#: What the line of a member says to a report that nobody decided; without a line it has no object.
BY_LINE = {
    AttendanceStatus.PRESENT: AbsenceStatus.CAME_ANYWAY,
    AttendanceStatus.ABSENT_EXCUSED: AbsenceStatus.ACCEPTED,
    AttendanceStatus.ABSENT_UNEXCUSED: AbsenceStatus.DECLINED,
    AttendanceStatus.EXEMPT: AbsenceStatus.ACCEPTED,
}
NEWEST_FIRST = Order((col(AbsenceReport.id),), descending=True)
FILTERS: Filters = {
    "meeting_id": lambda meeting_id: col(AbsenceReport.meeting_id) == meeting_id,
    "status": lambda statuses: col(AbsenceReport.status).in_(statuses),
}


class AlreadyReported(Conflict):
    vi = "Đã có báo vắng cho cuộc họp này."
    en = "An absence from this meeting is reported already."


class AlreadyPresent(Conflict):
    code = "already_present"
    vi = "Đã được điểm danh có mặt trong cuộc họp này."
    en = "Is marked present at this meeting."


class MeetingNotAwaited(Conflict):
    code = "meeting_not_awaited"
    vi = "Chỉ báo vắng được cho cuộc họp đã lên lịch và chưa kết thúc."
    en = "Absences are reported for meetings that are scheduled and have not ended."


class MeetingSubmitted(Conflict):
    code = "meeting_submitted"
    vi = "Cuộc họp đã nộp; báo vắng không đổi được nữa."
    en = "The meeting was submitted, and its absence reports with it."


def search(work: Work, query: AbsenceReportQuery) -> Page[AbsenceReport]:
    statement = branches.within(
        work, Permission.ABSENCE_REPORT_READ, AbsenceReport, query.organization_id
    )
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, absence_report_id: UUID) -> AbsenceReport:
    return work.fetch(Permission.ABSENCE_REPORT_READ, AbsenceReport, absence_report_id)


def create(work: Work, data: AbsenceReportCreate) -> AbsenceReport:
    """One's own, for a meeting one may see; or on behalf of a member of one's cell."""
    member_id = data.member_id or work.actor.member_id
    is_own = member_id is not None and member_id == work.actor.member_id
    permission = Permission.MEETING_READ if is_own else Permission.ABSENCE_REPORT_CREATE
    meeting = work.fetch(permission, Meeting, data.meeting_id)
    lines.hold(work, meeting)  # against a check-in at the same moment
    member_id = _expect_awaited(work, meeting, member_id)
    decided = _rules_of(work, meeting)
    cut_off = meeting.starts_at - timedelta(hours=decided.absence_cut_off_hours)
    report = work.add(
        AbsenceReport(
            organization_id=meeting.organization_id,
            meeting_id=meeting.id,
            member_id=member_id,
            reason=data.reason,
            text=data.text,
            is_late=work.now > cut_off,
            created_at=work.now,
            recorded_by=None if is_own else work.actor.account_id,
        )
    )
    work.record("absence_report.created", report)
    if report.reason in decided.accepted_reasons and not report.is_late:
        report.take("accept").decided_at = work.now
        work.record("absence_report.accepted", report, by_rule=True)
        _tell_decision(work, meeting, report)
    else:
        _tell_leaders(work, meeting, report)
    attendances.renew(work, meeting.id)
    return report


def accept(work: Work, absence_report_id: UUID, data: AbsenceReportDecide) -> AbsenceReport:
    """Suggests a mark on the sheet, and never makes it."""
    return _decide(work, absence_report_id, data, "accept")


def decline(work: Work, absence_report_id: UUID, data: AbsenceReportDecide) -> AbsenceReport:
    return _decide(work, absence_report_id, data, "decline")


def withdraw(work: Work, absence_report_id: UUID) -> AbsenceReport:
    report = _take(work, Permission.ABSENCE_REPORT_WITHDRAW, absence_report_id, "withdraw")
    _unsettled(work, report)
    work.record("absence_report.withdrawn", report)
    return report


def settle(work: Work, meeting: Meeting) -> None:
    """Decide what is pending of a meeting that is handed up or called off, as its sheet says."""
    pending = _pending(work, meeting)
    for report, status in pending:
        report.status = BY_LINE.get(status, AbsenceStatus.WITHDRAWN)
        work.record(f"absence_report.{report.status}", report, because=meeting.status)
        if report.status in (AbsenceStatus.ACCEPTED, AbsenceStatus.DECLINED):
            report.decided_by, report.decided_at = work.actor.account_id, work.now
            _tell_decision(work, meeting, report)
    if pending:
        attendances.renew(work, meeting.id)


def expect_open(work: Work, report: AbsenceReport) -> None:
    """Standing, and of a meeting that was not handed up."""
    if report.status not in STANDING:
        raise InvalidTransition(allowed=report.allowed())
    _unsettled(work, report)


def _unsettled(work: Work, report: AbsenceReport) -> Meeting:
    """Its meeting, unless that was handed up, or its month is locked."""
    statement = select(Meeting).where(col(Meeting.id) == report.meeting_id)
    scoped = statement.execution_options(scoped="of a reached report")
    meeting: Meeting = work.session.execute(scoped).scalar_one()
    period_locks.expect_meeting_open(work, meeting)
    if meeting.status in SETTLED:
        raise MeetingSubmitted
    return meeting


def _expect_awaited(work: Work, meeting: Meeting, member_id: UUID | None) -> UUID:
    """The member, who may still be reported absent from the meeting."""
    if meeting.status not in AWAITED:
        raise MeetingNotAwaited
    if member_id is None or not _belongs(work, meeting, member_id):
        raise Invalid.at(
            "/member_id",
            "not_a_member",
            "Không sinh hoạt tại chi bộ này vào ngày họp.",
            "Does not belong to this cell on the day of the meeting.",
        )
    if _is_present(work, meeting.id, member_id):
        raise AlreadyPresent
    if _is_reported(work, meeting, member_id):
        raise AlreadyReported
    return member_id


def _pending(work: Work, meeting: Meeting) -> Sequence[Any]:
    """Each report with what the line of its member says, if there is one."""
    of_member = and_(
        col(Attendance.meeting_id) == col(AbsenceReport.meeting_id),
        col(Attendance.member_id) == col(AbsenceReport.member_id),
    )
    statement = (
        pick(AbsenceReport, Attendance.status)
        .outerjoin(Attendance, of_member)
        .where(
            col(AbsenceReport.meeting_id) == meeting.id,
            col(AbsenceReport.status) == AbsenceStatus.PENDING,
        )
        .order_by(col(AbsenceReport.id))
    )
    return work.session.execute(statement.execution_options(scoped="of a reached meeting")).all()


def _rules_of(work: Work, meeting: Meeting) -> Rules:
    """What the committees decided for the day of the meeting."""
    statement = select(Organization).where(col(Organization.id) == meeting.organization_id)
    scoped = statement.execution_options(scoped="of a reached meeting")
    cell = work.session.execute(scoped).scalar_one()
    return rules.of(work.session, cell, local_date(meeting.starts_at))


def _decide(
    work: Work, absence_report_id: UUID, data: AbsenceReportDecide, verb: str
) -> AbsenceReport:
    report = _take(work, Permission.ABSENCE_REPORT_DECIDE, absence_report_id, verb)
    meeting = _unsettled(work, report)
    if verb == "accept" and _is_present(work, meeting.id, report.member_id):
        raise AlreadyPresent
    report.comment = data.comment
    report.decided_by = work.actor.account_id
    report.decided_at = work.now
    work.record(f"absence_report.{report.status}", report)
    _tell_decision(work, meeting, report)
    return report


def _take(work: Work, permission: Permission, absence_report_id: UUID, verb: str) -> AbsenceReport:
    report = work.fetch(permission, AbsenceReport, absence_report_id)
    attendances.renew(work, report.meeting_id)  # first: a check-in holds the meeting, then this
    work.session.refresh(report)
    return report.take(verb)


def _tell_leaders(work: Work, meeting: Meeting, report: AbsenceReport) -> None:
    """Neither who nor why: the report says that to whoever may read it."""
    title = "Báo vắng muộn chờ xem xét" if report.is_late else "Báo vắng chờ xem xét"
    leaders = notices.secretaries_of(work, meeting.organization_id)
    notice = Notice(NotificationKind.ABSENCE_REPORTED, report, title, notices.named(meeting))
    notices.tell(work, leaders, notice)


def _tell_decision(work: Work, meeting: Meeting, report: AbsenceReport) -> None:
    is_accepted = report.status is AbsenceStatus.ACCEPTED
    title = "Báo vắng được chấp nhận" if is_accepted else "Báo vắng không được chấp nhận"
    body = notices.named(meeting) + (f"\nÝ kiến: {report.comment}" if report.comment else "")
    notice = Notice(NotificationKind.ABSENCE_DECIDED, report, title, body)
    notices.tell(work, [report.member_id], notice)


def _belongs(work: Work, meeting: Meeting, member_id: UUID) -> bool:
    """By residence or for a time, on the day on which the meeting starts."""
    membership = select(Membership.id).where(
        Membership.organization_id == meeting.organization_id,
        Membership.member_id == member_id,
        *valid_on(Membership, local_date(meeting.starts_at)),
    )
    return _answer(work, membership)


def _is_present(work: Work, meeting_id: UUID, member_id: UUID) -> bool:
    line = select(Attendance.id).where(
        Attendance.meeting_id == meeting_id,
        Attendance.member_id == member_id,
        Attendance.status == AttendanceStatus.PRESENT,
    )
    return _answer(work, line)


def _is_reported(work: Work, meeting: Meeting, member_id: UUID) -> bool:
    standing = select(AbsenceReport.id).where(
        AbsenceReport.meeting_id == meeting.id,
        AbsenceReport.member_id == member_id,
        col(AbsenceReport.status).in_(STANDING),
    )
    return _answer(work, standing)


def _answer(work: Work, rows: Any) -> bool:
    """Whether there are any."""
    statement = select(exists(rows)).execution_options(scoped="of a reached meeting")
    return bool(work.session.execute(statement).scalar_one())
