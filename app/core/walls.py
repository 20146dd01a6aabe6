"""A second wall, in PostgreSQL itself: who says for which trees they act sees and writes no other.

The first is `policies.scope`. This one stands behind it, for a query that forgot to ask: the rows
that speak of persons have policies (in the migrations), and the policies ask what the connection
has declared. Who has declared nothing is told so by an error and never by an empty list, which a
recount or a sweep would take for the truth. SQLite has no such wall.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import psycopg
import structlog
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

log = structlog.get_logger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

#: The first segments of the trees, parted by spaces; or every tree; or not a single one.
SETTING = "sotay.trees"
EVERY, NONE = "*", "-"
_DECLARE = f"SELECT set_config('{SETTING}', %s, false)"

#: What the role of the service may do to a table; it owns none, and alters none.
_USUAL = "SELECT, INSERT, UPDATE, DELETE"
_LESS = {
    "alembic_version": "SELECT",
    "audit_entries": "SELECT, INSERT",
    "audit_seals": "SELECT, INSERT",
    "access_entries": "SELECT, INSERT, DELETE",  # deleted when their time is over
}


def declare(session: Session, trees: str) -> None:
    """From now on this session sees and writes these trees, whatever it saw before."""
    if session.get_bind().dialect.name != "postgresql":
        return
    connection = session.connection()  # before it is noted, so that it is said once
    session.info[SETTING] = trees
    connection.exec_driver_sql(_DECLARE, (trees,))


def beyond(_why: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Of a function whose first argument is a session, or has one: it reaches over every tree."""

    def decorate(step: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(step)
        def reach(*given: P.args, **named: P.kwargs) -> R:
            session = given[0] if isinstance(given[0], Session) else given[0].session  # type: ignore[attr-defined]  # as said
            with _opened(session):
                return step(*given, **named)

        return reach

    return decorate


@contextmanager
def _opened(session: Session) -> Iterator[None]:
    """What was changed meanwhile is written on leaving."""
    before = session.info.get(SETTING, "")
    if before == EVERY or session.get_bind().dialect.name != "postgresql":
        yield
        return
    declare(session, EVERY)
    try:
        yield
        session.flush()
    except BaseException:
        session.info[SETTING] = before
        with suppress(SQLAlchemyError):  # a transaction that failed forgets it by itself
            session.connection().exec_driver_sql(_DECLARE, (before,))
        raise
    declare(session, before)


def watch(engine: Engine) -> None:
    """Let no connection come out of the pool with what an earlier piece of work declared."""
    event.listen(engine, "checkout", _forget)


def grant(engine: Engine, role: str) -> None:
    """Let a role serve: read and write rows, but neither alter tables nor what is a trail."""
    with engine.begin() as connection:
        quoted = connection.dialect.identifier_preparer.quote(role)
        names = connection.execute(_TABLES).scalars().all()
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
        connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
        for name in names:
            connection.execute(text(f'REVOKE ALL ON "{name}" FROM {quoted}'))
            connection.execute(text(f'GRANT {_LESS.get(name, _USUAL)} ON "{name}" TO {quoted}'))


def are_passed_by(engine: Engine) -> bool:
    """Whether they do not hold for whoever this engine connects as: an owner, or a superuser."""
    if engine.dialect.name != "postgresql":
        return False
    with engine.connect() as connection:
        return not connection.execute(_STAND).scalar_one()


def tell(engine: Engine) -> None:
    """Say in the log that they do not hold; a database that is away is told of by whoever asks."""
    with suppress(SQLAlchemyError):
        if are_passed_by(engine):
            log.warning("walls passed by", why="connects as the owner of the tables or a superuser")


_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
_STAND = text(
    "SELECT row_security_active('members') AND NOT has_table_privilege('audit_entries', 'UPDATE')"
)


def _forget(connection: psycopg.Connection[Any], record: Any, _proxy: Any) -> None:
    """Asked of every connection that was in use before, so it tells too whether it still lives."""
    if "was_taken_up" in record.info:
        try:
            connection.autocommit = True
            connection.execute(_DECLARE, ("",))
            connection.autocommit = False
        except psycopg.Error as error:
            raise InvalidatePoolError from error
    record.info["was_taken_up"] = True


@event.listens_for(Session, "after_begin")
def _declare_again(
    session: Session, transaction: SessionTransaction, connection: Connection
) -> None:
    """A session that was closed, and takes up another connection, says it again."""
    trees = session.info.get(SETTING)
    if trees and not transaction.nested:
        connection.exec_driver_sql(_DECLARE, (trees,))
