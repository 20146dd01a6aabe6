"""What a stolen token, or a stolen phone, is good for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from jose import jwt
from sqlmodel import Session

from app.core import keys
from app.core.clock import now
from app.core.tokens import sign_access
from app.models import Account, AccountSession, Notification, NotificationKind
from tests.check_ins import check_in, code_of, make_room
from tests.conftest import SignIn
from tests.proofs import let_lapse
from tests.test_auth import ask_who_am_i, disable, end_membership, log_in
from tests.test_me import claims_of
from tests.world import NOON, PASSWORD, World, rows


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://example.com/keys"},
        {"x5u": "https://example.com/keys"},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
        {"b64": False},
        {"kid": "' or 1=1"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_ac_05_a_token_never_says_by_which_key_it_is_to_be_read(
    client: TestClient, world: World, header: dict[str, Any]
) -> None:
    named = {"typ": "at+jwt", **header}
    token = jwt.encode(claims_of(world), keys.keys().tokens, "HS256", named)

    assert client.get("/me", headers=bearer(token)).status_code == 401


def test_ac_07_what_proves_one_thing_proves_no_other(
    client: TestClient, sign_in: SignIn, session: Session, world: World
) -> None:
    tokens = log_in(client, world.people["member"].card_number).json()
    room = make_room(session, world)
    badge = sign_in("member").get(f"/members/{world.people['member'].member_id}/badge").json()
    words = {
        "access": tokens["access_token"],
        "refresh": tokens["refresh_token"],
        "device": tokens["device_key"],
        "room": code_of(room).token,
        "badge": badge["token"],
        "calendar": sign_in("member").post("/me/calendar-key").json()["key"],
        "watermark": sign_in("member").get("/me/changes").json()["watermark"],
    }
    uses: dict[str, Callable[[str], Any]] = {
        "access": lambda word: client.get("/me", headers=bearer(word)),
        "refresh": lambda word: client.post("/auth/refresh", json={"refresh_token": word}),
        "room": lambda word: check_in(sign_in("member"), room, word),
        "calendar": lambda word: client.get("/me/calendar.ics", params={"key": word}),
        "cursor": lambda word: sign_in("member").get("/meetings", params={"cursor": word}),
    }
    taken = [
        (word, use)
        for word, value in words.items()
        for use, tried in uses.items()
        if word != use and tried(value).status_code < 400
    ]

    assert taken == []


class TestTheNextRequest:
    """AC-08: what was taken away is gone at once, whatever the token still says."""

    def test_ac_08_of_who_signed_out_was_disabled_or_left(
        self, client: TestClient, session: Session, world: World
    ) -> None:
        member = world.people["member"]
        ways: dict[str, Callable[[], Any]] = {
            "signed out": lambda: client.post("/auth/logout", headers=headers),
            "disabled": lambda: disable(session, world, "member"),
            "left": lambda: end_membership(session, member.member_id, NOON.date()),
        }
        told = {}
        for name, take_away in ways.items():
            answer = log_in(client, member.card_number)
            headers = bearer(answer.json()["access_token"])
            assert client.get("/me", headers=headers).status_code == 200
            take_away()
            told[name] = client.get("/me", headers=headers).status_code
            restore(session, member.account_id)

        assert told == dict.fromkeys(ways, 401)

    def test_ac_08_of_whose_office_ended(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        secretary = sign_in("secretary")
        found = sign_in("officer").get("/offices", params={"role": "secretary", "limit": 200})
        holder = str(world.people["secretary"].member_id)
        office = next(item for item in found.json()["items"] if item["member_id"] == holder)
        path = f"/members/{world.members[world.north_one.id][6]}"
        assert secretary.get(path).status_code == 200

        ended = {"valid_to": "2026-05-15"}
        sign_in("officer").patch(f"/offices/{office['id']}", json=ended).raise_for_status()

        assert secretary.get(path).status_code == 404


class TestRefresh:
    def test_ac_09_whoever_copied_a_refresh_token_ends_it_for_both_and_it_is_told(
        self, client: TestClient, session: Session, world: World
    ) -> None:
        member = world.people["member"]
        tokens = log_in(client, member.card_number).json()
        said = {"refresh_token": tokens["refresh_token"]}
        victim = client.post("/auth/refresh", json=said)

        thief = client.post("/auth/refresh", json=said)

        assert thief.status_code == 401
        assert ask_who_am_i(client, victim).status_code == 401
        told = rows(session, Notification, Notification.member_id == member.member_id)
        assert NotificationKind.SECURITY in {notification.kind for notification in told}

    def test_ac_10_one_token_twenty_times_at_once_from_one_device_is_one_family(
        self, client: TestClient, world: World
    ) -> None:
        tokens = log_in(client, world.people["member"].card_number).json()
        said = {key: tokens[key] for key in ("refresh_token", "device_key")}

        with ThreadPoolExecutor(8) as pool:
            send = lambda _: client.post("/auth/refresh", json=said)  # noqa: E731 - one line
            answers = list(pool.map(send, range(20)))

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1
        stranger = client.post("/auth/refresh", json=said | {"device_key": str(uuid4())})
        assert stranger.status_code == 401
        assert ask_who_am_i(client, answers[0]).status_code == 401


def test_ac_11_a_phone_that_lies_about_changes_nothing_and_is_signed_out_from_another(
    client: TestClient, sign_in: SignIn, session: Session, world: World
) -> None:
    person, thief = world.people["secretary"], sign_in("secretary")
    let_lapse(session, world, "secretary")
    passwords = {"current_password": "không biết mật khẩu này", "new_password": PASSWORD}

    assert thief.put("/me/password", json=passwords).status_code == 401
    assert thief.post("/me/totp").json()["code"] == "step_up_required"
    assert thief.request("DELETE", "/me/totp").json()["code"] == "step_up_required"
    (own,) = rows(session, AccountSession, AccountSession.id == person.session_id)
    other = AccountSession(**own.model_dump(exclude={"id"}))
    session.add(other)
    session.flush()
    elsewhere = bearer(sign_access(person.account_id, other.id, now()))
    ended = client.delete(f"/me/sessions/{person.session_id}", headers=elsewhere)
    assert ended.status_code == 204
    assert thief.get("/me").status_code == 401


def restore(session: Session, account_id: object) -> None:
    """As it was before, for the next way to take it away; a membership stays ended."""
    (account,) = rows(session, Account, Account.id == account_id)
    account.disabled_at = None
    session.add(account)
    session.flush()
