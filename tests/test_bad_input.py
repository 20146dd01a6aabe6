"""What no client should send: refused clearly, in the reader's language, and nothing is done."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from tests.conftest import SignIn
from tests.tables import fingerprint_of_tables
from tests.world import World

JSON = {"content-type": "application/json"}
#: A word that no answer may repeat.
ECHO = "khong-duoc-nhac-lai"
ROUTES = (
    ("POST", "/members"),
    ("POST", "/organizations"),
    ("POST", "/meetings"),
    ("POST", "/offices"),
    ("POST", "/exemptions"),
    ("POST", "/transfers"),
    ("POST", "/reminders"),
    ("POST", "/activation-codes"),
    ("POST", "/not-held"),
    ("POST", "/periods/2026-04/lock"),
    ("POST", "/periods/2026-04/unlock"),
    ("POST", "/periods/2026-04/submit"),
    ("POST", "/periods/2026-04/return"),
    ("POST", "/periods/2026-04/accept"),
    ("POST", "/absence-reports"),
    ("POST", "/tasks"),
    ("POST", "/guests"),
    ("POST", "/objections"),
    ("POST", "/meeting-plans"),
    ("POST", "/check-ins/batch"),
    ("POST", "/jobs"),
    ("POST", "/report-schedules"),
    ("PATCH", "/report-schedules/{id}"),
    ("POST", "/proposals/accept"),
    ("POST", "/organizations/{id}/move"),
    ("POST", "/organizations/{id}/split"),
    ("PATCH", "/meeting-plans/{id}"),
    ("PUT", "/meetings/{id}/agenda"),
    ("POST", "/meetings/{id}/check-ins"),
    ("PATCH", "/members/{id}"),
    ("PATCH", "/organizations/{id}"),
    ("PUT", "/me/password"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/activate"),
)

UNREADABLE: dict[str, bytes] = {
    "no JSON": b"khong-duoc-nhac-lai",
    "cut": b'{"name": "khong-duoc-nhac-lai"',
    "comma too many": b'{"name": "khong-duoc-nhac-lai",}',
    "single quotes": b"{'name': 'khong-duoc-nhac-lai'}",
    "not UTF-8": b'{"name": "\xff\xfekhong-duoc-nhac-lai"}',
    "UTF-16": '{"name": "khong-duoc-nhac-lai"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "khong-duoc-nhac-lai"}',
    "NUL": b'{"name": "khong-duoc-nhac-lai\x00"}',
    "NUL escaped": b'{"name": "khong-duoc-nhac-lai\\u0000"}',
    "NUL in a key": b'{"khong-duoc-nhac-lai\\u0000": 1}',
    "lone surrogate": b'{"name": "khong-duoc-nhac-lai\\ud800"}',
    "lone low surrogate": b'{"name": "\\udc00khong-duoc-nhac-lai"}',
    "surrogate in a key": b'{"\\ud800": "khong-duoc-nhac-lai"}',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "too great": b'{"name": 1e999}',
    "5,000 digits": b'{"name": ' + b"9" * 5000 + b"}",
    "5,000 digits and a point": b'{"name": 0.' + b"9" * 5000 + b"}",
    "a key twice": b'{"name": "a", "name": "khong-duoc-nhac-lai"}',
    # A scan that begins again at each quote would take an hour over these.
    "a string that never ends": b'{"name":' + b"[" * 40 + b'"' + b'\\"' * 400_000,
    "one that ends in its escape": b'{"name":' + b"[" * 40 + b'"' + b'\\"' * 400_000 + b"\\",
    "an object of 2,000 keys": json.dumps({f"k{number}": 1 for number in range(2000)}).encode(),
    "a key twice below": b'{"name": {"a": 1, "a": 2}}',
    "depth of 1,000": b"[" * 1000 + b"]" * 1000,
    "objects 1,000 deep": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "depth never closed": b"[" * 100_000,
    "two values": b"{} {}",
}
NO_OBJECT: dict[str, bytes] = {
    "a list": b"[]",
    "a word": b'"khong-duoc-nhac-lai"',
    "a number": b"7",
    "true": b"true",
    "null": b"null",
    "nothing": b"",
    "unknown fields": b'{"khong": "khong-duoc-nhac-lai"}',
    "a prototype": b'{"__proto__": {"khong-duoc-nhac-lai": 1}, "constructor": 1}',
}


def problem(answer: Response, status: int, code: str) -> None:
    """The refusal is whole, in Vietnamese, and repeats nothing."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "vi"
    told = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(told)
    assert (told["status"], told["code"]) == (status, code)
    assert told["request_id"] == answer.headers["x-request-id"]
    assert ECHO not in answer.text
    assert not answer.text.isascii()  # Vietnamese
    for error in told.get("errors", []):
        assert set(error) == {"pointer", "code", "detail"}


