"""Powers held over a unit from above it: nobody grants to themselves."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import Conflict, Forbidden
from app.models import Member, Office, Organization
from app.models.base import not_over_on
from app.policies.permissions import Permission
from app.work import Work


class OwnOffice(Conflict):
    code = "own_office"
    vi = "Không ai tự giao hoặc tự gia hạn chức vụ cho mình."
    en = "Nobody gives themselves an office, or more time in it."


def expect_above(work: Work, permission: Permission, *units: Organization) -> None:
    """`Forbidden` unless held at the parent of each; at the unit itself where nothing is above."""
    expect_held(work, permission, {unit.parent_id or unit.id for unit in units})


def expect_held(work: Work, permission: Permission, unit_ids: Collection[UUID]) -> None:
    """`Forbidden` unless held at every one of them, seen or not."""
    statement = work.within_reach(permission, Organization, Organization.id)
    found = work.session.execute(statement.where(col(Organization.id).in_(unit_ids))).scalars()
    if set(unit_ids).difference(found):
        raise Forbidden


def leads_beyond(work: Work, permission: Permission) -> ColumnElement[bool]:
    """Of a statement on members: those with an office beyond the caller's reach, now or soon.

    Whoever could sign in as one of them, or keep them from it, would climb.
    """
    reached = work.within_reach(permission, Organization, Organization.id)
    return exists().where(
        col(Office.member_id) == Member.id,
        col(Office.organization_id).not_in(reached),
        not_over_on(Office, local_date(work.now)),
    )


def expect_not_own(work: Work, offices: Iterable[Office]) -> None:
    """`OwnOffice` when one of these is held by whoever asks."""
    own = {work.actor.account_id, work.actor.member_id} - {None}
    if any({office.account_id, office.member_id} & own for office in offices):
        raise OwnOffice
