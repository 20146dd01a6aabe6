"""An import's preview, as the office reads it."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import ImportKind, ImportMode, ImportStatus, RowState
from app.schemas.base import Output


class ImportCounts(Output):
    new: int
    changed: int
    same: int
    rejected: int


class ImportRead(Output):
    """`absent`: members of the cells in the file whom it does not name. Nothing is done to them."""

    id: UUID
    kind: ImportKind
    mode: ImportMode
    layout: str
    status: ImportStatus
    counts: ImportCounts
    absent: int | None
    created_at: datetime
    committed_at: datetime | None
    taken_back_at: datetime | None


class ImportFault(Output):
    column: str
    code: str
    detail: str


class ImportRowRead(Output):
    row_number: int
    state: RowState
    errors: list[ImportFault]


class ImportRowQuery(PageQuery):
    state: list[RowState] | None = None
