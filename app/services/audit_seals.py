"""The chain over the audit trail: each link seals one entry, and with it all links before.

Entries are sealed after their commit, in an order of the sealer's own, so that no writer waits for
a chain. What a link is made of is fixed for ever, and the same on every database.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, insert, text
from sqlmodel import Session, col, func, select

from app.core.ids import earlier, first_id
from app.core.selects import pick
from app.models import AuditEntry, AuditSeal

#: So many entries are sealed in one transaction at most.
PORTION = 500
#: An id says when its row was made. So long before the last sealed one a row may have been made
#: that was committed after it: looked for at every turn, and once a minute.
USUALLY = timedelta(minutes=1)
SELDOM = timedelta(hours=1)
#: What the first link follows.
BEGINNING = bytes(hashlib.sha256().digest_size)
#: Held by whoever seals: there is one chain.
SEAL_LOCK = 608_617
#: What a link says of its entry, in this order for ever.
SEALED = (
    "id",
    "created_at",
    "version",
    "actor_id",
    "action",
    "organization_id",
    "subject_id",
    "request_id",
    "details",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = UUID(int=0)


def seal(
    session: Session, now: datetime, limit: int = PORTION, *, slack: timedelta | None = USUALLY
) -> int:
    """Seal committed entries that have no seal, oldest first; how many. One sealer at a time.

    Without `slack` all of the trail is looked through.
    """
    if not _is_alone(session):
        return 0
    tail = last(session)
    rows = list(_links(tail, _found(session, tail, now, limit, slack), now))
    if rows:
        session.execute(insert(AuditSeal), rows)
    return len(rows)


def link(previous: bytes, number: int, sealed_at: datetime, entry: Any) -> bytes:
    """The digest of the link before, of this link's own columns, and of the whole entry."""
    said = [number, sealed_at, *(getattr(entry, name) for name in SEALED)]
    written = json.dumps(said, default=_plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + written.encode()).digest()


def last(session: Session) -> AuditSeal | None:
    """The end of the chain."""
    statement = select(AuditSeal).order_by(col(AuditSeal.number).desc()).limit(1)
    return session.execute(statement).scalar_one_or_none()


def backlog(session: Session, now: datetime) -> int:
    """How many entries wait for their seal."""
    since = _bound(last(session), now, USUALLY)
    count = select(func.count()).select_from(_unsealed(since, AuditEntry.id).subquery())
    return int(session.execute(_scoped(count)).scalar_one())


def is_any_waiting(session: Session, now: datetime, slack: timedelta) -> bool:
    """Whether a sealer would find something; asked often, and without a transaction."""
    since = _bound(last(session), now, slack)
    found = select(exists(_unsealed(since, AuditEntry.id)))
    return bool(session.execute(_scoped(found)).scalar_one())


def unsealed_before(session: Session, moment: datetime | None = None) -> int:
    """How many entries of the whole trail have no seal; of those made before a moment."""
    waiting = _unsealed(_NEVER, AuditEntry.id)
    if moment is not None:
        waiting = waiting.where(col(AuditEntry.id) < first_id(moment))
    count = select(func.count()).select_from(waiting.subquery())
    return int(session.execute(_scoped(count)).scalar_one())


def columns_of_entries() -> list[Any]:
    return [getattr(AuditEntry, name) for name in SEALED]


def _links(
    tail: AuditSeal | None, entries: Sequence[Any], now: datetime
) -> Iterator[dict[str, Any]]:
    before, digest = (tail.number, tail.digest) if tail else (0, BEGINNING)
    for number, entry in enumerate(entries, before + 1):
        digest = link(digest, number, now, entry)
        yield {"number": number, "entry_id": entry.id, "digest": digest, "sealed_at": now}


def _found(
    session: Session, tail: AuditSeal | None, now: datetime, limit: int, slack: timedelta | None
) -> Sequence[Any]:
    """What is newer than the last sealed entry; and when that is all, what was committed late."""
    bounds = [_bound(tail, now, timedelta()), _bound(tail, now, slack)] if slack else [_NEVER]
    found: Sequence[Any] = ()
    for since in bounds:
        statement = _unsealed(since, *columns_of_entries()).order_by(col(AuditEntry.id))
        found = session.execute(_scoped(statement.limit(limit))).all()
        if len(found) == limit:
            break
    return found


def _bound(tail: AuditSeal | None, now: datetime, slack: timedelta) -> UUID:
    """No id below it is looked at; a clock that went ahead hides nothing."""
    if tail is None:
        return _NEVER
    return earlier(min(tail.entry_id, first_id(now)), slack)


def _unsealed(since: UUID, *columns: Any) -> Select[Any]:
    sealed = col(AuditSeal.entry_id)
    # Bounded by itself too, so that no plan goes through all of the chain.
    is_sealed = exists(select(AuditSeal.number).where(sealed == AuditEntry.id, sealed >= since))
    return pick(*columns).where(col(AuditEntry.id) >= since, ~is_sealed)


def _plain(value: datetime | UUID) -> int | str:
    """A moment as microseconds since 1970, an id as its 32 digits."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    return value.hex


def _is_alone(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True  # whoever writes is
    held = text(f"SELECT pg_try_advisory_xact_lock({SEAL_LOCK})")
    return bool(session.execute(held).scalar_one())


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="the sealer reads every entry")
