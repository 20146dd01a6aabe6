"""All of a committee as a workbook: its cells, members, meetings and attendance, in typed cells.

Too much to be kept in a row: the workbook itself is kept under its digest, and the report names it.
It is written cell by cell, so that its size costs no memory.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from sqlmodel import and_, col, or_

from app.core import periods
from app.core.clock import LOCAL, local_date
from app.core.confidential import masked
from app.core.selects import pick
from app.files.store import KeptFile, store
from app.models import (
    Attendance,
    Meeting,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    Organization,
    OrganizationKind,
    ReportKind,
    Sex,
    UnitType,
)
from app.models.base import valid_on
from app.papers import words
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.reports import ReportCreate
from app.services import spans
from app.services.report_drafts import Draft, expect_proof, head_of
from app.services.spans import Span
from app.work import Work
from app.workbooks.listings import Cell, Column, ColumnKind, Listing, write_listings

_K = ColumnKind
_LARGEST: Final = 1024**3
#: Cells whose rows are read at once.
_AT_ONCE: Final = 50
_NAME, _CODE = Column("Chi bộ", width=32), Column("Mã chi bộ", width=20)
_CELLS: Final = (
    _CODE,
    _NAME,
    Column("Loại hình", width=20),
    Column("Thành lập", _K.DAY),
    Column("Kết thúc", _K.DAY),
)
_MEMBERS: Final = (
    _CODE,
    _NAME,
    Column("Họ và tên", width=28),
    Column("Giới tính", width=10),
    Column("Sinh ngày", _K.DAY),
    Column("Ngày vào Đảng", _K.DAY),
    Column("Ngày chính thức", _K.DAY),
    Column("Hình thức sinh hoạt", width=18),
    Column("Số thẻ Đảng", width=16),
    Column("Số định danh", width=16),
)
_MEETINGS: Final = (
    _CODE,
    _NAME,
    Column("Ngày", _K.DAY),
    Column("Giờ", width=8),
    Column("Loại", width=14),
    Column("Nội dung", width=36),
    Column("Hình thức", width=26),
    Column("Trạng thái", width=16),
)
_LINES: Final = (
    _CODE,
    _NAME,
    Column("Ngày", _K.DAY),
    Column("Loại", width=14),
    Column("Họ và tên", width=28),
    Column("Diện", width=18),
    Column("Điểm danh", width=18),
)
_SEXES: Final = {Sex.MALE: "Nam", Sex.FEMALE: "Nữ"}
_TYPES: Final = {
    UnitType.RESIDENTIAL: "Khu dân cư",
    UnitType.POLITICAL_OFFICE: "Cơ quan Đảng, Mặt trận, đoàn thể",
    UnitType.STATE_OFFICE: "Cơ quan nhà nước",
    UnitType.PUBLIC_SERVICE: "Đơn vị sự nghiệp công lập",
    UnitType.NON_PUBLIC_SERVICE: "Đơn vị sự nghiệp ngoài công lập",
    UnitType.ARMY: "Quân đội",
    UnitType.POLICE: "Công an",
    UnitType.STATE_ENTERPRISE: "Doanh nghiệp có vốn nhà nước",
    UnitType.PRIVATE_ENTERPRISE: "Doanh nghiệp ngoài nhà nước",
    UnitType.COOPERATIVE: "Hợp tác xã",
    UnitType.ABROAD: "Ngoài nước",
    UnitType.OTHER: "Loại hình khác",
}
_RESIDENCES: Final = {
    MembershipKind.OFFICIAL_RESIDENCE: "Chính thức",
    MembershipKind.TEMPORARY: "Tạm thời",
}
_STATES: Final = {
    MeetingStatus.SCHEDULED: "Đã thông báo",
    MeetingStatus.POSTPONED: "Hoãn",
    MeetingStatus.CANCELLED: "Hủy",
    MeetingStatus.OPEN: "Đang họp",
    MeetingStatus.ENDED: "Đã họp",
    MeetingStatus.SUBMITTED: "Đã gửi",
    MeetingStatus.RETURNED: "Bị trả lại",
    MeetingStatus.ACCEPTED: "Đã duyệt",
}
Row = tuple[Cell, ...]


def compose(work: Work, data: ReportCreate) -> Draft:
    """Whoever may ask for reports, and not only read them: it holds everybody's name."""
    if data.organization_id is None:
        raise TypeError("an export is of a unit")
    unit = work.fetch(Permission.REPORT_CREATE, Organization, data.organization_id)
    expect_proof(work, data.kind)
    span = spans.of(data)
    kept = _write(work, unit, span)
    content = {**head_of(work, unit, span), "file": kept.digest, "size": kept.size}
    return Draft(ReportKind.COMMITTEE, unit.id, span, content)


