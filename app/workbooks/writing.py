"""Workbooks in the layouts the importer reads: ids as text, dates as dates, nothing a formula."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from app.workbooks.columns import FORMATS, NUMBER, Format, Layout

Value = str | date | None

_TITLE = "FILE NHẬP LIỆU 4.0"


def write_members(target: Path | BinaryIO, members: Iterable[Mapping[str, Value]]) -> None:
    """Write the full list; a member is its cells by the column titles of `columns`."""
    columns = FORMATS[Layout.FULL_LIST].columns[1:]
    rows = (
        (str(number), *(member.get(column) for column in columns))
        for number, member in enumerate(members, start=1)
    )
    write_rows(target, Layout.FULL_LIST, rows)


def write_organizations(
    target: Path | BinaryIO, organizations: Iterable[Mapping[str, Value]]
) -> None:
    """Write the tree; an organisation is `code, name, kind, unit_type, parent_code`."""
    columns = FORMATS[Layout.ORGANIZATIONS].columns
    rows = ([unit.get(column) for column in columns] for unit in organizations)
    write_rows(target, Layout.ORGANIZATIONS, rows)


def write_rows(
    target: Path | BinaryIO,
    layout: Layout,
    rows: Iterable[Sequence[Value]],
    *,
    extra_columns: Sequence[str] = (),
) -> None:
    """Write rows whose cells stand in the layout's own order of columns."""
    form = FORMATS[layout]
    # What goes to a buffer leaves no trace on the disk; what goes to a file needs no memory.
    is_file = isinstance(target, Path)
    with Workbook(target, {"constant_memory": is_file, "in_memory": not is_file}) as book:
        sheet = book.add_worksheet(form.sheet)
        _write_header(sheet, form, extra_columns, book.add_format({"bold": True, "border": 1}))
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row_index, cells in enumerate(rows, start=form.first_row - 1):
            _write_row(sheet, row_index, cells, day)


def _write_header(
    sheet: Worksheet, form: Format, extra_columns: Sequence[str], bold: CellFormat
) -> None:
    titles = [_starred(form, column) for column in (*form.columns, *extra_columns)]
    sheet.set_column(0, len(titles) - 1, 18)
    sheet.freeze_panes(form.first_row - 1, 0)
    if form.header_row > 1:
        sheet.write_string(1, 0, _TITLE, bold)
    for place, title in enumerate(titles):
        group, _, _ = title.partition(": ")
        is_first = place == 0 or not titles[place - 1].startswith(f"{group}: ")
        sheet.write_string(form.header_row - 1, place, group if is_first else "", bold)
    for place, title in enumerate(titles):
        _, _, part = title.partition(": ")
        if part:
            sheet.write_string(form.header_row, place, part, bold)


def _starred(form: Format, column: str) -> str:
    is_marked = column in form.required and NUMBER in form.columns
    return f"{column}*" if is_marked else column


def _write_row(sheet: Worksheet, row_index: int, cells: Sequence[Value], day: CellFormat) -> None:
    for place, value in enumerate(cells):
        if isinstance(value, date):
            sheet.write_datetime(row_index, place, datetime.combine(value, time.min), day)
        elif value:
            sheet.write_string(row_index, place, value)
