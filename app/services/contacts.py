"""Whom the office calls when a cell is missing: its secretary, and by which number."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlmodel import col

from app.core import database
from app.core.clock import local_date
from app.core.selects import pick
from app.models import AccessWay, Member, Office, Organization, Role
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.dashboards import Contact
from app.services import accesses
from app.work import Work


def of_cells(work: Work, cells: Collection[UUID]) -> dict[UUID, Contact]:
    """The secretaries of cells; their phones where the caller may call them.

    A phone is confidential: whoever shows some notes it.
    """
    statement = (
        pick(Office.organization_id, Member)
        .join(Member, col(Member.id) == Office.member_id)
        .where(
            col(Office.organization_id).in_(cells),
            col(Office.role) == Role.SECRETARY,
            *valid_on(Office, local_date(work.now)),
        )
    )
    called = _within_call(work, cells)
    return {
        cell_id: Contact(
            member_id=member.id,
            full_name=member.full_name,
            phone=member.phone if cell_id in called else None,
        )
        for cell_id, member in work.session.execute(_scoped(statement))
    }


def note(work: Work, unit: Organization, shown: Collection[Contact], way: AccessWay) -> None:
    """Leave a trace that phones were read below a unit, and tell it to whom they belong.

    In a transaction of its own, for it is noted while reading.
    """
    called = {contact.member_id for contact in shown if contact.phone is not None}
    if called:
        with database.writing() as writer:
            noting = Work(writer, work.actor, work.now)
            accesses.note(noting, called, way, ["phone"])
            noting.record("contact.read", unit, phones=len(called))


def _within_call(work: Work, cells: Collection[UUID]) -> set[Any]:
    if not work.actor.may(Permission.CONTACT_READ):
        return set()
    statement = work.within_reach(Permission.CONTACT_READ, Organization, Organization.id)
    return set(work.session.execute(statement.where(col(Organization.id).in_(cells))).scalars())


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="cells already listed")
