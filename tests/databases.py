"""Databases for tests: a template made once, and a copy of it for each test."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlmodel import SQLModel

from app.core import migrations
from app.core.database import autocommitting, make_engine

#: So many tests in a row use one database of PostgreSQL.
REUSED = 50


def _keep_rows() -> str:
    tables = SQLModel.metadata.sorted_tables
    kept = (f"CREATE TABLE kept.{table.name} AS TABLE public.{table.name}" for table in tables)
    return ";".join(["CREATE SCHEMA kept", *kept])


def _put_rows_back() -> str:
    """Without the order that references ask for, since all come back."""
    statements = ["SET session_replication_role = replica"]
    for table in SQLModel.metadata.sorted_tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        name = f"public.{table.name}"
        statements += [
            f"DELETE FROM {name}",  # noqa: S608 - the names are our own
            f"INSERT INTO {name} ({columns}) SELECT {columns} FROM kept.{table.name}",  # noqa: S608 - likewise
        ]
    return ";".join([*statements, "SET session_replication_role = origin"])


class Databases:
    """On SQLite files of a folder; on PostgreSQL databases of a server, copied by the server."""

    def __init__(self, server: URL | None, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.prefix = f"sotay_{os.getpid()}_{uuid.uuid4().hex[:6]}"
        self.made: list[str] = []
        self.number = 0
        self.reused: str | None = None
        self.since = 0
        self.engine: Engine | None = None

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
            made._leave()
            for name in list(made.made):
                made._drop(name)

    @contextmanager
    def template(self) -> Iterator[Engine]:
        """The database that `copy` copies; to be filled once. Closing it completes the file."""
        with self._opened("template") as engine:
            yield engine

    @contextmanager
    def copy(self, of: str = "template") -> Iterator[Engine]:
        """A database of one's own, dropped afterwards; or on PostgreSQL one that is as new."""
        self.number += 1
        if self.server is not None and of == "template":
            yield self._as_new()
            return
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

    def _as_new(self) -> Engine:
        """The same database again, its rows put back: a copy would take ten times as long.

        Now and then another one, for nobody sweeps up what was deleted. Connections are kept, but
        for those that a test has not given back.
        """
        if self.number - self.since >= REUSED and self.reused:
            self._leave()
            self._drop(self.reused)
            self.reused = None
        if self.engine is not None and self.engine.pool.checkedout():  # type: ignore[attr-defined]  # a queue
            self._leave()
        statements = _put_rows_back()
        if self.reused is None:
            self.since = self.number
            self.reused = self._create(f"reused_{self.number}", of="template")
            statements = _keep_rows()
        self.engine = self.engine or make_engine(self.url(self.reused))
        with autocommitting(self.engine).connect() as connection:
            connection.exec_driver_sql(statements)
        return self.engine

    def _leave(self) -> None:
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None

    def url(self, name: str) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder}/{name}.db"
        database = f"{self.prefix}_{name}"
        return self.server.set(database=database).render_as_string(hide_password=False)

    def _create(self, name: str, of: str | None = None) -> str:
        self.made.append(name)
        if self.server is not None:
            # A copy of its files is nine times faster than one by way of the log.
            template = f"TEMPLATE {self.prefix}_{of} STRATEGY FILE_COPY" if of else ""
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
