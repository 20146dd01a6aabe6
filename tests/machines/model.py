"""What must be true of the small world, kept in memory: members, meetings, locks and offices.

Each `why_not_…` names the refusal that the contract demands, or None; whoever did it tells the
model afterwards.
"""

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tests.machines.powers import READING, Interval, Office, Power, above, below

VIET_NAM = timedelta(hours=7)
OPENS_BEFORE = timedelta(hours=1)


class Refusal(NamedTuple):
    status: int
    code: str


HIDDEN = Refusal(404, "not_found")
FORBIDDEN = Refusal(403, "forbidden")
LOCKED = Refusal(409, "period_locked")
NO_ARROW = Refusal(409, "invalid_transition")
CONFLICT = Refusal(409, "conflict")
INVALID = Refusal(422, "invalid")
STALE = Refusal(412, "stale")
#: From which states each verb leads to which.
ARROWS = {
    "schedule": ({"draft"}, "scheduled"),
    "postpone": ({"scheduled", "postponed"}, "postponed"),
    "cancel": ({"draft", "scheduled", "postponed"}, "cancelled"),
    "open": ({"scheduled", "postponed"}, "open"),
    "end": ({"open"}, "ended"),
    "submit": ({"ended", "returned"}, "submitted"),
    "return": ({"submitted"}, "returned"),
    "accept": ({"submitted"}, "accepted"),
    "take-back": ({"submitted"}, "ended"),
    "reopen": ({"submitted", "accepted"}, "ended"),
}
_HELD = {"ended", "submitted", "returned", "accepted"}
_MET = {"submitted", "accepted"}


def local_day(moment: datetime) -> date:
    return (moment + VIET_NAM).date()


def month_of(moment: datetime) -> str:
    return f"{moment + VIET_NAM:%Y-%m}"


@dataclass
class Stay(Interval):
    member: UUID
    cell: str


@dataclass
class Transit(Interval):
    member: UUID


@dataclass
class Transfer:
    id: UUID
    member: UUID
    giver: str
    taker: str
    on: date
    status: str = "draft"
    transit: Transit | None = None


@dataclass
class Meeting:
    id: UUID
    cell: str
    kind: str
    starts_at: datetime
    status: str = "draft"
    was_announced: bool = False
    was_submitted: bool = False
    was_looked_at: bool = False
    minutes: int = 0
    sheet: int = 0
    lines: dict[UUID, str] = field(default_factory=dict)
    #: Who checked in by themselves.
    came: set[UUID] = field(default_factory=set)

    @property
    def month(self) -> str:
        return month_of(self.starts_at)

    @property
    def unmarked(self) -> list[UUID]:
        return [member for member, mark in self.lines.items() if mark == "unmarked"]

    @property
    def is_known(self) -> bool:
        """Whether the members of the cell were told of it."""
        return self.status != "draft" and (self.status != "cancelled" or self.was_announced)


