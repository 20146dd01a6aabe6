"""Coming to a meeting: with the code of the room, once, in time, and nothing is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session

from app.core import clock as service_clock
from app.core import database
from app.core.ids import new_id
from app.models import (
    AbsenceReport,
    Attendance,
    AttendanceStatus,
    AuditEntry,
    CheckIn,
    Meeting,
    MeetingStatus,
    RosterReason,
    Setting,
)
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.check_ins import CheckInCreate
from app.services import check_ins
from app.services.badges import Badge
from app.work import Work
from tests.check_ins import (
    assert_lines_are_their_latest_events,
    came,
    check_in,
    code_of,
    kept,
    make_room,
)
from tests.conftest import SignIn
from tests.factories.meetings import make_absence_report, make_line, make_meeting
from tests.factories.people import make_account, make_member
from tests.sheets import events, line_of, mark
from tests.world import NOON, World, rows


class TestTheCode:
    def test_is_shown_to_whoever_calls_the_roll(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        url = f"/meetings/{room.id}/check-in-code"

        shown = sign_in("committee_member").get(url).json()
        picture = sign_in("secretary").get(f"{url}.svg")

        code = code_of(room)
        assert (shown["token"], shown["digits"]) == (code.token, code.digits)
        assert shown["expires_at"] == "2026-05-15T05:00:20Z"
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.text == shown["svg"]

    def test_there_is_none_unless_the_meeting_is_open(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for status in (MeetingStatus.SCHEDULED, MeetingStatus.ENDED):
            meeting = make_meeting(session, world.north_one, status=status)
            answer = sign_in("secretary").get(f"/meetings/{meeting.id}/check-in-code")
            assert (answer.status_code, answer.json()["code"]) == (409, "meeting_not_open")


class TestCheckIn:
    def test_a_code_makes_the_member_present(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        seen = (NOON - timedelta(seconds=3)).isoformat()

        by_token = check_in(sign_in("member"), room, code_of(room).token, captured_at=seen)
        by_digits = check_in(sign_in("deputy"), room, code_of(room, seconds=20).digits)

        assert (by_token.status_code, by_digits.status_code) == (201, 201)
        row = by_token.json()
        assert (row["method"], row["status"], row["flags"]) == ("qr", "accepted", [])
        assert by_token.headers["location"] == f"/api/v1/check-ins/{row['id']}"
        assert sign_in("member").get(f"/check-ins/{row['id']}").json() == row
        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(room.id)})
        assert sheet.headers["etag"] == '"3"'
        lines = {line["member_id"]: line for line in sheet.json()["items"]}
        line = lines[row["member_id"]]
        assert (line["status"], line["source"], line["full_name"]) == (
            "present",
            "qr",
            row["full_name"],
        )
        assert line["came_at"] == line["marked_at"] == "2026-05-15T05:00:00Z"
        assert lines[by_digits.json()["member_id"]]["source"] == "self"
        told = sign_in("member").get(f"/attendances/{line['id']}/history").json()["items"]
        assert [(one["captured_at"], one["check_in_id"], one["line_version"]) for one in told] == [
            ("2026-05-15T04:59:57Z", row["id"], 2)
        ]
        traces = rows(session, AuditEntry, AuditEntry.action == "check_in.accepted")
        assert {str(trace.subject_id) for trace in traces} == {row["id"], by_digits.json()["id"]}

    def test_a_second_scan_is_no_error(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        room = make_room(session, world)
        client, code = sign_in("member"), code_of(room).token
        first = check_in(client, room, code)
        said = {"id": first.json()["id"]}

        clock.shift(5)
        repeated = check_in(client, room, code, captured_at=NOON.isoformat(), **said)
        clock.shift(600)
        again = check_in(client, room, code)  # old by now: who is there is there
        other = check_in(client, room, code_of(room).token, **said)
        foreign = check_in(sign_in("deputy"), room, code, captured_at=NOON.isoformat(), **said)

        assert [first.status_code, repeated.status_code, again.status_code] == [201, 200, 200]
        assert first.json() == repeated.json() == again.json()
        assert (other.status_code, other.json()["code"]) == (409, "conflict")
        assert (foreign.status_code, foreign.json()["code"]) == (409, "conflict")
        assert (len(kept(session, room)), len(events(session, room))) == (1, 1)

    def test_wrong_old_and_foreign_codes_are_refused_and_kept(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room, other = make_room(session, world), make_room(session, world)
        token = code_of(room).token
        forged = token[:-1] + ("A" if token[-1] != "A" else "B")
        codes = {
            code_of(room, seconds=40).token: "old_code",
            code_of(other).token: "wrong_code",
            forged: "wrong_code",
            code_of(room, seconds=60).digits: "wrong_code",
            "https://example.vn/?q=một": "wrong_code",
        }
        for code, reason in codes.items():
            answer = check_in(sign_in("member"), room, code)
            assert (answer.status_code, answer.json()["code"]) == (410, "gone")
            assert answer.json()["reason"] == reason

        seen = sign_in("secretary").get("/check-ins", params={"meeting_id": str(room.id)}).json()
        assert [one["refusal"] for one in seen["items"]] == [*reversed(codes.values())]
        assert {one["full_name"] for one in seen["items"]} != {None}
        assert came(session, room) == set()

    def test_a_refused_attempt_is_refused_again(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        said = {"id": str(new_id())}

        answers = [check_in(sign_in("member"), room, "000000", **said) for _ in range(2)]

        assert [answer.json()["reason"] for answer in answers] == ["wrong_code"] * 2
        assert len(kept(session, room)) == 1

    def test_six_digits_are_not_to_be_guessed(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        room = make_room(session, world)
        client = sign_in("member")
        wrong = "000000" if code_of(room).digits != "000000" else "000001"
        guesses = [check_in(client, room, wrong).status_code for _ in range(12)]

        right = check_in(client, room, code_of(room).digits)
        elsewhere = check_in(sign_in("deputy"), room, code_of(room).digits)
        clock.shift(301)
        later = check_in(client, room, code_of(room).digits)

        assert guesses == [410] * 10 + [429] * 2
        assert (right.status_code, right.json()["code"]) == (429, "too_many_requests")
        assert right.headers["retry-after"]
        assert (elsewhere.status_code, later.status_code) == (201, 201)

    @pytest.mark.parametrize("status", ["scheduled", "cancelled", "ended", "submitted"])
    def test_only_to_a_meeting_that_is_open(
        self, sign_in: SignIn, session: Session, world: World, status: str
    ) -> None:
        room = make_room(session, world, status=MeetingStatus(status))
        answer = check_in(sign_in("member"), room, code_of(room).token)

        assert (answer.status_code, answer.json()["code"]) == (409, "meeting_not_open")
        assert [row.refusal for row in kept(session, room)] == ["meeting_not_open"]

    def test_only_in_the_window_that_the_committee_opens(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        decided = {"check_in_opens_minutes": 30, "check_in_closes_minutes": 15}
        for name, value in decided.items():
            session.add(
                Setting(
                    organization_id=world.north.id,
                    name=name,
                    value=value,
                    valid_from=NOON.date(),
                )
            )
        session.flush()
        room = make_room(session, world, starts_at=NOON)
        answers = []
        for minutes in (-31, 16, 15):
            clock.move_to(NOON + timedelta(minutes=minutes))
            answers.append(check_in(sign_in("member"), room, code_of(room).token))

        assert [answer.status_code for answer in answers] == [409, 409, 201]
        assert answers[0].json()["code"] == "window_closed"
        assert len(kept(session, room)) == 3

    def test_who_is_not_on_the_roster_is_told_so(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_meeting(session, world.north_one, status=MeetingStatus.OPEN, opened_at=NOON)
        answer = check_in(sign_in("member"), room, code_of(room).token)

        assert (answer.status_code, answer.json()["code"]) == (422, "not_on_roster")
        assert [row.refusal for row in kept(session, room)] == ["not_on_roster"]

    @pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("overseer", 403)])
    def test_nobody_comes_to_another_cells_meeting(
        self, sign_in: SignIn, session: Session, world: World, who: str, status: int
    ) -> None:
        room = make_room(session, world)

        assert check_in(sign_in(who), room, code_of(room).token).status_code == status
        assert kept(session, room) == []

    def test_presence_wins(self, sign_in: SignIn, session: Session, world: World) -> None:
        room = make_room(session, world)
        away, absent = world.people["member"].member_id, world.people["deputy"].member_id
        assert away is not None
        assert absent is not None
        make_absence_report(session, room, away, status="accepted")
        mark(sign_in("secretary"), room, line_of(absent, "absent_unexcused")).raise_for_status()

        for who in ("member", "deputy"):
            assert check_in(sign_in(who), room, code_of(room).token).status_code == 201

        assert came(session, room) == {away, absent}
        (report,) = rows(session, AbsenceReport)
        assert report.status == "came_anyway"
        assert_lines_are_their_latest_events(session, room)

    def test_an_exempt_member_who_comes_is_present(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_meeting(
            session, world.north_one, status=MeetingStatus.OPEN, opened_at=NOON, sheet_version=1
        )
        member_id = world.people["member"].member_id
        assert member_id is not None
        make_line(
            session,
            room,
            member_id,
            roster_reason=RosterReason.EXEMPT,
            status=AttendanceStatus.EXEMPT,
        )

        assert check_in(sign_in("member"), room, code_of(room).token).status_code == 201
        assert came(session, room) == {member_id}

    def test_who_was_there_before_their_scan_is_not_late(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        """Late is who comes late: a scan after the secretary's mark tells no coming."""
        room = make_room(session, world)
        member_id = world.people["member"].member_id
        assert member_id is not None
        mark(sign_in("secretary"), room, line_of(member_id)).raise_for_status()
        clock.move_to(NOON + timedelta(minutes=6))
        for who in ("member", "deputy"):
            check_in(sign_in(who), room, code_of(room).token).raise_for_status()

        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(room.id)})
        late = {line["member_id"]: line["is_late"] for line in sheet.json()["items"]}
        assert late[str(member_id)] is False
        assert late[str(world.people["deputy"].member_id)] is True

    def test_a_mark_takes_the_moment_of_coming_away(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        member_id = world.people["member"].member_id
        assert member_id is not None
        check_in(sign_in("member"), room, code_of(room).token).raise_for_status()

        stale = mark(sign_in("secretary"), room, line_of(member_id, "absent_excused"))
        done = mark(sign_in("secretary"), room, line_of(member_id, "absent_excused"), version=2)
        (line,) = rows(session, Attendance, Attendance.member_id == member_id)

        assert (stale.status_code, done.status_code, line.came_at) == (412, 200, None)
        again = check_in(sign_in("member"), room, code_of(room).token)
        assert again.status_code == 201
        assert_lines_are_their_latest_events(session, room)

    def test_a_device_that_serves_several_is_flagged_and_not_refused(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)  # in the small world everybody has the same device
        flags = [
            check_in(sign_in(who), room, code_of(room).token).json()["flags"]
            for who in ("member", "deputy", "secretary")
        ]

        assert flags == [[], [], ["shared_device"]]

    def test_it_is_told_who_sent_what(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room, member = make_room(session, world), world.people["member"]
        assert member.member_id is not None
        badge = Badge(member.member_id, "Một Người", 1).token
        stolen = check_in(sign_in("deputy"), room, code_of(room).token).json()
        check_in(sign_in("member"), room, badge)
        held_up = check_in(sign_in("secretary"), room, badge).json()
        own = check_in(sign_in("member"), room, code_of(room).token).json()
        seen = sign_in("officer").get("/check-ins", params={"meeting_id": str(room.id)}).json()

        told = {
            (one["member_id"], one["sent_by"], one["full_name"] == one["sender_name"])
            for one in seen["items"]
        }
        secretary, deputy = world.people["secretary"], world.people["deputy"]
        assert told == {
            (str(deputy.member_id), str(deputy.account_id), True),
            (str(member.member_id), str(member.account_id), True),
            (str(member.member_id), str(secretary.account_id), False),
        }
        assert stolen["sender_name"] == stolen["full_name"]
        assert own == held_up
        assert sign_in("member").get(f"/check-ins/{own['id']}").json() == held_up
        assert sign_in("member").get(f"/check-ins/{stolen['id']}").status_code == 404


class TestManyAtOnce:
    def test_thirty_scan_one_code(
        self, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        room = make_room(session, world)
        code = CheckInCreate(id=new_id(), code=code_of(room).token, captured_at=NOON)
        newcomers = [make_member(session, world.north_one, number=n) for n in range(700, 730)]
        for member in newcomers:
            make_line(session, room, member.id)
            account = make_account(session, member, password_hash="-", at=NOON)
            held = (Held(Position.MEMBER, world.north_one.path),)
            actor = Actor(account_id=account.id, member_id=member.id, held=held)
            with database.writing() as writer:
                said = code.model_copy(update={"id": new_id()})
                outcome = check_ins.create(Work(writer, actor, NOON), room.id, said)
            assert outcome.refusal is None

        assert came(session, room) == {member.id for member in newcomers}
        assert_lines_are_their_latest_events(session, room)

    def test_nobody_is_lost(self, sign_in: SignIn, session: Session, world: World) -> None:
        """With one code, some of them twice, while the secretary marks the others."""
        room = make_room(session, world)
        code = code_of(room).token
        names = ["member", "deputy", "committee_member", "officer"]
        others = world.members[world.north_one.id][5:]

        def come(name: str) -> int:
            status: int = check_in(sign_in(name), room, code).status_code
            return status

        def call(member_id: object) -> bool:
            for version in range(1, 60):
                answer = mark(sign_in("secretary"), room, line_of(member_id), version=version)  # type: ignore[arg-type]  # an id
                if answer.status_code == 200:
                    return True
            return False

        with ThreadPoolExecutor(6) as crowd:
            marked = [crowd.submit(call, member_id) for member_id in others[:1]]
            answers = list(crowd.map(come, names * 2))

        assert sorted(answers) == [200] * 4 + [201] * 4
        assert len(kept(session, room)) == 4
        present = {world.people[name].member_id for name in names}
        expected = present | {
            member_id for member_id, one in zip(others, marked, strict=False) if one.result()
        }
        assert came(session, room) == expected
        assert_lines_are_their_latest_events(session, room)

    def test_the_same_item_at_once_is_kept_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        code, said = code_of(room).token, {"id": str(new_id())}
        client = sign_in("member")

        with ThreadPoolExecutor(6) as crowd:
            answers = list(
                crowd.map(lambda _: check_in(client, room, code, **said).status_code, range(12))
            )

        assert sorted(answers) == [200] * 11 + [201]
        assert (len(kept(session, room)), len(events(session, room))) == (1, 1)


class TestAllPresent:
    def test_everybody_is_there_but_these_and_who_reported_an_absence(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        named, excused, marked, *others = world.members[world.north_one.id]
        make_absence_report(session, room, excused, status="accepted")
        make_absence_report(session, room, others.pop())
        mark(sign_in("secretary"), room, line_of(marked, "absent_unexcused")).raise_for_status()
        url = f"/meetings/{room.id}/attendances/all-present"

        answer = sign_in("committee_member").post(url, json={"except": [str(named)]})

        assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
        assert came(session, room) == set(others)
        params = {"meeting_id": str(room.id)}
        assert answer.json() == sign_in("secretary").get("/attendances", params=params).json()
        again = sign_in("secretary").post(url, json={"except": [str(named)]})
        assert again.headers["etag"] == '"3"'

    def test_only_somebody_on_the_roster_is_an_exception(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        stranger = world.members[world.south_one.id][0]
        answer = sign_in("secretary").post(
            f"/meetings/{room.id}/attendances/all-present", json={"except": [str(stranger)]}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "not_on_roster")
        assert answer.json()["errors"][0]["pointer"] == "/except/0"
        assert came(session, room) == set()


class TestLive:
    def test_counts_while_the_evening_runs(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        room = make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.OPEN,
            starts_at=NOON,
            opened_at=NOON,
            sheet_version=1,
        )
        for member_id in world.members[world.north_one.id][:7]:
            make_line(session, room, member_id, may_vote=True)
        guest, exempt, probationary = world.members[world.north_one.id][7:]
        make_line(session, room, guest, roster_reason=RosterReason.TEMPORARY)
        make_line(session, room, probationary)
        make_line(
            session,
            room,
            exempt,
            may_vote=True,
            roster_reason=RosterReason.EXEMPT,
            status=AttendanceStatus.EXEMPT,
        )
        clock.move_to(NOON + timedelta(minutes=16))
        for who in ("member", "deputy"):
            check_in(sign_in(who), room, code_of(room).token).raise_for_status()
        lines = [
            line_of(guest),
            line_of(exempt),
            line_of(probationary, "absent_excused"),
        ]
        mark(sign_in("secretary"), room, *lines, version=3).raise_for_status()

        url = f"/meetings/{room.id}/live"
        live = sign_in("inspector").get(url)
        told = live.json()
        etag = {"if-none-match": live.headers["etag"]}

        assert {name: told[name] for name in ("summoned", "present", "excused", "late")} == {
            "summoned": 10,
            "present": 4,
            "excused": 1,
            "late": 2,
        }
        assert (told["unmarked"], told["unexcused"], told["sheet_version"]) == (5, 0, 4)
        # Eight may vote, the exempt one because of having come; half of them are needed.
        assert (told["needed_for_quorum"], told["has_quorum"]) == (4, False)
        assert told["last_event_at"] == service_clock.now().isoformat().replace("+00:00", "Z")
        assert sign_in("secretary").get(url, headers=etag).status_code == 304
        check_in(sign_in("committee_member"), room, code_of(room).token).raise_for_status()
        moved = sign_in("secretary").get(url, headers=etag)
        assert (moved.status_code, moved.json()["has_quorum"]) == (200, True)
        assert sign_in("member").get(url).status_code == 403

    def test_another_rule_is_another_count(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        client, url = sign_in("secretary"), f"/meetings/{room.id}/live"
        params = {"organization_id": str(world.root.id)}
        for decided in ({"late_after_minutes": 1}, {"quorum_percent": 90}):
            etag = {"if-none-match": client.get(url).headers["etag"]}
            sign_in("administrator").patch("/settings", params=params, json=decided)

            assert client.get(url, headers=etag).status_code == 200

    def test_the_end_of_the_meeting_is_seen(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        client, url = sign_in("secretary"), f"/meetings/{room.id}/live"
        etag = {"if-none-match": client.get(url).headers["etag"]}
        client.post(f"/meetings/{room.id}/end").raise_for_status()

        assert client.get(url, headers=etag).json()["status"] == "ended"


class TestTheClockIsSet:
    def test_nothing_is_lost_and_history_keeps_its_order(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        room = make_room(session, world)
        client = sign_in("member")
        member_id = world.people["member"].member_id
        assert member_id is not None
        code = code_of(room).token

        clock.move_to(NOON + timedelta(minutes=10))
        early = check_in(client, room, code)
        first = check_in(client, room, code_of(room).token)
        clock.move_to(NOON - timedelta(minutes=10))
        again = check_in(client, room, code)
        marked = mark(sign_in("secretary"), room, line_of(member_id, "absent_excused"), version=2)

        assert [early.status_code, first.status_code, again.status_code] == [410, 201, 200]
        (line,) = (one for one in marked.json()["items"] if one["member_id"] == str(member_id))
        told = client.get(f"/attendances/{line['id']}/history").json()["items"]
        assert [one["status"] for one in told] == ["present", "absent_excused"]
        assert told[0]["recorded_at"] > told[1]["recorded_at"]
        assert len(rows(session, CheckIn, CheckIn.meeting_id == room.id)) == 2
        assert_lines_are_their_latest_events(session, room)


def test_a_meeting_ends_while_people_come_in(
    sign_in: SignIn, session: Session, world: World
) -> None:
    """Whoever ends it does not fail because of them, and nobody comes in behind."""
    room = make_room(session, world)
    code = code_of(room).token

    def end() -> int:
        status: int = sign_in("secretary").post(f"/meetings/{room.id}/end").status_code
        return status

    with ThreadPoolExecutor(4) as crowd:
        coming = [crowd.submit(check_in, sign_in(who), room, code) for who in ("member", "deputy")]
        ended = crowd.submit(end)
        late = crowd.submit(check_in, sign_in("officer"), room, code)

    assert ended.result() == 200
    answers = [one.result().status_code for one in (*coming, late)]
    assert set(answers) <= {201, 409}
    assert len(came(session, room)) == answers.count(201)
    (meeting,) = rows(session, Meeting, Meeting.id == room.id)
    assert meeting.status is MeetingStatus.ENDED
