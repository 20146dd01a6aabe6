"""Finds the known table in a workbook by its header, and carries its rows with their errors."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Generic, TypeVar

from app.core.errors import Invalid
from app.core.text import fold
from app.workbooks.columns import FORMATS, NUMBER, PARTS, Format, Layout
from app.workbooks.reading import FORMULA_MARK, MAX_ROWS, Cell, Sheets, TooManyRows

Line = TypeVar("Line")
Grid = list[list[Cell]]

_STAR = re.compile(r"\(?\*\)?")
_NAMED = 5  # of the rows with the same number, so many are named in an error


class UnknownHeader(Invalid):
    """No sheet begins with a header that is known."""

    code = "unknown_workbook"
    vi = "Không tìm thấy dòng tiêu đề đúng mẫu; tiêu đề không được đổi chỗ hay thiếu cột."
    en = "No sheet has a known header on its row; it must not move or miss a column."


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell, in words that never repeat its value."""

    column: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Row(Generic[Line]):
    """A row as Excel numbers it; it has a line, or errors."""

    row_number: int
    line: Line | None
    errors: tuple[CellError, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a table as they came; empty ones are left out."""

    layout: Layout
    places: dict[str, int]
    rows: dict[int, list[Cell]]

    def column(self, title: str) -> list[Cell]:
        place = self.places[title]
        return [row[place] for row in self.rows.values()]

    def cells(self, row_number: int) -> list[str | None]:
        """One row as text, in the layout's own order of columns, for the reject workbook."""
        row = self.rows[row_number]
        places = (self.places.get(column) for column in FORMATS[self.layout].columns)
        return [None if place is None else _shown(row[place]) for place in places]


@dataclass(frozen=True, slots=True)
class Table(Generic[Line]):
    source: Source
    rows: list[Row[Line]]

    @property
    def layout(self) -> Layout:
        return self.source.layout

    def cells(self, row_number: int) -> list[str | None]:
        return self.source.cells(row_number)


def find(sheets: Sheets, layouts: Sequence[Layout]) -> Source:
    """The first sheet with a known header on the row where it belongs."""
    for sheet in sheets:
        head: Grid = sheet.to_python(skip_empty_area=False, nrows=10)
        for layout in layouts:
            places = _places(head, FORMATS[layout])
            if places:
                grid: Grid = sheet.to_python(skip_empty_area=False)
                return Source(layout, places, _filled(grid, FORMATS[layout], places))
    raise UnknownHeader


def repeated(
    column: str, values: Sequence[str | None], row_numbers: Iterable[int]
) -> dict[int, CellError]:
    """An error for every row whose value stands in another row too."""
    many = {value for value, count in Counter(values).items() if count > 1 and value is not None}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for value, row_number in zip(values, row_numbers, strict=True):
        if value in many:
            groups[value].append(row_number)
    return {
        row_number: _duplicate(column, row_number, group)
        for group in groups.values()
        for row_number in group
    }


def _duplicate(column: str, row_number: int, group: list[int]) -> CellError:
    named = [str(other) for other in group[: _NAMED + 1] if other != row_number][:_NAMED]
    unnamed = len(group) - 1 - len(named)
    rest = f" và {unnamed} dòng khác" if unnamed else ""
    return CellError(column, "duplicate_in_file", f"Trùng với dòng {', '.join(named)}{rest}.")


def _places(head: Grid, form: Format) -> dict[str, int] | None:
    if len(head) < form.header_row:
        return None
    titles = [_title(cell) for cell in head[form.header_row - 1]]
    places = {
        column: place for column in form.columns if (place := _place(column, titles)) is not None
    }
    between = head[form.header_row : form.first_row - 1]
    is_whole = form.known_by <= places.keys() and all(
        titles.count(fold(column)) == 1
        and all(_title(row[places[column]]) in ("", fold(column)) for row in between)
        for column in form.known_by
    )
    return places if is_whole else None


def _place(column: str, titles: list[str]) -> int | None:
    """Where a column stands; the parts of a group stand under and after its title."""
    group, _, part = column.partition(": ")
    title = fold(group)
    if title not in titles:
        return None
    place = titles.index(title) + (PARTS.index(part) if part else 0)
    return place if place < len(titles) and titles[place] in ("", title) else None


def _title(cell: Cell) -> str:
    return fold(_STAR.sub("", cell)) if isinstance(cell, str) else str(cell)


def _filled(grid: Grid, form: Format, places: dict[str, int]) -> dict[int, list[Cell]]:
    """Rows with anything in them but their running number."""
    number = places.get(NUMBER)
    rows = {
        row_number: row
        for row_number, row in enumerate(grid[form.first_row - 1 :], start=form.first_row)
        if any(row) and _has_content(row, number)
    }
    if len(rows) > MAX_ROWS:
        raise TooManyRows
    return rows


def _has_content(row: list[Cell], number: int | None) -> bool:
    return any(
        cell != "" and not (isinstance(cell, str) and cell.isspace())
        for place, cell in enumerate(row)
        if place != number
    )


def _shown(cell: Cell) -> str | None:
    if isinstance(cell, str):
        return cell.removeprefix(FORMULA_MARK) or None
    if isinstance(cell, date):
        has_time = isinstance(cell, datetime) and cell.time() != time.min
        return cell.strftime("%d/%m/%Y %H:%M:%S" if has_time else "%d/%m/%Y")
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)
