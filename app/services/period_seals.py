"""Seals on locked periods: the SHA-256 of what a cell's month holds, kept so that it can be asked.

What is written under an exception is sealed again when its transaction ends, so that the moment
at which an exception runs out needs nobody to do anything.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, event, insert, literal, or_, update
from sqlmodel import Session, col

from app.core import periods, walls
from app.core.clock import local_date
from app.core.selects import pick, portions
from app.models import (
    COUNTS,
    Attendance,
    Figure,
    FrozenAccount,
    Meeting,
    PeriodLock,
    PeriodSeal,
)
from app.services.cell_counts import accounts_with_use
from app.services.checklists import Facts
from app.services.rules import ancestry

#: What may be found broken: what a cell's month holds, and the cells that a lock vouches for.
KINDS = CELL, LOCK = "seal", "lock"
_UNSEALED = "periods written under an exception"


def renew(session: Session, period: str, cells: Iterable[UUID], now: datetime) -> None:
    """Have these cells sealed again before the transaction is committed."""
    unsealed: dict[str, set[UUID]] = session.info.setdefault(_UNSEALED, defaultdict(set))
    unsealed[period].update(cells)
    session.info[_UNSEALED, "now"] = now


def seal(session: Session, period: str, cells: Collection[UUID], now: datetime) -> None:
    """Write down who lacks an account, and what these cells' month holds with that."""
    session.flush()
    remove(session, period, cells)
    for portion in portions(cells):
        _freeze_accounts(session, period, portion, now)
        seals = [
            {"organization_id": cell, "period": period, "digest": digest, "sealed_at": now}
            for cell, digest in _digests(session, period, portion).items()
        ]
        session.connection().execute(insert(PeriodSeal), seals)


@walls.beyond("seals are set on every cell")
def remove(session: Session, period: str, cells: Collection[UUID]) -> None:
    """Nothing vouches for these cells' month any more."""
    for model in (FrozenAccount, PeriodSeal):
        for portion in portions(cells):
            session.execute(
                delete(model)
                .where(col(model.period) == period, col(model.organization_id).in_(portion))
                .execution_options(scoped="below a reached unit", synchronize_session=False)
            )


def bind(session: Session, period: str, paths: Iterable[str]) -> None:
    """Let every standing lock above these places vouch for the seals as they are now.

    The locks are held first: of two who seal again at the same time, the second sees both.
    """
    above = sorted({each for path in paths for each in ancestry(path)})
    for portion in portions(above):
        locks = _locks(period).where(col(Figure.path).in_(portion)).order_by(col(PeriodLock.id))
        held = _scoped(locks.with_for_update(of=PeriodLock))
        for lock_id, path, _ in session.execute(held).all():
            cells, digest = _bound(session, period, path)
            session.execute(
                update(PeriodLock)
                .where(col(PeriodLock.id) == lock_id)
                .values(cells=cells, digest=digest)
                .execution_options(scoped="above a reached unit", synchronize_session=False)
            )


def breaches(session: Session, period: str) -> list[tuple[str, str]]:
    """The places where a locked cell is not as its seal says, or a lock not as its cells say."""
    locked = {row.organization_id: row for row in session.execute(_sealed_cells(period))}
    found = []
    for portion in portions(locked):
        for cell, digest in _digests(session, period, portion).items():
            row = locked[cell]
            is_new = row.digest is None and not any(getattr(row, name) for name in COUNTS)
            if is_new:  # it came later, and counts nothing
                continue
            if digest != row.digest or row.locked_at is None:
                found.append((row.path, CELL))
    locks = session.execute(_scoped(_locks(period).order_by(col(Figure.path)))).all()
    return found + [
        (path, LOCK) for _, path, digest in locks if digest != _bound(session, period, path)[1]
    ]


@event.listens_for(Session, "before_commit")
def _seal_again(session: Session) -> None:
    unsealed: dict[str, set[UUID]] = session.info.pop(_UNSEALED, {})
    for period, cells in sorted(unsealed.items()):
        session.flush()
        places = {}
        for portion in portions(cells):
            still = pick(Figure.organization_id, Figure.path).where(
                col(Figure.period) == period,
                col(Figure.organization_id).in_(portion),
                col(Figure.locked_at).is_not(None),  # it may have been lifted since
            )
            places.update(dict(tuple(row) for row in session.execute(_scoped(still))))
        if places:
            seal(session, period, places, session.info[_UNSEALED, "now"])
            bind(session, period, places.values())


