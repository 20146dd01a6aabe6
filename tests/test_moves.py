"""A unit moves under another from a day on; what was counted before stays, and what is locked."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import Session, col

from app.models import (
    AuditEntry,
    Figure,
    Organization,
    Reorganization,
)
from tests.conftest import SignIn
from tests.evenings import hold
from tests.figures import figure
from tests.recounts import differences
from tests.reorganizations import (
    DECISION,
    EVENING,
    cells,
    children,
    fault,
    found,
    links,
    merge,
    move,
    refusal,
    shown,
)
from tests.world import NOON, World, rows


class TestMove:
    @pytest.mark.parametrize("day", ["2026-05-01", "2026-05-10", "2026-05-15"])
    def test_a_cell_counts_under_the_parent_of_the_day(
        self, sign_in: SignIn, world: World, day: str
    ) -> None:
        officer = sign_in("officer")
        before = [shown(officer, unit, "2026-04") for unit in (world.north, world.south)]

        answer = move(officer, world.north_one, world.south, day)

        assert answer.status_code == 200, answer.text
        assert answer.json()["parent_id"] == str(world.south.id)
        assert [cells(officer, unit) for unit in (world.north, world.south, world.root)] == [
            1,
            2,
            3,
        ]
        assert [shown(officer, unit, "2026-04") for unit in (world.north, world.south)] == before
        assert children(officer, world.south, "2026-04", tree="as_is") == [
            "Chi bộ Bắc 1",
            "Chi bộ Nam 1",
        ]
        assert differences() == []

    def test_a_late_move_changes_every_month_since(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")

        move(officer, world.north_one, world.south, "2026-03-31")

        assert [cells(officer, world.south, f"2026-0{month}") for month in range(1, 6)] == [
            1,
            1,
            2,
            2,
            2,
        ]
        assert differences() == []

    def test_a_planned_move_takes_effect_on_its_day(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        answer = move(officer, world.north_one, world.south, "2026-05-20")
        assert answer.json()["parent_id"] == str(world.north.id)
        assert cells(officer, world.south) == 1

        clock.move_to(NOON + timedelta(days=5))

        now = sign_in("officer").get(f"/organizations/{world.north_one.id}").json()
        assert now["parent_id"] == str(world.south.id)
        assert cells(officer, world.south) == 2
        assert cells(officer, world.south, "2026-04") == 1
        assert differences() == []

    def test_the_days_of_a_service_that_slept_are_made_up_for(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        move(officer, world.north_one, world.south, "2026-05-20")
        move(officer, world.north_one, world.north, "2026-06-30")

        clock.move_to(datetime(2026, 7, 3, 5, tzinfo=UTC))

        expected = {"2026-04": 1, "2026-05": 2, "2026-06": 1, "2026-07": 1}
        assert {month: cells(officer, world.south, month) for month in expected} == expected
        assert differences() == []

    def test_a_committee_takes_along_all_below_it(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        officer = sign_in("officer")
        superior = found(officer, world.root, valid_from="2026-05-01")
        section = found(
            officer, superior, kind="section", code="97.001.010", valid_from="2026-05-01"
        )
        move(officer, section, world.north)

        assert move(officer, world.north_one, section, "2026-05-21").status_code == 200
        assert move(officer, section, superior, "2026-05-21").status_code == 200

        clock.move_to(NOON + timedelta(days=7))
        assert figure(officer, superior, "cells_met") == (1, 1, 100.0)
        assert figure(officer, section, "attendance") == figure(officer, world.root, "attendance")
        assert figure(officer, world.north, "cells_met") == (0, 1, 0.0)
        assert differences() == []

    def test_moves_entered_in_any_order_leave_no_gap_and_no_overlap(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        third = found(officer, world.root, valid_from="2026-01-01")
        for parent, day in (
            (world.south, "2026-05-10"),
            (third, "2026-04-10"),
            (world.north, "2026-06-01"),
            (world.south, "2026-04-10"),
            (third, "2026-05-10"),
        ):
            assert move(officer, world.north_one, parent, day).status_code == 200

        assert links(session, world.north_one) == [
            ("2026-01-01", world.north.id),
            ("2026-04-10", world.south.id),
            ("2026-05-10", third.id),
            ("2026-06-01", world.north.id),
        ]
        assert cells(officer, world.south, "2026-04") == 2
        assert cells(officer, third) == 1
        assert differences() == []

    def test_a_move_back_on_the_same_day_undoes_it(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        before = shown(officer, world.north, "2026-05")

        move(officer, world.north_one, world.south, "2026-05-10")
        move(officer, world.north_one, world.north, "2026-05-10")

        assert links(session, world.north_one) == [("2026-01-01", world.north.id)]
        assert shown(officer, world.north, "2026-05") == before
        assert differences() == []

    def test_where_it_stands_already_it_is_not_moved(self, sign_in: SignIn, world: World) -> None:
        answer = move(sign_in("officer"), world.north_one, world.north)

        assert refusal(answer) == (409, "already_there")

    @pytest.mark.parametrize(
        ("unit", "parent", "day", "pointer", "code"),
        [
            ("north", "north", "2026-05-15", "/parent_id", "circle"),
            ("north", "north_one", "2026-05-15", "/parent_id", "circle"),
            ("north", "south", "2026-05-15", "/parent_id", "wrong_level"),
            ("north_one", "south_one", "2026-05-15", "/parent_id", "wrong_level"),
            ("north_one", "south", "2025-12-31", "/effective_on", "unit_not_valid"),
        ],
    )
    def test_an_impossible_place_is_refused(
        self,
        sign_in: SignIn,
        world: World,
        unit: str,
        parent: str,
        day: str,
        pointer: str,
        code: str,
    ) -> None:
        answer = move(sign_in("officer"), getattr(world, unit), getattr(world, parent), day)

        assert fault(answer) == (pointer, code)

    def test_not_under_what_is_there_only_for_a_time(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        short = found(officer, world.root, valid_from="2026-05-01", valid_to="2026-06-01")

        for day in ("2026-04-30", "2026-05-02", "2026-06-01"):
            assert fault(move(officer, world.north_one, short, day)) == (
                "/effective_on",
                "unit_not_valid",
            )
        move(officer, world.north_one, world.south, "2026-05-20")
        assert move(officer, world.north_one, short, "2026-05-02").status_code == 200

    def test_a_circle_that_would_come_later_is_seen(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        section = found(officer, world.north, kind="section", valid_from="2026-05-01")
        move(officer, section, world.south, "2026-05-10")
        move(officer, section, world.north, "2026-07-01")

        assert fault(move(officer, world.north, section, "2026-05-12")) == ("/parent_id", "circle")

    @pytest.mark.parametrize(
        ("who", "unit", "parent", "status"),
        [
            ("branch_officer", "north_one", "south", 404),
            ("branch_officer", "south_one", "north", 404),
            ("overseer", "north_one", "north", 403),
            ("secretary", "north_one", "north", 403),
            ("stranger", "north_one", "other", 404),
        ],
    )
    def test_both_places_are_within_reach(
        self, sign_in: SignIn, world: World, who: str, unit: str, parent: str, status: int
    ) -> None:
        answer = move(sign_in(who), getattr(world, unit), getattr(world, parent))

        assert answer.status_code == status

    def test_who_sees_it_goes_by_the_tree_of_today(self, sign_in: SignIn, world: World) -> None:
        move(sign_in("officer"), world.north_one, world.south)

        path = f"/organizations/{world.north_one.id}"
        assert sign_in("branch_officer").get(path).status_code == 404
        assert sign_in("sibling_officer").get(path).status_code == 200
        april = children(sign_in("branch_officer"), world.north, "2026-04")
        assert april == ["Chi bộ Bắc 1", "Chi bộ Bắc 2"]

    def test_the_same_key_moves_once(self, sign_in: SignIn, world: World, session: Session) -> None:
        officer = sign_in("officer")
        body = {
            "parent_id": str(world.south.id),
            "effective_on": "2026-05-10",
            "decision": DECISION,
        }
        path, key = f"/organizations/{world.north_one.id}/move", {"idempotency-key": "one move"}

        first = officer.post(path, json=body, headers=key)
        again = officer.post(path, json=body, headers=key)

        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert len(rows(session, Reorganization)) == 1
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "organization.moved")
        assert trace.subject_id == world.north_one.id


class TestLockedMonths:
    def lock(self, session: Session, *units: Organization, period: str = "2026-04") -> None:
        frozen = update(Figure).where(
            col(Figure.organization_id).in_([unit.id for unit in units]),
            col(Figure.period) == period,
        )
        session.execute(frozen.values(locked_at=NOON).execution_options(scoped="a test"))

    @pytest.mark.parametrize("locked", ["north_one", "north", "south"])
    def test_a_move_leaves_a_locked_month_as_it_was(
        self, sign_in: SignIn, world: World, session: Session, locked: str
    ) -> None:
        officer = sign_in("officer")
        self.lock(session, getattr(world, locked))
        before = [shown(officer, unit, "2026-04") for unit in (world.north, world.south)]

        move(officer, world.north_one, world.south, "2026-03-10")

        assert [shown(officer, unit, "2026-04") for unit in (world.north, world.south)] == before
        assert [cells(officer, world.south, each) for each in ("2026-03", "2026-05")] == [2, 2]

    def test_a_merge_leaves_a_locked_month_as_it_was(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        self.lock(session, world.root, world.north, world.north_one, world.north_two)
        before = shown(officer, world.north, "2026-04")

        assert merge(officer, world.north_two, world.north_one, "2026-03-10").status_code == 200

        assert shown(officer, world.north, "2026-04") == before
        assert cells(officer, world.north, "2026-05") == 1
        assert {found.count for found in differences()} <= {"seal"}  # no lock was asked for

    def test_a_new_cell_under_a_locked_committee_is_locked_with_it(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        self.lock(session, world.north)
        found(sign_in("officer"), world.north, kind="cell", valid_from="2026-04-01")

        assert cells(sign_in("officer"), world.north, "2026-04") == 2
        assert cells(sign_in("officer"), world.north, "2026-05") == 3
        assert {found.count for found in differences()} <= {"seal"}