def _write(work: Work, unit: Organization, span: Span) -> KeptFile:
    cells = _cells(work, unit, span)
    listings = (
        Listing("Chi bộ", _CELLS, map(_cell, cells)),
        Listing("Đảng viên", _MEMBERS, _rows(work, cells, span, _members)),
        Listing("Sinh hoạt", _MEETINGS, _rows(work, cells, span, _meetings)),
        Listing("Điểm danh", _LINES, _rows(work, cells, span, _lines)),
    )
    with _workbook() as path:
        write_listings(path, f"Dữ liệu {unit.name}", listings)
        with path.open("rb") as made:
            return store().keep(made, _LARGEST)


@contextmanager
def _workbook() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder) / "du-lieu.xlsx"


def _cells(work: Work, unit: Organization, span: Span) -> Sequence[Organization]:
    """The cells below, as they stand today, that were there in one of the periods."""
    first, last = periods.first_day(span.months[0]), periods.last_day(span.months[-1])
    statement = work.within_reach(Permission.REPORT_CREATE, Organization).where(
        within_branch(unit.path),
        col(Organization.kind) == OrganizationKind.CELL,
        col(Organization.valid_from) <= last,
        or_(col(Organization.valid_to).is_(None), col(Organization.valid_to) > first),
    )
    found: Sequence[Organization] = (
        work.session.execute(statement.order_by(col(Organization.path))).scalars().all()
    )
    return found


def _cell(cell: Organization) -> Row:
    unit_type = _TYPES[cell.unit_type] if cell.unit_type else ""
    return cell.code, cell.name, unit_type, cell.valid_from, cell.valid_to


Read = Callable[[Work, Sequence[UUID], Span], Iterator[tuple[UUID, Row]]]


def _rows(work: Work, cells: Sequence[Organization], span: Span, read: Read) -> Iterator[Row]:
    """The rows of some cells after those of others, each with its cell before it."""
    rest = iter(cells)
    while some := list(islice(rest, _AT_ONCE)):
        of_cell: dict[UUID, list[Row]] = {cell.id: [] for cell in some}
        for cell_id, row in read(work, list(of_cell), span):
            of_cell[cell_id].append(row)
        for cell in some:
            for row in of_cell[cell.id]:
                yield cell.code, cell.name, *row


def _members(work: Work, cells: Sequence[UUID], span: Span) -> Iterator[tuple[UUID, Row]]:
    """Who belonged to them on the last day that is counted; ids as others see them."""
    day = periods.counted_on(span.months[-1], local_date(work.now))
    statement = (
        pick(Membership.organization_id, Membership.kind, Member)
        .join(Member, col(Member.id) == Membership.member_id)
        .where(col(Membership.organization_id).in_(cells), *valid_on(Membership, day))
        .order_by(col(Member.sort_key), col(Member.id))
    )
    for cell_id, kind, member in work.session.execute(_scoped(statement)):
        yield (
            cell_id,
            (
                member.full_name,
                _SEXES[member.sex] if member.sex else "",
                member.born_on,
                member.admitted_on,
                member.official_on,
                _RESIDENCES[kind],
                masked(member.card_number),
                masked(member.personal_id),
            ),
        )


def _meetings(work: Work, cells: Sequence[UUID], span: Span) -> Iterator[tuple[UUID, Row]]:
    statement = pick(Meeting).where(_announced(cells, span))
    in_order = statement.order_by(col(Meeting.starts_at), col(Meeting.id))
    for meeting in work.session.execute(_scoped(in_order)).scalars():
        yield (
            meeting.organization_id,
            (
                local_date(meeting.starts_at),
                f"{meeting.starts_at.astimezone(LOCAL):%H:%M}",
                words.KINDS[meeting.kind],
                meeting.title,
                words.HELD[meeting.held_as],
                _STATES[meeting.status],
            ),
        )


def _lines(work: Work, cells: Sequence[UUID], span: Span) -> Iterator[tuple[UUID, Row]]:
    statement = (
        pick(
            Meeting.organization_id,
            Meeting.starts_at,
            Meeting.kind,
            Member.full_name,
            Attendance.roster_reason,
            Attendance.status,
        )
        .join(Attendance, col(Attendance.meeting_id) == Meeting.id)
        .join(Member, col(Member.id) == Attendance.member_id)
        .where(_announced(cells, span))
        .order_by(col(Meeting.starts_at), col(Meeting.id), col(Member.sort_key), col(Member.id))
    )
    for cell_id, starts_at, kind, name, reason, status in work.session.execute(_scoped(statement)):
        said = (words.KINDS[kind], name, words.STANDINGS[reason], words.STATUSES[status])
        yield cell_id, (local_date(starts_at), *said)


def _announced(cells: Sequence[UUID], span: Span) -> Any:
    return and_(
        col(Meeting.organization_id).in_(cells),
        col(Meeting.status) != MeetingStatus.DRAFT,
        col(Meeting.starts_at) >= periods.starts_at(span.months[0]),
        col(Meeting.starts_at) < periods.ends_at(span.months[-1]),
    )


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="of cells within reach")
