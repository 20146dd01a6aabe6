"""Signing in: a code opens an account, a password a session, and a session ends at once."""

import unicodedata
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col, update

from app.core.passwords import hash_password
from app.models import (
    Account,
    ActivationCode,
    AuditEntry,
    EndReason,
    Member,
    Membership,
)
from tests.conftest import SignIn
from tests.factories.people import DEVICE_KEY, make_account, make_member
from tests.second_factors import digits
from tests.world import BEGAN, NOON, PASSWORD, World, rows

NEW_PASSWORD = "câu mật khẩu mới rất dài"
DAY = timedelta(days=1)


def issue(sign_in: SignIn, world: World, who: str | None = None) -> dict[str, Any]:
    """A slip for somebody of the first cell: for a person by name, or for the newest member."""
    member_id = world.people[who].member_id if who else world.members[world.north_one.id][-1]
    answer = sign_in("secretary").post("/activation-codes", json={"member_ids": [str(member_id)]})
    assert answer.status_code == 201, answer.text
    slip: dict[str, Any] = answer.json()["items"][0]
    return slip


def activate(client: TestClient, slip: dict[str, Any], **overrides: Any) -> Response:
    body = {
        "card_number": slip["card_number"],
        "activation_code": slip["code"],
        "password": NEW_PASSWORD,
    }
    return client.post("/auth/activate", json=body | overrides)


def log_in(client: TestClient, identifier: str | None, **overrides: Any) -> Response:
    body = {"identifier": identifier, "password": PASSWORD}
    return client.post("/auth/login", json=body | overrides)


def ask_who_am_i(client: TestClient, tokens: Response) -> Response:
    token = tokens.json()["access_token"]
    return client.get("/me", headers={"authorization": f"Bearer {token}"})


def end_membership(session: Session, member_id: object, on: date) -> None:
    session.execute(
        update(Membership)
        .where(col(Membership.member_id) == member_id)
        .values(valid_to=on, end_reason=EndReason.LEFT)
        .execution_options(scoped="a test")
    )


def is_the_same_refusal(one: Response, other: Response) -> bool:
    first, second = (answer.json() | {"request_id": ""} for answer in (one, other))
    return one.status_code == other.status_code and first == second


