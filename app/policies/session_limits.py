"""How long a session stands: the more its user sees of others, the shorter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.policies.roles import Position


@dataclass(frozen=True)
class Limits:
    """Unused for `idle`, or `absolute` after it began, a session is over."""

    idle: timedelta
    absolute: timedelta


_OWN = Limits(timedelta(days=60), timedelta(days=180))
_CELL = Limits(timedelta(days=7), timedelta(days=30))
_BRANCH = Limits(timedelta(minutes=60), timedelta(hours=12))
_ADMINISTRATION = Limits(timedelta(minutes=15), timedelta(hours=8))
LIMITS: Mapping[Position, Limits] = {
    Position.MEMBER: _OWN,
    Position.CELL_SECRETARY: _CELL,
    Position.CELL_STAND_IN: _CELL,
    Position.CELL_COMMITTEE_MEMBER: _CELL,
    Position.OVERSEER: _BRANCH,
    Position.OFFICER: _BRANCH,
    Position.INSPECTOR: _BRANCH,
    Position.ADMINISTRATOR: _ADMINISTRATION,
}


def limits_of(positions: Iterable[Position]) -> Limits:
    """The strictest of all that somebody holds."""
    held = [LIMITS[position] for position in positions] or [_OWN]
    return Limits(min(each.idle for each in held), min(each.absolute for each in held))