@pytest.fixture(autouse=True)
def _nothing_changes(session: Session, sign_in: SignIn) -> Iterator[None]:
    before = fingerprint_of_tables(session)
    yield
    assert fingerprint_of_tables(session) == before


@pytest.fixture
def officer(sign_in: SignIn) -> TestClient:
    return sign_in("officer")


def send(client: TestClient, method: str, path: str, world: World, content: bytes) -> Response:
    place = (
        world.north.id if path.startswith("/organizations") else world.people["member"].member_id
    )
    headers = JSON | {"if-match": '"1"'}
    return client.request(method, path.format(id=place), content=content, headers=headers)


class TestBodies:
    @pytest.mark.parametrize("name", UNREADABLE)
    def test_what_cannot_be_read_is_malformed(
        self, officer: TestClient, world: World, name: str
    ) -> None:
        for method, path in ROUTES:
            problem(send(officer, method, path, world, UNREADABLE[name]), 400, "malformed")

    @pytest.mark.parametrize("name", NO_OBJECT)
    def test_what_is_not_the_object_wanted_is_invalid(
        self, officer: TestClient, world: World, name: str
    ) -> None:
        for method, path in ROUTES:
            answer = send(officer, method, path, world, NO_OBJECT[name])
            problem(answer, 422, "invalid")
            assert answer.json()["errors"]

    def test_more_than_a_mebibyte_is_too_large(self, officer: TestClient, world: World) -> None:
        body = b'{"name": "' + b"a" * 1024 * 1024 + b'"}'
        for method, path in ROUTES:
            problem(send(officer, method, path, world, body), 413, "too_large")

    def test_an_endless_body_without_a_length_is_too_large(self, officer: TestClient) -> None:
        def endless() -> Iterator[bytes]:
            for _ in range(40):
                yield b" " * 65_536

        for extra in ({}, {"idempotency-key": "endless"}):
            answer = officer.post("/members", content=endless(), headers=JSON | extra)
            problem(answer, 413, "too_large")

    @pytest.mark.parametrize(
        "kind",
        [
            None,
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/jsonp",
            "application/problem+json",
        ],
    )
    def test_another_kind_of_content_is_not_supported(
        self, officer: TestClient, kind: str | None
    ) -> None:
        headers = {"content-type": kind} if kind else {}
        for method, path in ROUTES[:8]:
            answer = officer.request(method, path, content=b'{"a": 1}', headers=headers)
            problem(answer, 415, "unsupported_media_type")

    def test_a_route_that_takes_no_body_refuses_one(self, officer: TestClient) -> None:
        for content, status, code in (
            (b'{"reason": "khong-duoc-nhac-lai"}', 422, "invalid"),
            (b"{khong-duoc-nhac-lai", 400, "malformed"),
            (b"[1]", 400, "malformed"),
        ):
            answer = officer.post(f"/meetings/{uuid4()}/schedule", content=content, headers=JSON)
            problem(answer, status, code)
        empty = officer.post(f"/meetings/{uuid4()}/schedule", content=b"{}", headers=JSON)
        problem(empty, 404, "not_found")


