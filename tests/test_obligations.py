"""What each cell owes: as many as its committee counts, and fulfilled by what it counts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlmodel import Session, col

from app.core import database, migrations, periods
from app.core.clock import local_date
from app.models import (
    Figure,
    MeetingKind,
    MeetingStatus,
    Obligation,
    ObligationKind,
    Organization,
    OrganizationKind,
    Reorganization,
    ReorganizationKind,
)
from app.policies.actors import SYSTEM
from app.schemas.organizations import OrganizationCreate, OrganizationUpdate
from app.services import figure_days, figures, obligations, organizations, recounts
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.factories.meetings import make_meeting
from tests.histories import History
from tests.long_run import seeds
from tests.world import NOON, World, rows

_K = ObligationKind
EVENING = at("2026-05-20T19:00:00+07:00")
BEFORE_OBLIGATIONS = "76067abe0969"


@pytest.fixture
def work(world: World, clock: time_machine.Traveller) -> Iterator[Work]:
    with database.writing() as session:
        yield Work(session, SYSTEM, NOON)


def standing(session: Session, **facts: Any) -> set[tuple[UUID, str, str]]:
    found = rows(session, Obligation, col(Obligation.withdrawn_at).is_(None))
    return {
        (row.organization_id, row.period, row.kind)
        for row in found
        if all(getattr(row, name) == value for name, value in facts.items())
    }


def expect_one_for_each_cell_counted(session: Session) -> None:
    """The law: at every unit and period as many stand as its figures count cells."""
    if database.engine().dialect.name == "postgresql":
        while figures.fold(session):
            pass
    session.flush()
    counted = rows(session, Figure)
    paths = {(row.organization_id, row.period): row.path for row in counted}
    owed = standing(session)
    for kind in _K:
        places = [(period, paths[cell, period]) for cell, period, owes in owed if owes == kind]
        for row in counted:
            if kind not in obligations.due(row.period):
                continue
            below = [
                path
                for period, path in places
                if period == row.period and path.startswith(row.path)
            ]
            assert len(below) == row.cells, (kind, row)


def listed(client: Any, **query: Any) -> list[Any]:
    items: list[Any] = said(client.get("/obligations", params=query))["items"]
    return items


class TestWhatIsOwed:
    def test_every_cell_owes_a_month_and_once_a_quarter_a_theme(
        self, session: Session, world: World
    ) -> None:
        cells = {world.north_one.id, world.north_two.id, world.south_one.id, world.other_one.id}
        months = [f"2026-0{month}" for month in range(1, 6)]

        owed = standing(session)

        assert owed == {(cell, month, _K.MONTHLY_MEETING) for cell in cells for month in months} | {
            (cell, "2026-03", _K.THEMATIC_MEETING) for cell in cells
        }
        expect_one_for_each_cell_counted(session)

    @pytest.mark.parametrize(
        ("period", "due_at"),
        [
            ("2026-05", "2026-06-02T23:59:59.999999+07:00"),
            ("2026-12", "2027-01-02T23:59:59.999999+07:00"),
            ("2028-02", "2028-03-02T23:59:59.999999+07:00"),
        ],
    )
    def test_until_the_end_of_the_second_day_after_the_period(
        self, period: str, due_at: str
    ) -> None:
        assert obligations.due_at(period) == at(due_at)

    @pytest.mark.parametrize("seed", seeds(2))
    def test_after_any_history_as_many_stand_as_cells_are_counted(
        self, work: Work, seed: int
    ) -> None:
        told = History(work, seed)
        for _ in range(8):
            told.found_a_cell()
            told.close_a_cell()
            work.session.flush()

        expect_one_for_each_cell_counted(work.session)

    def test_the_day_turns_them_as_it_turns_the_figures(self, work: Work, world: World) -> None:
        to_come = _found(work, world, "97.801", valid_from=date(2026, 5, 20))
        to_go = _found(work, world, "97.802", valid_from=date(2026, 5, 1))
        organizations.change(
            work, to_go.id, OrganizationUpdate(valid_to=date(2026, 5, 25)), to_go.version
        )
        work.session.flush()
        before = standing(work.session, period="2026-05")
        figure_days.bring_to(work.session, NOON + timedelta(days=20))

        after = standing(work.session, period="2026-05")
        kind = _K.MONTHLY_MEETING
        assert before - after == {(to_go.id, "2026-05", kind)}
        assert after - before == {(to_come.id, "2026-05", kind)}
        assert (to_come.id, "2026-06", _K.THEMATIC_MEETING) in standing(work.session)
        expect_one_for_each_cell_counted(work.session)

    def test_one_that_falls_away_says_why_and_stands_again(self, work: Work, world: World) -> None:
        cell = _found(work, world, "97.801", valid_from=date(2026, 4, 1))
        decided = Reorganization(
            organization_id=cell.id,
            kind=ReorganizationKind.MERGED,
            effective_on=date(2026, 5, 10),
            decision="12-QĐ/ĐU",
        )
        work.session.add(decided)
        _close(work, cell, date(2026, 5, 10))

        (gone,) = rows(work.session, Obligation, *_of(cell, "2026-05"))
        assert (gone.withdrawn_at, gone.reason) == (NOON, "merged")
        _close(work, cell, None)
        (back,) = rows(work.session, Obligation, *_of(cell, "2026-05"))
        assert (back.id, back.withdrawn_at, back.reason) == (gone.id, None, None)

    def test_a_locked_month_owes_what_it_owed(self, work: Work, world: World) -> None:
        cell = _found(work, world, "97.801", valid_from=date(2026, 3, 1))
        for row in rows(work.session, Figure, Figure.period == "2026-04"):
            row.locked_at = NOON
        work.session.flush()
        _close(work, cell, date(2026, 3, 20))

        stands = {period for owing, period, _ in standing(work.session) if owing == cell.id}
        assert stands == {"2026-04"}

    def test_a_recount_names_what_went_astray_and_mends_it(self, work: Work, world: World) -> None:
        before = standing(work.session)
        obligations.adjust(work.session, "2026-04", {world.north_one.id: -1}, NOON)
        (row,) = rows(
            work.session,
            Figure,
            Figure.organization_id == world.south_one.id,
            Figure.period == "2026-03",
        )
        row.cells = 0
        obligations.adjust(work.session, "2026-03", {world.south_one.id: -1}, NOON)
        work.session.flush()

        found, left = (
            {
                (each.period, each.path, each.count)
                for _, some in recounts.recount(work, local_date(NOON), repair=repair)
                for each in some
            }
            for repair in (True, False)
        )

        assert ("2026-04", world.north_one.path, "obligations") in found
        assert ("2026-03", world.south_one.path, "cells") in found
        assert left == set()
        assert standing(work.session) == before

    @pytest.mark.usefixtures("owned")
    def test_a_service_in_use_owes_what_its_figures_expect(
        self, session: Session, world: World
    ) -> None:
        before = {
            (row.organization_id, row.period, row.kind, row.due_at)
            for row in rows(session, Obligation)
        }
        session.close()

        migrations.downgrade(database.engine(), BEFORE_OBLIGATIONS)
        migrations.upgrade(database.engine())

        found = rows(session, Obligation)
        assert {(row.organization_id, row.period, row.kind, row.due_at) for row in found} == before
        assert {row.id.version for row in found} == {7}
        assert len({row.id for row in found}) == len(found)


class TestSearch:
    def test_a_meeting_fulfils_it_when_it_is_first_submitted(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        query = {"organization_id": str(world.north.id), "period": "2026-05"}

        items = listed(sign_in("officer"), **query)

        states = {item["organization"]["name"]: item["state"] for item in items}
        assert states == {"Chi bộ Bắc 1": "fulfilled", "Chi bộ Bắc 2": "open"}
        (done,) = [item for item in items if item["state"] == "fulfilled"]
        assert (done["due_at"], done["fulfilled_at"]) == (
            "2026-06-02T16:59:59.999999Z",
            "2026-05-20T13:35:00Z",
        )
        assert (done["kind"], done["withdrawn_at"], done["reason"]) == (
            "monthly_meeting",
            None,
            None,
        )

    @pytest.mark.parametrize(
        ("now", "state"),
        [("2026-06-02T16:59:59.999Z", "open"), ("2026-06-02T17:00:00Z", "overdue")],
    )
    def test_it_is_overdue_from_the_first_moment_after(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller, now: str, state: str
    ) -> None:
        clock.move_to(at(now))
        query = {"organization_id": str(world.north_two.id), "period": "2026-05"}

        (item,) = listed(sign_in("officer"), **query)

        assert (item["state"], item["fulfilled_at"]) == (state, None)

    def test_a_thematic_meeting_of_the_quarter_fulfils_it(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(
            session,
            world.north_one,
            kind=MeetingKind.THEMATIC,
            status=MeetingStatus.SUBMITTED,
            starts_at=at("2026-02-10T12:00:00Z"),
        )
        with database.writing() as writer:
            figures.recount_meeting(Work(writer, SYSTEM, NOON), meeting)
        query = {"organization_id": str(world.north_one.id), "kind": "thematic_meeting"}

        (item,) = listed(sign_in("secretary"), **query)

        assert (item["period"], item["state"], item["fulfilled_at"]) == (
            "2026-03",
            "fulfilled",
            "2026-02-10T12:00:00Z",
        )

    def test_every_filter_narrows_and_who_leads_elsewhere_finds_none(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        assert len(listed(officer)) == 18
        assert len(listed(officer, organization_id=str(world.north.id))) == 12
        assert len(listed(officer, period="2026-03")) == 6
        assert len(listed(officer, kind="thematic_meeting")) == 3
        assert len(listed(officer, state="overdue")) == 15
        assert len(listed(officer, state=["open", "overdue"])) == 18
        assert listed(officer, state="withdrawn") == []
        assert len(listed(sign_in("secretary"))) == 6
        assert listed(sign_in("member")) == []
        refused = sign_in("outsider").get(
            "/obligations", params={"organization_id": str(world.north.id)}
        )
        assert refused.status_code == 404

    def test_as_many_are_fulfilled_as_the_dashboard_counts(
        self, sign_in: SignIn, world: World
    ) -> None:
        with database.writing() as writer:
            History(Work(writer, SYSTEM, NOON), 7).happen(25)
        officer = sign_in("officer")
        for period in periods.span("2026-01", periods.period_of(local_date(NOON))):
            shown = said(officer.get(f"/dashboards/{world.root.id}", params={"period": period}))
            figure = shown["figures"]["cells_met"]
            query = {"organization_id": str(world.root.id), "period": period, "limit": 200}
            items = listed(officer, kind="monthly_meeting", **query)
            done = [item for item in items if item["state"] == "fulfilled"]
            withdrawn = [item for item in items if item["state"] == "withdrawn"]
            assert len(done) == figure["numerator"]
            assert len(items) - len(withdrawn) == figure["denominator"]
            assert all(item["fulfilled_at"] for item in done)


def _of(cell: Organization, period: str) -> tuple[Any, ...]:
    return Obligation.organization_id == cell.id, Obligation.period == period


def _found(work: Work, world: World, code: str, valid_from: date) -> Organization:
    data = OrganizationCreate(
        code=code,
        name=f"Chi bộ {code}",
        kind=OrganizationKind.CELL,
        parent_id=world.north.id,
        valid_from=valid_from,
    )
    made = organizations.create(work, data)
    work.session.flush()
    return made


def _close(work: Work, cell: Organization, day: date | None) -> None:
    organizations.change(work, cell.id, OrganizationUpdate(valid_to=day), cell.version)
    work.session.flush()
