"""Rows of figures follow the tree of their period, and may begin earlier than they did."""

import random
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import Session, col

from app.core import database
from app.core.clock import local_date
from app.core.periods import last_day
from app.models import (
    EndReason,
    Figure,
    FigureDay,
    Membership,
    Organization,
    OrganizationKind,
    OrganizationParent,
)
from app.models.organizations import SEGMENT_WIDTH
from app.policies.actors import SYSTEM
from app.schemas.organizations import OrganizationCreate
from app.schemas.reorganizations import OrganizationMove
from app.services import figure_days, figures, organizations, recounts, reorganizations
from app.work import Work
from tests.conftest import SignIn
from tests.figures import figure
from tests.histories import History
from tests.long_run import seeds
from tests.recounts import differences
from tests.world import NOON, World, rows


@pytest.fixture
def work(world: World, clock: time_machine.Traveller) -> Any:
    with database.writing() as session:
        yield Work(session, SYSTEM, NOON)


def places(session: Session, period: str) -> set[str]:
    return {row.path for row in rows(session, Figure, Figure.period == period)}


class TestReachBack:
    def since(self, session: Session, day: date) -> None:
        for model in (Organization, OrganizationParent):
            older = update(model).values(valid_from=day)
            session.execute(older.execution_options(scoped="a test", synchronize_session=False))

    def test_figures_begin_with_an_earlier_month(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        self.since(session, date(2025, 11, 10))
        with database.writing() as writer:
            figure_days.reach_back(Work(writer, SYSTEM, NOON), "2025-10")

        (day,) = rows(session, FigureDay)
        assert day.first_period == "2025-10"
        assert places(session, "2025-10") == set()
        assert (
            places(session, "2025-11") == places(session, "2025-12") == places(session, "2026-01")
        )
        assert figure(sign_in("officer"), world.root, "cells_met", "2025-11") == (0, 3, 0.0)
        assert differences() == []

    def test_where_they_reach_already_nothing_changes(self, session: Session, work: Work) -> None:
        before = [row.model_dump() for row in rows(work.session, Figure)]

        figure_days.reach_back(work, "2026-02")

        assert [row.model_dump() for row in rows(work.session, Figure)] == before
        assert rows(work.session, FigureDay)[0].first_period == "2026-01"

    def test_links_say_where_a_unit_stood_then(self, session: Session, world: World) -> None:
        self.since(session, date(2025, 11, 10))
        with database.writing() as writer:
            figure_days.reach_back(Work(writer, SYSTEM, NOON), "2025-12")

        (row,) = rows(
            session,
            Figure,
            col(Figure.organization_id) == world.north_one.id,
            Figure.period == "2025-12",
        )
        assert (row.parent_id, row.path) == (world.north.id, world.north_one.path)


class Forest:
    """Committees, sections and cells that are moved about at random."""

    def __init__(self, work: Work, world: World, seed: int) -> None:
        self.work, self.chance = work, random.Random(seed)
        third = self.unit(world.root, OrganizationKind.GRASSROOTS)
        committees = [world.north, world.south, third]
        sections = [self.unit(above, OrganizationKind.SECTION) for above in committees]
        new = [self.unit(sections[0], OrganizationKind.CELL) for _ in range(2)]
        cells = [world.north_one, world.north_two, world.south_one, *new]
        self.places = [(section, [*committees]) for section in sections]
        self.places += [(cell, [*committees, *sections]) for cell in cells]

    def unit(self, above: Organization, kind: OrganizationKind) -> Organization:
        data = OrganizationCreate(
            code=f"97.2.{self.chance.randrange(10**9)}",
            name="Đơn vị",
            kind=kind,
            parent_id=above.id,
            valid_from=date(2026, 1, 1),
        )
        return organizations.create(self.work, data)

    def some_moves(self, times: int) -> list[tuple[UUID, OrganizationMove]]:
        """Each to where the unit never was, so that the order in which they are told says nothing.

        Nor are two of them of one day.
        """
        days = {date(2026, 1, 2) + timedelta(days=self.chance.randrange(170)) for _ in range(times)}
        moved = []
        for day in sorted(days):
            unit, places = self.chance.choice(self.places)
            new = [place for place in places if place.id != unit.parent_id]
            if not new:
                continue
            above = self.chance.choice(new)
            places.remove(above)
            said = {"effective_on": day, "decision": "1-QĐ", "parent_id": above.id}
            moved.append((unit.id, OrganizationMove.model_validate(said)))
        return moved

    def move(self, moves: Iterable[tuple[UUID, OrganizationMove]]) -> None:
        for unit_id, data in moves:
            reorganizations.move(self.work, unit_id, data)


def stood(session: Session, period: str, today: date) -> dict[UUID, UUID | None]:
    """Under whom every unit was on the day counted on: said by the links, in plain Python."""
    day = min(last_day(period), today)
    return {
        link.organization_id: link.parent_id
        for link in rows(session, OrganizationParent)
        if link.valid_from <= day and (link.valid_to is None or day < link.valid_to)
    }


def expect_true_rows(work: Work) -> None:
    """Every row stands where its unit stood, and counts what the cells below it count."""
    today = local_date(work.now)
    figures.drain(work.session)
    for period in {row.period for row in rows(work.session, Figure)}:
        tree = stood(work.session, period, today)
        all_rows = {
            row.organization_id: row for row in rows(work.session, Figure, Figure.period == period)
        }
        cells: dict[UUID | None, int] = Counter()
        for row in all_rows.values():
            assert row.parent_id == tree[row.organization_id]
            above: UUID | None = row.organization_id if row.is_cell else None
            while above is not None:
                cells[above] += row.accounts
                above = tree[above]
        for unit_id, row in all_rows.items():
            parent = all_rows.get(row.parent_id) if row.parent_id else None
            assert row.path[:-SEGMENT_WIDTH] == (parent.path if parent else "")
            assert row.accounts == cells[unit_id]
    found = [one for _, some in recounts.recount(work, today, repair=False) for one in some]
    assert found == []


@pytest.mark.parametrize("seed", seeds(3))
class TestAfterAnyMoves:
    def test_rows_stand_where_units_stood_and_add_up(
        self, work: Work, world: World, seed: int
    ) -> None:
        History(work, seed).happen(25)
        forest = Forest(work, world, seed)
        forest.move(forest.some_moves(14))

        expect_true_rows(work)
        for later in (NOON + timedelta(days=9), NOON + timedelta(days=70)):
            figure_days.bring_to(work.session, later)
            expect_true_rows(replace(work, now=later))

    def test_the_order_in_which_they_are_entered_tells_nothing(
        self, work: Work, world: World, seed: int
    ) -> None:
        forest = Forest(work, world, seed)
        moves = forest.some_moves(10)
        told = []
        for order in (moves, moves[::-1]):
            with work.session.begin_nested() as aside:
                forest.move(order)
                told.append({row.path: row.model_dump() for row in rows(work.session, Figure)})
                aside.rollback()
            work.session.expire_all()

        assert told[0] == told[1]


def test_what_a_cell_counts_while_it_is_moved_goes_where_it_comes_to(
    world: World, clock: time_machine.Traveller
) -> None:
    has_counted, may_commit = threading.Event(), threading.Event()

    def count() -> None:
        with database.writing() as session:
            work = Work(session, SYSTEM, NOON)
            row = rows(session, Membership, Membership.organization_id == world.north_one.id)[0]
            row.valid_to, row.end_reason = date(2026, 5, 2), EndReason.DECEASED
            figures.recount_members(work, [row.member_id], since=date(2026, 5, 2))
            has_counted.set()
            may_commit.wait(5)

    def move() -> None:
        said = {"effective_on": "2026-05-01", "decision": "1-QĐ", "parent_id": world.south.id}
        data = OrganizationMove.model_validate(said)
        with database.writing() as session:
            reorganizations.move(Work(session, SYSTEM, NOON), world.north_one.id, data)

    with ThreadPoolExecutor(2) as pool:
        counted = pool.submit(count)
        assert has_counted.wait(5)
        threading.Timer(0.2, may_commit.set).start()
        for one in (pool.submit(move), counted):
            one.result()

    assert differences() == []
    with database.reading() as session:
        (south,) = rows(
            session,
            Figure,
            col(Figure.organization_id) == world.south.id,
            Figure.period == "2026-05",
        )
    everybody = len(world.members[world.north_one.id] + world.members[world.south_one.id])
    assert south.accounts == everybody - 1
