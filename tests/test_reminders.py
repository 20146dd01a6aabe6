"""The office reminds whoever is missing: seen beforehand, each at most once a day, and kept."""

from typing import Any, get_args
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import database
from app.models import (
    AuditEntry,
    Figure,
    Notification,
    NotificationKind,
    Organization,
    OutboxEntry,
    Reminder,
    Role,
)
from app.schemas.dashboards import Measure, MissingMeasure
from app.services import reminder_words
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.meetings import make_not_held
from tests.factories.people import make_member, make_office
from tests.figures import activate
from tests.figures import missing as listed
from tests.races import at_once, both_reach
from tests.tables import fingerprint_of_tables
from tests.world import NOON, World, rows


def asked(unit: Organization, measure: str = "cells_met", **more: Any) -> dict[str, Any]:
    return {"organization_id": str(unit.id), "measure": measure, "period": "2026-05"} | more


def remind(client: TestClient, unit: Organization, measure: str = "cells_met", **more: Any) -> Any:
    answer = client.post("/reminders", json=asked(unit, measure, **more))
    assert answer.status_code == (200 if more.get("dry_run") else 201), answer.text
    return answer.json()


def counts(result: Any) -> tuple[int, ...]:
    names = ("subjects", "reminded", "recipients", "skipped")
    return tuple(result[name] for name in names)


def told(session: Session) -> list[Notification]:
    return rows(session, Notification, Notification.kind == NotificationKind.REMINDER)


class TestDryRun:
    def test_it_shows_who_would_be_told_and_writes_nothing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        before = fingerprint_of_tables(session)

        shown = remind(officer, world.root, dry_run=True)

        assert fingerprint_of_tables(session) == before
        # Secretary and deputy of the first cell, the secretary of the south; the second has none.
        assert counts(shown) == (3, 2, 3, 1)
        assert shown["skipped_by"] == [{"reason": "no_recipient", "count": 1}]
        items = {item["organization"]["name"]: item for item in shown["items"]}
        assert (items["Chi bộ Bắc 1"]["recipients"], items["Chi bộ Bắc 1"]["skipped"]) == (2, None)
        assert items["Chi bộ Bắc 2"]["skipped"] == "no_recipient"
        assert shown["example"].startswith(
            "Chi bộ Bắc 1, kỳ 05/2026: chưa sinh hoạt chi bộ thường kỳ."
        )
        sent = remind(officer, world.root)
        assert sent == shown | {"dry_run": False}


