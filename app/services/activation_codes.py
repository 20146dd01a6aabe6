"""Personal codes for first use and for recovery: made in a list, told once, kept as digests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import Forbidden, NotFound
from app.core.ids import new_id
from app.core.selects import portions
from app.models import (
    AccessWay,
    Account,
    ActivationCode,
    Member,
    Membership,
    MembershipKind,
    Organization,
)
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.activation_codes import ActivationCodeCreate, IssuedCode, IssuedCodes
from app.services import accesses, memberships, recoveries, superiors
from app.services.openings import CODE_LIFETIME, code_digest, new_code
from app.work import Work


def create(work: Work, data: ActivationCodeCreate) -> IssuedCodes:
    """A fresh code for each member asked for; older ones stop working.

    By organisation it skips the activated; by name it is also the way to recover an account.
    Whoever holds an office beyond the caller's reach gets a code from above only. A list of codes
    opens accounts, so a session that somebody left open makes none.
    """
    if data.organization_id is not None:
        members = _without_account(work, data.organization_id)
    else:
        members = _named(work, data.member_ids or [])
    work.expect_proof()
    if data.organization_id is None:
        recoveries.offer(work, members)
    codes = issue(work, members)
    accesses.note(
        work, [member.id for member in members], AccessWay.ACTIVATION_CODE, ["card_number"]
    )
    return IssuedCodes(
        items=[
            IssuedCode(
                member_id=member.id,
                full_name=member.full_name,
                card_number=member.card_number,
                code=code,
                expires_at=work.now + CODE_LIFETIME,
            )
            for member, code in zip(members, codes, strict=True)
        ]
    )


def issue(work: Work, members: Sequence[Member]) -> list[str]:
    """Codes for members the caller has reached, in their order."""
    codes = [new_code() for _ in members]
    if not members:
        return codes
    cells = memberships.cells_of(work, [member.id for member in members])
    _void_older(work, [member.id for member in members])
    rows = [
        {
            "id": new_id(),
            "created_at": work.now,
            "version": 1,
            "organization_id": cells[member.id].organization_id,
            "member_id": member.id,
            "digest": code_digest(code),
            "expires_at": work.now + CODE_LIFETIME,
        }
        for member, code in zip(members, codes, strict=True)
    ]
    work.session.execute(insert(ActivationCode), rows)
    for member in members:
        work.record("activation_code.created", member)
    return codes


def _without_account(work: Work, organization_id: UUID) -> Sequence[Member]:
    unit = work.fetch(Permission.ACTIVATION_CODE_CREATE, Organization, organization_id)
    statement = (
        work.within_reach(Permission.ACTIVATION_CODE_CREATE, Member)
        .join(Membership, col(Membership.member_id) == Member.id)
        .join(Organization, col(Organization.id) == Membership.organization_id)
        .outerjoin(Account, col(Account.member_id) == Member.id)
        .where(
            within_branch(unit.path),
            col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
            *valid_on(Membership, local_date(work.now)),
            col(Account.id).is_(None),
            ~superiors.leads_beyond(work, Permission.ACTIVATION_CODE_CREATE),
        )
        .order_by(col(Organization.path), col(Member.sort_key), col(Member.id))
    )
    return work.session.execute(statement).scalars().all()


def _named(work: Work, member_ids: Sequence[UUID]) -> Sequence[Member]:
    """All of them, or nothing: one that is not reached refuses the whole list."""
    statement = work.within_reach(Permission.ACTIVATION_CODE_CREATE, Member)
    found = {
        member.id: member
        for member in work.session.execute(
            statement.where(col(Member.id).in_(member_ids))
        ).scalars()
    }
    if set(found) != set(member_ids):
        for missing in set(member_ids) - set(found):
            work.fetch(Permission.ACTIVATION_CODE_CREATE, Member, missing)
        raise NotFound
    beyond = statement.where(
        col(Member.id).in_(member_ids),
        superiors.leads_beyond(work, Permission.ACTIVATION_CODE_CREATE),
    )
    if work.session.execute(beyond.limit(1)).first() is not None:
        raise Forbidden
    return [found[member_id] for member_id in dict.fromkeys(member_ids)]


def _void_older(work: Work, member_ids: Sequence[UUID]) -> None:
    for portion in portions(member_ids):
        work.session.execute(
            update(ActivationCode)
            .where(
                col(ActivationCode.member_id).in_(portion),
                col(ActivationCode.used_at).is_(None),
                col(ActivationCode.voided_at).is_(None),
            )
            .values(voided_at=work.now)
            .execution_options(scoped="of reached members", synchronize_session=False)
        )
