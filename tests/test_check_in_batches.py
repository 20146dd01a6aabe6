"""What devices kept while they had no network: one result an item, however often it is sent."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.ids import new_id
from app.models import (
    AttendanceEvent,
    CheckIn,
    Figure,
    Meeting,
    MeetingStatus,
    Member,
    Membership,
)
from app.services.badges import Badge
from tests.check_ins import (
    assert_lines_are_their_latest_events,
    came,
    check_in,
    code_of,
    item_of,
    kept,
    make_check_in,
    make_room,
    upload,
)
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting, make_minutes
from tests.factories.people import make_membership
from tests.sheets import events, line_of, mark, statuses
from tests.world import NOON, World, rows


def ago(**times: float) -> str:
    """A moment before noon."""
    return (NOON - timedelta(**times)).isoformat()


ENDED = {"status": MeetingStatus.ENDED, "ended_at": NOON - timedelta(minutes=5)}


def seen_at(meeting: Meeting, **ago_: float) -> dict[str, Any]:
    """The token of a moment, kept by the device since."""
    return item_of(meeting, code=code_of(meeting, **ago_).token, captured_at=ago(**ago_))


class TestAMembersOwn:
    def test_what_is_still_valid_counts_at_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        (result,) = upload(sign_in("member"), item_of(room, code=code_of(room).token))

        assert (result["result"], result["status"], result["flags"]) == ("accepted", "accepted", [])
        assert came(session, room) == {world.people["member"].member_id}

    def test_what_is_late_waits_for_the_secretary(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world, **ENDED)
        item = seen_at(room, minutes=7)
        (result,) = upload(sign_in("member"), item)
        before = came(session, room)

        answer = sign_in("committee_member").post(f"/check-ins/{item['id']}/confirm")

        assert (result["result"], result["status"]) == ("accepted", "awaiting")
        assert result["flags"] == ["late_upload"]
        assert (before, answer.json()["status"]) == (set(), "confirmed")
        assert answer.json()["decided_by"] == str(world.people["committee_member"].account_id)
        assert came(session, room) == {world.people["member"].member_id}
        (event,) = events(session, room)
        assert event.reason == "Điểm danh ngoại tuyến được xác nhận."
        (figure,) = rows(
            session,
            Figure,
            Figure.organization_id == world.north_one.id,
            Figure.period == "2026-05",
        )
        assert figure.present == 1
        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(room.id)})
        assert {line["came_at"] for line in sheet.json()["items"]} == {None, "2026-05-15T04:53:00Z"}
        assert_lines_are_their_latest_events(session, room)

    def test_what_waits_is_decided_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world, **ENDED)
        item, other = seen_at(room, minutes=7), seen_at(room, minutes=8)
        (result,) = upload(sign_in("member"), item)
        upload(sign_in("deputy"), other)

        verbs = [(item, "confirm"), (other, "reject"), (item, "confirm"), (other, "confirm")]
        answers = [sign_in("secretary").post(f"/check-ins/{it['id']}/{verb}") for it, verb in verbs]

        assert [answer.status_code for answer in answers] == [200, 200, 409, 409]
        assert answers[2].json()["code"] == "invalid_transition"
        assert came(session, room) == {world.people["member"].member_id}
        (again,) = upload(sign_in("member"), item)
        assert again == result | {"status": "confirmed"}

    def test_a_clock_that_is_off_is_said_and_not_punished(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        token = code_of(room, minutes=5).token
        (result,) = upload(
            sign_in("member"), item_of(room, code=token, captured_at=ago(minutes=15))
        )

        assert (result["status"], result["flags"]) == ("awaiting", ["clock_skew", "late_upload"])
        (row,) = kept(session, room)
        assert row.captured_at == NOON - timedelta(minutes=5)

    @pytest.mark.parametrize(
        ("seen", "said", "code"),
        [
            ({"minutes": 9}, {"minutes": 3}, "wrong_code"),  # digits of another time
            ({"minutes": -3}, {"minutes": -3}, "old_code"),  # a device ahead of us
            ({"days": 31}, {"days": 31}, "old_code"),
            ({"minutes": 43}, {"minutes": 43}, "window_closed"),  # before it was opened
        ],
    )
    def test_what_was_not_seen_then_is_refused(
        self, sign_in: SignIn, session: Session, world: World, seen: Any, said: Any, code: str
    ) -> None:
        room = make_room(session, world)
        item = item_of(room, code=code_of(room, **seen).digits, captured_at=ago(**said))
        (result,) = upload(sign_in("member"), item)

        assert (result["result"], result["code"]) == ("refused", code)
        assert [row.refusal for row in kept(session, room)] == [code]

    def test_after_the_end_the_code_of_the_end_still_waits(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        """And one seen long after it is refused; so is one of a meeting that never was."""
        submitted = {
            "status": MeetingStatus.SUBMITTED,
            "ended_at": NOON - timedelta(minutes=5),
            "first_submitted_at": NOON - timedelta(minutes=4),
        }
        room = make_room(session, world, **submitted)
        planned = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        results = upload(
            sign_in("member"),
            item_of(room, code=code_of(room, minutes=4).token, captured_at=ago(minutes=4)),
            item_of(room, code=code_of(room).token),
            item_of(planned, code=code_of(planned).token),
        )

        assert [result["code"] for result in results] == [None, "window_closed", "meeting_not_open"]
        assert results[0]["flags"] == ["late_upload", "after_submission"]

    def test_nobody_is_absent_whose_check_in_still_waits(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world, **ENDED)
        make_minutes(session, room)
        item = seen_at(room, minutes=7)
        upload(sign_in("member"), item)
        client, url = sign_in("secretary"), f"/meetings/{room.id}/submit"

        blind = client.post(url).json()
        refused = client.post(url, json={"unmarked_as": "absent_unexcused"})
        client.post(f"/check-ins/{item['id']}/confirm").raise_for_status()
        done = client.post(url, json={"unmarked_as": "absent_unexcused"})

        assert (blind["code"], blind["count"]) == ("lines_unmarked", 10)
        assert blind["awaiting_check_ins"] == [item["id"]]
        assert (refused.status_code, refused.json()["code"]) == (409, "check_ins_awaiting")
        assert refused.json()["check_ins"] == [item["id"]]
        assert done.status_code == 200
        assert came(session, room) == {world.people["member"].member_id}

    def test_one_odd_item_holds_up_no_other(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        odd = [
            item_of(room, code="123456", captured_at="1970-01-01T00:00:00+07:00"),
            item_of(room, code="123456", captured_at="0001-01-01T00:00:00+07:00"),
            item_of(room, code="no code", captured_at="9999-12-31T23:59:59-07:00"),
            item_of(room, code="HC1:" + "A" * 5_000),
            item_of(room, code=""),
            item_of(room, code="\u0007\u202e"),
        ]
        good = item_of(room, code=code_of(room).token)
        results = upload(sign_in("member"), good, *odd)

        assert [result["code"] for result in results] == [
            None,
            *["old_code"] * 2,
            *["wrong_code"] * 4,
        ]
        assert came(session, room) == {world.people["member"].member_id}
        assert upload(sign_in("member"), good, *odd) == results
        marked = item_of(
            room,
            member_id=world.people["deputy"].member_id,
            status="present",
            reason="Đến\u202e sau" + "!" * 600,
        )
        upload(sign_in("secretary"), marked)
        assert (events(session, room)[-1].reason or "")[:10] == "Đến sau!!!"

    def test_who_is_there_or_waits_is_not_kept_again(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        check_in(sign_in("member"), room, code_of(room).token).raise_for_status()
        late = [seen_at(room, minutes=minutes) for minutes in (3, 2)]
        results = upload(sign_in("member"), *late) + upload(sign_in("deputy"), *late[::-1])
        more = [seen_at(room, minutes=3) for _ in range(2)]
        results += upload(sign_in("deputy"), *more)

        assert [result["status"] for result in results] == ["accepted"] * 2 + ["awaiting"] * 4
        assert len(kept(session, room)) == 2

    def test_refusals_are_kept_fifty_times_an_hour(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        """And what is right gets through all the same."""
        room = make_room(session, world)
        old = [item_of(room, code=code_of(room, days=31).token) for _ in range(52)]
        good = item_of(room, code=code_of(room).token)
        results = upload(sign_in("member"), *old, good)
        single = check_in(sign_in("member"), room, code_of(room).digits)
        guess = check_in(sign_in("deputy"), room, code_of(room).digits)

        assert [result["code"] for result in results[48:]] == [
            *["old_code"] * 2,
            *["too_many_requests"] * 2,
            None,
        ]
        assert (single.status_code, guess.status_code) == (200, 201)
        assert len(kept(session, room)) == 52
        clock.shift(3601)
        (later,) = upload(sign_in("member"), old[-1] | {"code": "000000"})
        assert later["code"] == "wrong_code"

    def test_who_has_moved_may_still_tell_of_the_evening_before(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        room = make_room(session, world)
        item = item_of(room, code=code_of(room).token)
        (membership,) = rows(
            session, Membership, Membership.member_id == world.people["member"].member_id
        )
        membership.valid_to = date(2026, 5, 16)
        session.add(membership)
        member = rows(session, Member, Member.id == membership.member_id)[0]
        make_membership(session, world.south_one, member, valid_from=date(2026, 5, 16))
        clock.move_to(NOON + timedelta(hours=19))

        (result,) = upload(sign_in("member"), item)
        own = sign_in("member").get(f"/check-ins/{item['id']}")

        assert (result["status"], own.status_code) == ("awaiting", 200)

    def test_a_meeting_may_run_past_midnight(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        """Its end is written down as the last second of its day; codes were seen after that."""
        starts_at = datetime(2026, 5, 15, 15, 45, tzinfo=UTC)
        room = make_room(session, world, starts_at=starts_at, opened_at=starts_at)
        clock.move_to(starts_at + timedelta(minutes=90))
        items = [item_of(room, code=code_of(room).token)]
        clock.shift(600)
        sign_in("secretary").post(f"/meetings/{room.id}/end").raise_for_status()
        clock.shift(6 * 3600)
        items.append(item_of(room, code=code_of(room).token))

        results = upload(sign_in("member"), items[0]) + upload(sign_in("deputy"), items[1])

        assert [result["code"] for result in results] == [None, "window_closed"]

    def test_what_one_may_only_see_is_forbidden(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        (result,) = upload(sign_in("overseer"), item_of(room, code=code_of(room).token))

        assert (result["code"], kept(session, room)) == ("forbidden", [])

    def test_guesses_end_after_ten(self, sign_in: SignIn, session: Session, world: World) -> None:
        room = make_room(session, world)
        moments = [ago(minutes=8), "1970-01-01T00:00:00Z"]
        wrong = [item_of(room, code=f"{n:06d}", captured_at=moments[n % 2]) for n in range(20)]
        results = upload(sign_in("member"), *wrong)
        (seen,) = upload(sign_in("member"), item_of(room, code=code_of(room).token))

        assert [result["code"] for result in results[10:]] == ["too_many_requests"] * 10
        assert seen["result"] == "accepted"  # nobody guesses a sealed one
        assert len(kept(session, room)) == 11

    def test_badges_are_not_guessed(self, sign_in: SignIn, session: Session, world: World) -> None:
        room = make_room(session, world)
        members = world.members[world.north_one.id]
        badges = [Badge(member_id, "Một Người", 1).token for member_id in members]
        forged = [badge[:-2] + ("AA" if badge[-2:] != "AA" else "BB") for badge in badges]
        url = "https://vi.example/qr"
        codes = [*forged, *[url] * 11, *badges]
        results = upload(sign_in("secretary"), *[item_of(room, code=code) for code in codes])

        assert [result["code"] for result in results] == [
            *["wrong_code"] * 20,
            "too_many_requests",
            *[None] * 10,
        ]
        assert came(session, room) == set(members)

    def test_what_one_may_not_see_leaves_nothing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room, own = make_room(session, world), new_id()
        foreign = item_of(room, code=code_of(room).token)
        missing = foreign | {"id": str(own), "meeting_id": str(own)}
        results = upload(sign_in("outsider"), foreign, missing)

        assert [(result["code"], result["status"]) for result in results] == [
            ("not_found", None)
        ] * 2
        assert results[0]["detail"] == "Không tìm thấy."
        assert kept(session, room) == []

    def test_an_item_is_a_code_or_a_mark(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        member_id = world.people["member"].member_id
        for item in (
            item_of(room),
            item_of(room, member_id=member_id),
            item_of(room, code="123456", member_id=member_id, status="present"),
            item_of(room, code="123456", reason="Ghi"),
        ):
            answer = sign_in("secretary").post("/check-ins/batch", json={"items": [item]})
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "one_of")


class TestALeadersMarks:
    def test_are_applied_at_once_and_the_latest_stays(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        first, second, *_ = world.members[world.north_one.id]
        items = [
            item_of(room, member_id=first, status="absent_excused", captured_at=ago(minutes=3)),
            item_of(room, member_id=first, status="present", captured_at=ago(minutes=2)),
            item_of(room, member_id=second, status="present", captured_at=ago(minutes=2)),
        ]
        results = upload(sign_in("secretary"), *reversed(items))

        assert [result["code"] for result in results] == [None, None, "superseded"]
        assert came(session, room) == {first, second}
        assert_lines_are_their_latest_events(session, room)

    def test_what_was_said_here_since_is_newer(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        room = make_room(session, world)
        member_id = world.people["member"].member_id
        said = {"member_id": member_id, "status": "absent_unexcused"}
        before, after = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
        check_in(sign_in("member"), room, code_of(room).token).raise_for_status()
        clock.move_to(after)

        (older,) = upload(
            sign_in("secretary"), item_of(room, captured_at=before.isoformat(), **said)
        )
        (newer,) = upload(sign_in("secretary"), item_of(room, **said))

        assert (older["code"], newer["result"]) == ("superseded", "accepted")
        assert came(session, room) == set()

    def test_after_submission_they_need_a_reason(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(
            session, world, status=MeetingStatus.SUBMITTED, first_submitted_at=NOON, ended_at=NOON
        )
        first, second, exempt, *_ = world.members[world.north_one.id]
        stranger = world.members[world.south_one.id][0]
        results = upload(
            sign_in("deputy"),
            item_of(room, member_id=first, status="present"),
            item_of(room, member_id=first, status="present", reason="Ghi thiếu"),
            item_of(room, member_id=second, status="unmarked", reason="Nhầm"),
            item_of(room, member_id=exempt, status="exempt", reason="Nhầm"),
            item_of(room, member_id=stranger, status="present", reason="Nhầm"),
            item_of(room, member_id=new_id(), status="present", reason="Nhầm"),
        )

        assert [result["code"] for result in results] == [
            "reason_required",
            None,
            "wrong_for_line",
            "wrong_for_line",
            "not_on_roster",
            "not_on_roster",
        ]
        assert results[1]["flags"] == ["late_upload", "after_submission"]
        assert [event.reason for event in events(session, room)] == ["Ghi thiếu"]

    def test_a_sheet_that_was_handed_over_takes_none(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world, status=MeetingStatus.ACCEPTED, ended_at=NOON)
        item = item_of(room, member_id=world.people["member"].member_id, status="present")
        (result,) = upload(sign_in("secretary"), item)
        (late,) = upload(sign_in("deputy"), seen_at(room, minutes=3))

        assert (result["code"], late["code"]) == ("meeting_not_open", "meeting_not_open")
        waiting = make_check_in(session, room, world.people["member"])
        answer = sign_in("secretary").post(f"/check-ins/{waiting.id}/confirm")
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")

    def test_are_no_check_in_of_the_member(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        """Who was marked absent and came is answered with the own check-in, again and again."""
        room = make_room(session, world)
        told = {"member_id": world.people["member"].member_id, "status": "absent_unexcused"}
        upload(sign_in("secretary"), item_of(room, captured_at=ago(minutes=8), **told))

        first, again = (check_in(sign_in("member"), room, code_of(room).token) for _ in range(2))

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert first.json()["method"] == "qr"

    def test_yield_to_what_reached_us_before(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        """However slow the phone of the member is, and whenever the confirmed one was seen."""
        slow, late = make_room(session, world), make_room(session, world, **ENDED)
        member_id = world.people["member"].member_id
        seen = seen_at(late, minutes=9)
        check_in(sign_in("member"), slow, code_of(slow).token, captured_at=ago(minutes=10))
        upload(sign_in("member"), seen)
        sign_in("secretary").post(f"/check-ins/{seen['id']}/confirm").raise_for_status()
        clock.shift(300)

        told = {"member_id": member_id, "status": "absent_unexcused"}
        results = upload(
            sign_in("deputy"),
            *[item_of(room, captured_at=ago(minutes=5), **told) for room in (slow, late)],
        )

        assert [result["code"] for result in results] == ["superseded"] * 2
        assert came(session, slow) == came(session, late) == {member_id}

    def test_and_the_badges_it_read_keep_the_order_of_the_device(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        member_id = world.people["member"].member_id
        assert member_id is not None
        badge = Badge(member_id, "Một Người", 1).token
        told = {"member_id": member_id, "status": "absent_unexcused"}
        scan = item_of(room, code=badge, captured_at=ago(minutes=3))
        undone = item_of(room, captured_at=ago(minutes=2), **told)

        results = upload(sign_in("secretary"), scan) + upload(sign_in("secretary"), undone)

        assert [result["code"] for result in results] == [None, None]
        assert came(session, room) == set()

    def test_of_a_clock_ahead_are_said_now(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        room = make_room(session, world)
        first, second, third, *_ = world.members[world.north_one.id]
        badge = Badge(second, "Một Người", 1).token
        absent = {"member_id": first, "status": "absent_excused"}
        results = upload(
            sign_in("secretary"),
            item_of(room, member_id=first, status="present", captured_at=ago(minutes=-10)),
            item_of(room, captured_at=ago(minutes=-9), **absent),
            item_of(room, code=badge, captured_at=ago(hours=-23)),
            item_of(room, member_id=third, status="present", captured_at=ago(hours=-25)),
            item_of(room, member_id=third, status="present", captured_at=ago(hours=3)),
        )
        clock.shift(60)
        (newer,) = upload(sign_in("deputy"), item_of(room, **absent))

        assert [result["code"] for result in results] == [
            None,
            "superseded",
            None,
            "old_code",
            "window_closed",
        ]
        assert [result["flags"] for result in (results[0], results[2])] == [["clock_skew"]] * 2
        assert results[3]["detail"].startswith("Thời điểm ghi trên thiết bị")
        assert (newer["result"], came(session, room)) == ("accepted", {second})
        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(room.id)})
        assert {line["came_at"] for line in sheet.json()["items"]} == {None, "2026-05-15T05:00:00Z"}

    def test_a_member_marks_nobody(self, sign_in: SignIn, session: Session, world: World) -> None:
        room = make_room(session, world)
        item = item_of(room, member_id=world.people["member"].member_id, status="present")
        (result,) = upload(sign_in("member"), item)

        assert (result["code"], came(session, room)) == ("not_permitted", set())
        assert [row.refusal for row in kept(session, room)] == ["not_permitted"]


class TestRepeats:
    def test_a_batch_sent_three_times_in_any_order_is_kept_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room, other = make_room(session, world), make_room(session, world)
        chance = random.Random(7)
        members = world.members[world.north_one.id]
        statuses_ = ["present", "absent_excused", "absent_unexcused"]
        items = [
            item_of(
                meeting,
                member_id=chance.choice(members),
                status=chance.choice(statuses_),
                captured_at=ago(seconds=chance.uniform(1, 500)),
            )
            for meeting in (room, other)
            for _ in range(60)
        ]
        client = sign_in("secretary")
        first = {result["id"]: result for result in upload(client, *items, items[3], items[5])}
        sheets = statuses(session, room), statuses(session, other)
        noted = len(rows(session, AttendanceEvent))
        for _ in range(2):
            chance.shuffle(items)
            assert upload(client, *items) == [first[item["id"]] for item in items]

        assert len(rows(session, CheckIn)) == len(items)
        assert (statuses(session, room), statuses(session, other)) == sheets
        assert len(rows(session, AttendanceEvent)) == noted
        # Whatever the order, the last word of each line is the one that was said last.
        for meeting in (room, other):
            last: dict[str, dict[str, Any]] = {}
            for item in sorted(items, key=lambda item: item["captured_at"]):
                if item["meeting_id"] == str(meeting.id):
                    last[item["member_id"]] = item
            shown = {str(id_): status for id_, status in statuses(session, meeting).items()}
            assert {id_: item["status"] for id_, item in last.items()} == {
                id_: shown[id_] for id_ in last
            }
            assert_lines_are_their_latest_events(session, meeting)

    def test_an_id_that_says_something_else_is_refused_alone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        first, second, *_ = world.members[world.north_one.id]
        item = item_of(room, member_id=first, status="present")
        changed = item | {"status": "absent_excused"}
        results = upload(
            sign_in("secretary"), item, changed, item_of(room, member_id=second, status="present")
        )

        assert [result["code"] for result in results] == [None, "conflict", None]
        assert came(session, room) == {first, second}

    def test_what_was_sent_online_may_be_sent_again_in_a_batch(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        item = item_of(room, code=code_of(room).token)
        said = {name: item[name] for name in ("id", "captured_at")}
        check_in(sign_in("member"), room, item["code"], **said).raise_for_status()

        (result,) = upload(sign_in("member"), item)

        assert (result["result"], len(kept(session, room))) == ("accepted", 1)

    def test_the_key_of_a_request_repeats_its_answer(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        body = {"items": [item_of(room, code="000000")]}
        answers = [
            sign_in("member").post("/check-ins/batch", json=body, headers={"idempotency-key": "a"})
            for _ in range(2)
        ]

        assert answers[0].content == answers[1].content


class Evening:
    """People at random doing what they may, each step one of its methods."""

    def __init__(self, sign_in: SignIn, session: Session, world: World, seed: int) -> None:
        self.sign_in, self.session = sign_in, session
        self.chance = random.Random(seed)
        self.room = make_room(session, world)
        self.names = ["member", "deputy", "committee_member"]
        self.members = [str(world.people[name].member_id) for name in self.names]

    def somebody(self) -> TestClient:
        return self.sign_in(self.chance.choice(self.names))

    def mark_by_hand(self) -> None:
        params = {"meeting_id": str(self.room.id)}
        sheet = self.sign_in("secretary").get("/attendances", params=params)
        version = int(sheet.headers["etag"].strip('"'))
        status = self.chance.choice(["present", "absent_excused"])
        told = line_of(UUID(self.chance.choice(self.members)), status)
        mark(self.sign_in("secretary"), self.room, told, version=version)

    def come(self) -> None:
        check_in(self.somebody(), self.room, code_of(self.room).token)

    def send_marks(self) -> None:
        told = {"member_id": self.chance.choice(self.members), "status": "absent_unexcused"}
        seen = ago(seconds=self.chance.uniform(-60, 600))
        upload(self.sign_in("secretary"), item_of(self.room, captured_at=seen, **told))

    def send_late(self) -> None:
        upload(self.somebody(), item_of(self.room, code=code_of(self.room, seconds=200).token))

    def decide(self) -> None:
        for row in kept(self.session, self.room):
            verb = self.chance.choice(["confirm", "reject"])
            self.sign_in("secretary").post(f"/check-ins/{row.id}/{verb}")

    def step(self) -> None:
        steps = [self.mark_by_hand, self.come, self.send_marks, self.send_late, self.decide]
        self.chance.choice(steps)()


def test_the_line_is_always_its_latest_event(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    """Whatever marks, check-ins, batches and decisions come, and however the clock is set."""
    evening = Evening(sign_in, session, world, seed=11)
    for _ in range(40):
        clock.move_to(NOON + timedelta(minutes=evening.chance.choice([-10, 0, 0, 10])))
        evening.step()
        assert_lines_are_their_latest_events(session, evening.room)

    assert {event.source.value for event in rows(session, AttendanceEvent)} == {"qr", "secretary"}
