"""One piece of work: in which transaction, by whom, and when.

Every service function takes a `Work` first. It is the only way to reach a row,
to write one, and to leave a trace of having done so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Select
from sqlmodel import Session, col

from app.core import walls
from app.core.clock import local_date
from app.core.errors import Forbidden, NotFound, StepUpRequired
from app.core.paging import Filters, Order, Page, PageQuery, paginate
from app.core.selects import pick
from app.models import AuditEntry, Organization
from app.models.base import Row
from app.policies.actors import Actor
from app.policies.permissions import Permission
from app.policies.scope import rows_within_reach, ways_to_see

R = TypeVar("R", bound=Row)
#: So long after a password, and the second factor, the few weighty steps are open.
PROOF_LASTS = timedelta(minutes=15)


class Subject(Protocol):
    """What a trace may speak of: a row of any table, or whatever else has an id of its own."""

    @property
    def id(self) -> UUID: ...


@dataclass(frozen=True)
class Work:
    session: Session
    actor: Actor
    now: datetime

    def __post_init__(self) -> None:
        """The connection hears for which trees it is used: PostgreSQL keeps it to them."""
        walls.declare(self.session, self.actor.trees)

    def within_reach(self, permission: Permission, model: type[R], *columns: Any) -> Select[Any]:
        """The rows (or some columns of them) on which the actor holds `permission`."""
        reach = rows_within_reach(self.actor, permission, model, local_date(self.now))
        return pick(*(columns or (model,))).where(reach).execution_options(scoped=permission)

    def fetch(self, permission: Permission, model: type[R], row_id: UUID) -> R:
        """The row; or `Forbidden` if it may only be seen; or `NotFound` if not even that."""
        for granted in (permission, *ways_to_see(permission, model)):
            statement = self.within_reach(granted, model).where(col(model.id) == row_id)
            row: R | None = self.session.execute(statement).scalar_one_or_none()
            if row is not None:
                if granted is permission:
                    return row
                raise Forbidden
        raise NotFound

    def search(
        self,
        statement: Select[Any],
        query: PageQuery,
        filters: Filters,
        order: Order,
        show: Callable[[Any], Any] = lambda record: record[0],
    ) -> Page[Any]:
        """One page of a statement that began with `within_reach`, narrowed by the query."""
        for name, predicate in filters.items():
            wanted = getattr(query, name)
            if wanted is not None and wanted != []:
                statement = statement.where(predicate(wanted))
        records, cursor = paginate(self.session, statement, query, order)
        return Page(items=[show(record) for record in records], next_cursor=cursor)

    def expect_proof(self) -> None:
        """`StepUpRequired` unless whoever asks has proved who they are a short while ago."""
        proved_at = self.actor.proved_at
        if self.actor.session_id is not None and (
            proved_at is None or self.now - proved_at > PROOF_LASTS
        ):
            raise StepUpRequired

    def add(self, row: R) -> R:
        self.session.add(row)
        return row

    def record(self, action: str, row: Subject, **details: Any) -> None:
        """Leave a trace that stands or falls with the change. Nothing confidential goes in."""
        place = row.id if isinstance(row, Organization) else getattr(row, "organization_id", None)
        self.session.add(
            AuditEntry(
                created_at=self.now,
                actor_id=self.actor.account_id,
                action=action,
                organization_id=place,
                subject_id=row.id,
                request_id=self.actor.request_id,
                details=to_jsonable_python(details),
            )
        )
