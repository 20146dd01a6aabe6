"""Whoever fails to prove who they are waits longer and longer; a known device is let through.

Waits go by the name that was given and by the network, never by the account behind the name: so
a name that nobody has is treated like any other, and a card number and a phone do not betray that
they are one person's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy import func, literal, or_, union_all, update
from sqlmodel import col, select

from app.core.errors import TooManyRequests
from app.core.selects import pick
from app.core.settings import settings
from app.core.tokens import fingerprint
from app.models import Account, AccountSession, SignInFailure
from app.policies.actors import Actor
from app.services import identifiers, security_notices, sessions
from app.work import Work

log = structlog.get_logger(__name__)
REFUSED = Counter("sotay_sign_ins_refused", "Proofs that failed, or had to wait", ["why"])


class Limit(NamedTuple):
    """So many failures are free within a time; each one more doubles the wait after the last."""

    free: int
    within: timedelta
    counted_by: tuple[str, ...]


HERE = Limit(5, timedelta(minutes=15), ("identifier_digest", "source"))
ANYWHERE = Limit(20, timedelta(hours=24), ("identifier_digest",))
#: A village hall, where everybody opens an account on one evening, is one network.
NETWORK = Limit(100, timedelta(hours=1), ("source",))
#: Of a known device. After these it waits like any other.
DEVICE = Limit(10, timedelta(hours=24), ("identifier_digest",))
#: Of somebody signed in who proves it again: nobody else can use these up.
SIGNED_IN = Limit(5, timedelta(minutes=15), ("identifier_digest",))
LONGEST_WAIT = timedelta(minutes=5)
#: Of an account, from anywhere and by any name: fewer than 100 by as many as may be under way.
LOCKED_AFTER, LOCK_COUNTS = 90, timedelta(hours=24)
#: A device is known for so long after it signed in, unless it was last signed out from elsewhere.
KNOWN_FOR = timedelta(days=180)
_STILL_KNOWN = (None, sessions.SIGNED_OUT)
#: The digest of no name.
_FORGIVEN = b""


@dataclass(frozen=True)
class Try:
    """An attempt to prove who one is: by whom, under which name, and whose devices know it."""

    actor: Actor
    digest: bytes
    identifier: str | None = None
    trusted: frozenset[UUID] = frozenset()


def begin(work: Work, identifier: str, device_key: str | None = None) -> Try:
    """Of whoever gives a name; `TooManyRequests` with the time that is left to wait.

    `trusted` are the accounts of that name whose device this is.
    """
    if (trusted := _knowing(work, identifier, device_key)) and device_key:
        device = fingerprint("known device", device_key.encode())
        counted = _count(work, device, DEVICE)
        if counted.failures < DEVICE.free:
            return Try(work.actor, device, identifier, trusted)
    digest = identifiers.digest_of(identifier)
    _expect_patience(work, digest, HERE, ANYWHERE, NETWORK)
    return Try(work.actor, digest, identifier)


def begin_by_code(work: Work, identifier: str, totp: str | None) -> Try:
    """Of whoever gives a code too long to guess: no stranger elsewhere keeps the owner from it.

    A second factor beside it can be guessed, and waits as at any sign-in.
    """
    digest = identifiers.digest_of(identifier)
    _expect_patience(work, digest, HERE, NETWORK, *([ANYWHERE] if totp else []))
    return Try(work.actor, digest, identifier)


def begin_again(work: Work) -> Try:
    """Of somebody signed in, who is asked once more."""
    digest = fingerprint("account", str(work.actor.account_id).encode())
    _expect_patience(work, digest, SIGNED_IN)
    return Try(work.actor, digest)


def note_failure(work: Work, tried: Try) -> None:
    """Keep that it failed; too many of them lock the account to all but the devices it knows."""
    named = _accounts_of(work, tried)
    failure = SignInFailure(
        created_at=work.now,
        account_id=named[0] if len(named) == 1 else None,
        identifier_digest=tried.digest,
        source=_source_of(tried.actor),
    )
    work.add(failure)
    work.session.flush()
    REFUSED.labels("wrong").inc()
    log.warning("sign-in refused", source=failure.source, request_id=work.actor.request_id)
    if settings().throttling:
        for account_id in named:
            _lock_if_due(work, account_id, tried.digest)


def forgive(work: Work, account: Account) -> None:
    """End the waits of an account that was vouched for; what its network did stays counted."""
    work.session.execute(
        update(SignInFailure)
        .where(col(SignInFailure.account_id) == account.id)
        .values(account_id=None, identifier_digest=_FORGIVEN)
    )


class _Counted(NamedTuple):
    failures: int
    last_at: datetime | None


def _knowing(work: Work, identifier: str, device_key: str | None) -> frozenset[UUID]:
    if device_key is None:
        return frozenset()
    statement = pick(AccountSession.account_id, AccountSession.revoked_because).where(
        col(AccountSession.account_id).in_(identifiers.ids_named(identifier)),
        col(AccountSession.device_digest) == fingerprint("device", device_key.encode()),
        col(AccountSession.created_at) > work.now - KNOWN_FOR,
    )
    in_turn = statement.order_by(col(AccountSession.created_at), col(AccountSession.id))
    scoped = in_turn.execution_options(scoped="whoever holds the device")
    records = work.session.execute(scoped)
    last = {record.account_id: record.revoked_because for record in records}
    return frozenset(each for each, because in last.items() if because in _STILL_KNOWN)


def _expect_patience(work: Work, digest: bytes, *limits: Limit) -> None:
    """All the limits in one statement, each answered by an index."""
    if not settings().throttling:
        return
    asked = [_counting(work, digest, limit, place) for place, limit in enumerate(limits)]
    waits = [
        _wait(_Counted(*counted), limits[place], work.now)
        for place, *counted in work.session.execute(union_all(*asked))
    ]
    if max(waits) > timedelta():
        REFUSED.labels("waiting").inc()
        raise TooManyRequests(retry_after=ceil(max(waits).total_seconds()))


def _wait(counted: _Counted, limit: Limit, now: datetime) -> timedelta:
    beyond = counted.failures - limit.free
    if beyond < 0 or counted.last_at is None:
        return timedelta()
    wait = min(timedelta(seconds=2 ** min(beyond, 16)), LONGEST_WAIT)
    return counted.last_at + wait - now


def _count(work: Work, digest: bytes, limit: Limit) -> _Counted:
    _, *counted = work.session.execute(_counting(work, digest, limit, 0)).one()
    return _Counted(*counted)


def _counting(work: Work, digest: bytes, limit: Limit, place: int) -> Any:
    values = {"identifier_digest": digest, "source": _source_of(work.actor)}
    return pick(literal(place), func.count(), func.max(SignInFailure.created_at)).where(
        col(SignInFailure.created_at) > work.now - limit.within,
        *(getattr(SignInFailure, name) == values[name] for name in limit.counted_by),
    )


def _accounts_of(work: Work, tried: Try) -> list[UUID]:
    if tried.identifier is None:
        return [tried.actor.account_id] if tried.actor.account_id else []
    named = pick(Account.id).where(col(Account.id).in_(identifiers.ids_named(tried.identifier)))
    scoped = named.execution_options(scoped="whoever was named")
    return list(work.session.execute(scoped).scalars())


def _lock_if_due(work: Work, account_id: UUID, digest: bytes) -> None:
    failures = pick(func.count()).where(
        or_(
            col(SignInFailure.account_id) == account_id,
            col(SignInFailure.identifier_digest) == digest,
        ),
        col(SignInFailure.created_at) > work.now - LOCK_COUNTS,
    )
    if work.session.execute(failures.select_from(SignInFailure)).scalar_one() < LOCKED_AFTER:
        return
    statement = select(Account).where(Account.id == account_id).with_for_update()
    account = work.session.exec(statement).one()
    if account.locked_at is not None:
        return
    account.locked_at = work.now
    work.record("account.locked", account, failures=LOCKED_AFTER)
    security_notices.tell(
        work,
        account,
        "Tài khoản tạm khóa đăng nhập trên thiết bị lạ",
        "Đã có quá nhiều lần đăng nhập sai. Thiết bị bạn từng dùng vẫn đăng nhập được;"
        " thiết bị khác cần mã mới của bí thư chi bộ.",
    )


def _source_of(actor: Actor) -> str:
    return actor.source or "unknown"
