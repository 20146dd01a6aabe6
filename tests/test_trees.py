"""Rows of figures follow the tree of their period, and may begin earlier than they did."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import Session, col

from app.core import database
from app.models import Figure, FigureDay, Organization, OrganizationParent
from app.policies.actors import SYSTEM
from app.services import figure_days
from app.work import Work
from tests.conftest import SignIn
from tests.figures import figure
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
