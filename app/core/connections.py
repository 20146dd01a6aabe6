"""Connections to PostgreSQL that give up in time, whether the server says so or says nothing."""

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event

from app.core import patience
from app.core.patience import Patience

T = TypeVar("T")

#: Of every connection. The least that libpq takes is 2 seconds.
ARGUMENTS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
#: What a server that lives needs for the least of its answers, in seconds.
PING = 1.0
#: What a statement's own limit, which the server keeps, is given before the client's.
SLACK = 1.0
#: So long a server that took nobody in is not asked again, in seconds.
REST = 1.0
#: The shortest time that a transaction may stand without a statement, in seconds.
IDLE = 60.0


class WatchedConnection(psycopg.Connection[Any]):
    """Waits no longer than `bound`: a server that is paused, or cut off, times nothing out."""

    bound: float | None = 5.0 + SLACK

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, timeout or self.bound)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # the server never answered: whatever it says now is late
                self.pgconn.finish()
            raise


def watch(engine: Engine) -> None:
    """Let the engine's connections give up on a silent server, and soon where it took nobody in."""
    resting_until = 0.0

    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> WatchedConnection:
        nonlocal resting_until
        if time.monotonic() < resting_until:
            raise psycopg.OperationalError("away a moment ago")
        try:
            return WatchedConnection.connect(*arguments, **options)
        except psycopg.OperationalError:
            resting_until = time.monotonic() + REST
            raise

    event.listen(engine, "do_connect", connect)


def follow_patience(engine: Engine) -> None:
    """Let each connection wait as long as the work that takes it up; a ping, hardly at all."""
    event.listen(engine, "checkout", _take_up)
    event.listen(engine, "checkin", _give_back)


def _take_up(connection: WatchedConnection, record: Any, _proxy: Any) -> None:
    wanted = patience.present()
    connection.bound = None if wanted.statement is None else wanted.statement + SLACK
    if record.info.get("patience") == wanted:
        return
    connection.autocommit = True  # else the setting goes with the first rollback
    connection.execute(_limits(wanted))
    connection.autocommit = False
    record.info["patience"] = wanted


def _give_back(connection: WatchedConnection | None, _record: Any) -> None:
    if connection is not None:
        connection.bound = PING


def _limits(wanted: Patience) -> Any:
    statement = wanted.statement or 0  # which is what the server calls no limit
    limits = {
        "statement_timeout": statement,
        "lock_timeout": wanted.lock,
        "idle_in_transaction_session_timeout": max(IDLE, statement) if statement else 0,
    }
    return "; ".join(f"SET {name} = {int(seconds * 1000)}" for name, seconds in limits.items())
