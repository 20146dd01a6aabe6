"""Whether this process can serve: its database, its schema, its keys."""

import structlog
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError

from app.core import database, migrations
from app.core.keys import KeysMissing, keys
from app.services import figures

log = structlog.get_logger(__name__)


def waiting_deltas() -> int:
    """The backlog of the worker, for an alarm when it grows."""
    with database.reading() as session:
        return figures.backlog(session)


def is_ready() -> bool:
    """Every part answers; the reason is logged when one does not."""
    try:
        keys()
        with database.engine().connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except (SQLAlchemyError, KeysMissing) as error:
        log.warning("not ready", kind=type(error).__name__)
        return False
    return current == migrations.head()
