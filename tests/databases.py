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

from app.core import migrations, walls
from app.core.database import autocommitting, make_engine

#: So many tests in a row use one database of PostgreSQL.
REUSED = 50


@contextmanager
def as_owner(engine: Engine) -> Iterator[Engine]:
    """The same database for whoever owns its tables; SQLite knows no roles."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    owner = make_engine(_url_of_owner(engine))
    try:
        yield owner
    finally:
        owner.dispose()


def _url_of_owner(engine: Engine) -> str:
    url = engine.url.difference_update_query(["options"])
    return url.render_as_string(hide_password=False)


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
        self.keeper: Engine | None = None

    @classmethod
    @contextmanager
    def on(cls, server: str | None, folder: Path) -> Iterator[Self]:
        made = cls(make_url(server) if server else None, folder)
        try:
            made._create_role()
            with made._owned(made._create("empty")) as engine:
                migrations.upgrade(engine)
                made.grant(engine)
            made._create("template", of="empty")
            yield made
        finally:
            made._leave()
            for name in list(made.made):
                made._drop(name)
            made._drop_role()

    @contextmanager
    def template(self) -> Iterator[Engine]:
        """The database that `copy` copies; to be filled once. Closing it completes the file."""
        with self._opened("template") as engine:
            yield engine

    @contextmanager
    def copy(self, of: str = "template") -> Iterator[Engine]:
        """A database of one's own, dropped afterwards; or on PostgreSQL one that is as new.

        An empty one is for whoever sets it up, and owns it; a world for whoever serves it.
        """
        self.number += 1
        if of == "template":
            yield self._as_new() if self.server is not None else self._file_as_new()
            return
        name = self._create(str(self.number), of=of)
        try:
            with self._owned(name) as engine:
                yield engine
        finally:
            self._drop(name)

    @contextmanager
    def untouched(self) -> Iterator[Engine]:
        """A database in which nothing was ever made; on SQLite not even a file."""
        self.number += 1
        name = self._create(f"untouched_{self.number}")
        try:
            with self._owned(name) as engine:
                yield engine
        finally:
            self._drop(name)

    @contextmanager
    def _owned(self, name: str) -> Iterator[Engine]:
        with self._opened(name) as engine, as_owner(engine) as owner:
            yield owner

    @contextmanager
    def _opened(self, name: str) -> Iterator[Engine]:
        engine = make_engine(self.url(name))
        try:
            yield engine
        finally:
            engine.dispose()

    def _file_as_new(self) -> Engine:
        """One file, put back. Its engine stays, for it knows by heart what it once compiled."""
        if self.engine is not None:
            self.engine.dispose()
            self._drop("reused")
        self._create("reused", of="template")
        self.engine = self.engine or make_engine(self.url("reused"))
        return self.engine

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
        self.keeper = self.keeper or make_engine(_url_of_owner(self.engine))
        with autocommitting(self.keeper).connect() as connection:
            connection.exec_driver_sql(statements)
        return self.engine

    def _leave(self) -> None:
        for engine in (self.engine, self.keeper):
            if engine is not None:
                engine.dispose()
        self.engine = self.keeper = None

    def url(self, name: str) -> str:
        """By which one connects as the role that serves, and is kept to its rights."""
        if self.server is None:
            return f"sqlite:///{self.folder}/{name}.db"
        database = self.server.set(database=f"{self.prefix}_{name}")
        named = database.update_query_dict({"options": f"-c role={self.role}"})
        return named.render_as_string(hide_password=False)

    @property
    def role(self) -> str:
        """Of this run alone, so that no other run drops it."""
        return f"{self.prefix}_service"

    def grant(self, owner: Engine) -> None:
        """Once tables were made anew."""
        if self.server is not None:
            walls.grant(owner, self.role)

    def _create_role(self) -> None:
        if self.server is not None:
            # It sees who waits, as one that signs in sees of itself.
            self._say(f"CREATE ROLE {self.role} IN ROLE pg_read_all_stats")

    def _drop_role(self) -> None:
        if self.server is not None:
            self._say(f"DROP ROLE IF EXISTS {self.role}")

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
