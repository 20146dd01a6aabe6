"""Whoever leads a cell lets members back in: a few a day, and both of them are told."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.core.selects import pick
from app.models import Account, Member
from app.services import own_deeds, security_notices
from app.work import Work

_ACTION = "account.recovery_offered"


class TooManyRecoveries(own_deeds.TooManyDeeds):
    """A cell has fewer who forget, and a stolen session opens no more than these."""

    code = "too_many_recoveries"
    allowed = 3
    vi = "Mỗi người chỉ cấp được 3 mã khôi phục trong 24 giờ."
    en = "One person gives three recovery codes within 24 hours."


def offer(work: Work, members: Sequence[Member]) -> None:
    """Note and tell of each of these members who has an account already.

    `TooManyRecoveries` when they are too many for the one who asks.
    """
    own = select(Account).where(Account.id == work.actor.account_id).with_for_update()
    issuer = work.session.exec(own).one_or_none()
    activated = pick(Account, Member.full_name).join(Member, col(Member.id) == Account.member_id)
    reached = activated.where(col(Member.id).in_([each.id for each in members]))
    found = work.session.execute(reached.execution_options(scoped="reached members")).all()
    if issuer is None or not found:
        return
    own_deeds.expect_fewer(work, _ACTION, TooManyRecoveries, len(found))
    for account, full_name in found:
        work.record(_ACTION, account)
        security_notices.tell(
            work,
            account,
            "Mã khôi phục tài khoản đã được cấp",
            "Chi bộ hoặc cấp trên vừa cấp mã để đặt lại mật khẩu tài khoản của bạn.",
        )
        security_notices.tell(
            work,
            issuer,
            "Bạn vừa cấp mã khôi phục tài khoản",
            f"Mã khôi phục đã được cấp cho {full_name}.",
        )
