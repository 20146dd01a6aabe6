"""Whoever guesses: passwords, names, codes, second factors; and whoever climbs by offices."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import structlog
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.core.clock import local_date, now
from app.models import Account, AuditEntry, Member, Office, SignInFailure
from app.services import throttles
from app.services.identifiers import digest_of
from tests.conftest import SignIn
from tests.factories.people import DEVICE_KEY
from tests.second_factors import digits
from tests.test_auth import activate, disable, end_membership, issue, log_in
from tests.world import PASSWORD, World, rows

WRONG = "sai mật khẩu rồi nhé"
COMMON = "matkhau123456789"
UNKNOWN = "970080999999"
From = Callable[[int], TestClient]


@pytest.fixture
def network(app: FastAPI, client: TestClient) -> From:
    """Somebody who has not signed in, in the network of this number."""

    def of(number: int) -> TestClient:
        host = f"10.{number // 250}.{number % 250}.7"
        return TestClient(app, base_url=str(client.base_url), client=(host, 50_000))

    return of


def card_of(world: World, who: str = "member") -> str:
    return str(world.people[who].card_number)


def told(answer: Response) -> tuple[Any, ...]:
    """All that a guesser gets to see, but the name of the request."""
    headers = {name: text for name, text in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.json() | {"request_id": ""}, headers


def lock(session: Session, world: World, who: str) -> None:
    disable(session, world, who, "locked_at")


class TestGuessingAPassword:
    """AC-01"""

    def test_one_network_waits_longer_and_longer(
        self, network: From, world: World, clock: time_machine.Traveller
    ) -> None:
        def guess() -> Response:
            return log_in(network(1), card_of(world), password=WRONG)

        assert [guess().status_code for _ in range(5)] == [401] * 5
        waits = []
        for _ in range(4):
            refused = guess()
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
            waits.append(int(refused.headers["retry-after"]))
            clock.shift(timedelta(seconds=waits[-1]))
            assert guess().status_code == 401
        assert waits == [1, 2, 4, 8]

    def test_the_right_password_waits_too_but_not_on_a_known_device(
        self, network: From, world: World, session: Session
    ) -> None:
        name = digest_of(card_of(world))
        fail_before(session, throttles.ANYWHERE.free, source="-", digest=name)

        elsewhere = network(99)
        assert log_in(elsewhere, card_of(world)).status_code == 429
        assert log_in(elsewhere, card_of(world), device_key="x" * 20).status_code == 429
        assert log_in(elsewhere, card_of(world), device_key=DEVICE_KEY).status_code == 200

    def test_every_spelling_of_a_number_is_one_name(self, network: From, world: World) -> None:
        spellings = ("0912345678", "0912 345 678", "+84912345678", "0084 912.345.678")
        answers = [
            log_in(network(1), spelling, password=WRONG).status_code
            for spelling in (*spellings, *spellings)
        ]
        assert answers == [401] * 5 + [429] * 3

    @pytest.mark.long
    def test_a_known_device_has_ten_tries_a_day_of_its_own(
        self, network: From, world: World
    ) -> None:
        one = network(1)
        for _ in range(15):
            guess = log_in(one, card_of(world), password=WRONG, device_key=DEVICE_KEY)
            assert guess.status_code == 401

        assert log_in(one, card_of(world), device_key=DEVICE_KEY).status_code == 429

    def test_a_device_is_known_until_it_is_signed_out_from_another(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        lock(session, world, "member")
        enter = partial(log_in, client, card_of(world), device_key=DEVICE_KEY)
        token = enter().json()["access_token"]
        client.post("/auth/logout", headers={"authorization": f"Bearer {token}"})
        assert enter().status_code == 200

        owner = sign_in("member")
        (other,) = (
            each for each in owner.get("/me/sessions").json()["items"] if not each["is_current"]
        )
        assert owner.delete(f"/me/sessions/{other['id']}").status_code == 204

        assert enter().status_code == 401

    def test_a_network_waits_for_any_name(
        self, network: From, world: World, session: Session
    ) -> None:
        fail_before(session, throttles.NETWORK.free, source="10.0.1.0/24", digest=b"others")

        assert log_in(network(1), UNKNOWN).status_code == 429
        assert log_in(network(1), card_of(world)).status_code == 429
        assert log_in(network(2), card_of(world)).status_code == 200
        assert log_in(network(1), card_of(world), device_key=DEVICE_KEY).status_code == 200

    def test_too_many_of_all_lock_it_to_what_it_knows_and_it_is_told(
        self, network: From, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        account_id = world.people["member"].account_id
        earlier = throttles.LOCKED_AFTER - 1
        fail_before(session, earlier, source="-", digest=b"-", account_id=account_id)
        assert log_in(network(1), card_of(world), password=WRONG).status_code == 401

        assert rows(session, Account, Account.id == account_id)[0].locked_at is not None
        trace = AuditEntry.subject_id == account_id, AuditEntry.action == "account.locked"
        assert len(rows(session, AuditEntry, *trace)) == 1
        assert log_in(network(2), card_of(world)).status_code == 401
        assert log_in(network(2), card_of(world), device_key=DEVICE_KEY).status_code == 200

    @pytest.mark.long
    def test_ten_thousand_tries_from_500_networks_in_a_day(
        self, network: From, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        networks = [network(number) for number in range(500)]
        account_id = world.people["member"].account_id
        for number in range(10_000):
            answer = log_in(networks[number % 500], card_of(world), password=WRONG)
            assert answer.status_code in (401, 429)
            clock.shift(timedelta(days=1) / 10_000)

        (account,) = rows(session, Account, Account.id == account_id)
        assert account.locked_at is not None
        failures = rows(session, SignInFailure, SignInFailure.account_id == account_id)
        evaluated = [each for each in failures if each.created_at <= account.locked_at]
        assert len(evaluated) <= 100
        owner = network(501)
        assert log_in(owner, card_of(world), device_key=DEVICE_KEY).status_code == 200


class TestStuffing:
    """AC-02"""

    @pytest.mark.parametrize("password", [COMMON, "Đảng Cộng sản Việt Nam 1930", "aaaaaaaaaaaaaaa"])
    def test_a_common_password_is_never_set_so_it_opens_nothing(
        self, client: TestClient, sign_in: SignIn, world: World, password: str
    ) -> None:
        slip = issue(sign_in, world)
        body = {"current_password": PASSWORD, "new_password": password}

        opened = activate(client, slip, password=password)
        changed = sign_in("member").put("/me/password", json=body)

        for answer, pointer in ((opened, "/password"), (changed, "/new_password")):
            (fault,) = answer.json()["errors"]
            assert (answer.status_code, fault["code"]) == (422, "password_too_common")
            assert fault["pointer"] == pointer
            assert password not in answer.text
        assert activate(client, slip).status_code == 200

    @pytest.mark.long
    def test_one_password_for_everybody_from_one_network(
        self, network: From, world: World, session: Session
    ) -> None:
        """A hundred are free, known names or not; then whoever has no known device waits."""
        names = [*(card_of(world, who) for who in world.people if who != "administrator")]
        names += [f"0913{number:06d}" for number in range(120 - len(names))]

        answers = [log_in(network(1), name, password=COMMON).status_code for name in names]

        assert answers == [401] * 100 + [429] * 20


class TestWhoIsThere:
    """AC-03, AC-04"""

    def test_nothing_tells_unknown_wrong_locked_disabled_and_departed_apart(
        self, network: From, world: World, session: Session
    ) -> None:
        disable(session, world, "member")
        lock(session, world, "deputy")
        end_membership(session, world.people["outsider"].member_id, local_date(now()))
        answers = [
            log_in(network(1), UNKNOWN),
            log_in(network(2), "nobody.at.all"),
            log_in(network(3), "0912345678"),
            log_in(network(4), card_of(world, "secretary"), password=WRONG),
            log_in(network(5), card_of(world)),
            log_in(network(6), card_of(world, "deputy")),
            log_in(network(7), card_of(world, "outsider")),
        ]

        assert answers[0].status_code == 401
        assert all(told(answer) == told(answers[0]) for answer in answers)

    def test_waits_are_the_same_for_names_that_nobody_has(
        self, network: From, world: World, session: Session
    ) -> None:
        disable(session, world, "deputy")
        names = (card_of(world), card_of(world, "deputy"), UNKNOWN)
        seen = [
            [told(log_in(network(place), name, password=WRONG)) for _ in range(7)]
            for place, name in enumerate(names)
        ]

        assert seen[0] == seen[1] == seen[2]
        assert [status for status, *_ in seen[0]] == [401] * 5 + [429] * 2

    def test_a_card_and_a_phone_do_not_betray_that_they_are_one_persons(
        self, network: From, world: World, session: Session
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)
        member.phone = "+84912345678"
        session.add(member)
        session.flush()
        for _ in range(6):
            log_in(network(1), card_of(world), password=WRONG)

        assert log_in(network(1), card_of(world), password=WRONG).status_code == 429
        assert log_in(network(1), "0912345678", password=WRONG).status_code == 401

    def test_activating_tells_nothing_of_cards(
        self, network: From, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)
        seen = [
            [
                told(activate(network(place), slip | {"card_number": card}, activation_code="2-3"))
                for _ in range(7)
            ]
            for place, card in enumerate((slip["card_number"], UNKNOWN, card_of(world)))
        ]

        assert seen[0] == seen[1] == seen[2]
        assert [status for status, *_ in seen[0]] == [401] * 5 + [429] * 2

    def test_a_stranger_elsewhere_keeps_nobody_from_a_code_but_from_a_second_factor(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        slip = issue(sign_in, world)
        name = digest_of(slip["card_number"])
        fail_before(session, throttles.ANYWHERE.free, source="-", digest=name)

        assert log_in(client, slip["card_number"]).status_code == 429
        assert activate(client, slip, totp="123456").status_code == 429
        assert activate(client, slip).status_code == 200

    def test_a_password_that_tells_its_owner_is_told_only_to_whoever_holds_the_code(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)
        telling = f"tôi là {slip['full_name']} đây nhé"

        guessed = activate(client, slip, activation_code="2222-3333-4444", password=telling)
        held = activate(client, slip, password=telling)

        assert guessed.json()["code"] == "invalid_credentials"
        assert held.json()["errors"][0]["code"] == "password_tells_yourself"
        assert activate(client, slip).status_code == 200


class TestTheSecondFactor:
    """AC-12"""

    def test_a_code_twice_or_of_another_time_is_refused_and_guesses_wait(
        self, client: TestClient, world: World
    ) -> None:
        name = card_of(world, "secretary")
        assert log_in(client, name, totp=digits()).status_code == 200

        again = log_in(client, name, totp=digits())
        stale = log_in(client, name, totp=digits(steps=-5))
        guesses = [log_in(client, name, totp="000000").status_code for _ in range(4)]

        assert (again.status_code, again.json()["code"]) == (401, "invalid_credentials")
        assert stale.status_code == 401
        assert guesses == [401, 401, 401, 429]

    def test_whoever_is_signed_in_waits_at_every_proof_together(
        self, sign_in: SignIn, world: World
    ) -> None:
        person = sign_in("member")
        person.post("/me/totp")
        wrong = {"current_password": WRONG, "new_password": "con trâu đen ăn cỏ xanh"}
        answers = [
            person.put("/me/password", json=wrong),
            person.post("/me/step-up", json={"password": WRONG}),
            person.post("/me/totp/confirm", json={"code": "000000"}),
            person.put("/me/password", json=wrong),
            person.post("/me/step-up", json={"password": WRONG}),
            person.post("/me/totp/confirm", json={"code": digits()}),
            person.post("/me/step-up", json={"password": PASSWORD}),
        ]

        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2


class TestActivationCodes:
    """AC-13"""

    def test_neither_twice_nor_late_nor_by_guessing(
        self,
        client: TestClient,
        sign_in: SignIn,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        with structlog.testing.capture_logs() as logged:
            slip = issue(sign_in, world)
            guesses = [activate(client, slip, activation_code=f"2222-{n}") for n in range(6)]
            assert [answer.status_code for answer in guesses] == [401] * 5 + [429]
            clock.shift(timedelta(minutes=15))
            assert activate(client, slip).status_code == 200
            assert activate(client, slip).status_code == 410
            late = issue(sign_in, world, "member")
            clock.shift(timedelta(days=15))
            assert activate(client, late).status_code == 410

        assert slip["code"] not in str(logged)
        assert slip["card_number"] not in str(logged)
        refused = [entry for entry in logged if entry["event"] == "sign-in refused"]
        assert len(refused) == 5

    @pytest.mark.long
    def test_a_million_guesses_would_take_years(
        self, network: From, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        """At the pace of a million a day a network is stopped; many networks guess in vain."""
        slip = issue(sign_in, world)
        networks = [network(number) for number in range(10)]
        evaluated = 0
        for number in range(1_000):
            guess = activate(networks[number % 10], slip, activation_code=f"2222-{number}")
            evaluated += guess.status_code == 401
            clock.shift(timedelta(days=1) / 1_000_000)

        assert evaluated < 20 * len(networks)  # of 10^17 codes


class TestClimbing:
    """AC-22"""

    @pytest.mark.parametrize(
        ("role", "unit", "status"),
        [
            ("officer", "north_one", 403),
            ("administrator", "north_one", 403),
            ("secretary", "north", 404),
            ("officer", "root", 404),
            ("secretary", "south_one", 404),
        ],
    )
    def test_a_secretary_gives_the_own_person_nothing(
        self, sign_in: SignIn, world: World, session: Session, role: str, unit: str, status: int
    ) -> None:
        before = len(rows(session, Office))
        body = {
            "organization_id": str(getattr(world, unit).id),
            "member_id": str(world.people["secretary"].member_id),
            "role": role,
        }

        assert sign_in("secretary").post("/offices", json=body).status_code == status
        assert len(rows(session, Office)) == before

    def test_whoever_was_disabled_does_not_come_back_by_an_own_code(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        slip = issue(sign_in, world, "secretary")
        disable(session, world, "secretary")

        own = {"member_ids": [str(world.people["secretary"].member_id)]}
        assert sign_in("secretary").post("/activation-codes", json=own).status_code == 401
        assert activate(client, slip, totp=digits()).status_code == 410

    def test_a_tree_keeps_its_last_administrator(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        first = world.people["administrator"].account_id
        (office,) = rows(session, Office, Office.account_id == first)
        administrator = sign_in("administrator")
        today = {"valid_to": "2026-05-15"}

        ended = administrator.patch(f"/offices/{office.id}", json=today)
        assert (ended.status_code, ended.json()["code"]) == (409, "last_administrator")

        body = {"staff_name": "quan.tri", "organization_id": str(world.root.id)}
        invited = administrator.post("/accounts", json=body).json()["id"]
        given = {"organization_id": str(world.root.id), "account_id": invited}
        answer = administrator.post("/offices", json=given | {"role": "administrator"})
        assert answer.status_code == 201, answer.text
        unopened = administrator.patch(f"/offices/{office.id}", json=today)
        assert (unopened.status_code, unopened.json()["code"]) == (409, "last_administrator")

        second = {
            "organization_id": str(world.root.id),
            "member_id": str(world.people["officer"].member_id),
            "role": "administrator",
        }
        assert administrator.post("/offices", json=second).status_code == 201
        disabled = sign_in("officer").post(f"/accounts/{first}/disable", json={"reason": "Thử"})
        assert disabled.status_code == 200
        assert sign_in("administrator").get("/me").status_code == 401


def fail_before(
    session: Session,
    count: int,
    *,
    source: str,
    digest: bytes,
    account_id: UUID | None = None,
) -> None:
    """As if so many had failed a moment ago."""
    for _ in range(count):
        session.add(
            SignInFailure(
                created_at=now(), account_id=account_id, identifier_digest=digest, source=source
            )
        )
    session.flush()
