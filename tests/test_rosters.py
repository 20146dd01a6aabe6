"""Who is summoned: decided by the day on which the meeting starts, and frozen when it opens."""

from datetime import date
from typing import Any
from uuid import UUID

import time_machine
from sqlmodel import Session

from app.models import (
    AttendanceStatus,
    ExemptionKind,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    Notification,
    Role,
    RosterExclusion,
    RosterReason,
)
from tests.conftest import SignIn, at
from tests.evenings import plan, said
from tests.factories.meetings import make_line, make_meeting
from tests.factories.people import (
    make_exemption,
    make_member,
    make_membership,
    make_office,
)
from tests.world import World, rows


def roster_of(answer: Any) -> dict[UUID, tuple[bool, str, bool]]:
    answer.raise_for_status()
    return {
        UUID(item["member_id"]): (item["is_summoned"], item["reason"], item["may_vote"])
        for item in answer.json()["items"]
    }


class TestOpen:
    def test_the_roster_is_that_of_the_local_day(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        """18:30 UTC on the 14th is the 15th in Ha Noi: who joins on the 15th is summoned."""
        cell, south = world.north_one, world.south_one
        own = world.members[cell.id]
        out = {5: ExemptionKind.EXEMPT, 6: ExemptionKind.SUSPENDED, 8: ExemptionKind.PROSECUTED}
        for index, kind in out.items():
            make_exemption(session, cell, _member(session, world, index), kind=kind)
        away = _member(session, world, 7)
        make_membership(session, south, away, kind=MembershipKind.TEMPORARY)
        guest = make_member(session, south, number=80)
        make_membership(session, cell, guest, kind=MembershipKind.TEMPORARY)
        joined = make_member(session, cell, number=81, joined_on=date(2026, 5, 15))
        make_member(session, cell, number=82, joined_on=date(2026, 5, 16))
        probationer = make_member(session, cell, number=83, official_on=None, is_probationary=True)
        meeting = make_meeting(
            session, cell, status=MeetingStatus.SCHEDULED, starts_at=at("2026-05-14T18:30:00Z")
        )
        client, url = sign_in("secretary"), f"/meetings/{meeting.id}"

        preview = client.get(f"{url}/roster")
        client.post(f"{url}/open").raise_for_status()
        frozen = client.get(f"{url}/roster")

        expected = dict.fromkeys([*own[:5], own[9], joined.id], (True, "official", True)) | {
            own[5]: (False, "exempt", True),
            own[6]: (False, "suspended", False),
            own[7]: (False, "temporarily_elsewhere", False),
            own[8]: (True, "official", False),
            guest.id: (True, "temporary", True),
            probationer.id: (True, "probationary", False),
        }
        assert roster_of(preview) == roster_of(frozen) == expected
        assert (preview.json()["is_frozen"], frozen.json()["is_frozen"]) == (False, True)
        excluded = rows(session, RosterExclusion, RosterExclusion.meeting_id == meeting.id)
        assert {row.member_id for row in excluded} == {own[6], own[7]}

    def test_a_transfer_afterwards_leaves_the_frozen_roster_alone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        client = sign_in("secretary")
        client.post(f"/meetings/{meeting.id}/open").raise_for_status()
        mover = world.members[world.north_one.id][9]
        (stay,) = rows(session, Membership, Membership.member_id == mover)
        stay.valid_to = at("2026-05-15T00:00:00Z").date()
        session.add(stay)
        session.flush()
        make_member(session, world.north_one, number=90)

        sheet = client.get("/attendances", params={"meeting_id": str(meeting.id)}).json()

        members = {line["member_id"] for line in sheet["items"]}
        assert members == {str(member_id) for member_id in world.members[world.north_one.id]}
        assert len(roster_of(client.get(f"/meetings/{meeting.id}/roster"))) == 10

    def test_the_exempt_count_once_they_are_there(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        member_id = world.members[world.north_one.id][5]
        exempt = {"roster_reason": RosterReason.EXEMPT, "may_vote": True}
        make_line(session, meeting, member_id, status=AttendanceStatus.PRESENT, **exempt)

        roster = roster_of(sign_in("inspector").get(f"/meetings/{meeting.id}/roster"))

        assert roster == {member_id: (True, "exempt", True)}


class TestCommittee:
    def test_only_who_holds_an_office_in_the_cell_on_the_day(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        cell, own = world.north_one, world.members[world.north_one.id]
        days = {"valid_from": date(2026, 5, 1), "valid_to": date(2026, 5, 16)}
        for index, unit, facts in (
            (5, cell, {"role": Role.STAND_IN} | days),
            (6, cell, {"role": Role.COMMITTEE_MEMBER, "valid_from": date(2026, 5, 17)}),
            (7, cell, {"role": Role.COMMITTEE_MEMBER, "valid_to": date(2026, 5, 15)}),
            (8, world.north, {"role": Role.COMMITTEE_MEMBER}),
        ):
            make_office(session, unit, _member(session, world, index), **facts)
        for member in (_member(session, world, index) for index in (2, 9)):
            make_exemption(session, cell, member, kind=ExemptionKind.SUSPENDED)
        client, starts_at = sign_in("secretary"), at("2026-05-15T12:00:00Z")
        meeting_id = plan(client, cell, starts_at, kind="committee")

        preview = roster_of(client.get(f"/meetings/{meeting_id}/roster"))
        clock.move_to(starts_at)
        said(client.post(f"/meetings/{meeting_id}/open"))

        called = (True, "official", True)
        assert preview == {
            own[0]: called,
            own[1]: called,
            own[2]: (False, "suspended", False),
            own[5]: called,
        }
        assert roster_of(client.get(f"/meetings/{meeting_id}/roster")) == preview
        told = rows(session, Notification, Notification.subject_id == UUID(meeting_id))
        assert {notice.member_id for notice in told} == {own[0], own[1], own[5]}

    def test_does_not_open_where_nobody_holds_one(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for index in range(3):
            make_exemption(
                session,
                world.north_one,
                _member(session, world, index),
                kind=ExemptionKind.SUSPENDED,
            )
        meeting = make_meeting(
            session, world.north_one, status=MeetingStatus.SCHEDULED, kind=MeetingKind.COMMITTEE
        )
        answer = sign_in("secretary").post(f"/meetings/{meeting.id}/open")

        assert (answer.status_code, answer.json()["code"]) == (409, "nobody_summoned")
        assert rows(session, Meeting, Meeting.id == meeting.id)[0].status == "scheduled"


def _member(session: Session, world: World, index: int) -> Member:
    (member,) = rows(session, Member, Member.id == world.members[world.north_one.id][index])
    assert isinstance(member, Member)
    return member
