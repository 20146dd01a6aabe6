"""The monthly report as a workbook in the official layout: typed cells, totals that Excel adds up.

Every computed cell is a formula, and carries its value for readers that do not calculate. A share
is written with whole numbers, half-up on the exact fraction: ROUND would round the nearest double.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from app.core import numbers
from app.core.percent import percent
from app.workbooks.monthly_columns import BANDS, COLUMNS, explained, shares, values_of
from app.workbooks.printing import MADE, Letterhead, Looks, fit, merge, sign, write_letterhead

_FIRST_HEADER, _FORMULA_ROW, _FIRST_ROW = 6, 8, 9
_HEAD_SPREAD: Final = (4, 9, 16)
_NAME, _CODE, _LAST_SIGNED = 1, len(COLUMNS) - 1, 16
#: Of the number and the name together.
_WORDS_WIDTH: Final = COLUMNS[0].width + COLUMNS[_NAME].width


@dataclass(frozen=True, slots=True)
class Line:
    """A unit, and what is counted of it by the names of `Column.counted`."""

    name: str
    code: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Monthly:
    """`year_before` is None where nothing was counted then."""

    head: Letterhead
    unit: str
    span: str
    lines: Sequence[Line]
    own: dict[str, int]
    year_before: dict[str, int] | None


def write_monthly(report: Monthly) -> bytes:
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": f"Báo cáo {report.span}", "created": MADE})
        sheet = book.add_worksheet("Biểu 01")
        _Writer(report, sheet, Looks(book)).write()
    return target.getvalue()


class _Writer:
    """Rows and columns count from 0, as XlsxWriter has them; those of `Column.of` from 1."""

    def __init__(self, report: Monthly, sheet: Worksheet, looks: Looks) -> None:
        self.report = report
        self.sheet = sheet
        self.looks = looks
        self.last_row = _FIRST_ROW + len(report.lines) - 1
        self.total_row = self.last_row + 1

    def write(self) -> None:
        report = self.report
        write_letterhead(self.sheet, self.looks, report.head, _HEAD_SPREAD)
        self._write_title()
        self._write_header()
        for place, line in enumerate(report.lines):
            self._write_line(_FIRST_ROW + place, str(place + 1), line)
        self._write_totals()
        row = self._write_comparison(self._write_bands(self.total_row + 4))
        sign(self.sheet, self.looks, row + 2, (_NAME, _LAST_SIGNED - 4))
        self._set_up_the_page()

    def _write_title(self) -> None:
        self.sheet.set_row(3, 20)
        merge(self.sheet, (3, 0, 3, _LAST_SIGNED), self._title().upper(), self.looks.title)
        told = f"(Tính đến {numbers.day(self.report.head.made_on)})"
        merge(self.sheet, (4, 0, 4, _LAST_SIGNED), told, self.looks.italic)

    def _title(self) -> str:
        return f"Báo cáo kết quả sinh hoạt chi bộ {self.report.span}"

    def _write_header(self) -> None:
        head, place = self.looks.head, 0
        for number, column in enumerate(COLUMNS, start=1):
            self.sheet.set_column(number - 1, number - 1, column.width)
            self.sheet.write_string(_FORMULA_ROW, number - 1, explained(number, column), head)
        while place < len(COLUMNS):
            group = COLUMNS[place].group
            end = place
            while group and end + 1 < len(COLUMNS) and COLUMNS[end + 1].group == group:
                end += 1
            self._write_group(place, end)
            place = end + 1
        fit(self.sheet, _FIRST_HEADER + 1, ((each.title, each.width) for each in COLUMNS))
        formulas = ((explained(number, each), each.width) for number, each in enumerate(COLUMNS, 1))
        fit(self.sheet, _FORMULA_ROW, formulas)

    def _write_group(self, first: int, last: int) -> None:
        head = self.looks.head
        if not COLUMNS[first].group:
            title = COLUMNS[first].title
            merge(self.sheet, (_FIRST_HEADER, first, _FIRST_HEADER + 1, first), title, head)
            return
        across = (_FIRST_HEADER, first, _FIRST_HEADER, last)
        merge(self.sheet, across, COLUMNS[first].group, head)
        for place in range(first, last + 1):
            self.sheet.write_string(_FIRST_HEADER + 1, place, COLUMNS[place].title, head)

    def _write_line(self, row: int, number: str, line: Line) -> None:
        self.sheet.write_string(row, 0, number, self.looks.middle)
        self.sheet.write_string(row, _NAME, line.name, self.looks.text)
        fit(self.sheet, row, [(line.name, COLUMNS[_NAME].width)])
        self.sheet.write_string(row, _CODE, line.code, self.looks.text)
        self._write_counts(row, line.counts)
        self._write_all_computed(row, line.counts, bold=False)

    def _write_counts(self, row: int, counts: dict[str, int]) -> None:
        for place, column in enumerate(COLUMNS):
            if column.counted:
                number = self.looks.of_number(bold=False)
                self.sheet.write_number(row, place, counts[column.counted], number)

    def _write_all_computed(self, row: int, counts: dict[str, int], *, bold: bool) -> None:
        for place, value in enumerate(values_of(counts)):
            if COLUMNS[place].of:
                self._write_computed(row, place, value, bold=bold)

    def _write_computed(self, row: int, place: int, value: float | None, *, bold: bool) -> None:
        column = COLUMNS[place]
        if column.is_share:
            look = self.looks.of_share(bold=bold)
            above, below = (xl_rowcol_to_cell(row, each - 1) for each in column.of)
            formula = _share(above, below)
        else:
            look = self.looks.of_number(bold=bold)
            formula = "=" + "".join(
                f"{'+-'[each < 0]}{xl_rowcol_to_cell(row, abs(each) - 1)}" for each in column.of
            ).removeprefix("+")
        shown = numbers.NOTHING if value is None else value
        self.sheet.write_formula(row, place, formula, look, shown)

    def _write_totals(self) -> None:
        """What Excel adds up, what the service counted, and that the two agree."""
        sums = {
            column.counted: sum(line.counts[column.counted] for line in self.report.lines)
            for column in COLUMNS
            if column.counted
        }
        total, own, check = range(self.total_row, self.total_row + 3)
        for row, title in (
            (total, "TỔNG CỘNG"),
            (own, f"Số liệu của {self.report.unit}"),
            (check, "Chênh lệch (phải bằng 0)"),
        ):
            merge(self.sheet, (row, 0, row, _NAME), title, self.looks.bold_text)
            fit(self.sheet, row, [(title, _WORDS_WIDTH)])
            self.sheet.write_blank(row, _CODE, None, self.looks.text)
        self._write_counts(own, self.report.own)
        self._write_all_computed(own, self.report.own, bold=False)
        self._write_all_computed(total, sums, bold=True)
        bold = self.looks.of_number(bold=True)
        for place, column in enumerate(COLUMNS):
            if not column.counted:
                continue
            name, added = xl_col_to_name(place), f"=SUM({self._lines_of(place)})"
            self.sheet.write_formula(total, place, added, bold, sums[column.counted])
            difference = sums[column.counted] - self.report.own[column.counted]
            formula = f"={name}{total + 1}-{name}{own + 1}"
            self.sheet.write_formula(check, place, formula, bold, difference)

    def _write_bands(self, row: int) -> int:
        """How many units reach a share; by whole numbers, as a share is rounded for the eye."""
        places = {column.counted: place for place, column in enumerate(COLUMNS) if column.counted}
        cells, met = (self._lines_of(places[name]) for name in ("cells", "cells_met"))
        found = [line.counts for line in self.report.lines if line.counts["cells"]]
        number = self.looks.of_number(bold=False)
        self._write_small_header(row, "Tỷ lệ chi bộ sinh hoạt thành công", ("Số tổ chức", "Trên"))
        for at_least in BANDS:
            row += 1
            reached = sum(100 * each["cells_met"] >= at_least * each["cells"] for each in found)
            self._write_words(row, f"Từ {at_least}% trở lên")
            formula = f"=SUMPRODUCT(({cells}>0)*(100*{met}>={at_least}*{cells}))"
            self.sheet.write_formula(row, 2, formula, number, reached)
            self.sheet.write_formula(row, 3, f'=COUNTIF({cells},">0")', number, len(found))
            self._write_share(row, 4, (3, 2), (reached, len(found)))
        return row + 2

    def _lines_of(self, place: int) -> str:
        """The cells of a column, as a formula names them."""
        name = xl_col_to_name(place)
        return f"{name}{_FIRST_ROW + 1}:{name}{self.last_row + 1}"

    def _write_comparison(self, row: int) -> int:
        titles = ("Kỳ này", "Trên", "Cùng kỳ năm trước", "Trên", "% kỳ này/cùng kỳ")
        self._write_small_header(row, "So với cùng kỳ năm trước", titles)
        now = shares(self.report.own)
        before = shares(self.report.year_before or dict.fromkeys(self.report.own, 0))
        for (title, above, below), (_, earlier, of_earlier) in zip(now, before, strict=True):
            row += 1
            self._write_words(row, title)
            number = self.looks.of_number(bold=False)
            for place, value in ((2, above), (3, below), (5, earlier), (6, of_earlier)):
                self.sheet.write_number(row, place, value, number)
            self._write_share(row, 4, (3, 2), (above, below))
            self._write_share(row, 7, (6, 5), (earlier, of_earlier))
            self._write_share(row, 8, (5, 2), (above, earlier))
        return row

    def _write_small_header(self, row: int, title: str, titles: Sequence[str]) -> None:
        merge(self.sheet, (row, 0, row, _NAME), title, self.looks.head)
        fit(self.sheet, row, ((each, COLUMNS[2].width) for each in titles))
        at = 2
        for each in titles:
            self.sheet.write_string(row, at, each, self.looks.head)
            at += 1
            if each == "Trên":
                self.sheet.write_string(row, at, "%", self.looks.head)
                at += 1

    def _write_words(self, row: int, words: str) -> None:
        merge(self.sheet, (row, 0, row, _NAME), words, self.looks.text)

    def _write_share(
        self, row: int, place: int, of: tuple[int, int], counts: tuple[int, int]
    ) -> None:
        """`of`: the places of the whole and of the part; `counts`: the part and the whole."""
        below, above = (xl_rowcol_to_cell(row, each) for each in of)
        share = percent(*counts)
        shown = numbers.NOTHING if share is None else round(share / 100, 4)
        look = self.looks.of_share(bold=False)
        self.sheet.write_formula(row, place, _share(above, below), look, shown)

    def _set_up_the_page(self) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        sheet.repeat_rows(_FIRST_HEADER, _FORMULA_ROW)
        sheet.set_footer("&CTrang &P/&N")
        sheet.freeze_panes(_FIRST_ROW, _NAME + 1)
        sheet.autofilter(_FORMULA_ROW, 0, self.last_row, len(COLUMNS) - 1)


def _share(above: str, below: str) -> str:
    """Half-up, in ten-thousandths: two decimals of a per cent."""
    rounded = f"INT((20000*{above}+{below})/(2*{below}))/10000"
    return f'=IF({below}=0,"{numbers.NOTHING}",{rounded})'
