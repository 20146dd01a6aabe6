"""What printed workbooks share: the head of a party paper, the looks of cells, who signs."""

from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

FONT: Final = "Times New Roman"
#: What a workbook says of when it was made: always the same, so that its bytes are.
MADE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
PARTY: Final = "ĐẢNG CỘNG SẢN VIỆT NAM"


class Looks:
    """The formats of a workbook, each made when it is first asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book

    @cached_property
    def title(self) -> Format:
        return self._plain(bold=True, align="center", font_size=14)

    @cached_property
    def italic(self) -> Format:
        return self._plain(italic=True, align="center")

    @cached_property
    def centred(self) -> Format:
        return self._plain(align="center")

    @cached_property
    def strong(self) -> Format:
        return self._plain(bold=True, align="center")

    @cached_property
    def words(self) -> Format:
        return self._plain()

    @cached_property
    def head(self) -> Format:
        return self._ruled(bold=True, align="center", text_wrap=True)

    @cached_property
    def text(self) -> Format:
        return self._ruled(text_wrap=True, num_format="@")

    @cached_property
    def bold_text(self) -> Format:
        return self._ruled(text_wrap=True, bold=True)

    @cached_property
    def middle(self) -> Format:
        return self._ruled(align="center", num_format="@")

    @cached_property
    def day(self) -> Format:
        return self._ruled(align="center", num_format="dd/mm/yyyy")

    def of_number(self, *, bold: bool) -> Format:
        return self._bold_number if bold else self._number

    def of_share(self, *, bold: bool) -> Format:
        return self._bold_share if bold else self._share

    @cached_property
    def _number(self) -> Format:
        return self._ruled(num_format="#,##0")

    @cached_property
    def _bold_number(self) -> Format:
        return self._ruled(num_format="#,##0", bold=True)

    @cached_property
    def _share(self) -> Format:
        return self._ruled(num_format='0.00" "%', align="right")

    @cached_property
    def _bold_share(self) -> Format:
        return self._ruled(num_format='0.00" "%', align="right", bold=True)

    def _plain(self, **said: Any) -> Format:
        return self._book.add_format(
            {"font_name": FONT, "font_size": 11, "valign": "vcenter"} | said
        )

    def _ruled(self, **said: Any) -> Format:
        return self._plain(border=1, **said)


def write_letterhead(
    sheet: Worksheet, looks: Looks, left: tuple[str, str], place: str, made_on: date
) -> None:
    """The committee and who reports to the left; the Party, the place and the day to the right."""
    above, organ = left
    sheet.merge_range(0, 0, 0, 4, above.upper(), looks.centred)
    sheet.merge_range(1, 0, 1, 4, organ.upper(), looks.strong)
    sheet.merge_range(2, 0, 2, 4, "*", looks.centred)
    day = f"{place}, ngày {made_on:%d} tháng {made_on:%m} năm {made_on.year}"
    sheet.merge_range(0, 9, 0, 16, PARTY, looks.strong)
    sheet.merge_range(1, 9, 1, 16, day, looks.italic)
    sheet.merge_range(2, 9, 2, 16, "Biểu số 01", looks.centred)


def sign(sheet: Worksheet, looks: Looks, row: int, places: tuple[int, int]) -> None:
    for place, title in zip(places, ("NGƯỜI LẬP BIỂU", "DUYỆT BIỂU"), strict=True):
        sheet.merge_range(row, place, row, place + 3, title, looks.strong)
        sheet.merge_range(row + 1, place, row + 1, place + 3, "(ký, ghi rõ họ tên)", looks.italic)
