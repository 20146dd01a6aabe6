"""Units move, merge, split, are dissolved and opened again; what was counted before stays."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import update
from sqlmodel import Session, col

from app.models import (
    AuditEntry,
    Figure,
    Meeting,
    MeetingStatus,
    Membership,
    MembershipKind,
    Office,
    Organization,
    OrganizationParent,
    Reorganization,
)
from tests.conftest import SignIn, at
from tests.evenings import hold
from tests.factories.meetings import make_meeting
from tests.factories.plans import make_plan
from tests.figures import dashboard, figure
from tests.recounts import differences
from tests.reorganizations import DECISION, decide, merge, move
from tests.world import NOON, World, rows

EVENING = at("2026-05-20T19:00:00+07:00")


def fault(answer: Response) -> tuple[str, str]:
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["pointer"], error["code"]


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def shown(client: TestClient, unit: Organization, period: str) -> Any:
    """All of a dashboard but the moment at which it was read."""
    read = dashboard(client, unit, period)
    return {name: value for name, value in read.items() if name != "as_of"}


def children(client: TestClient, unit: Organization, period: str, **query: Any) -> list[str]:
    found = dashboard(client, unit, period, **query)["children"]
    return [child["organization"]["name"] for child in found]


def cells(client: TestClient, unit: Organization, period: str = "2026-05") -> int:
    return int(figure(client, unit, "cells_met", period)[1])


def found(client: TestClient, above: Organization, **said: Any) -> Organization:
    """A new unit under another."""
    body = {"code": "97.001.009", "name": "Đảng bộ xã Mới", "kind": "grassroots", **said}
    answer = client.post("/organizations", json=body | {"parent_id": str(above.id)})
    assert answer.status_code == 201, answer.text
    return Organization(**answer.json() | {"id": UUID(answer.json()["id"])})


def links(session: Session, unit: Organization) -> list[tuple[str, UUID | None]]:
    own = rows(session, OrganizationParent, OrganizationParent.organization_id == unit.id)
    ordered = sorted(own, key=lambda row: row.valid_from)
    for one, following in pairwise(ordered):
        assert one.valid_to == following.valid_from
    assert ordered[-1].valid_to is None
    return [(str(row.valid_from), row.parent_id) for row in ordered]


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


class TestMerge:
    def test_a_cell_goes_into_another(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        before = [shown(officer, unit, "2026-04") for unit in (world.north, world.root)]
        due = figure(officer, world.north, "accounts_activated")

        answer = merge(officer, world.north_two, world.north_one, "2026-05-10")

        assert answer.status_code == 200, answer.text
        assert answer.json()["valid_to"] == "2026-05-10"
        assert [shown(officer, unit, "2026-04") for unit in (world.north, world.root)] == before
        assert cells(officer, world.north) == 1
        assert figure(officer, world.north, "accounts_activated") == due
        assert figure(officer, world.north_one, "accounts_activated") == due
        assert figure(officer, world.north_two, "accounts_activated") == (0, 0, None)
        assert differences() == []
        (kept,) = rows(session, Reorganization)
        assert (kept.kind, kept.successor_id) == ("merged", world.north_one.id)

    def test_its_members_are_in_the_other_from_the_day_on(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        guest = world.members[world.north_one.id][6]
        resident = world.members[world.north_two.id][1]
        for cell, member_id in ((world.north_two, guest), (world.north_one, resident)):
            session.add(
                Membership(
                    organization_id=cell.id,
                    member_id=member_id,
                    kind=MembershipKind.TEMPORARY,
                    valid_from=date(2026, 4, 1),
                )
            )
        session.flush()

        merge(sign_in("officer"), world.north_two, world.north_one, "2026-06-01")

        everybody = world.members[world.north_one.id] + world.members[world.north_two.id]
        for member_id in everybody:
            own = rows(session, Membership, Membership.member_id == member_id)
            now = [row for row in own if row.valid_to is None]
            assert [row.organization_id for row in now] == [world.north_one.id], own
            assert now[0].kind is MembershipKind.OFFICIAL_RESIDENCE
        (left,) = rows(
            session,
            Membership,
            Membership.member_id == resident,
            col(Membership.organization_id) == world.north_two.id,
        )
        assert (left.valid_to, left.end_reason) == (date(2026, 6, 1), "moved")

    def test_a_planned_merge_takes_effect_on_its_day(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        everybody = len(world.members[world.north_one.id] + world.members[world.north_two.id])
        merge(officer, world.north_two, world.north_one, "2026-06-10")
        assert cells(officer, world.north) == 2

        clock.move_to(datetime(2026, 7, 3, 5, tzinfo=UTC))

        expected = {"2026-05": 2, "2026-06": 1, "2026-07": 1}
        assert {month: cells(officer, world.north, month) for month in expected} == expected
        assert figure(officer, world.north_one, "accounts_activated", "2026-06")[1] == everybody
        assert children(officer, world.north, "2026-06") == ["Chi bộ Bắc 1", "Chi bộ Bắc 2"]
        assert children(officer, world.north, "2026-07") == ["Chi bộ Bắc 1"]
        assert differences() == []

    def test_a_month_after_a_late_merge_does_not_show_it(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")

        merge(officer, world.north_two, world.north_one, "2026-04-10")

        assert children(officer, world.north, "2026-04") == ["Chi bộ Bắc 1", "Chi bộ Bắc 2"]
        assert children(officer, world.north, "2026-05") == ["Chi bộ Bắc 1"]
        assert differences() == []

    def test_a_committee_gives_its_units_to_the_other(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        april = [shown(officer, unit, "2026-04") for unit in (world.north, world.root)]

        answer = merge(officer, world.north, world.south, "2026-05-10")

        assert answer.status_code == 200, answer.text
        assert cells(officer, world.south) == 3
        assert [shown(officer, unit, "2026-04") for unit in (world.north, world.root)] == april
        assert differences() == []
        history = officer.get(f"/reorganizations?organization_id={world.south.id}").json()["items"]
        assert {(each["kind"], each["parent_id"]) for each in history} == {
            ("moved", str(world.south.id))
        }
        followed = officer.get(f"/reorganizations?successor_id={world.south.id}").json()["items"]
        assert [(each["organization_id"], each["kind"]) for each in followed] == [
            (str(world.north.id), "merged")
        ]

    def test_what_it_would_have_held_is_called_off(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        planned = make_meeting(
            session,
            world.north_two,
            status=MeetingStatus.SCHEDULED,
            starts_at=EVENING,
            scheduled_at=NOON,
        )
        earlier = make_meeting(session, world.north_two, starts_at=NOON - timedelta(days=4))
        plan = make_plan(session, world.north_two, valid_from=date(2026, 1, 1))

        assert merge(sign_in("officer"), world.north_two, world.north_one).status_code == 200

        (row,) = rows(session, Meeting, Meeting.id == planned.id)
        assert (row.status, row.status_reason) == ("cancelled", f"Theo quyết định số {DECISION}")
        assert rows(session, Meeting, Meeting.id == earlier.id)[0].status == "draft"
        session.refresh(plan)
        assert plan.valid_to == date(2026, 5, 15)

    def test_not_before_it_has_met(self, sign_in: SignIn, world: World, session: Session) -> None:
        held = make_meeting(session, world.north_two, status=MeetingStatus.ENDED)

        answer = merge(sign_in("officer"), world.north_two, world.north_one, "2026-05-15")
        later = merge(sign_in("officer"), world.north_two, world.north_one, "2026-05-16")

        assert refusal(answer) == (409, "meetings_held")
        assert answer.json()["meeting_ids"] == [str(held.id)]
        assert later.status_code == 200
        assert rows(session, Meeting, Meeting.id == held.id)[0].status == "ended"

    def test_its_offices_end(self, sign_in: SignIn, world: World, session: Session) -> None:
        merge(sign_in("officer"), world.north_one, world.north_two, "2026-05-15")

        own = rows(session, Office, Office.organization_id == world.north_one.id)
        assert {row.valid_to for row in own} == {date(2026, 5, 15)}
        assert sign_in("secretary").get("/meetings").json()["items"] == []

    @pytest.mark.parametrize(
        ("unit", "into", "day", "pointer", "code"),
        [
            ("north_one", "north", "2026-05-15", "/into_id", "wrong_level"),
            ("north", "root", "2026-05-15", "/into_id", "wrong_level"),
            ("north_one", "north_one", "2026-05-15", "/into_id", "wrong_level"),
            ("north_one", "north_two", "2026-01-01", "/effective_on", "unit_not_valid"),
        ],
    )
    def test_an_impossible_merge_is_refused(
        self,
        sign_in: SignIn,
        world: World,
        unit: str,
        into: str,
        day: str,
        pointer: str,
        code: str,
    ) -> None:
        answer = merge(sign_in("officer"), getattr(world, unit), getattr(world, into), day)

        assert fault(answer) == (pointer, code)

    def test_both_are_within_reach(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("branch_officer")

        assert merge(officer, world.north_one, world.south_one).status_code == 404
        assert merge(officer, world.south_one, world.north_one).status_code == 404


class TestSplit:
    def split(self, client: TestClient, unit: Organization, *parts: Any, **over: Any) -> Response:
        return decide(client, "split", unit, parts=list(parts), **over)

    def test_named_members_go_to_another_cell(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        going = [str(one) for one in world.members[world.north_one.id][:3]]
        before = shown(officer, world.north, "2026-04")

        answer = self.split(
            officer,
            world.north_one,
            {"organization_id": str(world.north_two.id), "member_ids": going},
        )

        assert answer.status_code == 200, answer.text
        assert answer.json()["valid_to"] is None
        assert figure(officer, world.north_two, "accounts_activated")[1] == 4 + 3
        assert figure(officer, world.north_one, "accounts_activated")[1] == 10 - 3
        assert shown(officer, world.north, "2026-04") == before
        ended = rows(session, Office, Office.organization_id == world.north_one.id)
        assert {row.valid_to for row in ended} == {date(2026, 5, 15)}
        assert differences() == []

    def test_named_units_go_to_other_committees(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        third = found(officer, world.root, valid_from="2026-01-01")

        self.split(
            officer,
            world.north,
            {"organization_id": str(world.south.id), "unit_ids": [str(world.north_one.id)]},
            {"organization_id": str(third.id), "unit_ids": [str(world.north_two.id)]},
            day="2026-04-20",
        )

        for unit, expected in ((world.north, 0), (world.south, 2), (third, 1), (world.root, 3)):
            assert cells(officer, unit, "2026-04") == expected
        assert differences() == []
        kept = rows(session, Reorganization, Reorganization.kind == "split")
        assert {row.successor_id for row in kept} == {world.south.id, third.id}

    @pytest.mark.parametrize(
        ("part", "pointer", "code"),
        [
            ({"organization_id": "north_one"}, "/parts/0/organization_id", "same_unit"),
            ({"organization_id": "north_two"}, "/parts/0", "empty"),
            (
                {"organization_id": "north_two", "member_ids": ["south_one"]},
                "/parts/0/member_ids/0",
                "not_a_member",
            ),
            (
                {"organization_id": "north", "member_ids": ["south_one"]},
                "/parts/0/organization_id",
                "not_a_cell",
            ),
            (
                {"organization_id": "north_two", "unit_ids": ["south_one"]},
                "/parts/0/unit_ids/0",
                "not_below",
            ),
            (
                {"organization_id": "north_two", "unit_ids": ["south_one", "south_one"]},
                "/parts/0/unit_ids/1",
                "duplicate",
            ),
        ],
    )
    def test_an_impossible_part_is_refused(
        self, sign_in: SignIn, world: World, part: dict[str, Any], pointer: str, code: str
    ) -> None:
        said = {"organization_id": str(getattr(world, part["organization_id"]).id)}
        for name in ("member_ids", "unit_ids"):
            if name in part:
                said[name] = [str(getattr(world, one).id) for one in part[name]]  # type: ignore[assignment]  # ids

        assert fault(self.split(sign_in("officer"), world.north_one, said)) == (pointer, code)

    def test_a_unit_goes_to_a_level_above_it_only(self, sign_in: SignIn, world: World) -> None:
        said = {
            "organization_id": str(world.south_one.id),
            "unit_ids": [str(world.north_one.id)],
        }

        answer = self.split(sign_in("officer"), world.north, said)

        assert fault(answer) == ("/parts/0/unit_ids/0", "wrong_level")


class TestDissolveAndReopen:
    def empty(self, officer: TestClient, world: World) -> Organization:
        return found(officer, world.north, kind="cell", valid_from="2026-01-01")

    def test_only_what_is_empty_is_dissolved(self, sign_in: SignIn, world: World) -> None:
        for unit in (world.north_one, world.north):
            answer = decide(sign_in("officer"), "dissolve", unit, "2026-06-01")
            assert refusal(answer) == (409, "still_in_use")

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
