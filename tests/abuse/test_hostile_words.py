"""Words that would like to be more than words: markup, commands, other digits, other lines."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import MeetingStatus
from app.services import members
from tests.architecture.test_wire import OPERATIONS, Operation
from tests.conftest import Person, SignIn
from tests.factories.meetings import make_meeting
from tests.tables import fingerprint_of_tables, mark_of_writes
from tests.world import World

MARKUP = "<script>alert(1)</script> <img src=x onerror=alert(1)> {{7*7}} ${7*7}"
#: Told as they are read on a screen, these would hide, turn round or break what stands beside them.
UNSHOWN = {
    "turned round": "Họp \u202enội bộ",
    "nothing between": "Họp\u200b nội bộ",
    "two lines": "Họp\r\nSet-Cookie: a=b",
    "a command": "Họp\x1b[31m",
    "an isolate": "\u2066Họp\u2069",
}


class TestAC30:
    @pytest.fixture
    def meeting(self, session: Session, world: World) -> str:
        return str(make_meeting(session, world.north_one, status=MeetingStatus.OPEN).id)

    def send(self, client: TestClient, meeting: str, world: World, text: str) -> Iterator[Any]:
        """The same text as a title, a name and a reason."""
        start = {"organization_id": str(world.north_one.id), "starts_at": "2026-06-01T12:00:00Z"}
        yield client.post("/meetings", json=start | {"title": text})
        yield client.post("/tasks", json={"meeting_id": meeting, "title": text})
        guest = {"meeting_id": meeting, "kind": "guest", "full_name": text}
        yield client.post("/guests", json=guest)

    def test_ac_30_markup_is_kept_and_told_as_text(
        self, sign_in: SignIn, world: World, meeting: str
    ) -> None:
        for answer in self.send(sign_in("secretary"), meeting, world, MARKUP):
            assert answer.status_code == 201, answer.text
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert MARKUP in json.loads(answer.text).values()

    @pytest.mark.parametrize("name", UNSHOWN)
    def test_ac_30_what_cannot_be_shown_is_refused(
        self, sign_in: SignIn, session: Session, world: World, meeting: str, name: str
    ) -> None:
        before = fingerprint_of_tables(session)
        for answer in self.send(sign_in("secretary"), meeting, world, UNSHOWN[name]):
            assert answer.status_code == 422, answer.text
        assert fingerprint_of_tables(session) == before

    @pytest.mark.parametrize(
        "address", ["javascript:alert(1)", "data:text/html,x", "//example.com", "https://\u202ex"]
    )
    def test_ac_30_an_address_is_one_of_the_web(
        self, sign_in: SignIn, world: World, address: str
    ) -> None:
        body = {
            "organization_id": str(world.north_one.id),
            "starts_at": "2026-06-01T12:00:00Z",
            "online_url": address,
        }
        assert sign_in("secretary").post("/meetings", json=body).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("personal_id", "\u0669" * 12),
        ("personal_id", "\uff11" * 12),
        ("personal_id", "97008000\u200b0001"),
        ("full_name", "Trần\u200bThị"),
        ("full_name", "Trần\u202eThị"),
        ("admitted_on", "2027-01-01"),
        ("born_on", "2001-02-29"),
        ("born_on", "0001-01-01"),
        ("admitted_on", "9999-12-31"),
        ("admitted_on", "2100-02-29"),
    ],
)
def test_ac_37_ac_54_digits_names_and_days_are_what_they_look_like(
    sign_in: SignIn, world: World, field: str, value: str
) -> None:
    body = {
        "full_name": "Trần Thị Mới",
        "sex": "female",
        "born_on": "1990-05-15",
        "admitted_on": "2020-02-03",
        "card_number": "970080000990",
        "personal_id": "970080000990",
        "organization_id": str(world.north_one.id),
    }

    answer = sign_in("secretary").post("/members", json=body | {field: value})

    assert answer.status_code == 422, answer.text
    assert f"/{field}" in {error["pointer"] for error in answer.json()["errors"]}


def test_ac_37_a_hundred_thousand_keys_are_refused_in_few_words(sign_in: SignIn) -> None:
    many = {f"{number:x}": 1 for number in range(100_000)}

    answer = sign_in("secretary").post("/meetings", content=json.dumps(many), headers=JSON)

    assert answer.status_code in (413, 422)
    assert len(answer.content) < 10_000


JSON = {"content-type": "application/json"}


def test_ac_42_a_method_is_not_changed_by_a_header(
    sign_in: SignIn, session: Session, world: World
) -> None:
    before = mark_of_writes(session)
    member = world.people["member"].member_id
    for name in ("x-http-method-override", "x-method-override", "x-http-method"):
        for method in ("DELETE", "PATCH", "PUT"):
            sent = {name: method, **JSON}
            assert sign_in("officer").get(f"/members/{member}", headers=sent).status_code == 200
    assert mark_of_writes(session) == before


def test_ac_44_nobody_sorts_filters_or_picks_by_columns(sign_in: SignIn) -> None:
    officer = sign_in("officer")
    lists = [
        operation.path.removeprefix("/api/v1")
        for operation in OPERATIONS
        if operation.method == "GET" and "{" not in operation.path and is_list(operation)
    ]
    asked = (
        "sort=password_hash",
        "sort=-card_number_index",
        "sort=id;drop table members",
        "order=password_hash",
        "fields=password_hash",
        "filter[password_hash]=a",
        "password_hash=a",
        "include=account",
    )

    assert len(lists) > 20
    for path in lists:
        for query in asked:
            assert officer.get(f"{path}?{query}").status_code == 422, (path, query)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to the log meanwhile, down to the plain line of each request."""
    root = logging.getLogger()
    handler: Any = next(
        handler
        for handler in root.handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    before, level = handler.setStream(buffer := io.StringIO()), root.level
    root.setLevel("INFO")
    yield buffer
    root.setLevel(level)
    handler.setStream(before)


def test_ac_57_nobody_writes_lines_into_the_log(client: TestClient, lines: io.StringIO) -> None:
    hostile = 'x\r\n{"event": "forged"}\u2028\x1b[2J\x9b31m\x7f'
    raw = hostile.encode().replace(b"\r\n", b"")
    for headers in ([(b"x-request-id", raw)], [(b"user-agent", raw)], [(b"forwarded", raw)]):
        client.get("/me?q=%0d%0a%1b[2J", headers=headers)
    client.get("/%0d%0a%1b%5b2J%E2%80%A8")
    structlog.get_logger("tests.abuse").warning("fault", path=hostile)

    written = lines.getvalue()
    told = [json.loads(line) for line in written.splitlines()]
    ours = [line["event"] for line in told if line["logger"] in ("access", "tests.abuse")]
    assert ours == ["request"] * 4 + ["fault"]
    assert written.isascii()
    assert not set(written) & {"\x1b", "\x7f", "\r"}


def test_ac_58_a_fault_tells_nothing_of_itself(
    app: FastAPI, world: World, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("SELECT secret FROM members in /srv/app/services/members.py")

    monkeypatch.setattr(members, "search", fail)
    officer = Person(app, world.people["officer"], raise_server_exceptions=False)

    answer = officer.get("/members")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    for word in ("SELECT", "Traceback", "RuntimeError", ".py", "members", "/srv"):
        assert word not in answer.text


def is_list(operation: Operation) -> bool:
    return "limit" in {each["name"] for each in operation.document.get("parameters", [])}
