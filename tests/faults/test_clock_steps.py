"""A clock that is set back and forward under people who go on working (F-14, F-15)."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import clock as the_clock
from app.core.periods import period_at
from app.models import AttendanceEvent, Meeting, MeetingStatus
from tests.conftest import SignIn
from tests.evenings import plan
from tests.factories.meetings import make_held_meeting
from tests.faults.invariants import expect_invariants
from tests.long_run import seeds
from tests.world import World, rows

STEPS = [timedelta(minutes=-10), timedelta(hours=-1), timedelta(hours=1), timedelta(days=2)]


@pytest.mark.parametrize("seed", seeds(6))
def test_whatever_the_clock_does_nothing_acknowledged_is_lost_or_mixed_up(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller, seed: int
) -> None:
    chance = Random(seed)
    secretary = sign_in("secretary")
    kept: dict[UUID, str] = {}
    for _ in range(12):
        clock.shift(chance.choice(STEPS))
        starts_at = the_clock.now() + timedelta(days=chance.randrange(1, 20))
        meeting_id = UUID(plan(secretary, world.north_one, starts_at))
        clock.shift(chance.choice(STEPS))
        moved = starts_at + timedelta(days=1)
        answer = secretary.post(
            f"/meetings/{meeting_id}/postpone", json={"starts_at": moved.isoformat()}
        )
        assert answer.status_code in (200, 409, 422), answer.text
        kept[meeting_id] = period_at(moved if answer.status_code == 200 else starts_at)
        assert secretary.get("/meetings").status_code == 200

    found = {row.id: period_at(row.starts_at) for row in rows(session, Meeting)}
    assert found == kept
    expect_invariants(session)


def test_a_line_is_its_latest_mark_by_order_and_not_by_the_clock(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    members = world.members[world.north_one.id][:3]
    meeting = make_held_meeting(session, world.north_one, members, status=MeetingStatus.ENDED)
    secretary = sign_in("secretary")
    for step, status in zip(STEPS, ("present", "absent_excused") * 2, strict=True):
        clock.shift(step)
        marked = _mark(secretary, str(meeting.id), str(members[0]), status)
        assert marked == status

    assert len(rows(session, AttendanceEvent)) == len(STEPS)


def _mark(secretary: TestClient, meeting_id: str, member_id: str, status: str) -> str:
    sheet = secretary.get("/attendances", params={"meeting_id": meeting_id})
    answer = secretary.put(
        f"/meetings/{meeting_id}/attendances",
        json={"lines": [{"member_id": member_id, "status": status}]},
        headers={"if-match": sheet.headers["etag"]},
    )
    assert answer.status_code == 200, answer.text
    again = secretary.get("/attendances", params={"meeting_id": meeting_id}).json()["items"]
    marked: str = next(line["status"] for line in again if line["member_id"] == member_id)
    return marked
