"""A cell's meeting from draft to submission, told through the API in one call."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine
from fastapi.testclient import TestClient

from app.models import Organization
from tests.factories.files import make_pdf

PAPER = make_pdf(["Tài liệu sinh hoạt"])


def hold(
    client: TestClient,
    clock: time_machine.Traveller,
    cell: Organization,
    starts_at: datetime,
    absent: Mapping[UUID, str] | None = None,
    **more: Any,
) -> str:
    """Hold and submit a regular meeting, announced and with a document as long before as can be;
    everybody not named was there. The clock moves on.
    """
    meeting_id = plan(client, cell, starts_at, **more)
    hand_out(client, meeting_id)
    clock.move_to(starts_at)
    said(client.post(f"/meetings/{meeting_id}/open"))
    sheet = client.get("/attendances", params={"meeting_id": meeting_id})
    marks = [
        {
            "member_id": line["member_id"],
            "status": (absent or {}).get(UUID(line["member_id"]), "present"),
        }
        for line in sheet.json()["items"]
        if line["status"] != "exempt"
    ]
    said(
        client.put(
            f"/meetings/{meeting_id}/attendances",
            json={"lines": marks},
            headers={"if-match": sheet.headers["etag"]},
        )
    )
    said(client.put(f"/meetings/{meeting_id}/minutes", json={"text": "Chi bộ đã họp."}))
    clock.move_to(starts_at + timedelta(minutes=95))
    said(client.post(f"/meetings/{meeting_id}/end"))
    said(client.post(f"/meetings/{meeting_id}/submit", json={}))
    return meeting_id


def plan(client: TestClient, cell: Organization, starts_at: datetime, **more: Any) -> str:
    """Draft and schedule a regular meeting, unless it is of another kind."""
    wanted = {
        "organization_id": str(cell.id),
        "title": "Sinh hoạt thường kỳ",
        "place": "Hội trường",
        "starts_at": starts_at.isoformat(),
        **more,
    }
    meeting_id = str(said(client.post("/meetings", json=wanted))["id"])
    said(client.post(f"/meetings/{meeting_id}/schedule"))
    return meeting_id


def hand_out(client: TestClient, meeting_id: str) -> None:
    """Publish a document of a meeting, now."""
    file = {"file": ("tai-lieu.pdf", PAPER)}
    said(client.post("/documents", data={"meeting_id": meeting_id}, files=file))


def said(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()
