"""One's own account: who am I, what may I do, on which devices, and which tokens prove nothing."""

import json
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from jose import jwt
from sqlmodel import Session

from app.core import keys
from app.models import AccountSession, Member, Role
from tests.conftest import SignIn
from tests.factories.people import make_office
from tests.test_auth import log_in
from tests.world import NOON, PASSWORD, World, rows

NEW_PASSWORD = "câu mật khẩu mới rất dài"


class TestGet:
    def test_it_tells_account_member_offices_and_powers(
        self, sign_in: SignIn, world: World
    ) -> None:
        me = sign_in("secretary").get("/me").json()

        assert set(me) == {
            "account",
            "member",
            "offices",
            "permissions",
            "totp",
            "proved_until",
            "purposes_edition_read",
        }
        assert me["account"]["id"] == str(world.people["secretary"].account_id)
        assert me["member"]["id"] == str(world.people["secretary"].member_id)
        assert me["offices"] == [{"organization_id": str(world.north_one.id), "role": "secretary"}]
        assert {"meetings:schedule", "attendances:mark"} <= set(me["permissions"])
        assert "meetings:accept" not in me["permissions"]
        assert me["permissions"] == sorted(me["permissions"])

    def test_staff_are_no_members(self, sign_in: SignIn, world: World) -> None:
        me = sign_in("administrator").get("/me").json()

        assert me["member"] is None
        assert me["account"]["staff_name"] == "quantri"
        assert me["offices"] == [{"organization_id": str(world.root.id), "role": "administrator"}]
        assert not [name for name in me["permissions"] if name.startswith("meetings:")]

    def test_ones_own_row_is_in_clear_while_others_are_masked(
        self, sign_in: SignIn, world: World
    ) -> None:
        secretary = sign_in("secretary")
        card_number = world.people["secretary"].card_number
        other = world.people["member"]
        assert card_number
        assert other.card_number

        own = secretary.get("/me").json()["member"]
        seen = secretary.get(f"/members/{other.member_id}").json()

        assert (own["card_number"], own["personal_id"]) == (card_number, card_number)
        assert seen["card_number"] == "********" + other.card_number[-4:]
        assert seen["personal_id"] == seen["card_number"]

    def test_an_office_of_tomorrow_gives_nothing_today(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)
        make_office(
            session,
            world.north_one,
            member,
            role=Role.SECRETARY,
            valid_from=date(2026, 5, 16),
            valid_to=date(2026, 5, 17),
        )
        held = []
        for moment in (NOON, NOON.replace(hour=17), NOON.replace(day=16, hour=17)):
            clock.move_to(moment)
            me = sign_in("member").get("/me").json()
            held.append((len(me["offices"]), "meetings:schedule" in me["permissions"]))

        assert held == [(0, False), (1, True), (0, False)]