class TestFields:
    @pytest.mark.parametrize(
        ("starts_at", "code"),
        [
            ("2026-06-01T14:00:00", "no_offset"),
            ("2026-06-01", "not_a_moment"),
            ("0001-01-01T00:00:00+14:00", "date_out_of_range"),
            ("0001-01-01T00:00:00Z", "date_out_of_range"),
            ("9999-12-31T23:59:59-14:00", "date_out_of_range"),
            ("9999-12-31T23:59:59Z", "date_out_of_range"),
            ("10000-01-01T00:00:00Z", "not_a_moment"),
            ("2026-02-30T00:00:00Z", "not_a_moment"),
            ("2026-06-01T25:00:00Z", "not_a_moment"),
            ("2026-06-01T14:00:00+99:00", "not_a_moment"),
            (1780000000, "not_a_moment"),
            ("1780000000", "not_a_moment"),
            (True, "not_a_moment"),
            ({"khong-duoc-nhac-lai": 1}, "not_a_moment"),
            (None, "not_a_moment"),
        ],
    )
    def test_a_moment_is_rfc_3339_with_its_offset(
        self, sign_in: SignIn, world: World, starts_at: Any, code: str
    ) -> None:
        body = {
            "organization_id": str(world.north_one.id),
            "title": ECHO,
            "starts_at": starts_at,
        }

        answer = sign_in("secretary").post("/meetings", json=body)

        problem(answer, 422, "invalid")
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/starts_at", code)

    @pytest.mark.parametrize(
        "day", ["0001-01-01", "9999-12-31", "2026-13-01", "01/05/2026", 20260501, "", "2026-5-1"]
    )
    def test_a_day_is_four_two_and_two_digits(
        self, officer: TestClient, world: World, day: Any
    ) -> None:
        body = {
            "member_id": str(world.people["member"].member_id),
            "valid_from": day,
        }

        answer = officer.post("/exemptions", json=body)

        problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/valid_from"

    @pytest.mark.parametrize("value", [ECHO * 600, 7, 1.5, True, [ECHO], {"a": ECHO}, "\u202e", ""])
    def test_a_name_is_a_text_of_bounded_length(
        self, officer: TestClient, world: World, value: Any
    ) -> None:
        body = {
            "code": "97.9",
            "name": value,
            "kind": "grassroots",
            "parent_id": str(world.root.id),
        }

        answer = officer.post("/organizations", json=body)

        problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/name"

    def test_a_faulty_list_names_its_place(self, officer: TestClient) -> None:
        answer = officer.post("/activation-codes", json={"member_ids": [str(uuid4()), ECHO]})

        problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/member_ids/1"

    @pytest.mark.parametrize(
        ("name", "told"), [("nickname", "/nickname"), (f"{ECHO} 079186001234", ""), ("A1", "")]
    )
    def test_a_name_that_can_be_no_fields_is_not_repeated(
        self, officer: TestClient, name: str, told: str
    ) -> None:
        answer = officer.post("/activation-codes", json={"member_ids": [str(uuid4())], name: 1})

        problem(answer, 422, "invalid")
        assert [error["pointer"] for error in answer.json()["errors"]] == [told]

    def test_a_thousand_faults_are_told_in_part(self, officer: TestClient) -> None:
        answer = officer.post("/activation-codes", json={"member_ids": [ECHO] * 1000})

        problem(answer, 422, "invalid")
        assert len(answer.json()["errors"]) == 20

    def test_a_password_is_never_repeated(self, client: TestClient) -> None:
        for path, body in (
            ("/auth/login", {"identifier": "970080000001", "password": {"a": ECHO}}),
            ("/auth/login", {"identifier": ["970080000001"], "password": ECHO}),
            ("/auth/activate", {"card_number": "1", "activation_code": "1", "password": "nhac"}),
            ("/auth/refresh", {"refresh_token": [ECHO]}),
        ):
            problem(client.post(path, json=body), 422, "invalid")


