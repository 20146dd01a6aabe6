"""A member says that a mark is wrong; the cell decides, and the sheet follows."""

from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    Attendance,
    AttendanceEvent,
    AttendanceStatus,
    MeetingStatus,
    Notification,
    Objection,
    RosterReason,
)
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.factories.meetings import make_line, make_meeting
from tests.factories.objections import make_objection
from tests.world import World, rows

_S = AttendanceStatus
EVENING = at("2026-05-20T19:00:00+07:00")


def line_of(session: Session, world: World, who: str = "member", **facts: Any) -> Attendance:
    """A line of a meeting that ended just now, absent without excuse unless told otherwise."""
    status = facts.pop("meeting_status", MeetingStatus.ENDED)
    meeting = make_meeting(session, world.north_one, status=status)
    member_id = world.people[who].member_id
    assert member_id is not None
    return make_line(session, meeting, member_id, **({"status": _S.ABSENT_UNEXCUSED} | facts))


def word_on(line: Attendance, **more: Any) -> dict[str, Any]:
    wanted = {"claimed": "present", "text": "Tôi có họp, ngồi cuối phòng."}
    return {"attendance_id": str(line.id), **wanted, **more}


def test_from_the_own_year_to_the_corrected_sheet(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    member_id, leader_id = (world.people[who].member_id for who in ("member", "secretary"))
    assert member_id is not None
    assert leader_id is not None
    secretary, member = sign_in("secretary"), sign_in("member")
    hold(secretary, clock, world.north_one, EVENING, {member_id: "absent_unexcused"})
    (item,) = said(member.get("/me/attendances"))["items"]
    assert item["can_object_until"] == "2026-06-03T12:00:00Z"
    word = {"attendance_id": item["attendance_id"], "claimed": "present", "text": "Tôi có họp."}

    made = said(member.post("/objections", json=word))
    accepted = said(secretary.post(f"/objections/{made['id']}/accept", json={"comment": "Đúng"}))

    assert (made["marked"], made["status"]) == ("absent_unexcused", "pending")
    assert (accepted["status"], accepted["comment"]) == ("accepted", "Đúng")
    year = said(member.get("/me/attendances"))
    assert (year["items"][0]["status"], year["items"][0]["objection"]) == ("present", accepted)
    assert (year["counters"]["present"], year["counters"]["unexcused_months"]) == (1, 0)
    event = rows(session, AttendanceEvent, AttendanceEvent.member_id == member_id)[-1]
    assert (event.source, event.reason) == (
        "secretary",
        "Theo kiến nghị của đảng viên: Tôi có họp.",
    )
    about = Notification.subject_id == UUID(made["id"])
    told = {notice.member_id: notice.kind for notice in rows(session, Notification, about)}
    assert told[member_id] == "objection_decided"
    assert told[leader_id] == "objection_raised"


class TestCreate:
    @pytest.mark.parametrize(
        ("facts", "claimed", "status", "code"),
        [
            ({"meeting_status": MeetingStatus.OPEN}, "present", 409, "meeting_not_held"),
            ({"status": _S.UNMARKED}, "present", 409, "not_marked"),
            ({"marked_at": at("2026-05-01T04:59:59Z")}, "present", 409, "too_late"),
            ({"marked_at": at("2026-05-01T05:00:00Z")}, "present", 201, None),
            ({"status": _S.PRESENT}, "present", 422, "invalid"),
            ({"status": _S.PRESENT}, "absent_excused", 201, None),
            ({"status": _S.PRESENT}, "absent_unexcused", 422, "invalid"),
            (
                {"status": _S.EXEMPT, "roster_reason": RosterReason.EXEMPT},
                "absent_excused",
                422,
                "invalid",
            ),
            ({"status": _S.EXEMPT, "roster_reason": RosterReason.EXEMPT}, "present", 201, None),
        ],
    )
    def test_of_a_marked_line_for_fourteen_days(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        facts: dict[str, Any],
        claimed: str,
        status: int,
        code: str | None,
    ) -> None:
        line = line_of(session, world, **facts)
        answer = sign_in("member").post("/objections", json=word_on(line, claimed=claimed))

        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert len(rows(session, Objection)) == (status == 201)

    def test_one_waits_at_a_time(self, sign_in: SignIn, session: Session, world: World) -> None:
        line = line_of(session, world)
        member = sign_in("member")
        first = said(member.post("/objections", json=word_on(line)))

        second = member.post("/objections", json=word_on(line))
        said(member.post(f"/objections/{first['id']}/withdraw"))
        third = member.post("/objections", json=word_on(line))

        assert (second.status_code, second.json()["code"], third.status_code) == (
            409,
            "conflict",
            201,
        )
        waiting = said(member.get("/objections", params={"status": "pending"}))["items"]
        assert [item["id"] for item in waiting] == [third.json()["id"]]


class TestDecide:
    def test_not_ones_own(self, sign_in: SignIn, session: Session, world: World) -> None:
        objection = make_objection(session, line_of(session, world, "secretary"))
        url = f"/objections/{objection.id}/accept"

        own = sign_in("secretary").post(url)

        assert (own.status_code, own.json()["code"]) == (403, "own_objection")
        assert sign_in("deputy").post(url).status_code == 200

    def test_declined_with_a_comment_and_only_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        line = line_of(session, world)
        url = f"/objections/{make_objection(session, line).id}"
        secretary = sign_in("secretary")

        assert secretary.post(f"{url}/decline", json={}).status_code == 422
        declined = secretary.post(f"{url}/decline", json={"comment": "Không có mặt"})
        again = secretary.post(f"{url}/accept")

        assert (declined.status_code, declined.json()["status"]) == (200, "declined")
        assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
        assert sign_in("member").post(f"{url}/withdraw").status_code == 409
        (kept,) = rows(session, Attendance, Attendance.id == line.id)
        assert kept.status is _S.ABSENT_UNEXCUSED

    def test_an_accepted_meeting_is_reopened_first(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        line = line_of(session, world, meeting_status=MeetingStatus.ACCEPTED)
        made = said(sign_in("member").post("/objections", json=word_on(line)))
        secretary, url = sign_in("secretary"), f"/objections/{made['id']}/accept"

        early = secretary.post(url)
        reopen = {"reason": "Đảng viên kiến nghị"}
        said(sign_in("officer").post(f"/meetings/{line.meeting_id}/reopen", json=reopen))

        assert (early.status_code, early.json()["code"]) == (409, "invalid_transition")
        assert said(sign_in("member").get(f"/objections/{made['id']}"))["status"] == "pending"
        assert secretary.post(url).status_code == 200


class TestOwnYear:
    def test_this_year_and_the_two_before(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        assert member_id is not None
        for day, status, marked in (
            ("2023-12-31T17:00:00Z", MeetingStatus.ACCEPTED, _S.ABSENT_UNEXCUSED),
            ("2025-12-31T16:59:00Z", MeetingStatus.ACCEPTED, _S.ABSENT_EXCUSED),
            ("2025-12-31T17:00:00Z", MeetingStatus.RETURNED, _S.ABSENT_EXCUSED),
            ("2026-02-04T12:00:00Z", MeetingStatus.ENDED, _S.ABSENT_UNEXCUSED),
            ("2026-03-04T12:00:00Z", MeetingStatus.SUBMITTED, _S.ABSENT_EXCUSED),
            ("2026-04-04T12:00:00Z", MeetingStatus.SUBMITTED, _S.PRESENT),
            ("2026-05-04T12:00:00Z", MeetingStatus.OPEN, _S.PRESENT),
        ):
            meeting = make_meeting(session, world.north_one, starts_at=at(day), status=status)
            came_at = at("2026-04-04T12:15:01Z") if marked is _S.PRESENT else None
            make_line(session, meeting, member_id, status=marked, came_at=came_at)
        member = sign_in("member")

        def year(**query: int) -> tuple[int, list[str], dict[str, int]]:
            body = said(member.get("/me/attendances", params=query))
            return body["year"], [item["status"] for item in body["items"]], body["counters"]

        assert year() == (
            2026,
            ["present", "absent_excused", "absent_unexcused", "absent_excused"],
            {
                "meetings": 4,
                "present": 1,
                "excused": 2,
                "unexcused": 1,
                "late": 1,
                "unexcused_months": 1,
                "excused_in_a_row": 0,
            },
        )
        before, statuses, counters = year(year=2025)
        assert (before, statuses, counters["excused_in_a_row"]) == (2025, ["absent_excused"], 1)
        assert year(year=2024)[:2] == (2024, ["absent_unexcused"])
        for other in (2023, 2027):
            refused = member.get("/me/attendances", params={"year": other})
            assert refused.json()["errors"][0]["pointer"] == "/year"
        staff = said(sign_in("administrator").get("/me/attendances"))
        assert (staff["items"], staff["counters"]["meetings"]) == ([], 0)
