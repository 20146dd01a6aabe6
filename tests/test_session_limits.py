"""How long a session stands: the more its user sees of others, the shorter."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AccountSession, Member, Role
from app.policies import session_limits
from tests.conftest import SignIn
from tests.factories.people import make_office
from tests.second_factors import digits
from tests.test_auth import ask_who_am_i, log_in
from tests.world import NOON, World, rows

SECOND = timedelta(seconds=1)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LIMITS = {
    "member": (60 * DAY, 180 * DAY),
    "secretary": (7 * DAY, 30 * DAY),
    "inspector": (60 * MINUTE, 12 * HOUR),
    "administrator": (15 * MINUTE, 8 * HOUR),
}


def enter(client: TestClient, world: World, who: str) -> dict[str, Any]:
    answer = log_in(client, world.people[who].card_number or "quantri", totp=digits())
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def refresh(client: TestClient, tokens: dict[str, Any]) -> Any:
    return client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def test_every_position_has_its_limits() -> None:
    by_limits: dict[tuple[timedelta, timedelta], set[str]] = {}
    for position, limits in session_limits.LIMITS.items():
        by_limits.setdefault((limits.idle, limits.absolute), set()).add(position)

    assert by_limits == {
        LIMITS["member"]: {"member"},
        LIMITS["secretary"]: {"cell_secretary", "cell_stand_in", "cell_committee_member"},
        LIMITS["inspector"]: {"overseer", "officer", "inspector"},
        LIMITS["administrator"]: {"administrator"},
    }


@pytest.mark.parametrize("who", LIMITS)
def test_it_ends_unused_to_the_second(
    client: TestClient, world: World, clock: time_machine.Traveller, who: str
) -> None:
    idle, _ = LIMITS[who]
    tokens = enter(client, world, who)

    clock.shift(idle - SECOND)
    answer = refresh(client, tokens)
    assert answer.status_code == 200
    clock.shift(idle)
    assert refresh(client, answer.json()).status_code == 401


@pytest.mark.parametrize("who", LIMITS)
def test_no_refresh_carries_it_beyond_its_end(
    client: TestClient, world: World, clock: time_machine.Traveller, who: str
) -> None:
    idle, absolute = LIMITS[who]
    tokens = enter(client, world, who)
    end = NOON + absolute
    moment = NOON

    while moment + idle < end:
        moment += idle - SECOND
        clock.move_to(moment)
        tokens = refresh(client, tokens).json()
    clock.move_to(end - SECOND)
    tokens = refresh(client, tokens).json()
    clock.move_to(end)

    assert refresh(client, tokens).status_code == 401


def test_work_keeps_a_short_session_alive(
    client: TestClient, world: World, clock: time_machine.Traveller
) -> None:
    """Its use is noted more often than others', or it would end in the middle of work."""
    entered = log_in(client, "quantri", totp=digits())
    clock.shift(9 * MINUTE)

    assert ask_who_am_i(client, entered).status_code == 200
    clock.shift(14 * MINUTE)
    assert refresh(client, entered.json()).status_code == 200


def test_the_strictest_of_several_offices_holds(
    client: TestClient, world: World, session: Session, clock: time_machine.Traveller
) -> None:
    (member,) = rows(session, Member, Member.id == world.people["secretary"].member_id)
    make_office(session, world.root, member, role=Role.INSPECTOR)
    tokens = enter(client, world, "secretary")

    clock.shift(60 * MINUTE)

    assert refresh(client, tokens).status_code == 401


class TestWhoeverIsGivenAnOffice:
    def appoint(self, sign_in: SignIn, world: World, **overrides: str) -> None:
        body = {
            "organization_id": str(world.north_one.id),
            "member_id": str(world.people["member"].member_id),
            "role": "deputy_secretary",
        }
        answer = sign_in("officer").post("/offices", json=body | overrides)
        assert answer.status_code == 201, answer.text

    def test_stays_signed_in_within_the_limits_of_the_office(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        tokens = enter(client, world, "member")

        self.appoint(sign_in, world)

        row = rows(session, AccountSession)[-1]
        assert (row.idle_seconds, row.expires_at) == (7 * 86400, NOON + 30 * DAY)
        assert row.revoked_at is None
        assert refresh(client, tokens).status_code == 200

    def test_an_office_of_a_later_day_shortens_at_once(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        enter(client, world, "member")

        self.appoint(sign_in, world, valid_from="2026-07-01")

        assert rows(session, AccountSession)[-1].expires_at == NOON + 30 * DAY

    def test_a_session_of_meanwhile_is_shortened_when_it_is_refreshed(
        self,
        client: TestClient,
        sign_in: SignIn,
        world: World,
        session: Session,
        clock: time_machine.Traveller,
    ) -> None:
        self.appoint(sign_in, world, valid_from="2026-05-20")
        tokens = enter(client, world, "member")
        assert rows(session, AccountSession)[-1].expires_at == NOON + 180 * DAY
        clock.move_to(NOON + 6 * DAY)

        assert refresh(client, tokens).status_code == 200

        assert rows(session, AccountSession)[-1].expires_at == NOON + 36 * DAY

    def test_nobody_elses_session_is_touched(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        before = {row.id: row.expires_at for row in rows(session, AccountSession)}

        self.appoint(sign_in, world)

        after = {row.id: row.expires_at for row in rows(session, AccountSession)}
        changed = [who for who, at in after.items() if at != before[who]]
        assert changed in ([], [world.people["member"].session_id])


def test_a_device_shows_its_limits_and_its_network(client: TestClient, world: World) -> None:
    tokens = enter(client, world, "secretary")
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}

    items = client.get("/me/sessions", headers=bearer).json()["items"]

    (shown,) = [item for item in items if item["is_current"]]
    assert shown["idle_seconds"] == 7 * 86400
    assert datetime.fromisoformat(shown["expires_at"]) == NOON + 30 * DAY
    assert datetime.fromisoformat(shown["proved_at"]) == NOON
    assert shown["source"] == "unknown"
