"""What stands beside each who is missing: how often running, whom to call, what was said."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.core.clock import now
from app.models import (
    Activity,
    AttendanceStatus,
    AuditEntry,
    Meeting,
    MeetingStatus,
    Member,
    Reminder,
)
from app.policies.actors import SYSTEM
from app.schemas.dashboards import Measure
from app.services import figures, missing
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.figures import put_figure
from tests.factories.meetings import make_line, make_meeting, make_not_held
from tests.world import NOON, World, rows

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")


def listed(client: Any, unit: Any, measure: str, **query: Any) -> Any:
    asked = {"measure": measure, **(query or {"period": "2026-05"})}
    return said(client.get(f"/dashboards/{unit.id}/missing", params=asked))


def names(body: Any) -> list[str]:
    return [item["organization"]["name"] for item in body["items"]]


def times(body: Any) -> list[int]:
    return [item["consecutive_misses"] for item in body["items"]]


def meet(session: Session, cell: Any, month: str, lines: dict[UUID, str]) -> Meeting:
    """A regular meeting of the month's tenth, with these lines, counted."""
    starts_at = at(f"{month}-10T12:00:00Z")
    meeting = make_meeting(session, cell, status=MeetingStatus.SUBMITTED, starts_at=starts_at)
    for member_id, status in lines.items():
        make_line(session, meeting, member_id, status=AttendanceStatus(status))
    figures.recount_meeting(Work(session, SYSTEM, now()), meeting)
    return meeting


