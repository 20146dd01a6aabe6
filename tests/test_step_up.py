"""Proving again who one is: password and second factor, for the few weighty steps."""

from datetime import datetime, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AccountSession
from tests.conftest import SignIn
from tests.second_factors import digits
from tests.test_auth import log_in
from tests.test_totp import is_refused, lose_proof
from tests.world import NOON, PASSWORD, World, rows

LASTS = timedelta(minutes=15)


def prove(client: TestClient, **overrides: str) -> object:
    body = {"password": PASSWORD, "totp": digits()}
    answer = client.post("/me/step-up", json=body | overrides)
    assert answer.status_code == 200, answer.text
    return datetime.fromisoformat(answer.json()["proved_until"])


def test_it_lasts_15_minutes(
    sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
) -> None:
    lose_proof(session, world, "secretary")
    secretary = sign_in("secretary")
    assert secretary.get("/me").json()["proved_until"] is None

    assert prove(secretary) == NOON + LASTS

    for moment, status in ((NOON + LASTS, 409), (NOON + LASTS + timedelta(seconds=1), 403)):
        clock.move_to(moment)
        assert secretary.delete("/me/totp").status_code == status
    assert secretary.get("/me").json()["proved_until"] is None


def test_a_sign_in_proves_too(client: TestClient, world: World) -> None:
    tokens = log_in(client, world.people["secretary"].card_number, totp=digits()).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}

    told = client.get("/me", headers=bearer).json()["proved_until"]

    assert datetime.fromisoformat(told) == NOON + LASTS


def test_a_refresh_proves_nothing(
    client: TestClient, world: World, clock: time_machine.Traveller
) -> None:
    tokens = log_in(client, world.people["member"].card_number).json()
    clock.shift(LASTS + timedelta(seconds=1))
    tokens = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}

    assert is_refused(client.post("/me/totp", headers=bearer), 403, "step_up_required")


def test_it_proves_one_device_only(sign_in: SignIn, world: World, session: Session) -> None:
    lose_proof(session, world, "member")
    lose_proof(session, world, "secretary")

    prove(sign_in("secretary"))

    assert is_refused(sign_in("member").post("/me/totp"), 403, "step_up_required")


def test_without_a_second_factor_the_password_is_enough(
    sign_in: SignIn, world: World, session: Session
) -> None:
    lose_proof(session, world, "member")

    answer = sign_in("member").post("/me/step-up", json={"password": PASSWORD})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"password": "sai mật khẩu rồi nhé"}, "invalid_credentials"),
        ({"totp": "000000"}, "invalid_credentials"),
        ({"totp": None}, "totp_required"),
    ],
)
def test_what_proves_nothing_changes_nothing(
    sign_in: SignIn, world: World, session: Session, given: dict[str, str | None], code: str
) -> None:
    lose_proof(session, world, "secretary")
    body = {"password": PASSWORD, "totp": digits()} | given

    answer = sign_in("secretary").post("/me/step-up", json=body)

    assert is_refused(answer, 401, code)
    own = AccountSession.id == world.people["secretary"].session_id
    assert rows(session, AccountSession, own)[0].proved_at is None
    assert prove(sign_in("secretary")) == NOON + LASTS


def test_a_code_used_to_sign_in_proves_nothing_more(
    client: TestClient, sign_in: SignIn, world: World
) -> None:
    log_in(client, world.people["secretary"].card_number, totp=digits())
    body = {"password": PASSWORD, "totp": digits()}

    answer = sign_in("secretary").post("/me/step-up", json=body)

    assert is_refused(answer, 401, "invalid_credentials")
