"""Plain counts for every unit and period, and the changes that wait to be added above."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Index, and_, false, or_
from sqlmodel import Field, SQLModel, col

from app.core.columns import BYTEWISE
from app.core.ids import new_id


class Counts(SQLModel):
    """What is counted. Never a percentage; each numerator is a subset of its denominator."""

    cells: int = 0
    cells_met: int = 0
    cells_met_on_time: int = 0
    cells_met_thematic: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    documents_on_time: int = 0
    accounts: int = 0
    accounts_activated: int = 0
    accounts_active: int = 0
    summoned: int = 0
    present: int = 0
    excused: int = 0
    unexcused: int = 0
    quiz_expected: int = 0
    quiz_done: int = 0


#: The names of all counts, in the order of their columns.
COUNTS = tuple(Counts.model_fields)


class Figure(Counts, table=True):
    """A unit in a period, with the place it had in the tree of that period.

    From `locked_at` on nothing changes it, but for what is allowed in `open_until`.
    """

    __tablename__ = "figures"
    __table_args__ = (
        Index("ix_figures_parent_id_period", "parent_id", "period"),
        # Not said to be unique, as it is: whoever moves a row would wait for all who read it.
        Index("ix_figures_period_path", "period", "path"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=7)
    parent_id: UUID | None = None
    path: str = Field(sa_type=BYTEWISE)
    is_cell: bool
    locked_at: datetime | None = None
    open_until: datetime | None = None

    @classmethod
    def is_open(cls, now: datetime) -> ColumnElement[bool]:
        """Whether facts of the unit and period may change at a moment."""
        allowed = and_(col(cls.open_until).is_not(None), col(cls.open_until) > now)
        return or_(col(cls.locked_at).is_(None), allowed)  # never null: it is negated too

    @classmethod
    def within(cls, period: str, path: str) -> ColumnElement[bool]:
        """The rows of a period at the place it had and below, by the index that orders them."""
        return and_(col(cls.period) == period, col(cls.path) >= path, col(cls.path) < path + "~")


class FrozenAccount(SQLModel, table=True):
    """A member who lacked the account, or its use, when the cell's period was locked."""

    __tablename__ = "frozen_accounts"

    organization_id: UUID = Field(foreign_key="organizations.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=7)
    member_id: UUID = Field(foreign_key="members.id", primary_key=True, index=True)
    is_activated: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class FigureDelta(Counts, table=True):
    """What a cell's counts changed by; readers add it until the worker has added it above."""

    __tablename__ = "figure_deltas"
    __table_args__ = (Index("ix_figure_deltas_period_path", "period", "path"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    period: str = Field(max_length=7)
    path: str = Field(sa_type=BYTEWISE)


class FigureDay(SQLModel, table=True):
    """The one row that says up to which local day the figures have been brought."""

    __tablename__ = "figure_days"

    id: int = Field(default=1, primary_key=True)
    day: str = Field(max_length=10)
    first_period: str = Field(max_length=7)
