"""A server that is killed, stopped or starved while people go on writing to it."""

import resource
import signal
import socket
import time
from contextlib import ExitStack
from functools import partial

import httpx
import pytest
from sqlmodel import Session

from app.core import database
from app.models import Meeting
from tests.faults.invariants import expect_invariants
from tests.faults.load import DRAFT, Load
from tests.races import at_once
from tests.servers import environment_of, served, sign_in_today
from tests.world import World, rows

pytestmark = pytest.mark.long


def test_f_01_killed_at_any_moment_nothing_acknowledged_is_lost(
    world: World, session: Session
) -> None:
    headers = sign_in_today(world, session)
    for patience in (3, 17, 40):
        before = len(rows(session, Meeting))
        with served(environment_of()) as server:
            load = Load(server, headers, world)
            with load.going_on():
                load.wait_for(patience)
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
        load.expect_kept(session, before)
    expect_invariants(session)


def test_f_27_asked_to_stop_it_answers_what_it_has_begun(world: World, session: Session) -> None:
    headers = sign_in_today(world, session)
    with served(environment_of()) as server:
        load = Load(server, headers, world, editors=12)
        with load.going_on():
            load.wait_for(30)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=25) is not None
    load.expect_kept(session)
    expect_invariants(session)


def test_f_26_with_few_files_left_it_refuses_and_recovers(world: World, session: Session) -> None:
    headers = sign_in_today(world, session)
    limits = {resource.RLIMIT_NOFILE: 64}
    with served(environment_of(), limits) as server:
        load = Load(server, headers, world)
        with load.going_on(), ExitStack() as crowd:
            load.wait_for(10)
            address = server.address.removeprefix("http://").split(":")
            for _ in range(120):
                try:
                    idle = socket.create_connection((address[0], int(address[1])), timeout=1)
                except OSError:
                    break
                crowd.enter_context(idle)
            time.sleep(2)
            crowd.close()
            load.wait_for(10)
    load.expect_kept(session)
    expect_invariants(session)


def test_f_04_one_key_at_two_servers_at_once_is_one_meeting(world: World, session: Session) -> None:
    """On SQLite there is one server, and two requests at it."""
    headers = sign_in_today(world, session)
    is_one = database.engine().dialect.name == "sqlite"
    with ExitStack() as stack:
        first = stack.enter_context(served(environment_of()))
        second = first if is_one else stack.enter_context(served(environment_of()))
        for number in range(25):
            told = headers | {"idempotency-key": f"key-{number}"}
            both = (first.address, second.address)
            answers = at_once(partial(_draft, told, world), both)
            assert {answer.status_code for answer in answers} <= {201, 409}
            assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    expect_invariants(session)


def _draft(headers: dict[str, str], world: World, address: str) -> httpx.Response:
    body = DRAFT | {"organization_id": str(world.north_one.id)}
    path = f"{address}/api/v1/meetings"
    return httpx.post(path, json=body, headers=headers, timeout=30, trust_env=False)
