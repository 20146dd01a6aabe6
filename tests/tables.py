"""Whether anything at all changed in the database."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Connection, Table
from sqlmodel import Session, SQLModel

#: What changes by looking: when a session was last used, and that a member was active.
BY_LOOKING = {"sessions": {"last_used_at", "version"}}


def fingerprint_of_tables(session: Session) -> Mapping[str, str]:
    """A digest of the rows of each table; equal when no row was added, changed or removed."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        digests = connection.exec_driver_sql(_all_at_once())
        return {record[0]: record[1] for record in digests}
    return {table.name: _digest(connection, table) for table in SQLModel.metadata.sorted_tables}


def _digest(connection: Connection, table: Table) -> str:
    said = f"SELECT {_columns(table)} FROM {table.name}"  # noqa: S608 - the names are our own
    records = connection.exec_driver_sql(said)
    lines = sorted(repr(tuple(record)) for record in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


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
