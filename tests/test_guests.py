"""Superiors and guests are named beside the roster, and never counted with it."""

from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col

from app.models import Guest, MeetingStatus
from tests.conftest import SignIn, at
from tests.evenings import hold
from tests.factories.meetings import make_meeting
from tests.factories.notices import make_guest
from tests.world import World, rows


def guest_of(meeting_id: object, **more: Any) -> dict[str, Any]:
    return {
        "meeting_id": str(meeting_id),
        "kind": "superior",
        "full_name": "Hồ Thị Cấp Trên",
        "position": "Ủy viên Ban Thường vụ",
    } | more


def test_a_guest_is_named_and_the_name_taken_back(
    sign_in: SignIn, session: Session, world: World
) -> None:
    meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
    client = sign_in("secretary")
    superior = client.post("/guests", json=guest_of(meeting.id))
    guest = client.post(
        "/guests", json=guest_of(meeting.id, kind="guest", full_name="Hồ Văn Khách", position=None)
    ).json()

    assert superior.status_code == 201, superior.text
    location = superior.headers["location"].removeprefix("/api/v1")
    assert client.get(location).json() == superior.json()
    assert superior.json()["recorded_by"] == str(world.people["secretary"].account_id)

    assert client.delete(f"/guests/{guest['id']}").status_code == 204
    assert client.delete(f"/guests/{guest['id']}").status_code == 404
    assert client.get(f"/guests/{guest['id']}").status_code == 404
    shown = sign_in("officer").get("/guests", params={"meeting_id": str(meeting.id)}).json()
    assert shown == {"items": [superior.json()], "next_cursor": None}
    (kept,) = rows(session, Guest, col(Guest.full_name) == "Hồ Văn Khách")
    assert kept.withdrawn_at == at("2026-05-15T05:00:00Z")


@pytest.mark.parametrize("status", ["cancelled", "accepted"])
def test_a_meeting_that_is_closed_keeps_the_guests_it_has(
    sign_in: SignIn, session: Session, world: World, status: str
) -> None:
    meeting = make_meeting(session, world.north_one, status=MeetingStatus(status))
    guest = make_guest(session, meeting)

    added = sign_in("secretary").post("/guests", json=guest_of(meeting.id))
    removed = sign_in("secretary").delete(f"/guests/{guest.id}")

    for answer in (added, removed):
        assert (answer.status_code, answer.json()["code"]) == (409, "meeting_closed")
    assert [row.withdrawn_at for row in rows(session, Guest)] == [None]


def test_no_figure_counts_a_guest(
    sign_in: SignIn, world: World, clock: time_machine.Traveller
) -> None:
    client = sign_in("secretary")
    meeting_id = hold(client, clock, world.north_one, at("2026-05-18T12:30:00Z"))

    def figures() -> Any:
        path = f"/dashboards/{world.north_one.id}"
        return client.get(path, params={"period": "2026-05"}).json()["figures"]

    before = figures()
    assert client.post("/guests", json=guest_of(meeting_id)).status_code == 201
    sheet = client.get("/attendances", params={"meeting_id": meeting_id}).json()

    assert figures() == before
    assert before["attendance"]["denominator"] == len(sheet["items"])
