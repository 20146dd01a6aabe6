"""Minutes begin as the official form, filled in, with what is computed beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.models import (
    AttendanceStatus,
    Guest,
    GuestKind,
    Meeting,
    MeetingStatus,
    Minutes,
    RosterReason,
    TaskStatus,
)
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.agendas import make_item
from tests.factories.meetings import make_document, make_line, make_meeting, make_minutes
from tests.factories.tasks import make_task
from tests.world import NOON, World, rows

_R, _S = RosterReason, AttendanceStatus


def read(sign_in: SignIn, meeting: Meeting) -> Any:
    return said(sign_in("secretary").get(f"/meetings/{meeting.id}/minutes"))


def make_sheet(session: Session, world: World, meeting: Meeting) -> None:
    """Ten lines: seven of officials, one of a probationary, two of exempt members."""
    kinds = (
        (_R.OFFICIAL, True, _S.PRESENT, NOON + timedelta(minutes=16)),
        (_R.OFFICIAL, True, _S.PRESENT, NOON + timedelta(minutes=15)),
        (_R.OFFICIAL, True, _S.PRESENT, None),
        (_R.OFFICIAL, True, _S.ABSENT_EXCUSED, None),
        (_R.OFFICIAL, True, _S.ABSENT_UNEXCUSED, None),
        (_R.OFFICIAL, False, _S.UNMARKED, None),
        (_R.TEMPORARY, True, _S.PRESENT, None),
        (_R.PROBATIONARY, False, _S.PRESENT, None),
        (_R.EXEMPT, True, _S.PRESENT, None),
        (_R.EXEMPT, True, _S.EXEMPT, None),
    )
    for member_id, kind in zip(world.members[world.north_one.id], kinds, strict=False):
        reason, may_vote, status, came_at = kind
        make_line(
            session,
            meeting,
            member_id,
            roster_reason=reason,
            may_vote=may_vote,
            status=status,
            came_at=came_at,
        )


class TestForm:
    def test_is_filled_in_from_the_agenda_the_tasks_and_the_documents(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        before = make_meeting(session, world.north_one, starts_at=at("2026-04-03T12:00:00Z"))
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        done = make_task(session, before, title="Sơn nhà", status=TaskStatus.DONE, result="Xong")
        make_task(session, before, title="Lập danh sách")
        make_task(session, before, title="Việc cũ", status=TaskStatus.DROPPED)
        make_task(session, meeting, title="Việc mới")
        make_item(session, meeting, title="Khai mạc", position=1, status="done")
        make_item(session, meeting, title="Phương hướng", position=2, status="open")
        make_item(session, meeting, title="Kết quả", position=3, task_id=done.id)
        make_document(session, meeting, title="Dự thảo nghị quyết")
        make_document(session, meeting, title="Bản cũ", withdrawn_at=NOON)

        form = read(sign_in, meeting)

        assert form["text"] == "1. Khai mạc\n2. Phương hướng\nTài liệu:\n- Dự thảo nghị quyết"
        assert form["assessment"].splitlines() == [
            "Sơn nhà | đã hoàn thành: Xong",
            "Lập danh sách | đang thực hiện",
        ]
        assert form["direction"] == "- Phương hướng"

    def test_takes_the_next_number_of_the_year_and_the_secretary_for_the_chair(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for starts_at, number in (("2026-04-03T12:00:00Z", 3), ("2025-12-31T12:00:00Z", 12)):
            other = make_meeting(session, world.north_one, starts_at=at(starts_at))
            make_minutes(session, other, number=number)
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)

        form = read(sign_in, meeting)

        secretary = said(sign_in("secretary").get("/me"))["member"]
        assert (form["number"], form["chair"]) == (4, secretary["full_name"])
        assert (form["version"], form["minute_taker"], form["votes"]) == (0, None, [])
        assert (form["self_rating"], form["confirmations"]) == (None, [])

    def test_no_other_minutes_of_the_cell_and_year_take_its_number(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        secretary = sign_in("secretary")
        other = make_meeting(session, world.north_one, starts_at=at("2026-04-03T12:00:00Z"))
        make_minutes(session, other, number=3)
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        make_minutes(session, make_meeting(session, world.north_two), number=5)
        url = f"/meetings/{meeting.id}/minutes"

        taken = secretary.put(url, json={"text": "Một", "number": 3})
        assert (taken.status_code, taken.json()["code"]) == (409, "number_taken")
        assert said(secretary.put(url, json={"text": "Một", "number": 5}))["number"] == 5
        seen = {"if-match": "*"}
        again = secretary.put(url, json={"text": "Hai", "number": 5}, headers=seen)
        none = secretary.put(url, json={"text": "Hai", "number": None}, headers=seen)
        assert (said(again)["number"], said(none)["number"]) == (5, None)

    def test_two_begun_at_once_take_two_numbers(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("secretary")
        held = [
            make_meeting(session, world.north_one, status=MeetingStatus.ENDED) for _ in range(4)
        ]

        def write(meeting: Meeting) -> int:
            answer = client.put(f"/meetings/{meeting.id}/minutes", json={"text": "Một"})
            return int(said(answer)["number"])

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(write, held)) == [1, 2, 3, 4]

    def test_is_stored_by_nobody_and_never_written_over_what_was_typed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        read(sign_in, meeting)
        make_item(session, meeting, title="Thêm", position=1)
        assert (read(sign_in, meeting)["text"], rows(session, Minutes)) == ("1. Thêm", [])

        said(sign_in("secretary").put(f"/meetings/{meeting.id}/minutes", json={"text": "Đã gõ"}))
        make_item(session, meeting, title="Thêm nữa", position=2)
        assert read(sign_in, meeting)["text"] == "Đã gõ"


class TestTotals:
    def test_are_read_from_the_sheet_and_the_guests_at_every_look(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.ENDED,
            ended_at=NOON + timedelta(minutes=95, seconds=59),
        )
        minutes = make_minutes(session, meeting)
        url, client = f"/meetings/{meeting.id}/minutes", sign_in("secretary")
        nothing = client.get(url)
        make_sheet(session, world, meeting)
        for kind, withdrawn_at in (
            (GuestKind.SUPERIOR, None),
            (GuestKind.GUEST, None),
            (GuestKind.GUEST, NOON),
        ):
            guest = Guest(
                organization_id=meeting.organization_id,
                meeting_id=meeting.id,
                kind=kind,
                full_name="Phạm Quốc Ấn",
                withdrawn_at=withdrawn_at,
            )
            session.add(guest)
        session.flush()

        known = {"If-None-Match": nothing.headers["etag"]}
        counted = said(client.get(url, headers=known))

        assert (nothing.json()["vote_base"], counted["vote_base"]) == (None, 7)
        assert counted["version"] == minutes.version
        assert counted["totals"] == {
            "summoned": 9,
            "official": 6,
            "probationary": 1,
            "temporary": 1,
            "present": 6,
            "absent_excused": 1,
            "absent_unexcused": 1,
            "unmarked": 1,
            "exempt": 1,
            "late": 1,
            "minutes_long": 95,
            "guests": 1,
            "superiors": 1,
        }


class TestVotes:
    def test_each_stands_with_its_base_and_what_it_needs(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        make_sheet(session, world, meeting)
        url, client = f"/meetings/{meeting.id}/minutes", sign_in("secretary")

        def put(**vote: Any) -> Any:
            typed = {"subject": "Kết nạp", "against": 0, "abstained": 0} | vote
            etag = client.get(url).headers["etag"]
            body = {"text": "Đã biểu quyết", "votes": [typed]}
            return client.put(url, json=body, headers={"If-Match": etag})

        (ordinary,) = said(put(kind="ordinary", in_favour=4, against=3))["votes"]
        (short,) = said(put(kind="admission", in_favour=4))["votes"]
        (carried,) = said(put(kind="admission", in_favour=5))["votes"]
        too_many = put(kind="ordinary", in_favour=5, against=2, abstained=1)

        share = {"numerator": 4, "denominator": 7, "percent": 57.14}
        assert (ordinary["base"], ordinary["needed"], ordinary["percent"]) == (7, 4, share)
        assert [each["is_carried"] for each in (ordinary, short, carried)] == [True, False, True]
        assert (short["needed"], too_many.status_code) == (5, 422)
        (error,) = too_many.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/votes/0", "votes_exceed_base")
        assert said(client.get(url))["votes"] == [carried]
