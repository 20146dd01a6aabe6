"""One's own account: who am I, what may I do."""

from sqlmodel import col, or_, select

from app.core.clock import local_date
from app.models import Member, Office
from app.policies.permissions import Permission
from app.schemas.auth import AccountRead, HeldOffice, Me, OwnTotp
from app.services import accounts, members, proofs, purposes, stand_ins
from app.work import Work


def get(work: Work) -> Me:
    account = accounts.own(work)
    member = None
    holder = col(Office.account_id) == account.id
    if account.member_id is not None:
        own = work.within_reach(Permission.MEMBER_READ, Member)
        member = members.read(work, own.where(col(Member.id) == account.member_id))
        holder = or_(holder, col(Office.member_id) == account.member_id)
    offices = select(Office).where(holder, *stand_ins.hold_on(local_date(work.now)))
    rows = work.session.execute(offices.execution_options(scoped="own offices")).scalars()
    return Me(
        account=AccountRead.model_validate(account),
        member=member,
        offices=[HeldOffice.model_validate(row) for row in rows],
        permissions=work.actor.permissions(),
        totp=OwnTotp(
            is_enrolled=account.totp_confirmed_at is not None,
            is_required=work.actor.sees_others,
        ),
        proved_until=proofs.lasts_until(work),
        purposes_edition_read=purposes.edition_read(work),
    )
