"""What a member shows with an absence report: for those who decide on it, and nobody else."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.files import sealing
from app.files.store import store
from app.models import AbsenceReport, Meeting, MeetingStatus
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.files import make_docx, make_pdf, make_png
from tests.factories.meetings import STARTS_AT, make_absence_report, make_meeting
from tests.world import World, rows

LETTER = make_png()


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    starts_at = STARTS_AT + timedelta(days=2)
    return make_meeting(
        session, world.north_one, status=MeetingStatus.SCHEDULED, starts_at=starts_at
    )


@pytest.fixture
def path(session: Session, meeting: Meeting, world: World) -> str:
    member_id = world.people["member"].member_id
    assert member_id is not None
    report = make_absence_report(session, meeting, member_id)
    return f"/absence-reports/{report.id}/attachment"


def attach(client: TestClient, path: str, file: bytes = LETTER, name: str = "giấy.png") -> Any:
    return client.post(path, files={"file": (name, file)})


def test_a_letter_is_seen_by_its_member_and_by_who_decides(sign_in: SignIn, path: str) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    assert secretary.get(path).status_code == 404

    told = said(attach(member, path))

    assert told["attachment"] == {"file_name": "giấy.png", "media_type": "image/png"}
    for reader in (member, secretary, sign_in("committee_member")):
        file = reader.get(path)
        assert file.content == LETTER
        assert file.headers["content-disposition"].startswith("attachment;")
    assert sign_in("outsider").get(path).status_code == 404


def test_a_letter_lies_sealed_and_opens_with_its_row_alone(
    sign_in: SignIn, session: Session, path: str
) -> None:
    member = sign_in("member")
    said(attach(member, path))
    [report] = rows(session, AbsenceReport)
    lying = b"".join(store().read(report.attachment_digest or ""))

    assert LETTER[:32] not in lying
    assert sealing.unseal(lying, report.attachment_key or "") == LETTER
    report.attachment_key = "00" * 32
    session.add(report)
    session.flush()
    assert member.get(path).status_code == 503


def test_a_letter_of_before_is_read_as_it_lies(
    sign_in: SignIn, session: Session, path: str
) -> None:
    kept = store().keep(BytesIO(LETTER), len(LETTER))
    [report] = rows(session, AbsenceReport)
    report.attachment_digest, report.attachment_name = kept.digest, "giấy.png"
    report.attachment_type = "image/png"
    session.add(report)
    session.flush()

    assert sign_in("member").get(path).content == LETTER


def test_another_letter_takes_its_place(sign_in: SignIn, path: str) -> None:
    member = sign_in("member")
    said(attach(member, path))
    said(attach(member, path, make_pdf(["Giấy khám bệnh"]), "giấy.pdf"))

    assert member.get(path).headers["content-type"] == "application/pdf"


def test_only_letters_of_reports_that_wait_are_taken(
    sign_in: SignIn, path: str, session: Session, meeting: Meeting
) -> None:
    member = sign_in("member")
    word = attach(member, path, make_docx(), "giấy.docx")
    assert word.json()["errors"][0]["code"] == "wrong_kind"
    stamped = attach(member, path, make_pdf(["MẬT"]), "giấy.pdf")
    assert stamped.json()["code"] == "document_secret"
    meeting.status = MeetingStatus.SUBMITTED
    session.add(meeting)
    session.flush()

    late = attach(member, path)

    assert (late.status_code, late.json()["code"]) == (409, "meeting_submitted")
    (report,) = rows(session, AbsenceReport)
    assert report.attachment_digest is None