class TestActivate:
    def test_a_code_opens_an_account_and_signs_in(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        answer = activate(client, issue(sign_in, world), device_name="Điện thoại")

        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {
            "access_token",
            "token_type",
            "expires_in",
            "refresh_token",
            "device_key",
        }
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["device_key"]
        assert ask_who_am_i(client, answer).status_code == 200

    def test_the_code_may_be_typed_small_and_without_dashes(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)
        typed = slip["code"].lower().replace("-", " ")

        assert activate(client, slip, activation_code=typed).status_code == 200

    def test_an_unknown_card_and_a_wrong_code_are_refused_alike(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)

        unknown = activate(client, slip, card_number="970080999999")
        wrong = activate(client, slip, activation_code="2222-3333-4444")

        assert (unknown.status_code, unknown.json()["code"]) == (401, "invalid_credentials")
        assert is_the_same_refusal(unknown, wrong)

    def test_the_code_of_another_member_is_wrong(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        own, foreign = issue(sign_in, world), issue(sign_in, world, "member")

        assert activate(client, own, activation_code=foreign["code"]).status_code == 401

    def test_a_code_is_good_once(self, client: TestClient, sign_in: SignIn, world: World) -> None:
        slip = issue(sign_in, world)
        activate(client, slip)

        again = activate(client, slip)

        assert (again.status_code, again.json()["code"]) == (410, "gone")

    def test_a_code_is_good_for_14_days(
        self,
        client: TestClient,
        sign_in: SignIn,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        slip = issue(sign_in, world)

        clock.shift(14 * DAY)
        late = activate(client, slip)
        clock.shift(timedelta(seconds=-1))
        in_time = activate(client, slip)

        assert (late.status_code, late.json()["code"]) == (410, "gone")
        assert in_time.status_code == 200

    def test_a_newer_code_makes_the_older_one_void(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        older, newer = issue(sign_in, world), issue(sign_in, world)

        assert activate(client, older).status_code == 410
        assert activate(client, newer).status_code == 200

    def test_a_refused_code_stays_good(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)

        assert activate(client, slip, password="quá ngắn").status_code == 422
        assert activate(client, slip).status_code == 200

    def test_for_the_activated_it_is_the_recovery_and_ends_the_old_sessions(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        old_device = sign_in("member")
        slip = issue(sign_in, world, "member")
        assert old_device.get("/me").status_code == 200

        recovered = activate(client, slip)

        assert recovered.status_code == 200
        assert old_device.get("/me").status_code == 401
        assert ask_who_am_i(client, recovered).status_code == 200
        card_number = world.people["member"].card_number
        assert log_in(client, card_number).status_code == 401
        assert log_in(client, card_number, password=NEW_PASSWORD).status_code == 200

    def test_a_disabled_account_does_not_come_back_by_a_code(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        slip = issue(sign_in, world, "member")
        disable(session, world, "member")

        assert activate(client, slip).status_code == 410
        assert log_in(client, world.people["member"].card_number).status_code == 401

    def test_a_member_who_left_cannot_activate(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        slip = issue(sign_in, world)
        end_membership(session, UUID(slip["member_id"]), date(2026, 5, 15))

        answer = activate(client, slip)

        assert answer.status_code == 410
        assert rows(session, Account, Account.member_id == UUID(slip["member_id"])) == []

    @pytest.mark.parametrize(("length", "status"), [(14, 422), (15, 200), (256, 200), (257, 422)])
    def test_a_password_takes_15_to_256_characters(
        self, client: TestClient, sign_in: SignIn, world: World, length: int, status: int
    ) -> None:
        # Counted composed: 15 letters with their marks apart are 15 still.
        password = unicodedata.normalize("NFD", ("ệgộtkữmạphxẩnvởlcụrđs" * 13)[:length])

        answer = activate(client, issue(sign_in, world), password=password)

        assert answer.status_code == status, answer.text
        if status == 422:
            assert answer.json()["errors"][0]["pointer"] == "/password"
            assert answer.json()["errors"][0]["code"] == "password_length"
            assert password[:10] not in answer.text


class TestLogin:
    @pytest.mark.parametrize("way", ["card_number", "phone", "international phone", "staff name"])
    def test_by_card_number_phone_or_staff_name(
        self, client: TestClient, world: World, session: Session, way: str
    ) -> None:
        member = rows(session, Member, Member.id == world.people["member"].member_id)[0]
        member.phone = "+84912345678"
        session.add(member)
        session.flush()
        identifier = {
            "card_number": member.card_number,
            "phone": "0912 345 678",
            "international phone": "+84 912.345.678",
            "staff name": "quantri",
        }[way]

        answer = log_in(client, identifier, totp=digits())

        assert answer.status_code == 200, answer.text
        assert answer.json()["expires_in"] == 600
        person = "administrator" if way == "staff name" else "member"
        account_id = ask_who_am_i(client, answer).json()["account"]["id"]
        assert account_id == str(world.people[person].account_id)

    def test_unknown_wrong_locked_and_disabled_are_refused_alike(
        self, client: TestClient, world: World, session: Session
    ) -> None:
        disable(session, world, "member")
        disable(session, world, "deputy", "locked_at")
        answers = [
            log_in(client, "970080999999"),
            log_in(client, "nobody at all"),
            log_in(client, world.people["secretary"].card_number, password="sai mật khẩu rồi nhé"),
            log_in(client, world.people["member"].card_number),
            log_in(client, world.people["deputy"].card_number),
        ]

        assert answers[0].status_code == 401
        assert answers[0].json()["code"] == "invalid_credentials"
        assert answers[0].headers["www-authenticate"] == "Bearer"
        assert all(is_the_same_refusal(answers[0], other) for other in answers[1:])

    def test_a_member_who_left_is_refused_like_the_unknown(
        self, client: TestClient, world: World, session: Session
    ) -> None:
        end_membership(session, world.people["member"].member_id, date(2026, 5, 15))

        answer = log_in(client, world.people["member"].card_number)

        assert is_the_same_refusal(answer, log_in(client, "970080999999"))

    def test_both_normal_forms_of_a_password_are_one(
        self, client: TestClient, world: World
    ) -> None:
        decomposed = unicodedata.normalize("NFD", PASSWORD)
        assert decomposed != PASSWORD

        answer = log_in(client, world.people["member"].card_number, password=decomposed)

        assert answer.status_code == 200

    @pytest.mark.parametrize("typed", [f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper()])
    def test_a_password_is_never_trimmed_nor_mended(
        self, client: TestClient, world: World, typed: str
    ) -> None:
        card_number = world.people["member"].card_number

        assert log_in(client, card_number, password=typed).status_code == 401

    def test_spaces_belong_to_a_password(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        slip = issue(sign_in, world)
        assert activate(client, slip, password=f"  {NEW_PASSWORD} ").status_code == 200

        for typed, status in ((NEW_PASSWORD, 401), (f"  {NEW_PASSWORD} ", 200)):
            assert log_in(client, slip["card_number"], password=typed).status_code == status

    def test_one_members_card_may_look_like_anothers_phone(
        self, client: TestClient, world: World, session: Session
    ) -> None:
        by_phone = make_member(session, world.north_one, number=501, phone="+84912345678")
        by_card = make_member(session, world.north_one, number=502, card_number="0912345678")
        passwords = {by_phone.id: "mật khẩu của người thứ nhất", by_card.id: PASSWORD}
        for member in (by_phone, by_card):
            hashed = hash_password(passwords[member.id])
            make_account(session, member, password_hash=hashed, at=BEGAN)

        for member in (by_phone, by_card):
            answer = log_in(client, "0912345678", password=passwords[member.id])
            assert answer.status_code == 200, answer.text
            assert ask_who_am_i(client, answer).json()["member"]["id"] == str(member.id)

    def test_a_known_device_keeps_its_key(self, client: TestClient, world: World) -> None:
        card_number = world.people["member"].card_number

        answer = log_in(client, card_number, device_key=DEVICE_KEY)

        assert answer.json()["device_key"] == DEVICE_KEY

    def test_nothing_of_a_password_stays_in_the_trace(
        self, client: TestClient, world: World, session: Session
    ) -> None:
        log_in(client, world.people["member"].card_number, device_name="Điện thoại")

        (trace,) = rows(session, AuditEntry, AuditEntry.action == "session.opened")
        assert trace.actor_id == world.people["member"].account_id
        assert trace.details == {"device_name": "Điện thoại", "source": trace.details["source"]}


def disable(session: Session, world: World, who: str, mark: str = "disabled_at") -> None:
    session.execute(
        update(Account).where(col(Account.id) == world.people[who].account_id).values({mark: NOON})
    )


def test_codes_are_kept_as_digests_only(sign_in: SignIn, world: World, session: Session) -> None:
    slip = issue(sign_in, world)

    (kept,) = rows(session, ActivationCode)
    assert slip["code"].encode() not in kept.digest
    assert len(kept.digest) == 32
    traces = rows(session, AuditEntry)
    assert all(slip["code"] not in str(trace.details) for trace in traces)
