"""A report is stored when it is made, and made again from that, byte for byte."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.core import database
from app.models import AuditEntry, Report, ReportKind
from tests.conftest import SignIn
from tests.factories.reports import make_report
from tests.papers import words_of
from tests.races import at_once, both_reach
from tests.reorganizations import merge, move
from tests.reports import FIRST, file_of, grid, monthly, refusal
from tests.world import NOON, World, rows


class TestStored:
    def test_the_same_figures_are_stored_once_with_one_trace(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for person in ("officer", "inspector", "officer"):
            monthly(sign_in(person), world.root)

        (report,) = rows(session, Report)
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "report.created")
        assert trace.subject_id == report.id
        assert trace.details["digest"] == report.digest

    def test_other_figures_follow_and_the_same_again_too(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        first = monthly(officer, world.south)
        member_id = str(world.members[world.south_one.id][1])
        exempt = {"member_id": member_id, "valid_from": "2026-05-01"}
        clock.move_to(NOON + timedelta(days=1))
        exemption = officer.post("/exemptions", json=exempt).json()
        second = monthly(officer, world.south)
        clock.move_to(NOON + timedelta(days=2))
        ended = {"valid_to": "2026-05-02"}
        assert officer.patch(f"/exemptions/{exemption['id']}", json=ended).status_code == 200
        third = monthly(officer, world.south)

        newest, middle, oldest = officer.get("/reports").json()["items"]
        assert (newest["follows"], middle["follows"]) == (middle["digest"], oldest["digest"])
        assert [grid(each)[FIRST][6] for each in (first, second, third)] == [4, 3, 4]
        for day, wanted in (("2026-05-15", first), ("2026-05-16", second), ("2026-06-30", third)):
            assert monthly(officer, world.south, as_of=day) == wanted
        asked = {"organization_id": world.south.id, "period": "2026-05", "as_of": "2026-05-14"}
        assert refusal(officer, "monthly.xlsx", **asked) == (404, "not_found")

    def test_a_file_is_made_again_byte_for_byte_whatever_was_renamed_since(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        before = {form: monthly(officer, world.root, form) for form in ("xlsx", "docx", "csv")}
        (report,) = officer.get("/reports").json()["items"]
        clock.move_to(NOON + timedelta(days=40, seconds=7))
        renamed = officer.patch(
            f"/organizations/{world.north.id}",
            json={"name": "Đảng bộ xã Bắc Mới"},
            headers={"if-match": "*"},
        )
        assert renamed.status_code == 200

        for form, content in before.items():
            assert file_of(officer, report["id"], form) == content, form
        assert "Bắc Mới" in words_of(monthly(officer, world.root, "docx"), "docx")

    def test_nothing_is_stored_of_what_lies_ahead(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell, member_id = str(world.north_one.id), str(world.people["secretary"].member_id)
        month = {"organization_id": cell, "period": "2026-06"}

        wanted: tuple[tuple[str, dict[str, Any]], ...] = (
            ("reports/monthly.csv", month),
            ("reports/call-list.xlsx", month | {"measure": "cells_met"}),
            ("reports/cell-year.docx", {"organization_id": cell, "year": 2027}),
            ("reports/member-year.xlsx", {"member_id": member_id, "year": 2027}),
            ("me/reports/year.docx", {"year": 2027}),
        )
        for path, asked in wanted:
            answer = sign_in("secretary").get(f"/{path}", params=asked)
            assert (answer.status_code, answer.json()["code"]) == (409, "period_not_begun"), path
        assert rows(session, Report) == []

    def test_the_digest_can_be_computed_by_whoever_holds_the_row(
        self, session: Session, world: World
    ) -> None:
        report = make_report(session, world.north)

        said = {
            "organization_id": str(report.organization_id),
            "kind": "monthly",
            "span": ["2026-05", "2026-05"],
            "member_id": None,
            "parameters": report.parameters,
            "content": report.content,
            "follows": None,
        }
        written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert report.digest == sha256(written.encode()).hexdigest()

    def test_reports_are_found_by_unit_kind_and_period(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        south = make_report(session, world.south)
        make_report(session, world.north_one)
        make_report(
            session,
            world.north_one,
            kind=ReportKind.CELL_YEAR,
            period=None,
            year=2025,
        )

        def found(person: str, **asked: Any) -> list[tuple[str, str]]:
            answer = sign_in(person).get("/reports", params=asked)
            items = answer.json()["items"]
            return sorted((item["kind"], item["first_period"]) for item in items)

        year, month = ("cell_year", "2025-01"), ("monthly", "2026-05")
        assert found("officer") == [year, month, month]
        assert found("officer", organization_id=world.south.id) == [month]
        assert found("officer", kind="cell_year") == [year]
        assert found("officer", period="2025-07") == [year]
        assert found("secretary") == [year, month]
        assert found("member") == []
        read = sign_in("officer").get(f"/reports/{south.id}").json()
        assert (read["digest"], read["formats"]) == (south.digest, ["xlsx", "docx", "csv"])

    def test_a_kind_has_its_own_forms(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        made = make_report(
            session, world.north_one, kind=ReportKind.CELL_YEAR, period=None, year=2026
        )

        refused = refusal(sign_in("secretary"), f"{made.id}/file", format="csv")

        assert refused == (422, "no_such_format")


FORMS = ("xlsx", "docx", "csv")


class TestReorganized:
    """The past stays as it was: nothing new is stored, and the files are the same bytes."""

    @pytest.fixture
    def april(self, sign_in: SignIn, world: World) -> Callable[[], dict[tuple[str, str], bytes]]:
        """Every unit's report of April, made anew, in every form."""
        officer = sign_in("officer")
        units = (world.root, world.north, world.south, world.north_one, world.south_one)
        return lambda: {
            (unit.name, form): monthly(officer, unit, form, period="2026-04")
            for unit in units
            for form in FORMS
        }

    def test_a_merge_changes_no_report_of_a_month_before(
        self,
        april: Callable[[], dict[tuple[str, str], bytes]],
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        before = april()
        stored = {report.digest for report in rows(session, Report)}
        clock.move_to(NOON + timedelta(days=1))

        answer = merge(sign_in("officer"), world.south, world.north, "2026-05-10")

        assert answer.status_code == 200, answer.text
        assert april() == before
        assert {report.digest for report in rows(session, Report)} == stored

    def test_nor_does_a_move_of_whoever_reports(
        self,
        april: Callable[[], dict[tuple[str, str], bytes]],
        sign_in: SignIn,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        before = april()
        clock.move_to(NOON + timedelta(days=1))

        answer = move(sign_in("officer"), world.north_one, world.south, "2026-05-10")

        assert answer.status_code == 200, answer.text
        assert april() == before
        head = grid(monthly(sign_in("officer"), world.north_one))[0][0]
        assert head == world.south.name.upper()


class TestTogether:
    def test_two_who_ask_at_once_have_one_report(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        both_reach(monkeypatch, database, "insert_once")
        askers = sign_in("officer"), sign_in("inspector")
        first, second = at_once(lambda one: monthly(one, world.root), askers)

        assert first == second
        assert len(rows(session, Report)) == 1
        assert len(rows(session, AuditEntry, AuditEntry.action == "report.created")) == 1
