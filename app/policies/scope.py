"""Turns a permission into SQL: the rows on which this actor holds it."""

from datetime import date
from typing import Any, cast

from sqlalchemy import ClauseElement, ColumnElement, Table, event, false, or_, true
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors
from sqlmodel import Session, SQLModel, and_, col, select

from app.models import (
    Account,
    AccountSession,
    AuditEntry,
    EndReason,
    Import,
    Job,
    Meeting,
    MeetingStatus,
    Member,
    Membership,
    Organization,
    Transfer,
)
from app.models.base import MemberRow, OrganizationRow
from app.models.organizations import SEGMENT_WIDTH
from app.policies.actors import Actor
from app.policies.permissions import Permission
from app.policies.roles import Reach

#: Seen by the account that asked for them, and by nobody else.
_OF_AN_ACCOUNT: tuple[type[SQLModel], ...] = (Import, Job)


def rows_within_reach(
    actor: Actor, permission: Permission, model: type[SQLModel], today: date
) -> ColumnElement[bool]:
    """The condition that keeps `model` to what the actor reaches under `permission`."""
    if model in _OF_AN_ACCOUNT:
        own = model.account_id == actor.account_id  # type: ignore[attr-defined]  # each has one
        return and_(own, _truth(permitted=actor.may(permission)))
    organizations = _organizations_within_reach(actor, permission)
    if issubclass(model, Organization):
        return organizations
    reached = select(Organization.id).where(organizations)
    within: ColumnElement[bool]
    if issubclass(model, (Member, Account)):
        within, own = _of_people(model, actor, reached, today)
    elif issubclass(model, AuditEntry):
        within, own = _of_traces(actor, permission, reached, today), false()
    elif issubclass(model, Transfer):
        within = _given_or_taken(permission, reached)
        own = col(Transfer.member_id) == actor.member_id
    elif issubclass(model, Meeting):
        within, own = _announced_or_led(actor, permission), false()
    elif issubclass(model, OrganizationRow):
        within = col(model.organization_id).in_(reached)
        own = col(model.member_id) == actor.member_id if issubclass(model, MemberRow) else false()
    else:
        raise TypeError(f"{model.__name__} does not belong to an organisation")
    return or_(within, own) if actor.paths(permission, Reach.SELF) else within


def ways_to_see(permission: Permission, model: type[SQLModel]) -> tuple[Permission, ...]:
    """By what else such a row is known to be there: then it is forbidden, and not missing."""
    ways = dict.fromkeys((permission.reading, _SEEN_BY.get(model, permission.reading)))
    return tuple(way for way in ways if way is not permission)


_SEEN_BY: dict[type[SQLModel], Permission] = {
    Organization: Permission.ORGANIZATION_READ,
    Member: Permission.MEMBER_READ,
    Meeting: Permission.MEETING_READ,
}


def within_branch(path: str) -> ColumnElement[bool]:
    """Units at `path` and below. A range, so that the index serves it on both databases."""
    return and_(col(Organization.path) >= path, col(Organization.path) < path + "~")


def still_seen(today: date) -> ColumnElement[bool]:
    """Memberships by which a member is seen: those not over, and the last one of who left."""
    return or_(
        col(Membership.valid_to).is_(None),
        col(Membership.valid_to) > today,
        col(Membership.end_reason).in_((EndReason.LEFT, EndReason.DECEASED)),
    )


def _organizations_within_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    units = actor.paths(permission, Reach.UNIT)
    branches = set(actor.paths(permission, Reach.BRANCH))
    conditions = [within_branch(branch) for branch in branches]
    if units:
        conditions.append(col(Organization.path).in_(units))
    return or_(*conditions) if conditions else false()


def _announced_or_led(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Who reaches only the own unit, as a member does, learns of a meeting when it is announced."""
    cell = col(Meeting.organization_id)
    ways: list[ColumnElement[bool]] = []
    if branches := set(actor.paths(permission, Reach.BRANCH)):
        led = or_(*(within_branch(branch) for branch in branches))
        ways.append(cell.in_(select(Organization.id).where(led)))
    if units := actor.paths(permission, Reach.UNIT):
        announced = and_(
            col(Meeting.status) != MeetingStatus.DRAFT,
            or_(
                col(Meeting.status) != MeetingStatus.CANCELLED,
                col(Meeting.scheduled_at).is_not(None),
            ),
        )
        own = select(Organization.id).where(col(Organization.path).in_(units))
        ways.append(and_(announced, cell.in_(own)))
    return or_(*ways) if ways else false()


def _of_people(
    model: type[SQLModel], actor: Actor, reached: Any, today: date
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Members by their memberships; accounts by their member, or by the unit that staff serve."""
    seen = select(Membership.member_id).where(
        col(Membership.organization_id).in_(reached), still_seen(today)
    )
    if issubclass(model, Account):
        within = or_(col(Account.unit_id).in_(reached), col(Account.member_id).in_(seen))
        return within, col(Account.id) == actor.account_id
    return col(Member.id).in_(seen), col(Member.id) == actor.member_id


def _of_traces(
    actor: Actor, permission: Permission, reached: Any, today: date
) -> ColumnElement[bool]:
    """What was done in a unit; what was done in none, about the people of the unit or by them.

    What the command line imported is seen where nothing stands above.
    """
    people = select(Account.id).where(_of_people(Account, actor, reached, today)[0])
    members = select(Member.id).where(_of_people(Member, actor, reached, today)[0])
    devices = select(AccountSession.id).where(col(AccountSession.account_id).in_(people))
    about, by = col(AuditEntry.subject_id), col(AuditEntry.actor_id)
    is_root = any(len(path) <= SEGMENT_WIDTH for path in actor.paths(permission, Reach.BRANCH))
    placeless = or_(
        by.in_(people),
        about.in_(people),
        about.in_(members),
        about.in_(devices),
        and_(by.is_(None), about.in_(select(Import.id)), _truth(permitted=is_root)),
    )
    place = col(AuditEntry.organization_id)
    return or_(place.in_(reached), and_(place.is_(None), placeless))


def _given_or_taken(permission: Permission, reached: Any) -> ColumnElement[bool]:
    """A transfer belongs to two cells: one gives and one takes, and both see it."""
    given = col(Transfer.organization_id).in_(reached)
    taken = col(Transfer.to_organization_id).in_(reached)
    if permission in (Permission.TRANSFER_ACCEPT, Permission.TRANSFER_DECLINE):
        return taken
    return or_(given, taken) if permission is Permission.TRANSFER_READ else given


def _truth(*, permitted: bool) -> ColumnElement[bool]:
    return true() if permitted else false()


class UnscopedQuery(Exception):
    """A bug, not a refusal: a query reached for cell data without asking who is looking."""


@event.listens_for(Session, "do_orm_execute")
def _refuse_unscoped(state: ORMExecuteState) -> None:
    follows_a_row_already_reached = state.is_column_load or state.is_relationship_load
    if follows_a_row_already_reached or "scoped" in state.execution_options:
        return
    # What is inserted is one's own; what it is selected from is not.
    looked_at = getattr(state.statement, "select", None) if state.is_insert else state.statement
    if looked_at is None:
        return
    for element in visitors.iterate(cast("ClauseElement", looked_at)):
        if isinstance(element, Table) and _is_guarded(element):
            raise UnscopedQuery(f"{element.name}: begin with work.within_reach()")


def _is_guarded(table: Table) -> bool:
    return "organization_id" in table.columns or table.name in {
        "organizations",
        "members",
        "imports",
        "import_rows",
        "activities",
        "audit_entries",
        "document_readings",
        "jobs",
    }
