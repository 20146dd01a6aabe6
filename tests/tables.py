"""Whether anything at all changed in the database."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Table
from sqlmodel import Session, SQLModel

#: What changes by looking: when a session was last used, and that a member was active.
BY_LOOKING = {"sessions": {"last_used_at", "version"}}


def fingerprint_of_tables(session: Session) -> Mapping[str, object]:
    """The rows of each table in short; equal when no row was added, changed or removed."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        digests = connection.exec_driver_sql(_all_at_once())
        return {record[0]: record[1] for record in digests}
    read = connection.connection.cursor().execute  # past what would make much of each row
    return {name: frozenset(read(said).fetchall()) for name, said in _one_by_one().items()}


def mark_of_writes(session: Session) -> object:
    """Equal as long as nobody else has written anything: cheaper than looking at every row."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return fingerprint_of_tables(session)
    return connection.exec_driver_sql("PRAGMA data_version").scalar_one()


@lru_cache
def _one_by_one() -> Mapping[str, str]:
    return {
        table.name: f"SELECT {_columns(table)} FROM {table.name}"  # noqa: S608 - the names are our own
        for table in SQLModel.metadata.sorted_tables
    }


@lru_cache
def _all_at_once() -> str:
    """The server digests its tables itself, in one statement."""
    return " UNION ALL ".join(map(_digested, SQLModel.metadata.sorted_tables))


def _digested(table: Table) -> str:
    lines = f"SELECT {_columns(table)} FROM {table.name}"  # noqa: S608 - the names are our own
    digest = "md5(coalesce(string_agg(line::text, ';' ORDER BY line::text), ''))"
    return f"SELECT '{table.name}', {digest} FROM ({lines}) AS line"  # noqa: S608 - likewise


def _columns(table: Table) -> str:
    ignored = BY_LOOKING.get(table.name, set())
    return ", ".join(f'"{column.name}"' for column in table.columns if column.name not in ignored)
