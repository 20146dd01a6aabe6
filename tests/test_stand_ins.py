"""Somebody of the cell stands in for its secretary, from one day to another."""

from datetime import date
from typing import Any

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import MeetingStatus, Member, Membership
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import make_meeting, make_not_held
from tests.factories.people import make_membership
from tests.second_factors import enrol_person
from tests.test_meetings import draft_of
from tests.test_organizations import fault
from tests.world import World, rows


@pytest.fixture
def appoint(sign_in: SignIn, world: World) -> Any:
    def post(who: str, unit: str = "north_one", holder: str = "member", **over: Any) -> Response:
        wanted = {
            "organization_id": str(getattr(world, unit).id),
            "member_id": str(world.people[holder].member_id),
            "role": "stand_in",
            "valid_from": "2026-05-16",
            "valid_to": "2026-05-18",
        }
        return sign_in(who).post("/offices", json=wanted | over)

    return post


class TestAppoint:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("secretary", 201),
            ("deputy", 201),
            ("branch_officer", 201),
            ("administrator", 201),
            ("committee_member", 403),
            ("member", 403),
            ("overseer", 403),
            ("inspector", 403),
            ("outsider", 404),
            ("sibling_officer", 404),
        ],
    )
    def test_by_who_leads_the_cell_or_an_officer(self, appoint: Any, who: str, status: int) -> None:
        assert appoint(who).status_code == status

    @pytest.mark.parametrize(
        ("over", "expected"),
        [
            ({"unit": "north"}, (422, "/organization_id", "not_a_cell")),
            ({"holder": "overseer"}, (422, "/member_id", "not_a_member")),
            ({"valid_to": None}, (422, "/valid_to", "too_long")),
            ({"valid_to": "2026-08-17"}, (422, "/valid_to", "too_long")),
        ],
    )
    def test_a_member_of_the_cell_for_three_months_at_most(
        self, appoint: Any, over: dict[str, Any], expected: tuple[int, str, str]
    ) -> None:
        assert fault(appoint("officer", **over)) == expected
        assert appoint("officer", valid_to="2026-08-16").status_code == 201

    def test_whoever_appoints_also_shortens_and_prolongs(
        self, appoint: Any, sign_in: SignIn
    ) -> None:
        url = f"/offices/{said(appoint('secretary'))['id']}"

        def until(who: str, day: str | None) -> int:
            return sign_in(who).patch(url, json={"valid_to": day}).status_code

        assert [until(who, "2026-06-01") for who in ("deputy", "officer")] == [200, 200]
        assert [until("secretary", day) for day in (None, "2026-08-17")] == [422, 422]
        assert [until(who, "2026-05-18") for who in ("member", "committee_member")] == [404, 403]
        assert until("secretary", "2026-05-16") == 200


def test_acts_like_the_secretary_on_these_days_and_appoints_nobody(
    appoint: Any,
    sign_in: SignIn,
    session: Session,
    world: World,
    clock: time_machine.Traveller,
) -> None:
    enrol_person(session, world, "member")
    said(appoint("secretary"))
    cell = world.north_one
    held = make_meeting(session, cell, status=MeetingStatus.SUBMITTED)
    draft = make_meeting(session, cell)
    quiet = make_not_held(session, cell, period="2026-02")
    member = sign_in("member")

    def tries() -> list[int]:
        return [
            member.post("/meetings", json=draft_of(cell)).status_code,
            member.get(f"/meetings/{draft.id}").status_code,
            member.get(f"/cells/{cell.id}").status_code,
        ]

    assert tries() == [403, 404, 403]
    clock.move_to(at("2026-05-16T00:00:00+07:00"))
    assert tries() == [201, 200, 200]
    assert member.post(f"/meetings/{held.id}/take-back").status_code == 200
    assert member.delete(f"/not-held/{quiet.id}").status_code == 204
    assert appoint("member", holder="committee_member").status_code == 403
    clock.move_to(at("2026-05-17T23:59:59+07:00"))
    assert tries() == [201, 200, 200]
    clock.move_to(at("2026-05-18T00:00:00+07:00"))
    assert tries() == [403, 404, 403]


def test_no_longer_than_a_member_of_the_cell(
    appoint: Any,
    sign_in: SignIn,
    session: Session,
    world: World,
    clock: time_machine.Traveller,
) -> None:
    enrol_person(session, world, "member")
    said(appoint("secretary", valid_to="2026-07-01"))
    member_id = world.people["member"].member_id
    (stay,) = rows(session, Membership, Membership.member_id == member_id)
    stay.valid_to = date(2026, 5, 17)
    session.add(stay)
    session.flush()
    (mover,) = rows(session, Member, Member.id == member_id)
    make_membership(session, world.south_one, mover, valid_from=stay.valid_to)
    meeting = make_meeting(session, world.north_one)
    member, url = sign_in("member"), f"/meetings/{meeting.id}"

    clock.move_to(at("2026-05-16T12:00:00+07:00"))
    assert member.get(url).status_code == 200
    clock.move_to(at("2026-05-17T00:00:00+07:00"))
    assert member.get(url).status_code == 404
    assert said(member.get("/me"))["offices"] == []
    assert len(said(member.get("/members"))["items"]) == 1
