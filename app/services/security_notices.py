"""What happened to an account, told to the member whose it is."""

from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick
from app.models import Account, Membership, NotificationKind
from app.models.base import valid_on
from app.services import notices
from app.services.notices import Notice, Subject
from app.work import Work

_OBJECT = "Nếu không phải bạn làm việc này, hãy báo ngay cho bí thư chi bộ hoặc văn phòng cấp ủy."


def tell(work: Work, account: Account, title: str, body: str) -> None:
    """A row in the inbox, with how to object. Staff who are no members have no inbox."""
    if account.member_id is None:
        return
    statement = pick(Membership.organization_id).where(
        col(Membership.member_id) == account.member_id,
        *valid_on(Membership, local_date(work.now)),
    )
    own = statement.order_by(col(Membership.kind)).limit(1)
    cell_id = work.session.execute(own.execution_options(scoped="own membership")).scalar()
    if cell_id is not None:
        subject = Subject(cell_id, account.id)
        notice = Notice(NotificationKind.SECURITY, subject, title, f"{body} {_OBJECT}")
        notices.tell(work, [account.member_id], notice)
