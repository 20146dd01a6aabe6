"""What names many people leaves the service only to whoever has just proved who they are."""

from typing import Any

import pytest
from sqlmodel import Session

from app.models import ActivationCode, Job, JobKind, Report, ReportKind, ReportSchedule
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.reports import ReportCreate
from app.services import jobs, reports
from app.work import Work
from tests.architecture.matrix.clear_text import in_clear
from tests.conftest import SignIn
from tests.factories.reports import make_report
from tests.factories.workbooks import make_full_list, make_other
from tests.proofs import let_lapse
from tests.uploads import preview_of
from tests.world import NOON, World, rows

UNPROVED = (403, "step_up_required")


def answered(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


class TestReports:
    @pytest.mark.parametrize(
        ("path", "more"),
        [
            ("call-list.xlsx", {"period": "2026-05", "measure": "cells_met"}),
            ("call-list.docx", {"period": "2026-05", "measure": "cells_met"}),
            ("cell-year.xlsx", {"year": 2026}),
            ("cell-year.docx", {"year": 2026}),
        ],
    )
    def test_asked_for_directly(
        self, sign_in: SignIn, session: Session, world: World, path: str, more: dict[str, Any]
    ) -> None:
        let_lapse(session, world, "secretary")
        asked = {"organization_id": str(world.north_one.id), **more}

        assert answered(sign_in("secretary").get(f"/reports/{path}", params=asked)) == UNPROVED
        unseen = asked | {"organization_id": str(world.south_one.id)}
        refused = sign_in("secretary").get(f"/reports/{path}", params=unseen)
        assert answered(refused) == (404, "not_found")
        assert rows(session, Report) == []

    def test_what_only_counts_or_is_of_one_person_needs_none(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        let_lapse(session, world, "secretary")
        secretary, member_id = sign_in("secretary"), world.people["member"].member_id
        month: dict[str, Any] = {"organization_id": str(world.north_one.id), "period": "2026-05"}
        year: dict[str, Any] = {"member_id": str(member_id), "year": 2026}

        assert secretary.get("/reports/monthly.csv", params=month).status_code == 200
        assert secretary.get("/reports/member-year.docx", params=year).status_code == 200

    @pytest.mark.parametrize("kind", ["call_list", "cell_year", "committee"])
    def test_put_in_as_a_job(
        self, sign_in: SignIn, session: Session, world: World, kind: str
    ) -> None:
        let_lapse(session, world, "officer")
        needed: dict[str, dict[str, Any]] = {
            "call_list": {"period": "2026-05", "measure": "cells_met"},
            "cell_year": {"year": 2026},
            "committee": {"period": "2026-05"},
        }
        report = {"kind": kind, "organization_id": str(world.north_one.id), **needed[kind]}

        refused = sign_in("officer").post("/jobs", json={"kind": "report", "report": report})

        assert answered(refused) == UNPROVED
        assert rows(session, Job, Job.kind == JobKind.REPORT) == []

    def test_ordered_for_every_month(self, sign_in: SignIn, session: Session, world: World) -> None:
        let_lapse(session, world, "officer")
        order = {"organization_id": str(world.north.id), "day_of_month": 5, "local_time": "07:30"}
        officer = sign_in("officer")

        refused = officer.post("/report-schedules", json=order | {"kind": "committee"})

        assert answered(refused) == UNPROVED
        assert rows(session, ReportSchedule) == []
        assert officer.post("/report-schedules", json=order).status_code == 201

    def test_a_stored_one_read_again(self, sign_in: SignIn, session: Session, world: World) -> None:
        stored = make_report(session, world.north_one, kind=ReportKind.COMMITTEE)
        let_lapse(session, world, "officer")

        refused = sign_in("officer").get(f"/reports/{stored.id}/file", params={"format": "xlsx"})

        assert answered(refused) == UNPROVED

    def test_a_job_that_was_proved_when_it_was_put_in_is_done(
        self, session: Session, world: World
    ) -> None:
        owner = Actor(
            world.people["officer"].account_id, held=(Held(Position.OFFICER, world.root.path),)
        )
        asked = ReportCreate(
            kind=ReportKind.CELL_YEAR, organization_id=world.north_one.id, year=2026
        )
        work = Work(session, owner, NOON)

        jobs.expect_report(work, asked)

        assert reports.compose(work, asked).kind is ReportKind.CELL_YEAR


def test_refused_rows_of_an_import_are_given_back_to_whoever_has_proved(
    sign_in: SignIn, session: Session, world: World
) -> None:
    officer = sign_in("officer")
    import_id = preview_of(officer, make_full_list(make_other(1)), "members")["id"]
    let_lapse(session, world, "officer")

    assert answered(officer.get(f"/imports/{import_id}/rejects.xlsx")) == UNPROVED


@pytest.mark.parametrize("named", [True, False])
def test_codes_are_made_for_whoever_has_proved(
    sign_in: SignIn, session: Session, world: World, named: bool
) -> None:
    let_lapse(session, world, "secretary")
    newest = str(world.members[world.north_one.id][-1])
    asked = {"member_ids": [newest]} if named else {"organization_id": str(world.north_one.id)}

    assert answered(sign_in("secretary").post("/activation-codes", json=asked)) == UNPROVED
    assert rows(session, ActivationCode) == []


def test_no_export_holds_a_confidential_field_in_clear(
    sign_in: SignIn, session: Session, world: World
) -> None:
    """But a call list, which notes whose telephone it shows."""
    officer, unit = sign_in("officer"), {"organization_id": str(world.north_one.id)}
    committee = make_report(session, world.north_one, kind=ReportKind.COMMITTEE)
    for path, query in (
        (f"/reports/{committee.id}/file", {"format": "xlsx"}),
        ("/reports/cell-year.xlsx", unit | {"year": "2026"}),
        ("/reports/cell-year.docx", unit | {"year": "2026"}),
        ("/reports/monthly.xlsx", unit | {"period": "2026-05"}),
        (
            "/reports/member-year.docx",
            {"member_id": str(world.people["member"].member_id), "year": "2026"},
        ),
    ):
        answer = officer.get(path, params=query)
        assert answer.status_code == 200
        assert in_clear(answer) == set(), path
