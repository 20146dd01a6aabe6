"""Freezing a branch of the tree in a period, opening it for a while, and thawing it for good.

Whoever comes here holds every row of the branch, and so waits for all who write below it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, update
from sqlmodel import col

from app.core import periods
from app.core.errors import Conflict, Invalid
from app.core.selects import pick
from app.models import Figure, Organization, PeriodException, PeriodLock
from app.services import figures, period_seals, tree_rows, trees
from app.services.rules import ancestry
from app.work import Work


class NoFiguresThen(Conflict):
    code = "period_not_begun"
    vi = "Đơn vị chưa có số liệu của kỳ này."
    en = "The unit has no figures of this period: it has not begun, or lies before the first."


class Branch(NamedTuple):
    """The rows of a unit and all below it in a period, in the order of the tree."""

    period: str
    path: str
    rows: Sequence[Any]

    def cells(self, rows: Collection[Any]) -> dict[UUID, str]:
        return {row.organization_id: row.path for row in rows if row.is_cell}


def expect_begun(work: Work, period: str) -> None:
    """`NoFiguresThen` for what lies ahead, or before the figures began; `Invalid` for no month."""
    if not periods.is_period(period):
        raise Invalid.at(
            "/path/period", "wrong_format", "Kỳ viết là YYYY-MM.", "A period is written YYYY-MM."
        )
    if not figures.opened(work, [period]):
        raise NoFiguresThen


def place_of(work: Work, unit: Organization, period: str) -> str:
    """Where the unit stood in the tree of the period."""
    place = pick(Figure.path).where(
        col(Figure.organization_id) == unit.id, col(Figure.period) == period
    )
    path: str | None = work.session.execute(_scoped(place)).scalar_one_or_none()
    if path is None:
        raise NoFiguresThen
    return path


def hold(work: Work, unit: Organization, period: str) -> Branch:
    """The branch as the last writer left it; nobody changes anything in it meanwhile."""
    trees.hold(work.session)
    expect_begun(work, period)
    path = place_of(work, unit, period)
    columns = ("organization_id", "path", "is_cell", "locked_at", "open_until")
    rows = (
        pick(*(getattr(Figure, name) for name in columns))
        .where(Figure.within(period, path))
        .order_by(col(Figure.organization_id))
        .with_for_update()
    )
    held = work.session.execute(_scoped(rows)).all()
    return Branch(period, path, sorted(held, key=lambda row: row.path))


def freeze(
    work: Work, unit: Organization, branch: Branch, reason: str | None, besides: Sequence[str] = ()
) -> PeriodLock | None:
    """Lock what is open in the branch, but not `besides`; None when there is nothing.

    What was locked before keeps its seal; an exception that still held ends.
    """
    rows = [row for row in branch.rows if _is_open(row, work.now) and not _is_in(row, besides)]
    if not rows:
        return None
    is_open = Figure.is_open(work.now)
    within = and_(Figure.within(branch.period, branch.path), *map(_outside, besides), is_open)
    moment = _moment(work, branch)
    _mark(work, within, locked_at=func.coalesce(col(Figure.locked_at), moment), open_until=None)
    _end_exceptions(work, branch, besides)
    lock = work.add(
        PeriodLock(
            organization_id=unit.id,
            period=branch.period,
            reason=reason,
            locked_by=work.actor.account_id,
            created_at=moment,
            cells=0,
            digest="",
        )
    )
    cells = branch.cells([row for row in rows if row.locked_at is None])
    period_seals.seal(work.session, branch.period, cells, work.now)
    period_seals.bind(work.session, branch.period, [branch.path, *cells.values()])
    work.session.refresh(lock)
    work.record("period.locked", lock, **_told(lock))
    return lock


def open_until(work: Work, branch: Branch, until: datetime) -> None:
    """Let what is locked change until a moment; no exception shortens another one below."""
    locked = and_(Figure.within(branch.period, branch.path), col(Figure.locked_at).is_not(None))
    longest = case(
        (col(Figure.open_until) > until, col(Figure.open_until)),
        else_=until,
    )
    _mark(work, locked, open_until=longest)
    recount(work, branch)


def thaw(work: Work, branch: Branch, rows: Sequence[Any]) -> None:
    """Unlock these rows of the branch for good: nothing vouches for them, and facts come in."""
    _mark(work, _among(branch, rows), locked_at=None, open_until=None)
    cells = branch.cells(rows)
    period_seals.remove(work.session, branch.period, cells)
    recount(work, branch)
    # Last: whoever writes under an exception holds rows, and then the locks above them.
    period_seals.bind(work.session, branch.period, [branch.path, *cells.values()])


def lift(work: Work, branch: Branch, lock: PeriodLock) -> None:
    """Take back one lock: what it found locked stays so."""
    thaw(work, branch, [row for row in branch.rows if row.locked_at == lock.created_at])
    lock.lifted_at = work.now
    work.record("period.unlocked", lock, period=lock.period)


def lift_below(work: Work, branch: Branch) -> None:
    """No lock on a unit of the branch stands any more."""
    statement = update(PeriodLock).where(
        _is_of(PeriodLock, branch, ()), col(PeriodLock.lifted_at).is_(None)
    )
    _write(work, statement.values(lifted_at=work.now))
    _end_exceptions(work, branch, ())


def standing_above(work: Work, branch: Branch) -> Sequence[Any]:
    """The locks that keep the branch's unit: on it, or on a unit above; each with its unit."""
    place = and_(
        col(Figure.organization_id) == col(PeriodLock.organization_id),
        col(Figure.period) == col(PeriodLock.period),
    )
    statement = (
        pick(PeriodLock, Organization)
        .join(Figure, place)
        .join(Organization, col(Organization.id) == col(PeriodLock.organization_id))
        .where(
            col(PeriodLock.period) == branch.period,
            col(PeriodLock.lifted_at).is_(None),
            col(Figure.path).in_(ancestry(branch.path)),
        )
    )
    return work.session.execute(_scoped(statement)).all()


