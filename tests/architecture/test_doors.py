"""Who gets in where. A route without a row in `doors.py` fails the suite."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, func, select

from app.models import AuditEntry, PaperKind
from app.papers.defaults import default
from tests.architecture.doors import DOORS, EVERYBODY, OPEN, Door
from tests.architecture.things import Things
from tests.conftest import SignIn
from tests.factories.files import make_png
from tests.factories.workbooks import make_full_list, make_other, make_tree
from tests.tables import mark_of_writes
from tests.world import World

READING = ("GET", "HEAD")


def test_every_route_has_a_row(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    routes = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in paths.items()
        for method in methods
    }

    assert routes == {(door.method, door.path) for door in DOORS} | set(OPEN)


def test_the_rows_name_people_of_the_world(world: World) -> None:
    assert set(EVERYBODY.split()) == set(world.people)
    for door in DOORS:
        opens, sees = set(door.opens.split()), set(door.sees.split())
        assert opens | sees <= set(world.people), door
        assert not opens & sees, door


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path} {door.at}")
def test_only_the_keys_open_it(
    sign_in: SignIn, client: TestClient, session: Session, world: World, door: Door
) -> None:
    things = Things(session, world, sign_in)
    wrong = {}
    if try_it(client, door, things) != (401, "nothing"):
        wrong["anonymous"] = "came in"
    for person in sorted(EVERYBODY.split(), key=door.opens.split().__contains__):
        seen = try_it(sign_in(person), door, things)
        wanted = expected(door, person)
        if seen[0] not in wanted[0] or seen[1] != wanted[1]:
            wrong[person] = f"{seen}, not {wanted}"

    assert wrong == {}
    assert numbers_in_traces(session) == set()


def numbers_in_traces(session: Session) -> set[str]:
    """Whatever could be a card number, a personal id or a phone."""
    details = select(AuditEntry.details).execution_options(scoped="a test")
    told = (_ID.sub("", json.dumps(each)) for each in session.exec(details))
    return {number for text in told for number in _LONG_NUMBER.findall(text)}


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")
_LONG_NUMBER = re.compile(r"[0-9]{9,}")


def expected(door: Door, person: str) -> tuple[set[int], str]:
    if person in door.opens.split():
        is_read = door.method in READING and person not in door.notes.split()
        return {200, 201, 204}, "nothing" if is_read else "traced"
    for status, people in ((200, door.idle), (422, door.unfit), (409, door.keeps)):
        if person in people.split():
            return {status}, "nothing"
    return {403 if person in door.sees.split() else 404}, "nothing"


def try_it(client: TestClient, door: Door, things: Things) -> tuple[int, str]:
    """The status, and what was left behind: nothing, a change with a trace, or without one."""
    request = request_for(door, things)
    before, traces = mark_of_writes(things.session), count_traces(things.session)
    answer = client.request(door.method, **request)
    if mark_of_writes(things.session) == before:
        return answer.status_code, "nothing"
    is_traced = count_traces(things.session) > traces
    return answer.status_code, "traced" if is_traced else "changed without a trace"


def request_for(door: Door, things: Things) -> dict[str, Any]:
    path = door.path
    if door.at:
        before, _, rest = path.partition("{")
        path = before + things.named(door.at) + things.filled(rest.partition("}")[2])
    if door.query:
        path += "?" + things.filled(door.query)
    request: dict[str, Any] = {"url": path}
    if door.body is not None:
        request["json"] = things.filled(door.body)
    if door.if_match:
        request["headers"] = {"if-match": things.filled(door.if_match)}
    if door.file:
        content = _FILES[door.file]()
        request |= {"data": things.filled(door.form), "files": {"file": (door.file, content)}}
    return request


_FILES: dict[str, Callable[[], bytes]] = {
    "tree.xlsx": lambda: make_tree(["?"]),
    "members.xlsx": lambda: make_full_list(make_other(1)),
    "picture.png": make_png,
    "template.docx": lambda: default(PaperKind.ATTENDANCE_LIST),
}


def count_traces(session: Session) -> int:
    count = select(func.count()).select_from(AuditEntry).execution_options(scoped="a test")
    return session.exec(count).one()
