"""Codes for those who have an account already: a few a day, and both persons hear of it."""

from datetime import timedelta
from typing import Any

import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import Notification, NotificationKind
from tests.conftest import SignIn
from tests.world import World, rows

ACTIVATED = ("member", "committee_member", "deputy")


def ask(sign_in: SignIn, world: World, *people: str, who: str = "secretary") -> Response:
    ids = [str(world.people[name].member_id) for name in people]
    answer: Response = sign_in(who).post("/activation-codes", json={"member_ids": ids})
    return answer


def told(session: Session, world: World, who: str) -> list[Any]:
    return rows(
        session,
        Notification,
        Notification.member_id == world.people[who].member_id,
        Notification.kind == NotificationKind.SECURITY,
    )


def test_both_persons_are_told_and_how_to_object(
    sign_in: SignIn, world: World, session: Session
) -> None:
    assert ask(sign_in, world, "member").status_code == 201

    (to_member,) = told(session, world, "member")
    (to_secretary,) = told(session, world, "secretary")
    assert "báo ngay" in to_member.body
    assert "Mã khôi phục đã được cấp cho" in to_secretary.body


def test_one_person_gives_three_a_day_and_the_first_codes_are_not_counted(
    sign_in: SignIn, world: World, clock: time_machine.Traveller
) -> None:
    for name in ACTIVATED:
        assert ask(sign_in, world, name).status_code == 201
        clock.shift(timedelta(hours=1))

    refused = ask(sign_in, world, "member")
    first_use = {"organization_id": str(world.north_one.id)}

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_recoveries")
    assert refused.headers["retry-after"] == str(21 * 3600)
    assert sign_in("secretary").post("/activation-codes", json=first_use).status_code == 201
    assert ask(sign_in, world, "member", who="officer").status_code == 201
    clock.shift(timedelta(hours=21))
    assert ask(sign_in, world, "member").status_code == 201


def test_four_at_once_are_refused_whole(sign_in: SignIn, world: World, session: Session) -> None:
    assert ask(sign_in, world, *ACTIVATED, "secretary").status_code == 429

    assert told(session, world, "member") == []
