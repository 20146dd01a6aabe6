"""Figures are exact at every moment: after any history, however late its facts arrive."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import clock as clocks
from app.core import database, periods
from app.models import (
    COUNTS,
    Account,
    Activity,
    Attendance,
    AttendanceStatus,
    EndReason,
    Exemption,
    ExemptionKind,
    Figure,
    FigureDelta,
    Meeting,
    MeetingKind,
    Membership,
    Organization,
    OrganizationKind,
)
from app.policies.actors import SYSTEM
from app.schemas.dashboards import Measure, MissingQuery
from app.schemas.exemptions import ExemptionCreate
from app.schemas.meetings import MeetingReopen, MeetingReturn
from app.schemas.members import MemberCreate
from app.schemas.organizations import OrganizationCreate, OrganizationUpdate
from app.services import (
    activations,
    exemptions,
    figures,
    held_meetings,
    meetings,
    members,
    missing,
    organizations,
    recounts,
)
from app.services.dashboards import FRACTIONS
from app.services.held_meetings import HeldMeeting
from app.work import Work
from tests.world import NOON, World, rows

PERIODS = [f"2026-0{month}" for month in range(1, 6)]


class History:
    """A random but possible history, told through the services in any order of arrival."""

    def __init__(self, work: Work, seed: int) -> None:
        self.work = work
        self.session = work.session
        self.chance = random.Random(seed)
        self.number = 500

    def happen(self, times: int) -> None:
        events: list[Callable[[], None]] = [
            self.join,
            self.leave,
            self.exempt,
            self.meet,
            self.meet,
            self.send_back,
            self.activate,
            self.found_a_cell,
            self.close_a_cell,
        ]
        for _ in range(times):
            self.chance.choice(events)()
            self.session.flush()

    def day(self) -> date:
        return date(2026, 1, 6) + timedelta(days=self.chance.randrange(128))

    def cells(self) -> list[Organization]:
        found = rows(self.session, Organization, Organization.kind == OrganizationKind.CELL)
        return sorted((cell for cell in found if cell.valid_to is None), key=lambda cell: cell.path)

    def residents(self) -> list[Membership]:
        open_rows = rows(self.session, Membership, col(Membership.valid_to).is_(None))
        return sorted(open_rows, key=lambda row: str(row.id))

    def join(self) -> None:
        self.number += 1
        ident = f"971090{self.number:06d}"
        cell = self.chance.choice(self.cells())
        data = MemberCreate(
            full_name=f"Người Mới {self.number}",
            sex="female",
            born_on=date(1990, 1, 1),
            admitted_on=date(2020, 1, 1),
            card_number=ident,
            personal_id=ident,
            organization_id=cell.id,
        )
        moment = clocks.day_starts_at(max(self.day(), cell.valid_from)) + timedelta(hours=9)
        members.create(replace(self.work, now=moment), data)
        figures.recount(self.work, [data.organization_id], PERIODS)

    def leave(self) -> None:
        row = self.chance.choice(self.residents())
        row.valid_to = max(self.day(), row.valid_from + timedelta(days=1))
        row.end_reason = EndReason.LEFT
        self.session.flush()
        figures.recount_members(self.work, [row.member_id], since=row.valid_from)

    def exempt(self) -> None:
        row = self.chance.choice(self.residents())
        starts = max(self.day(), row.valid_from)
        ends = self.chance.choice((None, starts + timedelta(days=self.chance.randrange(1, 60))))
        kind = self.chance.choice(list(ExemptionKind))
        data = ExemptionCreate(member_id=row.member_id, kind=kind, valid_from=starts, valid_to=ends)
        exemptions.create(self.work, data)

    def meet(self) -> None:
        cell = self.chance.choice(self.cells())
        starts_at = clocks.day_starts_at(max(self.day(), cell.valid_from)) + timedelta(hours=19)
        absences = dict(self.absent(cell))
        held = HeldMeeting(
            organization_id=cell.id,
            title="Sinh hoạt",
            place="Hội trường",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            submitted_at=starts_at + timedelta(days=self.chance.randrange(5)),
            minutes="Đã họp.",
            kind=self.chance.choice((MeetingKind.REGULAR, MeetingKind.THEMATIC)),
            absences=absences,
        )
        held_meetings.record(self.work, [held])

    def absent(self, cell: Organization) -> Iterator[tuple[UUID, AttendanceStatus]]:
        """Some of the cell's first members, who are on every roster."""
        safe = [
            row
            for row in self.residents()
            if row.organization_id == cell.id
            and row.valid_from <= date(2026, 1, 5)
            and not rows(self.session, Exemption, Exemption.member_id == row.member_id)
        ]
        for row in safe[: self.chance.randrange(3)]:
            yield (
                row.member_id,
                self.chance.choice(
                    (AttendanceStatus.ABSENT_EXCUSED, AttendanceStatus.ABSENT_UNEXCUSED)
                ),
            )

    def send_back(self) -> None:
        found = sorted(rows(self.session, Meeting), key=lambda row: str(row.id))
        submitted = [row for row in found if "return" in row.allowed()]
        if submitted:
            row = self.chance.choice(submitted)
            if self.chance.random() < 0.5:
                meetings.return_(self.work, row.id, MeetingReturn(comment="Thiếu"))
            else:
                meetings.reopen(self.work, row.id, MeetingReopen(reason="Nhầm"))

    def activate(self) -> None:
        known = {row.member_id for row in rows(self.session, Account)}
        waiting = [row for row in self.residents() if row.member_id not in known]
        if waiting:
            row = self.chance.choice(waiting)
            moment = clocks.day_starts_at(max(self.day(), row.valid_from)) + timedelta(hours=20)
            activations.record(replace(self.work, now=moment), {row.member_id: moment}, "no hash")
            activations.record_use(replace(self.work, now=moment), [row.member_id])
            since = clocks.local_date(moment)
            figures.recount_members(self.work, [row.member_id], since=since)

    def found_a_cell(self) -> None:
        self.number += 1
        above = rows(self.session, Organization, Organization.kind == OrganizationKind.GRASSROOTS)
        data = OrganizationCreate(
            code=f"97.{self.number}",
            name=f"Chi bộ {self.number}",
            kind=OrganizationKind.CELL,
            parent_id=min(above, key=lambda unit: unit.path).id,
            valid_from=self.day(),
        )
        organizations.create(self.work, data)

    def close_a_cell(self) -> None:
        inhabited = {row.organization_id for row in self.residents()}
        empty = [cell for cell in self.cells() if cell.id not in inhabited]
        if empty:
            cell = self.chance.choice(empty)
            ended = rows(self.session, Membership, Membership.organization_id == cell.id)
            last = [row.valid_to for row in ended if row.valid_to is not None]
            closes = max([self.day(), cell.valid_from + timedelta(days=1), *last])
            data = OrganizationUpdate(valid_to=closes)
            organizations.change(self.work, cell.id, data, cell.version)


