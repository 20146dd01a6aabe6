"""Real servers in processes of their own, and somebody who is signed in to them today."""

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlmodel import Session

from app.core import clock, database
from app.core.tokens import sign_access
from app.models import Account
from tests.factories.people import make_session
from tests.world import World, rows

PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """A process that serves, at an address."""

    process: subprocess.Popen[bytes]
    address: str

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)


def environment_of(url: str | None = None) -> dict[str, str]:
    """The same keys, and the database of the test or another, for a process of its own."""
    told = url or database.engine().url.render_as_string(hide_password=False)
    return os.environ | {"SOTAY_DATABASE_URL": told, "SOTAY_LOG_LEVEL": "ERROR"}


@contextmanager
def served(
    environment: Mapping[str, str], limits: Mapping[int, int] | None = None
) -> Iterator[Server]:
    """A real server on a free port, until it is killed; `limits` are those of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "serve"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        env={**environment, "PORT": str(port)},
        preexec_fn=_limiting(limits) if limits else None,
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    try:
        with server.client() as client:
            wait_until_ready(client)
        yield server
    finally:
        process.kill()
        process.wait()


def wait_until_ready(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


def sign_in_today(world: World, session: Session, name: str = "secretary") -> dict[str, str]:
    """A server has the real time, so people of the small world get a session of today."""
    who = world.people[name].account_id
    account = rows(session, Account, Account.id == who)[0]
    login = make_session(session, account, at=clock.now() - timedelta(days=130))
    return {"authorization": f"Bearer {sign_access(account.id, login.id, clock.now())}"}


def _limiting(limits: Mapping[int, int]) -> Callable[[], None]:
    def limit() -> None:
        for kind, most in limits.items():
            resource.setrlimit(kind, (most, most))

    return limit
