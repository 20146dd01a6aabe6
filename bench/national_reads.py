"""A dashboard at every height of the tree beside one row found by its key; the month counted anew.

Takes the folder and the name of the size, which its samples carry.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import delete, event, insert
from sqlmodel import col, select

from app.core import clock, database
from app.core.selects import pick
from app.core.tokens import sign_access
from app.models import Account, AccountSession, Figure, FigureDelta, Office, Role
from app.policies.actors import SYSTEM
from app.schemas.dashboards import DashboardQuery
from app.schemas.reports import ReportCreate
from app.services import dashboards, recounts, reports
from app.work import Work
from bench import nation
from bench.dashboard import Server, running
from bench.samples import Sample

ROUNDS, TIMES, REQUESTS, WAITING = 9, 60, 150, 100
HEIGHTS = {"root": 0, "province": 1, "commune": 2}


class Stopwatch:
    """How long the statements about figures were with the database, in seconds."""

    def __init__(self) -> None:
        self.seconds = self._begun = 0.0
        event.listen(database.engine(), "before_cursor_execute", self._begin)
        event.listen(database.engine(), "after_cursor_execute", self._end)

    def of(self, step: Callable[[], Any]) -> float:
        self.seconds = 0.0
        step()
        return self.seconds

    def _begin(self, *_: Any) -> None:
        self._begun = time.perf_counter()

    def _end(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "figures" in statement:
            self.seconds += time.perf_counter() - self._begun


def main() -> None:
    size = sys.argv[2]
    now = clock.now()
    over = nation.months_of(replace(nation.SIZES[size], months=2))[0]
    stopwatch = Stopwatch()
    with database.reading() as session:
        work = Work(session, SYSTEM, now)
        for height, level in HEIGHTS.items():
            unit_id = nation.unit_id(level, 0)
            _waiting(unit_id, over)
            for _ in range(ROUNDS):
                ours, row = _read(work, stopwatch, unit_id, over)
                Sample(f"read {size} {height}", ours, row).hand_over()
            _drop_waiting()
        for _ in range(ROUNDS):
            _report(work, over, size)
    _over_http(over, size)
    with database.writing() as session:
        _recount(Work(session, SYSTEM, now), over, size)


def _waiting(unit_id: UUID, period: str) -> None:
    """So many changes below a unit, which the worker has not added yet."""
    with database.writing() as session:
        own = select(Figure.path).where(Figure.organization_id == unit_id, Figure.period == period)
        path = session.execute(_scoped(own)).scalar_one()
        below = pick(Figure.path).where(
            col(Figure.period) == period, col(Figure.is_cell), col(Figure.path).startswith(path)
        )
        cells = session.execute(_scoped(below.limit(WAITING))).scalars().all()
        changed = {"period": period, "present": 1}
        rows = [changed | {"path": cells[number % len(cells)]} for number in range(WAITING)]
        session.execute(insert(FigureDelta), rows)


def _drop_waiting() -> None:
    with database.writing() as session:
        session.execute(delete(FigureDelta))


def _read(work: Work, stopwatch: Stopwatch, unit_id: UUID, period: str) -> tuple[float, float]:
    """Medians of many taken in turn, in milliseconds: of the page, and of one row by its key."""
    query = DashboardQuery(period=period)
    by_key = _scoped(
        pick(Figure.__table__).where(  # type: ignore[attr-defined]  # made by SQLModel
            col(Figure.organization_id) == unit_id, col(Figure.period) == period
        )
    )
    pages, rows = [], []
    for _ in range(TIMES):
        pages.append(stopwatch.of(lambda: dashboards.get(work, unit_id, query)))
        rows.append(stopwatch.of(lambda: work.session.execute(by_key).all()))
    return median(pages) * 1000, median(rows) * 1000


def _report(work: Work, period: str, size: str) -> None:
    """The monthly report of a whole committee, read and put together."""
    unit_id = nation.unit_id(1 if size == "committee" else 2, 0)
    asked = ReportCreate(kind="monthly", organization_id=unit_id, period=period)
    started = time.perf_counter()
    reports.compose(work, asked)
    Sample(f"report {size}", time.perf_counter() - started).hand_over()


def _over_http(period: str, size: str) -> None:
    """Beside a unit's own page, which is one row by its key through the same door."""
    account, device = _officer()
    with running(["-m", "app.cli", "serve"]) as server:
        for height, level in HEIGHTS.items():
            unit_id = nation.unit_id(level, 0)
            page, row = f"/api/v1/dashboards/{unit_id}?period={period}", f"/organizations/{unit_id}"
            for _ in range(ROUNDS):
                _sign_in(server, account, device)
                ours = server.spend(page, REQUESTS)
                reference = server.spend(f"/api/v1{row}", REQUESTS)
                Sample(f"http {size} {height}", ours, reference).hand_over()


def _officer() -> tuple[UUID, UUID]:
    """Somebody of staff who sees everything, signed in."""
    now = clock.now()
    with database.writing() as session:
        account = Account(staff_name="measures", password_hash="", activated_at=now)
        session.add(account)
        session.flush()
        device = AccountSession(
            account_id=account.id,
            device_digest=b"",
            last_used_at=now,
            refreshed_at=now,
            expires_at=now + timedelta(days=1),
        )
        office = Office(
            organization_id=nation.unit_id(0, 0),
            account_id=account.id,
            role=Role.OFFICER,
            valid_from=nation.FOUNDED,
        )
        session.add(office)
        session.add(device)
        return account.id, device.id


def _sign_in(server: Server, account: UUID, device: UUID) -> None:
    token = sign_access(account, device, clock.now())
    server.client.headers["authorization"] = f"Bearer {token}"


def _recount(work: Work, period: str, size: str) -> None:
    started = time.perf_counter()
    found = recounts.recount_one(work, period, clock.local_date(work.now), repair=False)
    Sample(f"recount {size}", time.perf_counter() - started).hand_over()
    assert not found, found[:3]


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="measured, not shown")


if __name__ == "__main__":
    main()
