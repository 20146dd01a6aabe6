"""No room left: what was acknowledged stays, what is there can be read, room brings all back.

On PostgreSQL the database's disk is another machine's; here it is the files' alone.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlmodel import Session

from app.core import database
from app.core.settings import settings
from tests.conftest import SignIn
from tests.factories.files import make_png
from tests.faults.invariants import expect_invariants
from tests.faults.load import DRAFT
from tests.tables import fingerprint_of_tables
from tests.world import World

pytestmark = pytest.mark.long


def draft(client: TestClient, world: World, key: str) -> Any:
    body = DRAFT | {"organization_id": str(world.north_one.id)}
    return client.post("/meetings", json=body, headers={"idempotency-key": key})


@contextmanager
def no_page_more(session: Session) -> Iterator[None]:
    """SQLite as on a full disk: it may use the pages that it has."""
    pages = session.execute(text("PRAGMA page_count")).scalar_one()
    most = f"PRAGMA max_page_count = {pages}"

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(most)

    event.listen(database.engine(), "checkout", limit)
    try:
        yield
    finally:
        event.remove(database.engine(), "checkout", limit)
        database.engine().dispose()


def test_f_12_a_full_database_refuses_writes_serves_reads_and_goes_on_by_itself(
    sign_in: SignIn, world: World, session: Session
) -> None:
    if database.engine().dialect.name != "sqlite":
        pytest.skip("the disk of a PostgreSQL is its own machine's")
    secretary = sign_in("secretary")
    with no_page_more(session):
        statuses = [draft(secretary, world, f"key {number}").status_code for number in range(300)]
        assert set(statuses) == {201, 503}
        full = fingerprint_of_tables(session)
        refused = draft(secretary, world, "once more")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["retry-after"]
        assert fingerprint_of_tables(session) == full
        assert secretary.get("/meetings").status_code == 200

    kept = session.execute(text("SELECT count(*) FROM meetings")).scalar_one()
    assert kept == statuses.count(201)
    assert draft(secretary, world, "once more").status_code == 201
    expect_invariants(session)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """What the system allows a file to grow to; writing beyond fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_f_11_a_full_folder_of_files_keeps_no_half_of_one(
    sign_in: SignIn, world: World, session: Session
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world, "a meeting").json()["id"]
    folder = settings().files_folder
    before = {path for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()
    picture = make_png()

    def send() -> Any:
        told = {"meeting_id": meeting, "title": "Tài liệu"}
        return secretary.post("/documents", data=told, files={"file": ("anh.png", picture)})

    with files_of_at_most(len(picture) // 2):
        refused = send()

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    after = {path for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()
    assert after == before
    assert send().status_code == 201
    expect_invariants(session)