class TestConsecutiveMisses:
    def test_a_cells_row_begins_after_the_month_in_which_it_met(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.north_one, "2026-03", cells_met=1)
        put_figure(session, world.south_one, "2026-05", cells_met=1)
        client = sign_in("officer")

        body = listed(client, world.root, "cells_met")

        assert list(zip(names(body), times(body), strict=True)) == [
            ("Chi bộ Bắc 1", 2),
            ("Chi bộ Bắc 2", 5),
        ]
        april = listed(client, world.south, "cells_met", period="2026-04")
        assert times(april) == [4]

    def test_a_month_in_which_the_cell_did_not_count_neither_adds_nor_interrupts(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.north_two, "2026-04", cells=0)

        assert times(listed(sign_in("officer"), world.north_two, "cells_met")) == [4]

    def test_the_longest_row_comes_first_when_asked_for(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.north_one, "2026-04", cells_met=1)
        put_figure(session, world.south_one, "2026-01", cells_met=1)
        client, seen = sign_in("officer"), []
        query: dict[str, Any] = {"period": "2026-05", "sort": "-consecutive_misses", "limit": 1}
        while True:
            body = listed(client, world.root, "cells_met", **query)
            seen += list(zip(names(body), times(body), strict=True))
            if body["next_cursor"] is None:
                break
            query["cursor"] = body["next_cursor"]

        assert seen == [("Chi bộ Bắc 2", 5), ("Chi bộ Nam 1", 4), ("Chi bộ Bắc 1", 1)]

    @pytest.mark.parametrize("sort", [{}, {"sort": "-consecutive_misses"}])
    def test_a_members_row_begins_after_the_last_use(
        self, sign_in: SignIn, session: Session, world: World, sort: dict[str, str]
    ) -> None:
        with_account = world.people["outsider"].member_id
        used = Activity(member_id=with_account, period="2026-02", first_at=NOON)  # type: ignore[arg-type]  # a member
        session.add(used)
        session.flush()
        client = sign_in("officer")

        query = {"period": "2026-04"} | sort
        active = listed(client, world.south_one, "accounts_active", **query)
        opened = listed(client, world.south_one, "accounts_activated", **query)

        by_member = {item["member"]["id"]: item["consecutive_misses"] for item in active["items"]}
        assert by_member.pop(str(with_account)) == 2
        assert set(by_member.values()) == {4}
        assert times(opened) == [4, 4]

    def test_exempt_months_are_no_misses(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        (item, _) = listed(client, world.south_one, "accounts_activated")["items"]
        exempt = {
            "member_id": item["member"]["id"],
            "valid_from": "2026-02-10",
            "valid_to": "2026-04-10",
        }
        said(client.post("/exemptions", json=exempt))

        items = listed(client, world.south_one, "accounts_activated")["items"]

        found = {each["member"]["id"]: each["consecutive_misses"] for each in items}
        assert found[item["member"]["id"]] == 3
        assert sorted(found.values()) == [3, 5]

    def test_absences_run_from_meeting_to_meeting(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        one, other = world.members[world.north_one.id][:2]
        marks = (("present", "absent_excused"), ("absent_excused", "absent_unexcused"))
        for month, (mark, others) in zip(("2026-02", "2026-04"), marks, strict=True):
            meet(session, world.north_one, month, {one: mark, other: others})
        meet(session, world.north_one, "2026-05", {one: "absent_unexcused", other: "present"})
        client = sign_in("officer")

        april = listed(client, world.root, "attendance", period="2026-04")
        may = listed(client, world.root, "attendance")

        assert {
            UUID(item["member"]["id"]): item["consecutive_misses"] for item in april["items"]
        } == {
            one: 1,
            other: 2,
        }
        assert [
            (UUID(item["member"]["id"]), item["consecutive_misses"]) for item in may["items"]
        ] == [(one, 2)]


class TestRanges:
    def test_a_cell_is_named_for_each_month_it_missed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.north_one, "2026-04", cells_met=1)

        body = listed(
            sign_in("officer"), world.north, "cells_met", **{"from": "2026-03", "to": "2026-06"}
        )

        assert [(item["organization"]["name"][-5:], item["period"]) for item in body["items"]] == [
            ("Bắc 1", "2026-03"),
            ("Bắc 1", "2026-05"),
            ("Bắc 2", "2026-03"),
            ("Bắc 2", "2026-04"),
            ("Bắc 2", "2026-05"),
        ]
        assert times(body) == [3, 1, 3, 4, 5]

    def test_every_list_of_a_quarter_is_as_long_as_counted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        people = world.members[world.north_one.id]
        absent = dict.fromkeys(people[:3], "absent_excused") | {people[4]: "present"}
        for month in ("2026-02", "2026-04", "2026-05"):
            meet(session, world.north_one, month, absent)
        client = sign_in("officer")

        for span in ({"from": "2026-01", "to": "2026-05"}, {"from": "2026-04", "to": "2026-12"}):
            board = said(client.get(f"/dashboards/{world.north.id}", params=span))
            for measure, figure in board["figures"].items():
                if measure in ("attendance_excused", "attendance_unexcused"):
                    continue
                body = listed(client, world.north, measure, limit=200, **span)
                assert (
                    body["count"]
                    == len(body["items"])
                    == figure["denominator"] - figure["numerator"]
                ), measure


class TestContact:
    @pytest.mark.parametrize(
        ("who", "sees"),
        [
            ("officer", True),
            ("branch_officer", True),
            ("overseer", True),
            ("secretary", True),
            ("inspector", False),
            ("committee_member", False),
        ],
    )
    def test_whoever_chases_sees_the_phone_and_leaves_a_trace(
        self, sign_in: SignIn, session: Session, world: World, who: str, sees: bool
    ) -> None:
        person = world.people["secretary"].member_id
        (secretary,) = rows(session, Member, Member.id == person)
        secretary.phone = "+84912345678"
        session.add(secretary)
        session.flush()

        (item,) = listed(sign_in(who), world.north_one, "cells_met")["items"]

        assert item["contact"]["member_id"] == str(person)
        assert item["contact"]["phone"] == ("+84912345678" if sees else None)
        traces = rows(session, AuditEntry, AuditEntry.action == "contact.read")
        assert [(trace.subject_id, trace.details) for trace in traces] == (
            [(world.north_one.id, {"phones": 1})] if sees else []
        )

    def test_a_page_without_phones_leaves_no_trace(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        items = listed(sign_in("officer"), world.root, "cells_met")["items"]

        assert {item["contact"]["phone"] for item in items if item["contact"]} == {None}
        assert rows(session, AuditEntry, AuditEntry.action == "contact.read") == []


class TestReminded:
    def test_the_newest_reminder_of_the_same_measure_and_period_is_told(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell = world.north_one
        told = (
            ("cells_met", "2026-05", "2026-05-10"),
            ("cells_met", "2026-05", "2026-05-13"),
            ("cells_met", "2026-04", "2026-05-14"),
            ("documents_on_time", "2026-05", "2026-05-12"),
        )
        for measure, period, day in told:
            moment = at(f"{day}T02:00:00Z")
            reminder = Reminder(
                organization_id=cell.id,
                subject_id=cell.id,
                day=moment.date(),
                measure=measure,
                period=period,
                message="Đề nghị sinh hoạt",
                recipients=1,
                created_at=moment,
            )
            session.add(reminder)
            session.flush()
        client = sign_in("officer")

        items = listed(client, world.north, "cells_met")["items"]

        assert [item["last_reminder_at"] for item in items] == ["2026-05-13T02:00:00Z", None]
        late = listed(client, world.north, "documents_on_time")["items"]
        assert late[0]["last_reminder_at"] == "2026-05-12T02:00:00Z"


class TestSummary:
    def test_who_said_so_who_is_excused_and_who_said_nothing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        make_not_held(session, world.north_one, period="2026-05", excused_at=NOON)
        make_not_held(session, world.north_two, period="2026-05")
        make_not_held(session, world.south_one, period="2026-05", withdrawn_at=NOON)
        make_not_held(session, world.south_one, period="2026-04")
        client = sign_in("officer")

        body = listed(client, world.root, "cells_met", period="2026-05", limit=1)

        assert body["count"] == 3
        assert body["summary"] == {"declared": 2, "excused": 1, "silent": 1}
        assert [(item["reason"], item["is_excused"]) for item in body["items"]] == [
            ("disaster", True)
        ]
        spring = listed(client, world.root, "cells_met", **{"from": "2026-04", "to": "2026-05"})
        assert spring["summary"] == {"declared": 3, "excused": 1, "silent": 3}
        assert listed(client, world.root, "documents_on_time")["summary"] is None


class TestSubjects:
    @pytest.mark.parametrize("measure", ["cells_met", "accounts_active", "quiz_participation"])
    def test_they_are_the_whole_list(
        self, sign_in: SignIn, session: Session, world: World, measure: str
    ) -> None:
        items = listed(sign_in("officer"), world.root, measure, period="2026-05", limit=200)[
            "items"
        ]

        found = missing.subjects(
            Work(session, SYSTEM, now()), world.root.id, Measure(measure), "2026-05"
        )

        assert [(str(one.cell_id), one.member_id and str(one.member_id)) for one in found] == [
            (item["organization"]["id"], item["member"] and item["member"]["id"]) for item in items
        ]
