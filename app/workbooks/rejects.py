"""The workbook that goes back: the refused rows as they came, with the reason on each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from app.workbooks.columns import DETAIL, FORMATS, VERDICT, Layout
from app.workbooks.tables import CellError
from app.workbooks.writing import write_rows

REFUSED = "Không hợp lệ"


@dataclass(frozen=True, slots=True)
class Reject:
    """The cells of a row, as `Table.cells` gives them, and what is wrong with them."""

    cells: Sequence[str | None]
    errors: Sequence[CellError]


def write_rejects(layout: Layout, rejects: Iterable[Reject]) -> bytes:
    """Write refused rows in the layout they came in, so that once corrected they go in again."""
    columns = FORMATS[layout].columns
    own = [place for place, column in enumerate(columns) if column not in (VERDICT, DETAIL)]
    target = BytesIO()
    extra_columns = () if VERDICT in columns else (VERDICT, DETAIL)
    write_rows(target, layout, _rows(own, rejects), extra_columns=extra_columns)
    return target.getvalue()


def _rows(own: list[int], rejects: Iterable[Reject]) -> Iterator[list[str | None]]:
    for reject in rejects:
        reasons = "\n".join(f"{error.column}: {error.detail}" for error in reject.errors)
        yield [*(reject.cells[place] for place in own), REFUSED, reasons]
