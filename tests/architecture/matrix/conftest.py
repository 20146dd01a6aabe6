"""The province of the matrix, and a voice for each of its actors."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.architecture.matrix.derivation import ACTORS
from tests.architecture.matrix.relations import Province
from tests.conftest import Person, SignIn
from tests.world import World

BASE = "http://testserver/api/v1"
#: Who, by which method, and what.
Ask = Callable[[str, str, dict[str, Any]], Any]


@pytest.fixture
def province(session: Session, world: World, sign_in: SignIn) -> Province:
    return Province.around(session, world, sign_in)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all requests: starting one for each takes longer than answering it."""
    with start_blocking_portal("asyncio") as started:
        yield started


@pytest.fixture
def ask(app: FastAPI, province: Province, portal: BlockingPortal) -> Ask:
    """Sends a request as one of the actors."""
    voices: dict[str, TestClient] = {
        actor: Person(app, province.people[actor])
        if actor in province.people
        else TestClient(app, base_url=BASE)
        for actor in ACTORS
    }
    for voice in voices.values():
        voice.portal = portal
    return lambda actor, method, request: voices[actor].request(method, **request)
