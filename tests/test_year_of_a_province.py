"""A year of a province, told in any order of arrival, gives what a slow recount gives."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from app.core import database
from app.models import COUNTS, Figure
from app.services import figures
from tests.provinces import Province
from tests.recounts import differences
from tests.world import NOON, World, rows

pytestmark = pytest.mark.long

YEAR = timedelta(days=365)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_of_every_unit_and_month_is_what_the_ledger_says(
    world: World, clock: time_machine.Traveller, seed: int
) -> None:
    province = Province(world, clock, seed)
    for quarter in range(1, 5):
        province.live(NOON + YEAR * quarter / 4, times=110)
        assert kept(province) == expected(province)
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
            if row.organization_id in province.ledger.units
            and (counts := {name: n for name in COUNTS if (n := getattr(row, name))})
        }


def expected(province: Province) -> dict[tuple[UUID, str], dict[str, int]]:
    return {key: counts for key, counts in province.ledger.figures(province.now).items() if counts}
