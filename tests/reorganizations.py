"""Deciding about units in tests, as the office does."""

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from app.models import Organization

DECISION = "12-QĐ/ĐU"


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
