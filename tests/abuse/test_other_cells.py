"""Reaching into another cell: by ids, by lists, by what once was one's own."""

import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import (
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    Membership,
    NotificationKind,
)
from tests.architecture.test_wire import OPERATIONS, Operation
from tests.conftest import SignIn, at
from tests.factories.meetings import make_held_meeting, make_line, make_meeting
from tests.factories.notices import make_notification
from tests.factories.people import make_member, make_membership
from tests.sheets import line_of, make_sheet, mark
from tests.tables import fingerprint_of_tables
from tests.world import World, rows


def test_ac_15_after_a_transfer_the_old_cell_reads_what_was_and_nothing_new(
    sign_in: SignIn, session: Session, world: World
) -> None:
    member = make_member(session, world.north_one, number=901)
    before = make_held_meeting(
        session, world.north_one, [member.id], starts_at=at("2026-04-10T12:00:00Z")
    )
    (membership,) = rows(session, Membership, Membership.member_id == member.id)
    membership.valid_to = at("2026-05-01T00:00:00Z").date()
    session.add(membership)
    make_membership(session, world.south_one, member, valid_from=membership.valid_to)
    old, new = sign_in("secretary"), sign_in("outsider")
    body, version = {"phone": "0912345678"}, {"if-match": f'"{member.version}"'}
    new.patch(f"/members/{member.id}", json=body, headers=version).raise_for_status()

    assert old.get(f"/members/{member.id}").status_code == 404
    assert old.get("/attendances", params={"meeting_id": str(before.id)}).status_code == 200
    assert new.get("/attendances", params={"meeting_id": str(before.id)}).status_code == 404


def test_ac_18_a_branch_is_no_beginning_of_anothers_name(sign_in: SignIn, world: World) -> None:
    unit = {"code": f"{world.north.code}0", "name": world.north.name, "kind": "grassroots"}
    founded = sign_in("officer").post(
        "/organizations", json=unit | {"parent_id": str(world.root.id)}
    )
    trap = founded.json()["id"]
    officer = sign_in("branch_officer")

    for query in ({}, {"text": world.north.code}, {"text": "%"}, {"text": "_"}):
        shown = officer.get("/organizations", params={"limit": 200, **query}).json()["items"]
        assert trap not in {unit["id"] for unit in shown}
    assert officer.get("/members", params={"organization_id": trap}).status_code == 404
    for forged in (f"{world.north.id}%", f"{str(world.north.id)[:-1]}_", world.north.path):
        assert officer.get("/members", params={"organization_id": forged}).status_code == 422


@pytest.mark.long
def test_ac_19_what_is_no_id_is_no_row_at_any_route(
    sign_in: SignIn, session: Session, world: World
) -> None:
    officer, before = sign_in("officer"), fingerprint_of_tables(session)
    tried = ("1", "-1", "..%2f..", "%00", "null", str(world.north_one.id)[:-1], "' or 1=1", "*")
    with_ids = [operation for operation in OPERATIONS if "_id}" in operation.path]
    wrong = [
        (operation, text)
        for operation in with_ids
        for text in (*tried, str(uuid4()))
        if not is_missing(officer, operation, text)
    ]

    assert wrong == []
    assert fingerprint_of_tables(session) == before


def is_missing(client: TestClient, operation: Operation, text: str) -> bool:
    """404; an id that might be one is looked for after the body was found wanting."""
    path = re.sub(r"\{\w+_id\}", text, operation.path.removeprefix("/api/v1"))
    path = re.sub(r"\{\w+\}", "1", path)
    has_body = "requestBody" in operation.document
    sent: dict[str, Any] = {"headers": {"if-match": '"1"'}}
    if has_body and "application/json" in operation.document["requestBody"]["content"]:
        sent["json"] = {}
    status = client.request(operation.method, path, **sent).status_code
    asked = {each["in"] for each in operation.document.get("parameters", [])}
    return status == 404 or (status == 422 and (has_body or "query" in asked))


class TestSmuggled:
    """AC-20: one foreign row among one's own refuses the whole, and changes nothing."""

    def test_ac_20_among_fifty_members_who_get_a_code(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        own = [make_member(session, world.north_one, number=910 + number) for number in range(49)]
        foreign = world.members[world.south_one.id][-1]
        before = fingerprint_of_tables(session)
        ids = [str(member.id) for member in own] + [str(foreign)]

        answer = sign_in("secretary").post("/activation-codes", json={"member_ids": ids})

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert fingerprint_of_tables(session) == before

    def test_ac_20_on_a_sheet_in_a_task_and_in_an_objection(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        foreign = world.members[world.south_one.id][-1]
        theirs = make_meeting(session, world.south_one, status=MeetingStatus.ENDED)
        line = make_line(session, theirs, foreign, status=AttendanceStatus.ABSENT_UNEXCUSED)
        sheet = make_sheet(session, world)
        own = world.members[world.north_one.id][5]
        secretary, before = sign_in("secretary"), fingerprint_of_tables(session)

        marked = mark(secretary, sheet, line_of(own), line_of(foreign))
        task = {"meeting_id": str(sheet.id), "title": "Việc", "owner_id": str(foreign)}
        claim = {"attendance_id": str(line.id), "claimed": "present", "text": "Tôi có họp"}

        assert marked.status_code == 422
        assert secretary.post("/tasks", json=task).status_code == 422
        assert sign_in("member").post("/objections", json=claim).status_code == 404
        assert fingerprint_of_tables(session) == before


def test_ac_45_anothers_cursor_shows_nothing_of_theirs(
    sign_in: SignIn, session: Session, world: World
) -> None:
    page = sign_in("officer").get("/members", params={"limit": 1}).json()

    taken = sign_in("outsider").get(
        "/members", params={"limit": 200, "cursor": page["next_cursor"]}
    )

    seen = {item["id"] for item in taken.json().get("items", [])}
    assert seen <= {str(member) for member in world.members[world.south_one.id]}


def test_ac_48_a_version_tells_nothing_of_a_row_that_one_may_not_see(
    sign_in: SignIn, session: Session, world: World
) -> None:
    theirs = make_meeting(session, world.south_one)
    secretary = sign_in("secretary")
    tries: list[tuple[str, dict[str, Any]]] = [("GET", {}), ("PATCH", {"json": {"title": "Tên"}})]
    for etag in ('"1"', '"2"', "*", "W/x"):
        headers = {"if-none-match": etag, "if-match": etag}
        told = [
            secretary.request(method, f"/meetings/{row_id}", headers=headers, **sent)
            for method, sent in tries
            for row_id in (theirs.id, uuid4())
        ]
        seen, missing = told[0::2], told[1::2]
        for one, other in zip(seen, missing, strict=True):
            assert one.status_code == other.status_code
            assert set(one.headers) == set(other.headers)
            assert one.json() | {"request_id": ""} == other.json() | {"request_id": ""}


def test_ac_51_a_notice_leads_nowhere_once_its_meeting_is_out_of_sight(
    sign_in: SignIn, session: Session, world: World
) -> None:
    theirs: Meeting = make_meeting(session, world.south_one, status=MeetingStatus.SCHEDULED)
    member_id = world.people["member"].member_id
    assert member_id is not None
    make_notification(session, theirs, member_id, kind=NotificationKind.MEETING_SCHEDULED)
    (item,) = sign_in("member").get("/notifications").json()["items"]

    assert sign_in("member").get(f"/meetings/{item['subject_id']}").status_code == 404
