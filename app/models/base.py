"""What every row shares: a name for its constraints, an id, and its place in the tree."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel, col

from app.core.clock import now
from app.core.errors import InvalidTransition
from app.core.ids import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

S = TypeVar("S", bound=StrEnum)


class Row(SQLModel):
    """`version` makes the second of two writers fail, instead of silently winning."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=now)
    version: int = 1

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]  # made by SQLModel


class OrganizationRow(Row):
    """A row that belongs to one organisation, and is seen by whoever reaches it."""

    organization_id: UUID = Field(foreign_key="organizations.id", index=True)


class MemberRow(OrganizationRow):
    """A row that is also somebody's own."""

    member_id: UUID = Field(foreign_key="members.id", index=True)


class Stateful(SQLModel, Generic[S]):
    """A row whose `status` moves only along the arrows drawn in `transitions`: verb, from, to."""

    transitions: ClassVar[Mapping[str, tuple[frozenset[Any], Any]]]
    status: S

    def allowed(self) -> list[str]:
        """The verbs that may be said to the row as it stands."""
        return [verb for verb, (sources, _) in self.transitions.items() if self.status in sources]

    def take(self, verb: str) -> Self:
        """Move along the arrow of this verb; `InvalidTransition` when there is none."""
        sources, target = self.transitions[verb]
        if self.status not in sources:
            raise InvalidTransition(allowed=self.allowed())
        self.status = target
        return self


def valid_on(model: Any, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The two conditions of an interval that holds on a day: from its first, before its end."""
    started: ColumnElement[bool] = col(model.valid_from) <= day
    return started, not_over_on(model, day)


def not_over_on(model: Any, day: date) -> ColumnElement[bool]:
    """An interval that holds on a day, or begins later."""
    return or_(col(model.valid_to).is_(None), col(model.valid_to) > day)
