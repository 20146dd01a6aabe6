"""Whoever is given an office: standing sessions go on, but no longer than the office allows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col

from app.core.selects import pick, portions
from app.models import Account, AccountSession, Office, Organization, OrganizationKind
from app.policies.roles import Position, position_of
from app.policies.session_limits import limits_of
from app.services import sessions
from app.work import Work


def follow(work: Work, offices: Sequence[Office]) -> None:
    """Also an office of a later day: so nobody comes into it with a session of many months."""
    given = _positions(work, offices)
    for condition in (Account.member_id, Account.id):
        for portion in portions(given):
            statement = (
                pick(AccountSession, condition)
                .join(Account, col(Account.id) == AccountSession.account_id)
                .where(col(condition).in_(portion), col(AccountSession.revoked_at).is_(None))
                .with_for_update(of=AccountSession)
            )
            for row, holder_id in work.session.execute(statement):
                sessions.shorten(row, limits_of(given[holder_id]), work.now)


def _positions(work: Work, offices: Iterable[Office]) -> dict[UUID, list[Position]]:
    """What each holder was given, by the id of the member or of the account."""
    cells = set[UUID]()
    for portion in portions({office.organization_id for office in offices}):
        statement = pick(Organization.id).where(
            col(Organization.id).in_(portion), col(Organization.kind) == OrganizationKind.CELL
        )
        scoped: Any = statement.execution_options(scoped="of reached units")
        cells.update(work.session.execute(scoped).scalars())
    given: dict[UUID, list[Position]] = defaultdict(list)
    for office in offices:
        holder_id = office.member_id or office.account_id
        if holder_id is not None:
            position = position_of(office.role, at_a_cell=office.organization_id in cells)
            given[holder_id].append(position)
    return given