@pytest.fixture
def work(world: World, clock: time_machine.Traveller) -> Any:
    with database.writing() as session:
        yield Work(session, SYSTEM, NOON)


@pytest.mark.parametrize("seed", range(4))
class TestAfterAnyHistory:
    def test_nothing_differs_from_a_recount_and_every_list_is_as_long_as_counted(
        self, work: Work, seed: int
    ) -> None:
        History(work, seed).happen(60)

        assert differences(work) == []
        counts = true_counts(work.session)
        for figure in rows(work.session, Figure, col(Figure.is_cell)):
            shown = {name: getattr(figure, name) for name in COUNTS if getattr(figure, name)}
            assert shown == counts.get((figure.organization_id, figure.period), {})
        check_fractions_and_lists(work)


class TestRecount:
    def test_a_row_corrupted_by_hand_is_named_and_repaired(self, work: Work, world: World) -> None:
        corrupt = update(Figure).where(
            col(Figure.organization_id) == world.north.id, col(Figure.period) == "2026-03"
        )
        values = corrupt.values(accounts=99).execution_options(scoped="a test")
        work.session.execute(values)

        found = differences(work, repair=True)

        assert [(one.period, one.path, one.count, one.stored) for one in found] == [
            ("2026-03", world.north.path, "accounts", 99)
        ]
        assert differences(work) == []

    def test_a_row_that_is_gone_is_named_and_made_again(self, work: Work, world: World) -> None:
        gone = delete(Figure).where(
            col(Figure.organization_id) == world.south_one.id, col(Figure.period) == "2026-03"
        )
        work.session.execute(gone.execution_options(scoped="a test"))

        found = differences(work)
        differences(work, repair=True)

        assert [(one.path, one.count) for one in found if one.count == "row"] == [
            (world.south_one.path, "row")
        ]
        assert {one.path for one in found} == {world.south_one.path}
        assert differences(work) == []
        root = next(row for row in _figures(work.session, "2026-03") if row.path == world.root.path)
        assert root.cells == 3

    def test_waiting_deltas_are_no_difference(self, work: Work, world: World) -> None:
        if database.engine().dialect.name != "postgresql":
            assert rows(work.session, FigureDelta) == []
        assert differences(work) == []

    def test_the_figures_of_a_closed_month_do_not_change_with_later_facts(
        self, work: Work, world: World
    ) -> None:
        before = [row.model_dump() for row in _figures(work.session, "2026-03")]
        row = rows(work.session, Membership, Membership.organization_id == world.north_one.id)[0]
        row.valid_to, row.end_reason = date(2026, 4, 2), EndReason.DECEASED
        figures.recount_members(work, [row.member_id], since=row.valid_from)

        assert [row.model_dump() for row in _figures(work.session, "2026-03")] == before
        assert differences(work) == []


