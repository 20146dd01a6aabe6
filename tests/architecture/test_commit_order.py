"""Nobody is told that a change is safe before it is."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.core import database
from app.models import Organization
from app.services import figures
from tests.conftest import Person
from tests.world import World, rows

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def unit(world: World) -> dict[str, Any]:
    return {
        "code": "97.001.7",
        "name": "Chi bộ Mới",
        "kind": "cell",
        "parent_id": str(world.north.id),
    }


def watch(app: FastAPI, note: Callable[[str], None]) -> Any:
    """The application, noting each part of an answer as it leaves."""

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def watched_send(message: Any) -> None:
            if message["type"].startswith("http.response"):
                note(message["type"])
            await send(message)

        await app(scope, receive, watched_send)

    return watched


def as_officer(app: Any, world: World) -> TestClient:
    return Person(app, world.people["officer"], raise_server_exceptions=False)


def test_the_commit_comes_before_the_first_byte(
    app: FastAPI, world: World, unit: dict[str, Any]
) -> None:
    seen: list[str] = []
    engine = database.engine()
    event.listen(engine, "commit", lambda _connection: seen.append("commit"))

    answer = as_officer(watch(app, seen.append), world).post("/organizations", json=unit)

    assert answer.status_code == 201
    assert set(seen[:-2]) == {"commit"}
    assert seen[-2:] == ["http.response.start", "http.response.body"]


def test_a_commit_that_fails_promises_nothing(
    app: FastAPI,
    world: World,
    unit: dict[str, Any],
    session: Session,
) -> None:
    def fail(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    event.listen(Session, "before_commit", fail)
    try:
        answer = as_officer(app, world).post(
            "/organizations", json=unit, headers={"idempotency-key": "at the first try"}
        )
    finally:
        event.remove(Session, "before_commit", fail)
    again = as_officer(app, world).post(
        "/organizations", json=unit, headers={"idempotency-key": "at the first try"}
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "disk" not in answer.text
    assert again.status_code == 201
    assert len(rows(session, Organization, Organization.code == unit["code"])) == 1


def test_a_fault_in_the_middle_leaves_nothing(
    app: FastAPI,
    world: World,
    unit: dict[str, Any],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("a bug with a secret in it")

    monkeypatch.setattr(figures, "recount", fail)

    answer = as_officer(app, world).post("/organizations", json=unit)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
    assert rows(session, Organization, Organization.code == unit["code"]) == []
