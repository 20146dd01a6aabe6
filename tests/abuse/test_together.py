"""Many who write at once: nothing lost, and nobody reads a half."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.models import Meeting, MeetingStatus
from tests.conftest import SignIn
from tests.factories.meetings import make_held_meeting, make_line, make_meeting
from tests.factories.people import make_member
from tests.sheets import line_of, mark, statuses
from tests.world import World, rows

EDITORS = 50


@pytest.mark.long
def test_ac_28_fifty_editors_of_one_sheet_lose_no_mark(
    sign_in: SignIn, session: Session, world: World
) -> None:
    new = [make_member(session, world.north_one, number=910 + each) for each in range(EDITORS)]
    sheet = make_meeting(session, world.north_one, status=MeetingStatus.OPEN, sheet_version=1)
    lines = [make_line(session, sheet, member.id) for member in new]
    secretary = sign_in("secretary")

    def edit(member_id: UUID) -> None:
        while True:
            shown = secretary.get("/attendances", params={"meeting_id": str(sheet.id)})
            version = int(shown.headers["etag"].strip('"').partition("-")[0])
            told = mark(secretary, sheet, line_of(member_id), version=version)
            if told.status_code == 200:
                return
            assert told.status_code in (412, 503), told.text

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(edit, [line.member_id for line in lines]))

    assert set(statuses(session, sheet).values()) == {"present"}
    (row,) = rows(session, Meeting, Meeting.id == sheet.id)
    assert row.sheet_version == 1 + EDITORS


@pytest.mark.long
def test_ac_55_figures_add_up_in_every_answer_while_meetings_come_in(
    sign_in: SignIn, session: Session, world: World
) -> None:
    meetings = [
        make_held_meeting(session, cell, world.members[cell.id][:1])
        for cell in (world.north_one, world.south_one)
    ]
    leaders = {meetings[0].id: sign_in("secretary"), meetings[1].id: sign_in("outsider")}
    is_over = threading.Event()

    def hand_in_and_take_back(meeting: Meeting) -> None:
        while not is_over.is_set():
            for verb, body in (("submit", {"unmarked_as": "absent_unexcused"}), ("take-back", {})):
                told = leaders[meeting.id].post(f"/meetings/{meeting.id}/{verb}", json=body)
                assert told.status_code in (200, 503), told.text

    with ThreadPoolExecutor(len(meetings)) as pool:
        busy = [pool.submit(hand_in_and_take_back, meeting) for meeting in meetings]
        try:
            seen = set(counts(sign_in, world))
        finally:
            is_over.set()
        for each in busy:
            each.result()

    assert len(seen) > 1  # it did change meanwhile


def counts(sign_in: SignIn, world: World) -> Iterator[tuple[int, int]]:
    """What the whole says, each time equal to what its parts say in the same answer."""
    for _ in range(100):
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}?period=2026-05")
        told: dict[str, Any] = answer.json()
        for name, whole in told["figures"].items():
            parts = [child["figures"][name] for child in told["children"]]
            for side in ("numerator", "denominator"):
                assert whole[side] == sum(part[side] for part in parts), name
        met = told["figures"]["cells_met"]
        yield met["numerator"], met["denominator"]
