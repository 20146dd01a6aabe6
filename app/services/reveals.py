"""One field of one member in clear: proved, reasoned, noted, and told to the member."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, func, select

from app.core.errors import TooManyRequests
from app.models import AccessEntry, AccessWay, Account, Member, NotificationKind
from app.policies.permissions import Permission
from app.schemas.reveals import Reveal, RevealedField
from app.services import accesses, notices
from app.services.field_words import FIELD_WORDS
from app.services.notices import Notice
from app.work import Work

#: So many fields are revealed to one account in an hour.
AN_HOUR, AT_MOST = timedelta(hours=1), 30
_OWN: Final = {"scoped": "the actor's own reveals"}


class TooManyReveals(TooManyRequests):
    vi = f"Mỗi giờ chỉ được xem rõ {AT_MOST} thông tin; hãy chờ rồi thử lại."
    en = f"No more than {AT_MOST} fields are revealed in an hour; wait and try again."


def reveal(work: Work, member_id: UUID, data: Reveal) -> RevealedField:
    member = work.fetch(Permission.MEMBER_REVEAL, Member, member_id)
    work.expect_proof()
    _expect_few(work)
    noted = accesses.note(work, [member.id], AccessWay.REVEAL, [data.field], data.reason)
    work.record("member.revealed", member, field=data.field, reason=data.reason)
    for entry in noted.values():
        title = f"Đã có người xem {FIELD_WORDS[data.field]} của đồng chí"
        body = f"{entry.office}\nLý do: {data.reason}"
        notice = Notice(NotificationKind.DATA_REVEALED, entry.subject, title, body)
        notices.tell(work, [member.id], notice)
    return RevealedField(field=data.field, value=getattr(member, data.field))


def _expect_few(work: Work) -> None:
    own = select(Account.id).where(col(Account.id) == work.actor.account_id)
    work.session.execute(own.with_for_update()).all()  # one after another, so that all are counted
    counted = (
        select(func.count())
        .select_from(AccessEntry)
        .where(
            col(AccessEntry.account_id) == work.actor.account_id,
            col(AccessEntry.way) == AccessWay.REVEAL,
            col(AccessEntry.created_at) > work.now - AN_HOUR,
        )
    )
    if work.session.execute(counted.execution_options(**_OWN)).scalar_one() >= AT_MOST:
        raise TooManyReveals
