"""Writes down outside the database what a restored backup must not give back."""

import structlog

from app.core import clock, database
from app.core.settings import settings
from app.services import audit_seals, deletions

log = structlog.get_logger(__name__)


class Journalling:
    """How far one worker has come with it."""

    def __init__(self) -> None:
        self._reached: int | None = None

    def turn(self) -> None:
        """Add what was sealed since the last turn."""
        try:
            self._add()
        except OSError:
            log.exception("deletions not journalled")

    def _add(self) -> None:
        file = settings().deletions_file
        if self._reached is None:
            deletions.begin(file, clock.now())
            self._reached = deletions.reached(file)
        with database.reading() as session:
            tail = audit_seals.last(session)
            end = tail.number if tail is not None else 0
            # A chain that is shorter than the journal is another one: it is journalled anew.
            since = self._reached if self._reached <= end else 0
            lines = list(deletions.since(session, since)) if end > since else []
        deletions.append(file, lines)
        self._reached = end
