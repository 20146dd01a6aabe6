"""What is reported besides the month: years, whom to call, and all of a committee."""

import json
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.core.errors import Forbidden
from app.files.store import store
from app.models import AuditEntry, Member, Report, ReportKind
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.reports import ReportCreate
from app.services import file_sweeps, reports
from app.work import Work
from tests.conftest import SignIn
from tests.factories.reports import make_report
from tests.figures import dashboard
from tests.papers import words_of
from tests.reports import file_of, get, grid, one_of_each, refusal
from tests.world import NOON, World, rows


@pytest.fixture
def held(session: Session, world: World) -> None:
    one_of_each(session, world)


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

    @pytest.mark.parametrize(
        ("limit", "refused"),
        [("app.services.call_lists.LONGEST", "xlsx"), ("app.papers.language.MAX_OUTPUT", "docx")],
    )
    def test_what_no_file_holds_is_refused(
        self,
        sign_in: SignIn,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
        limit: str,
        refused: str,
    ) -> None:
        monkeypatch.setattr(limit, 2)
        asked = {"organization_id": world.root.id, "period": "2026-05", "measure": "cells_met"}

        said = refusal(sign_in("officer"), f"call-list.{refused}", **asked)

        assert said == (409, "list_too_long")


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

    def test_nor_is_a_stored_one_given_to_whoever_only_reads_reports(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        stored = make_report(session, world.north, kind=ReportKind.COMMITTEE)

        def asks(person: str) -> tuple[int, str]:
            return refusal(sign_in(person), f"{stored.id}/file", format="xlsx")

        assert [asks(person) for person in ("inspector", "overseer")] == [(403, "forbidden")] * 2
        assert asks("secretary") == (404, "not_found")
