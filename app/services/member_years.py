"""A member's year: every meeting with the mark, and what it amounts to."""

from typing import Final

from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.selects import pick
from app.models import Attendance, Meeting, Member, Organization, ReportKind
from app.papers import words
from app.policies.permissions import Permission
from app.schemas.own_attendances import OwnAttendance, OwnCounters
from app.schemas.reports import ReportCreate
from app.services import member_views, own_attendances
from app.services.report_drafts import Draft, head_of, year_of
from app.services.statements import table
from app.work import Work
from app.workbooks.listings import Cell, Column, ColumnKind

_MEETINGS: Final = (
    Column("Ngày", ColumnKind.DAY),
    Column("Chi bộ", width=26),
    Column("Loại", width=14),
    Column("Nội dung", width=36),
    Column("Điểm danh", width=18),
    Column("Đến muộn", width=10),
)


def compose(work: Work, data: ReportCreate) -> Draft:
    """For whoever reports on the member's cell."""
    if data.member_id is None or data.year is None:
        raise TypeError("a member's year is of a member and of a year")
    member = work.fetch(Permission.REPORT_READ, Member, data.member_id)
    return _compose(work, member, data.year)


def compose_own(work: Work, year: int) -> Draft:
    """For the member alone, who needs no office; `NotFound` for an account without one."""
    if work.actor.member_id is None:
        raise NotFound
    member = work.fetch(Permission.MEMBER_READ, Member, work.actor.member_id)
    return _compose(work, member, year)


def _compose(work: Work, member: Member, year: int) -> Draft:
    cell, span = _cell_of(work, member), year_of(year)
    # In whatever cell it was: by Điều lệ 8.1 a year counts across a transfer.
    lines = (
        pick(Attendance, Meeting, Organization)
        .where(col(Attendance.member_id) == member.id)
        .execution_options(scoped="of a fetched member")
    )
    told = own_attendances.of_year(work, lines, member.id, year)
    content = {
        **head_of(work, cell, span),
        "title": f"Phiếu theo dõi sinh hoạt của đảng viên năm {year}",
        "facts": [
            ["Họ và tên", member.full_name],
            ["Chi bộ đang sinh hoạt", cell.name],
            *_facts(told.counters),
        ],
        "tables": [table("Các buổi sinh hoạt", _MEETINGS, map(_row, reversed(told.items)))],
    }
    return Draft(ReportKind.MEMBER_YEAR, cell.id, span, content, member_id=member.id)


def _cell_of(work: Work, member: Member) -> Organization:
    """Of official residence today, or the last one."""
    residence = member_views.residence_on(local_date(work.now))
    statement = (
        pick(Organization)
        .select_from(Member)
        .join(Organization, col(Organization.id) == residence)
        .where(col(Member.id) == member.id)
        .execution_options(scoped="of a fetched member")
    )
    cell: Organization | None = work.session.execute(statement).scalar_one_or_none()
    if cell is None:
        raise NotFound
    return cell


def _facts(counts: OwnCounters) -> list[list[str]]:
    return [
        ["Số buổi sinh hoạt", str(counts.meetings)],
        ["Có mặt", f"{counts.present} (đến muộn: {counts.late})"],
        ["Vắng có lý do", str(counts.excused)],
        ["Vắng không lý do", str(counts.unexcused)],
        ["Số tháng vắng không lý do trong năm", str(counts.unexcused_months)],
        ["Số kỳ gần nhất vắng có lý do liên tiếp", str(counts.excused_in_a_row)],
    ]


def _row(item: OwnAttendance) -> tuple[Cell, ...]:
    meeting = item.meeting
    return (
        local_date(meeting.starts_at),
        meeting.organization.name,
        words.KINDS[meeting.kind],
        meeting.title,
        words.STATUSES[item.status],
        "Có" if item.is_late else "",
    )
