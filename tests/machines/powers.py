"""Who may what in the small world, in the words of the contract and none of the service's."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from uuid import UUID

#: Each unit under which other.
TREE = {
    "root": None,
    "north": "root",
    "south": "root",
    "north_one": "north",
    "north_two": "north",
    "south_one": "south",
    "other": None,
    "other_one": "other",
}
CELLS = ("north_one", "north_two", "south_one", "other_one")


class Power(StrEnum):
    MEMBER = auto()
    LEADER = auto()
    COMMITTEE = auto()
    OVERSEER = auto()
    OFFICER = auto()
    INSPECTOR = auto()
    ADMINISTRATOR = auto()


_LEADS = {"secretary": Power.LEADER, "deputy_secretary": Power.LEADER}
_AT_A_CELL = _LEADS | {"committee_member": Power.COMMITTEE}
_ANYWHERE = {
    "officer": Power.OFFICER,
    "inspector": Power.INSPECTOR,
    "administrator": Power.ADMINISTRATOR,
}
#: What the holders of each power do, besides reading.
LEADING = {Power.LEADER}
JUDGING = {Power.OFFICER}
ROLL_CALL = {Power.LEADER, Power.COMMITTEE}
PEOPLE = {Power.LEADER, Power.OFFICER}
OFFICES = {Power.OFFICER, Power.ADMINISTRATOR}
#: Who reads rows of others: meetings, sheets, members, transfers.
READING = set(Power) - {Power.MEMBER, Power.ADMINISTRATOR}


@dataclass
class Interval:
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass
class Office(Interval):
    holder: str
    unit: str
    role: str
    id: UUID

    @property
    def power(self) -> Power:
        at_the_place = _AT_A_CELL if self.unit in CELLS else {}
        return _ANYWHERE.get(self.role) or at_the_place.get(self.role, Power.OVERSEER)


def above(unit: str) -> list[str]:
    """The unit, and what stands over it, upwards."""
    parent = TREE[unit]
    return [unit, *(above(parent) if parent else [])]


def below(unit: str) -> set[str]:
    """The unit and its whole branch."""
    return {each for each in TREE if unit in above(each)}