def differences(work: Work, *, repair: bool = False) -> list[recounts.Difference]:
    today = clocks.local_date(NOON)
    found = recounts.recount(work, today, repair=repair)
    return [difference for _, some in found for difference in some]


def _figures(session: Session, period: str) -> list[Figure]:
    return sorted(rows(session, Figure, Figure.period == period), key=lambda row: row.path)


def check_fractions_and_lists(work: Work) -> None:
    """0 <= n <= d everywhere, and the list behind a figure is exactly as long as it says."""
    listed = [
        m for m in Measure if m not in (Measure.ATTENDANCE_EXCUSED, Measure.ATTENDANCE_UNEXCUSED)
    ]
    while database.engine().dialect.name == "postgresql" and figures.fold(work.session):
        pass
    for figure in rows(work.session, Figure):
        for measure, (above, below) in FRACTIONS.items():
            assert 0 <= getattr(figure, above) <= getattr(figure, below), (measure, figure)
        if figure.period != "2026-04":
            continue
        for measure in listed:
            above, below = FRACTIONS[measure]
            query = MissingQuery(measure=measure, period=figure.period, limit=200)
            page = missing.search(work, figure.organization_id, query)
            expected = getattr(figure, below) - getattr(figure, above)
            assert page.count == len(page.items) == expected, (measure, figure)


def true_counts(session: Session) -> dict[tuple[UUID, str], dict[str, int]]:
    """Counted in another way than the service does: row by row, in plain Python."""
    found: dict[tuple[UUID, str], dict[str, int]] = {}

    def add(cell: UUID, period: str, name: str) -> None:
        counts = found.setdefault((cell, period), {})
        counts[name] = counts.get(name, 0) + 1

    for period in PERIODS:
        day = min(periods.last_day(period), clocks.local_date(NOON))
        _count_cells(session, period, day, add)
        _count_accounts(session, period, day, add)
        _count_lines(session, period, add)
    return found


Add = Callable[[UUID, str, str], None]


def holds(row: Any, day: date) -> bool:
    return bool(row.valid_from <= day and (row.valid_to is None or day < row.valid_to))


def _count_cells(session: Session, period: str, day: date, add: Add) -> None:
    meetings_of = [m for m in rows(session, Meeting) if m.kind == "regular" and m.period == period]
    for cell in rows(session, Organization):
        if cell.kind != OrganizationKind.CELL or not holds(cell, day):
            continue
        add(cell.id, period, "cells")
        met = [
            m
            for m in meetings_of
            if m.organization_id == cell.id and m.status in ("submitted", "accepted")
        ]
        if met:
            add(cell.id, period, "cells_met")
        if any(_in_time(m.first_submitted_at, m.ended_at) for m in met):
            add(cell.id, period, "cells_met_on_time")


def _in_time(submitted_at: datetime | None, ended_at: datetime | None) -> bool:
    assert submitted_at is not None
    assert ended_at is not None
    last = clocks.local_date(ended_at) + timedelta(days=2)
    return clocks.local_date(submitted_at) <= last


def _count_accounts(session: Session, period: str, day: date, add: Add) -> None:
    exempt = {
        row.member_id
        for row in rows(session, Exemption)
        if row.kind == ExemptionKind.EXEMPT and holds(row, day)
    }
    opened = {row.member_id: row.activated_at for row in rows(session, Account)}
    active = {(row.member_id, row.period) for row in rows(session, Activity)}
    for membership in rows(session, Membership):
        if not holds(membership, day) or membership.member_id in exempt:
            continue
        add(membership.organization_id, period, "accounts")
        since = opened.get(membership.member_id)
        if since is not None and clocks.local_date(since) <= periods.last_day(period):
            add(membership.organization_id, period, "accounts_activated")
        if (membership.member_id, period) in active:
            add(membership.organization_id, period, "accounts_active")


def _count_lines(session: Session, period: str, add: Add) -> None:
    names = {
        AttendanceStatus.PRESENT: "present",
        AttendanceStatus.ABSENT_EXCUSED: "excused",
        AttendanceStatus.ABSENT_UNEXCUSED: "unexcused",
    }
    held = {
        m.id
        for m in rows(session, Meeting)
        if m.kind == "regular"
        and m.period == period
        and m.status in ("ended", "submitted", "returned", "accepted")
    }
    for line in rows(session, Attendance):
        if line.meeting_id in held and line.status != AttendanceStatus.EXEMPT:
            add(line.organization_id, period, "summoned")
            if line.status in names:
                add(line.organization_id, period, names[line.status])
