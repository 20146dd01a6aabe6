"""What every paper of a meeting shares: its head, its template, and how facts read on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from app.core import numbers
from app.core.clock import local_date
from app.core.errors import Conflict
from app.models import (
    AbsenceReason,
    AbsenceStatus,
    AttendanceEvent,
    AttendanceStatus,
    Guest,
    Meeting,
    Organization,
    PaperKind,
)
from app.papers import contexts
from app.policies.permissions import Permission
from app.schemas.minutes import MinutesTotals, SelfRating
from app.services import templates
from app.services.sheets import Line
from app.work import Work

_PLACE = re.compile(r"Đảng (?:bộ|ủy) (?:xã|phường|thị trấn|đặc khu) (.+)")
_UNKNOWN = "…"
#: What nobody has told, to be filled in by hand.
BLANK = "……………………"
REASONS = {
    AbsenceReason.BUSINESS: "Công tác",
    AbsenceReason.HEALTH: "Sức khỏe",
    AbsenceReason.FAMILY: "Việc gia đình",
    AbsenceReason.OTHER: "Lý do khác",
}
RATINGS = {
    SelfRating.GOOD: "Tốt",
    SelfRating.FAIR: "Khá",
    SelfRating.AVERAGE: "Trung bình",
    SelfRating.POOR: "Kém",
}
_NAMES = {
    PaperKind.MINUTES: "bien-ban",
    PaperKind.RESOLUTION: "nghi-quyet",
    PaperKind.ATTENDANCE_LIST: "danh-sach-diem-danh",
}


class TemplateFailed(Conflict):
    code = "template_failed"
    vi = "Mẫu văn bản không dùng được cho cuộc họp này; hãy báo văn phòng."
    en = "The template cannot take what this meeting says; tell the office."


class PaperTooLarge(Conflict):
    code = "paper_too_large"
    vi = "Văn bản quá dài, không in ra PDF được; hãy tải bản Word."
    en = "The paper is too long to be set as PDF; take it as a Word file."


@dataclass(frozen=True)
class Manuscript:
    """All that a paper is made of; making it takes a while and needs no database."""

    name: str
    template: bytes
    paper: contexts.Paper


def lay_out(
    work: Work, cell: Organization, meeting: Meeting, kind: PaperKind, paper: contexts.Paper
) -> Manuscript:
    day = local_date(meeting.starts_at)
    template = b"".join(templates.in_force(work, cell, kind, day))
    return Manuscript(f"{_NAMES[kind]}-{day}", template, paper)


def head_of(
    work: Work, cell: Organization, number: int | None, form: str, day: date
) -> contexts.Letterhead:
    """`form` is the short sign of the paper's kind: BB, NQ, DS."""
    parent = work.session.get(
        Organization, cell.parent_id, execution_options={"scoped": "named on a cell's paper"}
    )
    above = parent.name if parent else ""
    place = _PLACE.fullmatch(above)
    written = f"{number:02}" if number is not None else _UNKNOWN
    return contexts.Letterhead(
        parent=above,
        cell=cell.name,
        number=f"{written}-{form}/CB",
        place=place[1] if place else _UNKNOWN,
        day=numbers.long_day(day),
    )


def cell_of(work: Work, meeting: Meeting) -> Organization:
    return work.fetch(Permission.ORGANIZATION_READ, Organization, meeting.organization_id)


def totals_of(counts: MinutesTotals) -> contexts.Totals:
    return contexts.Totals(
        summoned=counts.summoned,
        official=counts.official,
        probationary=counts.probationary,
        temporary=counts.temporary,
        present=counts.present,
        absent=counts.absent_excused + counts.absent_unexcused,
        absent_excused=counts.absent_excused,
        absent_unexcused=counts.absent_unexcused,
        exempt=counts.exempt,
        unmarked=counts.unmarked,
        attendance=numbers.share(counts.present, counts.summoned),
    )


def reasons_of(work: Work, meeting: Meeting, sheet: Sequence[Line]) -> dict[UUID, str]:
    """Why each member is away who is excused: as was accepted, else as was written with the mark.

    Of who is not excused nothing is said, whatever they have reported.
    """
    events = (
        select(AttendanceEvent.member_id, AttendanceEvent.reason)
        .where(
            AttendanceEvent.meeting_id == meeting.id,
            AttendanceEvent.status == AttendanceStatus.ABSENT_EXCUSED,
        )
        .order_by(func.coalesce(AttendanceEvent.line_version, 0), col(AttendanceEvent.id))
    )
    written: dict[UUID, str | None] = {
        said.member_id: said.reason for said in records(work, events)
    }
    return {
        line.member_id: _accepted_reason(line) or written.get(line.member_id) or ""
        for line in sheet
        if line.status is AttendanceStatus.ABSENT_EXCUSED
    }


def _accepted_reason(line: Line) -> str | None:
    report = line.absence_report
    if report is None or report.status is not AbsenceStatus.ACCEPTED:
        return None
    return REASONS[report.reason]


def guests_of(work: Work, meeting: Meeting) -> Sequence[Guest]:
    statement = select(Guest).where(
        Guest.meeting_id == meeting.id, col(Guest.withdrawn_at).is_(None)
    )
    return all_of(work, statement.order_by(col(Guest.id)))


def guest_of(guest: Guest) -> contexts.Guest:
    return contexts.Guest(full_name=guest.full_name, position=guest.position or "", came_at="")


def all_of(work: Work, statement: Any) -> Sequence[Any]:
    rows: Sequence[Any] = records(work, statement).scalars().all()
    return rows


def records(work: Work, statement: Any) -> Any:
    return work.session.execute(statement.execution_options(scoped="of a reached meeting"))
