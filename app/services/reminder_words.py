"""What a reminder says: a usual message for each measure, with fields that are filled in."""

from collections.abc import Sequence
from typing import NamedTuple

from app.schemas.dashboards import Measure

#: So many names stand in one notice.
NAMES_AT_MOST = 50
_M = Measure


class _Words(NamedTuple):
    """What is missing, and what is asked of whoever can mend it."""

    missing: str
    asked: str


_WORDS: dict[Measure, _Words] = {
    _M.CELLS_MET: _Words(
        "sinh hoạt chi bộ thường kỳ",
        "Đề nghị chi bộ tổ chức sinh hoạt, điểm danh đầy đủ và gửi kết quả đúng hạn.",
    ),
    _M.CELLS_MET_ON_TIME: _Words(
        "sinh hoạt chi bộ đúng hạn và đủ điều kiện",
        "Đề nghị chi bộ hoàn thành các nội dung còn thiếu và gửi kết quả đúng hạn.",
    ),
    _M.CELLS_MET_THEMATIC: _Words(
        "sinh hoạt chuyên đề trong quý",
        "Đề nghị chi bộ tổ chức sinh hoạt chuyên đề trước khi hết quý.",
    ),
    _M.DOCUMENTS_ON_TIME: _Words(
        "đăng tải tài liệu trước buổi sinh hoạt",
        "Đề nghị chi bộ đăng tải tài liệu trước buổi sinh hoạt ít nhất 1 ngày.",
    ),
    _M.ACCOUNTS_ACTIVATED: _Words(
        "kích hoạt tài khoản", "Đề nghị đảng viên kích hoạt tài khoản bằng mã được cấp."
    ),
    _M.ACCOUNTS_ACTIVE: _Words(
        "truy cập thường xuyên", "Đề nghị đảng viên đăng nhập và sử dụng sổ tay trong kỳ."
    ),
    _M.ATTENDANCE: _Words(
        "có mặt tại buổi sinh hoạt", "Đề nghị đảng viên dự sinh hoạt chi bộ đầy đủ."
    ),
    _M.QUIZ_PARTICIPATION: _Words(
        "dự kiểm tra, cuộc thi", "Đề nghị đảng viên hoàn thành bài trong thời hạn."
    ),
}


def usual(measure: Measure) -> str:
    """The message that is sent when the office writes none."""
    return "{cell}, kỳ {period}: chưa {measure}.\n" + _WORDS[measure].asked


def title(measure: Measure, period: str) -> str:
    return fill("Nhắc việc kỳ {period}: {measure}", measure, period)


def fill(text: str, measure: Measure, period: str, cell: str = "") -> str:
    """The text with its fields; what is no field of ours stays as it was written."""
    year, month = period.split("-")
    fields = {"measure": _WORDS[measure].missing, "period": f"{month}/{year}", "cell": cell}
    pieces = text.split("{")
    filled = pieces[0]
    for piece in pieces[1:]:
        name, brace, rest = piece.partition("}")
        filled += f"{fields[name]}{rest}" if brace and name in fields else "{" + piece
    return filled


def with_names(text: str, names: Sequence[str]) -> str:
    """The same for who leads the cell, about members who read no inbox of their own."""
    shown = [f"- {name}" for name in names[:NAMES_AT_MOST]]
    if len(names) > NAMES_AT_MOST:
        shown.append(f"- và {len(names) - NAMES_AT_MOST} đảng viên khác")
    head = f"Nhờ đồng chí nhắc {len(names)} đảng viên chưa có tài khoản:"
    return "\n".join([text, head, *shown])
