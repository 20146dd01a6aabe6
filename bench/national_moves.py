"""Units with all that is below them go elsewhere in the tree, from today on.

Takes the folder and the name of the size, which its samples carry.
"""

import sys
import time
from uuid import UUID

from app.core import clock, database, periods
from app.models import Organization, OrganizationKind
from app.policies.actors import SYSTEM
from app.schemas.reorganizations import OrganizationMove
from app.services import organizations, recounts, reorganizations
from app.work import Work
from bench import nation
from bench.samples import Sample


def main() -> None:
    """A commune to another committee and back, then a province."""
    size, other = sys.argv[2], _found_another()
    root, province, commune = (nation.unit_id(level, 0) for level in range(3))
    Sample(f"move {size} commune", _move(commune, root)).hand_over()
    Sample(f"move {size} commune", _move(commune, province)).hand_over()
    Sample(f"move {size} province", _move(province, other)).hand_over()
    Sample(f"move {size} province", _move(province, root)).hand_over()
    with database.writing() as session:
        now = clock.now()
        today = clock.local_date(now)
        work = Work(session, SYSTEM, now)
        found = recounts.recount_one(work, periods.period_at(now), today, repair=False)
        assert not found, found[:3]


def _found_another() -> UUID:
    """A second root, for a province stands under nothing less."""
    name = "Đơn vị khác"
    unit = Organization(
        code="99",
        name=name,
        search_text=name.lower(),
        kind=OrganizationKind.CENTRAL,
        segment="",
        path="",
        valid_from=nation.FOUNDED,
    )
    with database.writing() as session:
        organizations.plant(Work(session, SYSTEM, clock.now()), [(unit, None)])
    return unit.id


def _move(unit_id: UUID, parent_id: UUID) -> float:
    """Seconds, with the commit."""
    now = clock.now()
    asked = OrganizationMove(
        parent_id=parent_id, effective_on=clock.local_date(now), decision="1-QĐ"
    )
    started = time.perf_counter()
    with database.writing() as session:
        reorganizations.move(Work(session, SYSTEM, now), unit_id, asked)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
