"""The columns of the monthly report: what is counted, and what is computed from it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.core.percent import percent


class Column(NamedTuple):
    """`counted` names what is counted; `of` are the numbers of the columns it is computed from."""

    title: str
    group: str = ""
    counted: str = ""
    of: tuple[int, ...] = ()
    is_share: bool = False
    width: float = 9


#: At least so many per cent: how many of the units below reach it.
BANDS: Final = (80, 50)
_HELD, _USED, _CAME = "Sinh hoạt chi bộ", "Tài khoản đảng viên", "Đảng viên dự sinh hoạt"
_POSTED = "Chi bộ đăng tải"
COLUMNS: Final = (
    Column("STT", width=5),
    Column("Tổ chức đảng", width=34),
    Column("Tổng số chi bộ", _HELD, "cells"),
    Column("Chi bộ sinh hoạt thành công", _HELD, "cells_met", width=11),
    Column("%", _HELD, of=(4, 3), is_share=True),
    Column("Chưa thực hiện", _HELD, of=(3, -4)),
    Column("ĐV thuộc diện", _USED, "accounts"),
    Column("ĐV có tài khoản đã truy cập", _USED, "accounts_activated", width=11),
    Column("%", _USED, of=(8, 7), is_share=True),
    Column("Chưa truy cập", _USED, of=(7, -8)),
    Column("ĐV triệu tập", _CAME, "summoned"),
    Column("Có mặt", _CAME, "present"),
    Column("%", _CAME, of=(12, 11), is_share=True),
    Column("Vắng có lý do", _CAME, "excused"),
    Column("Vắng không lý do", _CAME, "unexcused"),
    Column("Trước ≥ 1 ngày", _POSTED, "documents_on_time"),
    Column("Sau ≤ 2 ngày", _POSTED, "cells_met_on_time"),
    Column("Chưa điểm danh", "Kiểm tra", "unmarked"),
    Column("Phải bằng 0", "Kiểm tra", of=(12, 14, 15, 18, -11)),
    Column("Mã tổ chức", width=20),
)


def shares(counts: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """What is compared from year to year: the words, a count and the whole it is of."""
    return [(title, counts[above], counts[below]) for title, above, below in _COMPARED]


_COMPARED: Final = (
    ("Chi bộ sinh hoạt thành công", "cells_met", "cells"),
    ("Đảng viên có tài khoản đã truy cập", "accounts_activated", "accounts"),
    ("Đảng viên có mặt", "present", "summoned"),
    ("Chi bộ đăng tải tài liệu trước ≥ 1 ngày", "documents_on_time", "cells"),
    ("Chi bộ báo cáo trong ≤ 2 ngày, đủ tiêu chí", "cells_met_on_time", "cells"),
)


def values_of(counts: Mapping[str, int]) -> list[int | float | None]:
    """A line's numbers, column by column; shares as Excel has them, None for what is no number."""
    found: dict[int, int | float | None] = {}
    for number, column in enumerate(COLUMNS, start=1):
        if column.counted:
            found[number] = counts[column.counted]
        elif column.is_share:
            share = percent(*(int(found[each] or 0) for each in column.of))
            found[number] = None if share is None else round(share / 100, 4)
        elif column.of:
            found[number] = sum(int(found[abs(each)] or 0) * _sign(each) for each in column.of)
        else:
            found[number] = None
    return list(found.values())


def _sign(number: int) -> int:
    return -1 if number < 0 else 1


def explained(number: int, column: Column) -> str:
    """5=4/3"""
    if not column.of:
        return str(number)
    if column.is_share:
        return f"{number}={column.of[0]}/{column.of[1]}"
    parts = "".join(f"{'+-'[each < 0]}{abs(each)}" for each in column.of)
    return f"{number}={parts.removeprefix('+')}"
