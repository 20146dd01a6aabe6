"""A cell's year: each month as it was counted, and how often each of its members came."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, or_, select

from app.core.clock import day_starts_at
from app.core.errors import Invalid
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Figure,
    Meeting,
    MeetingKind,
    Member,
    Membership,
    Organization,
    OrganizationKind,
    ReportKind,
)
from app.policies.permissions import Permission
from app.schemas.reports import ReportCreate
from app.services import counters
from app.services.report_drafts import Draft, expect_proof, head_of, year_of
from app.services.statements import table
from app.work import Work
from app.workbooks.listings import Cell, Column, ColumnKind

_S, _K = AttendanceStatus, ColumnKind
_MONTHS: Final = (
    Column("Tháng"),
    Column("Sinh hoạt thành công", width=18),
    Column("Đúng hạn, đủ tiêu chí", width=18),
    Column("Triệu tập", _K.NUMBER),
    Column("Có mặt", _K.NUMBER),
    Column("Tỷ lệ có mặt", _K.SHARE),
    Column("Vắng có lý do", _K.NUMBER),
    Column("Vắng không lý do", _K.NUMBER),
)
_MEMBERS: Final = (
    Column("Họ và tên", width=30),
    Column("Ngày vào Đảng", _K.DAY),
    Column("Triệu tập", _K.NUMBER),
    Column("Có mặt", _K.NUMBER),
    Column("Tỷ lệ có mặt", _K.SHARE),
    Column("Vắng có lý do", _K.NUMBER),
    Column("Vắng không lý do", _K.NUMBER),
    Column("Số tháng vắng không lý do", _K.NUMBER, width=18),
)


def compose(work: Work, data: ReportCreate) -> Draft:
    if data.organization_id is None or data.year is None:
        raise TypeError("a cell's year is of a cell and of a year")
    cell = work.fetch(Permission.REPORT_READ, Organization, data.organization_id)
    expect_proof(work, data.kind)
    if cell.kind is not OrganizationKind.CELL:
        raise Invalid.at(
            "/organization_id",
            "not_a_cell",
            "Tổ chức này không phải là chi bộ.",
            "This is no cell.",
        )
    span = year_of(data.year)
    figures = _figures(work, cell, span.months)
    met = sum(each.cells_met for each in figures)
    on_time = sum(each.cells_met_on_time for each in figures)
    content = {
        **head_of(work, cell, span),
        "title": f"Tình hình sinh hoạt của chi bộ năm {data.year}",
        "facts": [
            ["Chi bộ", f"{cell.name} ({cell.code})"],
            ["Số tháng sinh hoạt thành công", f"{met}/{len(figures)}"],
            ["Số tháng đúng hạn, đủ tiêu chí", f"{on_time}/{len(figures)}"],
        ],
        "tables": [
            table("Theo tháng", _MONTHS, (_month(each) for each in figures)),
            table("Theo đảng viên", _MEMBERS, _members(work, cell, data.year)),
        ],
    }
    return Draft(ReportKind.CELL_YEAR, cell.id, span, content)


def _figures(work: Work, cell: Organization, months: Sequence[str]) -> Sequence[Figure]:
    """Of the months in which the cell was counted."""
    statement = select(Figure).where(
        Figure.organization_id == cell.id, col(Figure.period).in_(months), Figure.cells > 0
    )
    rows = work.session.exec(_scoped(statement.order_by(col(Figure.period))))
    found: Sequence[Figure] = rows.all()
    return found


def _month(each: Figure) -> tuple[Cell, ...]:
    return (
        f"{each.period[5:]}/{each.period[:4]}",
        "Có" if each.cells_met else "Không",
        "Có" if each.cells_met_on_time else "Không",
        each.summoned,
        each.present,
        (each.present, each.summoned),
        each.excused,
        each.unexcused,
    )


def _members(work: Work, cell: Organization, year: int) -> Iterator[tuple[Cell, ...]]:
    """Everybody who belonged to the cell in the year or stood on one of its sheets, by name."""
    lines = _lines(work, cell, year)
    members = _people(work, cell, year, lines)
    since = day_starts_at(date(year, 1, 1))
    marks = counters.regular_marks(
        work, col(Attendance.member_id).in_([member.id for member in members]), since
    )
    for member in members:
        counts = lines.get(member.id, Counter())
        summoned = sum(number for status, number in counts.items() if status is not _S.EXEMPT)
        yield (
            member.full_name,
            member.admitted_on,
            summoned,
            counts[_S.PRESENT],
            (counts[_S.PRESENT], summoned),
            counts[_S.ABSENT_EXCUSED],
            counts[_S.ABSENT_UNEXCUSED],
            counters.unexcused_months(marks.get(member.id, []), year),
        )


def _lines(work: Work, cell: Organization, year: int) -> Mapping[UUID, Counter[AttendanceStatus]]:
    """How each member was marked at the cell's own regular meetings."""
    statement = (
        pick(Attendance.member_id, Attendance.status)
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .where(
            col(Meeting.organization_id) == cell.id,
            col(Meeting.kind) == MeetingKind.REGULAR,
            col(Meeting.status).in_(HELD_STATUSES),
            col(Meeting.starts_at) >= day_starts_at(date(year, 1, 1)),
            col(Meeting.starts_at) < day_starts_at(date(year + 1, 1, 1)),
        )
    )
    found: dict[UUID, Counter[AttendanceStatus]] = defaultdict(Counter)
    for member_id, status in work.session.execute(_scoped(statement)):
        found[member_id][status] += 1
    return found


def _people(
    work: Work, cell: Organization, year: int, lines: Mapping[UUID, Any]
) -> Sequence[Member]:
    belonged = select(Membership.member_id).where(
        Membership.organization_id == cell.id,
        Membership.valid_from < date(year + 1, 1, 1),
        or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) > date(year, 1, 1)),
    )
    of_cell = or_(col(Member.id).in_(belonged), col(Member.id).in_(list(lines)))
    statement = select(Member).where(of_cell).order_by(col(Member.sort_key), col(Member.id))
    found: Sequence[Member] = work.session.exec(_scoped(statement)).all()
    return found


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="of a fetched cell")
