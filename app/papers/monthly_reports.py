"""The default form of the monthly report: kết quả sinh hoạt chi bộ, one row for each unit."""

from typing import Final

from docx.document import Document as Draft
from docx.shared import Pt

from app.papers.drafting import (
    CENTER,
    Column,
    Group,
    Piece,
    bold,
    columns,
    fill,
    grouped_table,
    heading,
    italic,
    table,
    turn,
    write,
)

_SIZE: Final = 9
_HALVES: Final = (13.0, 13.0)


def _number(title: str, name: str, number: str, width: float = 1.35) -> Column:
    return Column(title, width, f"{{{{ line.{name} }}}}", is_centred=True, number=number)


_GROUPS: Final = (
    Group("", (_number("STT", "number", "1", 1.1),)),
    Group("", (Column("Tổ chức đảng", 5.0, "{{ line.unit }}", number="2"),)),
    Group(
        "Sinh hoạt chi bộ",
        (
            _number("Tổng số chi bộ", "cells", "3"),
            _number("Sinh hoạt thành công", "cells_met", "4"),
            _number("%", "cells_met_percent", "5=4/3", 1.6),
            _number("Chưa thực hiện", "cells_not_met", "6=3-4"),
        ),
    ),
    Group(
        "Tài khoản đảng viên",
        (
            _number("ĐV thuộc diện", "accounts", "7"),
            _number("Đã truy cập", "activated", "8"),
            _number("%", "activated_percent", "9=8/7", 1.6),
            _number("Chưa truy cập", "not_activated", "10=7-8"),
        ),
    ),
    Group(
        "Đảng viên dự sinh hoạt",
        (
            _number("Triệu tập", "summoned", "11"),
            _number("Có mặt", "present", "12"),
            _number("%", "present_percent", "13=12/11", 1.7),
            _number("Vắng có lý do", "excused", "14"),
            _number("Vắng không lý do", "unexcused", "15"),
        ),
    ),
    Group(
        "Chi bộ đăng tải",
        (
            _number("Trước ≥ 1 ngày", "documents_on_time", "16"),
            _number("Sau ≤ 2 ngày", "cells_met_on_time", "17"),
        ),
    ),
)
_COMPARISONS: Final = (
    Column("Chỉ tiêu", 9, "{{ row.measure }}"),
    Column("Kỳ này", 3.5, "{{ row.now }}/{{ row.base_now }}", is_centred=True),
    Column("%", 3, "{{ row.percent_now }}", is_centred=True),
    Column("Cùng kỳ năm trước", 4, "{{ row.before }}/{{ row.base_before }}", is_centred=True),
    Column("%", 3, "{{ row.percent_before }}", is_centred=True),
    Column("% so với cùng kỳ", 3.5, "{{ row.change }}", is_centred=True),
)
_BANDS: Final = (
    Column("Tỷ lệ chi bộ sinh hoạt thành công", 9, "Từ {{ band.at_least }} trở lên"),
    Column("Số tổ chức đảng", 5, "{{ band.reached }}/{{ band.base }}", is_centred=True),
    Column("%", 3, "{{ band.percent }}", is_centred=True),
)


def write_monthly_report(draft: Draft) -> None:
    turn(draft)
    write_report_head(draft)
    title = write(draft, bold("BÁO CÁO"), align=CENTER)
    title.paragraph_format.space_after = Pt(0)
    write(draft, bold("Kết quả sinh hoạt chi bộ {{ span }}"), align=CENTER)
    write(draft, italic("(Tính đến {{ as_of }})"), align=CENTER)
    grouped_table(draft, "line in lines", _GROUPS, total="total", size=_SIZE)
    heading(draft, "Phân nhóm theo tỷ lệ")
    table(draft, "band in bands", _BANDS)
    heading(draft, "So với cùng kỳ năm trước")
    table(draft, "row in comparisons", _COMPARISONS)
    ((maker, approver),) = columns(draft, _HALVES, rows=1)
    for cell, words in ((maker, "NGƯỜI LẬP BIỂU"), (approver, "DUYỆT BIỂU")):
        fill(cell, bold(words), italic("(ký, ghi rõ họ tên)"), "", "")


def write_report_head(draft: Draft) -> None:
    """Of `head`: who reports, by which form, where and when."""
    (organ, party), (form, day) = columns(draft, _HALVES, rows=2)
    fill(organ, "{{ head.parent|upper }}", bold("{{ head.organ|upper }}"), "*")
    fill(party, Piece("ĐẢNG CỘNG SẢN VIỆT NAM", is_bold=True, is_underlined=True))
    fill(form, "{{ head.form }}")
    fill(day, italic("{{ head.place }}, {{ head.day }}"))
