"""The engine, and the one way to open and end a transaction."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as TookTooLong
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from app.core import connections, patience, walls
from app.core.errors import Conflict, Stale
from app.core.settings import THREADS, settings

#: What a database that is away or overloaded raises.
FAULTS = (SQLAlchemyError,)

#: For every engine: one for each request at work, and a few beside them. Whoever finds none free
#: waits so many seconds and no longer.
_POOL: dict[str, Any] = {
    "hide_parameters": True,
    "pool_size": THREADS + 2,
    "max_overflow": 12,
    "pool_timeout": 2,
}

# SQLite has one writer. Waiting here is fair; waiting inside SQLite starves one of sixteen.
_sqlite_writer = threading.Lock()


@lru_cache
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(settings().database_url)


@lru_cache
def replica() -> Engine | None:
    """A copy that follows the database, where one is set; `services.replicas` says who reads it."""
    url = settings().replica_url
    return make_replica(url) if url else None


def make_replica(url: str) -> Engine:
    """An engine that gives up early, since the primary can answer too."""
    sooner = {
        "connect_timeout": 2,
        "tcp_user_timeout": 3_000,
        "options": "-c statement_timeout=5000",
    }
    made = create_engine(url, connect_args=connections.ARGUMENTS | sooner, **_POOL)
    connections.watch(made)
    walls.watch(made)
    return made


def make_engine(url: str) -> Engine:
    """An engine for either database; SQLite's folder is made when missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        made = create_engine(url, connect_args=connections.ARGUMENTS, **_POOL)
        connections.watch(made)
        walls.watch(made)
        connections.follow_patience(made)
        return made
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, **_POOL)
    event.listen(made, "connect", _harden_sqlite)
    event.listen(made, "begin", _begin_immediately)
    return made


@contextmanager
def writing() -> Iterator[Session]:
    """All of it, or none of it. Nothing else in the service commits."""
    on_sqlite = engine().dialect.name == "sqlite"
    try:
        with (
            _the_only_writer() if on_sqlite else nullcontext(),
            Session(engine(), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
    except IntegrityError as error:
        raise Conflict from error
    except StaleDataError as error:
        raise Stale from error


@contextmanager
def _the_only_writer() -> Iterator[None]:
    if not _sqlite_writer.acquire(timeout=patience.present().lock):
        raise TookTooLong("others are still writing")
    try:
        yield
    finally:
        _sqlite_writer.release()


@contextmanager
def reading(source: Engine | None = None) -> Iterator[Session]:
    """Statements one by one, without a transaction around them; nothing can be written."""
    chosen = autocommitting(source or engine())
    with Session(chosen, autoflush=False, expire_on_commit=False) as session:
        yield session


@contextmanager
def snapshot() -> Iterator[Session]:
    """Statements that all see the same moment, and hold nobody up; nothing can be written."""
    on_postgresql = engine().dialect.name == "postgresql"
    level = "REPEATABLE READ" if on_postgresql else "AUTOCOMMIT"
    with engine().execution_options(isolation_level=level).connect() as connection:
        if not on_postgresql:
            connection.exec_driver_sql("BEGIN")  # a plain one, which waits for no writer
        try:
            with Session(connection, autoflush=False, expire_on_commit=False) as session:
                yield session
        finally:
            if not on_postgresql:
                connection.exec_driver_sql("ROLLBACK")


def insert_once(session: Session, model: type[SQLModel], values: dict[str, Any]) -> bool:
    """Insert unless the key is there already; whether it was inserted. Harmless in a race."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    # Of an INSERT the number of rows is not known otherwise, but -1 on PostgreSQL.
    statement = insert(model).execution_options(preserve_rowcount=True)
    result: Any = session.execute(statement.values(values).on_conflict_do_nothing())
    return bool(result.rowcount == 1)


def insert_new(
    session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]], told: Any
) -> set[Any]:
    """Insert those rows whose key is not there already; the column `told` of them.

    Whoever else inserts the same waits and leaves them out: give the rows in the order of their
    key, so that two do not wait for each other.
    """
    if not rows:
        return set()
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    statement = insert(model).on_conflict_do_nothing().returning(told)
    return set(session.execute(statement, rows).scalars())


@lru_cache
def autocommitting(base: Engine) -> Engine:
    """The same engine, each of whose statements stands alone."""
    return base.execution_options(isolation_level="AUTOCOMMIT")


def _harden_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, below
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",
        "busy_timeout = 10000",
        "trusted_schema = OFF",
        "secure_delete = ON",  # what was erased is written over
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediately(connection: Connection) -> None:
    """A deferred transaction that turns into a writer fails at once, whatever the time-out."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
