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
    plain = {
        UTCDateTime: "sa.DateTime(timezone=True)",
        SealedText: "sa.LargeBinary()",
        AutoString: f"sa.String({getattr(item, 'length', None) or ''})",
    }
    return next((text for known, text in plain.items() if isinstance(item, known)), False)


def is_compared(item: Any, name: str | None, *_context: Any) -> bool:
    """All but a constraint of the first tables that SQLite cannot drop, and PostgreSQL has not."""
    return name != "uq_organizations_path"


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=plainly,
        include_object=is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine().connect() as connection:
        run(connection)
