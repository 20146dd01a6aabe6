"""Locking and opening months in tests, and months made ready for it."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import database
from app.models import (
    AttendanceStatus,
    Figure,
    Meeting,
    MeetingStatus,
    Organization,
    PeriodSeal,
)
from app.policies.actors import SYSTEM
from app.services import figures
from app.work import Work
from tests.conftest import at
from tests.evenings import said
from tests.factories.meetings import make_line, make_meeting, make_minutes
from tests.world import NOON, World, rows

APRIL, MAY = "2026-04", "2026-05"
#: The evening on which the cells of the tests met in April.
IN_APRIL = at("2026-04-10T12:00:00Z")


def lock(client: TestClient, unit: Organization, period: str = APRIL, **more: Any) -> Any:
    return client.post(f"/periods/{period}/lock", json={"organization_id": str(unit.id), **more})


def unlock(client: TestClient, unit: Organization, period: str = APRIL, **more: Any) -> Any:
    wanted = {"organization_id": str(unit.id), "reason": "Bổ sung biên bản", **more}
    return client.post(f"/periods/{period}/unlock", json=wanted)


def decide(
    client: TestClient, verb: str, unit: Organization, period: str = APRIL, **more: Any
) -> Any:
    wanted = {"organization_id": str(unit.id), **more}
    return client.post(f"/periods/{period}/{verb}", json=wanted)


def month_of(client: TestClient, unit: Organization, period: str = APRIL) -> Any:
    """One month as the list shows it."""
    items = said(client.get("/periods", params={"organization_id": str(unit.id)}))["items"]
    return next(item for item in items if item["period"] == period)


def code(answer: Any) -> tuple[int, str]:
    """The status of a refusal and its word."""
    return answer.status_code, answer.json().get("code", "")


def make_april(session: Session, world: World, cell: Organization, **overrides: Any) -> Meeting:
    """A cell's accepted meeting of April with everybody there, counted."""
    facts = {"status": MeetingStatus.ACCEPTED, "starts_at": IN_APRIL} | overrides
    meeting = make_meeting(session, cell, **facts)
    for member_id in world.members[cell.id]:
        make_line(session, meeting, member_id, status=AttendanceStatus.PRESENT)
    make_minutes(session, meeting, written_at=IN_APRIL)
    recount(cell.id, APRIL)
    return meeting


def recount(cell_id: UUID, *among: str) -> None:
    """As the services do it after a change; for what a test wrote past them."""
    with database.writing() as writer:
        figures.recount(Work(writer, SYSTEM, NOON), [cell_id], among)


def row_of(session: Session, unit: Organization, period: str = APRIL) -> Figure:
    (row,) = rows(session, Figure, Figure.organization_id == unit.id, Figure.period == period)
    return row


def seal_of(session: Session, cell: Organization, period: str = APRIL) -> str | None:
    """The digest that stands for a cell's month."""
    found = rows(
        session, PeriodSeal, PeriodSeal.organization_id == cell.id, PeriodSeal.period == period
    )
    return found[0].digest if found else None
