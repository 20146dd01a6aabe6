"""The data quality page: what is suspect is counted, listed under its count, and linked to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.core import database
from app.models import (
    ExemptionKind,
    FindingCount,
    MeetingStatus,
    Member,
    Membership,
    Office,
    Transfer,
    TransferStatus,
)
from app.policies.actors import SYSTEM
from app.schemas.findings import Check
from app.services import findings
from app.work import Work
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting
from tests.factories.people import make_exemption, make_member, make_membership
from tests.world import NOON, World, rows


def found(sign_in: SignIn, check: Check, who: str = "officer") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked: dict[str, Any] = {"check": check, "limit": 2}
        page = sign_in(who).get("/findings", params=asked | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200
        items += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return items


def summary(sign_in: SignIn, organization_id: UUID) -> Any:
    return sign_in("officer").get(f"/findings/summary?organization_id={organization_id}").json()


def subjects(sign_in: SignIn, check: Check, who: str = "officer") -> set[str]:
    return {item["subject_id"] for item in found(sign_in, check, who)}


class TestChecks:
    def test_a_cell_without_a_secretary(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        assert subjects(sign_in, Check.CELL_WITHOUT_SECRETARY) == {str(world.north_two.id)}
        (office,) = rows(session, Office, Office.organization_id == world.south_one.id)
        office.valid_to = date(2026, 5, 15)
        session.add(office)
        session.flush()
        assert subjects(sign_in, Check.CELL_WITHOUT_SECRETARY) == {
            str(world.north_two.id),
            str(world.south_one.id),
        }

    def test_a_cell_of_fewer_than_three_official_members(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        assert subjects(sign_in, Check.CELL_BELOW_THREE) == set()
        for member_id in world.members[world.south_one.id][:2]:
            (member,) = rows(session, Member, Member.id == member_id)
            member.official_on = date(2026, 6, 1)
            session.add(member)
        session.flush()
        (item,) = found(sign_in, Check.CELL_BELOW_THREE)
        assert (item["organization"]["id"], item["detail"]) == (str(world.south_one.id), "2")

    def test_a_member_who_lacks_fields_with_their_names(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member = make_member(
            session, world.south_one, number=900, phone="0912345678", born_on=None, sex=None
        )
        whole = make_member(session, world.south_one, number=901, phone="0912345679")
        lacking = {item["subject_id"]: item for item in found(sign_in, Check.MEMBER_LACKS_FIELDS)}
        assert str(whole.id) not in lacking
        item = lacking[str(member.id)]
        assert item["detail"] == "sex born_on"
        assert item["member"]["full_name"] == member.full_name
        assert item["link"] == f"/api/v1/members/{member.id}"

    def test_a_member_in_two_cells_at_once_is_shown_to_both(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member = make_member(session, world.north_one, number=900)
        (first,) = rows(session, Membership, Membership.member_id == member.id)
        first.valid_to = date(2026, 3, 2)
        session.add(first)
        session.flush()
        second = make_membership(session, world.south_one, member, valid_from=date(2026, 3, 1))
        assert subjects(sign_in, Check.MEMBERSHIPS_OVERLAP) == {str(first.id), str(second.id)}
        assert subjects(sign_in, Check.MEMBERSHIPS_OVERLAP, "branch_officer") == {str(first.id)}

    def test_who_moved_on_the_day_is_in_one_cell_only(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member = make_member(session, world.north_one, number=900)
        (first,) = rows(session, Membership, Membership.member_id == member.id)
        first.valid_to = date(2026, 3, 1)
        session.add(first)
        session.flush()
        make_membership(session, world.south_one, member, valid_from=date(2026, 3, 1))
        assert subjects(sign_in, Check.MEMBERSHIPS_OVERLAP) == set()

    @pytest.mark.parametrize(
        ("ended_on", "is_found"),
        [("2026-05-16", False), ("2026-05-15", True), ("2026-04-16", True), ("2026-04-15", False)],
    )
    def test_an_exemption_that_ran_out_of_late(
        self, sign_in: SignIn, session: Session, world: World, *, ended_on: str, is_found: bool
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)
        ended = make_exemption(
            session, world.north_one, member, valid_to=date.fromisoformat(ended_on)
        )
        expected = {str(ended.id)} if is_found else set()
        assert subjects(sign_in, Check.EXEMPTION_EXPIRED) == expected

    def test_an_exemption_that_goes_on_is_not_found(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)
        make_exemption(session, world.north_one, member, valid_to=date(2026, 5, 10))
        make_exemption(session, world.north_one, member, valid_from=date(2026, 5, 10))
        make_exemption(
            session,
            world.north_one,
            member,
            kind=ExemptionKind.SUSPENDED,
            valid_to=date(2026, 9, 1),
        )
        assert subjects(sign_in, Check.EXEMPTION_EXPIRED) == set()

    def test_a_meeting_that_ended_and_was_not_submitted_in_two_days(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        def ended(days_ago: int, status: MeetingStatus) -> str:
            moment = NOON - timedelta(days=days_ago)
            return str(make_meeting(session, world.north_one, status=status, ended_at=moment).id)

        ended(2, MeetingStatus.ENDED)
        ended(5, MeetingStatus.SUBMITTED)
        late = {ended(3, MeetingStatus.ENDED), ended(9, MeetingStatus.RETURNED)}
        assert subjects(sign_in, Check.MEETING_NOT_SUBMITTED) == late

    def test_a_transfer_that_nobody_decides(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        def transfer(place: int, status: TransferStatus, day: date) -> str:
            row = Transfer(
                organization_id=world.north_one.id,
                member_id=world.members[world.north_one.id][place],
                to_organization_id=world.south_one.id,
                status=status,
                effective_on=day,
                sent_at=NOON - timedelta(days=9),
            )
            session.add(row)
            session.flush()
            return str(row.id)

        stale = transfer(0, TransferStatus.SENT, date(2026, 5, 14))
        transfer(1, TransferStatus.SENT, date(2026, 5, 15))
        transfer(2, TransferStatus.ACCEPTED, date(2026, 5, 1))
        assert subjects(sign_in, Check.TRANSFER_STALE) == {stale}


class TestSummary:
    def test_every_count_is_as_long_as_its_list(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for number in range(900, 905):
            make_member(
                session, world.south_one, number=number, phone=f"09123456{number % 100:02d}"
            )
        answer = summary(sign_in, world.root.id)
        assert [item["check"] for item in answer["items"]] == list(Check)
        for item in answer["items"]:
            assert item["count"] == len(found(sign_in, Check(item["check"])))
        assert sum(item["count"] for item in answer["items"]) > len(world.members)

    def test_a_link_lists_what_was_counted(self, sign_in: SignIn, world: World) -> None:
        answer = (
            sign_in("officer").get(f"/findings/summary?organization_id={world.north.id}").json()
        )
        counted = {item["check"]: item for item in answer["items"]}
        item = counted[Check.MEMBER_LACKS_FIELDS]
        listed = sign_in("officer").get(item["link"].removeprefix("/api/v1")).json()["items"]
        north = [*world.members[world.north_one.id], *world.members[world.north_two.id]]
        assert {one["subject_id"] for one in listed} == set(map(str, north))
        assert item["count"] == len(north)

    def test_nobody_sees_what_lies_elsewhere(self, sign_in: SignIn, world: World) -> None:
        assert subjects(sign_in, Check.CELL_WITHOUT_SECRETARY, "outsider") == set()
        answer = sign_in("outsider").get(f"/findings/summary?organization_id={world.north_one.id}")
        assert answer.status_code == 404


class TestTrend:
    def test_what_was_found_is_kept_by_day(self, sign_in: SignIn, world: World) -> None:
        for moment in (NOON - timedelta(days=1), NOON, NOON):
            with database.writing() as session:
                findings.note(Work(session, SYSTEM, moment))
        asked = {"organization_id": str(world.north.id), "check": Check.CELL_WITHOUT_SECRETARY}
        answer = sign_in("officer").get("/findings/trend", params=asked)
        assert answer.json() == {
            "items": [{"day": "2026-05-14", "count": 1}, {"day": "2026-05-15", "count": 1}]
        }
        south = sign_in("officer").get(
            "/findings/trend", params=asked | {"organization_id": str(world.south.id)}
        )
        assert [item["count"] for item in south.json()["items"]] == [0, 0]

    def test_what_is_two_years_old_is_forgotten(self, session: Session, world: World) -> None:
        for moment in (NOON - timedelta(days=800), NOON):
            with database.writing() as writer:
                findings.note(Work(writer, SYSTEM, moment))

        with database.writing() as writer:
            findings.forget(Work(writer, SYSTEM, NOON))

        assert {row.day for row in rows(session, FindingCount)} == {date(2026, 5, 15)}
