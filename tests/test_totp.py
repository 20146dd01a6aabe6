"""A second factor: set up by whoever proved themselves, good once a step, lost and found."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.core import codes as paper_codes
from app.models import Account, AccountSession, AuditEntry, Member, Notification, RecoveryCode
from app.services import accounts
from tests.conftest import SignIn
from tests.factories.people import TOTP_SECRET
from tests.races import at_once, both_reach
from tests.second_factors import digits, enrol_person
from tests.test_auth import NEW_PASSWORD, activate, ask_who_am_i, issue, log_in
from tests.world import PASSWORD, World, rows


def account_of(session: Session, world: World, who: str) -> Account:
    return rows(session, Account, Account.id == world.people[who].account_id)[0]


def confirmed(client: TestClient) -> tuple[str, list[str]]:
    """The secret and the recovery codes of whoever sets a factor up."""
    secret = client.post("/me/totp").json()["secret"]
    answer = client.post("/me/totp/confirm", json={"code": digits(secret)})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["recovery_codes"]


def is_refused(answer: Response, status: int, code: str) -> bool:
    return (answer.status_code, answer.json()["code"]) == (status, code)


class TestBegin:
    def test_a_secret_comes_with_its_picture_and_is_kept_sealed(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        answer = sign_in("member").post("/me/totp")

        told = answer.json()
        assert (answer.status_code, set(told)) == (200, {"secret", "uri", "svg"})
        assert len(told["secret"]) == 32
        assert told["uri"].startswith("otpauth://totp/")
        assert f"secret={told['secret']}" in told["uri"]
        assert str(world.people["member"].card_number) not in told["uri"]
        assert told["svg"].startswith("<svg")
        account = account_of(session, world, "member")
        assert account.totp_pending == told["secret"]
        assert told["secret"].encode() not in bytes(account.totp_pending_sealed or b"")

    def test_the_authenticator_shows_whose_it_is(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)

        for who, name in (("member", member.full_name), ("administrator", "quantri")):
            address = urlsplit(sign_in(who).post("/me/totp").json()["uri"])
            assert unquote(address.path).endswith(f":{name}")

    def test_it_changes_nothing_until_it_is_confirmed(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        sign_in("member").post("/me/totp")

        assert log_in(client, world.people["member"].card_number).status_code == 200

    def test_its_answer_is_told_once(self, sign_in: SignIn) -> None:
        member = sign_in("member")

        told = [member.post("/me/totp", headers={"idempotency-key": "one"}) for _ in range(2)]

        assert [answer.status_code for answer in told] == [200, 409]
        assert told[1].json()["code"] == "already_answered"

    @pytest.mark.parametrize("who", ["member", "secretary"])
    def test_a_phone_found_unlocked_sets_up_none(
        self, sign_in: SignIn, world: World, session: Session, who: str
    ) -> None:
        lose_proof(session, world, who)
        begun = account_of(session, world, who)
        begun.totp_pending = TOTP_SECRET
        session.add(begun)
        session.flush()
        for method, url in (
            ("POST", "/me/totp"),
            ("POST", "/me/totp/confirm"),
            ("DELETE", "/me/totp"),
        ):
            body = {"code": digits(TOTP_SECRET)} if "confirm" in url else None
            answer = sign_in(who).request(method, url, json=body)
            assert is_refused(answer, 403, "step_up_required")

    def test_what_is_confirmed_proves_nothing_anew(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        before = session_of(session, world, "member").proved_at

        confirmed(sign_in("member"))

        assert session_of(session, world, "member").proved_at == before


class TestConfirm:
    def test_eight_recovery_codes_are_told_once_and_kept_as_digests(
        self, sign_in: SignIn, session: Session
    ) -> None:
        _, codes = confirmed(sign_in("member"))

        assert len(set(codes)) == 8
        assert all(len(code.replace("-", "")) == 20 for code in codes)
        kept = rows(session, RecoveryCode)
        # Under this word for ever: what is on paper must not become worthless.
        digests = {paper_codes.digest("recovery code", code) for code in codes}
        assert {row.digest for row in kept} == digests
        traces = str([trace.details for trace in rows(session, AuditEntry)])
        assert not [code for code in codes if code in traces]

    def test_other_devices_are_signed_out_and_the_member_is_told(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        other = log_in(client, world.people["member"].card_number)
        member = sign_in("member")

        confirmed(member)

        assert ask_who_am_i(client, other).status_code == 401
        assert member.get("/me").json()["totp"] == {"is_enrolled": True, "is_required": False}
        (notice,) = rows(session, Notification)
        assert (notice.kind, notice.member_id) == ("security", world.people["member"].member_id)

    def test_a_wrong_code_confirms_nothing(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        member = sign_in("member")
        secret = member.post("/me/totp").json()["secret"]

        for code in (
            "000000",
            digits(TOTP_SECRET),
            digits(secret, steps=2),
            "\uff11\uff12\uff13\uff14\uff15\uff16",
        ):
            answer = member.post("/me/totp/confirm", json={"code": code})
            assert is_refused(answer, 401, "invalid_credentials")
        assert log_in(client, world.people["member"].card_number).status_code == 200

    def test_nothing_is_confirmed_that_was_not_begun(self, sign_in: SignIn) -> None:
        answer = sign_in("member").post("/me/totp/confirm", json={"code": "123456"})

        assert is_refused(answer, 409, "conflict")

    def test_a_new_secret_ends_the_old_one_with_its_recovery_codes(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        member = sign_in("member")
        old, old_codes = confirmed(member)
        new, _ = confirmed(member)
        card_number = world.people["member"].card_number

        for totp in (digits(old, steps=1), old_codes[0]):
            assert is_refused(log_in(client, card_number, totp=totp), 401, "invalid_credentials")
        assert log_in(client, card_number, totp=digits(new, steps=1)).status_code == 200


class TestLogin:
    @pytest.fixture
    def card_number(self, world: World) -> str:
        return str(world.people["secretary"].card_number)

    def test_a_right_password_alone_is_asked_for_the_code(
        self, client: TestClient, card_number: str
    ) -> None:
        for given in ({}, {"totp": None}, {"totp": ""}):
            assert is_refused(log_in(client, card_number, **given), 401, "totp_required")

    def test_a_wrong_password_never_is(self, client: TestClient, card_number: str) -> None:
        wrong: dict[str, Any] = {"password": "sai mật khẩu rồi nhé"}

        for given in ({}, {"totp": digits()}, {"totp": "000000"}):
            answer = log_in(client, card_number, **wrong, **given)
            assert is_refused(answer, 401, "invalid_credentials")

    def test_a_code_is_good_one_step_either_way(self, client: TestClient, card_number: str) -> None:
        for steps, status in ((-2, 401), (2, 401), (-1, 200), (1, 200), (0, 200)):
            answer = log_in(client, card_number, totp=digits(steps=steps))
            assert answer.status_code == status, steps

    def test_each_code_is_good_once(
        self, client: TestClient, card_number: str, clock: time_machine.Traveller
    ) -> None:
        code = digits()
        first = log_in(client, card_number, totp=f"{code[:3]} {code[3:]}")
        clock.shift(timedelta(seconds=30))

        again = log_in(client, card_number, totp=code)

        assert first.status_code == 200, first.text
        assert is_refused(again, 401, "invalid_credentials")

    def test_of_two_who_send_the_same_code_at_once_one_gets_in(
        self,
        app: FastAPI,
        world: World,
        clock: time_machine.Traveller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        both_reach(monkeypatch, accounts, "login")
        card_number, code = world.people["secretary"].card_number, digits()

        def enter(_: int) -> int:
            client = TestClient(app, base_url="http://testserver/api/v1")
            return log_in(client, card_number, totp=code).status_code

        assert sorted(at_once(enter, (1, 2))) == [200, 401]

    def test_a_code_refused_with_its_password_is_not_used_up(
        self, client: TestClient, card_number: str
    ) -> None:
        log_in(client, card_number, totp=digits(), password="sai mật khẩu rồi nhé")

        assert log_in(client, card_number, totp=digits()).status_code == 200

    def test_a_recovery_code_stands_in_once_and_is_told(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        secretary = sign_in("secretary")
        _, codes = confirmed(secretary)
        card_number = world.people["secretary"].card_number
        typed = codes[3].lower().replace("-", " ")

        answers = [log_in(client, card_number, totp=typed) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 401]
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "recovery_code.used")
        assert trace.details == {"left": 7}
        assert "còn lại 7 mã" in rows(session, Notification)[-1].body

    def test_ones_recovery_code_is_no_others(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        _, codes = confirmed(sign_in("deputy"))

        answer = log_in(client, world.people["secretary"].card_number, totp=codes[0])

        assert is_refused(answer, 401, "invalid_credentials")


class TestRecovery:
    def test_a_new_code_of_the_secretary_does_not_go_around_the_factor(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        enrol_person(session, world, "member")
        slip = issue(sign_in, world, "member")

        without = activate(client, slip)
        wrong = activate(client, slip, totp=digits(steps=5))
        old_device = sign_in("member").get("/me")
        right = activate(client, slip, totp=digits())

        assert is_refused(without, 401, "totp_required")
        assert is_refused(wrong, 401, "invalid_credentials")
        assert old_device.status_code == 200
        assert right.status_code == 200, right.text
        assert log_in(client, slip["card_number"], password=NEW_PASSWORD).json()["code"] == (
            "totp_required"
        )


class TestDrop:
    def test_a_member_signs_in_by_password_again(
        self, client: TestClient, sign_in: SignIn, world: World, session: Session
    ) -> None:
        member = sign_in("member")
        confirmed(member)

        assert member.delete("/me/totp").status_code == 204

        assert log_in(client, world.people["member"].card_number).status_code == 200
        assert rows(session, RecoveryCode) == []
        assert is_refused(member.delete("/me/totp"), 404, "not_found")

    def test_whoever_sees_other_people_keeps_it(self, sign_in: SignIn) -> None:
        for who in ("committee_member", "overseer", "inspector", "administrator"):
            assert is_refused(sign_in(who).delete("/me/totp"), 409, "conflict")


class TestEnrolment:
    @pytest.fixture
    def appointed(self, sign_in: SignIn, world: World) -> TestClient:
        """A member who was given an office a moment ago, and has no second factor."""
        body = {
            "organization_id": str(world.north_one.id),
            "member_id": str(world.people["member"].member_id),
            "role": "committee_member",
        }
        assert sign_in("officer").post("/offices", json=body).status_code == 201
        return sign_in("member")

    def test_whoever_is_given_an_office_enrols_first(self, appointed: TestClient) -> None:
        for url in ("/me", "/members", "/me/sessions"):
            assert is_refused(appointed.get(url), 403, "totp_enrolment_required")

        confirmed(appointed)

        assert appointed.get("/members").status_code == 200
        assert appointed.get("/me").json()["totp"] == {"is_enrolled": True, "is_required": True}

    def test_proving_again_and_signing_out_are_open_before(
        self, appointed: TestClient, world: World, session: Session
    ) -> None:
        lose_proof(session, world, "member")
        assert is_refused(appointed.post("/me/totp"), 403, "step_up_required")

        assert appointed.post("/me/step-up", json={"password": PASSWORD}).status_code == 200
        assert appointed.post("/me/totp").status_code == 200
        assert appointed.post("/auth/logout").status_code == 204


def session_of(session: Session, world: World, who: str) -> AccountSession:
    return rows(session, AccountSession, AccountSession.id == world.people[who].session_id)[0]


def lose_proof(session: Session, world: World, who: str) -> None:
    row = session_of(session, world, who)
    row.proved_at = None
    session.add(row)
    session.flush()
