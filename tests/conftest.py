"""A database of its own for every test, a clock that stands still, and somebody to act as."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

for name in [name for name in os.environ if name.startswith("SOTAY_") or name == "PORT"]:
    if name != "SOTAY_TEST_DATABASE_URL":
        del os.environ[name]

import pytest  # noqa: E402 - the environment is cleared before the service reads it
import time_machine  # noqa: E402
from anyio.from_thread import start_blocking_portal  # noqa: E402
from fastapi import FastAPI  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from sqlmodel import Session  # noqa: E402

from app.core import database, keys, logs, settings, walls  # noqa: E402
from app.core.clock import now as clock_now  # noqa: E402
from app.core.tokens import sign_access  # noqa: E402
from app.main import create_app  # noqa: E402
from app.services import figure_days  # noqa: E402
from tests.databases import Databases, as_owner  # noqa: E402
from tests.world import NOON, Human, World, build_world  # noqa: E402

SignIn = Callable[[str], TestClient]
Worlds = Callable[[], AbstractContextManager[World]]


class Person(TestClient):
    """Acts as one person of the world; the token is always fresh, whatever the clock says."""

    def __init__(self, app: Any, human: Human, **options: Any) -> None:
        super().__init__(app, base_url="http://testserver/api/v1", **options)
        self.human = human

    def request(self, method: str, url: Any, **options: Any) -> Any:
        token = sign_access(self.human.account_id, self.human.session_id, clock_now())
        given = dict(options.pop("headers", None) or {})
        headers = {"authorization": f"Bearer {token}"} | given
        return super().request(method, url, headers=headers, **options)


@pytest.hookimpl(tryfirst=True)  # before those of the other run are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "SOTAY_TEST_DATABASE_URL" in os.environ:
        for item in items:
            if item.get_closest_marker("long_on_postgresql"):
                item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", autouse=True)
def _seldom_swept() -> None:
    """What was imported stays, so nobody need look through it again and again for what may go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    keys.create_keys(folder / "keys.json")
    os.environ["SOTAY_KEYS_FILE"] = str(folder / "keys.json")
    os.environ["SOTAY_FILES_FOLDER"] = str(folder / "files")
    os.environ["SOTAY_AUDIT_ANCHOR"] = str(folder / "audit-anchor.jsonl")
    os.environ["SOTAY_DELETIONS_FILE"] = str(folder / "deletions.jsonl")
    os.environ["SOTAY_DATABASE_URL"] = f"sqlite:///{folder}/unused.db"
    settings.settings.cache_clear()
    keys.ring.cache_clear()
    logs.configure("WARNING")


@pytest.fixture(scope="session")
def databases(_keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    url = os.environ.get("SOTAY_TEST_DATABASE_URL")
    with Databases.on(url, tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture(scope="session")
def _built_world(databases: Databases) -> World:
    """Built once by the migrations and the services; every test starts from a copy."""
    with databases.template() as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "engine", lambda: engine)
        return build_world()


@pytest.fixture
def worlds(databases: Databases, _built_world: World, monkeypatch: pytest.MonkeyPatch) -> Worlds:
    """The small province every test can picture, as often as it is asked for; each in a database
    of its own.
    """

    @contextmanager
    def build() -> Iterator[World]:
        with databases.copy() as engine:
            monkeypatch.setattr(database, "engine", lambda: engine)
            monkeypatch.setattr(figure_days, "_reached", {})  # its rows have gone back to their day
            yield _built_world

    return build


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    """The small province every test can picture, in a database that only this test sees."""
    with worlds() as built:
        yield built


@pytest.fixture
def empty_database(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database with its tables and nothing in them."""
    with databases.copy("empty") as engine:
        monkeypatch.setattr(database, "engine", lambda: engine)
        yield


@pytest.fixture
def owned(databases: Databases, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes the test whoever owns the tables, and may alter them, as those who serve may not."""
    with as_owner(database.engine()) as engine:
        monkeypatch.setattr(database, "engine", lambda: engine)
        yield
        databases.grant(engine)


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    """For arranging and for looking: every statement is committed at once, in every tree."""
    with Session(database.autocommitting(database.engine()), expire_on_commit=False) as made:
        walls.declare(made, walls.EVERY)
        yield made


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still at noon of 15 May 2026 in Ha Noi; `clock.move_to(moment)` moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session", autouse=True)
def _loop() -> Iterator[None]:
    """One event loop for all clients, for starting one takes longer than many a request."""
    with start_blocking_portal("asyncio") as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session")
def app(_keys: None) -> FastAPI:
    """Put together once: it holds no state of a test."""
    return create_app()


@pytest.fixture
def client(app: FastAPI, world: World, clock: time_machine.Traveller) -> TestClient:
    """Somebody who has not signed in."""
    return TestClient(app, base_url="http://testserver/api/v1")


@pytest.fixture
def sign_in(app: FastAPI, world: World, clock: time_machine.Traveller) -> SignIn:
    """A client for one person of the small world."""
    return lambda name: Person(app, world.people[name])


def at(text: str) -> datetime:
    """A moment, from its RFC 3339 text."""
    return datetime.fromisoformat(text)
