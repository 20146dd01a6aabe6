"""After any history, told in any order, locked or not: every list is as long as its figure says."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col

from app.core import database, periods
from app.core.errors import AppError
from app.models import (
    Activity,
    Exemption,
    Figure,
    FrozenAccount,
    Membership,
    Organization,
    OrganizationKind,
)
from app.policies.actors import SYSTEM
from app.schemas.dashboards import (
    DashboardQuery,
    FunnelMembersQuery,
    FunnelQuery,
    Measure,
    MissingQuery,
)
from app.schemas.reorganizations import OrganizationMerge, OrganizationMove
from app.schemas.transfers import TransferAccept, TransferCreate
from app.services import dashboards, figures, funnels, missing, reorganizations, transfers
from app.work import Work
from tests.factories.figures import lock
from tests.histories import PERIODS, History
from tests.long_run import seeds
from tests.true_counts import holds
from tests.world import NOON, World, rows

LISTED = [measure for measure in Measure if not measure.startswith("attendance_")]
SPANS = ({"period": "2026-03"}, {"from": "2026-02", "to": "2026-04"})
STAGES = ("roster", "due", "invited", "activated", "active")


@pytest.fixture
def work(world: World, clock: time_machine.Traveller) -> Iterator[Work]:
    with database.writing() as session:
        yield Work(session, SYSTEM, NOON)


@pytest.mark.parametrize("seed", seeds(2))
class TestAfterAnyHistory:
    def test_every_list_is_as_long_as_its_figure_says(self, work: Work, seed: int) -> None:
        history = History(work, seed)
        history.happen(30)
        move_about(work, history)
        lock_some(work, history)
        locked = frozen_figures(work.session)
        tell_late(history)

        assert frozen_figures(work.session) == locked
        units = units_of(work)
        for unit in (*units[:2], *history.chance.sample(units[2:], 3)):
            for span in SPANS:
                check_lists(work, unit, span)
            check_funnel(work, unit, "2026-03")
        check_activity(work)


def move_about(work: Work, history: History) -> None:
    """Cells come under other committees and into others, members into other cells, in any month."""
    chance = history.chance
    committees = [unit for unit in units_of(work) if unit.kind is OrganizationKind.GRASSROOTS]

    def move(cell: Organization, decided: Mapping[str, Any]) -> None:
        above = chance.choice([one.id for one in committees if one.id != cell.parent_id])
        reorganizations.move(work, cell.id, OrganizationMove(parent_id=above, **decided))

    def merge(cell: Organization, decided: Mapping[str, Any]) -> None:
        into = chance.choice([one.id for one in history.cells() if one.id != cell.id])
        reorganizations.merge(work, cell.id, OrganizationMerge(into_id=into, **decided))

    def transfer(cell: Organization, decided: Mapping[str, Any]) -> None:
        who = chance.choice(history.residents()).member_id
        day = decided["effective_on"]
        data = TransferCreate(member_id=who, to_organization_id=cell.id, effective_on=day)
        sent = transfers.send(work, transfers.create(work, data).id)
        transfers.accept(work, sent.id, TransferAccept())

    for change in [move, transfer, merge, transfer] * 2:
        decided = {"effective_on": history.day(), "decision": "1-QĐ"}
        with suppress(AppError), work.session.begin_nested():  # not every one is possible
            change(chance.choice(history.cells()), decided)
        work.session.expire_all()


def units_of(work: Work) -> list[Organization]:
    return sorted(rows(work.session, Organization), key=lambda unit: unit.path)


def lock_some(work: Work, history: History) -> None:
    """A committee's cells in one month, single cells in others, some of them open again."""
    units = units_of(work)
    for period in ("2026-02", "2026-03", "2026-04"):
        chosen = [unit for unit in units if history.chance.random() < 0.5]
        lock(work.session, chosen, period, NOON)
        ahead = NOON + timedelta(days=1)
        lock(work.session, chosen[:1], period, NOON, open_until=ahead)


def tell_late(history: History) -> None:
    """What comes to be known afterwards, of the locked months too."""
    for _ in range(12):
        history.chance.choice((history.join, history.leave, history.exempt, history.activate))()
        history.session.flush()
    if history.session.get_bind().dialect.name == "postgresql" and history.chance.random() < 0.5:
        figures.fold(history.session)


def frozen_figures(session: Session) -> dict[Any, Any]:
    """Of cells: what stands above them goes on counting their neighbours."""
    return {
        (row.organization_id, row.period): (row.cells, row.accounts, row.accounts_active)
        for row in rows(session, Figure, col(Figure.is_cell), col(Figure.locked_at).is_not(None))
        if row.open_until is None
    }


def check_lists(work: Work, unit: Organization, span: dict[str, str]) -> None:
    board = dashboards.read(work, unit.id, DashboardQuery.model_validate(span))
    for measure in LISTED:
        query = MissingQuery.model_validate({"measure": measure, "limit": 200, **span})
        page = missing.search(work, unit.id, query)
        figure = board["figures"][measure]
        expected = figure["denominator"] - figure["numerator"]
        assert page.count == len(page.items) == expected, (measure, unit.name, span)
        assert 0 <= figure["numerator"] <= figure["denominator"], (measure, unit.name, span)
        assert all(item.consecutive_misses >= 1 for item in page.items), (measure, unit.name)
    for name, own in board["figures"].items():
        if board["children"]:
            for part in ("numerator", "denominator"):
                below = sum(child["figures"][name][part] for child in board["children"])
                assert own[part] == below, (name, unit.name, span)


def check_funnel(work: Work, unit: Organization, period: str) -> None:
    counts = funnels.get(work, unit.id, FunnelQuery(period=period)).counts
    for stage, following in pairwise(STAGES):
        query = FunnelMembersQuery.model_validate({"period": period, "stage": stage, "limit": 200})
        page = funnels.search(work, unit.id, query)
        expected = getattr(counts, stage) - getattr(counts, following)
        assert page.count == len(page.items) == expected, (stage, unit.name)


def check_activity(work: Work) -> None:
    """Of cells that are open, counted in another way: who used an account in any of the months."""
    session = work.session
    used = {(row.member_id, row.period) for row in rows(session, Activity)}
    exempt = {
        row.member_id
        for row in rows(session, Exemption)
        if row.kind == "exempt" and holds(row, periods.last_day("2026-04"))
    }
    closed = {row.organization_id for row in rows(session, FrozenAccount)}
    months = [period for period in PERIODS if period <= "2026-04"]
    span = DashboardQuery.model_validate({"from": months[0], "to": months[-1]})
    for cell in rows(session, Organization, Organization.kind == OrganizationKind.CELL):
        if cell.id in closed:
            continue
        due = {
            row.member_id
            for row in rows(session, Membership, Membership.organization_id == cell.id)
            if holds(row, periods.last_day("2026-04")) and row.member_id not in exempt
        }
        active = {member for member in due if any((member, month) in used for month in months)}
        figure = dashboards.read(work, cell.id, span)["figures"][Measure.ACCOUNTS_ACTIVE]
        assert (figure["numerator"], figure["denominator"]) == (len(active), len(due)), cell.name
