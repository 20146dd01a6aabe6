"""A PostgreSQL that goes away, stands still or drops connections, under people who go on writing.

The server is the test's own, with its durability on; between it and the service stands a relay.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url
from sqlmodel import Session

from app.core import database, migrations
from app.core.database import make_engine
from tests.databases import Databases
from tests.faults.invariants import expect_invariants
from tests.faults.load import Load
from tests.faults.relay import Relay, relay_to
from tests.postgres import Ground, NoServer, installations
from tests.servers import PATIENCE, environment_of, served, sign_in_today
from tests.world import World, build_world

pytestmark = pytest.mark.long
SAFE = "fsync = on\nsynchronous_commit = on\nmax_connections = 40\n"


@dataclass
class Place:
    """A database of the test's own, the relay before it, and the small world in it."""

    ground: Ground
    relay: Relay
    url: str
    direct: str
    world: World

    def restart(self, mode: str) -> None:
        self.ground.run("pg_ctl", "--wait", "--silent", "stop", f"--mode={mode}")
        self.start()

    def start(self) -> None:
        log = self.ground.folder / "log"
        self.ground.run("pg_ctl", "--wait", "--silent", "start", "--log", log)

    def postmaster(self) -> int:
        return int((self.ground.data / "postmaster.pid").read_text().split()[0])


def started() -> tuple[ExitStack, Ground]:
    for binaries in dict.fromkeys(installations()):
        stack = ExitStack()
        try:
            ground = stack.enter_context(Ground.new(binaries))
            names = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
            ground.run("initdb", "--no-sync", *names)
            ground.start()
            ground.run("pg_ctl", "--wait", "--silent", "stop")
            with (ground.data / "postgresql.conf").open("a") as settings:
                settings.write(SAFE)
            ground.run("pg_ctl", "--wait", "--silent", "start", "--log", ground.folder / "log")
        except NoServer:
            stack.close()
            continue
        return stack, ground
    pytest.skip("no PostgreSQL here that could be broken")


@pytest.fixture
def place(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if databases.server is None:
        pytest.skip("what breaks here is a PostgreSQL")
    stack, ground = started()
    with stack, relay_to(Path(ground.folder) / ".s.PGSQL.5432") as relay:
        direct = make_url(ground.url).render_as_string(hide_password=False)
        engine = make_engine(direct)
        monkeypatch.setattr(database, "engine", lambda: engine)
        migrations.upgrade(engine)
        world = build_world()
        url = f"postgresql+psycopg://postgres@127.0.0.1:{relay.port}/postgres"
        yield Place(ground, relay, url, direct, world)
        engine.dispose()


@contextmanager
def looking() -> Iterator[Session]:
    """By connections that have seen nothing of the fault."""
    database.engine().dispose()
    with Session(database.autocommitting(database.engine()), expire_on_commit=False) as session:
        yield session


Fault = Callable[[Place], None]


def restarts(place: Place) -> None:
    for _ in range(4):
        place.restart("fast")
        time.sleep(0.5)


def crashes(place: Place) -> None:
    for _ in range(3):
        os.kill(place.postmaster(), signal.SIGKILL)
        time.sleep(0.5)
        (place.ground.data / "postmaster.pid").unlink(missing_ok=True)
        _start_when_the_old_one_is_gone(place)
        time.sleep(0.5)


def _start_when_the_old_one_is_gone(place: Place) -> None:
    """Its orphans hold the shared memory for a moment."""
    for attempt in range(20):
        try:
            place.start()
        except NoServer:
            assert attempt < 19
            time.sleep(0.5)
        else:
            return


def is_cut_off(place: Place) -> None:
    place.relay.is_refusing = True
    place.relay.cut()
    time.sleep(3)
    place.relay.flow()


def says_nothing(place: Place) -> None:
    place.relay.stop()
    time.sleep(6)
    place.relay.cut()
    place.relay.flow()


def hears_and_does_not_answer(place: Place) -> None:
    place.relay.stop("down")
    time.sleep(6)
    place.relay.cut()
    place.relay.flow()


def loses_connections(place: Place) -> None:
    with psycopg.connect(
        make_url(place.direct).set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
    ) as connection:
        for _ in range(25):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                " ORDER BY random() LIMIT 2"
            )
            time.sleep(0.1)


def is_far_away(place: Place) -> None:
    place.relay.delay = 0.1
    time.sleep(4)
    place.relay.flow()


def has_no_place_left(place: Place) -> None:
    held = []
    told = make_url(place.direct).set(drivername="postgresql").render_as_string(hide_password=False)
    place.relay.cut()
    for _ in range(60):
        try:
            held.append(psycopg.connect(told))
        except psycopg.OperationalError:
            break
    time.sleep(3)
    for connection in held:
        connection.close()


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("F-05", restarts),
        ("F-06", crashes),
        ("F-08", loses_connections),
        ("F-09", has_no_place_left),
        ("F-16", is_cut_off),
        ("F-07", says_nothing),
        ("F-17", hears_and_does_not_answer),
        ("F-18", is_far_away),
    ],
    ids=lambda item: item if isinstance(item, str) else item.__name__,
)
def test_what_was_acknowledged_is_kept_and_the_service_comes_back(
    place: Place, number: str, fault: Fault
) -> None:
    with looking() as session:
        headers = sign_in_today(place.world, session)
    with (
        served(environment_of(place.url)) as server,
        Load(server, headers, place.world).going_on() as load,
    ):
        load.wait_for(10)
        fault(place)
        load.wait_for(10)

    with looking() as session:
        load.expect_kept(session)
        expect_invariants(session)


def test_f_07_while_the_database_says_nothing_refusals_come_soon_and_the_process_lives(
    place: Place,
) -> None:
    """Not one request waits for the database longer than its patience, and liveness not at all."""
    with looking() as session:
        headers = sign_in_today(place.world, session)
    with served(environment_of(place.url)) as server, server.client(headers) as client:
        assert client.get("/api/v1/me").status_code == 200
        place.relay.stop()
        answers: list[int] = []

        def ask() -> None:
            with httpx.Client(base_url=server.address, headers=headers, timeout=60) as other:
                answers.append(other.get("/api/v1/meetings").status_code)

        asking = [threading.Thread(target=ask, daemon=True) for _ in range(30)]
        for thread in asking:
            thread.start()
        assert client.get("/health/live").status_code == 200
        place.relay.cut()
        place.relay.flow()
        for thread in asking:
            thread.join(timeout=60)

        assert len(answers) == 30
        assert set(answers) <= {200, 503}
        until = time.monotonic() + PATIENCE
        while (status := client.get("/api/v1/me").status_code) != 200:
            assert status == 503
            assert time.monotonic() < until
