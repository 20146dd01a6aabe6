"""A migration that is killed halfway is run again, and the database is the same (F-30)."""

import os
import signal
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect
from sqlmodel import SQLModel

from app.core import migrations
from app.core.database import make_engine
from tests.databases import Databases

pytestmark = pytest.mark.long

#: Killed after so many statements, each time further on.
EVERY = 37


@pytest.fixture
def bare(databases: Databases) -> Iterator[Engine]:
    """A database without a table."""
    with databases.copy("empty") as engine:
        migrations.downgrade(engine)
        yield engine


def test_a_migration_killed_anywhere_is_run_again(bare: Engine) -> None:
    kills = sum(1 for _ in _killed_further_and_further(bare))

    assert kills > 3
    tables = set(inspect(bare).get_table_names()) - {"alembic_version"}
    assert tables == set(SQLModel.metadata.tables)
    migrations.check(bare)


def _killed_further_and_further(engine: Engine) -> Iterator[int]:
    """Each point at which a run was killed; the last run lives."""
    url = engine.url.render_as_string(hide_password=False)
    for point in count(EVERY, EVERY):
        engine.dispose()
        child = os.fork()
        if child == 0:
            _migrate_until(url, point)
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended):
            assert os.WEXITSTATUS(ended) == 0
            return
        yield point


def _migrate_until(url: str, point: int) -> None:
    status = 1
    try:
        engine = make_engine(url)
        reached = count(1)

        def strike(*_: Any) -> None:
            if next(reached) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "before_cursor_execute", strike)
        migrations.upgrade(engine)
        status = 0
    finally:
        os._exit(status)