class TestAddresses:
    @pytest.mark.parametrize(
        "given",
        [
            "x",
            "1",
            "%00",
            "..%2f..%2fetc",
            "%ED%A0%80",
            "0" * 10_000,
            "'%20OR%201=1--",
            "khong-duoc-nhac-lai",
        ],
    )
    def test_an_id_that_is_none_is_not_found(self, officer: TestClient, given: str) -> None:
        for path in ("/members/", "/organizations/", "/meetings/", "/cells/"):
            problem(officer.get(path + given), 404, "not_found")

    def test_what_is_nowhere_is_not_found(self, officer: TestClient) -> None:
        for path in ("/khong-duoc-nhac-lai", "/members/", "//members", "/members%00", "/Members"):
            problem(officer.get(path), 404, "not_found")

    def test_what_is_not_done_here_is_not_allowed(self, officer: TestClient) -> None:
        for method in ("DELETE", "PUT", "TRACE", "OPTIONS", "HEAD", "KHONG"):
            answer = officer.request(method, "/members")
            assert answer.status_code == 405
            assert answer.headers["allow"]
            if method != "HEAD":
                problem(answer, 405, "method_not_allowed")

    @pytest.mark.parametrize(
        "query",
        [
            "limit=9223372036854775808",
            "limit=" + "9" * 5000,
            "limit=0x10",
            "limit=\u0661",
            "limit=",
            "limit=NaN",
            "text=%00",
            "text=%ED%A0%80%00",
            "text=" + "khong-duoc-nhac-lai" * 500,
            "organization_id=khong-duoc-nhac-lai",
            "on=9999-12-31",
            "on=0001-01-01",
            "sort=khong-duoc-nhac-lai",
            "limit[]=1",
            "=1",
        ],
    )
    def test_a_query_that_is_none_is_invalid(self, officer: TestClient, query: str) -> None:
        problem(officer.get(f"/members?{query}"), 422, "invalid")

    def test_a_route_without_a_query_refuses_one(self, officer: TestClient, world: World) -> None:
        for path in (f"/members/{world.people['member'].member_id}", "/me", "/me/sessions"):
            answer = officer.get(f"{path}?fields=all")
            problem(answer, 422, "invalid")
            assert answer.json()["errors"][0]["pointer"] == "/query/fields"


class TestWords:
    @pytest.mark.parametrize(
        ("wanted", "language"),
        [
            ("en", "en"),
            ("en-GB,en;q=0.9,vi;q=0.1", "en"),
            ("vi", "vi"),
            ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
            ("fr", "vi"),
            ("fr, en;q=0.5", "en"),
            ("vi;q=0.5, en;q=0.9", "en"),
            ("*", "vi"),
            ("", "vi"),
            ("\u00ff;;q=,,", "vi"),
        ],
    )
    def test_a_refusal_speaks_the_readers_language(
        self, officer: TestClient, wanted: str, language: str
    ) -> None:
        headers = [(b"accept-language", wanted.encode("latin-1"))]

        answer = officer.get("/members?limit=0", headers=headers)

        assert answer.headers["content-language"] == language
        told = answer.json()
        assert (told["detail"].isascii(), told["errors"][0]["detail"].isascii()) == (
            language == "en",
            language == "en",
        )
        assert told["code"] == "invalid"

    def test_every_refusal_has_its_type_and_title(self, client: TestClient) -> None:
        told = client.get("/me").json()

        assert told["type"] == "urn:sotay:problem:unauthenticated"
        assert told["title"] == "Chưa xác thực"


def test_whoever_has_not_signed_in_is_told_so_before_anything_is_read(
    client: TestClient, world: World
) -> None:
    for method, path in ROUTES:
        if not path.startswith("/auth"):
            for content in (b"{", b'{"a": 1', b"\x00" * 100):
                problem(send(client, method, path, world, content), 401, "unauthenticated")
