"""Writers take their locks in one order: nobody waits in a circle."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.models import AccountSession, Activity
from app.services import rooms
from tests.check_ins import check_in, code_of, make_room
from tests.conftest import SignIn
from tests.world import NOON, World


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
