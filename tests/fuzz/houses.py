"""The same small world in each database there is."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session

from app.core import database, walls
from app.core.tokens import sign_access
from app.services import figure_days
from tests.architecture.things import Things
from tests.conftest import Person, SignIn
from tests.databases import Databases
from tests.tables import mark_of_writes
from tests.world import NOON, World


class House:
    """A database with the small world in it, and tokens of whoever lives there."""

    def __init__(self, databases: Databases, world: World) -> None:
        self.databases, self.world = databases, world
        self.stack = ExitStack()
        self.engine: Engine
        self.session: Session
        self.things: Things
        self.tokens = {
            name: sign_access(human.account_id, human.session_id, NOON)
            for name, human in world.people.items()
        }

    def mark(self) -> object:
        """Equal as long as nothing was written."""
        return mark_of_writes(self.session)


class Street:
    """The service is turned to one house at a time."""

    def __init__(self, app: FastAPI, houses: list[House], patch: pytest.MonkeyPatch) -> None:
        self.app, self.houses, self.patch = app, houses, patch
        self.here = houses[0]
        patch.setattr(database, "engine", lambda: self.here.engine)

    def __iter__(self) -> Iterator[House]:
        for house in self.houses:
            self.here = house
            yield house

    def furnish(self) -> None:
        """Every house as new; nobody in it was seen for months until now."""
        self.patch.setattr(figure_days, "_reached", {})
        for house in self:
            house.stack.close()
            house.engine = house.stack.enter_context(house.databases.copy())
            base = database.autocommitting(house.engine)
            house.session = house.stack.enter_context(Session(base, expire_on_commit=False))
            walls.declare(house.session, walls.EVERY)
            house.things = Things(house.session, house.world, self._signing_in(house))
            for name in house.world.people:
                house.things.sign_in(name).get("/me")

    def leave(self) -> None:
        for house in self:
            house.stack.close()

    def _signing_in(self, house: House) -> SignIn:
        return lambda name: Person(self.app, house.world.people[name])
