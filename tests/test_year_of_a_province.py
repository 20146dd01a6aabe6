"""A year of a province, told in any order of arrival, gives what a slow recount gives."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from app.core import database
from app.models import COUNTS, Figure, Obligation, ObligationKind
from app.services import figures
from tests.provinces import Province
from tests.recounts import differences
from tests.upheavals import EVENTS
from tests.world import NOON, World, rows

pytestmark = pytest.mark.long

YEAR = timedelta(days=365)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_of_every_unit_and_month_is_what_the_ledger_says(
    world: World, clock: time_machine.Traveller, seed: int
) -> None:
    province = Province(world, clock, seed)
    for quarter in range(1, 5):
        province.live(NOON + YEAR * quarter / 4, times=80, events=EVENTS)
        assert kept(province) == expected(province)
        assert owed() == due(province)
    assert differences() == []
    assert province.refused > 0


def kept(province: Province) -> dict[tuple[UUID, str], dict[str, int]]:
    """The service's figures, with nothing waiting and without zeros."""
    with database.writing() as session:
        while session.get_bind().dialect.name == "postgresql" and figures.fold(session):
            pass
        return {
            (row.organization_id, row.period): counts
            for row in rows(session, Figure)
            if (counts := {name: n for name in COUNTS if (n := getattr(row, name))})
        }


def expected(province: Province) -> dict[tuple[UUID, str], dict[str, int]]:
    return {key: counts for key, counts in province.ledger.figures(province.now).items() if counts}


def owed() -> set[tuple[UUID, str]]:
    """By whom, and for which month, a meeting is owed."""
    with database.reading() as session:
        return {
            (row.organization_id, row.period)
            for row in rows(session, Obligation, Obligation.kind == ObligationKind.MONTHLY_MEETING)
            if row.withdrawn_at is None
        }


def due(province: Province) -> set[tuple[UUID, str]]:
    cells = {unit.id for unit in province.ledger.units.values() if unit.is_cell}
    return {
        key for key, counts in expected(province).items() if key[0] in cells and "cells" in counts
    }
