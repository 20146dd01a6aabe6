"""A cell at a glance: leaders, members, meetings, figures, and what waits."""

from datetime import date

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    AbsenceStatus,
    Alert,
    AlertRule,
    AttendanceStatus,
    CheckIn,
    CheckInMethod,
    CheckInStatus,
    ExemptionKind,
    MeetingStatus,
    MembershipKind,
    ObjectionStatus,
    TaskStatus,
)
from tests.conftest import SignIn, at
from tests.evenings import hold, plan, said
from tests.factories.meetings import make_absence_report, make_line, make_meeting
from tests.factories.objections import make_objection
from tests.factories.people import make_exemption, make_member, make_membership
from tests.factories.tasks import make_task
from tests.world import NOON, World

EVENING = at("2026-05-20T19:00:00+07:00")


class TestGet:
    def test_a_secretary_starts_from_the_own_cell(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("secretary").get(f"/cells/{world.north_one.id}")

        assert answer.status_code == 200, answer.text
        body = answer.json()
        people = world.people
        assert body["organization"]["name"] == "Chi bộ Bắc 1"
        assert body["parent"]["name"] == "Đảng bộ xã Bắc"
        assert body["secretary"]["member_id"] == str(people["secretary"].member_id)
        assert body["deputy_secretary"]["member_id"] == str(people["deputy"].member_id)
        assert (body["members"]["total"], body["members"]["official"]) == (10, 10)
        assert (body["next_meeting"], body["last_meeting"]) == (None, None)
        assert body["period"] == "2026-05"
        assert body["figures"]["cells_met"] == {"numerator": 0, "denominator": 1, "percent": 0.0}

    def test_members_are_counted_by_standing_and_state(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell = world.north_two
        facts = {"official_on": None, "is_probationary": True}
        make_member(session, cell, number=300, **facts)
        exempt = make_member(session, cell, number=301)
        make_exemption(session, cell, exempt)
        suspended = make_member(session, cell, number=302)
        make_exemption(session, cell, suspended, kind=ExemptionKind.SUSPENDED)
        make_exemption(session, cell, suspended)
        gone = make_member(session, cell, number=303, official_on=date(2026, 6, 1))
        make_exemption(session, cell, gone, valid_to=date(2026, 5, 15))
        guest = make_member(session, world.south_one, number=304)
        make_membership(session, cell, guest, kind=MembershipKind.TEMPORARY)

        counts = sign_in("officer").get(f"/cells/{cell.id}").json()["members"]

        assert counts == {
            "total": 8,
            "official": 6,
            "probationary": 2,
            "active": 6,
            "exempt": 1,
            "suspended": 1,
            "interrupted": 0,
            "in_transit": 0,
            "temporary": 1,
        }

    def test_the_next_and_the_last_meeting(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        client = sign_in("secretary")
        held = hold(client, clock, world.north_one, EVENING)
        plan(client, world.north_one, at("2026-07-03T19:00:00+07:00"))
        soon = plan(client, world.north_one, at("2026-06-03T19:00:00+07:00"))

        body = client.get(f"/cells/{world.north_one.id}").json()

        assert (body["next_meeting"]["id"], body["last_meeting"]["id"]) == (soon, held)
        assert body["figures"]["cells_met"]["numerator"] == 1

    def test_what_waits_is_seen_by_whoever_leads_next(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell = world.north_one
        make_meeting(session, cell)
        ended = make_meeting(session, cell, status=MeetingStatus.ENDED)
        make_meeting(session, cell, status=MeetingStatus.RETURNED)
        planned = make_meeting(session, cell, status=MeetingStatus.SCHEDULED)
        first, second = world.members[cell.id][:2]
        make_absence_report(session, planned, first)
        make_absence_report(session, planned, second, status=AbsenceStatus.ACCEPTED)
        line = make_line(session, ended, first, status=AttendanceStatus.ABSENT_UNEXCUSED)
        make_objection(session, line)
        make_objection(session, line, status=ObjectionStatus.DECLINED)
        make_task(session, ended, due_on=date(2026, 5, 14))
        make_task(session, ended, due_on=date(2026, 5, 15))
        make_task(session, ended, status=TaskStatus.DONE)
        for level, cleared_at in ((1, None), (2, NOON)):
            session.add(
                Alert(
                    organization_id=cell.id,
                    member_id=first,
                    rule=AlertRule.UNEXCUSED_MONTHS,
                    year=2026,
                    level=level,
                    raised_at=NOON,
                    cleared_at=cleared_at,
                )
            )
        for status in (CheckInStatus.AWAITING, CheckInStatus.CONFIRMED):
            session.add(
                CheckIn(
                    organization_id=cell.id,
                    meeting_id=ended.id,
                    member_id=first,
                    account_id=world.people["secretary"].account_id,
                    method=CheckInMethod.QR,
                    captured_at=NOON,
                    received_at=NOON,
                    request_digest=b"",
                    status=status,
                )
            )
        session.flush()

        expected = {
            "drafts": 1,
            "unsubmitted_meetings": 1,
            "returned_meetings": 1,
            "unconfirmed_minutes": 0,
            "pending_absence_reports": 1,
            "awaiting_check_ins": 1,
            "pending_objections": 1,
            "pending_corrections": 0,
            "overdue_corrections": 0,
            "open_tasks": 2,
            "overdue_tasks": 1,
            "open_alerts": 1,
        }
        for who in ("secretary", "deputy", "officer"):
            cells = said(sign_in(who).get("/cells"))["items"]
            assert cells[0]["waiting"] == expected
        assert set(cells[1]["waiting"].values()) == {0}

    def test_minutes_wait_for_the_word_of_two_persons(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
        secretary, url = sign_in("secretary"), f"/meetings/{meeting.id}/minutes"

        def unconfirmed() -> int:
            cell = said(secretary.get(f"/cells/{world.north_one.id}"))
            return int(cell["waiting"]["unconfirmed_minutes"])

        counts = [unconfirmed()]
        written = secretary.put(url, json={"text": "Chi bộ đã họp."})
        for who, part in (("secretary", "secretary"), ("deputy", "chair")):
            counts.append(unconfirmed())
            said(sign_in(who).post(f"{url}/confirm", json={"part": part}))
        counts.append(unconfirmed())
        seen = {"if-match": written.headers["etag"]}
        said(secretary.put(url, json={"text": "Chi bộ đã họp đủ."}, headers=seen))

        assert [*counts, unconfirmed()] == [0, 1, 1, 0, 1]

    @pytest.mark.parametrize(
        ("who", "status"),
        [("committee_member", 200), ("member", 403), ("outsider", 404), ("administrator", 403)],
    )
    def test_who_may_look(self, sign_in: SignIn, world: World, who: str, status: int) -> None:
        assert sign_in(who).get(f"/cells/{world.north_one.id}").status_code == status

    def test_a_unit_that_is_no_cell_is_not_found(self, sign_in: SignIn, world: World) -> None:
        assert sign_in("officer").get(f"/cells/{world.north.id}").status_code == 404


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({}, ["Chi bộ Bắc 1", "Chi bộ Bắc 2", "Chi bộ Nam 1"]),
            ({"text": "bac"}, ["Chi bộ Bắc 1", "Chi bộ Bắc 2"]),
            ({"text": "Nam 1"}, ["Chi bộ Nam 1"]),
        ],
    )
    def test_an_officer_lists_the_cells_below(
        self, sign_in: SignIn, query: dict[str, str], names: list[str]
    ) -> None:
        items = sign_in("officer").get("/cells", params=query).json()["items"]

        assert [item["organization"]["name"] for item in items] == names

    def test_the_filter_takes_a_unit_and_all_below(self, sign_in: SignIn, world: World) -> None:
        query = {"organization_id": str(world.north.id)}
        items = sign_in("officer").get("/cells", params=query).json()["items"]

        assert [item["id"] for item in items] == [
            str(world.north_one.id),
            str(world.north_two.id),
        ]

    def test_a_foreign_unit_is_not_found(self, sign_in: SignIn, world: World) -> None:
        query = {"organization_id": str(world.south.id)}

        assert sign_in("branch_officer").get("/cells", params=query).status_code == 404

    def test_figures_of_another_period(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        client = sign_in("officer")

        def met(period: str) -> list[int]:
            items = client.get("/cells", params={"period": period}).json()["items"]
            return [item["figures"]["cells_met"]["numerator"] for item in items]

        assert (met("2026-04"), met("2026-05")) == ([0, 0, 0], [1, 0, 0])
