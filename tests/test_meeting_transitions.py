"""Every state of a meeting against every verb, and what each step takes and leaves behind."""

from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    Attendance,
    AttendanceStatus,
    AuditEntry,
    Figure,
    Meeting,
    MeetingStatus,
    Organization,
)
from tests.conftest import SignIn, at
from tests.factories.meetings import (
    make_absence_report,
    make_held_meeting,
    make_meeting,
    make_minutes,
)
from tests.world import World, rows

#: The drawing of the contract: verb, from, to.
ARROWS: dict[str, tuple[set[str], str]] = {
    "schedule": ({"draft"}, "scheduled"),
    "postpone": ({"scheduled", "postponed"}, "postponed"),
    "cancel": ({"draft", "scheduled", "postponed"}, "cancelled"),
    "open": ({"scheduled", "postponed"}, "open"),
    "end": ({"open"}, "ended"),
    "submit": ({"ended", "returned"}, "submitted"),
    "return": ({"submitted"}, "returned"),
    "accept": ({"submitted"}, "accepted"),
    "take_back": ({"submitted"}, "ended"),
    "reopen": ({"submitted", "accepted"}, "ended"),
}
BODIES: dict[str, dict[str, Any]] = {
    "postpone": {"starts_at": "2026-05-16T12:00:00Z"},
    "cancel": {"reason": "Bão"},
    "return": {"comment": "Thiếu kết luận"},
    "reopen": {"reason": "Sửa điểm danh"},
}


def url_of(meeting: Meeting, verb: str) -> str:
    return f"/meetings/{meeting.id}/{verb.replace('_', '-')}"


def figure_of(session: Session, cell: Organization, period: str = "2026-05") -> Figure:
    (figure,) = rows(session, Figure, Figure.organization_id == cell.id, Figure.period == period)
    assert isinstance(figure, Figure)
    return figure


class TestEveryStateAgainstEveryVerb:
    @pytest.mark.parametrize("verb", ARROWS)
    def test_a_verb_moves_along_its_arrow_or_names_the_others(
        self, sign_in: SignIn, session: Session, world: World, verb: str
    ) -> None:
        sources, target = ARROWS[verb]
        client = sign_in("officer" if verb in ("return", "accept", "reopen") else "secretary")
        for status in MeetingStatus:
            meeting = make_meeting(session, world.north_one, status=status)
            make_minutes(session, meeting)

            answer = client.post(url_of(meeting, verb), json=BODIES.get(verb))

            body = answer.json()
            if status in sources:
                assert (answer.status_code, body["status"]) == (200, target), (status, body)
            else:
                allowed = [other for other, (start, _) in ARROWS.items() if status in start]
                assert (answer.status_code, body["code"]) == (409, "invalid_transition")
                assert body["allowed"] == allowed, status


