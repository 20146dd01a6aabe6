"""Streets of houses, and a wire to the service."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.core import database
from tests.databases import Databases
from tests.fuzz.houses import House, Street
from tests.fuzz.wire import Wire
from tests.world import World, build_world


@pytest.fixture(scope="session")
def wire(app: FastAPI) -> Iterator[Wire]:
    with Wire.to(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def second(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Databases, World] | None]:
    """Beside PostgreSQL also SQLite, so that the answers of both can be compared."""
    if databases.server is None:
        yield None
        return
    with Databases.on(None, tmp_path_factory.mktemp("second")) as made:
        with made.template() as engine, pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "engine", lambda: engine)
            world = build_world()
        yield made, world


@pytest.fixture
def street(
    app: FastAPI,
    databases: Databases,
    _built_world: World,
    second: tuple[Databases, World] | None,
    clock: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Street]:
    """Every database there is."""
    houses = [House(databases, _built_world)]
    houses += [House(*second)] if second else []
    yield from _lived_in(Street(app, houses, monkeypatch))


@pytest.fixture
def lane(
    app: FastAPI,
    databases: Databases,
    _built_world: World,
    clock: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Street]:
    """The one database of the run."""
    yield from _lived_in(Street(app, [House(databases, _built_world)], monkeypatch))


def _lived_in(street: Street) -> Iterator[Street]:
    street.furnish()
    yield street
    street.leave()
