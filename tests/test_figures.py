"""Figures are exact at every moment: after any history, however late its facts arrive."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import clock as clocks
from app.core import database
from app.models import COUNTS, EndReason, Figure, FigureDelta, Membership
from app.policies.actors import SYSTEM
from app.schemas.dashboards import Measure, MissingQuery
from app.services import figures, missing, recounts
from app.services.measures import FRACTIONS
from app.work import Work
from tests.histories import History
from tests.long_run import seeds
from tests.true_counts import true_counts
from tests.world import NOON, World, rows


@pytest.fixture
def work(world: World, clock: time_machine.Traveller) -> Any:
    with database.writing() as session:
        yield Work(session, SYSTEM, NOON)


@pytest.mark.parametrize("seed", seeds(4))
class TestAfterAnyHistory:
    def test_nothing_differs_from_a_recount_and_every_list_is_as_long_as_counted(
        self, work: Work, seed: int
    ) -> None:
        History(work, seed).happen(80)

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
