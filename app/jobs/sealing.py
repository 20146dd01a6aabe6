"""Chains the audit trail while the worker runs, and tells outside the database how far it came."""

import time

import structlog

from app.core import clock, database
from app.core.settings import settings
from app.models import AuditSeal
from app.services import audit_anchors, audit_seals

log = structlog.get_logger(__name__)

#: Seconds between two looks for what is to be sealed, and between two anchors.
SEAL_EVERY = 2.0
ANCHOR_EVERY = 60.0


class Sealing:
    """What one worker does of it, and when it last did."""

    def __init__(self) -> None:
        self._next_look = self._next_anchor = 0.0
        self._anchored: int | None = None

    def turn(self) -> None:
        """Seal one portion; the rest of a long queue at the next turns, which do not wait."""
        at = time.monotonic()
        if at < self._next_look:
            return
        is_to_anchor = at >= self._next_anchor
        sealed = seal(thoroughly=is_to_anchor)
        self._next_look = at if sealed == audit_seals.PORTION else at + SEAL_EVERY
        if is_to_anchor:
            self._next_anchor = at + ANCHOR_EVERY
            self._anchor()

    def _anchor(self) -> None:
        with database.reading() as session:
            tail = audit_seals.last(session)
        if tail is not None and tail.number != self._anchored and anchor(tail):
            self._anchored = tail.number


def seal(*, thoroughly: bool = False) -> int:
    """Seal what waits, and what was committed late; how many. Holds no writer up for long."""
    slack = audit_seals.SELDOM if thoroughly else audit_seals.USUALLY
    now = clock.now()
    with database.reading() as session:
        if not audit_seals.is_any_waiting(session, now, slack):
            return 0
    with database.writing() as session:
        return audit_seals.seal(session, now, slack=slack)


def anchor(tail: AuditSeal) -> bool:
    """To the file, and to wherever the logs go: whoever cuts the tail off cannot reach both.

    Whether the file holds it; else it is told again at the next turn.
    """
    log.info("audit sealed", number=tail.number, digest=tail.digest.hex())
    try:
        audit_anchors.append(settings().audit_anchor, tail)
    except OSError:
        log.exception("audit anchor not written")
        return False
    return True
