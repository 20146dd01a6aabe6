"""A workbook that came in: what it would change, row by row, and whether it did."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.core.confidential import SealedText
from app.models.base import Row, Stateful


class ImportKind(StrEnum):
    MEMBERS = "members"
    ORGANIZATIONS = "organizations"
    MEETINGS = "meetings"


class ImportMode(StrEnum):
    """What a commit does with what differs: write it, or put it up for somebody's word."""

    CHANGES = "changes"
    PROPOSALS = "proposals"


class ImportStatus(StrEnum):
    PREVIEWED = "previewed"
    COMMITTED = "committed"
    TAKEN_BACK = "taken_back"


class RowState(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REJECTED = "rejected"


class Import(Row, Stateful[ImportStatus], table=True):
    """Seen by the account that made it, and by nobody else: its rows name people."""

    __tablename__ = "imports"

    transitions: ClassVar = {
        "commit": (frozenset({ImportStatus.PREVIEWED}), ImportStatus.COMMITTED),
        "take_back": (frozenset({ImportStatus.COMMITTED}), ImportStatus.TAKEN_BACK),
    }

    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    kind: ImportKind = Field(sa_type=choice(ImportKind))
    mode: ImportMode = Field(
        default=ImportMode.CHANGES,
        sa_type=choice(ImportMode),
        sa_column_kwargs={"server_default": ImportMode.CHANGES.value},
    )
    layout: str = Field(max_length=32)
    status: ImportStatus = Field(default=ImportStatus.PREVIEWED, sa_type=choice(ImportStatus))
    digest: str = Field(max_length=64)
    counts: dict[str, int] = Field(sa_type=JSON)  # the rows by state, and who is absent
    committed_at: datetime | None = None
    taken_back_at: datetime | None = None

    @property
    def absent(self) -> int | None:
        """Members of the cells in the file whom it does not name; None for other kinds."""
        return self.counts.get("absent")


class ImportRow(Row, table=True):
    """One row of the workbook. Its cells are sealed: they hold ids and names."""

    __tablename__ = "import_rows"
    __table_args__ = (UniqueConstraint("import_id", "row_number"),)

    import_id: UUID = Field(foreign_key="imports.id")
    row_number: int
    state: RowState = Field(sa_type=choice(RowState))
    errors: list[Any] = Field(default_factory=list, sa_type=JSON)
    subject_id: UUID | None = None  # the member or organisation it would change
    subject_version: int | None = None
    content_sealed: bytes = Field(sa_type=SealedText)
    # What the commit changed, as it was before, so that it can be taken back.
    before_sealed: bytes | None = Field(default=None, sa_type=SealedText)
