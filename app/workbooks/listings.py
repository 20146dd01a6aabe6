"""Lists as workbooks: one row for each thing, one type for each column, nothing a formula."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.core import numbers
from app.core.errors import Conflict
from app.core.percent import percent
from app.workbooks.printing import MADE, Letterhead, Looks, fit, write_letterhead

Cell = str | int | date | tuple[int, int] | None
_HEAD_ROWS: Final = 6
#: From 0, as XlsxWriter counts: behind the last that a sheet has.
LAST_ROW: Final = 1_048_576
_LONGEST_NAME: Final = 31


class ListTooLong(Conflict):
    """Nothing is left out of a file without a word."""

    code = "list_too_long"
    vi = "Danh sách quá dài cho tệp này; hãy chọn khoảng thời gian hoặc đơn vị nhỏ hơn."
    en = "The list is too long for such a file; ask for a shorter span or a smaller unit."


class ColumnKind(StrEnum):
    """`SHARE` is a count and the whole it is of."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: float = 14


@dataclass(frozen=True, slots=True)
class Listing:
    """`rows` are read once, while they are written."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the first list of a paper, which has four columns or more."""

    letterhead: Letterhead
    title: str
    facts: Sequence[tuple[str, str]]


def write_listings(
    target: Path | BinaryIO, title: str, listings: Sequence[Listing], heading: Heading | None = None
) -> None:
    """A sheet for each list. What goes to a file is written row by row and needs no memory."""
    is_file = isinstance(target, Path)
    with Workbook(target, {"constant_memory": is_file, "in_memory": not is_file}) as book:
        book.set_properties({"title": title, "created": MADE})
        looks = Looks(book)
        for place, listing in enumerate(listings):
            sheet = book.add_worksheet(listing.title[:_LONGEST_NAME])
            first = 0
            if heading is not None and place == 0:
                first = _write_heading(sheet, looks, heading, len(listing.columns))
            _write_listing(sheet, looks, listing, first)


def _write_heading(sheet: Worksheet, looks: Looks, heading: Heading, columns: int) -> int:
    half = columns // 2
    write_letterhead(sheet, looks, heading.letterhead, (half - 1, half, columns - 1))
    sheet.write_string(3, 0, heading.title.upper(), looks.strong_left)
    sheet.write_string(4, 0, f"(Tính đến {numbers.day(heading.letterhead.made_on)})", looks.words)
    for row, (label, said) in enumerate(heading.facts, start=_HEAD_ROWS):
        sheet.write_string(row, 0, f"{label}: {said}", looks.words)
    return _HEAD_ROWS + len(heading.facts) + 1


def _write_listing(sheet: Worksheet, looks: Looks, listing: Listing, first: int) -> None:
    for place, column in enumerate(listing.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(first, place, column.title, looks.head)
    fit(sheet, first, ((column.title, column.width) for column in listing.columns))
    row = first
    for cells in listing.rows:
        row += 1
        if row == LAST_ROW:
            raise ListTooLong
        fit(sheet, row, _words(listing.columns, cells))
        for place, (column, cell) in enumerate(zip(listing.columns, cells, strict=True)):
            _write_cell(sheet, looks, (row, place), column.kind, cell)
    sheet.autofilter(first, 0, max(row, first + 1), len(listing.columns) - 1)
    sheet.freeze_panes(first + 1, 0)
    sheet.repeat_rows(first)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _words(columns: Sequence[Column], cells: Sequence[Cell]) -> Iterator[tuple[str, float]]:
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, str):
            yield cell, column.width


def _write_cell(
    sheet: Worksheet, looks: Looks, at: tuple[int, int], kind: ColumnKind, cell: Cell
) -> None:
    row, place = at
    if isinstance(cell, tuple):
        share = percent(*cell)
        if share is None:
            sheet.write_string(row, place, numbers.NOTHING, looks.middle)
        else:
            sheet.write_number(row, place, round(share / 100, 4), looks.of_share(bold=False))
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, datetime.combine(cell, time.min), looks.day)
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell, looks.of_number(bold=False))
    else:
        look = looks.text if kind is ColumnKind.TEXT else looks.middle
        sheet.write_string(row, place, cell or "", look)


def words_of(cell: Cell) -> str:
    """The same on paper."""
    if isinstance(cell, tuple):
        return numbers.share(*cell)
    if isinstance(cell, date):
        return numbers.day(cell)
    return numbers.whole(cell) if isinstance(cell, int) else cell or ""