@walls.beyond("seals are set on every cell")
def _freeze_accounts(session: Session, period: str, cells: Collection[UUID], now: datetime) -> None:
    used = accounts_with_use(period, periods.counted_on(period, local_date(now))).subquery()
    lacking = pick(
        used.c.organization_id,
        literal(period).label("period"),
        used.c.member_id,
        (used.c.activated == 1).label("is_activated"),
    ).where(
        used.c.organization_id.in_(cells),
        or_(used.c.activated == 0, used.c.active == 0),
    )
    columns = ["organization_id", "period", "member_id", "is_activated"]
    session.connection().execute(insert(FrozenAccount).from_select(columns, lacking))


@walls.beyond("seals are set on every cell")
def _digests(session: Session, period: str, cells: Collection[UUID]) -> dict[UUID, str]:
    """What each of these cells' month amounts to, whatever database says it."""
    connection = session.connection()
    held: dict[UUID, dict[str, list[Any]]] = {
        cell: {"counts": [], "meetings": [], "lines": [], "accounts": []} for cell in cells
    }
    for part, statement in _contents(period, cells).items():
        for cell, *said in connection.execute(statement):
            held[cell][part].append([_word(each) for each in said])
    return {cell: _digest([str(cell), period, _in_order(parts)]) for cell, parts in held.items()}


def _contents(period: str, cells: Collection[UUID]) -> dict[str, Select[Any]]:
    own = (
        col(Meeting.organization_id).in_(cells),
        col(Meeting.starts_at) >= periods.starts_at(period),
        col(Meeting.starts_at) < periods.ends_at(period),
    )
    facts = [getattr(Meeting, name) for name in Facts._fields]
    line = (Attendance.meeting_id, Attendance.member_id, Attendance.status, Attendance.source)
    counts = [getattr(Figure, name) for name in COUNTS]
    frozen = FrozenAccount
    return {
        "counts": pick(Figure.organization_id, *counts).where(
            col(Figure.period) == period, col(Figure.organization_id).in_(cells)
        ),
        "meetings": pick(Meeting.organization_id, Meeting.id, *facts).where(*own),
        "lines": pick(Meeting.organization_id, *line)
        .join(Attendance, col(Attendance.meeting_id) == Meeting.id)
        .where(*own),
        "accounts": pick(frozen.organization_id, frozen.member_id, frozen.is_activated).where(
            col(frozen.period) == period, col(frozen.organization_id).in_(cells)
        ),
    }


def _in_order(parts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """By the first words of each entry, which tell them apart."""
    return {part: sorted(entries, key=lambda one: one[:2]) for part, entries in parts.items()}


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _digest(content: Any) -> str:
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _bound(session: Session, period: str, path: str) -> tuple[int, str]:
    """How many seals there are at a place and below, and what they amount to in its order."""
    statement = (
        pick(PeriodSeal.organization_id, PeriodSeal.digest)
        .join(Figure, _of_figure(PeriodSeal))
        .where(Figure.within(period, path))
        .order_by(col(Figure.path))
    )
    seals = [f"{cell} {digest}" for cell, digest in session.execute(_scoped(statement))]
    return len(seals), _digest(seals)


def _locks(period: str) -> Select[Any]:
    """Standing locks, the place that their unit had in the period, and what they vouch for."""
    return (
        pick(PeriodLock.id, Figure.path, PeriodLock.digest)
        .join(Figure, _of_figure(PeriodLock))
        .where(col(PeriodLock.period) == period, col(PeriodLock.lifted_at).is_(None))
    )


def _sealed_cells(period: str) -> Any:
    counts = [getattr(Figure, name) for name in COUNTS]
    return _scoped(
        pick(Figure.organization_id, Figure.path, Figure.locked_at, PeriodSeal.digest, *counts)
        .outerjoin(PeriodSeal, _of_figure(PeriodSeal))
        .where(
            col(Figure.period) == period,
            col(Figure.is_cell),
            or_(col(Figure.locked_at).is_not(None), col(PeriodSeal.digest).is_not(None)),
        )
        .order_by(col(Figure.path))
    )


def _of_figure(model: type[PeriodLock] | type[PeriodSeal]) -> Any:
    return (col(Figure.organization_id) == model.organization_id) & (
        col(Figure.period) == model.period
    )


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="seals are set on every cell")
