"""What a sheet promises: all or nothing, in the sight of its version, every mark an event."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session

from app.core.text import sort_key
from app.models import (
    AttendanceSource,
    AttendanceStatus,
    AuditEntry,
    MeetingStatus,
)
from tests.conftest import SignIn, at
from tests.factories.meetings import make_absence_report, make_line, make_meeting
from tests.second_factors import enrol_person
from tests.sheets import events, line_of, make_sheet, mark, statuses
from tests.world import World, rows


class TestRead:
    def test_a_member_sees_the_own_line_alone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        params = {"meeting_id": str(meeting.id)}

        whole = sign_in("committee_member").get("/attendances", params=params)
        own = sign_in("member").get("/attendances", params=params)

        assert (whole.headers["etag"], len(whole.json()["items"])) == ('"1"', 10)
        assert [line["member_id"] for line in own.json()["items"]] == [
            str(world.people["member"].member_id)
        ]
        assert sign_in("outsider").get("/attendances", params=params).status_code == 404

    def test_whoever_comes_to_see_more_is_not_told_that_nothing_changed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        params, headers = {"meeting_id": str(meeting.id)}, {"if-none-match": '"1"'}
        own = sign_in("member").get("/attendances", params=params, headers=headers)
        stand_in = {
            "organization_id": str(world.north_one.id),
            "member_id": str(world.people["member"].member_id),
            "role": "stand_in",
            "valid_from": "2026-05-15",
            "valid_to": "2026-05-30",
        }
        enrol_person(session, world, "member")
        sign_in("secretary").post("/offices", json=stand_in).raise_for_status()
        whole = sign_in("member").get("/attendances", params=params, headers=headers)

        assert [len(answer.json()["items"]) for answer in (own, whole)] == [1, 10]

    def test_lines_come_in_the_order_of_names(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        answer = sign_in("secretary").get("/attendances", params={"meeting_id": str(meeting.id)})

        names = [line["full_name"] for line in answer.json()["items"]]
        assert names == sorted(names, key=sort_key)
        assert names[0] == "Trần Văn Bình 1"

    def test_who_checked_in_after_a_quarter_of_an_hour_was_late(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        came = (
            (AttendanceSource.SELF, "2026-05-15T05:15:00Z"),
            (AttendanceSource.QR, "2026-05-15T05:15:01Z"),
            (AttendanceSource.SECRETARY, "2026-05-15T09:00:00Z"),
        )
        for member_id, (source, moment) in zip(
            world.members[world.north_one.id], came, strict=False
        ):
            make_line(
                session,
                meeting,
                member_id,
                status=AttendanceStatus.PRESENT,
                source=source,
                came_at=None if source is AttendanceSource.SECRETARY else at(moment),
            )

        answer = sign_in("secretary").get("/attendances", params={"meeting_id": str(meeting.id)})

        late = {line["source"]: line["is_late"] for line in answer.json()["items"]}
        assert late == {"self": False, "qr": True, "secretary": False}

    def test_an_accepted_absence_suggests_and_does_not_mark(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        away, asked, *_ = world.members[world.north_one.id]
        report = make_absence_report(session, meeting, away, status="accepted")
        make_absence_report(session, meeting, asked)

        answer = sign_in("secretary").get("/attendances", params={"meeting_id": str(meeting.id)})

        lines = {line["member_id"]: line for line in answer.json()["items"]}
        excused = lines[str(away)]
        assert (excused["status"], excused["suggested_status"]) == ("unmarked", "absent_excused")
        assert excused["absence_report"] == {
            "id": str(report.id),
            "reason": "business",
            "status": "accepted",
        }
        assert lines[str(asked)]["suggested_status"] is None


class TestMark:
    def test_marks_become_lines_events_and_another_version(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        first, second, *_ = world.members[world.north_one.id]
        answer = mark(
            sign_in("secretary"),
            meeting,
            line_of(first),
            line_of(second, "absent_excused", reason="Công tác"),
        )

        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
        told = {line["member_id"]: line["status"] for line in answer.json()["items"]}
        assert told == {str(id_): status for id_, status in statuses(session, meeting).items()}
        assert (told[str(first)], told[str(second)]) == ("present", "absent_excused")
        assert sorted(told.values()).count("unmarked") == 8
        written = {event.member_id: event for event in events(session, meeting)}
        assert set(written) == {first, second}
        assert written[second].reason == "Công tác"
        assert written[first].actor_id == world.people["secretary"].account_id
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "attendance.marked")
        assert (trace.subject_id, trace.details["lines"]) == (meeting.id, 2)

    def test_the_answer_is_what_is_read_next(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        client = sign_in("secretary")
        came = world.members[world.north_one.id][0]
        make_absence_report(session, meeting, came, status="accepted")

        answer = mark(client, meeting, line_of(came))

        read = client.get("/attendances", params={"meeting_id": str(meeting.id)})
        assert answer.json() == read.json()

    def test_a_member_not_on_the_roster_refuses_the_whole_sheet(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        stranger = world.members[world.south_one.id][0]
        answer = mark(
            sign_in("secretary"),
            meeting,
            line_of(world.members[world.north_one.id][0]),
            line_of(stranger),
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "not_on_roster")
        assert answer.json()["errors"][0]["pointer"] == "/lines/1/member_id"
        assert set(statuses(session, meeting).values()) == {"unmarked"}
        assert events(session, meeting) == []

    def test_nobody_is_named_twice(self, sign_in: SignIn, session: Session, world: World) -> None:
        meeting = make_sheet(session, world)
        member = world.members[world.north_one.id][0]
        answer = mark(
            sign_in("secretary"), meeting, line_of(member), line_of(member, "absent_excused")
        )

        assert answer.status_code == 422
        assert answer.json()["errors"][0] | {"detail": ""} == {
            "pointer": "/lines/1/member_id",
            "code": "duplicate",
            "detail": "",
        }
        assert set(statuses(session, meeting).values()) == {"unmarked"}

    def test_a_mark_needs_the_version_it_saw(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        client = sign_in("secretary")
        one = line_of(world.members[world.north_one.id][0])

        blind = mark(client, meeting, one, version=None)
        mark(client, meeting, one).raise_for_status()
        stale = mark(client, meeting, line_of(world.members[world.north_one.id][1]))

        assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        assert sorted(statuses(session, meeting).values()).count("present") == 1

    def test_of_two_writers_at_once_one_wins(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        members = world.members[world.north_one.id][:2]
        clients = [sign_in("secretary"), sign_in("deputy")]

        with ThreadPoolExecutor(2) as both:
            answers = list(
                both.map(mark, clients, [meeting] * 2, [line_of(member) for member in members])
            )

        assert sorted(answer.status_code for answer in answers) == [200, 412]
        assert len(events(session, meeting)) == 1

    def test_what_says_nothing_new_leaves_no_event(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        client = sign_in("secretary")
        one = line_of(world.members[world.north_one.id][0])
        mark(client, meeting, one).raise_for_status()

        again = mark(client, meeting, one, version=2)

        assert (again.status_code, again.headers["etag"]) == (200, '"2"')
        assert len(events(session, meeting)) == 1

    @pytest.mark.parametrize("status", ["draft", "scheduled", "postponed", "cancelled", "accepted"])
    def test_only_while_the_sheet_is_in_the_cells_hands(
        self, sign_in: SignIn, session: Session, world: World, status: str
    ) -> None:
        meeting = make_sheet(session, world, status=MeetingStatus(status))
        one = line_of(world.members[world.north_one.id][0], reason="Nhầm")
        answer = mark(sign_in("secretary"), meeting, one)

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
        assert answer.json()["allowed"] == meeting.allowed()

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("deputy", 200),
            ("committee_member", 200),
            ("member", 403),
            ("officer", 403),
            ("overseer", 403),
            ("inspector", 403),
            ("outsider", 404),
            ("administrator", 404),
        ],
    )
    def test_only_the_cell_marks(
        self, sign_in: SignIn, session: Session, world: World, who: str, status: int
    ) -> None:
        meeting = make_sheet(session, world)
        one = line_of(world.members[world.north_one.id][0])

        assert mark(sign_in(who), meeting, one).status_code == status
