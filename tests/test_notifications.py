"""The inbox is one's own: what was told, the newest first, and what of it was read."""

from datetime import timedelta
from typing import Any

import time_machine
from sqlmodel import Session, col

from app.models import AuditEntry, Notification
from tests.conftest import SignIn
from tests.factories.meetings import STARTS_AT, make_meeting
from tests.factories.notices import make_notification
from tests.world import World, rows


def inbox(sign_in: SignIn, who: str, **params: Any) -> Any:
    answer = sign_in(who).get("/notifications", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_everybody_reads_the_own_inbox_page_by_page(
    sign_in: SignIn, session: Session, world: World
) -> None:
    meeting = make_meeting(session, world.north_one)
    own = world.people["member"].member_id
    assert own is not None
    for day in range(3):
        created_at = STARTS_AT + timedelta(days=day)
        make_notification(session, meeting, own, title=f"Tin {day}", created_at=created_at)
    make_notification(session, meeting, world.members[world.north_one.id][0])

    first = inbox(sign_in, "member", limit=2)
    second = inbox(sign_in, "member", limit=2, cursor=first["next_cursor"])

    assert [item["title"] for item in first["items"] + second["items"]] == [
        "Tin 2",
        "Tin 1",
        "Tin 0",
    ]
    assert second["next_cursor"] is None
    assert first["items"][0]["subject_id"] == str(meeting.id)
    for who in ("officer", "inspector", "administrator", "stranger"):
        assert inbox(sign_in, who)["items"] == []


def test_reading_counts_once_and_only_for_oneself(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    meeting = make_meeting(session, world.north_one)
    own = world.people["member"].member_id
    assert own is not None
    read, left = (make_notification(session, meeting, own) for _ in range(2))
    path = f"/notifications/{read.id}/read"

    assert sign_in("secretary").post(path).status_code == 404
    first = sign_in("member").post(path).json()
    clock.shift(60)
    again = sign_in("member").post(path).json()

    assert first["read_at"] == "2026-05-15T05:00:00Z"
    assert again == first
    assert len(rows(session, AuditEntry, AuditEntry.action == "notification.read")) == 1
    for unread, wanted in ((True, left), (False, read)):
        shown = inbox(sign_in, "member", unread=unread)["items"]
        assert [item["id"] for item in shown] == [str(wanted.id)]
    assert rows(session, Notification, col(Notification.id) == left.id)[0].read_at is None
