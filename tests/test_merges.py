"""A unit goes into another of its kind, or gives a part of it away, from a day on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col

from app.models import (
    Meeting,
    MeetingStatus,
    Membership,
    MembershipKind,
    Office,
    Organization,
    Reorganization,
)
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting
from tests.factories.plans import make_plan
from tests.figures import figure
from tests.recounts import differences
from tests.reorganizations import (
    DECISION,
    EVENING,
    cells,
    children,
    decide,
    fault,
    found,
    merge,
    refusal,
    shown,
)
from tests.world import NOON, World, rows


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

    @pytest.mark.parametrize("kind", MembershipKind)
    def test_who_was_to_come_later_by_themselves_is_there_meanwhile(
        self, sign_in: SignIn, world: World, session: Session, kind: MembershipKind
    ) -> None:
        (stay, *_) = rows(session, Membership, Membership.organization_id == world.north_two.id)
        stay.kind, stay.valid_to = kind, date(2026, 5, 10)
        session.add(
            Membership(
                organization_id=world.north_one.id,
                member_id=stay.member_id,
                valid_from=date(2026, 5, 10),
            )
        )
        session.flush()

        merge(sign_in("officer"), world.north_two, world.north_one, "2026-04-20")

        there = rows(
            session,
            Membership,
            Membership.organization_id == world.north_one.id,
            Membership.member_id == stay.member_id,
        )
        assert {(row.kind, row.valid_from, row.valid_to) for row in there} == {
            (kind, date(2026, 4, 20), date(2026, 5, 10)),
            (MembershipKind.OFFICIAL_RESIDENCE, date(2026, 5, 10), None),
        }

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
