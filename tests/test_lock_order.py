"""Writers take their locks in one order: nobody waits in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import database
from app.models import AccountSession, Activity, Guest, Meeting, MeetingStatus, Membership
from app.policies.actors import SYSTEM
from app.policies.permissions import Permission
from app.schemas.reorganizations import OrganizationMerge, OrganizationMove
from app.services import closures, figures, reorganizations, rooms
from app.work import Work
from tests.check_ins import check_in, code_of, make_room
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting, make_minutes
from tests.factories.notices import make_guest
from tests.factories.people import make_member
from tests.recounts import differences
from tests.world import NOON, World, rows


def test_the_first_request_of_a_month_may_be_a_check_in_while_the_meeting_ends(
    sign_in: SignIn, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(session, world)
    member, secretary = sign_in("member"), sign_in("secretary")
    code = code_of(room).token
    secretary.get(f"/meetings/{room.id}/live")
    _forget_uses(session, world, "member")
    is_in, may_go_on = threading.Event(), threading.Event()
    enter = rooms.enter

    def slowly(*given: Any) -> Any:
        """Held where the member's own use could have been written down already."""
        is_in.set()
        may_go_on.wait(5)
        return enter(*given)

    monkeypatch.setattr(rooms, "enter", slowly)
    with ThreadPoolExecutor(2) as pool:
        comes = pool.submit(check_in, member, room, code)
        assert is_in.wait(5)
        ends = pool.submit(secretary.post, f"/meetings/{room.id}/end")
        threading.Timer(0.3, may_go_on.set).start()
        statuses = {comes.result().status_code, ends.result().status_code}

    assert statuses <= {200, 201, 409}


def test_what_a_meeting_takes_is_asked_of_it_as_the_last_writer_left_it(
    sign_in: SignIn, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("secretary")
    written: dict[str, Any] = {"json": {"text": "Khác"}, "headers": {"if-match": "*"}}
    agenda: dict[str, Any] = {"json": {"items": []}, "headers": {"if-match": "*"}}
    doors: dict[str, Callable[[Meeting, Guest], Any]] = {
        "minutes": lambda meeting, _: client.put(f"/meetings/{meeting.id}/minutes", **written),
        "word": lambda meeting, _: client.post(
            f"/meetings/{meeting.id}/minutes/confirm", json={"part": "chair"}
        ),
        "agenda": lambda meeting, _: client.put(f"/meetings/{meeting.id}/agenda", **agenda),
        "task": lambda meeting, _: client.post(
            "/tasks", json={"meeting_id": str(meeting.id), "title": "Thu đảng phí"}
        ),
        "guest": lambda meeting, _: client.post(
            "/guests",
            json={"meeting_id": str(meeting.id), "kind": "guest", "full_name": "Hồ Văn Khách"},
        ),
        "no guest": lambda _, guest: client.delete(f"/guests/{guest.id}"),
    }
    found: dict[str, int] = {}
    for name, knock in doors.items():
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
        make_minutes(session, meeting)
        guest = make_guest(session, meeting)
        with monkeypatch.context() as patch:
            patch.setattr(Work, "fetch", _while_accepted(meeting))
            found[name] = knock(meeting, guest).status_code

    assert found == dict.fromkeys(doors, 409)


def _moves(work: Work, world: World) -> None:
    told = {"effective_on": "2026-05-01", "decision": "1", "parent_id": world.other.id}
    reorganizations.move(work, world.north.id, OrganizationMove.model_validate(told))


def _ends(work: Work, world: World) -> None:
    told = {"effective_on": "2026-05-01", "decision": "2", "into_id": world.north_one.id}
    reorganizations.merge(work, world.north_two.id, OrganizationMerge.model_validate(told))


@pytest.mark.parametrize("decide", [_moves, _ends])
def test_a_unit_moves_or_ends_while_it_takes_a_member_in(
    world: World, clock: time_machine.Traveller, decide: Callable[[Work, World], None]
) -> None:
    has_written, may_count = threading.Event(), threading.Event()
    cell, day = world.north_two, date(2026, 5, 2)

    def take_in(work: Work, _: World) -> None:
        closures.expect_there(work, cell, day, "/organization_id")
        member = make_member(work.session, cell, number=900, joined_on=day)
        work.session.flush()
        has_written.set()
        may_count.wait(5)
        figures.recount_members(work, [member.id], since=day)

    def act(step: Callable[[Work, World], None]) -> None:
        with database.writing() as session:
            step(Work(session, SYSTEM, NOON), world)

    with ThreadPoolExecutor(2) as pool:
        taken_in = pool.submit(act, take_in)
        assert has_written.wait(5)
        threading.Timer(0.3, may_count.set).start()
        for one in (pool.submit(act, decide), taken_in):
            one.result()

    assert differences() == []
    with database.reading() as session:
        there = rows(session, Membership, Membership.organization_id == cell.id)
    assert any(one.valid_to is None for one in there) is (decide is _moves)


def _while_accepted(meeting: Meeting) -> Callable[..., Any]:
    """A look at the meeting just before somebody else has accepted it."""
    fetch = Work.fetch
    accepted = (
        update(Meeting).where(col(Meeting.id) == meeting.id).values(status=MeetingStatus.ACCEPTED)
    )

    def look(work: Work, permission: Permission, model: Any, row_id: UUID) -> Any:
        row = fetch(work, permission, model, row_id)
        if model is not Meeting:
            return row
        if database.engine().dialect.name == "postgresql":
            with database.engine().begin() as other:
                other.execute(accepted)
        else:  # it has one writer, and whoever accepts came before
            work.session.connection().execute(accepted)
        return row

    return look


def _forget_uses(session: Session, world: World, person: str) -> None:
    """As if the person had not been here this month."""
    human = world.people[person]
    session.execute(
        delete(Activity)
        .where(col(Activity.member_id) == human.member_id)
        .execution_options(scoped="a test")
    )
    session.execute(
        update(AccountSession)
        .where(col(AccountSession.id) == human.session_id)
        .values(last_used_at=NOON - timedelta(days=20))
    )
