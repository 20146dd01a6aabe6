"""A province lives through a year; whatever happens is told, sooner or later, to two keepers.

One is the service, the other a slow ledger. Facts arrive in a random order: late by weeks, or
announced before their day. What the service refuses because a month is locked, the ledger must
have locked too.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine
from sqlmodel import Session

from app.core import clock as clocks
from app.core import database, periods
from app.models import (
    Account,
    Activity,
    AttendanceStatus,
    ExemptionKind,
    Meeting,
    MeetingKind,
    Membership,
    Organization,
)
from app.models import OrganizationKind as Kind
from app.policies.actors import SYSTEM
from app.schemas.attendances import AttendanceMark, AttendanceMarks
from app.schemas.exemptions import ExemptionCreate
from app.schemas.meetings import MeetingReturn, MeetingSubmit
from app.schemas.organizations import OrganizationCreate
from app.schemas.transfers import TransferAccept, TransferCreate
from app.services import (
    activations,
    attendances,
    exemptions,
    figure_days,
    figures,
    held_meetings,
    meetings,
    organizations,
    transfers,
)
from app.services.held_meetings import HeldMeeting
from app.services.period_locks import PeriodLocked
from app.work import Work
from tests.factories.people import make_member
from tests.ledgers import Ledger, Met, Pause, Stay, Unit
from tests.world import World, rows

_ABSENT = {
    "excused": AttendanceStatus.ABSENT_EXCUSED,
    "unexcused": AttendanceStatus.ABSENT_UNEXCUSED,
    "present": AttendanceStatus.PRESENT,
}


class Province:
    def __init__(self, world: World, clock: time_machine.Traveller, seed: int) -> None:
        self.clock = clock
        self.chance = random.Random(seed)
        self.now = clocks.now()
        self.number = 500
        self.tops = [world.root.id, world.other.id]
        self.ledger = Ledger("2026-01")
        self.refused = 0
        self.sections: set[UUID] = set()
        with database.writing() as session:
            self._read(session)
        self._found_communes()

    def live(self, until: datetime, times: int, events: Sequence[Callable[[Any], None]]) -> None:
        """So many things happen, in even steps of time."""
        step = (until - self.now) / times
        for _ in range(times):
            self.pass_time(step)
            self.chance.choice(events)(self)

    def pass_time(self, span: timedelta) -> None:
        self.now += span
        self.clock.move_to(self.now)
        figure_days.turn(self.now)
        self.ledger.settle(self.now)

    @property
    def today(self) -> date:
        return clocks.local_date(self.now)

    def a_past_day(self, at_most: int = 60) -> date:
        return self.today - timedelta(days=self.chance.randrange(at_most))

    @contextmanager
    def told(self) -> Any:
        with database.writing() as session:
            yield Work(session, SYSTEM, self.now)
            session.flush()

    def cells(self, day: date) -> list[Unit]:
        """Those that hold on a day and are not to close."""
        return [
            unit for unit in self.ledger.units.values() if unit.is_cell and unit.lasts_from(day)
        ]

    def stay_on(self, day: date) -> Stay | None:
        """Of somebody who is where they are for good."""
        lasting = [one for one in self.ledger.stays if one.until is None and one.since < day]
        return self.chance.choice(lasting) if lasting else None

    def join(self) -> None:
        day = self.a_past_day()
        cell = self.chance.choice(self.cells(day))
        self.number += 1
        with self.told() as work:
            unit = _unit(work.session, cell.id)
            member = make_member(work.session, unit, number=self.number, joined_on=day)
            figures.recount_members(work, [member.id], since=day)
        self.ledger.stays.append(Stay(member.id, cell.id, day))

    def pause(self) -> None:
        day = self.a_past_day()
        stay = self.stay_on(day)
        if stay is None:
            return
        ends = self.chance.choice((None, day + timedelta(days=self.chance.randrange(1, 90))))
        kind = ExemptionKind(self.chance.choice(("exempt", "exempt", "suspended", "interrupted")))
        data = ExemptionCreate(member_id=stay.member, kind=kind, valid_from=day, valid_to=ends)
        with self.told() as work:
            exemptions.create(work, data)
        self.ledger.pauses.append(Pause(stay.member, kind, day, ends))

    def activate(self) -> None:
        stay = self.stay_on(self.today)
        if stay is None or stay.member in self.ledger.opened:
            return
        with self.told() as work:
            activations.record(work, {stay.member: self.now}, "no hash")
            activations.record_use(work, [stay.member])
        self.ledger.opened[stay.member] = self.today
        self.ledger.used.add((stay.member, periods.period_of(self.today)))

    def use(self) -> None:
        period = periods.period_of(self.today)
        known = [
            one.member
            for one in self.ledger.stays
            if one.holds(self.today)
            and one.member in self.ledger.opened
            and (one.member, period) not in self.ledger.used
        ]
        if known:
            member = self.chance.choice(known)
            with self.told() as work:
                activations.record_use(work, [member])
            self.ledger.used.add((member, period))

    def meet(self) -> None:
        day = self.a_past_day() - timedelta(days=1)
        cell = self.chance.choice(self.cells(day))
        starts_at = clocks.day_starts_at(day) + timedelta(hours=19)
        kind = self.chance.choice((MeetingKind.REGULAR, MeetingKind.REGULAR, MeetingKind.THEMATIC))
        in_time, documented = self.chance.random() < 0.7, self.chance.random() < 0.7
        roster = self.ledger.roster(cell.id, day)
        sheet = dict.fromkeys(roster, "present")
        for member in roster:
            if self.chance.random() < 0.2:
                sheet[member] = self.chance.choice(("excused", "unexcused"))
        held = HeldMeeting(
            organization_id=cell.id,
            title="Sinh hoạt",
            place="Hội trường",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            submitted_at=starts_at + timedelta(days=1 if in_time else 5),
            minutes="Đã họp.",
            minutes_written_at=starts_at + timedelta(days=1),
            kind=kind,
            notice_sent_at=starts_at - timedelta(days=4),
            documents_published_at=starts_at - timedelta(days=2) if documented else None,
            absences={m: _ABSENT[s] for m, s in sheet.items() if s != "present"},
        )
        met = Met(UUID(int=0), cell.id, day, kind, in_time, documented, sheet)
        try:
            with self.told() as work:
                (meeting,) = held_meetings.record(work, [held])
                met.id = meeting.id
        except PeriodLocked:
            self._expect_locked(met)
        else:
            self._expect_open(met)
            self.ledger.meetings.append(met)

    def correct(self) -> None:
        """One line of a sheet turns out to be wrong, weeks afterwards."""
        met = self._some_meeting()
        if met is None or not met.sheet or not met.is_submitted:
            return
        member = self.chance.choice(sorted(met.sheet))
        status = self.chance.choice(sorted(_ABSENT))
        line = AttendanceMark(member_id=member, status=_ABSENT[status], reason="Ghi nhầm")

        def change(work: Work) -> None:
            (meeting,) = rows(work.session, Meeting, Meeting.id == met.id)
            data = AttendanceMarks(lines=[line])
            attendances.mark(work, met.id, data, meeting.sheet_version)

        if self._try(met, change):
            met.sheet[member] = status

    def send_back(self) -> None:
        met = self._some_meeting()
        if met is None:
            return

        def change(work: Work) -> None:
            if met.is_submitted:
                meetings.return_(work, met.id, MeetingReturn(comment="Thiếu"))
            else:
                meetings.submit(work, met.id, MeetingSubmit())

        if self._try(met, change):
            met.is_submitted = not met.is_submitted

    def transfer(self) -> None:
        """To a day that is over, or still to come; until then nobody awaits the member."""
        day = self.today + timedelta(days=self.chance.randrange(-40, 20))
        stay = self.stay_on(min(day, self.today))
        targets = self.cells(min(day, self.today))
        target = self.chance.choice(targets) if targets else None
        if stay is None or target is None or target.id == stay.cell or not target.lasts_from(day):
            return
        data = TransferCreate(member_id=stay.member, to_organization_id=target.id, effective_on=day)
        with self.told() as work:
            transfer = transfers.create(work, data)
            transfers.send(work, transfer.id)
            transfers.accept(work, transfer.id, TransferAccept())
        self.go_over(stay, target.id, day)
        if day > self.today:
            self.ledger.pauses.append(Pause(stay.member, "in_transit", self.today, day))

    def _some_meeting(self) -> Met | None:
        return self.chance.choice(self.ledger.meetings) if self.ledger.meetings else None

    def _try(self, met: Met, change: Callable[[Work], None]) -> bool:
        try:
            with self.told() as work:
                change(work)
        except PeriodLocked:
            self._expect_locked(met)
            return False
        self._expect_open(met)
        return True

    def _expect_locked(self, met: Met) -> None:
        assert self.ledger.is_locked(met.cell, met.period), met
        self.refused += 1

    def _expect_open(self, met: Met) -> None:
        assert not self.ledger.is_locked(met.cell, met.period), met

    def go_over(self, stay: Stay, cell_id: UUID, day: date) -> None:
        self.ledger.stays.append(Stay(stay.member, cell_id, day, stay.until))
        stay.until = day

    def committees(self) -> list[Unit]:
        units = self.ledger.units.values()
        return [unit for unit in units if not unit.is_cell and unit.id not in self.tops]

    def communes(self) -> list[Unit]:
        return [unit for unit in self.committees() if unit.id not in self.sections]

    def _read(self, session: Session) -> None:
        """The small world as it stands."""
        for unit in rows(session, Organization):
            is_cell = unit.kind == Kind.CELL
            links = [(unit.valid_from, unit.parent_id)]
            self.ledger.units[unit.id] = Unit(unit.id, is_cell, unit.valid_from, None, links)
        self._read_people(session)

    def _read_people(self, session: Session) -> None:
        for one in rows(session, Membership):
            stay = Stay(one.member_id, one.organization_id, one.valid_from, one.valid_to)
            self.ledger.stays.append(stay)
        for account in rows(session, Account):
            if account.member_id is not None:
                self.ledger.opened[account.member_id] = clocks.local_date(account.activated_at)
        self.ledger.used = {(one.member_id, one.period) for one in rows(session, Activity)}

    def _found_communes(self) -> None:
        """One more commune, and a section of two cells that may move as one."""
        north = next(unit.id for unit in self.communes())
        commune = self.found(Kind.GRASSROOTS, self.tops[0])
        section = self.found(Kind.SECTION, north)
        self.sections = {section}
        for parent in (commune, commune, section, section):
            self.found(Kind.CELL, parent)
        self.ledger.settle(self.now)

    def found(self, kind: Kind, parent_id: UUID, since: date | None = None) -> UUID:
        self.number += 1
        day = since or self.today
        data = OrganizationCreate(
            code=f"97.{self.number}",
            name=f"Tổ chức {self.number}",
            kind=kind,
            parent_id=parent_id,
            valid_from=day,
        )
        with self.told() as work:
            unit_id = organizations.create(work, data).id
        links: list[tuple[date, UUID | None]] = [(day, parent_id)]
        self.ledger.units[unit_id] = Unit(unit_id, kind is Kind.CELL, day, None, links)
        return unit_id


def _unit(session: Session, unit_id: UUID) -> Organization:
    (unit,) = rows(session, Organization, Organization.id == unit_id)
    return unit


EVENTS: tuple[Callable[[Province], None], ...] = (
    *[Province.join] * 3,
    *[Province.pause] * 2,
    *[Province.activate] * 3,
    *[Province.use] * 3,
    *[Province.meet] * 8,
    *[Province.correct] * 3,
    Province.send_back,
    *[Province.transfer] * 2,
)
