"""Files of JSON lines that are only ever added to: told outside the database, to outlive it."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


def append(file: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add lines; they are on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # After a line that a crash left unfinished, a new one is begun.
        torn = b"\n" if _is_torn(descriptor) else b""
        told = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        os.write(descriptor, torn + told)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(file: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, whatever became of them."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, text in enumerate(lines, 1):
            if text.strip():
                yield number, text


def _is_torn(descriptor: int) -> bool:
    end = os.fstat(descriptor).st_size
    return end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
