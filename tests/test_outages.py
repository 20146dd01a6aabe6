"""A database or a disk that lacks something is 503 for a while: no fault, and nothing half done."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.core import database, patience
from app.core.patience import Patience
from app.files.store import store
from app.gate import lanes
from app.models import Meeting
from tests.conftest import SignIn
from tests.databases import as_owner
from tests.factories.files import make_pdf
from tests.world import World, rows

TOO_LATE = Patience(statement=0.2, lock=0.2)


@pytest.fixture
def on_postgresql(world: World) -> None:
    if database.engine().dialect.name != "postgresql":
        pytest.skip("of a server")


def draft(client: TestClient, world: World) -> Any:
    body = {
        "organization_id": str(world.north_one.id),
        "title": "Sinh hoạt",
        "starts_at": "2026-06-05T19:00:00+07:00",
    }
    return client.post("/meetings", json=body)


def is_unavailable(answer: Any) -> bool:
    told = (answer.status_code, answer.json()["code"])
    return told == (503, "unavailable") and int(answer.headers["retry-after"]) > 0


@contextmanager
def before_each(act: Callable[[Any, str], None]) -> Iterator[None]:
    """Do something on the connection before each statement, as the database itself might."""

    def listen(_c: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        act(cursor, statement)

    event.listen(database.engine(), "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(database.engine(), "before_cursor_execute", listen)


def refuse_once(place: str, state: str) -> Callable[[Any, str], None]:
    """The server refuses the first statement that names `place`."""
    left = [f"DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END $$"]

    def refuse(cursor: Any, statement: str) -> None:
        if place in statement and left:
            cursor.execute(left.pop())

    return refuse


@contextmanager
def held(place: str) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with database.engine().connect() as other, other.begin():
        if database.engine().dialect.name == "postgresql":
            other.execute(text(f"LOCK TABLE {place}"))
        yield


class TestWaiting:
    def test_nobody_waits_longer_than_they_may(
        self, sign_in: SignIn, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lanes.NORMAL, "waits", TOO_LATE)
        secretary = sign_in("secretary")
        if database.engine().dialect.name == "sqlite":
            with database.writing():
                assert is_unavailable(draft(secretary, world))
        else:
            with held("meetings"):
                assert is_unavailable(draft(secretary, world))

        assert rows(session, Meeting) == []
        assert draft(secretary, world).status_code == 201

    def test_who_finds_no_connection_free_is_told_so(
        self, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0}
        monkeypatch.setattr(database, "_POOL", small)
        engine = database.make_engine(_url())
        monkeypatch.setattr(database, "engine", lambda: engine)
        secretary = sign_in("secretary")
        with engine.connect():
            assert is_unavailable(secretary.get("/me"))

        assert secretary.get("/me").status_code == 200
        engine.dispose()

    @pytest.mark.usefixtures("on_postgresql")
    def test_a_connection_waits_as_long_as_the_work_that_takes_it_up(self) -> None:
        told = []
        for wanted in (TOO_LATE, patience.LONG, patience.MIGRATION):
            with patience.waiting(wanted), database.writing() as session:
                told.append(session.execute(text("SHOW statement_timeout")).scalar_one())

        assert told == ["200ms", "10min", "0"]

    @pytest.mark.usefixtures("on_postgresql")
    def test_a_server_that_says_nothing_is_given_up(self, sign_in: SignIn) -> None:
        with database.engine().connect() as connection:
            connection.connection.dbapi_connection.bound = 0.05  # type: ignore[union-attr]  # ours
            with pytest.raises(OperationalError) as refusal:
                connection.execute(text("SELECT pg_sleep(2)"))  # as one that is paused

        assert refusal.value.connection_invalidated
        assert sign_in("secretary").get("/me").status_code == 200


@pytest.mark.usefixtures("on_postgresql")
class TestAServer:
    def test_the_request_after_its_restart_is_answered(self, sign_in: SignIn) -> None:
        secretary = sign_in("secretary")
        assert secretary.get("/me").status_code == 200
        _end_all_connections()

        assert secretary.get("/me").status_code == 200

    def test_a_connection_that_ends_in_mid_transaction_takes_all_of_it_along(
        self, sign_in: SignIn, world: World
    ) -> None:
        def cut(_cursor: Any, statement: str) -> None:
            if "INSERT INTO meetings" in statement:
                _end_all_connections()

        secretary = sign_in("secretary")
        with before_each(cut):
            assert is_unavailable(draft(secretary, world))

        assert draft(secretary, world).status_code == 201
        assert len(secretary.get("/meetings").json()["items"]) == 1

    @pytest.mark.parametrize("state", ["40P01", "40001"])
    def test_who_lost_a_race_is_let_through_the_second_time(
        self, sign_in: SignIn, world: World, session: Session, state: str
    ) -> None:
        with before_each(refuse_once("INSERT INTO meetings", state)):
            answer = draft(sign_in("secretary"), world)

        assert answer.status_code == 201
        assert len(rows(session, Meeting)) == 1

    @pytest.mark.parametrize(
        "state",
        ["53100", "53200", "53300", "53400", "57P01", "57P03", "57014", "55P03", "58030", "25006"],
    )
    def test_whatever_it_lacks_is_no_fault_of_ours(
        self, sign_in: SignIn, world: World, session: Session, state: str
    ) -> None:
        with before_each(refuse_once("INSERT INTO meetings", state)):
            assert is_unavailable(draft(sign_in("secretary"), world))

        assert rows(session, Meeting) == []


class TestAFullDisk:
    def test_of_the_database_lets_reads_go_on(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        if database.engine().dialect.name != "sqlite":
            pytest.skip("a server is told by its code")
        secretary = sign_in("secretary")

        def fill(cursor: Any, statement: str) -> None:
            if "INSERT INTO meetings" in statement:
                cursor.execute("PRAGMA max_page_count = 1")  # as many as there are
                cursor.execute("CREATE TABLE too_much (x)")

        with before_each(fill):
            assert is_unavailable(draft(secretary, world))
            assert secretary.get("/meetings").status_code == 200
        database.engine().dispose()

        assert rows(session, Meeting) == []
        assert draft(secretary, world).status_code == 201

    @pytest.mark.parametrize("cause", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_of_the_files_keeps_nothing_of_an_upload(
        self,
        sign_in: SignIn,
        world: World,
        session: Session,
        monkeypatch: pytest.MonkeyPatch,
        cause: int,
    ) -> None:
        before = _kept()

        def fail(_handle: int) -> None:
            raise OSError(cause, os.strerror(cause))

        monkeypatch.setattr(os, "fsync", fail)
        answer = sign_in("secretary").post(
            "/documents",
            data={"organization_id": str(world.north_one.id), "title": "Tài liệu"},
            files={"file": ("tai-lieu.pdf", make_pdf(), "application/pdf")},
        )

        assert is_unavailable(answer)
        assert _kept() == before


def _url() -> str:
    return database.engine().url.render_as_string(hide_password=False)


def _kept() -> set[str]:
    root = store()._root  # type: ignore[attr-defined]  # noqa: SLF001 - a folder here
    return {path.name for path in root.rglob("*") if path.is_file()}


def _end_all_connections() -> None:
    """As the server does when it stops."""
    with as_owner(database.engine()) as owner, owner.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
