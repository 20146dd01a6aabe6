"""Whether this process can serve: its database, its schema, its keys, its disk."""

import time
from collections.abc import Mapping
from typing import NamedTuple

import structlog
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, database, disks, migrations, patience
from app.core.keys import KeysMissing, keys
from app.services import audit_seals, calendar_runs, figures, job_claims

log = structlog.get_logger(__name__)

#: So many seconds a database that answered is taken to answer.
FRESH = 1.0


class Waits(NamedTuple):
    """What waits for a worker; by the names of the calendar how late it is, and what failed."""

    deltas: int
    unsealed: int
    jobs: int
    late: Mapping[str, float]
    failed: Mapping[str, int]


def what_waits() -> Waits:
    """For an alarm when it grows, whichever process does the work."""
    now = clock.now()
    with patience.waiting(patience.REQUEST), database.reading() as session:
        return Waits(
            figures.backlog(session),
            audit_seals.backlog(session, now),
            job_claims.waiting(session, now),
            calendar_runs.lateness(session, now),
            calendar_runs.failures(session),
        )


class _Server:
    """Whether this process is about to stop; until when its database need not be asked again."""

    def __init__(self) -> None:
        self.is_leaving = False
        self.fresh_until: dict[str, float] = {}


_server = _Server()


def leave() -> None:
    """Say so to whoever sends people here, while those who come are still served."""
    _server.is_leaving = True


def is_leaving() -> bool:
    return _server.is_leaving


def is_ready() -> bool:
    """Every part answers; the reason is logged when one does not."""
    reason = _reason()
    if reason is not None:
        log.warning("not ready", kind=reason)
    return reason is None


def _reason() -> str | None:
    """The first thing that is not as it should be."""
    try:
        keys()
        has_schema = _has_schema()
    except (SQLAlchemyError, KeysMissing) as error:
        return type(error).__name__
    wrong = {
        "stopping": _server.is_leaving,
        "schema": not has_schema,
        "disk": not disks.has_room(),
    }
    return next((name for name, is_wrong in wrong.items() if is_wrong), None)


def _has_schema() -> bool:
    """Asked at most once a second, however many ask."""
    place = str(database.engine().url)
    if time.monotonic() < _server.fresh_until.get(place, 0):
        return True
    with patience.waiting(patience.REQUEST), database.engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == migrations.head():
        _server.fresh_until[place] = time.monotonic() + FRESH
    return current == migrations.head()
