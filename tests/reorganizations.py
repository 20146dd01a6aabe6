"""Deciding about units in tests, as the office does."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.models import Organization, OrganizationParent
from tests.conftest import at
from tests.figures import dashboard, figure
from tests.world import rows

DECISION = "12-QĐ/ĐU"
EVENING = at("2026-05-20T19:00:00+07:00")


def decide(
    client: TestClient, verb: str, unit: Organization, day: str = "2026-05-15", **said: Any
) -> Response:
    body = {"effective_on": day, "decision": DECISION, **said}
    return client.post(f"/organizations/{unit.id}/{verb}", json=body)


def move(
    client: TestClient, unit: Organization, parent: Organization, day: str = "2026-05-15"
) -> Response:
    return decide(client, "move", unit, day, parent_id=str(parent.id))


def merge(
    client: TestClient, unit: Organization, into: Organization, day: str = "2026-05-15"
) -> Response:
    return decide(client, "merge", unit, day, into_id=str(into.id))


def fault(answer: Response) -> tuple[str, str]:
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["pointer"], error["code"]


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def shown(client: TestClient, unit: Organization, period: str) -> Any:
    """All of a dashboard but the moment at which it was read."""
    read = dashboard(client, unit, period)
    return {name: value for name, value in read.items() if name != "as_of"}


def children(client: TestClient, unit: Organization, period: str, **query: Any) -> list[str]:
    found = dashboard(client, unit, period, **query)["children"]
    return [child["organization"]["name"] for child in found]


def cells(client: TestClient, unit: Organization, period: str = "2026-05") -> int:
    return int(figure(client, unit, "cells_met", period)[1])


def found(client: TestClient, above: Organization, **said: Any) -> Organization:
    """A new unit under another."""
    body = {"code": "97.001.009", "name": "Đảng bộ xã Mới", "kind": "grassroots", **said}
    answer = client.post("/organizations", json=body | {"parent_id": str(above.id)})
    assert answer.status_code == 201, answer.text
    return Organization(**answer.json() | {"id": UUID(answer.json()["id"])})


def links(session: Session, unit: Organization) -> list[tuple[str, UUID | None]]:
    own = rows(session, OrganizationParent, OrganizationParent.organization_id == unit.id)
    ordered = sorted(own, key=lambda row: row.valid_from)
    for one, following in pairwise(ordered):
        assert one.valid_to == following.valid_from
    assert ordered[-1].valid_to is None
    return [(str(row.valid_from), row.parent_id) for row in ordered]
