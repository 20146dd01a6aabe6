"""A cell plans its meetings once: drafts are made ahead, and follow until somebody touches them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import database
from app.core.clock import LOCAL
from app.core.clock import now as clock_now
from app.models import AgendaStatus, AuditEntry, Meeting, MeetingPlan, Organization
from app.services import figure_days, meeting_plans
from tests.conftest import SignIn, at
from tests.evenings import hand_out, hold, said
from tests.factories.agendas import make_item
from tests.factories.plans import make_plan
from tests.factories.tasks import make_task
from tests.tables import fingerprint_of_tables
from tests.world import World, rows


def rule(cell: Organization, **more: Any) -> dict[str, Any]:
    """Every month on the twentieth, at half past seven in the evening."""
    usual = {"day_of_month": 20, "at": "19:30", "place": "Hội trường"}
    return {"organization_id": str(cell.id)} | usual | more


def planned(client: TestClient, cell: Organization, **more: Any) -> Any:
    return said(client.post("/meeting-plans", json=rule(cell, **more)))


def change(client: TestClient, plan_id: str, **changes: Any) -> Any:
    version = client.get(f"/meeting-plans/{plan_id}").headers["etag"]
    return client.patch(f"/meeting-plans/{plan_id}", json=changes, headers={"if-match": version})


def meetings_of(client: TestClient, plan_id: str) -> list[dict[str, Any]]:
    """The first ones first."""
    items = said(client.get("/meetings", params={"limit": 100}))["items"]
    return [item for item in reversed(items) if item["plan_id"] == plan_id]


def days(meetings: list[dict[str, Any]]) -> list[str]:
    """The local day and time of each, and what became of it."""
    return [
        f"{at(each['starts_at']).astimezone(LOCAL):%m-%d %H:%M} {each['status']}"
        for each in meetings
    ]


def decide(sign_in: SignIn, unit: Organization, **what: Any) -> None:
    place = {"organization_id": str(unit.id)}
    said(sign_in("administrator").patch("/settings", params=place, json=what))


class TestCreate:
    def test_a_plan_makes_drafts_for_this_month_and_two_ahead(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        secretary = sign_in("secretary")
        answer = secretary.post("/meeting-plans", json=rule(world.north_one))

        assert answer.status_code == 201, answer.text
        plan = answer.json()
        assert (plan["valid_from"], plan["valid_to"], plan["lasts_minutes"]) == (
            "2026-05-15",
            None,
            90,
        )
        location = answer.headers["location"].removeprefix("/api/v1")
        assert sign_in("member").get(location).json() == plan
        made = meetings_of(secretary, plan["id"])
        assert days(made) == ["05-20 19:30 draft", "06-20 19:30 draft", "07-20 19:30 draft"]
        assert [each["title"] for each in made] == [
            f"Sinh hoạt chi bộ thường kỳ tháng {month}/2026" for month in (5, 6, 7)
        ]
        assert made[0]["ends_at"] == "2026-05-20T14:00:00Z"
        assert {(each["place"], each["held_as"]) for each in made} == {("Hội trường", "whole")}
        agenda = said(secretary.get(f"/meetings/{made[2]['id']}/agenda"))
        assert len(agenda["items"]) == 5
        assert len(rows(session, AuditEntry, AuditEntry.action == "meeting.created")) == 3

    def test_what_is_past_this_month_is_not_made(self, sign_in: SignIn, world: World) -> None:
        secretary = sign_in("secretary")
        plan = planned(
            secretary,
            world.north_one,
            day_of_month=None,
            week=2,
            weekday=4,
            kind="thematic",
            title="Chuyên đề quý",
            valid_to="2026-07-09",
        )

        made = meetings_of(secretary, plan["id"])
        assert days(made) == ["06-11 19:30 draft"]  # July's would be on the ninth
        assert (made[0]["title"], made[0]["kind"]) == ("Chuyên đề quý", "thematic")

    def test_holidays_of_the_committee_are_avoided(self, sign_in: SignIn, world: World) -> None:
        decide(sign_in, world.root, holidays=["2026-05-20", "2026-05-21", "2026-07-01"])
        decide(sign_in, world.north_two, holidays=[])
        secretary = sign_in("secretary")

        plan = planned(secretary, world.north_one)

        assert days(meetings_of(secretary, plan["id"])) == [
            "05-22 19:30 draft",
            "06-20 19:30 draft",
            "07-20 19:30 draft",
        ]

    def test_one_plan_of_a_kind_runs_at_a_time(self, sign_in: SignIn, world: World) -> None:
        secretary, cell = sign_in("secretary"), world.north_one
        first = planned(secretary, cell, valid_to="2026-06-01")
        planned(secretary, cell, kind="committee")
        second = planned(secretary, cell, valid_from="2026-06-01")

        again = secretary.post("/meeting-plans", json=rule(cell, valid_from="2026-12-01"))
        longer = change(secretary, first["id"], valid_to=None)

        assert [again.status_code, longer.status_code] == [409, 409]
        assert again.json()["code"] == "conflict"
        assert days(meetings_of(secretary, first["id"])) == ["05-20 19:30 draft"]
        said(change(secretary, second["id"], valid_to="2026-06-01"))  # made by mistake
        said(change(secretary, first["id"], valid_to=None))

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"day_of_month": None}, "/day_of_month"),
            ({"week": 1, "weekday": 1}, "/day_of_month"),
            ({"weekday": 1}, "/day_of_month"),
            ({"day_of_month": None, "week": 1}, "/day_of_month"),
            ({"day_of_month": None, "weekday": 1}, "/day_of_month"),
            ({"day_of_month": 29}, "/day_of_month"),
            ({"day_of_month": 0}, "/day_of_month"),
            ({"day_of_month": None, "week": 5, "weekday": 1}, "/week"),
            ({"day_of_month": None, "week": 0, "weekday": 1}, "/week"),
            ({"day_of_month": None, "week": -1, "weekday": 8}, "/weekday"),
            ({"at": "24:00"}, "/at"),
            ({"at": "7:30"}, "/at"),
            ({"at": "19:60"}, "/at"),
            ({"at": "19:30:00"}, "/at"),
            ({"at": None}, "/at"),
            ({"lasts_minutes": 29}, "/lasts_minutes"),
            ({"lasts_minutes": 601}, "/lasts_minutes"),
            ({"held_as": "groups"}, "/held_as"),
            ({"kind": "weekly"}, "/kind"),
            ({"online_url": "javascript:alert(1)"}, "/online_url"),
            ({"valid_to": "2026-05-14"}, "/valid_to"),
            ({"valid_to": "2026-05-15"}, "/valid_to"),
            ({"valid_from": "2025-12-31"}, "/valid_from"),
        ],
    )
    def test_what_is_no_plan_is_refused(
        self, sign_in: SignIn, session: Session, world: World, wrong: Any, pointer: str
    ) -> None:
        secretary = sign_in("secretary")
        secretary.get("/me")
        before = fingerprint_of_tables(session)

        answer = secretary.post("/meeting-plans", json=rule(world.north_one, **wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert {error["pointer"] for error in answer.json()["errors"]} == {pointer}
        assert fingerprint_of_tables(session) == before

    def test_only_cells_meet(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("secretary").post("/meeting-plans", json=rule(world.north))

        assert answer.status_code == 404


class TestSearch:
    def test_shows_the_plans_of_a_branch(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        first, second = (make_plan(session, each) for each in (world.north_one, world.north_two))
        make_plan(session, world.south_one)

        def found(person: str, **query: Any) -> list[str]:
            answer = said(sign_in(person).get("/meeting-plans", params=query))
            return [item["id"] for item in answer["items"]]

        assert found("branch_officer") == [str(second.id), str(first.id)]
        assert found("officer", organization_id=world.north_one.id) == [str(first.id)]
        assert found("officer", organization_id=world.north.id, kind="thematic") == []
        assert found("member") == [str(first.id)]


class TestChange:
    def test_drafts_nobody_has_touched_follow_and_no_others(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]
        may, june, july = meetings_of(secretary, plan_id)
        said(secretary.post(f"/meetings/{may['id']}/schedule"))
        said(
            secretary.patch(
                f"/meetings/{june['id']}", json={"place": "Nhà văn hóa"}, headers={"if-match": "*"}
            )
        )

        answer = change(
            secretary, plan_id, day_of_month=None, week=-1, weekday=6, place="Phòng họp"
        )

        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        now = meetings_of(secretary, plan_id)
        assert [each["id"] for each in now] == [may["id"], june["id"], july["id"]]
        assert days(now) == ["05-20 19:30 scheduled", "06-20 19:30 draft", "07-25 19:30 draft"]
        assert [each["place"] for each in now] == ["Hội trường", "Nhà văn hóa", "Phòng họp"]

        said(change(secretary, plan_id, at="08:00", title="Sinh hoạt"))  # a second time too

        now = meetings_of(secretary, plan_id)
        assert days(now) == ["05-20 19:30 scheduled", "06-20 19:30 draft", "07-25 08:00 draft"]
        assert now[2]["title"] == "Sinh hoạt"

    def test_what_would_be_past_stays_where_it_is(self, sign_in: SignIn, world: World) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]

        said(change(secretary, plan_id, day_of_month=10))

        now = meetings_of(secretary, plan_id)
        assert days(now) == ["05-20 19:30 draft", "06-10 19:30 draft", "07-10 19:30 draft"]

        said(change(secretary, plan_id, valid_to="2026-05-20"))

        now = meetings_of(secretary, plan_id)
        assert {each["status"] for each in now} == {"cancelled"}

    def test_its_end_cancels_untouched_drafts_and_can_be_taken_back(
        self, sign_in: SignIn, world: World
    ) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]
        _, june, july = meetings_of(secretary, plan_id)
        hand_out(secretary, june["id"])  # prepared, so it stays

        said(change(secretary, plan_id, valid_to="2026-06-01"))

        now = meetings_of(secretary, plan_id)
        assert days(now) == ["05-20 19:30 draft", "06-20 19:30 draft", "07-20 19:30 cancelled"]
        assert now[2]["id"] == july["id"]
        assert "không còn" in now[2]["status_reason"]

        said(change(secretary, plan_id, valid_to=None))

        assert days(meetings_of(secretary, plan_id))[2:] == [
            "07-20 19:30 cancelled",
            "07-20 19:30 draft",
        ]

    def test_a_draft_that_the_cell_cancelled_is_not_made_again(
        self, sign_in: SignIn, world: World
    ) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]
        june = meetings_of(secretary, plan_id)[1]
        said(secretary.post(f"/meetings/{june['id']}/cancel", json={"reason": "Nghỉ hè"}))

        said(change(secretary, plan_id, at="20:00"))

        assert days(meetings_of(secretary, plan_id)) == [
            "05-20 20:00 draft",
            "06-20 19:30 cancelled",
            "07-20 20:00 draft",
        ]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"week": 1},
            {"day_of_month": None},
            {"weekday": 3, "week": 1},
            {"at": "25:00"},
            {"at": None},
            {"valid_to": "2025-12-31"},
            {"held_as": "groups"},
            {"kind": "thematic"},
            {"valid_from": "2026-06-01"},
        ],
    )
    def test_what_is_no_plan_is_refused(
        self, sign_in: SignIn, session: Session, world: World, wrong: Any
    ) -> None:
        plan = make_plan(session, world.north_one)
        secretary = sign_in("secretary")
        secretary.get("/me")
        before = fingerprint_of_tables(session)

        answer = change(secretary, str(plan.id), **wrong)

        assert answer.status_code == 422, answer.text
        assert fingerprint_of_tables(session) == before

    def test_a_change_is_made_in_sight_of_the_plan(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        plan = make_plan(session, world.north_one)
        address, told = f"/meeting-plans/{plan.id}", {"place": "Phòng họp"}
        secretary = sign_in("secretary")

        assert secretary.patch(address, json=told).status_code == 428
        stale = secretary.patch(address, json=told, headers={"if-match": '"7"'})
        assert stale.status_code == 412


class TestTheDayTurns:
    def test_a_new_month_makes_the_next_draft_without_a_click(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]
        clock.move_to(at("2026-05-31T16:59:00Z"))
        assert len(meetings_of(secretary, plan_id)) == 3

        clock.move_to(at("2026-05-31T17:00:00Z"))
        assert days(meetings_of(secretary, plan_id)) == [
            "05-20 19:30 draft",
            "06-20 19:30 draft",
            "07-20 19:30 draft",
            "08-20 19:30 draft",
        ]

        said(change(secretary, plan_id, at="08:00"))  # what is past stays
        clock.move_to(at("2026-06-30T17:00:00Z"))
        assert days(meetings_of(secretary, plan_id)) == [
            "05-20 19:30 draft",
            "06-20 08:00 draft",
            "07-20 08:00 draft",
            "08-20 08:00 draft",
            "09-20 08:00 draft",
        ]

    def test_after_months_in_which_nobody_came_nothing_past_is_made(
        self, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        make_plan(session, world.north_one)
        clock.move_to(at("2027-03-04T05:00:00Z"))

        figure_days.turn(clock_now())

        made = {meeting.period for meeting in rows(session, Meeting)}
        assert made == {"2027-03", "2027-04", "2027-05"}

    def test_a_cell_that_ends_has_no_drafts_after_its_last_day(
        self, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        make_plan(session, world.north_two, day_of_month=20)
        figure_days.turn(clock_now())
        (cell,) = rows(session, Organization, Organization.id == world.north_two.id)
        cell.valid_to = date(2026, 6, 20)
        session.flush()

        clock.move_to(at("2026-05-16T05:00:00Z"))
        figure_days.turn(clock_now())

        left = {meeting.period: meeting.status for meeting in rows(session, Meeting)}
        assert left == {"2026-05": "draft", "2026-06": "cancelled", "2026-07": "cancelled"}

    def test_drafts_follow_holidays_that_are_set_later(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary = sign_in("secretary")
        plan_id = planned(secretary, world.north_one)["id"]
        decide(sign_in, world.root, holidays=["2026-06-20"])

        clock.move_to(at("2026-05-16T05:00:00Z"))

        assert days(meetings_of(secretary, plan_id))[1] == "06-21 19:30 draft"

    def test_what_was_left_open_joins_the_agenda_of_the_month_that_begins(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary, cell = sign_in("secretary"), world.north_one
        plan_id = planned(secretary, cell)["id"]
        june, july = meetings_of(secretary, plan_id)[1:]
        held_id = UUID(hold(secretary, clock, cell, at("2026-05-18T12:00:00Z")))
        (held,) = rows(session, Meeting, Meeting.id == held_id)
        make_item(session, held, title="Sửa nhà văn hóa", position=6, status=AgendaStatus.OPEN)
        make_task(session, held, title="Thu đảng phí")

        def agenda(meeting: dict[str, Any]) -> list[str]:
            items = said(secretary.get(f"/meetings/{meeting['id']}/agenda"))["items"]
            return [item["title"] for item in items]

        assert len(agenda(june)) == 5
        clock.move_to(at("2026-06-01T05:00:00Z"))
        assert agenda(june)[5:] == ["Sửa nhà văn hóa", "Kết quả nhiệm vụ: Thu đảng phí"]
        assert len(agenda(july)) == 5
        clock.move_to(at("2026-06-02T05:00:00Z"))
        assert len(agenda(june)) == 7
        said(change(secretary, plan_id, day_of_month=21))  # brought by the plan, not by a hand
        assert days(meetings_of(secretary, plan_id))[1] == "06-21 19:30 draft"

    def test_two_who_turn_it_at_once_make_no_doubles(
        self, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        for cell in (world.north_one, world.north_two, world.south_one):
            make_plan(session, cell, day_of_month=20)

        def turn(_: int) -> None:
            with database.writing() as writer:
                meeting_plans.roll(writer, clock_now())

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(turn, range(8)))

        assert len(rows(session, Meeting)) == 9
        assert {plan.version for plan in rows(session, MeetingPlan)} == {1}


def test_a_postponed_meeting_says_when_it_should_have_been(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    plan_id = planned(secretary, world.north_one)["id"]
    may = meetings_of(secretary, plan_id)[0]
    said(secretary.post(f"/meetings/{may['id']}/schedule"))

    later = {"starts_at": "2026-05-22T12:30:00Z"}
    postponed = said(secretary.post(f"/meetings/{may['id']}/postpone", json=later))

    assert may["postponed_from"] is None
    assert postponed["postponed_from"] == may["starts_at"]
    assert postponed["plan_id"] == plan_id
