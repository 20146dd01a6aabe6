"""What is done in the middle of a sign-in or a refresh: nobody stays in by being quick."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.services import sessions
from tests.conftest import SignIn
from tests.second_factors import digits
from tests.test_auth import ask_who_am_i, log_in
from tests.world import World

#: So long what comes between is given to end before it; it may have to wait for it instead.
A_MOMENT = 0.3


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], Response]], Thread]:
    """Does something just before this function of `sessions` goes on, and lets it end in time."""

    def come(name: str, act: Callable[[], Response]) -> Thread:
        goes_on = getattr(sessions, name)
        meanwhile = Thread(target=act)

        def late(*given: Any, **named: Any) -> Any:
            if meanwhile.ident is None:
                meanwhile.start()
                meanwhile.join(A_MOMENT)
            return goes_on(*given, **named)

        monkeypatch.setattr(sessions, name, late)
        return meanwhile

    return come


def test_whoever_signs_in_while_a_second_factor_is_confirmed_is_signed_out(
    client: TestClient, sign_in: SignIn, world: World, between: Any
) -> None:
    owner, answers = sign_in("member"), list[Response]()
    code = {"code": digits(owner.post("/me/totp").json()["secret"])}
    confirm = partial(owner.post, "/me/totp/confirm", json=code)
    meanwhile = between("open_session", lambda: answers.append(confirm()))

    entered = log_in(client, world.people["member"].card_number)
    meanwhile.join()

    assert answers[0].status_code == 200, answers[0].text
    assert entered.status_code == 401 or ask_who_am_i(client, entered).status_code == 401


def test_a_refresh_at_the_same_moment_keeps_nobody_from_signing_a_device_out(
    client: TestClient, sign_in: SignIn, world: World, between: Any
) -> None:
    thief = log_in(client, world.people["member"].card_number)
    owner, answers = sign_in("member"), list[Response]()
    (device,) = (row for row in owner.get("/me/sessions").json()["items"] if not row["is_current"])
    sign_out = partial(owner.delete, f"/me/sessions/{device['id']}")
    meanwhile = between("_tokens", lambda: answers.append(sign_out()))

    client.post("/auth/refresh", json={"refresh_token": thief.json()["refresh_token"]})
    meanwhile.join()

    assert answers[0].status_code == 204, answers[0].text
    assert ask_who_am_i(client, thief).status_code == 401
