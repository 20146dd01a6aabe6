"""What printed workbooks share: the head of a party paper, the looks of cells, who signs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.core import numbers

FONT: Final = "Times New Roman"
#: What a workbook says of when it was made: always the same, so that its bytes are.
MADE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
PARTY: Final = "ĐẢNG CỘNG SẢN VIỆT NAM"
#: Points that a line of words is high, and letters for each unit of a column's width.
_LINE, _LETTERS = 15, 1.2


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
    def strong_left(self) -> Format:
        return self._plain(bold=True, font_size=14)

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


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`form` is the number of an official form, empty where there is none."""

    parent: str
    organ: str
    place: str
    made_on: date
    form: str = ""


def merge(sheet: Worksheet, over: tuple[int, int, int, int], words: str, look: Format) -> None:
    """Words over several cells: as text, which XlsxWriter's own would read for a formula."""
    sheet.merge_range(*over, "", look)
    sheet.write_string(*over[:2], words, look)


def write_letterhead(
    sheet: Worksheet, looks: Looks, head: Letterhead, spread: tuple[int, int, int]
) -> None:
    """The committee and who reports to the left; the Party, the place and the day to the right.

    `spread`: the last column of the left side, the first and the last of the right.
    """
    to_left, from_right, to_right = spread
    day = f"{head.place}, {numbers.long_day(head.made_on)}"
    for row, (words, look, right, right_look) in enumerate(
        (
            (head.parent.upper(), looks.centred, PARTY, looks.strong),
            (head.organ.upper(), looks.strong, day, looks.italic),
            ("*", looks.centred, head.form, looks.centred),
        )
    ):
        merge(sheet, (row, 0, row, to_left), words, look)
        merge(sheet, (row, from_right, row, to_right), right, right_look)


def fit(sheet: Worksheet, row: int, cells: Iterable[tuple[str, float]]) -> None:
    """Make a row as high as the longest of some words needs in a column of its width.

    Excel does so by itself when it opens the file, but for merged cells; other programs do not.
    """
    lines = max((-(-len(words) // int(width * _LETTERS)) for words, width in cells), default=1)
    if lines > 1:
        sheet.set_row(row, lines * _LINE)


def sign(sheet: Worksheet, looks: Looks, row: int, places: tuple[int, int]) -> None:
    for place, title in zip(places, ("NGƯỜI LẬP BIỂU", "DUYỆT BIỂU"), strict=True):
        merge(sheet, (row, place, row, place + 3), title, looks.strong)
        merge(sheet, (row + 1, place, row + 1, place + 3), "(ký, ghi rõ họ tên)", looks.italic)
