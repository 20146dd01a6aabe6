"""Databases for tests: a template made once, and a copy of it for each test."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Engine, create_engine, make_url, text

from app.core import migrations
from app.core.database import make_engine


class Databases:
    """On SQLite files of a folder; on PostgreSQL databases of a server, copied by the server."""

    def __init__(self, server: URL | None, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.prefix = f"sotay_{os.getpid()}_{uuid.uuid4().hex[:6]}"
        self.made: list[str] = []
        self.number = 0

    @classmethod
    @contextmanager
    def on(cls, server: str | None, folder: Path) -> Iterator[Self]:
        made = cls(make_url(server) if server else None, folder)
        try:
            with made._opened(made._create("empty")) as engine:
                migrations.upgrade(engine)
            made._create("template", of="empty")
            yield made
        finally:
            for name in list(made.made):
                made._drop(name)

    @contextmanager
    def template(self) -> Iterator[Engine]:
        """The database that `copy` copies; to be filled once. Closing it completes the file."""
        with self._opened("template") as engine:
            yield engine

    @contextmanager
    def copy(self, of: str = "template") -> Iterator[Engine]:
        """A database of one's own, dropped afterwards."""
        self.number += 1
        name = self._create(str(self.number), of=of)
        try:
            with self._opened(name) as engine:
                yield engine
        finally:
            self._drop(name)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Engine]:
        engine = make_engine(self.url(name))
        try:
            yield engine
        finally:
            engine.dispose()

    def url(self, name: str) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder}/{name}.db"
        database = f"{self.prefix}_{name}"
        return self.server.set(database=database).render_as_string(hide_password=False)

    def _create(self, name: str, of: str | None = None) -> str:
        self.made.append(name)
        if self.server is not None:
            template = f"TEMPLATE {self.prefix}_{of}" if of else ""
            self._say(f"CREATE DATABASE {self.prefix}_{name} {template}")
        elif of is not None:
            shutil.copyfile(self.folder / f"{of}.db", self.folder / f"{name}.db")
        return name

    def _drop(self, name: str) -> None:
        if name not in self.made:
            return
        self.made.remove(name)
        if self.server is not None:
            self._say(f"DROP DATABASE IF EXISTS {self.prefix}_{name} WITH (FORCE)")
            return
        for ending in ("", "-wal", "-shm"):
            (self.folder / f"{name}.db{ending}").unlink(missing_ok=True)

    def _say(self, statement: str) -> None:
        assert self.server is not None
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
