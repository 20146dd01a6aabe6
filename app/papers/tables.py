"""One table of a Word document as Typst: its grid, its merged cells, its rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from app.papers.faults import Fault, refuse
from app.papers.styles import Styles
from app.papers.typesetting import length, sequence
from app.papers.wordml import (
    Element,
    attribute,
    child,
    children,
    integer,
    local_name,
    points,
    value,
)

MAX_COLUMNS: Final = 40
MAX_KEPT: Final = 1_000  # characters of a row that stays on one page; a longer one could outgrow it

_LEAST_WIDTH: Final = 5.0
_INSET: Final = 4.0  # points
_RULE: Final = "0.5pt"
_SIDES: Final = ("top", "bottom", "left", "right")
_STARTS: Final = {"start": "left", "end": "right"}  # what strict Word says for left and right
_ALIGNMENTS: Final = {"center": "center", "right": "right", "end": "right"}
_VERTICAL: Final = {"center": "horizon", "bottom": "bottom"}

Rules = dict[str, bool]
Inside = Callable[[Element, float], list[str]]


@dataclass(slots=True)
class _Cell:
    """Where a cell stands in the grid, how far it reaches, and whether its row may break."""

    element: Element | None
    row: int
    column: int
    across: int
    down: int = 1
    is_kept: bool = False


def write_table(element: Element, styles: Styles, width: float, inside: Inside) -> str:
    """`width` is what there is to the sides; `inside` sets what a cell of some width holds."""
    properties = child(element, "tblPr")
    rows = list(_within(element, "tr"))
    columns = max(map(_reach, rows), default=0)
    if columns > MAX_COLUMNS:
        raise refuse(Fault.TOO_LARGE)
    if not columns:
        return ""
    cells = _grid(rows, columns)
    rules = _rules(*styles.borders(properties))
    widths = _widths(element, columns, width)
    written = []
    for cell in cells:
        own = sum(widths[cell.column : cell.column + cell.across])
        blocks = [] if cell.element is None else inside(cell.element, own - 2 * _INSET)
        written.append(_write_cell(cell, _cell_rules(cell, rules, len(rows), columns), blocks))
    head_rows = _head_rows(rows, cells)
    heads = sum(cell.row < head_rows for cell in cells)
    parts = [
        f"columns: ({', '.join(map(length, widths))},)",
        f"stroke: none, inset: (x: {length(_INSET)}, y: 2pt)",
    ]
    parts += [f"table.header({', '.join(written[:heads])})"] if heads else []
    parts += written[heads:]
    align = _ALIGNMENTS.get(value(properties, "jc") or "", "left")
    return f"block(width: 100%, above: 0pt, below: 0pt, align({align}, table({', '.join(parts)})))"


def _within(element: Element, name: str) -> Iterator[Element]:
    """The rows or cells of an element, also those in controls of a form."""
    for part in element.iterchildren():
        found = local_name(part)
        if found == name:
            yield part
        elif found in ("sdt", "sdtContent", "customXml"):
            yield from _within(part, name)


def _across(cell: Element) -> int:
    return max(1, integer(value(cell, "tcPr", "gridSpan")) or 1)


def _skipped(row: Element) -> int:
    return max(0, integer(value(row, "trPr", "gridBefore")) or 0)


def _reach(row: Element) -> int:
    return _skipped(row) + sum(map(_across, _within(row, "tc")))


def _grid(rows: list[Element], columns: int) -> list[_Cell]:
    """Every place of the grid is covered once, by the cells in their order."""
    cells: list[_Cell] = []
    above: dict[int, _Cell] = {}
    for number, row in enumerate(rows):
        column, merged = 0, {}
        if skipped := _skipped(row):
            cells.append(_Cell(None, number, 0, skipped))
            column = skipped
        is_kept = child(row, "trPr", "cantSplit") is not None and len(_text(row)) <= MAX_KEPT
        for element in _within(row, "tc"):
            across, merge = _across(element), child(element, "tcPr", "vMerge")
            upper = above.get(column)
            is_more = merge is not None and attribute(merge, "val") != "restart"
            if is_more and upper is not None and upper.across == across:
                upper.down += 1
                cell = upper
            else:
                cell = _Cell(element, number, column, across, is_kept=is_kept)
                cells.append(cell)
            if merge is not None:
                merged[column] = cell
            column += across
        if column < columns:
            cells.append(_Cell(None, number, column, columns - column))
        above = merged
    return cells


def _text(row: Element) -> str:
    return "".join(row.itertext())


def _head_rows(rows: list[Element], cells: list[_Cell]) -> int:
    """How many rows stand on every page; none, where a cell reaches out of them."""
    heads = 0
    while heads < len(rows) and child(rows[heads], "trPr", "tblHeader") is not None:
        heads += 1
    is_whole = all(cell.row >= heads or cell.row + cell.down <= heads for cell in cells)
    return heads if is_whole and heads < len(rows) else 0


def _widths(element: Element, columns: int, width: float) -> list[float]:
    """As wide as Word has them, in proportion where that is too wide."""
    grid = child(element, "tblGrid")
    written = [] if grid is None else [points(one, "w") or 0.0 for one in children(grid, "gridCol")]
    known = [max(_LEAST_WIDTH, one) for one in written[:columns]]
    usual = sum(known) / len(known) if known else width / columns
    widths = known + [usual] * (columns - len(known))
    return [one * min(1.0, width / sum(widths)) for one in widths]


def _rules(*borders: Element) -> Rules:
    rules: Rules = {}
    for owner in borders:
        for border in owner.iterchildren():
            name = local_name(border)
            is_drawn = attribute(border, "val") not in ("nil", "none", None)
            rules[_STARTS.get(name, name)] = is_drawn
    return rules


def _cell_rules(cell: _Cell, table: Rules, rows: int, columns: int) -> Rules:
    """The outer rules at the edges and the inner ones between, unless the cell says otherwise."""
    if cell.element is None:
        return {}
    names = {
        "top": "top" if cell.row == 0 else "insideH",
        "bottom": "bottom" if cell.row + cell.down == rows else "insideH",
        "left": "left" if cell.column == 0 else "insideV",
        "right": "right" if cell.column + cell.across == columns else "insideV",
    }
    own = child(cell.element, "tcPr", "tcBorders")
    return {side: table.get(name, False) for side, name in names.items()} | (
        {} if own is None else _rules(own)
    )


def _write_cell(cell: _Cell, rules: Rules, blocks: list[str]) -> str:
    strokes = ", ".join(f"{side}: {_RULE if rules.get(side) else 'none'}" for side in _SIDES)
    said = [
        f"colspan: {cell.across}, rowspan: {cell.down}, stroke: ({strokes})",
        f"breakable: {str(not cell.is_kept).lower()}",
    ]
    if cell.element is not None:
        vertical = _VERTICAL.get(value(cell.element, "tcPr", "vAlign") or "", "top")
        said.append(f"align: left + {vertical}")
    return f"table.cell({', '.join(said)}, {sequence(blocks) if blocks else '[]'})"
