"""Small workbooks, cell by cell, as the offices' spreadsheets hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.workbooks.members import MemberLine, parse
from app.workbooks.reading import read
from app.workbooks.tables import Row, Table

TODAY = date(2026, 5, 15)

FULL_HEADER = [
    *("STT", "ID", "Họ và tên*", "Tên khác", "Giới tính*", "Sinh ngày*", "Dân tộc*", "Tôn giáo*"),
    *("Số định danh cá nhân*", "Số thẻ Đảng*", "Nơi cấp", "Ngày cấp thẻ", "Số thẻ theo QĐ 85"),
    *("Tổ chức Đảng sinh hoạt*", "Nơi đăng ký khai sinh", None, None, "Quê quán", None, None),
    *("Thường trú", None, None, "Ngày vào Đảng*", "Ngày chính thức", "CMND cũ"),
    *("Trạng thái hoạt động*", "Ngày rời/mất/miễn", "Đề nghị xóa"),
    *("Kết quả kiểm tra", "Chi tiết lỗi"),
]
PARTS = ["Tỉnh", "Xã", "Thôn"]
FULL_PARTS = [*[None] * 14, *PARTS * 3, *[None] * 8]
SHORT_HEADER = [
    *("Họ và tên", "Số thẻ Đảng viên", "Số CCCD", "Ngày sinh", "Ngày kết nạp"),
    *("Chi bộ đang sinh hoạt", "Chi bộ nơi cư trú", "Trạng thái"),
]
TREE_HEADER = ["code", "name", "kind", "unit_type", "parent_code"]


@dataclass(frozen=True)
class Formula:
    """A formula with the value that Excel last computed."""

    text: str
    value: Any = ""


def make_workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of sheets of rows of cells; a cell is text, a number, a date or a formula."""
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for row_index, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    _write(sheet, (row_index, place), cell, day)
    return target.getvalue()


def _write(sheet: Worksheet, place: tuple[int, int], cell: Any, day: Format) -> None:
    if isinstance(cell, Formula):
        sheet.write_formula(*place, cell.text, None, cell.value)
    elif isinstance(cell, datetime):
        sheet.write_datetime(*place, cell, day)
    elif isinstance(cell, date):
        sheet.write_datetime(*place, datetime.combine(cell, time.min), day)
    elif isinstance(cell, str):
        sheet.write_string(*place, cell)
    elif cell is not None:
        sheet.write(*place, cell)


def make_member(**overrides: Any) -> dict[str, Any]:
    """An invented member's cells by the titles of the full list."""
    cells = {
        "Họ và tên": "Nguyễn Thị Đào",
        "Giới tính": "Nữ",
        "Sinh ngày": date(1980, 5, 1),
        "Dân tộc": "Kinh",
        "Tôn giáo": "Không",
        "Số định danh cá nhân": "971080000001",
        "Số thẻ Đảng": "971080000001",
        "Tổ chức Đảng sinh hoạt": "27.001.002.000.003",
        "Ngày vào Đảng": date(2005, 9, 2),
        "Ngày chính thức": date(2006, 9, 2),
        "Trạng thái hoạt động": "Đang sinh hoạt",
    }
    return cells | overrides


def make_other(number: int, **overrides: Any) -> dict[str, Any]:
    personal_id = f"97108000{number:04}"
    return make_member(
        **{"Số định danh cá nhân": personal_id, "Số thẻ Đảng": personal_id} | overrides
    )


def make_full_list(*members: dict[str, Any]) -> bytes:
    return make_workbook(full_rows(*members))


def full_rows(*members: dict[str, Any]) -> list[list[Any]]:
    """The rows of a full list: five of letterhead, two of header, then the members."""
    letterhead: list[list[Any]] = [[], ["ĐẢNG BỘ TỈNH MINH SƠN"], [], [], []]
    titles = [title.removesuffix("*") if title else None for title in FULL_HEADER]
    rows = [[member.get(title) if title else None for title in titles] for member in members]
    return [*letterhead, FULL_HEADER, FULL_PARTS, *rows]


def make_short_export(*rows: Sequence[Any]) -> bytes:
    return make_workbook([SHORT_HEADER, *rows])


def make_tree(*rows: Sequence[Any]) -> bytes:
    return make_workbook([TREE_HEADER, *rows])


def read_members(content: bytes) -> Table[MemberLine]:
    return parse(read(content), today=TODAY)


def read_member(**overrides: Any) -> Row[MemberLine]:
    """The row of one member whose cells differ from the ordinary in these."""
    [row] = read_members(make_full_list(make_member(**overrides))).rows
    return row


def read_line(**overrides: Any) -> MemberLine:
    line = read_member(**overrides).line
    assert line is not None
    return line


def read_faults(**overrides: Any) -> list[tuple[str, str]]:
    row = read_member(**overrides)
    assert row.line is None
    return [(error.column, error.code) for error in row.errors]


HISTORY_HEADER = [
    *("Mã chi bộ", "Loại", "Ngày giờ", "Kết thúc", "Địa điểm", "Số thẻ hoặc số định danh"),
    *("Họ và tên", "Trạng thái", "Lý do"),
]


def make_history(*rows: Sequence[Any]) -> bytes:
    """Meetings of before the service, a row for each member on each sheet."""
    return make_workbook([HISTORY_HEADER, *rows])
