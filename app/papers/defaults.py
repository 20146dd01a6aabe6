"""The templates that serve until an office uploads its own; each an ordinary Word file."""

from functools import cache
from typing import Final

from app.papers.attendance_lists import write_attendance_list
from app.papers.contexts import PaperKind
from app.papers.drafting import blank_draft, to_bytes
from app.papers.minutes import write_minutes
from app.papers.monthly_reports import write_monthly_report
from app.papers.resolutions import write_resolution

_FORMS: Final = {
    PaperKind.MINUTES: ("Biên bản sinh hoạt chi bộ", write_minutes),
    PaperKind.RESOLUTION: ("Nghị quyết của chi bộ", write_resolution),
    PaperKind.ATTENDANCE_LIST: ("Danh sách điểm danh", write_attendance_list),
    PaperKind.MONTHLY_REPORT: ("Báo cáo kết quả sinh hoạt chi bộ", write_monthly_report),
}


@cache
def default(kind: PaperKind) -> bytes:
    title, write = _FORMS[kind]
    draft = blank_draft(title)
    write(draft)
    return to_bytes(draft)
