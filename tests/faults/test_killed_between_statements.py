"""Killed between any two statements of a write, the service has all of it or none of it."""

import os
import signal
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.core import database
from app.models import AttendanceEvent, CheckIn, Meeting, MeetingStatus
from tests.architecture.doors import DOORS, Door
from tests.architecture.test_doors import request_for
from tests.architecture.things import Things
from tests.conftest import SignIn
from tests.evenings import plan, said
from tests.recounts import differences
from tests.tables import fingerprint_of_tables
from tests.world import World, rows

pytestmark = pytest.mark.long

EVENING = datetime.fromisoformat("2026-05-15T19:00:00+07:00")


def killed_everywhere(session: Session, act: Callable[[], Any]) -> int:
    """Do it in a child that is killed before its first statement, its second, … until it lives.

    After each kill nothing has changed. How many statements there were, the commits among them.
    """
    before = fingerprint_of_tables(session)
    for point in count(1):
        child = os.fork()
        if child == 0:
            _act_until(point, act)
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended):
            assert os.WEXITSTATUS(ended) == 0
            return point - 1
        assert os.WTERMSIG(ended) == signal.SIGKILL
        assert fingerprint_of_tables(session) == before, f"killed at statement {point}"
    raise AssertionError("unreachable")


def _act_until(point: int, act: Callable[[], Any]) -> None:
    """In the child: with a loop and connections of its own, and no way back into the tests."""
    status = 1
    signal.alarm(60)
    try:
        TestClient.portal = None
        engine = database.engine()
        engine.dispose(close=False)
        _kill_at(engine, point)
        status = 0 if act().status_code < 300 else 2
    finally:
        os._exit(status)


def _kill_at(engine: Engine, point: int) -> None:
    reached = count(1)

    def strike(*_: Any) -> None:
        if next(reached) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", strike)
    event.listen(engine, "commit", strike)


def test_a_submission_is_whole_or_nothing(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    secretary = sign_in("secretary")
    meeting_id = held(secretary, clock, world)

    points = killed_everywhere(
        session,
        lambda: secretary.post(
            f"/meetings/{meeting_id}/submit", json={"unmarked_as": "absent_unexcused"}
        ),
    )

    assert points > 8
    (meeting,) = rows(session, Meeting, Meeting.id == UUID(meeting_id))
    assert meeting.status is MeetingStatus.SUBMITTED
    assert differences() == []


def held(secretary: TestClient, clock: time_machine.Traveller, world: World) -> str:
    """A meeting that has ended, with minutes and one mark."""
    meeting_id = plan(secretary, world.north_one, EVENING)
    clock.move_to(EVENING)
    said(secretary.post(f"/meetings/{meeting_id}/open"))
    said(secretary.put(f"/meetings/{meeting_id}/minutes", json={"text": "Chi bộ đã họp."}))
    said(secretary.post(f"/meetings/{meeting_id}/end"))
    return meeting_id


def test_an_upload_is_whole_or_nothing(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    secretary = sign_in("secretary")
    meeting_id = held(secretary, clock, world)
    items = [
        {
            "id": str(uuid4()),
            "meeting_id": meeting_id,
            "captured_at": EVENING.isoformat(),
            "member_id": str(member_id),
            "status": "present",
        }
        for member_id in world.members[world.north_one.id]
    ]

    points = killed_everywhere(
        session, lambda: secretary.post("/check-ins/batch", json={"items": items})
    )

    assert points > 4
    assert len(rows(session, AttendanceEvent)) == len(rows(session, CheckIn)) == len(items)
    assert differences() == []


#: Doors behind which several rows are written, of every noun that has such a one.
MANY_WRITES = {
    "POST /organizations/{organization_id}/move",
    "POST /organizations/{organization_id}/merge",
    "POST /organizations/{organization_id}/split",
    "POST /organizations/{organization_id}/dissolve",
    "POST /members",
    "POST /members/{member_id}/merge",
    "POST /members/{member_id}/reveal",
    "POST /transfers/{transfer_id}/accept",
    "POST /imports/{import_id}/commit",
    "POST /imports/{import_id}/take-back",
    "POST /periods/{period}/lock",
    "POST /periods/{period}/unlock",
    "POST /periods/{period}/accept",
    "POST /meetings/{meeting_id}/schedule",
    "POST /meetings/{meeting_id}/open",
    "POST /meetings/{meeting_id}/cancel",
    "PUT /meetings/{meeting_id}/attendances",
    "PUT /meetings/{meeting_id}/minutes",
    "POST /absence-reports/{absence_report_id}/accept",
    "POST /objections/{objection_id}/accept",
    "POST /reminders",
    "POST /activation-codes",
    "POST /offices",
    "POST /proposals/accept",
    "POST /accounts/{account_id}/disable",
    "POST /corrections/{correction_id}/pass-on",
}
WRITING = [door for door in DOORS if f"{door.method} {door.path}" in MANY_WRITES and door.opens]


def test_every_such_door_is_tried() -> None:
    assert {f"{door.method} {door.path}" for door in WRITING} == MANY_WRITES


@pytest.mark.parametrize("door", WRITING, ids=lambda door: f"{door.method} {door.path} {door.at}")
def test_f_02_a_write_of_many_rows_is_whole_or_nothing(
    sign_in: SignIn, session: Session, world: World, door: Door
) -> None:
    request = request_for(door, Things(session, world, sign_in))
    person = sign_in(min(door.opens.split()))
    is_counted = differences() == []  # some of the things behind doors are rows and no more

    points = killed_everywhere(session, lambda: person.request(door.method, **request))

    assert points > 3
    assert not is_counted or differences() == []
