"""What proves the second factor: six digits, good once, or a recovery code in their place."""

from uuid import UUID

from sqlalchemy import delete, func, insert, update
from sqlmodel import col, select

from app.core import codes, database, totp
from app.core.errors import InvalidCredentials, TotpRequired
from app.core.ids import new_id
from app.models import Account, RecoveryCode, TotpUse
from app.services import security_notices
from app.work import Work

RECOVERY_CODES = 8
_PURPOSE = "recovery code"


def expect(work: Work, account: Account, given: str | None) -> None:
    """Nothing of an account without the factor; of others a code that was not used before.

    `TotpRequired` when there is none, `InvalidCredentials` when it is wrong or used.
    """
    if account.totp_confirmed_at is None or account.totp_secret is None:
        return
    if not given:
        raise TotpRequired
    digits = "".join(given.split())
    if not (use(work, account, account.totp_secret, digits) or _use_recovery(work, account, given)):
        raise InvalidCredentials


def use(work: Work, account: Account, secret: str, digits: str) -> bool:
    """Whether these are digits of now that nobody used; from now on they are used."""
    return any(
        database.insert_once(
            work.session,
            TotpUse,
            {"account_id": account.id, "step": step, "used_at": work.now},
        )
        for step in totp.steps_of(secret, digits, work.now)
    )


def issue_recovery_codes(work: Work, account: Account) -> list[str]:
    """Eight, told once."""
    issued = [codes.new_code(groups=5) for _ in range(RECOVERY_CODES)]
    rows = [
        {
            "id": new_id(),
            "created_at": work.now,
            "version": 1,
            "account_id": account.id,
            "digest": codes.digest(_PURPOSE, code),
        }
        for code in issued
    ]
    work.session.execute(insert(RecoveryCode), rows)
    return issued


def forget(work: Work, account_id: UUID) -> None:
    """Nothing of a secret that is gone proves anything, nor stands in the way of the next."""
    for model in (RecoveryCode, TotpUse):
        work.session.execute(delete(model).where(col(model.account_id) == account_id))


def _use_recovery(work: Work, account: Account, given: str) -> bool:
    unused = (col(RecoveryCode.account_id) == account.id, col(RecoveryCode.used_at).is_(None))
    spent = (
        update(RecoveryCode)
        .where(*unused, col(RecoveryCode.digest) == codes.digest(_PURPOSE, given))
        .values(used_at=work.now)
        .returning(col(RecoveryCode.id))
    )
    if work.session.execute(spent).first() is None:
        return False
    left = work.session.execute(select(func.count()).where(*unused)).scalar_one()
    work.record("recovery_code.used", account, left=left)
    security_notices.tell(
        work,
        account,
        "Một mã khôi phục đã được dùng",
        f"Tài khoản của bạn vừa được xác thực bằng một mã khôi phục; còn lại {left} mã.",
    )
    return True
