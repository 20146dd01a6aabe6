"""A party of any size in an empty, migrated PostgreSQL: the tree by COPY, its facts by sets.

Everything is spread evenly and known by its number, so that a row's id can be reckoned: the cell 7
lies under the section 7 × sections ÷ cells. The months are alike: 79 of 80 cells met, 18 of 19
members came, 9 of 10 have an account, 8 of 10 used it.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from app.core import clock, database, periods
from app.core.text import fold, sort_key
from app.models import COUNTS, OrganizationKind
from app.services import figures, obligations

_K = OrganizationKind
LEVELS = (_K.CENTRAL, _K.PROVINCE, _K.GRASSROOTS, _K.SECTION, _K.CELL)
MEMBER, MEMBERSHIP, ACCOUNT, OFFICE, PARENT, MEETING, LINE = range(10, 17)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FOUNDED = date(2015, 1, 1)
#: Their indexes are made again once the rows are there.
HEAVY = ("members", "memberships", "accounts", "activities", "meetings", "attendances")


@dataclass(frozen=True)
class Size:
    """How many there are of each level below the root, how many members, how many months."""

    provinces: int
    communes: int
    sections: int
    cells: int
    members: int
    months: int = 12

    @property
    def numbers(self) -> tuple[int, ...]:
        return astuple(self)

    @property
    def levels(self) -> tuple[int, ...]:
        return (1, self.provinces, self.communes, self.sections, self.cells)


SIZES = {
    "committee": Size(1, 1, 77, 616, 11_525),
    "province": Size(1, 98, 882, 7_364, 165_000),
    "nation": Size(34, 3_321, 29_889, 250_000, 5_600_000),
}


def unit_id(level: int, number: int) -> UUID:
    """Ascending by level and number, as ids ascend with time."""
    return UUID(f"{level:08x}-0000-7000-8000-{number:012x}")


def months_of(size: Size) -> list[str]:
    """The months that end with the running one."""
    last = clock.local_date(clock.now()).replace(day=1)
    found = [periods.period_of(last)]
    while len(found) < size.months:
        last = (last - timedelta(days=1)).replace(day=1)
        found.insert(0, periods.period_of(last))
    return found


def build(engine: Engine, size: Size) -> None:
    """All of it; the figures of one month are counted by the service and repeated."""
    months = months_of(size)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(_ID)
        _plant(connection, size)
        with _without_indexes(connection):
            _fill(connection, size, months)
        connection.execute("VACUUM ANALYZE")
        _open(connection, months)
        _count(connection, months)
        connection.execute("VACUUM ANALYZE figures, figure_deltas")


def _plant(connection: Any, size: Size) -> None:
    """The units from the root down, each with its place."""
    paths: dict[UUID, str] = {}
    with connection.cursor() as cursor, cursor.copy(_UNITS) as copy:
        for row in _units(size, paths):
            copy.write_row(row)
    connection.execute(_PARENTS, {"kind": PARENT})


def _units(size: Size, paths: dict[UUID, str]) -> Iterator[Sequence[Any]]:
    now, counted = clock.now(), 0
    for level, count in enumerate(size.levels):
        above = size.levels[level - 1]
        for number in range(count):
            counted += 1
            own = unit_id(level, number)
            parent = unit_id(level - 1, number * above // count) if level else None
            segment = _segment(counted)
            paths[own] = (paths[parent] if parent else "") + segment
            name, code = f"Đơn vị {level} số {number}", f"{level:02}.{number:06}"
            text = fold(f"{name} {code}")
            place = (str(LEVELS[level]), parent, segment, paths[own], FOUNDED)
            yield own, now, 1, code, name, text, *place


def _segment(number: int) -> str:
    text = ""
    for _ in range(4):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return f"{text}."


@contextmanager
def _without_indexes(connection: Any) -> Iterator[None]:
    """Those of the heavy tables that no constraint stands on."""
    found = connection.execute(_INDEXES, {"tables": list(HEAVY)}).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in found:
        connection.execute(definition)


def _fill(connection: Any, size: Size, months: list[str]) -> None:
    names = {"name": "Nguyễn Văn Thử", "text": fold("Nguyễn Văn Thử"), "kind": MEMBER}
    told = {"members": size.members, "cells": size.cells, "level": len(LEVELS) - 1}
    connection.execute(_MEMBERS, told | names | {"key": sort_key("Nguyễn Văn Thử")})
    connection.execute(_MEMBERSHIPS, told | {"kind": MEMBERSHIP, "member": MEMBER})
    connection.execute(_ACCOUNTS, told | {"kind": ACCOUNT, "member": MEMBER})
    connection.execute(_OFFICES, {"kind": OFFICE})
    for place, month in enumerate(months):
        is_running = month == months[-1]
        moments = {
            "starts_at": periods.starts_at(month),
            "month": month,
            "status": "ended" if is_running else "submitted",
            "came": "unmarked" if is_running else "present",
            "stayed": "unmarked" if is_running else "absent_excused",
        }
        kinds = {"kind": MEETING, "line": LINE, "member": MEMBER, "place": place}
        for statement in (_ACTIVITIES, _MEETINGS, _LINES):
            connection.execute(statement, told | moments | kinds)


def _open(connection: Any, months: list[str]) -> None:
    today = clock.local_date(clock.now())
    zeros = ", ".join("0" for _ in COUNTS)
    connection.execute(
        "INSERT INTO figure_days (id, day, first_period) VALUES (1, %s, %s)",
        (today.isoformat(), months[0]),
    )
    connection.execute(
        f"INSERT INTO figures (organization_id, period, parent_id, path, is_cell, {_COUNTS})"  # noqa: S608 - our own names
        f" SELECT id, month, parent_id, path, kind = 'cell', {zeros}"
        " FROM unnest(%s::varchar[]) AS month, organizations ORDER BY month, path",
        (months,),
    )
    connection.execute("ANALYZE figures")


def _count(connection: Any, months: list[str]) -> None:
    """By the service, the running month and one that is over, which the others are like."""
    now = clock.now()
    for month in {months[0], months[-1]}:
        with database.writing() as session:
            figures.recount_period(session, month, now)
        while _fold():
            pass
    sets = ", ".join(f"{name} = model.{name}" for name in COUNTS)
    connection.execute(
        f"UPDATE figures SET {sets} FROM figures AS model WHERE model.period = %s"  # noqa: S608 - our own names
        " AND model.organization_id = figures.organization_id AND figures.period = ANY(%s)",
        (months[0], months[1:-1]),
    )
    for month in months[1:-1]:
        for kind in obligations.due(month):
            told = {"month": month, "kind": kind, "due_at": obligations.due_at(month)}
            connection.execute(_OBLIGATIONS, told)


def _fold() -> int:
    with database.writing() as session:
        return figures.fold(session)


_COUNTS = ", ".join(COUNTS)
_ID = """
CREATE FUNCTION bench_id(kind int, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (lpad(to_hex(kind), 8, '0') || '000070008000' || lpad(to_hex(number), 12, '0'))::uuid
"""
_OBLIGATIONS = """
INSERT INTO obligations (id, created_at, version, organization_id, period, kind, due_at)
SELECT gen_random_uuid(), now(), 1, organization_id, period, %(kind)s, %(due_at)s
FROM figures WHERE period = %(month)s AND is_cell AND cells > 0
"""
_UNITS = """
COPY organizations (id, created_at, version, code, name, search_text, kind, parent_id, segment,
                    path, valid_from) FROM STDIN
"""
_PARENTS = """
INSERT INTO organization_parents (id, created_at, version, organization_id, parent_id, valid_from)
SELECT bench_id(%(kind)s, row_number() OVER (ORDER BY id)), created_at, 1, id, parent_id, valid_from
FROM organizations
"""
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename = ANY(%(tables)s) AND indexname NOT IN
    (SELECT conname FROM pg_constraint)
"""
_MEMBERS = """
INSERT INTO members (id, created_at, version, full_name, search_text, sort_key, sex, born_on,
                     admitted_on, official_on, is_probationary)
SELECT bench_id(%(kind)s, m), now(), 1, %(name)s || ' ' || m, %(text)s || ' ' || m,
       %(key)s || ' ' || m, 'female', date '1970-01-01' + (m %% 9000)::int, '2010-03-26',
       '2011-03-26', false
FROM generate_series(0, %(members)s::bigint - 1) AS m
"""
_MEMBERSHIPS = """
INSERT INTO memberships (id, created_at, version, organization_id, member_id, kind, valid_from)
SELECT bench_id(%(kind)s, m), now(), 1, bench_id(%(level)s, m * %(cells)s / %(members)s),
       bench_id(%(member)s, m), 'official_residence', '2015-01-01'
FROM generate_series(0, %(members)s::bigint - 1) AS m
"""
_ACCOUNTS = """
INSERT INTO accounts (id, created_at, version, member_id, password_hash, activated_at)
SELECT bench_id(%(kind)s, m), now(), 1, bench_id(%(member)s, m), '', '2020-01-01'
FROM generate_series(0, %(members)s::bigint - 1) AS m WHERE m %% 10 <> 0
"""
_OFFICES = """
INSERT INTO offices (id, created_at, version, organization_id, member_id, role, valid_from)
SELECT bench_id(%(kind)s, row_number() OVER (ORDER BY organization_id)), now(), 1,
       organization_id, first.member_id, 'secretary', '2015-01-01'
FROM (SELECT DISTINCT ON (organization_id) organization_id, member_id
      FROM memberships JOIN accounts USING (member_id) ORDER BY organization_id, member_id) AS first
"""
_ACTIVITIES = """
INSERT INTO activities (member_id, period, first_at)
SELECT bench_id(%(member)s, m), %(month)s, %(starts_at)s
FROM generate_series(0, %(members)s::bigint - 1) AS m WHERE m %% 10 > 1
"""
_MEETINGS = """
INSERT INTO meetings (id, created_at, version, organization_id, kind, title, starts_at, ends_at,
                      place, held_as, status, scheduled_at, opened_at, ended_at, first_submitted_at,
                      notice_sent_at, documents_published_at, minutes_written_at, sequence,
                      sheet_version)
SELECT bench_id(%(kind)s, %(place)s * %(cells)s::bigint + u), now(), 1, bench_id(%(level)s, u),
       'regular', 'Sinh hoạt chi bộ', at, at + interval '2 hours', 'Nhà văn hóa', 'whole',
       %(status)s, at - interval '7 days', at, at + interval '2 hours',
       CASE WHEN %(status)s = 'submitted' THEN at + interval '3 hours' END,
       at - interval '7 days', at - interval '2 days', at + interval '1 hour', 0, 0
FROM generate_series(0, %(cells)s::bigint - 1) AS u,
     (SELECT %(starts_at)s::timestamptz AS at) AS moment
WHERE u %% 80 <> 0
"""
_LINES = """
INSERT INTO attendances (id, created_at, version, organization_id, member_id, meeting_id,
                         roster_reason, may_vote, status)
SELECT bench_id(%(line)s, %(place)s * %(members)s::bigint + m), now(), 1,
       bench_id(%(level)s, u), bench_id(%(member)s, m),
       bench_id(%(kind)s, %(place)s * %(cells)s::bigint + u), 'official', true,
       CASE WHEN m %% 19 = 0 THEN %(stayed)s ELSE %(came)s END
FROM (SELECT m, m * %(cells)s / %(members)s AS u
      FROM generate_series(0, %(members)s::bigint - 1) AS m) AS line
WHERE u %% 80 <> 0
"""


if __name__ == "__main__":
    build(database.engine(), Size(*map(int, sys.argv[1:])))