class TestPassword:
    def change(self, client: TestClient, **overrides: str) -> Response:
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        return client.put("/me/password", json=body | overrides)

    def test_every_other_device_is_signed_out(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        card_number = world.people["member"].card_number
        token = log_in(client, card_number).json()["access_token"]
        other = {"authorization": f"Bearer {token}"}
        this = sign_in("member")
        assert this.get("/me", headers=other).status_code == 200

        answer = self.change(this)

        assert (answer.status_code, answer.json()["staff_name"]) == (200, None)
        assert this.get("/me", headers=other).status_code == 401
        assert this.get("/me").status_code == 200
        assert log_in(client, card_number).status_code == 401
        assert log_in(client, card_number, password=NEW_PASSWORD).status_code == 200

    def test_a_wrong_current_password_changes_nothing(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        answer = self.change(sign_in("member"), current_password=PASSWORD + " ")

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
        assert log_in(client, world.people["member"].card_number).status_code == 200

    def test_the_current_password_may_come_decomposed(self, sign_in: SignIn) -> None:
        decomposed = unicodedata.normalize("NFD", PASSWORD)

        assert self.change(sign_in("member"), current_password=decomposed).status_code == 200

    @pytest.mark.parametrize(
        ("who", "length", "status"),
        [
            ("member", 14, 422),
            ("member", 15, 200),
            ("member", 256, 200),
            ("member", 257, 422),
            ("secretary", 11, 422),
            ("secretary", 12, 200),
        ],
    )
    def test_it_takes_15_to_256_characters_or_12_beside_a_second_factor(
        self, sign_in: SignIn, who: str, length: int, status: int
    ) -> None:
        answer = self.change(sign_in(who), new_password=("ệgộtkữmạphxẩnvởlcụrđs" * 13)[:length])

        assert answer.status_code == status
        if status == 422:
            assert answer.json()["errors"][0]["pointer"] == "/new_password"
            assert answer.json()["errors"][0]["code"] == "password_length"


class TestSessions:
    def test_ones_own_devices_the_last_used_first(
        self, client: TestClient, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        clock.shift(60)
        log_in(client, world.people["member"].card_number, device_name="Máy tính")

        items = sign_in("member").get("/me/sessions").json()["items"]

        assert [(item["device_name"], item["is_current"]) for item in items] == [
            ("Máy tính", False),
            ("phone", True),
        ]

    def test_one_of_them_is_signed_out(
        self, client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        token = log_in(client, world.people["member"].card_number).json()["access_token"]
        member = sign_in("member")
        (other,) = [
            item["id"]
            for item in member.get("/me/sessions").json()["items"]
            if not item["is_current"]
        ]

        assert member.delete(f"/me/sessions/{other}").status_code == 204
        bearer = {"authorization": f"Bearer {token}"}
        assert member.get("/me", headers=bearer).status_code == 401
        assert member.delete(f"/me/sessions/{other}").status_code == 404

    def test_anybody_elses_does_not_exist(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        foreign = world.people["member"].session_id

        answers = [
            sign_in("secretary").delete(f"/me/sessions/{session_id}")
            for session_id in (foreign, uuid4(), "no-id-at-all")
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1
        (row,) = rows(session, AccountSession, AccountSession.id == foreign)
        assert row.revoked_at is None


def claims_of(world: World, **overrides: Any) -> dict[str, Any]:
    """What a good access token of the member says."""
    now = int(NOON.timestamp())
    person = world.people["member"]
    good = {
        "iss": "sotay",
        "aud": "sotay-api",
        "sub": str(person.account_id),
        "sid": str(person.session_id),
        "jti": str(uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    }
    return {name: value for name, value in (good | overrides).items() if value is not None}


def signed(claims: Any, header: dict[str, Any] | None = None, algorithm: str = "HS256") -> str:
    return str(
        jwt.encode(
            claims, keys.keys().tokens, algorithm=algorithm, headers=header or {"typ": "at+jwt"}
        )
    )


def by_hand(header: bytes, claims: dict[str, Any], seal: str = "") -> str:
    parts = (header, json.dumps(claims).encode())
    return ".".join([*(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), seal])


def with_another_seal(claims: dict[str, Any]) -> str:
    head, body, _ = signed(claims).split(".")
    return f"{head}.{body}.{signed(claims | {'sid': str(uuid4())}).split('.')[2]}"


HOSTILE: dict[str, Callable[[World], str]] = {
    "empty": lambda world: "",
    "no dots": lambda world: "abc",
    "no exp": lambda world: signed(claims_of(world, exp=None)),
    "no aud": lambda world: signed(claims_of(world, aud=None)),
    "no sid": lambda world: signed(claims_of(world, sid=None)),
    "no iss": lambda world: signed(claims_of(world, iss=None)),
    "no nbf": lambda world: signed(claims_of(world, nbf=None)),
    "another audience": lambda world: signed(claims_of(world, aud="other")),
    "several audiences": lambda world: signed(claims_of(world, aud=["sotay-api", "other"])),
    "another issuer": lambda world: signed(claims_of(world, iss="other")),
    "a claim too many": lambda world: signed(claims_of(world, admin=True)),
    "exp as text": lambda world: signed(claims_of(world, exp="9999999999")),
    "exp true": lambda world: signed(claims_of(world, exp=True)),
    "expired": lambda world: signed(claims_of(world, exp=int(NOON.timestamp()))),
    "not yet": lambda world: signed(claims_of(world, nbf=int(NOON.timestamp()) + 60)),
    "sub no id": lambda world: signed(claims_of(world, sub="1' OR 1=1")),
    "sid of another": lambda world: signed(
        claims_of(world, sid=str(world.people["secretary"].session_id))
    ),
    "unknown account": lambda world: signed(claims_of(world, sub=str(uuid4()))),
    "crit": lambda world: signed(claims_of(world), {"typ": "at+jwt", "crit": ["exp"]}),
    "kid": lambda world: signed(claims_of(world), {"typ": "at+jwt", "kid": "../../etc"}),
    "another type": lambda world: signed(claims_of(world), {"typ": "JWT"}),
    "HS512": lambda world: signed(claims_of(world), algorithm="HS512"),
    "none": lambda world: by_hand(b'{"alg":"none","typ":"at+jwt"}', claims_of(world)),
    "none with a seal": lambda world: by_hand(
        b'{"alg":"none","typ":"at+jwt"}', claims_of(world), "AAAA"
    ),
    "deep header": lambda world: by_hand(b"[" * 100 + b"]" * 100, claims_of(world), "AAAA"),
    "very deep header": lambda world: by_hand(b"[" * 5000, claims_of(world), "AAAA"),
    "header no JSON": lambda world: by_hand(b"\xff\xfe", claims_of(world), "AAAA"),
    "5 KB": lambda world: signed(claims_of(world, jti="x" * 5000)),
    "seal of another": lambda world: with_another_seal(claims_of(world)),
    "cut": lambda world: signed(claims_of(world))[:-1],
    "claims a list": lambda world: signed(claims_of(world)).replace(".", ".W10", 1),
    "two tokens": lambda world: f"{signed(claims_of(world))} {signed(claims_of(world))}",
}


class TestAccessTokens:
    def test_the_one_they_are_made_from_is_good(self, client: TestClient, world: World) -> None:
        bearer = {"authorization": f"Bearer {signed(claims_of(world))}"}

        assert client.get("/me", headers=bearer).status_code == 200

    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_one_proves_nothing(
        self, client: TestClient, world: World, name: str
    ) -> None:
        answer = client.get("/me", headers={"authorization": f"Bearer {HOSTILE[name](world)}"})

        assert answer.status_code == 401, name
        assert answer.json()["code"] == "unauthenticated"
        anonymous = client.get("/me").json() | {"request_id": ""}
        assert answer.json() | {"request_id": ""} == anonymous

    def test_a_refresh_token_is_no_access_token(self, client: TestClient, world: World) -> None:
        tokens = log_in(client, world.people["member"].card_number).json()

        for token in (tokens["refresh_token"], tokens["refresh_token"] + ".AAAA"):
            bearer = {"authorization": f"Bearer {token}"}
            assert client.get("/me", headers=bearer).status_code == 401

    @pytest.mark.parametrize("scheme", ["Basic", "", "Bearer\t", "Token"])
    def test_only_a_bearer_is_heard(self, client: TestClient, world: World, scheme: str) -> None:
        header = {"authorization": f"{scheme} {signed(claims_of(world))}"}

        assert client.get("/me", headers=header).status_code == 401

    def test_two_of_them_are_none(self, client: TestClient, world: World) -> None:
        bearer = ("authorization", f"Bearer {signed(claims_of(world))}")

        assert client.get("/me", headers=[bearer, bearer]).status_code == 401


def test_moments_are_told_with_their_offset(sign_in: SignIn) -> None:
    told = sign_in("member").get("/me").json()["account"]["activated_at"]

    assert datetime.fromisoformat(told) == datetime(2026, 1, 5, 5, tzinfo=UTC)
    assert UUID(sign_in("member").get("/me").json()["account"]["id"]).version == 7
