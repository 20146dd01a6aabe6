"""Reports of the office: what the screen shows, stored when made, and made again from that."""

import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from docx import Document
from fastapi.testclient import TestClient
from python_calamine import load_workbook
from sqlmodel import Session

from app.core import database
from app.core.errors import Forbidden, Invalid
from app.files.store import store
from app.models import (
    AttendanceStatus,
    AuditEntry,
    MeetingStatus,
    Member,
    Organization,
    Report,
    ReportKind,
)
from app.policies.actors import SYSTEM, Actor, Held
from app.policies.roles import Position
from app.schemas.reports import ReportCreate
from app.services import figures, file_sweeps, reports
from app.services.report_drafts import expect_asked, span_words
from app.services.spans import Span
from app.work import Work
from tests.conftest import SignIn
from tests.factories.files import make_docx
from tests.factories.meetings import make_line, make_meeting
from tests.factories.reports import make_report
from tests.figures import dashboard
from tests.papers import words_of
from tests.world import NOON, World, rows

UNIT = UUID(int=1)
FIRST = 9  # the row of the first unit, from 0


def get(client: TestClient, path: str, **asked: Any) -> bytes:
    answer = client.get(f"/reports/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def monthly(client: TestClient, unit: Organization, form: str = "xlsx", **asked: Any) -> bytes:
    return get(
        client, f"monthly.{form}", organization_id=unit.id, **({"period": "2026-05"} | asked)
    )


def grid(workbook: bytes, sheet: int = 0) -> list[list[Any]]:
    found = load_workbook(BytesIO(workbook)).get_sheet_by_index(sheet)
    return [list(row) for row in found.to_python(skip_empty_area=False)]


def refusal(client: TestClient, path: str, **asked: Any) -> tuple[int, str]:
    answer = client.get(f"/reports/{path}", params=asked)
    body = answer.json()
    return answer.status_code, body["errors"][0]["code"] if "errors" in body else body["code"]


@pytest.fixture
def held(session: Session, world: World) -> None:
    """A meeting of May that is over, with one of each mark, counted."""
    meeting = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
    for member_id, status in zip(world.members[world.north_one.id], AttendanceStatus, strict=False):
        make_line(session, meeting, member_id, status=status)
    _recount(world)


def _recount(world: World) -> None:
    with database.writing() as writer:
        figures.recount(Work(writer, SYSTEM, NOON), [world.north_one.id], ["2026-05"])


class TestMonthly:
    def test_it_says_what_the_screen_shows(self, sign_in: SignIn, world: World, held: None) -> None:
        officer = sign_in("officer")
        shown = dashboard(officer, world.root)

        table = grid(monthly(officer, world.root))

        for place, child in enumerate(shown["children"]):
            row, figures, unit = table[FIRST + place], child["figures"], child["organization"]
            assert (row[1], row[19]) == (unit["name"], unit["code"])
            for column, measure, side in (
                (2, "cells_met", "denominator"),
                (3, "cells_met", "numerator"),
                (6, "accounts_activated", "denominator"),
                (7, "accounts_activated", "numerator"),
                (10, "attendance", "denominator"),
                (11, "attendance", "numerator"),
                (13, "attendance_excused", "numerator"),
                (14, "attendance_unexcused", "numerator"),
                (15, "documents_on_time", "numerator"),
                (16, "cells_met_on_time", "numerator"),
            ):
                assert row[column] == figures[measure][side], (place, measure)
            percent = figures["accounts_activated"]["percent"]
            assert row[8] == pytest.approx(percent / 100)
        own = table[FIRST + len(shown["children"]) + 1]
        assert own[10] == shown["figures"]["attendance"]["denominator"] == 4

    def test_it_checks_the_figures_against_the_sheets(
        self, sign_in: SignIn, world: World, held: None
    ) -> None:
        row = grid(monthly(sign_in("officer"), world.root))[FIRST]

        present, excused, unexcused, unmarked, check = row[11], row[13], row[14], row[17], row[18]
        assert (present, excused, unexcused, unmarked, check) == (1, 1, 1, 1, 0)

    def test_a_cell_reports_on_itself(self, sign_in: SignIn, world: World) -> None:
        table = grid(monthly(sign_in("secretary"), world.north_one))

        assert [table[FIRST][place] for place in (1, 2, 6)] == ["Chi bộ Bắc 1", 1, 10]

    def test_several_months_are_one_report(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        span = {"from": "2026-04", "to": "2026-05"}

        table = grid(get(officer, "monthly.xlsx", organization_id=world.root.id, **span))

        shown = officer.get(f"/dashboards/{world.root.id}", params=span).json()
        assert table[3][0].endswith("TỪ THÁNG 4/2026 ĐẾN THÁNG 5/2026")
        assert [row[2] for row in table[FIRST : FIRST + 2]] == [
            child["figures"]["cells_met"]["denominator"] for child in shown["children"]
        ]
        assert table[FIRST][2] == 4

    def test_every_form_names_the_same_units(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")

        paper = words_of(monthly(officer, world.root, "docx"), "docx")
        lines = monthly(officer, world.root, "csv").decode("utf-8-sig").splitlines()

        for words in ("ĐẢNG CỘNG SẢN VIỆT NAM", "Đảng bộ xã Bắc", "57,14 %", "DUYỆT BIỂU"):
            assert words in paper, words
        assert "(Tính đến 15/05/2026)" in paper
        assert lines[1].split(";")[:5] == ["1", "Đảng bộ xã Bắc", "2", "0", "0,00"]
        assert lines[3].startswith(";Tổng cộng;3;")

    def test_the_paper_has_a_header_of_three_rows_and_a_sum(
        self, sign_in: SignIn, world: World
    ) -> None:
        document = Document(BytesIO(monthly(sign_in("officer"), world.root, "docx")))
        table = next(each for each in document.tables if len(each.columns) == 17)

        assert [row.cells[4].text for row in table.rows] == [
            *("Sinh hoạt chi bộ", "%", "5=4/3"),
            *("0,00 %", "0,00 %", "0,00 %"),
        ]
        assert table.rows[-1].cells[1].text == "Tổng cộng"

    def test_the_office_rules_the_paper_by_its_template(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        before = monthly(officer, world.root, "docx")
        words = "{{ head.organ }} {{ span }} {{ as_of }} {{ total.cells_met }}"
        each = "{% for line in lines %}{{ line.unit }} {{ line.cells }}/{{ line.cells_met }}; "
        answer = officer.post(
            "/templates",
            data={"organization_id": str(world.root.id), "kind": "monthly_report"},
            files={"file": ("mau.docx", make_docx([words, each + "{% endfor %}"]))},
        )
        assert answer.status_code == 201, answer.text

        assert "Đảng bộ xã Bắc 2/0; Đảng bộ xã Nam 1/0;" in words_of(
            monthly(officer, world.root, "docx"), "docx"
        )
        newest, oldest = officer.get("/reports").json()["items"]
        assert newest["follows"] == oldest["digest"]
        assert file_of(officer, oldest["id"], "docx") == before

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({}, "required"),
            ({"from": "2026-05"}, "required"),
            ({"from": "2026-05", "to": "2026-04"}, "ends_before_start"),
            ({"from": "2024-01", "to": "2026-05"}, "too_long"),
            ({"period": "2026-05", "to": "2026-05"}, "one_of"),
            ({"period": "2026-5"}, "wrong_format"),
            ({"period": "2026-05", "as_of": "5/5/2026"}, "not_a_day"),
            ({"period": "2026-05", "tree": "as_is"}, "unknown_field"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, sign_in: SignIn, world: World, asked: dict[str, str], code: str
    ) -> None:
        said = {"organization_id": str(world.root.id), **asked}

        assert refusal(sign_in("officer"), "monthly.xlsx", **said) == (422, code)


def file_of(client: TestClient, report_id: str, form: str) -> bytes:
    return get(client, f"{report_id}/file", format=form)


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


class TestYears:
    def test_a_cells_year_counts_its_months_and_members(
        self, sign_in: SignIn, world: World, held: None
    ) -> None:
        asked = {"organization_id": world.north_one.id, "year": 2026}
        workbook = get(sign_in("secretary"), "cell-year.xlsx", **asked)
        paper = words_of(get(sign_in("secretary"), "cell-year.docx", **asked), "docx")

        months = {row[0]: row for row in grid(workbook) if str(row[0]).endswith("/2026")}
        assert months["05/2026"][3:5] == [4, 1]
        people = grid(workbook, 1)[1:]
        assert len(people) == 10
        assert sum(row[2] for row in people) == 4
        assert sum(row[7] for row in people) == 1  # a month missed without excuse
        assert "25,00 %" in paper
        assert refusal(
            sign_in("officer"), "cell-year.xlsx", organization_id=world.north.id, year=2026
        ) == (422, "not_a_cell")

    def test_a_members_year_is_the_same_for_the_member_and_the_leaders(
        self, sign_in: SignIn, session: Session, world: World, held: None
    ) -> None:
        member = sign_in("member")
        member_id = world.people["member"].member_id
        own = member.get("/me/reports/year.docx", params={"year": 2026})
        led = get(sign_in("secretary"), "member-year.docx", member_id=member_id, year=2026)

        assert own.content == led
        counted = member.get("/me/attendances", params={"year": 2026}).json()["counters"]
        said = words_of(led, "docx")
        assert f"Số buổi sinh hoạt: {counted['meetings']}" in said
        assert f"Vắng có lý do: {counted['excused']}" in said
        (report,) = rows(session, Report)
        assert (report.member_id, report.organization_id) == (member_id, world.north_one.id)

    def test_who_is_no_member_has_no_year(self, sign_in: SignIn) -> None:
        answer = sign_in("administrator").get("/me/reports/year.docx", params={"year": 2026})

        assert answer.status_code == 404


class TestCallList:
    def test_it_names_whom_to_call_and_keeps_no_telephone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        (secretary,) = rows(session, Member, Member.id == world.people["secretary"].member_id)
        secretary.phone = "+84912345678"
        session.add(secretary)
        session.flush()
        asked = {"organization_id": world.north.id, "period": "2026-05", "measure": "cells_met"}

        called = words_of(get(sign_in("officer"), "call-list.docx", **asked), "docx")
        looked_at = words_of(get(sign_in("inspector"), "call-list.docx", **asked), "docx")

        for words in (
            "Chi bộ Bắc 1",
            "Chi bộ Bắc 2",
            "Chưa có buổi sinh hoạt",
            secretary.full_name,
        ):
            assert words in called
            assert words in looked_at
        assert "+84912345678" in called
        assert "+84912345678" not in looked_at
        (report,) = rows(session, Report)
        assert "912345678" not in json.dumps(report.content)
        assert len(rows(session, AuditEntry, AuditEntry.action == "contact.read")) == 1

    def test_it_is_as_long_as_the_figure_says(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        figure = dashboard(officer, world.root)["figures"]["accounts_activated"]
        asked = {
            "organization_id": world.root.id,
            "period": "2026-05",
            "measure": "accounts_activated",
        }

        table = grid(get(officer, "call-list.xlsx", **asked))

        listed = [row for row in table if str(row[0]).startswith("97.")]
        assert len(listed) == figure["denominator"] - figure["numerator"] == 8


class TestCommittee:
    def test_it_holds_every_thing_in_a_row_of_its_own(
        self, sign_in: SignIn, session: Session, world: World, held: None
    ) -> None:
        report = make_report(session, world.north, kind=ReportKind.COMMITTEE)

        workbook = file_of(sign_in("officer"), str(report.id), "xlsx")

        cells, members, meetings, lines = (grid(workbook, sheet)[1:] for sheet in range(4))
        assert [row[:2] for row in cells] == [
            ["97.001.001.000.001", "Chi bộ Bắc 1"],
            ["97.001.001.000.002", "Chi bộ Bắc 2"],
        ]
        assert len(members) == 14
        assert {row[8][:8] for row in members} == {"********"}
        assert [row[7] for row in meetings] == ["Đã họp"]
        assert [row[6] for row in lines].count("Có mặt") == 1
        assert len(lines) == 5

    def test_the_same_data_are_the_same_file_which_no_sweep_takes(
        self, session: Session, world: World
    ) -> None:
        first = make_report(session, world.south, kind=ReportKind.COMMITTEE)
        again = make_report(session, world.south, kind=ReportKind.COMMITTEE)

        assert first.id == again.id
        file_sweeps.sweep(session, NOON + timedelta(days=400 * 365), remove=True)
        assert store().size(first.content["file"]) == first.content["size"]

    def test_it_is_for_those_who_may_ask_for_reports(self, session: Session, world: World) -> None:
        secretary = Actor(held=(Held(Position.CELL_SECRETARY, world.north_one.path),))
        asked = ReportCreate(
            kind=ReportKind.COMMITTEE, organization_id=world.north_one.id, period="2026-05"
        )

        with pytest.raises(Forbidden):
            reports.compose(Work(session, secretary, NOON), asked)


class TestAsking:
    @pytest.mark.parametrize(
        ("said", "pointer", "code"),
        [
            ({"kind": "monthly"}, "/organization_id", "required"),
            ({"kind": "monthly", "organization_id": UNIT}, "/period", "required"),
            ({"kind": "member_year", "year": 2026}, "/member_id", "required"),
            ({"kind": "cell_year", "organization_id": UNIT}, "/year", "required"),
            (
                {
                    "kind": "cell_year",
                    "organization_id": UNIT,
                    "year": 2026,
                    "to": "2026-05",
                },
                "/to",
                "unknown_field",
            ),
        ],
    )
    def test_each_kind_needs_its_own(self, said: dict[str, Any], pointer: str, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            expect_asked(ReportCreate(**said), "/report")

        (error,) = refused.value.details["errors"]
        assert (error["pointer"], error["code"]) == (f"/report{pointer}", code)

    @pytest.mark.parametrize(
        ("months", "words"),
        [
            (["2026-05"], "tháng 5 năm 2026"),
            (["2026-04", "2026-06"], "quý II năm 2026"),
            (["2026-01", "2026-06"], "6 tháng đầu năm 2026"),
            (["2026-01", "2026-12"], "năm 2026"),
            (["2025-11", "2026-01"], "từ tháng 11/2025 đến tháng 1/2026"),
        ],
    )
    def test_a_span_has_its_words(self, months: list[str], words: str) -> None:
        assert span_words(Span(months)) == words
