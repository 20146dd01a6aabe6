"""`python -m bench.national [committee|province|nation] [MONTHS]`: at the size of the country.

On the PostgreSQL of `SOTAY_BENCH_DATABASE_URL`, in databases of its own, else on what the tests
would take.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from sqlalchemy import create_engine, text

from app.core.keys import create_keys
from bench import nation
from bench.place import KEYS, Place
from bench.samples import Aim, Sample, markdown
from tests.databases import Databases
from tests.postgres import NoServer, first_server

VARIABLE = "SOTAY_BENCH_DATABASE_URL"
WRITERS, ROUNDS, SECONDS = 16, 5, 8
#: Beside which the size that was asked for is laid.
SMALLER = {"nation": "province", "province": "committee"}
HEIGHTS = ("root", "province", "commune")


def main(wanted: Sequence[str]) -> int:
    name = wanted[0] if wanted else "province"
    if name not in nation.SIZES:
        print(f"unknown: {name}; there are {', '.join(nation.SIZES)}")
        return os.EX_USAGE
    months = int(wanted[1]) if len(wanted) > 1 else nation.SIZES[name].months
    with TemporaryDirectory(prefix="sotay-bench-") as folder, ExitStack() as stack:
        create_keys(Path(folder) / KEYS)
        try:
            url = os.environ.get(VARIABLE) or first_server(stack).url  # noqa: TID251 - which server
        except NoServer as refusal:
            print(f"PostgreSQL: none to be had: {refusal}")
            return os.EX_UNAVAILABLE
        _introduce(url, name, replace(nation.SIZES[name], months=months))
        with Databases.on(url, Path(folder)) as databases:
            samples = list(_measured(databases, name, months))
    print(markdown(samples, _aims(name)))
    return os.EX_OK


def _introduce(url: str, name: str, size: nation.Size) -> None:
    with create_engine(url).connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors,", end=" ")
    print(f"Python {platform.python_version()}, PostgreSQL {version}, {time.strftime('%Y-%m-%d')}")
    print(f"{name}: {size.cells:,} cells, {size.members:,} members, {size.months} months\n")


def _measured(databases: Databases, name: str, months: int) -> Iterator[Sample]:
    """The smaller one first: its pages are what the larger one's are laid beside."""
    below: list[Sample] = []
    if smaller := SMALLER.get(name):
        with _filled(databases, smaller, 2) as place:
            below = place.measure("national_reads", smaller)
    with _filled(databases, name, months) as place:
        found = place.measure("national_reads", name)
        yield from found
        yield from _beside(found, name, below, smaller)
        yield from place.measure("national_moves", name)
        yield from _write(place)


@contextmanager
def _filled(databases: Databases, name: str, months: int) -> Iterator[Place]:
    with Place.new(databases) as place:
        started = time.perf_counter()
        size = replace(nation.SIZES[name], months=months)
        command = [sys.executable, "-m", "bench.nation", *map(str, size.numbers)]
        subprocess.run(command, check=True, env=place.environment)  # noqa: S603 - our own module
        print(f"{name} made in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        yield place


def _beside(
    found: Sequence[Sample], name: str, below: Sequence[Sample], smaller: str | None
) -> Iterator[Sample]:
    """A commune has nine sections in each; a province has 98 communes in both of the larger."""
    for height in HEIGHTS[1:] if smaller == "province" else HEIGHTS[2:]:
        larger = [one for one in found if one.name == f"read {name} {height}"]
        lesser = [one for one in below if one.name == f"read {smaller} {height}"]
        for ours, reference in zip(larger, lesser, strict=False):
            yield Sample(f"size {height}", ours.ours, reference.ours)


def _write(place: Place) -> Iterator[Sample]:
    """Sixteen writers with a worker that folds, and without any roll-up, in turn."""
    with _worker(place), _writers(place) as writers:
        for _ in range(ROUNDS):
            with _backlog(place.url) as seen:
                ours = writers.work("with")
            yield Sample("backlog", max(seen))
            yield Sample("write", 1000 / ours, 1000 / writers.work("without"))


@contextmanager
def _worker(place: Place) -> Iterator[None]:
    command = [sys.executable, "-m", "app.cli", "worker"]
    process = subprocess.Popen(command, env=place.environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class _Writers:
    """Processes of their own, for one that runs Python would serve sixteen by turns."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        self.processes = processes

    def work(self, how: str) -> float:
        """Sheets a second of all together."""
        for process in self.processes:
            _say(process, f"{how} {SECONDS}")
        return sum(int(_hear(process)) for process in self.processes) / SECONDS


@contextmanager
def _writers(place: Place) -> Iterator[_Writers]:
    processes = []
    try:
        for number in range(WRITERS):
            command = [sys.executable, "-m", "bench.national_writers", str(number), str(WRITERS)]
            processes.append(
                subprocess.Popen(  # noqa: S603 - our own module
                    command,
                    env=place.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in processes:
            assert _hear(process) == "ready\n"
        yield _Writers(processes)
    finally:
        for process in processes:
            process.terminate()
            process.communicate()


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def _backlog(url: str) -> Iterator[list[int]]:
    """How many deltas wait, looked at five times a second while the block runs."""
    stop, seen = Event(), [0]

    def look() -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            while not stop.wait(0.2):
                waiting = connection.execute(text("SELECT count(*) FROM figure_deltas"))
                seen.append(waiting.scalar_one())
        engine.dispose()

    thread = Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def _aims(name: str) -> dict[str, Aim]:
    beside = "beside one row by its key"
    read = {
        f"read {name} {height}": Aim(
            f"dashboard of the {height}, 100 changes waiting, {beside}", "ms", 2
        )
        for height in HEIGHTS
    }
    http = {
        f"http {name} {height}": Aim(
            f"the same over HTTP, CPU of the server, beside a unit's page: {height}", "ms", 1.5
        )
        for height in HEIGHTS
    }
    size = {
        f"size {height}": Aim(f"dashboard of a {height}, beside the smaller database", "ms", 1.1)
        for height in HEIGHTS[1:]
    }
    return {
        **read,
        **http,
        **size,
        "write": Aim("a sheet by 16 writers, beside the same without roll-up", "ms", 1 / 0.45),
        "backlog": Aim("changes waiting meanwhile, at most", "", 1_000, is_ratio=False),
        f"recount {name}": Aim("one month counted anew and compared", "s", 60, is_ratio=False),
        f"report {name}": Aim("monthly report, put together", "s", 1, is_ratio=False),
        f"move {name} commune": Aim("a commune moved, with the commit", "s", 1, is_ratio=False),
        f"move {name} province": Aim("a province moved, with the commit", "s", 5, is_ratio=False),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