def recount(work: Work, branch: Branch) -> None:
    """What came too late before the branch was opened comes in now: moves as well as counts."""
    trees.settle(work.session, branch.period, work.now)
    figures.recount(work, list(branch.cells(branch.rows)), [branch.period])
    tree_rows.drop_rows(work.session, branch.period)


def _moment(work: Work, branch: Branch) -> datetime:
    """Now, and later than any lock in the branch: by its moment a lock knows what it locked."""
    known = [row.locked_at for row in branch.rows if row.locked_at is not None]
    latest: datetime = max([work.now, *(each + timedelta(microseconds=1) for each in known)])
    return latest


def _is_open(row: Any, now: datetime) -> bool:
    """`Figure.is_open` of a row in hand."""
    return row.locked_at is None or (row.open_until is not None and row.open_until > now)


def _is_in(row: Any, paths: Sequence[str]) -> bool:
    return any(row.path.startswith(path) for path in paths)


def _outside(path: str) -> ColumnElement[bool]:
    return or_(col(Figure.path) < path, col(Figure.path) >= path + "~")


def _among(branch: Branch, rows: Sequence[Any]) -> ColumnElement[bool]:
    """These rows of the branch, by what they have in common where they are all of it."""
    within = Figure.within(branch.period, branch.path)
    moments = {row.locked_at for row in rows} - {None}
    return and_(within, col(Figure.locked_at).in_(moments))


def _end_exceptions(work: Work, branch: Branch, besides: Sequence[str]) -> None:
    standing = update(PeriodException).where(
        _is_of(PeriodException, branch, besides), col(PeriodException.ended_at).is_(None)
    )
    _write(work, standing.values(ended_at=work.now))


def _is_of(
    model: type[PeriodLock] | type[PeriodException], branch: Branch, besides: Sequence[str]
) -> ColumnElement[bool]:
    units = pick(Figure.organization_id).where(
        Figure.within(branch.period, branch.path), *map(_outside, besides)
    )
    return and_(col(model.period) == branch.period, col(model.organization_id).in_(units))


def _mark(work: Work, which: ColumnElement[bool], **values: Any) -> None:
    _write(work, update(Figure).where(which).values(**values))


def _write(work: Work, statement: Any) -> None:
    options = {"scoped": "at or below a reached unit", "synchronize_session": False}
    work.session.execute(statement.execution_options(**options))


def _told(lock: PeriodLock) -> dict[str, Any]:
    facts = ("period", "reason", "cells", "digest")
    return {name: getattr(lock, name) for name in facts}


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="at or below a reached unit")
