"""A session: refreshed in rotation, looked at by every request, and ended at once."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.models import AccountSession, Activity
from tests.conftest import SignIn
from tests.test_auth import DAY, ask_who_am_i, disable, end_membership, log_in
from tests.world import NOON, World, rows


class TestRefresh:
    @pytest.fixture
    def tokens(self, client: TestClient, world: World) -> dict[str, Any]:
        answer = log_in(client, world.people["member"].card_number)
        tokens: dict[str, Any] = answer.json()
        return tokens

    def refresh(self, client: TestClient, tokens: dict[str, Any], **overrides: Any) -> Response:
        body = {"refresh_token": tokens["refresh_token"]}
        return client.post("/auth/refresh", json=body | overrides)

    def test_it_gives_the_next_pair(self, client: TestClient, tokens: dict[str, Any]) -> None:
        second = self.refresh(client, tokens)
        third = self.refresh(client, second.json())

        assert (second.status_code, third.status_code) == (200, 200)
        seen = {tokens["refresh_token"], second.json()["refresh_token"]}
        assert third.json()["refresh_token"] not in seen
        assert ask_who_am_i(client, third).status_code == 200

    def test_a_used_token_ends_the_whole_family(
        self, client: TestClient, tokens: dict[str, Any]
    ) -> None:
        second = self.refresh(client, tokens)

        reused = self.refresh(client, tokens)

        assert (reused.status_code, reused.json()["code"]) == (401, "unauthenticated")
        assert self.refresh(client, second.json()).status_code == 401
        assert ask_who_am_i(client, second).status_code == 401

    def test_a_lost_answer_is_given_again_to_the_same_device(
        self, client: TestClient, tokens: dict[str, Any], clock: time_machine.Traveller
    ) -> None:
        lost = self.refresh(client, tokens)
        clock.shift(60)

        again = self.refresh(client, tokens, device_key=tokens["device_key"])

        assert again.status_code == 200, again.text
        assert again.json()["refresh_token"] == lost.json()["refresh_token"]
        assert ask_who_am_i(client, again).status_code == 200

    def test_who_comes_back_by_it_in_a_new_month_is_active_in_that_month(
        self,
        client: TestClient,
        tokens: dict[str, Any],
        clock: time_machine.Traveller,
        world: World,
        session: Session,
    ) -> None:
        clock.move_to(NOON + timedelta(days=20))

        self.refresh(client, tokens)

        own = Activity.member_id == world.people["member"].member_id
        assert {row.period for row in rows(session, Activity, own)} == {"2026-05", "2026-06"}

    @pytest.mark.parametrize(
        ("wait", "key"), [(61, "own"), (1, None), (1, "another device of another")]
    )
    def test_no_other_reuse_is_a_lost_answer(
        self,
        client: TestClient,
        tokens: dict[str, Any],
        clock: time_machine.Traveller,
        wait: int,
        key: str | None,
    ) -> None:
        second = self.refresh(client, tokens)
        clock.shift(wait)
        device_key = tokens["device_key"] if key == "own" else key

        assert self.refresh(client, tokens, device_key=device_key).status_code == 401
        assert self.refresh(client, second.json()).status_code == 401

    def test_an_answer_that_was_used_was_not_lost(
        self, client: TestClient, tokens: dict[str, Any]
    ) -> None:
        self.refresh(client, self.refresh(client, tokens).json())

        reused = self.refresh(client, tokens, device_key=tokens["device_key"])

        assert reused.status_code == 401

    def test_a_reuse_is_judged_anew_under_the_same_key(
        self, client: TestClient, tokens: dict[str, Any]
    ) -> None:
        self.refresh(client, tokens)
        body = {"refresh_token": tokens["refresh_token"]}

        answers = [
            client.post("/auth/refresh", json=body, headers={"idempotency-key": "again"})
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [401, 401]

    def test_it_ends_60_days_after_the_last_use(
        self, client: TestClient, tokens: dict[str, Any], clock: time_machine.Traveller
    ) -> None:
        clock.shift(60 * DAY)

        assert self.refresh(client, tokens).status_code == 401

    def test_it_ends_with_the_membership(
        self, client: TestClient, tokens: dict[str, Any], world: World, session: Session
    ) -> None:
        end_membership(session, world.people["member"].member_id, date(2026, 5, 15))

        assert self.refresh(client, tokens).status_code == 401

    @pytest.mark.parametrize(
        "broken", ["", "x", "a.b", "a.b.c", "é.é", "." * 1999, "W10.W10", "x" * 2001]
    )
    def test_what_is_no_refresh_token_proves_nothing(self, client: TestClient, broken: str) -> None:
        answer = client.post("/auth/refresh", json={"refresh_token": broken})

        assert answer.status_code == (401 if 0 < len(broken) <= 2000 else 422)

    def test_a_cursor_is_no_refresh_token(self, client: TestClient, sign_in: SignIn) -> None:
        cursor = sign_in("officer").get("/members", params={"limit": 1}).json()["next_cursor"]

        assert client.post("/auth/refresh", json={"refresh_token": cursor}).status_code == 401


class TestLogout:
    def test_it_bites_on_the_next_request(self, sign_in: SignIn) -> None:
        member = sign_in("member")

        answer = member.post("/auth/logout")

        assert (answer.status_code, answer.content) == (204, b"")
        assert member.get("/me").status_code == 401
        assert member.post("/auth/logout").status_code == 401

    def test_the_refresh_token_dies_with_it(self, client: TestClient, world: World) -> None:
        tokens = log_in(client, world.people["member"].card_number).json()
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}

        client.post("/auth/logout", headers=bearer)

        body = {"refresh_token": tokens["refresh_token"], "device_key": tokens["device_key"]}
        assert client.post("/auth/refresh", json=body).status_code == 401

    def test_other_devices_stay_signed_in(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        other = log_in(client, world.people["member"].card_number)

        sign_in("member").post("/auth/logout")

        assert ask_who_am_i(client, other).status_code == 200


class TestASession:
    def test_a_member_is_out_on_the_day_the_membership_ends(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        end_membership(session, world.people["member"].member_id, date(2026, 5, 16))
        assert sign_in("member").get("/me").status_code == 200

        clock.move_to(NOON.replace(hour=17))  # midnight in Ha Noi

        assert sign_in("member").get("/me").status_code == 401

    @pytest.mark.parametrize(("mark", "status"), [("disabled_at", 401), ("locked_at", 200)])
    def test_a_disabled_account_is_out_at_once_and_a_locked_one_stays(
        self, sign_in: SignIn, world: World, session: Session, mark: str, status: int
    ) -> None:
        """Tries from elsewhere lock an account; they must not put out its owner."""
        member = sign_in("member")
        assert member.get("/me").status_code == 200

        disable(session, world, "member", mark)

        assert member.get("/me").status_code == status

    def test_an_access_token_lasts_ten_minutes(
        self, client: TestClient, world: World, clock: time_machine.Traveller
    ) -> None:
        tokens = log_in(client, world.people["member"].card_number)

        clock.shift(599)
        assert ask_who_am_i(client, tokens).status_code == 200
        clock.shift(1)
        assert ask_who_am_i(client, tokens).status_code == 401

    def test_one_accounts_token_does_not_use_anothers_session(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        owner = AccountSession.id == world.people["member"].session_id
        (row,) = rows(session, AccountSession, owner)
        row.account_id = world.people["secretary"].account_id
        session.add(row)
        session.flush()

        assert sign_in("member").get("/me").status_code == 401

    def test_its_use_is_noted_every_ten_minutes(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        own = AccountSession.id == world.people["member"].session_id
        for seconds, noted in ((599, NOON), (1, NOON + timedelta(seconds=600))):
            clock.shift(seconds)
            sign_in("member").get("/me")
            assert rows(session, AccountSession, own)[0].last_used_at == noted