@dataclass
class Model:
    now: datetime
    #: The member behind each person; None for staff.
    people: dict[str, UUID | None]
    stays: list[Stay]
    offices: list[Office]
    transits: list[Transit] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    #: Unit and month; until when an exception holds, if there is one.
    locked: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    #: Decisions to lock that nobody lifted.
    locks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return local_day(self.now)

    @property
    def months(self) -> list[str]:
        """Those that have begun."""
        return [f"2026-{number:02}" for number in range(1, (self.now + VIET_NAM).month + 1)]

    # Powers

    def powers(self, who: str) -> Iterator[tuple[Power, str]]:
        for office in self.offices:
            if office.holder == who and office.holds(self.today):
                yield office.power, office.unit
        if (member := self.people[who]) is not None:
            yield from ((Power.MEMBER, cell) for cell in self.cells_of(member, self.today))

    def reach(self, who: str, powers: Set[Power]) -> set[str]:
        held = (below(unit) for power, unit in self.powers(who) if power in powers)
        return set().union(*held)

    def sees_unit(self, who: str, unit: str) -> bool:
        return unit in self.reach(who, set(Power))

    def sees_member(self, who: str, member: UUID) -> bool:
        return self.people[who] == member or self.has_member(who, READING, member)

    def has_member(self, who: str, powers: Set[Power], member: UUID) -> bool:
        """Among those within reach who have not left."""
        cells = {stay.cell for stay in self._stays_not_over(member)}
        return bool(cells & self.reach(who, powers))

    def sees_meeting(self, who: str, meeting: Meeting) -> bool:
        is_own = meeting.cell in self.reach(who, {Power.MEMBER})
        return meeting.cell in self.reach(who, READING) or (is_own and meeting.is_known)

    def sees_transfer(self, who: str, transfer: Transfer) -> bool:
        ends = {transfer.giver, transfer.taker}
        return bool(ends & self.reach(who, READING)) or self.people[who] == transfer.member

    def why_not_there(
        self, who: str, unit: str, powers: Set[Power], *, is_seen: bool
    ) -> Refusal | None:
        if unit in self.reach(who, powers):
            return None
        return FORBIDDEN if is_seen else HIDDEN

    # Members

    def cells_of(self, member: UUID, day: date) -> list[str]:
        return [stay.cell for stay in self.stays if stay.member == member and stay.holds(day)]

    def roster(self, cell: str, day: date) -> set[UUID]:
        away = {transit.member for transit in self.transits if transit.holds(day)}
        return {stay.member for stay in self.stays if stay.cell == cell and stay.holds(day)} - away

    def residence(self, member: UUID, day: date) -> Stay | None:
        """Where somebody is for good from a day on."""
        lasting = (stay for stay in self.stays if stay.member == member and stay.until is None)
        return next((stay for stay in lasting if stay.since <= day), None)

    def listed_members(self, who: str) -> set[UUID]:
        here = {stay.member for stay in self.stays if stay.holds(self.today)}
        return {member for member in here if self.sees_member(who, member)}

    def _stays_not_over(self, member: UUID) -> Iterator[Stay]:
        for stay in self.stays:
            if stay.member == member and (stay.until is None or stay.until > self.today):
                yield stay

    # Meetings

    def plan(self, meeting: Meeting) -> Meeting:
        self.meetings.append(meeting)
        return meeting

    def take(self, meeting: Meeting, verb: str, moment: datetime) -> None:
        """What follows from a step that was taken; `moment` is to when it was postponed."""
        meeting.status = ARROWS[verb][1]
        meeting.was_announced |= verb == "schedule"
        meeting.was_submitted |= verb == "submit"
        meeting.was_looked_at = verb in ("return", "accept") or (
            meeting.was_looked_at and verb != "submit"
        )
        if verb == "postpone":
            meeting.starts_at = moment
        elif verb == "open":
            roster = self.roster(meeting.cell, local_day(meeting.starts_at))
            meeting.lines, meeting.sheet = dict.fromkeys(roster, "unmarked"), meeting.sheet + 1
        elif verb == "submit" and (unmarked := meeting.unmarked):
            meeting.lines |= dict.fromkeys(unmarked, "absent_unexcused")
            meeting.sheet += 1

    # Months

    def is_open(self, unit: str, month: str) -> bool:
        if (unit, month) not in self.locked:
            return True
        until = self.locked[unit, month]
        return until is not None and until > self.now

    def why_not_lock(self, who: str, unit: str, month: str) -> Refusal | None:
        if refusal := self._why_not_of_month(who, unit, month):
            return refusal
        return None if any(self.is_open(each, month) for each in below(unit)) else CONFLICT

    def lock(self, unit: str, month: str) -> None:
        self.locked |= {(each, month): None for each in below(unit)}
        self.locks.append((unit, month))

    def why_not_unlock(self, who: str, unit: str, month: str) -> Refusal | None:
        """Granted from above the unit, and over every lock that keeps it."""
        if refusal := self._why_not_of_month(who, unit, month):
            return refusal
        keeping = {place for place, of in self.locks if of == month and place in above(unit)}
        if not keeping | {above(unit)[:2][-1]} <= self.reach(who, {Power.OFFICER}):
            return FORBIDDEN
        is_locked = any((each, month) in self.locked for each in below(unit))
        return None if is_locked else Refusal(409, "not_locked")

    def unlock(self, unit: str, month: str, until: datetime | None) -> None:
        for each in below(unit):
            if until is None:
                self.locked.pop((each, month), None)
            elif (each, month) in self.locked:
                self.locked[each, month] = max(until, self.locked[each, month] or until)
        if until is None:
            gone = {(each, month) for each in below(unit)}
            self.locks = [lock for lock in self.locks if lock not in gone]

    def _why_not_of_month(self, who: str, unit: str, month: str) -> Refusal | None:
        seen = self.sees_unit(who, unit)
        refusal = self.why_not_there(who, unit, {Power.OFFICER}, is_seen=seen)
        if refusal is None and month not in self.months:
            return Refusal(409, "period_not_begun")
        return refusal

    # Figures

    def counts(self, cell: str, month: str) -> Counter[str]:
        """What the cell's regular meetings of a month amount to."""
        counted: Counter[str] = Counter()
        regular = [each for each in self.meetings if (each.cell, each.month) == (cell, month)]
        for meeting in (each for each in regular if each.kind == "regular"):
            if meeting.status in _HELD:
                counted.update(meeting.lines.values())
                counted["summoned"] += len(meeting.lines)
            counted["cells_met"] |= meeting.status in _MET
        return counted
