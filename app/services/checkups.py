"""What `sotay doctor` looks at: all that makes a service fail later, or stand open, unseen."""

import platform
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, database, disks, migrations, passwords, walls
from app.core.keys import KeysMissing, keys
from app.core.settings import settings
from app.policies.actors import SYSTEM
from app.services import audit_anchors, audit_seals, calendar_runs, job_claims, key_rotations
from app.work import Work

#: So far the clock of the database may be from ours before it is told.
APART = timedelta(seconds=5)
#: Less room than this is told before it is too little.
SCARCE = 0.15
OLDEST_SERVER, OLDEST_SQLITE = 150_000, (3, 35, 0)
_HERE = {"", "localhost", "127.0.0.1", "::1"}


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Finding(NamedTuple):
    """What was looked at, how it is, and what to do about it."""

    verdict: Verdict
    about: str
    said: str


def findings() -> Iterator[Finding]:
    """Everything that can be looked at; what needs the database, if there is one to ask."""
    for look in (_python, _passwords, _keys, _settings, _disks):
        yield from look()
    try:
        with database.engine().connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        yield Finding(Verdict.FAIL, "database", f"does not answer: {kind}")
        return
    yield from _server()
    if current != migrations.head():
        yield Finding(Verdict.FAIL, "schema", f"{current}, not {migrations.head()}: sotay migrate")
        return
    yield Finding(Verdict.OK, "schema", str(current))
    with database.reading() as session:
        work = Work(session, SYSTEM, clock.now())
        for ask in (_role, _sealed_values, _trail, _worker):
            yield from ask(work)


def _judged(about: str, said: str, *, is_well: bool, else_: Verdict = Verdict.WARN) -> Finding:
    return Finding(Verdict.OK if is_well else else_, about, said)


def _python() -> Iterator[Finding]:
    yield Finding(Verdict.OK, "python", platform.python_version())


def _passwords() -> Iterator[Finding]:
    is_well = passwords.work()
    said = "argon2id" if is_well else "argon2id does not tell a password from another"
    yield _judged("passwords", said, is_well=is_well, else_=Verdict.FAIL)


def _keys() -> Iterator[Finding]:
    try:
        active = keys().active_field
    except KeysMissing as error:
        yield Finding(Verdict.FAIL, "keys", str(error))
    else:
        yield Finding(Verdict.OK, "keys", f"{settings().keys_file}, {active} is active")


def _settings() -> Iterator[Finding]:
    chosen = settings()
    said = "SOTAY_DOCS is on: the API is shown to everybody" if chosen.docs else "SOTAY_DOCS is off"
    yield _judged("docs", said, is_well=not chosen.docs)
    said = "guessing has to wait" if chosen.throttling else "SOTAY_THROTTLING is off: guess away"
    yield _judged("throttling", said, is_well=chosen.throttling)
    said = " ".join(chosen.allowed_hosts) or "SOTAY_ALLOWED_HOSTS names none: any is taken"
    yield _judged("hosts", said, is_well=bool(chosen.allowed_hosts))
    unnamed = "SOTAY_TRUSTED_PROXIES names none: behind a proxy all callers are one"
    said = " ".join(chosen.trusted_proxies) or unnamed
    yield _judged("proxies", said, is_well=bool(chosen.trusted_proxies))


def _disks() -> Iterator[Finding]:
    for folder, share in disks.free_shares():
        least = disks.LEAST_FREE
        verdict = Verdict.FAIL if share <= least else Verdict.WARN
        said = f"{folder}: {share:.0%} free"
        yield _judged("disk", said, is_well=share > SCARCE, else_=verdict)


def _server() -> Iterator[Finding]:
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        is_new = sqlite3.sqlite_version_info >= OLDEST_SQLITE
        said = f"SQLite {sqlite3.sqlite_version}"
        yield _judged("database", said, is_well=is_new, else_=Verdict.FAIL)
        return
    with engine.connect() as connection:
        number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        at: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    is_new = number >= OLDEST_SERVER
    said = f"PostgreSQL {number // 10_000}"
    yield _judged("database", said, is_well=is_new, else_=Verdict.FAIL)
    apart = abs(clock.now() - at)
    said = f"{apart.total_seconds():.1f} seconds from the database's"
    yield _judged("clock", said, is_well=apart <= APART)
    yield _link(make_url(settings().database_url))


def _link(url: URL) -> Finding:
    """Whoever stands between two machines reads along, unless both are who they say."""
    host = str(url.host or url.query.get("host", ""))
    mode = str(url.query.get("sslmode", "prefer"))
    is_here = host in _HERE or host.startswith("/")
    said = "on this machine" if is_here else f"sslmode={mode}: only verify-full keeps others out"
    return _judged("link", said, is_well=is_here or mode == "verify-full")


def _role(_work: Work) -> Iterator[Finding]:
    if database.engine().dialect.name == "postgresql":
        said = "the role owns its tables, or may change the trail: serve as another one"
        is_well = not walls.are_passed_by(database.engine())
        yield _judged("role", "kept to its rights" if is_well else said, is_well=is_well)


def _sealed_values(work: Work) -> Iterator[Finding]:
    unknown = key_rotations.counts(work.session).get("", 0)
    said = f"{unknown} values name a key that the file does not hold"
    yield _judged("sealed values", said, is_well=not unknown, else_=Verdict.FAIL)


def _trail(work: Work) -> Iterator[Finding]:
    waiting = audit_seals.backlog(work.session, work.now)
    said = f"{waiting} entries of the trail are not sealed"
    yield _judged("seals", said, is_well=waiting < audit_seals.PORTION)
    tail = audit_seals.last(work.session)
    if tail is None or work.now - tail.sealed_at < timedelta(minutes=5):
        return
    file = settings().audit_anchor
    anchors = audit_anchors.read(file) if file.exists() else ()
    anchored = max((each.number or 0 for each in anchors), default=0)
    said = f"{file} knows the chain up to {anchored} of {tail.number}"
    yield _judged("anchor", said, is_well=anchored >= tail.number)


def _worker(work: Work) -> Iterator[Finding]:
    lateness = calendar_runs.lateness(work.session, work.now)
    late = [name for name, seconds in lateness.items() if seconds]
    said = f"late: {', '.join(late)}" if late else "keeps the calendar"
    yield _judged("worker", said, is_well=not late)
    waiting = job_claims.waiting(work.session, work.now)
    yield _judged("jobs", f"{waiting} wait", is_well=waiting < 10)
