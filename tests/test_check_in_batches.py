"""What devices kept while they had no network: one result an item, however often it is sent."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.ids import new_id
from app.models import AttendanceEvent, CheckIn, Figure, Meeting, MeetingStatus
from tests.check_ins import (
    assert_lines_are_their_latest_events,
    came,
    check_in,
    code_of,
    item_of,
    kept,
    make_room,
    upload,
)
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting
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

    def test_guesses_end_after_ten(self, sign_in: SignIn, session: Session, world: World) -> None:
        room = make_room(session, world)
        wrong = [item_of(room, code=f"{n:06d}", captured_at=ago(minutes=8)) for n in range(20)]
        results = upload(sign_in("member"), *wrong)

        assert [result["code"] for result in results[10:]] == ["too_many_requests"] * 10
        assert len(kept(session, room)) == 10

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
        (waiting,) = upload(sign_in("deputy"), item_of(room, code=code_of(room).token))

        assert (result["code"], waiting["status"]) == ("meeting_not_open", "awaiting")
        answer = sign_in("secretary").post(f"/check-ins/{waiting['id']}/confirm")
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")

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
