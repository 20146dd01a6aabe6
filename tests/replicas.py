"""A copy that follows a throw-away PostgreSQL, and can be held up, killed and brought back."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.postgres import Ground, NoServer, cluster, installations

PATIENCE = 20


@dataclass(frozen=True)
class Pair:
    """The address of a server, and the ground of the copy that follows it."""

    primary: str
    ground: Ground

    def of(self, database: str | None) -> str:
        """The address of the copy of one database."""
        url = make_url(self.ground.url).set(database=database)
        return url.render_as_string(hide_password=False)

    def hold_up(self) -> None:
        """The copy goes on receiving, and shows nothing of it."""
        _tell(self.ground.url, "SELECT pg_wal_replay_pause()")
        self._wait_for("SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def let_go(self) -> None:
        _tell(self.ground.url, "SELECT pg_wal_replay_resume()")
        self.wait()

    def wait(self) -> None:
        """Until the copy shows all that is written by now."""
        written = _ask(self.primary, "SELECT pg_current_wal_lsn()")
        self._wait_for(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")

    def _wait_for(self, question: str) -> None:
        until = time.monotonic() + PATIENCE
        while not _ask(self.ground.url, question):
            assert time.monotonic() < until, question
            time.sleep(0.01)


@contextmanager
def pair() -> Iterator[Pair]:
    """From the first binaries of this machine that can run both; `NoServer` where none can."""
    refusals = []
    for binaries in dict.fromkeys(installations()):
        with ExitStack() as attempt:
            try:
                made = _started(attempt, binaries)
            except NoServer as refusal:
                refusals.append(f"{binaries} ({refusal})")
                continue
            yield made
            return
    raise NoServer("; ".join(refusals) or "no initdb anywhere")


def _started(stack: ExitStack, binaries: Path) -> Pair:
    primary = stack.enter_context(cluster(binaries))
    _tell(primary, "ALTER SYSTEM SET synchronous_commit = 'on'")  # what is committed is sent on
    _tell(primary, "SELECT pg_reload_conf()")
    ground = stack.enter_context(Ground.new(binaries))
    source = str(make_url(primary).query["host"])
    who = ("--host", source, "--username=postgres")
    ground.run("pg_basebackup", *who, "--checkpoint=fast", "--no-sync", "--write-recovery-conf")
    ground.start()
    return Pair(primary, ground)


def _tell(url: str, order: str) -> None:
    with _connected(url) as connection:
        connection.execute(text(order))


def _ask(url: str, question: str) -> Any:
    with _connected(url) as connection:
        return connection.execute(text(question)).scalar_one()


def _connected(url: str) -> Connection:
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
