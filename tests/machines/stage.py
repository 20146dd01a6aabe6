"""A machine's own small world: somebody to act as, a clock to move, and the model beside it."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine
from fastapi import FastAPI
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import update
from sqlmodel import Session

from app.core import database, walls
from app.core.clock import now
from app.models import Account, AccountSession, Membership, Office
from tests.conftest import Person, Worlds
from tests.factories.people import enrol
from tests.machines import powers
from tests.machines.model import Model, Refusal, Stay
from tests.world import NOON, rows


@dataclass(frozen=True)
class Theatre:
    """What every run begins from."""

    app: FastAPI
    clock: time_machine.Traveller
    worlds: Worlds


class Stage(RuleBasedStateMachine):
    """Each rule says something through the API; the answer must be the one of the model."""

    def __init__(self, theatre: Theatre) -> None:
        super().__init__()
        self.exits = ExitStack()
        self.world = self.exits.enter_context(theatre.worlds())
        self.clock = theatre.clock
        self.clock.move_to(NOON)
        self.units = {name: getattr(self.world, name) for name in powers.TREE}
        self.names = {unit.id: name for name, unit in self.units.items()}
        self.persons = {who: Person(theatre.app, one) for who, one in self.world.people.items()}
        self.model = self._as_built()
        self.is_as_expected = True
        self.sign_in_anew()

    def teardown(self) -> None:
        try:
            if self.is_as_expected:
                self.look_at_the_whole()
        finally:
            self.exits.close()

    def look_at_the_whole(self) -> None:
        """At the end of each run."""

    def say(
        self,
        who: str,
        method: str,
        path: str,
        refusal: Refusal | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer's body, once it is what the model expects; None of a refusal."""
        given = {} if body is None else {"json": body}
        self.is_as_expected = False
        answer = self.persons[who].request(method, path, headers=headers, **given)
        told = answer.json()
        if refusal is None:
            assert answer.status_code in (200, 201), (who, method, path, body, told)
        else:
            assert (answer.status_code, told["code"]) == refusal, (who, method, path, body, told)
        self.is_as_expected = True
        return told if refusal is None else None

    def read(self, who: str, path: str, refusal: Refusal | None = None, **asked: Any) -> Any:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        return self.say(who, "GET", f"{path}?{query}" if query else path, refusal)

    def pass_time(self, span: timedelta) -> None:
        self.model.now += span
        self.clock.move_to(self.model.now)
        self.sign_in_anew()

    def sign_in_anew(self) -> None:
        """How long sessions and proofs stand is another story."""
        later = now() + timedelta(days=30)
        fresh = {"last_used_at": now(), "expires_at": later, "proved_at": later}
        with self.looking() as session:
            session.execute(update(AccountSession).values(**fresh, idle_seconds=None))

    def looking(self) -> Session:
        session = Session(database.autocommitting(database.engine()), expire_on_commit=False)
        walls.declare(session, walls.EVERY)
        return session

    def _as_built(self) -> Model:
        holders = {one.member_id or one.account_id: who for who, one in self.world.people.items()}
        with self.looking() as session:
            for account in rows(session, Account):
                enrol(session, account)
            stays = [
                Stay(row.valid_from, row.valid_to, row.member_id, self.names[row.organization_id])
                for row in rows(session, Membership)
            ]
            offices = [
                powers.Office(
                    row.valid_from,
                    row.valid_to,
                    holders[_holder(row)],
                    self.names[row.organization_id],
                    row.role,
                    row.id,
                )
                for row in rows(session, Office)
            ]
        people = {who: one.member_id for who, one in self.world.people.items()}
        return Model(now(), people, stays, offices)


def _holder(office: Office) -> UUID:
    holder = office.member_id or office.account_id
    assert holder is not None
    return holder
