"""Which reads a copy of the database may answer, so that the database itself has less to do.

A copy follows by some moments. So it is asked only about what is over; only when it holds all that
whoever asks has written, and is at most `LAG` behind; and whatever it fails to answer, or refuses
for what it may not have heard of yet, is asked of the database itself.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine, Uuid, bindparam, func, literal_column
from sqlmodel import Session, col

from app.core import database
from app.core.errors import AppError
from app.core.ids import first_id
from app.core.periods import period_at
from app.core.selects import pick
from app.models import AuditEntry
from app.work import Work

log = structlog.get_logger(__name__)
R = TypeVar("R")

#: A copy that is further behind answers nobody.
LAG = timedelta(seconds=60)
#: Traces older than this are in every copy that is not further behind than `LAG`, however long
#: the transaction that left them took, and however wrong the clock of its server went.
SETTLED = timedelta(hours=1)
#: So long a copy that failed is left alone, in seconds.
REST = 10.0
#: So long a copy that must be level is waited for, looked at every so often, in seconds.
PATIENCE, PAUSE = 0.5, 0.02

READS = Counter("sotay_replica_reads", "Reads that a replica may answer", ["served", "why"])


def read(step: Callable[[Work], R], about: str, work: Work) -> R:
    """What `step`, which only reads, finds about the period `about` and those before it.

    The work of a step that is done in the copy says in `now` of which moment the copy knows.
    """
    return _read(step, about, work, _Wish(LAG))


def read_level(step: Callable[[Work], R], about: str, work: Work) -> R:
    """The same, for what is kept: the copy knows all that there is now, and is waited for."""
    return _read(step, about, work, _Wish(timedelta(), PATIENCE))


@dataclass(frozen=True)
class _Wish:
    """How far behind the copy may be, and for how many seconds it is waited for."""

    lag: timedelta
    patience: float = 0.0


def _read(step: Callable[[Work], R], about: str, work: Work, wish: _Wish) -> R:
    copy = database.replica()
    if copy is None or about >= period_at(work.now):
        return step(work)
    try:
        found = _read_copy(copy, step, work, wish)
    except _Unserved as reason:
        READS.labels("primary", str(reason)).inc()
    else:
        READS.labels("replica", "").inc()
        return found
    return step(work)


class _Unserved(Exception):
    """The copy did not answer; says in one word why."""


@dataclass(frozen=True)
class _Known:
    """What the database itself knows: the actor's traces, how far it has written, and its clock."""

    traces: int
    written: Decimal
    at: datetime


class _Rest:
    """A copy that failed is left alone for a while, then tried by one; it is logged once."""

    def __init__(self) -> None:
        self._until = 0.0
        self._is_away = False
        self._lock = threading.Lock()

    def lasts(self) -> bool:
        """Whether to leave it alone. Whoever is told "no" after a failure is told so alone."""
        if not self._is_away:
            return False
        with self._lock:
            now = time.monotonic()
            if now < self._until:
                return True
            self._until = now + REST
            return False

    def begin(self, why: str) -> None:
        with self._lock:
            self._until = time.monotonic() + REST
            if not self._is_away:
                log.warning("replica left alone", why=why)
            self._is_away = True

    def end(self) -> None:
        if self._is_away:
            log.info("replica answers again")
        self._is_away = False


_rest = _Rest()


def _read_copy(copy: Engine, step: Callable[[Work], R], work: Work, wish: _Wish) -> R:
    if _rest.lasts():
        raise _Unserved("away")
    known = _ask_primary(work)
    work.session.close()  # gives back its connection, which somebody else may need meanwhile
    try:
        with database.reading(copy) as session:
            lag = _lag(session, work, known, wish)
            return step(Work(session, work.actor, work.now - lag))
    except database.FAULTS as error:
        _rest.begin(type(getattr(error, "orig", error)).__name__)
        raise _Unserved("away") from error
    except AppError as error:  # about a unit, say, that was founded a moment ago
        raise _Unserved("refused") from error


def _ask_primary(work: Work) -> _Known:
    traces, written, at = work.session.execute(_KNOWN, _whose(work)).one()
    return _Known(traces, written, at)


def _lag(session: Session, work: Work, known: _Known, wish: _Wish) -> timedelta:
    """How far the copy is behind; `_Unserved` when that is too far for whoever asks."""
    traces, follows, replayed, replayed_at = _waited_for(session, work, known, wish)
    if not follows:  # it was made a primary of its own
        _rest.begin("follows nobody")
        raise _Unserved("away")
    _rest.end()
    is_level = replayed >= known.written
    if not is_level and (replayed_at is None or known.at - replayed_at > wish.lag):
        raise _Unserved("late")
    if traces < known.traces:  # counted: the last that was kept need not have the latest id
        raise _Unserved("own_write")
    return timedelta() if is_level else max(known.at - replayed_at, timedelta())


def _waited_for(session: Session, work: Work, known: _Known, wish: _Wish) -> Any:
    """What the copy says of itself, once it is level or the time is up."""
    until = time.monotonic() + wish.patience
    while True:
        said = session.execute(_FOLLOWED, _whose(work)).one()
        if not said.follows or said.replayed >= known.written or time.monotonic() >= until:
            return said
        time.sleep(PAUSE)


def _whose(work: Work) -> dict[str, Any]:
    return {"actor": work.actor.account_id, "since": first_id(work.now - SETTLED)}


#: How many traces the actor left lately; the index alone knows.
_TRACES = (
    pick(func.count())
    .where(
        col(AuditEntry.actor_id) == bindparam("actor", type_=Uuid()),
        col(AuditEntry.id) >= bindparam("since", type_=Uuid()),
    )
    .scalar_subquery()
)
_OWN = {"scoped": "only how many traces the actor left itself"}


def _place(in_the_log: Any) -> Any:
    """A place in the log as a number of bytes."""
    return func.pg_wal_lsn_diff(in_the_log, literal_column("'0/0'"))


_KNOWN = pick(_TRACES, _place(func.pg_current_wal_lsn()), func.now()).execution_options(**_OWN)
_FOLLOWED = pick(
    _TRACES,
    func.pg_is_in_recovery().label("follows"),
    _place(func.pg_last_wal_replay_lsn()).label("replayed"),
    func.pg_last_xact_replay_timestamp(),
).execution_options(**_OWN)
