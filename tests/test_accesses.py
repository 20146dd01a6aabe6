"""Whoever's confidential data is shown in clear reads by which post, on which way, and when."""

from typing import Any
from uuid import UUID

import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AccessEntry, Member, MemberMerge
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.people import make_member
from tests.world import World, rows

ASKED = {"field": "phone", "reason": "Gọi về việc của chi bộ"}


def log_of(client: TestClient) -> list[tuple[str, str, list[str]]]:
    items = said(client.get("/me/access-log"))["items"]
    return [(item["office"], item["way"], item["fields"]) for item in items]


def give_phone(session: Session, world: World, who: str) -> UUID:
    (member,) = rows(session, Member, Member.id == world.people[who].member_id)
    member.phone = "+84912345678"
    session.add(member)
    session.flush()
    return member.id


class TestWaysToSee:
    def test_a_telephone_beside_whoever_is_missing_is_noted_once_a_page(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        give_phone(session, world, "secretary")
        query = {"period": "2026-05", "measure": "cells_met"}

        for who in ("overseer", "officer", "inspector"):
            said(sign_in(who).get(f"/dashboards/{world.north_one.id}/missing", params=query))

        assert log_of(sign_in("secretary")) == [
            ("Cán bộ văn phòng cấp ủy · Đảng bộ tỉnh Thử Nghiệm", "contact", ["phone"]),
            ("Bí thư · Đảng bộ xã Bắc", "contact", ["phone"]),
        ]

    def test_a_printed_call_list_is_noted_and_a_stored_one_again_when_it_is_read(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        give_phone(session, world, "secretary")
        wanted = {
            "organization_id": str(world.north.id),
            "period": "2026-05",
            "measure": "accounts_activated",
        }
        officer = sign_in("branch_officer")

        assert officer.get("/reports/call-list.xlsx", params=wanted).status_code == 200
        (report,) = said(officer.get("/reports", params={"kind": "call_list"}))["items"]
        again = officer.get(f"/reports/{report['id']}/file", params={"format": "csv"})

        assert again.status_code == 200
        office = "Cán bộ văn phòng cấp ủy · Đảng bộ xã Bắc"
        assert log_of(sign_in("secretary")) == [(office, "call_list", ["phone"])] * 2

    def test_codes_told_with_card_numbers_are_noted_for_each_member(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell = {"organization_id": str(world.north_one.id)}

        told = said(sign_in("secretary").post("/activation-codes", json=cell))["items"]

        entries = rows(session, AccessEntry)
        assert {str(entry.member_id) for entry in entries} == {one["member_id"] for one in told}
        assert len(entries) == len(told)
        assert {entry.organization_id for entry in entries} == {world.north_one.id}

    def test_nobody_is_told_of_oneself(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        own = give_phone(session, world, "secretary")

        said(sign_in("secretary").post(f"/members/{own}/reveal", json=ASKED))

        assert log_of(sign_in("secretary")) == []


class TestLog:
    def test_is_read_in_pages_and_by_nobody_else(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        address = f"/members/{world.people['member'].member_id}/reveal"
        for minute in range(3):
            clock.move_to(at(f"2026-05-15T05:0{minute}:00Z"))
            said(sign_in("secretary").post(address, json=ASKED))

        member = sign_in("member")
        first = said(member.get("/me/access-log", params={"limit": 2}))
        rest = said(
            member.get("/me/access-log", params={"limit": 2, "cursor": first["next_cursor"]})
        )

        assert [item["at"][14:16] for item in first["items"] + rest["items"]] == ["02", "01", "00"]
        for who in ("secretary", "officer", "inspector", "administrator"):
            assert log_of(sign_in(who)) == []

    def test_follows_the_person_into_the_row_that_theirs_was_merged_into(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        duplicate = make_member(session, world.north_one, number=900)
        said(sign_in("officer").post(f"/members/{duplicate.id}/reveal", json=ASKED))
        merge: dict[str, Any] = {"duplicate_id": str(duplicate.id), "reason": "Nhập hai lần"}
        kept = world.people["member"].member_id
        said(sign_in("officer").post(f"/members/{kept}/merge", json=merge))

        assert [way for _, way, _ in log_of(sign_in("member"))] == ["reveal"]
        assert len(rows(session, MemberMerge)) == 1
