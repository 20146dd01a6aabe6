"""Copies of a whole database while it is in use, and a database from such a copy."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import URL, Connection, Engine, create_engine, inspect

from app.core import database, patience


class DumpFailed(Exception):
    """There is no copy, or not a whole one."""


def is_empty(engine: Engine) -> bool:
    """Whether nothing at all is there yet."""
    return not inspect(engine).get_table_names()


@contextmanager
def dumped(engine: Engine, target: Path) -> Iterator[Connection]:
    """Write a copy of one moment, check it, and lend a connection that sees that very moment."""
    dump = _dumped_sqlite if engine.dialect.name == "sqlite" else _dumped_postgresql
    with patience.waiting(patience.BACKUP), dump(engine, target) as connection:
        yield connection


def restore(engine: Engine, source: Path) -> None:
    """Fill an empty database from a copy."""
    if engine.dialect.name == "sqlite":
        _restore_sqlite(engine, source)
        return
    told = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    with _address(engine.url) as address:
        _run("pg_restore", *told, f"--dbname={address}", str(source))


@contextmanager
def _dumped_sqlite(engine: Engine, target: Path) -> Iterator[Connection]:
    """By SQLite's own way, in one step: who writes meanwhile is not held up and not seen."""
    place = str(engine.url.database)
    with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    if verdict != "ok" or broken:
        raise DumpFailed("the copy is not whole: the database itself may be damaged")
    copied = create_engine(f"sqlite:///{target}", hide_parameters=True)
    with database.autocommitting(copied).connect() as connection:
        yield connection
    copied.dispose()


@contextmanager
def _dumped_postgresql(engine: Engine, target: Path) -> Iterator[Connection]:
    held = engine.execution_options(isolation_level="REPEATABLE READ")
    with held.connect() as connection, _address(engine.url) as address:
        moment = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        told = (f"--dbname={address}", f"--snapshot={moment}", f"--file={target}")
        _run("pg_dump", "--format=custom", *told)
        _run("pg_restore", "--list", str(target))
        yield connection


def _restore_sqlite(engine: Engine, source: Path) -> None:
    """Its file is there whole or not at all."""
    engine.dispose()
    place = Path(str(engine.url.database))
    part = place.with_name(f"{place.name}.part")
    shutil.copyfile(source, part)
    for companion in ("-wal", "-shm"):
        place.with_name(f"{place.name}{companion}").unlink(missing_ok=True)
    part.replace(place)


@contextmanager
def _address(url: URL) -> Iterator[str]:
    """As libpq takes it; the password in a file, since everybody sees what a program was told."""
    plain = url.set(drivername="postgresql", password=None)
    with NamedTemporaryFile("w", encoding="utf-8") as secret:
        if url.password is not None:
            escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
            secret.write(f"*:*:*:*:{escaped}\n")
            secret.flush()
            plain = plain.update_query_dict({"passfile": secret.name})
        yield plain.render_as_string(hide_password=False)


def _run(program: str, *told: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise DumpFailed(f"{program} is not on the path: install PostgreSQL's client programs")
    done = subprocess.run([found, *told], capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our own words
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise DumpFailed(f"{program}: {complaint}")
