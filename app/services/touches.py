"""Whose data an account has met since a moment: what is asked first when it was stolen."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col

from app.core.errors import NotFound
from app.core.selects import pick, portions
from app.models import AccessEntry, Account, AttendanceEvent, AuditEntry, ImportRow, Member
from app.work import Work


@dataclass
class Touched:
    """One member: which fields were seen in clear, by which way; what was done, how often."""

    member_id: UUID
    full_name: str
    first_at: datetime
    last_at: datetime
    seen: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """One line: who; from when to when; seen; done."""
        span = f"{self.first_at.isoformat()} … {self.last_at.isoformat()}"
        lists = (_listed("seen", self.seen), _listed("done", self.done))
        return "\t".join((str(self.member_id), self.full_name, span, *lists))


@dataclass(frozen=True)
class _Touch:
    member_id: UUID
    at: datetime
    seen: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


def find_account(work: Work, named: str) -> Account:
    """By its id or the name of staff; `NotFound` when there is none."""
    try:
        which = col(Account.id) == UUID(named)
    except ValueError:
        which = col(Account.staff_name) == named
    account: Account | None = work.session.execute(pick(Account).where(which)).scalar_one_or_none()
    if account is None:
        raise NotFound
    return account


def of(work: Work, account: Account, since: datetime) -> list[Touched]:
    """The members that the account has met, those seen in clear first."""
    touches = [*_seen(work, account.id, since), *_marked(work, account.id, since)]
    touches += _done(work, account.id, since)
    by_member: dict[UUID, list[_Touch]] = defaultdict(list)
    for touch in touches:
        by_member[touch.member_id].append(touch)
    names = dict(_names(work, by_member))
    found = [_summed(member_id, names[member_id], by_member[member_id]) for member_id in by_member]
    return sorted(found, key=lambda each: (not each.seen, each.first_at, each.member_id))


def _listed(title: str, counts: Counter[str]) -> str:
    told = (f"{name} ×{number}" for name, number in sorted(counts.items()))
    return f"{title}: {', '.join(told) or '–'}"


def _summed(member_id: UUID, full_name: str, touches: list[_Touch]) -> Touched:
    moments = [touch.at for touch in touches]
    summed = Touched(member_id, full_name, min(moments), max(moments))
    for touch in touches:
        summed.seen.update(touch.seen)
        summed.done.update(touch.done)
    return summed


def _seen(work: Work, account_id: UUID, since: datetime) -> Iterator[_Touch]:
    statement = pick(AccessEntry).where(
        col(AccessEntry.account_id) == account_id, col(AccessEntry.created_at) >= since
    )
    for entry in _all(work, statement).scalars():
        fields = tuple(f"{name} ({entry.way})" for name in entry.fields)
        yield _Touch(entry.member_id, entry.created_at, seen=fields)


def _marked(work: Work, account_id: UUID, since: datetime) -> Iterator[_Touch]:
    """The sheet's own events: they name each line, where a trace names the meeting."""
    event = AttendanceEvent
    statement = pick(event.member_id, event.recorded_at).where(
        col(event.actor_id) == account_id, col(event.recorded_at) >= since
    )
    for member_id, recorded_at in _all(work, statement):
        yield _Touch(member_id, recorded_at, done=("attendance.marked",))


def _done(work: Work, account_id: UUID, since: datetime) -> Iterator[_Touch]:
    statement = pick(AuditEntry.subject_id, AuditEntry.action, AuditEntry.created_at).where(
        col(AuditEntry.actor_id) == account_id, col(AuditEntry.created_at) >= since
    )
    entries = _all(work, statement).all()
    whose = _whose(work, {entry.subject_id for entry in entries})
    for entry in entries:
        for member_id in whose.get(entry.subject_id, ()):
            yield _Touch(member_id, entry.created_at, done=(entry.action,))


def _whose(work: Work, subjects: set[UUID]) -> dict[UUID, set[UUID]]:
    """The members that each row speaks of; those of an import are the ones its rows named."""
    imported, named = col(ImportRow.import_id), col(ImportRow.subject_id)
    columns = [(col(Member.id), col(Member.id)), *_owned()]
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for portion in portions(subjects):
        asked = [pick(row, member).where(row.in_(portion)) for row, member in columns]
        asked.append(
            pick(imported, Member.id)
            .join(Member, col(Member.id) == named)
            .where(imported.in_(portion))
        )
        for statement in asked:
            for subject_id, member_id in _all(work, statement):
                if member_id is not None:
                    found[subject_id].add(member_id)
    return found


def _owned() -> Iterator[tuple[Any, Any]]:
    """Of every table whose rows are somebody's: which row, and whose."""
    for table in SQLModel.metadata.sorted_tables:
        if {"id", "member_id"} <= set(table.columns.keys()):
            yield table.columns.id, table.columns.member_id


def _names(work: Work, ids: Iterable[UUID]) -> Iterator[tuple[UUID, str]]:
    for portion in portions(ids):
        statement = pick(Member.id, Member.full_name).where(col(Member.id).in_(portion))
        yield from _all(work, statement)


def _all(work: Work, statement: Any) -> Any:
    return work.session.execute(
        statement.execution_options(scoped="an operator follows a stolen account")
    )
