"""Reads the XML of a part as it streams by; nothing is expanded, fetched or kept."""

from collections.abc import Callable
from typing import IO
from xml.parsers.expat import ParserCreate

from app.files.refusals import unfit

Attributes = dict[str, str]


def walk(
    source: IO[bytes],
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell of each element by its local name. A part that declares entities is refused."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: start(_local(name), given)
    parser.EndElementHandler = end and (lambda name: end(_local(name)))
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    parser.ParseFile(source)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: object) -> None:
    raise unfit("file_unreadable")