class TestWhoMay:
    @pytest.mark.parametrize("verb", ["return", "accept"])
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("officer", 200),
            ("branch_officer", 200),
            ("secretary", 403),
            ("overseer", 403),
            ("inspector", 403),
            ("sibling_officer", 404),
            ("administrator", 404),
        ],
    )
    def test_the_level_above_decides(
        self, sign_in: SignIn, session: Session, world: World, who: str, status: int, verb: str
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SUBMITTED)
        answer = sign_in(who).post(f"/meetings/{meeting.id}/{verb}", json=BODIES.get(verb))

        assert answer.status_code == status, answer.text

    def test_a_secretary_reopens_what_was_not_accepted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        submitted = make_meeting(session, world.north_one, status=MeetingStatus.SUBMITTED)
        accepted = make_meeting(session, world.north_one, status=MeetingStatus.ACCEPTED)

        def reopen(who: str, meeting: Meeting) -> int:
            url = f"/meetings/{meeting.id}/reopen"
            return sign_in(who).post(url, json=BODIES["reopen"]).status_code

        assert reopen("secretary", submitted) == 200
        assert reopen("secretary", accepted) == 403
        assert reopen("officer", accepted) == 200

    @pytest.mark.parametrize("verb", ["schedule", "cancel", "open"])
    def test_a_foreign_meeting_does_not_exist(
        self, sign_in: SignIn, session: Session, world: World, verb: str
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        answer = sign_in("outsider").post(f"/meetings/{meeting.id}/{verb}", json=BODIES.get(verb))

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestTakeBack:
    """A submission belongs to the cell until the level above has seen it."""

    def test_before_anybody_above_has_looked(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_held_meeting(session, world.north_one, [])
        secretary = sign_in("secretary")
        secretary.post(f"/meetings/{meeting.id}/submit").raise_for_status()
        for who in ("secretary", "member", "overseer", "inspector"):
            assert sign_in(who).get(f"/meetings/{meeting.id}").json()["looked_at"] is None

        taken_back = secretary.post(f"/meetings/{meeting.id}/take-back")

        assert (taken_back.status_code, taken_back.json()["status"]) == (200, "ended")
        assert figure_of(session, world.north_one).cells_met == 0

    @pytest.mark.parametrize(
        "what", ["/meetings/{}", "/meetings/{}/minutes", "/attendances?meeting_id={}"]
    )
    def test_the_first_look_ends_it_and_a_new_submission_begins_anew(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
        what: str,
    ) -> None:
        meeting = make_held_meeting(session, world.north_one, [])
        url = f"/meetings/{meeting.id}"
        secretary, officer = sign_in("secretary"), sign_in("officer")
        submitted = secretary.post(f"{url}/submit").json()

        officer.get(what.format(meeting.id)).raise_for_status()
        clock.shift(60)
        seen = officer.get(url).json()
        refused = secretary.post(f"{url}/take-back")

        assert (seen["looked_at"], seen["version"]) == (
            "2026-05-15T05:00:00Z",
            submitted["version"] + 1,
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "already_looked_at")
        looks = rows(session, AuditEntry, AuditEntry.action == "meeting.looked_at")
        assert [look.actor_id for look in looks] == [world.people["officer"].account_id]
        secretary.post(f"{url}/reopen", json=BODIES["reopen"]).raise_for_status()
        assert secretary.post(f"{url}/submit").json()["looked_at"] is None
        assert secretary.post(f"{url}/take-back").status_code == 200

    def test_whatever_of_it_is_read_first(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        members = world.members[world.north_one.id][:1]
        meeting = make_held_meeting(session, world.north_one, members)
        (line,) = rows(session, Attendance, Attendance.meeting_id == meeting.id)
        url = f"/meetings/{meeting.id}"
        secretary, officer = sign_in("secretary"), sign_in("officer")
        etag = secretary.get(f"{url}/minutes").headers["etag"]
        written = secretary.put(
            f"{url}/minutes", json={"text": "Đã họp"}, headers={"if-match": etag}
        )
        written.raise_for_status()
        for part in (
            f"{url}/minutes/revisions",
            f"{url}/minutes/revisions/2",
            f"{url}/minutes.docx",
            f"{url}/roster",
            f"{url}/agenda",
            f"{url}/checklist",
            f"{url}/attendance-list.docx",
            f"/attendances/{line.id}/history",
        ):
            marked = {"unmarked_as": "absent_unexcused"}
            secretary.post(f"{url}/submit", json=marked).raise_for_status()
            secretary.get(part).raise_for_status()
            sign_in("inspector").get(part).raise_for_status()
            assert secretary.get(url).json()["looked_at"] is None, part
            officer.get(part).raise_for_status()
            assert secretary.post(f"{url}/take-back").status_code == 409, part
            secretary.post(f"{url}/reopen", json=BODIES["reopen"]).raise_for_status()


class TestReasons:
    def test_a_reason_is_kept_and_traced(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SUBMITTED)
        url = f"/meetings/{meeting.id}/return"
        client = sign_in("officer")

        assert client.post(url, json={}).status_code == 422
        answer = client.post(url, json={"comment": "Thiếu kết luận"})

        assert answer.json()["status_reason"] == "Thiếu kết luận"
        (trace,) = rows(session, AuditEntry, AuditEntry.subject_id == meeting.id)
        assert (trace.action, trace.details) == ("meeting.returned", {"reason": "Thiếu kết luận"})
        assert trace.actor_id == world.people["officer"].account_id

    def test_a_reason_stays_to_be_read_when_the_meeting_moves_on(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_held_meeting(session, world.north_one, [], status=MeetingStatus.RETURNED)
        meeting.status_reason = "Thiếu kết luận"
        session.add(meeting)
        session.flush()

        answer = sign_in("secretary").post(f"/meetings/{meeting.id}/submit", json={})

        assert (answer.status_code, answer.json()["status_reason"]) == (200, "Thiếu kết luận")


class TestOpen:
    def test_from_sixty_minutes_before_the_start(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        meeting = make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.SCHEDULED,
            starts_at=at("2026-05-15T06:00:01Z"),
        )
        client = sign_in("secretary")

        early = client.post(f"/meetings/{meeting.id}/open")
        clock.move_to(at("2026-05-15T05:00:01Z"))
        in_time = client.post(f"/meetings/{meeting.id}/open")

        assert (early.status_code, early.json()["code"]) == (409, "too_early")
        assert early.json()["opens_at"] == "2026-05-15T05:00:01+00:00"
        assert in_time.json()["status"] == "open"


class TestSubmit:
    def test_it_needs_minutes(self, sign_in: SignIn, session: Session, world: World) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
        answer = sign_in("secretary").post(f"/meetings/{meeting.id}/submit")

        assert (answer.status_code, answer.json()["code"]) == (409, "minutes_missing")

    def test_unmarked_lines_are_named_or_marked_as_told(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        members = world.members[world.north_one.id][:3]
        meeting = make_held_meeting(session, world.north_one, members)
        client = sign_in("secretary")

        refused = client.post(f"/meetings/{meeting.id}/submit")
        other = client.post(f"/meetings/{meeting.id}/submit", json={"unmarked_as": "present"})
        told = client.post(
            f"/meetings/{meeting.id}/submit", json={"unmarked_as": "absent_unexcused"}
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "lines_unmarked")
        assert refused.json()["count"] == 3
        assert set(refused.json()["unmarked"]) == {str(member) for member in members}
        assert other.status_code == 422
        assert told.json()["status"] == "submitted"
        lines = rows(session, Attendance, Attendance.meeting_id == meeting.id)
        assert {(line.status, line.source) for line in lines} == {("absent_unexcused", "secretary")}

    def test_lines_with_a_suggestion_take_it(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        excused, pending = world.members[world.north_one.id][:2]
        meeting = make_held_meeting(session, world.north_one, [excused, pending])
        make_absence_report(session, meeting, excused, status="accepted")
        make_absence_report(session, meeting, pending)
        client = sign_in("secretary")

        refused = client.post(f"/meetings/{meeting.id}/submit")
        client.post(
            f"/meetings/{meeting.id}/submit", json={"unmarked_as": "absent_unexcused"}
        ).raise_for_status()

        assert refused.json()["unmarked"] == [str(pending)]
        lines = {
            line.member_id: (line.status, line.source)
            for line in rows(session, Attendance, Attendance.meeting_id == meeting.id)
        }
        assert lines[excused] == (AttendanceStatus.ABSENT_EXCUSED, "absence_report")
        assert lines[pending] == (AttendanceStatus.ABSENT_UNEXCUSED, "secretary")

    def test_it_counts_until_it_is_returned(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        prepared = {
            "notice_sent_at": at("2026-05-10T05:00:00Z"),
            "documents_published_at": at("2026-05-10T05:00:00Z"),
            "minutes_written_at": at("2026-05-15T05:00:00Z"),
        }
        meeting = make_held_meeting(session, world.north_one, [], **prepared)
        secretary, officer = sign_in("secretary"), sign_in("officer")
        url = f"/meetings/{meeting.id}"

        first = secretary.post(f"{url}/submit").json()["first_submitted_at"]
        counted = figure_of(session, world.north_one)
        submitted = (counted.cells_met, counted.cells_met_on_time)
        officer.post(f"{url}/return", json=BODIES["return"]).raise_for_status()
        returned = figure_of(session, world.north_one).cells_met
        clock.move_to(at("2026-05-20T05:00:00Z"))
        again = sign_in("secretary").post(f"{url}/submit").json()

        assert (submitted, returned) == ((1, 1), 0)
        assert again["first_submitted_at"] == first == "2026-05-15T05:00:00Z"
        assert figure_of(session, world.north_one).cells_met_on_time == 1
