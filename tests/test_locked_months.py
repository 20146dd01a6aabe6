"""Nothing of a meeting changes in a locked month, by whatever door; what is late is told so."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import Meeting, MeetingStatus
from app.services import agendas
from tests.architecture.doors import DOORS, Door
from tests.architecture.test_doors import READING, request_for
from tests.architecture.things import Things
from tests.check_ins import code_of, item_of, kept, make_room, upload
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import make_meeting, make_not_held
from tests.factories.plans import make_plan
from tests.periods import MAY, code, lock
from tests.recounts import differences
from tests.tables import fingerprint_of_tables
from tests.world import NOON, World, rows

#: The nouns of a meeting, by the first word of their doors.
NOUNS = {
    "meetings",
    "check-ins",
    "absence-reports",
    "objections",
    "documents",
    "guests",
    "tasks",
}
#: One's own word on what one has read is no fact of a meeting, nor what becomes of its tasks
#: later; a batch answers item by item.
FREE = {
    "/documents/{document_id}/acknowledge",
    "/check-ins/batch",
    "/tasks/{task_id}",
    "/tasks/{task_id}/finish",
    "/tasks/{task_id}/drop",
    "/tasks/{task_id}/reopen",
}
#: Where a door speaks of another month, so that it speaks of this one.
OF_MAY: dict[str, dict[str, Any]] = {"/meetings": {"starts_at": NOON.isoformat()}}


def shut_doors() -> Iterator[Door]:
    """Every writing door of meetings and all around them."""
    for door in DOORS:
        is_writing = door.method not in READING and door.path not in FREE
        if is_writing and noun_of(door) in NOUNS:
            changed = OF_MAY.get(door.path, {})
            yield door._replace(body=(door.body or {}) | changed) if changed else door


def noun_of(door: Door) -> str:
    return door.path.split("/")[1]


@pytest.fixture
def locked(sign_in: SignIn, world: World) -> None:
    said(lock(sign_in("officer"), world.root, MAY))


@pytest.mark.usefixtures("locked")
class TestDoors:
    def test_all_of_them_are_shut(self, sign_in: SignIn, session: Session, world: World) -> None:
        """In one walk: each alone would cost a database."""
        things = Things(session, world, sign_in)
        doors = list(shut_doors())
        open_ = {}
        for door in doors:
            request = request_for(door, things)
            before = fingerprint_of_tables(session)
            answer = sign_in(door.opens.split()[0]).request(door.method, **request)
            if code(answer) != (409, "period_locked"):
                open_[f"{door.method} {door.path} {door.at}"] = answer.text[:200]
            elif fingerprint_of_tables(session) != before:
                open_[f"{door.method} {door.path} {door.at}"] = "changed"

        assert open_ == {}
        assert {noun_of(door) for door in doors} == NOUNS

    def test_a_meeting_neither_comes_nor_goes(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("secretary")
        june = make_meeting(session, world.north_one, starts_at=at("2026-06-10T12:00:00Z"))

        moved = client.patch(
            f"/meetings/{june.id}",
            json={"starts_at": "2026-05-20T12:00:00Z"},
            headers={"if-match": '"1"'},
        )

        assert code(moved) == (409, "period_locked")
        assert rows(session, Meeting, Meeting.id == june.id)[0].version == 1

    def test_a_word_of_not_having_met(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        word = make_not_held(session, world.north_one, period=MAY)
        said_of_two = {"organization_id": str(world.north_one.id), "period": MAY, "reason": "other"}

        answers = [
            sign_in("secretary").post("/not-held", json=said_of_two),
            sign_in("secretary").delete(f"/not-held/{word.id}"),
            sign_in("officer").post(f"/not-held/{word.id}/excuse"),
        ]

        assert [code(answer) for answer in answers] == [(409, "period_locked")] * 3

    def test_an_item_of_a_batch_is_refused_and_not_kept(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        june = make_room(session, world, starts_at=at("2026-06-10T12:00:00Z"))

        shut, other = upload(
            sign_in("member"),
            item_of(room, code=code_of(room).token),
            item_of(june, code=code_of(june).token),
        )

        assert (shut["status"], shut["code"]) == (None, "period_locked")
        assert other["code"] != "period_locked"
        assert kept(session, room) == []

    def test_a_plan_goes_on_in_the_months_to_come(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        make_plan(session, world.north_one, day_of_month=20, valid_from=NOON.date())
        clock.move_to(NOON + timedelta(days=1))

        said(sign_in("secretary").get("/meetings"))

        made = rows(session, Meeting, Meeting.organization_id == world.north_one.id)
        assert sorted(meeting.planned_period or "" for meeting in made) == ["2026-06", "2026-07"]
        assert differences() == []

    def test_who_asked_first_is_waited_for(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A writer who found the month open has written when it is sealed."""
        draft = make_meeting(session, world.north_one, starts_at=at("2026-04-20T12:00:00Z"))
        has_asked, may_go_on = threading.Event(), threading.Event()
        carry = agendas.carry

        def slowly(*given: Any) -> Any:
            has_asked.set()
            may_go_on.wait(5)
            return carry(*given)

        monkeypatch.setattr(agendas, "carry", slowly)
        with ThreadPoolExecutor(2) as pool:
            writes = pool.submit(sign_in("secretary").post, f"/meetings/{draft.id}/schedule")
            assert has_asked.wait(5)
            locks = pool.submit(lock, sign_in("officer"), world.root)
            threading.Timer(0.2, may_go_on.set).start()

        assert (writes.result().status_code, locks.result().status_code) == (200, 200)
        assert differences() == []

    def test_meetings_of_other_months_go_on(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        june = make_meeting(session, world.north_one, starts_at=at("2026-06-10T12:00:00Z"))

        scheduled = said(sign_in("secretary").post(f"/meetings/{june.id}/schedule"))

        assert scheduled["status"] == MeetingStatus.SCHEDULED
