"""What a recount would correct: nothing, after whatever has happened."""

from app.core import clock, database
from app.policies.actors import SYSTEM
from app.services import figure_days, recounts
from app.work import Work


def differences() -> list[recounts.Difference]:
    """Of every period, as of now."""
    now = clock.now()
    figure_days.turn(now)
    with database.writing() as session:
        work = Work(session, SYSTEM, now)
        found = recounts.recount(work, clock.local_date(now), repair=False)
        return [difference for _, some in found for difference in some]
