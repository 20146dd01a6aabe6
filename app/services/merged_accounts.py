"""One person has one account: what becomes of accounts and offices when two rows are merged."""

from uuid import UUID

from sqlmodel import select

from app.models import Account, Member
from app.services import offices, sessions
from app.work import Work


def settle(work: Work, member: Member, duplicate: Member) -> dict[str, str] | None:
    """The duplicate's is taken over, or closed beside the other.

    Offices go with the row and open with the account, so it takes the right to give them.
    """
    own, other = (_of(work, row.id) for row in (member, duplicate))
    takes_over = own is None and other is not None
    offices.expect_givable(work, [duplicate.id, *([member.id] if takes_over else [])])
    if other is None or (own is not None and other.disabled_at is not None):
        return None
    if own is None:
        other.member_id = member.id
        return {"id": str(other.id), "became": "moved"}
    other.disabled_at = work.now
    sessions.revoke_all(work, other.id, "merged")
    return {"id": str(other.id), "became": "disabled"}


def part(work: Work, said: dict[str, str] | None, duplicate: Member) -> None:
    """The reverse."""
    if said is None:
        return
    (account,) = work.session.exec(select(Account).where(Account.id == UUID(said["id"]))).all()
    if said["became"] == "moved":
        account.member_id = duplicate.id
    else:
        account.disabled_at = None


def _of(work: Work, member_id: UUID) -> Account | None:
    return work.session.exec(select(Account).where(Account.member_id == member_id)).one_or_none()
