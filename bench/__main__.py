"""`python -m bench [demo|dashboard|sheet|…]`: all of them, or those that are named."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.keys import create_keys
from bench.place import KEYS, Place
from bench.samples import Sample, table
from tests.databases import Databases
from tests.postgres import NoServer, first_server

NAMES = ("demo", "dashboard", "gate", "sheet", "check_ins", "sign_in", "import")
#: These look at the demonstration, so it is loaded first.
ON_THE_DEMONSTRATION = ("dashboard", "gate", "sheet", "check_ins", "sign_in")
IMPORTS = 3


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(NAMES):
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return os.EX_USAGE
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors,", end=" ")
    print(f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}", flush=True)
    with TemporaryDirectory(prefix="sotay-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        create_keys(folder / KEYS)
        # In a process of its own: its memory would count as that of its later sisters.
        command = [sys.executable, "-m", "app.cli", "demo", "workbook", name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        for title, url in servers(stack):
            with Databases.on(url, folder) as databases:
                print(f"\n{title}\n{table(measure(databases, wanted or list(NAMES)))}", flush=True)
    return os.EX_OK


def servers(stack: ExitStack) -> Iterator[tuple[str, str | None]]:
    """SQLite, and PostgreSQL where one can be had."""
    yield "SQLite", None
    try:
        server = first_server(stack)
    except NoServer as refusal:
        print(f"\nPostgreSQL: not measured, none to be had: {refusal}")
    else:
        yield f"PostgreSQL {server.version} from {server.origin}", server.url


def measure(databases: Databases, wanted: list[str]) -> Iterator[Sample]:
    """The demonstration is loaded once for all that look at it."""
    if set(wanted) & {"demo", *ON_THE_DEMONSTRATION}:
        with Place.new(databases) as place:
            loaded = place.measure("demo")
            yield from loaded if "demo" in wanted else []
            for name in ON_THE_DEMONSTRATION:
                yield from place.measure(name) if name in wanted else []
    for _ in range(IMPORTS if "import" in wanted else 0):
        with Place.new(databases) as place:
            yield from place.measure("imports")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
