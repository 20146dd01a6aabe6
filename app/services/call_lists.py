"""Whom to call: the list behind a figure with each cell's secretary, to be printed.

What is stored names the secretaries and not their telephones: these are confidential, and are
read from their owners when the list is printed, by the rights of whoever prints it.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.core.clock import local_date
from app.models import AccessWay, NotHeldReason, Organization, Report, ReportKind
from app.policies.permissions import Permission
from app.schemas.dashboards import Measure, MissingItem
from app.schemas.reports import ReportCreate
from app.services import contacts, missing
from app.services.report_drafts import Draft, expect_proof, head_of, span_words
from app.services.spans import Span
from app.services.statements import table
from app.work import Work
from app.workbooks.listings import Cell, Column, ColumnKind, ListTooLong

#: Where the telephone stands, which is left open until the list is printed.
PHONE: Final = 6
#: Nobody calls more, and all of them are kept in one row.
LONGEST: Final = 20_000
_COLUMNS: Final = (
    Column("Mã chi bộ", width=20),
    Column("Chi bộ", width=30),
    Column("Đảng viên", width=26),
    Column("Nội dung còn thiếu", width=26),
    Column("Số lần liên tiếp", ColumnKind.NUMBER, 10),
    Column("Bí thư chi bộ", width=26),
    Column("Điện thoại", width=16),
    Column("Đôn đốc gần nhất", ColumnKind.DAY, 14),
    Column("Kết quả liên hệ", width=24),
)
TITLES: Final = {
    Measure.CELLS_MET: "Chi bộ chưa sinh hoạt thành công",
    Measure.CELLS_MET_ON_TIME: "Chi bộ chưa sinh hoạt đúng hạn, đủ tiêu chí",
    Measure.CELLS_MET_THEMATIC: "Chi bộ chưa sinh hoạt chuyên đề",
    Measure.DOCUMENTS_ON_TIME: "Chi bộ chưa đăng tải tài liệu trước 1 ngày",
    Measure.ACCOUNTS_ACTIVATED: "Đảng viên chưa truy cập tài khoản",
    Measure.ACCOUNTS_ACTIVE: "Đảng viên không sử dụng trong kỳ",
    Measure.ATTENDANCE: "Đảng viên vắng sinh hoạt",
    Measure.QUIZ_PARTICIPATION: "Đảng viên chưa làm bài kiểm tra",
}
_LACKS: Final = {
    "no_meeting": "Chưa có buổi sinh hoạt",
    "no_thematic_meeting": "Chưa sinh hoạt chuyên đề",
    "not_scheduled": "Chưa thông báo lịch",
    "not_held": "Chưa sinh hoạt",
    "not_submitted": "Chưa gửi kết quả",
    "returned": "Bị trả lại",
    "submitted_late": "Gửi kết quả muộn",
    "no_notice": "Chưa gửi thông báo",
    "no_document_in_time": "Chưa có tài liệu trước 1 ngày",
    "minutes_late": "Biên bản muộn",
    "not_scored": "Chưa chấm điểm",
    "not_activated": "Chưa kích hoạt",
    "not_active": "Không sử dụng",
    "unmarked": "Chưa điểm danh",
    "absent_excused": "Vắng có lý do",
    "absent_unexcused": "Vắng không lý do",
}
_REASONS: Final = {
    NotHeldReason.DISASTER: "thiên tai",
    NotHeldReason.TOO_FEW_MEMBERS: "không đủ đảng viên",
    NotHeldReason.LEADERS_ABSENT: "vắng cấp ủy",
    NotHeldReason.REORGANISED: "sắp xếp tổ chức",
    NotHeldReason.OTHER: "lý do khác",
}


def compose(work: Work, data: ReportCreate) -> Draft:
    if data.organization_id is None or data.period is None or data.measure is None:
        raise TypeError("a call list is of a unit, a period and a measure")
    unit = work.fetch(Permission.REPORT_READ, Organization, data.organization_id)
    expect_proof(work, data.kind)
    span = Span([data.period])
    items = missing.listed(work, unit, data.measure, data.period, LONGEST + 1)
    if len(items) > LONGEST:
        raise ListTooLong
    content = {
        **head_of(work, unit, span),
        "title": f"{TITLES[data.measure]} {span_words(span)}",
        "facts": [["Tổng số", str(len(items))]],
        "tables": [table("Danh sách liên hệ", _COLUMNS, map(_row, items))],
        "contacts": [_called(item) for item in items],
    }
    return Draft(ReportKind.CALL_LIST, unit.id, span, content, {"measure": data.measure.value})


def with_phones(work: Work, report: Report) -> dict[str, Any]:
    """The content with the telephones that the reader may see, if the secretary is still there."""
    (listed,) = report.content["tables"]
    called = report.content["contacts"]
    cells = {UUID(each["cell_id"]) for each in called}
    known = contacts.of_cells(work, cells)
    unit = work.fetch(Permission.REPORT_READ, Organization, report.organization_id)
    contacts.note(work, unit, known.values(), AccessWay.CALL_LIST)
    rows = [
        [*row[:PHONE], _phone(each, known), *row[PHONE + 1 :]]
        for row, each in zip(listed["rows"], called, strict=True)
    ]
    return report.content | {"tables": [listed | {"rows": rows}]}


def _phone(called: Mapping[str, str | None], known: Mapping[UUID, Any]) -> str:
    contact = known.get(UUID(called["cell_id"]))
    is_same = contact is not None and str(contact.member_id) == called["member_id"]
    return (contact.phone or "") if contact is not None and is_same else ""


def _called(item: MissingItem) -> dict[str, str | None]:
    contact = item.contact
    return {
        "cell_id": str(item.organization.id),
        "member_id": str(contact.member_id) if contact else None,
    }


def _row(item: MissingItem) -> tuple[Cell, ...]:
    lack = _LACKS.get(item.failing_item, item.failing_item)
    reason = _REASONS[NotHeldReason(item.reason)] if item.reason else ""
    return (
        item.organization.code,
        item.organization.name,
        item.member.full_name if item.member else "",
        f"{lack} ({reason})" if reason else lack,
        item.consecutive_misses,
        item.contact.full_name if item.contact else "",
        "",
        local_date(item.last_reminder_at) if item.last_reminder_at else None,
        "",
    )
