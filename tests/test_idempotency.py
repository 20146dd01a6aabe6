"""A POST repeated under its `Idempotency-Key` is answered again, not done again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.core import database
from app.models import KeptAnswer, Member, Organization
from app.policies.actors import SYSTEM
from app.services import kept_answers
from app.work import Work
from tests.conftest import SignIn
from tests.second_factors import digits
from tests.test_auth import log_in
from tests.world import NOON, World, rows

KEY = "6f0d3c1e-once"


@pytest.fixture
def wanted(world: World) -> dict[str, Any]:
    return {
        "full_name": "Trần Thị Mới",
        "sex": "female",
        "born_on": "1990-05-15",
        "admitted_on": "2020-02-03",
        "card_number": "970080000777",
        "personal_id": "970080000777",
        "organization_id": str(world.north_one.id),
    }


def post(client: TestClient, body: dict[str, Any], key: str = KEY) -> Response:
    return client.post("/members", json=body, headers={"idempotency-key": key})


def made(session: Session) -> int:
    return len(rows(session, Member, Member.full_name == "Trần Thị Mới"))


class TestARepeat:
    def test_gets_the_same_answer_and_does_nothing(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        secretary = sign_in("secretary")

        first, second = post(secretary, wanted), post(secretary, wanted)

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        for name in ("location", "etag", "content-type"):
            assert first.headers[name] == second.headers[name]
        assert made(session) == 1

    def test_from_another_device_is_a_repeat_too(
        self, client: TestClient, sign_in: SignIn, world: World, wanted: dict[str, Any]
    ) -> None:
        first = post(sign_in("secretary"), wanted)
        card_number = world.people["secretary"].card_number
        token = log_in(client, card_number, totp=digits()).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"

        assert post(client, wanted).content == first.content

    def test_with_another_body_is_refused(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        secretary = sign_in("secretary")
        post(secretary, wanted)

        other = post(secretary, wanted | {"card_number": "123456", "personal_id": "970080000778"})

        assert other.status_code == 422
        assert other.json()["errors"][0]["code"] == "key_reused"
        assert made(session) == 1

    def test_on_another_route_is_refused(
        self, sign_in: SignIn, world: World, wanted: dict[str, Any]
    ) -> None:
        officer = sign_in("officer")
        post(officer, wanted)

        answer = officer.post("/organizations", json=wanted, headers={"idempotency-key": KEY})

        assert answer.status_code == 422

    def test_of_another_account_is_no_repeat(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        post(sign_in("secretary"), wanted)
        other = {"card_number": "123456", "personal_id": "970080000778"}

        answer = post(sign_in("deputy"), wanted | other)

        assert answer.status_code == 201, answer.text
        assert made(session) == 2

    def test_a_day_later_is_done_anew(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        def found(code: str) -> int:
            body = {
                "code": code,
                "name": "Chi bộ Mới",
                "kind": "cell",
                "parent_id": str(world.north.id),
            }
            headers = {"idempotency-key": KEY}
            return sign_in("officer").post("/organizations", json=body, headers=headers).status_code

        answers = [found("97.7.1")]
        for seconds, code in ((86_399, "97.7.1"), (1, "97.7.2")):
            clock.shift(seconds)
            answers.append(found(code))

        assert answers == [201, 201, 201]
        units = rows(session, Organization, Organization.name == "Chi bộ Mới")
        assert {unit.code for unit in units} == {"97.7.1", "97.7.2"}

    def test_of_a_refused_request_is_judged_anew(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        secretary = sign_in("secretary")

        refused = post(secretary, wanted | {"full_name": ""})
        forbidden = post(sign_in("member"), wanted)
        right = post(secretary, wanted)

        assert [a.status_code for a in (refused, forbidden, right)] == [422, 403, 201]
        assert made(session) == 1
        assert len(rows(session, KeptAnswer)) == 1

    def test_at_the_same_time_is_done_once(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        secretary = sign_in("secretary")
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: post(secretary, wanted), range(8)))

        assert made(session) == 1
        told = {(answer.status_code, answer.json().get("code")) for answer in answers}
        assert (201, None) in told
        assert told <= {(201, None), (409, "still_running")}

    def test_by_somebody_signed_out_gets_nothing(
        self, sign_in: SignIn, wanted: dict[str, Any]
    ) -> None:
        secretary = sign_in("secretary")
        post(secretary, wanted)
        secretary.post("/auth/logout")

        assert post(secretary, wanted).status_code == 401


def test_of_two_processes_one_holds_a_key(world: World, clock: time_machine.Traveller) -> None:
    """Each process knows only what it does itself; the database is asked by both."""
    if database.engine().dialect.name == "sqlite":
        pytest.skip("of one process")
    one, other = (kept_answers.make_key(text, None, b"x", keeps_answer=True) for text in "xy")
    with database.writing() as first, database.writing() as second:
        here, there = (Work(session, SYSTEM, NOON) for session in (first, second))

        assert kept_answers.find(here, one) is None
        assert kept_answers.find(there, other) is None
        with pytest.raises(kept_answers.StillRunning):
            kept_answers.find(there, one)


class TestTheKey:
    @pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "é".encode()])
    def test_is_a_plain_word(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any], key: Any
    ) -> None:
        answer = post(sign_in("secretary"), wanted, key)

        assert (answer.status_code, made(session)) == (422, 0)

    def test_of_255_characters_is_taken(self, sign_in: SignIn, wanted: dict[str, Any]) -> None:
        assert post(sign_in("secretary"), wanted, "x" * 255).status_code == 201

    def test_of_signing_in_keeps_no_answer(
        self, client: TestClient, world: World, session: Session
    ) -> None:
        body = {"identifier": world.people["member"].card_number, "password": "sai mật khẩu này"}
        headers = {"idempotency-key": KEY}
        wrong = [client.post("/auth/login", json=body, headers=headers) for _ in range(2)]
        right = body | {"password": "mật khẩu dài của thử nghiệm"}
        told = [client.post("/auth/login", json=right, headers=headers) for _ in range(2)]

        assert [answer.status_code for answer in wrong] == [401, 401]
        assert [answer.status_code for answer in told] == [200, 409]
        assert told[1].json()["code"] == "already_answered"
        (kept,) = rows(session, KeptAnswer)
        assert (kept.body_sealed, kept.account_id) == (None, UUID(int=0))

    def test_keeps_no_answer_in_clear(
        self, sign_in: SignIn, session: Session, wanted: dict[str, Any]
    ) -> None:
        post(sign_in("secretary"), wanted)

        (kept,) = rows(session, KeptAnswer)
        assert kept.body_sealed
        assert "Trần Thị Mới".encode() not in kept.body_sealed
