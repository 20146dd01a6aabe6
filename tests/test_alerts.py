"""Absences are counted in a year, told once to those concerned, and forgotten when corrected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import (
    Alert,
    AlertRule,
    AttendanceStatus,
    AuditEntry,
    ExemptionKind,
    MeetingStatus,
    Member,
    Membership,
    Notification,
)
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.factories.meetings import make_line, make_meeting
from tests.factories.people import make_exemption
from tests.world import World, rows

_S = AttendanceStatus


def history(session: Session, world: World, member_id: UUID, *statuses: AttendanceStatus) -> None:
    """Regular meetings of January, February, ... that were accepted long ago."""
    for month, status in enumerate(statuses, start=1):
        meeting = make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.ACCEPTED,
            starts_at=at(f"2026-0{month}-04T12:00:00Z"),
        )
        make_line(session, meeting, member_id, status=status)


def last_years_alert(session: Session, world: World, member_id: UUID) -> None:
    alert = Alert(
        organization_id=world.north_one.id,
        member_id=member_id,
        rule=AlertRule.UNEXCUSED_MONTHS,
        year=2025,
        level=1,
        raised_at=at("2025-11-05T12:00:00Z"),
    )
    session.add(alert)
    session.flush()


def correct(client: TestClient, meeting_id: str, member_id: UUID, status: str) -> None:
    sheet = client.get("/attendances", params={"meeting_id": meeting_id})
    mark = {"member_id": str(member_id), "status": status, "reason": "Nhầm"}
    url, seen = f"/meetings/{meeting_id}/attendances", {"if-match": sheet.headers["etag"]}
    said(client.put(url, json={"lines": [mark]}, headers=seen))


def alerts_of(client: TestClient, **query: Any) -> list[tuple[str, int, bool]]:
    items = said(client.get("/alerts", params=query))["items"]
    return sorted((item["rule"], item["level"], item["cleared_at"] is None) for item in items)


def told(session: Session, member_id: UUID | None) -> list[str]:
    found = rows(
        session,
        Notification,
        Notification.member_id == member_id,
        Notification.kind == "attendance_alert",
    )
    return [notice.title for notice in found]


class TestUnexcusedMonths:
    def test_each_month_is_told_once_and_cleared_by_a_correction(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        member_id = world.people["member"].member_id
        assert member_id is not None
        history(session, world, member_id, _S.ABSENT_UNEXCUSED, _S.PRESENT)
        secretary, rule = sign_in("secretary"), "unexcused_months"
        evening = at("2026-05-20T19:00:00+07:00")
        meeting_id = hold(
            secretary, clock, world.north_one, evening, {member_id: "absent_unexcused"}
        )

        member = sign_in("member")
        assert alerts_of(member) == [(rule, 1, True), (rule, 2, True)]
        assert alerts_of(sign_in("overseer"), organization_id=str(world.north.id), open=True) == [
            (rule, 1, True),
            (rule, 2, True),
        ]
        (title,) = told(session, member_id)
        assert title.endswith("vắng không lý do 2 tháng trong năm 2026")
        assert told(session, world.people["secretary"].member_id) == [title]

        correct(secretary, meeting_id, member_id, "absent_excused")
        assert alerts_of(member, open=True) == [(rule, 1, True)]
        assert alerts_of(member, open=False) == [(rule, 2, False)]
        for verb, body in (("reopen", {"reason": "Sửa"}), ("submit", {})):
            said(secretary.post(f"/meetings/{meeting_id}/{verb}", json=body))
        assert len(told(session, member_id)) == 1
        correct(secretary, meeting_id, member_id, "absent_unexcused")
        assert alerts_of(member) == [(rule, 1, True), (rule, 2, True)]
        assert len(told(session, member_id)) == 2
        assert len(rows(session, AuditEntry, AuditEntry.action == "alert.raised")) == 3

    def test_three_months_are_the_last_level(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        member_id = world.members[world.north_one.id][7]
        history(session, world, member_id, *[_S.ABSENT_UNEXCUSED] * 4)
        hold(
            sign_in("secretary"),
            clock,
            world.north_one,
            at("2026-05-20T19:00:00+07:00"),
            {member_id: "absent_unexcused"},
        )

        levels = [level for _, level, _ in alerts_of(sign_in("committee_member"))]
        assert levels == [1, 2, 3]

    def test_those_of_a_year_end_with_it(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        last_years_alert(session, world, world.members[world.north_one.id][7])
        secretary = sign_in("secretary")
        hold(secretary, clock, world.north_one, at("2026-05-20T19:00:00+07:00"))

        assert alerts_of(secretary) == [(AlertRule.UNEXCUSED_MONTHS, 1, False)]

    def test_those_of_who_left_the_cell_end_there(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        leaver, suspended = world.members[world.north_one.id][7:9]
        absent = dict.fromkeys((leaver, suspended), "absent_unexcused")
        secretary, rule = sign_in("secretary"), AlertRule.UNEXCUSED_MONTHS
        hold(secretary, clock, world.north_one, at("2026-05-20T19:00:00+07:00"), absent)
        assert alerts_of(secretary) == [(rule, 1, True)] * 2
        last_years_alert(session, world, suspended)
        (stay,) = rows(session, Membership, Membership.member_id == leaver)
        stay.valid_to = date(2026, 6, 1)
        session.add(stay)
        (member,) = rows(session, Member, Member.id == suspended)
        make_exemption(session, world.north_one, member, kind=ExemptionKind.SUSPENDED)

        hold(secretary, clock, world.north_one, at("2026-06-20T19:00:00+07:00"))

        (open_,) = said(secretary.get("/alerts", params={"open": True}))["items"]
        assert (open_["member_id"], open_["year"]) == (str(suspended), 2026)

    def test_two_evenings_that_end_at_once_raise_it_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.members[world.north_one.id][7]
        absent = {"status": _S.ABSENT_UNEXCUSED}
        with ThreadPoolExecutor(2) as both:
            for year in (2022, 2023, 2024):
                evenings = [
                    make_meeting(
                        session,
                        world.north_one,
                        status=MeetingStatus.OPEN,
                        starts_at=at(f"{year}-0{month}-04T12:00:00Z"),
                    )
                    for month in (1, 2)
                ]
                for evening in evenings:
                    make_line(session, evening, member_id, **absent)
                tries = [
                    both.submit(sign_in(who).post, f"/meetings/{evening.id}/end")
                    for who, evening in zip(("secretary", "deputy"), evenings, strict=True)
                ]
                assert [each.result().status_code for each in tries] == [200, 200]
        known = {(alert.year, alert.level) for alert in rows(session, Alert)}
        assert {(2022, 1), (2023, 1), (2024, 1)} <= known


class TestExcusedInARow:
    @pytest.mark.parametrize(("before", "count"), [(3, 1), (2, 0)])
    def test_more_than_three_in_a_row(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
        before: int,
        count: int,
    ) -> None:
        member_id = world.members[world.north_one.id][7]
        history(session, world, member_id, *[_S.ABSENT_EXCUSED] * before)
        secretary = sign_in("secretary")
        absent = {member_id: "absent_excused"}
        hold(secretary, clock, world.north_one, at("2026-05-20T19:00:00+07:00"), absent)

        expected = [(AlertRule.EXCUSED_IN_A_ROW, 4, True)] * count
        assert alerts_of(secretary) == expected
        hold(secretary, clock, world.north_one, at("2026-06-20T19:00:00+07:00"))
        assert alerts_of(secretary, open=True) == []


def test_nobody_else_learns_of_it(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    neighbour = world.members[world.north_one.id][7]
    evening = at("2026-05-20T19:00:00+07:00")
    absent = {neighbour: "absent_unexcused"}
    hold(sign_in("secretary"), clock, world.north_one, evening, absent)

    assert len(alerts_of(sign_in("deputy"))) == 1
    for who in ("member", "outsider", "sibling_officer", "administrator"):
        assert alerts_of(sign_in(who)) == []
    foreign = sign_in("outsider").get("/alerts?organization_id=" + str(world.north_one.id))
    assert foreign.status_code == 404
