"""The monthly report of the office: what the screen shows, in every form; and the asking."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from docx import Document
from sqlmodel import Session

from app.core.errors import Invalid
from app.schemas.reports import ReportCreate
from app.services.report_drafts import expect_asked, span_words
from app.services.spans import Span
from tests.conftest import SignIn
from tests.factories.files import make_docx
from tests.figures import dashboard
from tests.papers import words_of
from tests.reports import FIRST, file_of, get, grid, monthly, one_of_each, refusal
from tests.world import World

UNIT = UUID(int=1)


@pytest.fixture
def held(session: Session, world: World) -> None:
    one_of_each(session, world)


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
