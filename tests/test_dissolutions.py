"""A unit ends when nobody belongs to it, and may be opened again."""

from datetime import UTC, date, datetime

import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import Figure, Member, Membership, Organization, Role
from tests.conftest import SignIn
from tests.factories.people import make_office
from tests.recounts import differences
from tests.reorganizations import DECISION, cells, decide, fault, found, move, refusal
from tests.world import World, rows

NEW_MEMBER = {
    "full_name": "Trần Thị Mới",
    "sex": "female",
    "born_on": "1990-05-15",
    "admitted_on": "2020-02-03",
    "card_number": "970080000999",
    "personal_id": "970080000999",
}


class TestDissolveAndReopen:
    def empty(self, officer: TestClient, world: World) -> Organization:
        return found(officer, world.north, kind="cell", valid_from="2026-01-01")

    def test_only_what_is_empty_is_dissolved(self, sign_in: SignIn, world: World) -> None:
        for unit in (world.north_one, world.north):
            answer = decide(sign_in("officer"), "dissolve", unit, "2026-06-01")
            assert refusal(answer) == (409, "still_in_use")

    def test_who_was_to_come_and_never_did_is_nobody(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        cell = self.empty(sign_in("officer"), world)
        undone = date(2026, 7, 1)
        session.add(
            Membership(
                organization_id=cell.id,
                member_id=world.members[world.north_one.id][0],
                valid_from=undone,
                valid_to=undone,
            )
        )
        session.flush()

        assert decide(sign_in("officer"), "dissolve", cell, "2026-06-01").status_code == 200

    def test_a_committee_whose_units_are_to_move_away_is_dissolved_after_them(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        move(officer, world.south_one, world.north, "2026-06-10")

        early = decide(officer, "dissolve", world.south, "2026-06-09")
        answer = decide(
            officer, "dissolve", world.south, "2026-06-10", successor_id=str(world.north.id)
        )

        assert refusal(early) == (409, "still_in_use")
        assert (answer.status_code, answer.json()["valid_to"]) == (200, "2026-06-10")
        history = officer.get("/reorganizations?kind=dissolved").json()["items"]
        assert [(one["successor_id"], one["decision"]) for one in history] == [
            (str(world.north.id), DECISION)
        ]

    def test_a_unit_closed_from_march_to_may_is_expected_nine_times_in_a_year(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        cell = self.empty(officer, world)

        closed = decide(officer, "dissolve", cell, "2026-03-01")
        opened = decide(officer, "reopen", cell, "2026-06-01")
        clock.move_to(datetime(2026, 12, 31, 5, tzinfo=UTC))

        assert (closed.json()["valid_to"], opened.json()["valid_to"]) == ("2026-03-01", None)
        assert differences() == []
        expected = {
            row.period
            for row in rows(session, Figure, Figure.organization_id == cell.id)
            if row.cells
        }
        assert len(expected) == 9
        assert not {"2026-03", "2026-04", "2026-05"} & expected

    def test_nothing_begins_in_a_unit_on_days_on_which_it_is_closed(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        section = found(officer, world.north, kind="section", valid_from="2026-01-01")
        decide(officer, "dissolve", section, "2026-04-01")
        decide(officer, "reopen", section, "2026-06-01")

        for day, status in (("2026-03-01", 422), ("2026-05-31", 422), ("2026-06-01", 200)):
            assert move(officer, world.north_one, section, day).status_code == status, day
        query = {"valid_on": "2026-05-01", "kind": "section"}
        assert officer.get("/organizations", params=query).json()["items"] == []

    def test_nobody_joins_and_nobody_meets_in_a_cell_on_such_days(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        cell = self.empty(officer, world)
        decide(officer, "dissolve", cell, "2026-04-01")
        decide(officer, "reopen", cell, "2026-06-01")
        (leader,) = rows(session, Member, Member.id == world.people["outsider"].member_id)
        make_office(session, cell, leader, role=Role.SECRETARY)
        here = {"organization_id": str(cell.id)}
        plan = {"day_of_month": 5, "at": "19:30", "valid_from": "2026-05-20"}
        meeting = {"title": "Sinh hoạt", "starts_at": "2026-05-20T19:00:00+07:00"}
        later = {"starts_at": "2026-06-01T19:00:00+07:00"}

        secretary = sign_in("outsider")
        refused = {
            "/organization_id": officer.post("/members", json=NEW_MEMBER | here),
            "/valid_from": secretary.post("/meeting-plans", json=plan | here),
            "/starts_at": secretary.post("/meetings", json=meeting | here),
        }

        for pointer, answer in refused.items():
            assert fault(answer) == (pointer, "unit_not_valid")
        made = secretary.post("/meetings", json=meeting | later | here)
        assert made.status_code == 201, made.text

    def test_it_is_opened_where_somebody_is_above_it(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        section = found(officer, world.north, kind="section", valid_from="2026-01-01")
        below = found(officer, section, kind="cell", code="97.5", valid_from="2026-01-01")
        decide(officer, "dissolve", below, "2026-04-01")
        decide(officer, "dissolve", section, "2026-04-01")

        answer = decide(officer, "reopen", below, "2026-05-01")

        assert fault(answer) == ("/effective_on", "unit_not_valid")

    def test_what_is_open_is_not_opened(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        cell = self.empty(officer, world)

        assert refusal(decide(officer, "reopen", cell)) == (409, "not_closed")
        decide(officer, "dissolve", cell, "2026-05-10")
        assert fault(decide(officer, "reopen", cell, "2026-05-09")) == (
            "/effective_on",
            "still_open",
        )

    def test_opened_on_the_day_it_was_to_end_it_was_never_closed(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        cell = self.empty(officer, world)
        decide(officer, "dissolve", cell, "2026-03-01")

        decide(officer, "reopen", cell, "2026-03-01")

        assert [cells(officer, cell, f"2026-0{month}") for month in range(1, 6)] == [1] * 5
        assert differences() == []
