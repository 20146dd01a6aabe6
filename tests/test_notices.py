"""Whoever is summoned is told, at once and of every change that matters."""

from typing import Any
from uuid import UUID

import time_machine
from sqlmodel import Session, col

from app.models import (
    ExemptionKind,
    Meeting,
    MeetingStatus,
    Member,
    Notification,
    NotificationKind,
    Role,
)
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import make_meeting
from tests.factories.people import make_exemption, make_office
from tests.world import World, rows

EVENING = at("2026-06-05T12:30:00Z")
K = NotificationKind


def draft(sign_in: SignIn, world: World, **more: Any) -> str:
    wanted = {
        "organization_id": str(world.north_one.id),
        "title": "Sinh hoạt tháng Sáu",
        "place": "Hội trường",
        "starts_at": EVENING.isoformat(),
    }
    return str(said(sign_in("secretary").post("/meetings", json=wanted | more))["id"])


def announced(sign_in: SignIn, world: World) -> str:
    meeting_id = draft(sign_in, world)
    said(sign_in("secretary").post(f"/meetings/{meeting_id}/schedule"))
    return meeting_id


def told(session: Session, kind: NotificationKind) -> list[Notification]:
    return rows(session, Notification, col(Notification.kind) == kind)


def meeting_of(session: Session, meeting_id: str) -> Meeting:
    (meeting,) = rows(session, Meeting, col(Meeting.id) == UUID(meeting_id))
    return meeting


class TestSchedule:
    def test_everybody_summoned_is_told_when_and_where(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        exempt, suspended = (
            rows(session, Member, col(Member.id) == world.members[world.north_one.id][at_])[0]
            for at_ in (8, 9)
        )
        make_exemption(session, world.north_one, exempt)
        make_exemption(session, world.north_one, suspended, kind=ExemptionKind.SUSPENDED)

        meeting_id = announced(sign_in, world)

        notices = told(session, K.MEETING_SCHEDULED)
        everybody = set(world.members[world.north_one.id])
        assert {notice.member_id for notice in notices} == everybody - {suspended.id}
        assert {notice.subject_id for notice in notices} == {UUID(meeting_id)}
        assert notices[0].title == "Thông báo sinh hoạt: Sinh hoạt tháng Sáu"
        assert notices[0].body.splitlines() == [
            "Cuộc họp: Sinh hoạt tháng Sáu",
            "Bắt đầu: 19:30 ngày 05/06/2026",
            "Địa điểm: Hội trường",
            "Hình thức: toàn chi bộ",
        ]
        assert meeting_of(session, meeting_id).notice_sent_at == at("2026-05-15T05:00:00Z")

    def test_a_draft_is_told_to_nobody(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting_id = draft(sign_in, world)
        client = sign_in("secretary")
        path = f"/meetings/{meeting_id}"
        said(client.patch(path, json={"place": "Nhà văn hóa"}, headers={"if-match": "*"}))
        said(client.post(f"{path}/cancel", json={"reason": "Nhầm tháng"}))

        meeting = meeting_of(session, meeting_id)
        assert rows(session, Notification) == []
        assert (meeting.notice_sent_at, meeting.sequence) == (None, 0)

    def test_a_long_title_is_cut_and_never_refused(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting_id = draft(sign_in, world, title="Chuyên đề " * 19)
        said(sign_in("secretary").post(f"/meetings/{meeting_id}/schedule"))

        assert all(len(notice.title) <= 200 for notice in told(session, K.MEETING_SCHEDULED))


class TestChanges:
    def test_what_concerns_who_comes_is_told_from_old_to_new(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting_id = announced(sign_in, world)
        changes = {"place": "Nhà văn hóa", "held_as": "hybrid", "agenda": "Kín"}
        for wanted in (changes, {"agenda": "Kín hơn"}):
            path = f"/meetings/{meeting_id}"
            said(sign_in("deputy").patch(path, json=wanted, headers={"if-match": "*"}))

        notices = told(session, K.MEETING_CHANGED)
        assert len(notices) == len(world.members[world.north_one.id])
        assert "Địa điểm: Hội trường → Nhà văn hóa" in notices[0].body
        assert "Hình thức: toàn chi bộ → trực tiếp kết hợp trực tuyến" in notices[0].body
        assert "Kín" not in notices[0].body
        assert meeting_of(session, meeting_id).sequence == 1

    def test_a_postponement_keeps_the_moment_of_the_first_notice(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        meeting_id = announced(sign_in, world)
        clock.move_to(at("2026-06-01T02:00:00Z"))
        later = {"starts_at": "2026-06-08T13:00:00Z"}
        said(sign_in("secretary").post(f"/meetings/{meeting_id}/postpone", json=later))

        (body,) = {notice.body for notice in told(session, K.MEETING_POSTPONED)}
        meeting = meeting_of(session, meeting_id)
        assert "Bắt đầu: 19:30 ngày 05/06/2026 → 20:00 ngày 08/06/2026" in body
        assert (meeting.notice_sent_at, meeting.sequence) == (at("2026-05-15T05:00:00Z"), 1)

    def test_a_postponement_is_the_notice_of_a_meeting_recorded_late(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        meeting_id = draft(sign_in, world, starts_at="2026-05-15T04:00:00Z")
        client, path = sign_in("secretary"), f"/meetings/{meeting_id}"
        said(client.post(f"{path}/schedule"))
        said(client.patch(path, json={"place": "Nhà văn hóa"}, headers={"if-match": "*"}))
        assert meeting_of(session, meeting_id).notice_sent_at is None

        said(client.post(f"{path}/postpone", json={"starts_at": EVENING.isoformat()}))

        assert meeting_of(session, meeting_id).notice_sent_at == at("2026-05-15T05:00:00Z")
        clock.move_to(at("2026-05-16T05:00:00Z"))
        said(client.patch(path, json={"place": "Hội trường"}, headers={"if-match": "*"}))
        assert meeting_of(session, meeting_id).notice_sent_at == at("2026-05-15T05:00:00Z")

    def test_a_cancellation_tells_its_reason(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting_id = announced(sign_in, world)
        reason = {"reason": "Bão số 3"}
        said(sign_in("secretary").post(f"/meetings/{meeting_id}/cancel", json=reason))

        (body,) = {notice.body for notice in told(session, K.MEETING_CANCELLED)}
        meeting = meeting_of(session, meeting_id)
        assert body.endswith("Lý do: Bão số 3")
        assert meeting.cancelled_at == at("2026-05-15T05:00:00Z")
        assert meeting.sequence == 1


class TestReturn:
    def test_only_those_who_have_to_mend_it_are_told(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        stand_in_id = world.members[world.north_one.id][7]
        (stand_in,) = rows(session, Member, col(Member.id) == stand_in_id)
        make_office(session, world.north_one, stand_in, role=Role.STAND_IN)
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SUBMITTED)
        comment = {"comment": "Thiếu số đảng viên"}
        said(sign_in("officer").post(f"/meetings/{meeting.id}/return", json=comment))

        notices = told(session, K.MEETING_RETURNED)
        leaders = {world.people[name].member_id for name in ("secretary", "deputy")}
        assert {notice.member_id for notice in notices} == leaders | {stand_in_id}
        assert notices[0].body.endswith("Góp ý của cấp trên: Thiếu số đảng viên")