class TestCreate:
    def test_who_leads_a_cell_that_is_missing_is_told_and_it_is_kept(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        remind(sign_in("officer"), world.north_one, message="Mời {cell} họp kỳ {period} {khác}.")

        leaders = {world.people[who].member_id for who in ("secretary", "deputy")}
        notices = told(session)
        assert {notice.member_id for notice in notices} == leaders
        assert {notice.body for notice in notices} == {"Mời Chi bộ Bắc 1 họp kỳ 05/2026 {khác}."}
        assert {notice.title for notice in notices} == {
            "Nhắc việc kỳ 05/2026: sinh hoạt chi bộ thường kỳ"
        }
        (kept,) = rows(session, Reminder)
        assert (kept.subject_id, kept.member_id, kept.recipients, kept.created_at) == (
            world.north_one.id,
            None,
            2,
            NOON,
        )
        (entry,) = rows(session, OutboxEntry)
        assert (entry.kind, entry.delivered_at, entry.content["recipients"]) == (
            "reminder",
            None,
            2,
        )
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "reminder.created")
        assert trace.subject_id == world.north_one.id
        assert (trace.details["reminded"], trace.details["skipped"]) == (1, 0)
        (item,) = listed(sign_in("officer"), world.north_one, "cells_met")["items"]
        assert item["last_reminder_at"] == "2026-05-15T05:00:00Z"

    def test_a_member_reads_the_own_one_and_leaders_one_for_all_without_an_account(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        missing_ones = listed(sign_in("officer"), world.north_one, "accounts_activated")["items"]
        names = {item["member"]["full_name"] for item in missing_ones}

        result = remind(sign_in("officer"), world.north_one, "accounts_activated")

        assert counts(result) == (5, 5, 2, 0)
        leaders = {world.people[who].member_id for who in ("secretary", "deputy")}
        assert {notice.member_id for notice in told(session)} == leaders
        assert len(told(session)) == 2
        body = told(session)[0].body
        assert all(f"- {name}" in body for name in names)
        assert {row.member_id for row in rows(session, Reminder)} == {
            UUID(item["member"]["id"]) for item in missing_ones
        }

    def test_who_has_an_account_reads_it_there(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        own = [world.people[who].member_id for who in ("outsider", "sibling_officer")]

        result = remind(sign_in("officer"), world.south_one, "accounts_active")

        # Two by themselves, and once more the secretary about two without an account.
        assert counts(result) == (4, 4, 2, 0)
        notices = told(session)
        assert sorted(map(str, (notice.member_id for notice in notices))) == sorted(
            map(str, [*own, own[0]])
        )
        about_others = [notice for notice in notices if "chưa có tài khoản" in notice.body]
        assert [notice.member_id for notice in about_others] == [own[0]]

    def test_each_is_reminded_once_a_day_by_whomever(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        first = remind(sign_in("branch_officer"), world.north)
        again = remind(sign_in("officer"), world.root)
        clock.move_to(NOON.replace(hour=16, minute=59))
        still = remind(sign_in("officer"), world.root)
        clock.move_to(NOON.replace(hour=17))
        next_day = remind(sign_in("officer"), world.root)

        assert counts(first) == (2, 1, 2, 1)
        assert counts(again) == (3, 1, 1, 2)
        assert counts(still) == (3, 0, 0, 3)
        assert counts(next_day) == (3, 2, 3, 1)
        assert len(rows(session, Reminder)) == 4
        assert len(rows(session, OutboxEntry)) == 3

    def test_a_cell_that_said_it_did_not_meet_is_left_alone_about_that(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        make_not_held(session, world.north_one, period="2026-05")
        officer = sign_in("officer")

        about_meeting = remind(officer, world.north_one)
        about_theme = remind(officer, world.north_one, "cells_met_thematic")

        assert about_meeting["skipped_by"] == [{"reason": "said_not_held", "count": 1}]
        assert counts(about_theme) == (1, 1, 2, 0)

    def test_a_locked_month_cannot_be_mended_and_is_not_reminded_of(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        _lock(session, world.south_one)
        make_office(
            session,
            world.north_two,
            make_member(session, world.north_two, number=801),
            role=Role.SECRETARY,
        )

        refused = sign_in("officer").post("/reminders", json=asked(world.south_one))
        above = remind(sign_in("officer"), world.root)

        assert (refused.status_code, refused.json()["code"]) == (409, "period_locked")
        assert above["skipped_by"] == [{"reason": "period_locked", "count": 1}]
        assert above["reminded"] == 2

    def test_who_has_done_it_since_is_left_alone(self, sign_in: SignIn, world: World) -> None:
        (first, second) = listed(
            sign_in("officer"), world.south_one, "accounts_activated", "2026-04"
        )["items"]
        activate(sign_in, first["member"]["id"])

        result = remind(sign_in("officer"), world.south_one, "accounts_activated", period="2026-04")

        assert result["skipped_by"] == [{"reason": "resolved", "count": 1}]
        shown = {item["member"]["id"]: item["skipped"] for item in result["items"]}
        assert shown == {first["member"]["id"]: "resolved", second["member"]["id"]: None}

    def test_a_month_to_come_is_missed_by_nobody(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("officer").post("/reminders", json=asked(world.root, period="2026-06"))

        assert (answer.status_code, answer.json()["code"]) == (409, "period_not_begun")

    @pytest.mark.parametrize(
        ("over", "place"),
        [
            ({"measure": "attendance_excused"}, "/measure"),
            ({"period": "2026-13"}, "/period"),
            ({"message": "x" * 1001}, "/message"),
            ({"message": ""}, "/message"),
            ({"dry_run": "perhaps"}, "/dry_run"),
            ({"members": []}, "/members"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, sign_in: SignIn, session: Session, world: World, over: dict[str, Any], place: str
    ) -> None:
        answer = sign_in("officer").post("/reminders", json=asked(world.root) | over)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [place]
        assert rows(session, Reminder) == []

    def test_only_the_office_above_reminds(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        tried = {
            who: sign_in(who).post("/reminders", json=asked(world.north)).status_code
            for who in ("secretary", "overseer", "inspector", "sibling_officer", "stranger")
        }

        assert tried == {
            "secretary": 404,
            "overseer": 403,
            "inspector": 403,
            "sibling_officer": 404,
            "stranger": 404,
        }
        assert rows(session, Reminder) == []

    def test_said_twice_under_one_key_it_is_sent_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        key = {"idempotency-key": "reminder-1"}
        answers = [
            sign_in("officer").post("/reminders", json=asked(world.root), headers=key)
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert len(rows(session, OutboxEntry)) == 1

    def test_two_offices_at_once_remind_each_once(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        both_reach(monkeypatch, database, "insert_new")
        offices = sign_in("officer"), sign_in("branch_officer")
        results = at_once(lambda one: remind(one, world.north, "accounts_activated"), offices)

        assert sorted(result["reminded"] for result in results) == [0, 5]
        subjects = [row.subject_id for row in rows(session, Reminder)]
        assert len(subjects) == len(set(subjects)) == 5
        assert len(told(session)) == 2


class TestSearch:
    def test_every_filter_narrows_and_a_member_finds_none(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        remind(officer, world.root)
        remind(officer, world.south_one, "accounts_activated")

        def found(who: str = "officer", **query: str) -> set[tuple[str, str | None]]:
            items = said(sign_in(who).get("/reminders", params=query))["items"]
            return {
                (item["organization"]["name"], item["member"] and item["member"]["id"])
                for item in items
            }

        of_members = {
            ("Chi bộ Nam 1", str(row.member_id)) for row in rows(session, Reminder) if row.member_id
        }
        assert len(of_members) == 2
        assert found() == {("Chi bộ Bắc 1", None), ("Chi bộ Nam 1", None)} | of_members
        assert found(organization_id=str(world.north.id)) == {("Chi bộ Bắc 1", None)}
        assert found(measure="accounts_activated") == of_members
        assert found(period="2026-04") == set()
        assert found("secretary") == {("Chi bộ Bắc 1", None)}
        assert found("member") == found("stranger") == set()


@pytest.mark.parametrize("measure", get_args(MissingMeasure))
def test_every_measure_has_its_usual_words(measure: Measure) -> None:
    text = reminder_words.fill(reminder_words.usual(measure), measure, "2026-05", "Chi bộ Một")

    assert text.startswith("Chi bộ Một, kỳ 05/2026: chưa ")
    assert "{" not in text
    assert len(reminder_words.title(measure, "2026-05")) <= 200


def _lock(session: Session, cell: Organization) -> None:
    here = (Figure.organization_id == cell.id, Figure.period == "2026-05")
    (row,) = rows(session, Figure, *here)
    row.locked_at = NOON
    session.flush()
