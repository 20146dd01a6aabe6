"""Long work, as whoever wants it done asks for it, follows it and calls it off."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.models import Account, AuditEntry, Job, JobKind, JobStatus, Office, Report
from app.services import jobs
from tests.conftest import SignIn
from tests.factories.jobs import account_of, do_what_waits, job_of, make_job
from tests.factories.workbooks import make_tree
from tests.recounts import differences
from tests.uploads import preview_of
from tests.world import NOON, World, rows

RECOUNT = {"kind": "recount"}


def monthly(world: World, unit: str = "north") -> dict[str, Any]:
    place = getattr(world, unit).id
    report = {"kind": "monthly", "organization_id": str(place), "period": "2026-05"}
    return {"kind": "report", "report": report}


class TestCreate:
    def test_a_job_waits_until_a_worker_takes_it_up(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")

        answer = officer.post("/jobs", json=monthly(world))

        assert answer.status_code == 201
        assert answer.json()["status"] == "queued"
        assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['id']}"
        traces = rows(session, AuditEntry, AuditEntry.action == "job.created")
        assert [str(trace.subject_id) for trace in traces] == [answer.json()["id"]]

    def test_a_report_is_made_and_found(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        job_id = officer.post("/jobs", json=monthly(world)).json()["id"]

        do_what_waits()

        told = officer.get(f"/jobs/{job_id}").json()
        assert (told["status"], told["considered"], told["done"], told["total"]) == (
            "done",
            1,
            1,
            1,
        )
        (report,) = rows(session, Report)
        assert told["result"]["report_id"] == str(report.id)
        (made,) = rows(session, AuditEntry, AuditEntry.action == "report.created")
        assert (made.actor_id, made.request_id) == (account_of(world, "officer"), job_id)

    def test_what_was_asked_is_told_by_the_names_it_was_asked_by(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        unit_id = str(world.root.id)
        asked = {"kind": "monthly", "organization_id": unit_id, "from": "2026-02", "to": "2026-04"}

        made = officer.post("/jobs", json={"kind": "report", "report": asked}).json()
        do_what_waits()

        assert made["parameters"] == {"report": asked}
        (report,) = rows(session, Report)
        assert (report.first_period, report.last_period) == ("2026-02", "2026-04")

    def test_an_import_is_committed_whole(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        unit = ["97.001.7", "Đảng bộ Mới", "grassroots", None, "97.001"]
        preview = preview_of(officer, make_tree(unit, ["?"]), "organizations")
        asked = {"kind": "import_commit", "import_id": preview["id"]}

        job_id = officer.post("/jobs", json=asked).json()["id"]
        do_what_waits()

        told = officer.get(f"/jobs/{job_id}").json()
        assert (told["done"], told["skipped"], told["failed"], told["total"]) == (1, 1, 0, 2)
        assert officer.get(f"/imports/{preview['id']}").json()["status"] == "committed"
        again = officer.post("/jobs", json=asked)
        assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")

    def test_a_recount_goes_month_by_month(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        job_id = officer.post("/jobs", json=RECOUNT).json()["id"]

        do_what_waits()

        told = officer.get(f"/jobs/{job_id}").json()
        assert (told["done"], told["failed"], told["total"]) == (5, 0, 5)
        assert told["result"]["differences"] == 0

    def test_a_recount_that_repairs_sets_right_what_differs(
        self, sign_in: SignIn, session: Session
    ) -> None:
        by_hand = text("UPDATE figures SET cells_met = 7 WHERE period = '2026-04'")
        session.connection().execute(by_hand)
        officer = sign_in("officer")
        job_id = officer.post("/jobs", json=RECOUNT | {"repair": True}).json()["id"]

        do_what_waits()

        told = officer.get(f"/jobs/{job_id}").json()
        assert (told["done"], told["failed"], told["result"]["differences"]) == (5, 0, 8)
        assert differences() == []

    @pytest.mark.parametrize(
        ("person", "status"), [("administrator", 201), ("branch_officer", 403), ("secretary", 403)]
    )
    def test_a_recount_is_asked_for_at_a_root(
        self, sign_in: SignIn, person: str, status: int
    ) -> None:
        assert sign_in(person).post("/jobs", json=RECOUNT).status_code == status

    def test_of_what_is_not_seen_there_is_no_report(self, sign_in: SignIn, world: World) -> None:
        sibling = sign_in("sibling_officer")

        assert sibling.post("/jobs", json=monthly(world)).status_code == 404
        assert sign_in("overseer").post("/jobs", json=monthly(world)).status_code == 403

    def test_nobody_fills_the_queue_alone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for _ in range(jobs.AT_A_TIME):
            make_job(session, account_of(world, "officer"))

        answer = sign_in("officer").post("/jobs", json=RECOUNT)

        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert sign_in("administrator").post("/jobs", json=RECOUNT).status_code == 201

    @pytest.mark.parametrize(
        ("body", "pointer", "code"),
        [
            ({}, "/kind", "required"),
            ({"kind": "weekly_summary"}, "/kind", "unknown_value"),
            ({"kind": "import_commit"}, "/import_id", "required"),
            ({"kind": "import_commit", "import_id": "x"}, "/import_id", "not_an_id"),
            ({"kind": "recount", "all": True}, "/all", "unknown_field"),
            ({"kind": "recount", "repair": "x"}, "/repair", "invalid"),
            ({"kind": "report", "report": {"kind": "x"}}, "/report/kind", "unknown_value"),
        ],
    )
    def test_a_fault_is_told_at_its_field(
        self, sign_in: SignIn, body: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = sign_in("officer").post("/jobs", json=body)

        assert answer.status_code == 422
        assert (pointer, code) in [
            (error["pointer"], error["code"]) for error in answer.json()["errors"]
        ]

    def test_asked_twice_under_one_key_it_is_one_job(
        self, sign_in: SignIn, session: Session
    ) -> None:
        officer = sign_in("officer")
        key = {"idempotency-key": "a recount"}

        answers = [officer.post("/jobs", json=RECOUNT, headers=key) for _ in range(2)]

        assert answers[0].json() == answers[1].json()
        assert len(rows(session, Job)) == 1


class TestSearch:
    def test_everybody_sees_their_own(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        own = make_job(session, account_of(world, "officer"))
        for other in (account_of(world, "administrator"), None):
            make_job(session, other)
        officer = sign_in("officer")

        listed = officer.get("/jobs").json()["items"]

        assert [job["id"] for job in listed] == [str(own.id)]
        assert officer.get("/jobs?status=done&kind=report").json()["items"] == []
        assert officer.get("/jobs?status=queued&kind=recount").json()["items"] == listed

    def test_another_ones_job_is_not_there(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "administrator"))

        for method, path in (("GET", ""), ("GET", "/events"), ("POST", "/cancel")):
            answer = sign_in("officer").request(method, f"/jobs/{job.id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestCancel:
    def test_a_waiting_job_is_called_off_at_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"))

        answer = sign_in("officer").post(f"/jobs/{job.id}/cancel")

        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        do_what_waits()
        assert job_of(session, job.id).attempts == 0

    def test_a_running_job_is_asked_to_stop(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"), status=JobStatus.RUNNING)

        told = sign_in("officer").post(f"/jobs/{job.id}/cancel").json()

        assert (told["status"], told["cancel_requested_at"]) == ("running", "2026-05-15T05:00:00Z")

    def test_what_has_ended_cannot_be_called_off(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job = make_job(session, account_of(world, "officer"), status=JobStatus.DONE)

        answer = sign_in("officer").post(f"/jobs/{job.id}/cancel")

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
        assert answer.json()["allowed"] == []


class TestRights:
    """A job is done by the rights that its account has when it is done."""

    def test_whoever_lost_the_office_gets_no_report(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job_id = sign_in("officer").post("/jobs", json=monthly(world)).json()["id"]
        holder = Office.member_id == world.people["officer"].member_id
        for office in rows(session, Office, holder):
            office.valid_to = NOON.date()
            session.add(office)
        session.flush()

        do_what_waits()

        job = job_of(session, job_id)
        assert (job.status, job.errors[0]["code"]) == (JobStatus.FAILED, "forbidden")
        assert rows(session, Report) == []

    def test_nor_does_a_disabled_account(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        job_id = sign_in("officer").post("/jobs", json=monthly(world)).json()["id"]
        (account,) = rows(session, Account, Account.id == account_of(world, "officer"))
        account.disabled_at = NOON
        session.add(account)
        session.flush()

        do_what_waits()

        job = job_of(session, job_id)
        assert (job.status, job.errors[0]["code"]) == (JobStatus.FAILED, "forbidden")

    def test_an_import_is_refused_as_it_would_be_by_hand(
        self, sign_in: SignIn, session: Session
    ) -> None:
        officer = sign_in("officer")
        unit = ["97.001.7", "Đảng bộ Mới", "grassroots", None, "97.001"]
        preview = preview_of(officer, make_tree(unit), "organizations")
        job_id = officer.post(
            "/jobs", json={"kind": "import_commit", "import_id": preview["id"]}
        ).json()["id"]
        officer.post(f"/imports/{preview['id']}/commit")

        do_what_waits()

        job = job_of(session, job_id)
        assert (job.status, job.kind) == (JobStatus.FAILED, JobKind.IMPORT_COMMIT)
        assert [error["code"] for error in job.errors] == ["invalid_transition"]
