"""The audit trail as inspectors read it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, exists, func, select

from app.core.errors import Forbidden
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.models import Account, AuditEntry, AuditSeal, Member, Organization
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.audit import AuditActor, AuditEntryRead, AuditQuery
from app.schemas.base import OrganizationBrief
from app.work import Work

#: Ids tell the order in which entries were made, whatever moment they speak of.
NEWEST_FIRST = Order((col(AuditEntry.id),), descending=True)
FILTERS: Filters = {
    "subject_id": lambda subject_id: col(AuditEntry.subject_id) == subject_id,
    "actor_id": lambda actor_id: col(AuditEntry.actor_id) == actor_id,
    "action": lambda actions: col(AuditEntry.action).in_(actions),
    "since": lambda moment: col(AuditEntry.created_at) >= moment,
    "to": lambda moment: col(AuditEntry.created_at) < moment,
}


def search(work: Work, query: AuditQuery) -> Page[AuditEntryRead]:
    if not work.actor.may(Permission.AUDIT_READ):
        raise Forbidden
    is_sealed = exists(select(AuditSeal.number).where(col(AuditSeal.entry_id) == AuditEntry.id))
    statement = work.within_reach(
        Permission.AUDIT_READ, AuditEntry, AuditEntry, is_sealed.label("is_sealed")
    )
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        branch = select(Organization.id).where(within_branch(unit.path))
        statement = statement.where(col(AuditEntry.organization_id).in_(branch))
    page = work.search(statement, query, FILTERS, NEWEST_FIRST, show=lambda record: record)
    entries = [record[0] for record in page.items]
    actors = _actors(work, {entry.actor_id for entry in entries if entry.actor_id})
    units = _units(work, {entry.organization_id for entry in entries if entry.organization_id})
    items = [
        AuditEntryRead(
            **entry.model_dump(include=_OWN),
            actor=actors.get(entry.actor_id),
            organization=units.get(entry.organization_id),
            is_sealed=record.is_sealed,
        )
        for record, entry in zip(page.items, entries, strict=True)
    ]
    return Page(items=items, next_cursor=page.next_cursor)


_OWN = set(AuditEntryRead.model_fields) & set(AuditEntry.model_fields)


def _actors(work: Work, ids: Collection[UUID]) -> Mapping[Any, AuditActor]:
    """Whoever it was, from wherever: an inspector asks who reached into the unit."""
    named = func.coalesce(Account.staff_name, Member.full_name)
    statement = (
        pick(Account.id, named.label("name"))
        .outerjoin(Member, col(Member.id) == Account.member_id)
        .where(col(Account.id).in_(ids))
    )
    scoped = statement.execution_options(scoped="who did what was reached")
    return {
        row.id: AuditActor(account_id=row.id, name=row.name) for row in work.session.execute(scoped)
    }


def _units(work: Work, ids: Collection[UUID]) -> Mapping[Any, OrganizationBrief]:
    statement = select(Organization).where(col(Organization.id).in_(ids))
    scoped = statement.execution_options(scoped="where what was reached was done")
    return {
        unit.id: OrganizationBrief.model_validate(unit)
        for unit in work.session.execute(scoped).scalars()
    }
