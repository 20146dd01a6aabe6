"""Looks for what must not be there: in the database as it lies, in logs, in files."""

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlmodel import Session, SQLModel

from app.core import database, walls

_DIGITS = re.compile(rb"[0-9]{10,}")


def database_as_it_lies() -> Iterator[bytes]:
    """SQLite's file with what waits to be brought into it; of PostgreSQL every row as text."""
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        for ending in ("", "-wal"):
            file = path.with_name(path.name + ending)
            if file.exists():
                yield file.read_bytes()
        return
    with Session(engine) as session:
        walls.declare(session, walls.EVERY)
        driver: Any = session.connection().connection.driver_connection
        for table in SQLModel.metadata.sorted_tables:
            with driver.cursor().copy(f"COPY {table.name} TO STDOUT") as copied:
                yield b"".join(bytes(part) for part in copied)


def files_below(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def found(contents: Iterable[bytes], secrets: Collection[str]) -> set[str]:
    """Those that occur somewhere. Numbers are looked up wherever as many digits stand in a row,
    so that thousands of them cost no more than one.
    """
    numbers = {each.removeprefix("+").encode() for each in secrets if each.strip("+").isdigit()}
    words = {each.encode() for each in secrets} - {b"+" + each for each in numbers} - numbers
    lengths = {len(each) for each in numbers}
    seen: set[bytes] = set()
    for content in contents:
        seen |= {word for word in words if word in content}
        for run in set(_DIGITS.findall(content)):
            windows = (
                run[start : start + length]
                for length in lengths
                for start in range(len(run) - length + 1)
            )
            seen |= numbers.intersection(windows)
    return {each.decode() for each in seen}


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Everything from INFO on goes into a file, but for what the tests' own client says."""
    root = logging.getLogger()
    handler = cast("logging.StreamHandler[Any]", root.handlers[0])
    level, stream = root.level, handler.stream
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    with path.open("w") as file:
        root.setLevel(logging.INFO)
        handler.setStream(file)
        try:
            yield
        finally:
            handler.setStream(stream)
            root.setLevel(level)
