"""How far the chain of the audit trail had come, kept in a file outside the database.

Whoever rules the database can write a chain anew, or cut off its end; not what stands here, in the
logs, and wherever these are sent.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app.core import journals
from app.models import AuditSeal


class Anchor(NamedTuple):
    """A line of the file; what cannot be read is None."""

    line: int
    number: int | None
    digest: bytes | None


def append(file: Path, tail: AuditSeal) -> None:
    """Add the end of the chain; it is on the disk when this returns."""
    told = {
        "number": tail.number,
        "digest": tail.digest.hex(),
        "sealed_at": tail.sealed_at.isoformat(),
    }
    journals.append(file, [told])


def read(file: Path) -> Iterator[Anchor]:
    for line, text in journals.read(file):
        yield Anchor(line, *_parsed(text))


def _parsed(text: str) -> tuple[int, bytes] | tuple[None, None]:
    try:
        told = json.loads(text)
        return int(told["number"]), bytes.fromhex(told["digest"])
    except (ValueError, TypeError, KeyError):
        return None, None
