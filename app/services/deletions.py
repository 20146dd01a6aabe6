"""What a restored backup must not give back: a journal outside the database, of ids alone.

It is written from the audit trail, in the order of its seals. A backup knows nothing of what was
ended after it was made; the journal does, and ends it again.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core import journals
from app.core.passwords import nobodys_hash
from app.core.selects import pick
from app.models import Account, AuditEntry, AuditSeal, Document, Member, Office, RecoveryCode
from app.services.audit_seals import last
from app.work import Work

#: The clocks of two servers may differ; what is done twice is done once.
SLACK = timedelta(hours=1)


_BY_ID: dict[str, Any] = {"scoped": "what the journal names"}


class Line(NamedTuple):
    """`number` is the place in the chain of the audit trail; `until` a day, where there is one."""

    number: int
    at: datetime
    id: UUID | None
    action: str
    subject_id: UUID | None
    until: str | int | None


def _disable(work: Work, account: Account, line: Line) -> None:
    account.disabled_at = account.disabled_at or line.at


def _lock(work: Work, account: Account, line: Line) -> None:
    account.locked_at = account.locked_at or line.at


def _forget_proofs(work: Work, account: Account, line: Line) -> None:
    """The old password, or the old second factor, may be what was stolen."""
    account.password_hash = nobodys_hash()


def _use_up(work: Work, account: Account, line: Line) -> None:
    """Nobody knows any more which of the codes was used."""
    codes = update(RecoveryCode).where(
        col(RecoveryCode.account_id) == account.id, col(RecoveryCode.used_at).is_(None)
    )
    work.session.execute(codes.values(used_at=line.at).execution_options(**_BY_ID))


def _end(work: Work, office: Office, line: Line) -> None:
    office.valid_to = None if line.until in (None, "None") else date.fromisoformat(str(line.until))


def _withdraw(work: Work, document: Document, line: Line) -> None:
    document.withdrawn_at = document.withdrawn_at or line.at


def _renew(work: Work, member: Member, line: Line) -> None:
    member.badge_version = max(member.badge_version, int(line.until or 0))


class Effect(NamedTuple):
    """What is done again, to which row; `detail` names what of the trace it needs to know."""

    model: Any
    act: Callable[[Work, Any, Line], None]
    detail: str = ""


#: All that is ended again by itself. The rest of what was lost is lost, and to be done anew.
EFFECTS: Mapping[str, Effect] = {
    "account.disabled": Effect(Account, _disable),
    "account.locked": Effect(Account, _lock),
    "account.recovered": Effect(Account, _forget_proofs),
    "account.totp_reset": Effect(Account, _forget_proofs),
    "password.changed": Effect(Account, _forget_proofs),
    "totp.confirmed": Effect(Account, _forget_proofs),
    "totp.removed": Effect(Account, _forget_proofs),
    "recovery_code.used": Effect(Account, _use_up),
    "office.changed": Effect(Office, _end, "after"),
    "document.withdrawn": Effect(Document, _withdraw),
    "badge.renewed": Effect(Member, _renew, "badge_version"),
}


def since(session: Session, number: int) -> Iterator[Line]:
    """What was sealed after the seal `number`, of what is journalled."""
    statement = (
        pick(AuditSeal.number, AuditEntry)
        .join(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id))
        .where(col(AuditSeal.number) > number, col(AuditEntry.action).in_(EFFECTS))
        .order_by(col(AuditSeal.number))
        .execution_options(scoped="the journal outlives the database")
    )
    for sealed, entry in session.execute(statement):
        until = entry.details.get(EFFECTS[entry.action].detail)
        yield Line(sealed, entry.created_at, entry.id, entry.action, entry.subject_id, until)


def begin(file: Path, now: datetime) -> None:
    """Make the journal where there is none, so that one without deletions is not a lost one."""
    if not file.exists():
        append(file, [Line(0, now, None, "begun", None, None)])


def append(file: Path, lines: list[Line]) -> None:
    """Add lines; they are on the disk when this returns."""
    if lines:
        journals.append(file, [_told(line) for line in lines])


def read(file: Path) -> Iterator[Line]:
    """The journal from its beginning; a line that a crash left unfinished is passed over."""
    for _, text in journals.read(file):
        line = _parsed(text)
        if line is not None:
            yield line


def reached(file: Path) -> int:
    """Up to which seal the journal was written."""
    lines = deque(read(file), maxlen=1) if file.exists() else ()
    return lines[0].number if lines else 0


def end_again(work: Work, lines: Iterator[Line], made_at: datetime) -> dict[str, int]:
    """Do again what was done since a backup was made; how often each."""
    done: dict[str, int] = {}
    known = select(AuditEntry.id).execution_options(scoped="what the backup knows of itself")
    for line in lines:
        effect = EFFECTS.get(line.action)
        if effect is None or line.at < made_at - SLACK:
            continue
        if work.session.execute(known.where(AuditEntry.id == line.id)).first() is not None:
            continue
        row = work.session.get(effect.model, line.subject_id, execution_options=_BY_ID)
        if row is None:
            continue  # it came into being after the backup, and is lost with it
        effect.act(work, row, line)
        work.record(line.action, row, again=True, at=line.at.isoformat())
        done[line.action] = done.get(line.action, 0) + 1
    return done


def mark_restored(file: Path, session: Session, now: datetime) -> None:
    """From here on the numbers are those of the restored chain."""
    tail = last(session)
    number = tail.number if tail is not None else 0
    append(file, [Line(number, now, None, "restored", None, None)])


def _told(line: Line) -> dict[str, Any]:
    return json.loads(json.dumps(line._asdict(), default=str))  # type: ignore[no-any-return]  # plain words


def _parsed(text: str) -> Line | None:
    def uuid(given: str | None) -> UUID | None:
        return None if given is None else UUID(given)

    try:
        told = json.loads(text)
        return Line(
            int(told["number"]),
            datetime.fromisoformat(told["at"]),
            uuid(told["id"]),
            str(told["action"]),
            uuid(told["subject_id"]),
            told["until"],
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
