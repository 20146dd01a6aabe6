"""The tree of organisations as a plain list: each with its code and its parent's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from app.workbooks import cells, columns
from app.workbooks.cells import Fault
from app.workbooks.columns import FORMATS, Layout
from app.workbooks.reading import Cell, Sheets
from app.workbooks.tables import CellError, Row, Table, find, repeated

Kind = Literal["central", "province", "superior", "grassroots", "section", "cell", "party_group"]
UnitType = Literal[
    "residential",
    "political_office",
    "state_office",
    "public_service",
    "non_public_service",
    "army",
    "police",
    "state_enterprise",
    "private_enterprise",
    "cooperative",
    "abroad",
    "other",
]


@dataclass(frozen=True, slots=True)
class OrganizationLine:
    """One unit; its parent may stand anywhere in the file, or be known already."""

    code: str
    name: str
    kind: Kind
    unit_type: UnitType | None
    parent_code: str | None


class _Said(NamedTuple):
    """What the cells of one row say, faults among them, by the columns' own names."""

    code: str | Fault | None
    name: str | Fault | None
    kind: Kind | Fault | None
    unit_type: UnitType | Fault | None
    parent_code: str | Fault | None


_SAY: dict[str, Callable[[Cell], object]] = {
    columns.CODE: cells.code,
    columns.NAME: cells.text,
    columns.KIND: cells.one_of({kind: kind for kind in get_args(Kind)}),
    columns.UNIT_TYPE: cells.one_of({unit_type: unit_type for unit_type in get_args(UnitType)}),
    columns.PARENT_CODE: cells.code,
}


def parse(sheets: Sheets) -> Table[OrganizationLine]:
    """Read every row of the tree; a row with errors has no line and blocks no other."""
    source = find(sheets, (Layout.ORGANIZATIONS,))
    told = [map(say, source.column(column)) for column, say in _SAY.items()]
    said = [_Said._make(values) for values in zip(*told, strict=True)]
    codes = [row.code if isinstance(row.code, str) else None for row in said]
    repeats = repeated(columns.CODE, codes, source.rows)
    circling = _circling(said)
    rows = []
    for row_number, row in zip(source.rows, said, strict=True):
        errors = [
            CellError(column, fault.code, fault.detail) for column, fault in _faults(row, circling)
        ]
        if row_number in repeats:
            errors.append(repeats[row_number])
        values: Any = row  # without errors, every required cell says a value
        rows.append(Row(row_number, None if errors else OrganizationLine(*values), tuple(errors)))
    return Table(source, rows)


def _faults(row: _Said, circling: set[str]) -> Iterator[tuple[str, Fault]]:
    required = FORMATS[Layout.ORGANIZATIONS].required
    for column, value in zip(_SAY, row, strict=True):
        if isinstance(value, Fault):
            yield column, value
        elif value is None and column in required:
            yield column, Fault.REQUIRED
    if row.code in circling:
        yield columns.PARENT_CODE, Fault.CIRCLE


def _circling(said: list[_Said]) -> set[str]:
    """The codes from which one comes back to oneself, going up."""
    parents = {
        row.code: row.parent_code
        for row in said
        if isinstance(row.code, str) and isinstance(row.parent_code, str)
    }
    circling: set[str] = set()
    seen: set[str] = set()
    for start in parents:
        path: list[str] = []
        code = start
        while code in parents and code not in seen:
            seen.add(code)
            path.append(code)
            code = parents[code]
        if code in path:
            circling.update(path[path.index(code) :])
    return circling
