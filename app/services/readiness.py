"""Whether this process can serve: its database, its schema, its keys."""

from collections.abc import Mapping
from typing import NamedTuple

import structlog
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, database, migrations
from app.core.keys import KeysMissing, keys
from app.services import calendar_runs, figures, job_claims

log = structlog.get_logger(__name__)


class Waits(NamedTuple):
    """What waits for a worker; by the names of the calendar how late it is, and what failed."""

    deltas: int
    jobs: int
    late: Mapping[str, float]
    failed: Mapping[str, int]


def what_waits() -> Waits:
    """For an alarm when it grows, whichever process does the work."""
    now = clock.now()
    with database.reading() as session:
        return Waits(
            figures.backlog(session),
            job_claims.waiting(session, now),
            calendar_runs.lateness(session, now),
            calendar_runs.failures(session),
        )


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
