"""Runs the migrations, on PostgreSQL and on SQLite alike."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import app.models  # noqa: F401  # every table, by being imported
from app.core.confidential import SealedText
from app.core.database import engine


def plainly(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration is frozen: it names SQLAlchemy's own types, never the application's."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, SealedText):
        return "sa.LargeBinary()"
    if isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine().connect() as connection:
        run(connection)
