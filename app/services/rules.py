"""What the committees have decided, read for a unit and a day: the nearest one's word holds."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, true
from sqlmodel import Session, col

from app.core.selects import pick
from app.models import Organization, Setting
from app.models.organizations import SEGMENT_WIDTH
from app.schemas.settings import Rules

DEFAULT = Rules()


@dataclass(frozen=True)
class Decision:
    """One committee's word on one setting, from a day on."""

    path: str
    name: str
    value: Any
    valid_from: date


class Rulebook:
    """The decisions of some branches, to be asked for many units and days."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._by_path: dict[str, list[Decision]] = defaultdict(list)
        # Whoever asks may stand where committees stood in an earlier period; segments stay.
        self._by_segment: dict[str, list[Decision]] = defaultdict(list)
        for decision in sorted(decisions, key=lambda decision: decision.valid_from):
            self._by_path[decision.path].append(decision)
            self._by_segment[decision.path[-SEGMENT_WIDTH:]].append(decision)
        self._known: dict[tuple[str, date], Rules] = {}

    def at(self, path: str, day: date) -> Rules:
        """The rules of the unit at `path` on a day."""
        if not self._by_path:
            return DEFAULT
        key = path, day
        if key not in self._known:
            said: dict[str, Any] = {}
            for words in self._words(path, day):
                for name, decision in words.items():
                    said[name] = _over(said.get(name), decision)
            self._known[key] = Rules.model_validate(said)
        return self._known[key]

    def sources(self, path: str, day: date) -> dict[str, Decision]:
        """For each setting that somebody has decided, whose word holds."""
        found: dict[str, Decision] = {}
        for words in self._words(path, day):
            found |= words
        return found

    def _words(self, path: str, day: date) -> Iterator[dict[str, Decision]]:
        """What each level says on a day, from the root down."""
        for above in ancestry(path):
            latest = {
                decision.name: decision
                for decision in self._by_segment.get(above[-SEGMENT_WIDTH:], ())
                if decision.valid_from <= day
            }
            yield {name: said for name, said in latest.items() if said.value is not None}

    def said_of(self, name: str, day: date) -> list[tuple[str, Any]]:
        """Branches whose committees have decided on one setting by a day, the nearest word first.

        For conditions in SQL: the first branch that a unit lies in says what holds there.
        """
        latest = {
            path: decision.value
            for path, decisions in self._by_path.items()
            for decision in decisions
            if decision.name == name and decision.valid_from <= day
        }
        said = [(path, value) for path, value in latest.items() if value is not None]
        return sorted(said, key=lambda one: len(one[0]), reverse=True)

    def first_day_of(self, name: str) -> date | None:
        """Since when anybody has decided on one setting."""
        decisions = (each for among in self._by_path.values() for each in among)
        return min((each.valid_from for each in decisions if each.name == name), default=None)

    def names_in(self, field: str) -> set[str]:
        """Every value that any decision on a setting of several values names."""
        decisions = (each for among in self._by_path.values() for each in among)
        return {name for each in decisions if each.name == field for name in each.value or ()}


def ancestry(path: str) -> list[str]:
    """The paths from the root down to the unit itself."""
    return [path[:end] for end in range(SEGMENT_WIDTH, len(path) + 1, SEGMENT_WIDTH)]


def load(session: Session, paths: Collection[str] | None = None) -> Rulebook:
    """The decisions that reach these units; all there are unless told which.

    Past the mapper, for every recount asks: whoever decides flushes first.
    """
    asked = {}
    if paths is not None:
        above = {each[-SEGMENT_WIDTH:] for path in paths for each in ancestry(path)}
        asked["above"] = sorted(above)
    statement = _statement(of_some=paths is not None)
    return Rulebook(
        [Decision(*record) for record in session.connection().execute(statement, asked)]
    )


def of(session: Session, unit: Organization, day: date) -> Rules:
    """The rules of one unit on one day."""
    return load(session, [unit.path]).at(unit.path, day)


def _over(above: Any, decision: Decision) -> Any:
    """The nearer word holds; on agendas for the kinds that it names."""
    if decision.name == "agendas":
        return {**(above or {}), **decision.value}
    return decision.value


@lru_cache
def _statement(*, of_some: bool) -> Select[Any]:
    """Built once: that costs more than asking it."""
    above: Any = bindparam("above", expanding=True)
    return (
        pick(Organization.path, Setting.name, Setting.value, Setting.valid_from)
        .select_from(Setting)
        .join(Organization, col(Organization.id) == Setting.organization_id)
        .where(col(Organization.segment).in_(above) if of_some else true())
    )
