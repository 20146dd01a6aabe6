"""One's own second factor: begun, confirmed by a first code, taken away again."""

from sqlmodel import col

from app.core import qr_codes, totp
from app.core.errors import Conflict, InvalidCredentials, NotFound
from app.models import Account, Member
from app.policies.permissions import Permission
from app.schemas.totp import RecoveryCodes, TotpBegun, TotpConfirm
from app.services import accounts, security_notices, sessions, totp_codes
from app.work import Work


class NothingBegun(Conflict):
    vi = "Chưa có xác thực hai lớp nào đang chờ xác nhận; hãy bắt đầu lại."
    en = "No second factor waits to be confirmed; begin again."


class FactorNeeded(Conflict):
    vi = "Người xem được dữ liệu của người khác phải giữ xác thực hai lớp."
    en = "Whoever sees other people's data keeps a second factor."


def begin(work: Work) -> TotpBegun:
    """A fresh secret that waits to be confirmed; the present one goes on until then.

    Proof is needed even for the first: a phone found unlocked must not lock out its owner.
    """
    account = accounts.own(work)
    work.expect_proof()
    secret = totp.new_secret()
    account.totp_pending = secret
    work.record("totp.begun", account)
    uri = totp.uri(secret, _name_of(work, account))
    return TotpBegun(secret=secret, uri=uri, svg=qr_codes.draw(uri))


def confirm(work: Work, data: TotpConfirm) -> RecoveryCodes:
    """By a code of the new secret; tells the recovery codes once, signs other devices out.

    What was begun waits no longer than the proof by which it was, and proves nothing anew.
    """
    account = accounts.own(work)
    work.expect_proof()
    secret = account.totp_pending
    if secret is None:
        raise NothingBegun
    totp_codes.forget(work, account.id)
    if not totp_codes.use(work, account, secret, "".join(data.code.split())):
        raise InvalidCredentials
    account.totp_secret, account.totp_pending = secret, None
    account.totp_confirmed_at = work.now
    codes = totp_codes.issue_recovery_codes(work, account)
    sessions.revoke_all(work, account.id, "second factor set", spare=work.actor.session_id)
    work.record("totp.confirmed", account)
    security_notices.tell(
        work,
        account,
        "Đã bật xác thực hai lớp",
        "Từ nay tài khoản của bạn đăng nhập bằng mật khẩu và mã xác thực.",
    )
    return RecoveryCodes(recovery_codes=codes)


def drop(work: Work) -> None:
    """Sign in by password alone again; not for whoever sees other people's data."""
    account = accounts.own(work)
    if account.totp_confirmed_at is None and account.totp_pending is None:
        raise NotFound
    work.expect_proof()
    if work.actor.sees_others:
        raise FactorNeeded
    remove(work, account)


def remove(work: Work, account: Account) -> None:
    """Take the factor away from an account already reached, and sign its other devices out."""
    account.totp_secret = account.totp_pending = None
    account.totp_confirmed_at = None
    totp_codes.forget(work, account.id)
    sessions.revoke_all(work, account.id, "second factor removed", spare=work.actor.session_id)
    work.record("totp.removed", account)
    security_notices.tell(
        work,
        account,
        "Đã gỡ xác thực hai lớp",
        "Từ nay tài khoản của bạn đăng nhập chỉ bằng mật khẩu.",
    )


def _name_of(work: Work, account: Account) -> str:
    """What the authenticator shows beside the digits; nothing confidential."""
    if account.member_id is None:
        return str(account.staff_name)
    own = work.within_reach(Permission.MEMBER_READ, Member, Member.full_name)
    names = work.session.execute(own.where(col(Member.id) == account.member_id))
    return str(names.scalar_one())
