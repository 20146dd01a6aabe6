"""What statements are told in: facts and lists as JSON, with the kind of each column."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from app.workbooks.listings import Cell, Column, ColumnKind, Listing


def table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> dict[str, Any]:
    return {
        "title": title,
        "columns": [
            {"title": column.title, "kind": column.kind.value, "width": column.width}
            for column in columns
        ],
        "rows": [[_as_json(cell) for cell in row] for row in rows],
    }


def listing_of(table: Any) -> Listing:
    """What was stored by `table`."""
    columns = [
        Column(each["title"], ColumnKind(each["kind"]), each["width"]) for each in table["columns"]
    ]
    kinds = [column.kind for column in columns]
    rows = [
        [_from_json(kind, cell) for kind, cell in zip(kinds, row, strict=True)]
        for row in table["rows"]
    ]
    return Listing(table["title"], columns, rows)


def _as_json(cell: Cell) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    return list(cell) if isinstance(cell, tuple) else cell


def _from_json(kind: ColumnKind, cell: Any) -> Cell:
    read = _READERS.get(kind)
    said: Cell = cell if cell is None or read is None else read(cell)
    return said


_READERS: Final[Mapping[ColumnKind, Callable[[Any], Cell]]] = {
    ColumnKind.DAY: date.fromisoformat,
    ColumnKind.SHARE: lambda counts: (counts[0], counts[1]),
}
