"""Workbooks damaged in twenty thousand ways: a verdict each, in bounded memory and time."""

import multiprocessing
import random
import resource
import zipfile
from collections.abc import Callable
from io import BytesIO
from multiprocessing import Queue
from pathlib import Path

import pytest

from app.core.errors import AppError
from app.models import ImportKind
from app.services import imports
from tests.factories.workbooks import (
    TODAY,
    make_full_list,
    make_history,
    make_other,
    make_tree,
)

FILES = 20_000
#: Beyond what the process has when it begins; and seconds of a processor for all files.
MEMORY, SECONDS = 1 << 30, 300
NUMBERS = (
    b"-1",
    b"0",
    b"65536",
    b"4294967296",
    b"1e309",
    b"NaN",
    b"9" * 20,
    b"A1:XFD1048576",
)
MARKS = (b"<", b">", b"&", b'"', b"]]>", b"<!--", b"&#0;", b"&#xD800;", b"&lt;", b"\xff", b"\x00")
SAMPLES: tuple[tuple[ImportKind, Callable[[], bytes]], ...] = (
    (ImportKind.MEMBERS, lambda: make_full_list(*map(make_other, range(20)))),
    (ImportKind.ORGANIZATIONS, lambda: make_tree(["97.9", "Đảng bộ", "grassroots", None, "97"])),
    (ImportKind.MEETINGS, lambda: make_history(["97.001", "15/01/2026 19:00"])),
)


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(content: bytes, rng: random.Random) -> bytes:
    start, end = sorted((rng.randrange(len(content)), rng.randrange(len(content))))
    return rng.choice((content[:end], content[start:], content[:start] + content[end:]))


def repeat(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    piece = content[start : start + rng.choice((4, 64, 1_024))]
    return content[:start] + piece * rng.choice((2, 50, 500)) + content[start:]


def put_in(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + rng.choice(MARKS) + content[start:]


def exchange_numbers(content: bytes, rng: random.Random) -> bytes:
    """The values of attributes are places, counts and references to what stands elsewhere."""
    pieces = content.split(b'"')
    for _ in range(rng.choice((1, 5))):
        pieces[rng.randrange(len(pieces))] = rng.choice(NUMBERS)
    return b'"'.join(pieces)


BREAKS = (flip_bytes, cut, repeat, put_in, exchange_numbers)


def damaged(content: bytes, rng: random.Random) -> bytes:
    """As a file, or in one of its parts, or with its parts exchanged."""
    if rng.random() < 0.3:
        return rng.choice(BREAKS[:4])(content, rng)
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    names = sorted(parts)
    if rng.random() < 0.2:
        one, other = rng.sample(names, 2)
        parts[one], parts[other] = parts[other], parts[one]
    else:
        name = rng.choice([name for name in names if "sheet" in name or "hared" in name] + names)
        parts[name] = rng.choice(BREAKS)(parts[name], rng)
    target = BytesIO()
    packing = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(target, "w", packing) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return target.getvalue()


def verdicts(count: int) -> tuple[int, int]:
    """How many were read, and how many refused in our words."""
    samples = [(kind, make()) for kind, make in SAMPLES]
    read = refused = 0
    for number in range(count):
        kind, content = samples[number % len(samples)]
        try:
            imports.prepare(damaged(content, random.Random(number)), kind, TODAY)
            read += 1
        except AppError:
            refused += 1
    return read, refused


def judge(told: "Queue[tuple[int, int]]") -> None:
    """In a process of its own, which the system ends if it asks for too much."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    told.put(verdicts(FILES))


def expect_of_both(told: tuple[int, int], count: int) -> None:
    assert sum(told) == count
    assert min(told) > count // 20


def test_a_damaged_workbook_is_read_or_refused() -> None:
    expect_of_both(verdicts(60), 60)


@pytest.mark.long
def test_twenty_thousand_damaged_workbooks_cost_no_more_than_they_may() -> None:
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    child = context.Process(target=judge, args=(told,))
    child.start()
    child.join()

    assert child.exitcode == 0
    expect_of_both(told.get(timeout=10), FILES)
