"""Following a job over a real connection: told of every change, and let go in every way."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest
import time_machine
import uvicorn
from fastapi import FastAPI
from sqlmodel import Session

from app.core.tokens import sign_access
from app.gate import streams
from app.gate.streams import EventStream, Told
from app.models import JobStatus
from tests.conftest import SignIn
from tests.factories.jobs import account_of, do_what_waits, make_job
from tests.world import NOON, World

Follow = Callable[[object], Any]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY", 0.02)
    monkeypatch.setattr(streams, "_open", type(streams._open)())  # noqa: SLF001 - as in a new process


@pytest.fixture
def address(app: FastAPI, world: World, clock: time_machine.Traveller) -> Iterator[str]:
    """A server on a free port, in a thread of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        server.should_exit = True
        thread.join()


@pytest.fixture
def follow(address: str, world: World) -> Follow:
    human = world.people["officer"]
    token = sign_access(human.account_id, human.session_id, NOON)

    @contextmanager
    def follow(job_id: object) -> Iterator[httpx.Response]:
        headers = {"authorization": f"Bearer {token}"}
        with httpx.stream("GET", f"{address}/jobs/{job_id}/events", headers=headers) as answer:
            yield answer

    return follow


def events(answer: httpx.Response) -> Iterator[str]:
    """The names of what is told; a sign of life is a comment."""
    for line in answer.iter_lines():
        if line.startswith(("event: ", ":")):
            yield line.removeprefix("event: ")


class TestFollow:
    def test_every_change_is_told_and_the_end_ends_it(
        self, follow: Follow, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"))

        with follow(job.id) as answer:
            told = events(answer)
            first = next(told)
            do_what_waits()
            rest = list(told)

        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert first == "job"
        assert rest[-1] == "end"
        assert set(rest[:-1]) <= {"job"}

    def test_signs_of_life_are_given_while_nothing_happens(
        self, follow: Follow, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "SIGN_OF_LIFE", 0.05)
        job = make_job(session, account_of(world, "officer"))

        with follow(job.id) as answer:
            told = events(answer)

            assert [next(told) for _ in range(3)] == ["job", ": ping", ": ping"]

    def test_whoever_signs_out_is_told_no_more(
        self, follow: Follow, session: Session, world: World, sign_in: SignIn
    ) -> None:
        job = make_job(session, account_of(world, "officer"))

        with follow(job.id) as answer:
            told = events(answer)
            next(told)
            sign_in("officer").post("/auth/logout")

            assert list(told) == ["refused"]

    def test_what_is_not_there_is_refused_before_it_begins(self, follow: Follow) -> None:
        with follow(uuid4()) as answer:
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"

    def test_a_process_that_stops_lets_go(
        self, follow: Follow, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"))

        with follow(job.id) as answer:
            told = events(answer)
            next(told)
            streams.close()

            assert list(told) == []

    def test_nobody_holds_more_than_a_few_and_who_goes_makes_room(
        self, follow: Follow, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"))
        held = [follow(job.id) for _ in range(streams.AT_A_TIME)]
        told = [events(each.__enter__()) for each in held]
        assert [next(each) for each in told] == ["job"] * streams.AT_A_TIME

        with follow(job.id) as answer:
            assert answer.status_code == 429
            assert answer.headers["content-type"] == "application/problem+json"
        for each in held:
            each.__exit__(None, None, None)

        for _ in range(100):  # the server learns of it a moment later
            with follow(job.id) as answer:
                if answer.status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError("a stream was not let go")


def test_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PATIENCE", 0.05)
    owner = uuid4()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def follow() -> None:
        stream = EventStream(owner, lambda: Told(1, b"{}", is_last=False))
        with anyio.fail_after(5):
            await stream({"type": "http"}, receive, send)

    anyio.run(follow)

    assert streams._open.of[owner] == 0  # noqa: SLF001 - what nobody can see from outside


def test_an_ended_job_is_told_once(follow: Follow, session: Session, world: World) -> None:
    job = make_job(session, account_of(world, "officer"), status=JobStatus.DONE, ended_at=NOON)

    with follow(job.id) as answer:
        assert list(events(answer)) == ["end"]
