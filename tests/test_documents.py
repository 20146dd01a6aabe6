"""Documents: taken when they are what they say and not secret, published, opened, acknowledged."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.settings import DOCUMENT_LIMIT
from app.core.text import fold
from app.models import (
    Document,
    Meeting,
    MeetingStatus,
    Member,
    MembershipKind,
    Notification,
    NotificationKind,
)
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.factories.files import make_docx, make_pdf, make_png, make_xlsx
from tests.factories.meetings import STARTS_AT, make_meeting
from tests.factories.people import make_membership
from tests.tables import fingerprint_of_tables
from tests.world import NOON, World, rows

PDF = make_pdf(["Kế hoạch tháng 6"])


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    """Announced, in two days."""
    return make_meeting(
        session,
        world.north_one,
        status=MeetingStatus.SCHEDULED,
        starts_at=STARTS_AT + timedelta(days=2),
        scheduled_at=NOON,
    )


def put(client: TestClient, file: bytes = PDF, name: str = "ke-hoach.pdf", **fields: Any) -> Any:
    data = {key: str(value) for key, value in fields.items()}
    return client.post("/documents", data=data, files={"file": (name, file)})


def documents_on_time(client: TestClient, world: World) -> int:
    board = said(client.get(f"/dashboards/{world.north_one.id}", params={"period": "2026-05"}))
    return int(board["figures"]["documents_on_time"]["numerator"])


def test_a_document_goes_from_its_upload_to_its_readers(
    sign_in: SignIn, meeting: Meeting, session: Session, world: World
) -> None:
    secretary, member, officer = sign_in("secretary"), sign_in("member"), sign_in("branch_officer")

    made = put(
        secretary, meeting_id=meeting.id, title="Dự thảo nghị quyết", number="05-NQ/CB",
        issued_on="2026-05-14", issuer="Chi ủy",
    )  # fmt: skip

    assert made.status_code == 201
    path = made.headers["location"].removeprefix("/api/v1")
    assert made.json()["media_type"] == "application/pdf"
    assert made.json()["size"] == len(PDF)
    assert said(member.get("/documents", params={"text": "du thao"}))["items"][0]["number"]
    file = member.get(f"{path}/file")
    assert file.content == PDF
    assert file.headers["content-disposition"].startswith('attachment; filename="ke-hoach.pdf"')
    assert file.headers["x-content-type-options"] == "nosniff"
    assert officer.get(f"{path}/file").content == PDF
    said(member.get(path))
    assert said(member.post(f"{path}/acknowledge"))["acknowledged_at"]
    assert said(member.post(f"{path}/acknowledge"))["acknowledged_count"] == 1
    seen = said(secretary.get(path))
    assert (seen["opened_count"], seen["acknowledged_count"]) == (1, 1)
    assert seen["opened_at"] is None
    told = rows(session, Notification, Notification.kind == NotificationKind.DOCUMENT_PUBLISHED)
    assert {each.member_id for each in told} == set(world.members[world.north_one.id])


def test_a_day_before_is_measured_from_what_still_stands(
    sign_in: SignIn, meeting: Meeting, world: World, clock: time_machine.Traveller
) -> None:
    secretary = sign_in("secretary")
    first = said(put(secretary, meeting_id=meeting.id))
    clock.move_to(NOON + timedelta(days=1, hours=6))
    late = said(put(secretary, meeting_id=meeting.id, title="Bổ sung"))

    assert documents_on_time(secretary, world) == 1
    assert secretary.delete(f"/documents/{first['id']}").status_code == 428
    stale = secretary.delete(f"/documents/{first['id']}", headers={"if-match": '"7"'})
    assert stale.status_code == 412
    gone = secretary.delete(f"/documents/{first['id']}", headers={"if-match": '"1"'})
    assert gone.status_code == 204
    assert secretary.get(f"/documents/{first['id']}").status_code == 404
    assert documents_on_time(secretary, world) == 0
    items = said(secretary.get("/documents", params={"meeting_id": str(meeting.id)}))["items"]
    assert [item["id"] for item in items] == [late["id"]]
    facts = said(secretary.get(f"/meetings/{meeting.id}"))
    assert facts["documents_published_at"] == late["published_at"]


def test_what_was_measured_is_never_hidden_by_a_version(sign_in: SignIn, meeting: Meeting) -> None:
    secretary = sign_in("secretary")
    before = secretary.get(f"/meetings/{meeting.id}")
    said(put(secretary, meeting_id=meeting.id))

    known = {"if-none-match": before.headers["etag"]}
    after = secretary.get(f"/meetings/{meeting.id}", headers=known)

    assert after.status_code == 200
    assert after.json()["documents_published_at"]


def test_a_document_of_a_draft_is_published_with_it(
    sign_in: SignIn, session: Session, world: World
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    draft = make_meeting(session, world.north_one, starts_at=STARTS_AT + timedelta(days=5))
    made = said(put(secretary, meeting_id=draft.id))
    assert made["published_at"] is None
    assert member.get(f"/documents/{made['id']}").status_code == 404
    assert said(member.get("/documents"))["items"] == []
    assert [item["id"] for item in said(secretary.get("/documents"))["items"]] == [made["id"]]

    said(secretary.post(f"/meetings/{draft.id}/schedule"))

    assert said(member.get(f"/documents/{made['id']}"))["published_at"]
    assert documents_on_time(secretary, world) == 1


def test_a_document_put_while_its_draft_is_announced_is_published(
    sign_in: SignIn, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, deputy, member = sign_in("secretary"), sign_in("deputy"), sign_in("member")
    draft = make_meeting(session, world.north_one, starts_at=STARTS_AT + timedelta(days=5))
    for client in (secretary, deputy):
        client.get("/me")
    is_in, may_go_on = threading.Event(), threading.Event()

    def slowly(text: str) -> str:
        """Held where the draft was seen to be one."""
        is_in.set()
        may_go_on.wait(5)
        return fold(text)

    monkeypatch.setattr("app.services.documents.fold", slowly)
    with ThreadPoolExecutor(2) as pool:
        putting = pool.submit(put, secretary, meeting_id=draft.id)
        assert is_in.wait(5)
        announcing = pool.submit(deputy.post, f"/meetings/{draft.id}/schedule")
        wait([announcing], timeout=0.3)
        may_go_on.set()
        made = said(putting.result())
        said(announcing.result())

    assert said(member.get(f"/documents/{made['id']}"))["published_at"]
    assert documents_on_time(secretary, world) == 1


def test_the_document_of_a_draft_is_known_to_those_who_know_of_the_draft(
    sign_in: SignIn, session: Session, world: World
) -> None:
    draft = make_meeting(session, world.north_one, starts_at=STARTS_AT + timedelta(days=5))
    path = f"/documents/{said(put(sign_in('secretary'), meeting_id=draft.id))['id']}"
    (guest,) = rows(session, Member, Member.id == world.people["outsider"].member_id)
    make_membership(session, world.north_one, guest, kind=MembershipKind.TEMPORARY)

    for name in ("secretary", "deputy", "committee_member", "officer", "overseer", "inspector"):
        assert said(sign_in(name).get(path))["published_at"] is None, name
        assert len(said(sign_in(name).get("/documents"))["items"]) == 1, name
    for name in ("member", "outsider"):
        client = sign_in(name)
        assert said(client.get("/documents"))["items"] == [], name
        asked = [client.get(path), client.get(f"{path}/file"), client.post(f"{path}/acknowledge")]
        asked.append(client.patch(path, json={"title": "a"}, headers={"if-match": "*"}))
        assert {answer.status_code for answer in asked} == {404}, name


def test_what_was_measured_stays_once_the_meeting_has_begun(
    sign_in: SignIn, world: World, clock: time_machine.Traveller
) -> None:
    secretary, officer, evening = sign_in("secretary"), sign_in("officer"), NOON + timedelta(days=3)
    meeting_id = hold(secretary, clock, world.north_one, evening)
    (first,) = said(secretary.get("/documents", params={"meeting_id": meeting_id}))["items"]
    better = said(put(secretary, meeting_id=meeting_id))
    clock.move_to(at("2026-06-14T19:00:00+07:00"))

    anything = {"if-match": "*"}
    assert secretary.delete(f"/documents/{first['id']}", headers=anything).status_code == 204

    assert documents_on_time(secretary, world) == 1
    facts = said(secretary.get(f"/meetings/{meeting_id}"))
    assert facts["documents_published_at"] == first["published_at"]
    said(officer.post(f"/meetings/{meeting_id}/accept"))
    refused = secretary.delete(f"/documents/{better['id']}", headers=anything)
    assert (refused.status_code, refused.json()["code"]) == (409, "meeting_accepted")
    own = said(put(secretary, organization_id=world.north_one.id))
    assert secretary.delete(f"/documents/{own['id']}", headers=anything).status_code == 204


def test_a_first_document_after_the_start_is_a_fact_and_late(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    secretary = sign_in("secretary")
    held = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
    late = said(put(secretary, meeting_id=held.id))
    clock.move_to(NOON + timedelta(hours=1))
    said(put(secretary, meeting_id=held.id))

    facts = said(secretary.get(f"/meetings/{held.id}"))
    assert facts["documents_published_at"] == late["published_at"]
    assert documents_on_time(secretary, world) == 0


def test_a_unit_may_have_documents_of_its_own(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    made = said(put(secretary, organization_id=world.north_one.id))
    path = f"/documents/{made['id']}"
    assert made["title"] == "ke-hoach"

    changed = secretary.patch(path, json={"title": "Quy chế"}, headers={"if-match": '"1"'})

    assert said(changed)["title"] == "Quy chế"
    assert changed.headers["etag"] == '"2"'
    secret = secretary.patch(path, json={"title": "TỐI MẬT"}, headers={"if-match": '"2"'})
    assert secret.json()["code"] == "document_secret"
    both = put(secretary, organization_id=world.north_one.id, meeting_id=made["id"])
    assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "one_place")
    assert put(secretary).json()["errors"][0]["code"] == "one_place"


REFUSED: tuple[tuple[str, bytes, str, dict[str, str], int, str], ...] = (
    ("a stamp in it", make_pdf(["TUYỆT MẬT", "Kế hoạch"]), "a.pdf", {}, 422, "document_secret"),
    ("without diacritics", make_docx(["T O I  M A T"]), "a.docx", {}, 422, "document_secret"),
    ("in a cell", make_xlsx([["Độ mật: Mật"]]), "a.xlsx", {}, 422, "document_secret"),
    ("in the name", PDF, "TUYET_MAT_ke-hoach.pdf", {}, 422, "document_secret"),
    ("in the title", PDF, "a.pdf", {"title": "[Tối mật] Kế hoạch"}, 422, "document_secret"),
    ("in the number", PDF, "a.pdf", {"number": "05 (MẬT)"}, 422, "document_secret"),
    ("a page", b"<html>hi</html>", "a.pdf", {}, 415, "unsupported_media_type"),
    ("a disguise", PDF, "a.docx", {}, 422, "wrong_extension"),
    ("two in one", PDF + make_docx(), "a.pdf", {}, 422, "file_disguised"),
    ("nothing", b"", "a.pdf", {}, 422, "file_empty"),
    ("no name to keep", PDF, "...", {}, 422, "file_name_missing"),
)  # fmt: skip


@pytest.mark.parametrize("why", REFUSED, ids=lambda why: why[0])
def test_what_is_refused_leaves_nothing(
    sign_in: SignIn, meeting: Meeting, session: Session, why: Any
) -> None:
    _, file, name, fields, status, code = why
    secretary = sign_in("secretary")
    before = fingerprint_of_tables(session)

    answer = put(secretary, file, name, meeting_id=meeting.id, **fields)

    codes = [answer.json()["code"], *(e["code"] for e in answer.json().get("errors", ()))]
    assert (answer.status_code, code in codes) == (status, True), answer.text
    assert fingerprint_of_tables(session) == before


def test_too_much_is_refused_before_it_is_read(sign_in: SignIn, meeting: Meeting) -> None:
    read: list[int] = []

    def gibibyte() -> Any:
        piece = b"\0" * 1_048_576
        for number in range(1024):
            read.append(number)
            yield piece

    secretary = sign_in("secretary")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    endless = secretary.post("/documents", content=gibibyte(), headers=headers)
    said_so = secretary.post(
        "/documents", content=b"", headers=headers | {"content-length": str(1024**3)}
    )

    assert endless.json()["code"] == said_so.json()["code"] == "too_large"
    assert endless.status_code == said_so.status_code == 413
    within = make_png() + b"\0" * (DOCUMENT_LIMIT + 1)
    assert put(secretary, within, "a.png", meeting_id=meeting.id).status_code == 413


def test_two_parts_of_one_name_are_refused(sign_in: SignIn, meeting: Meeting) -> None:
    files = [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))]

    answer = sign_in("secretary").post(
        "/documents", data={"meeting_id": str(meeting.id)}, files=files
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_retry_is_answered_as_at_first_whatever_has_happened_since(
    sign_in: SignIn, meeting: Meeting, session: Session
) -> None:
    secretary = sign_in("secretary")

    def send() -> Any:
        return secretary.post(
            "/documents",
            data={"meeting_id": str(meeting.id)},
            files={"file": ("a.pdf", PDF)},
            headers={"idempotency-key": "gui-lai-khi-mat-mang"},
        )

    first = send()
    said(secretary.post(f"/meetings/{meeting.id}/cancel", json={"reason": "Bão"}))

    assert (send().status_code, send().json()) == (201, first.json())
    assert len(rows(session, Document)) == 1


def test_a_path_in_a_name_stays_a_name(sign_in: SignIn, meeting: Meeting) -> None:
    made = said(put(sign_in("secretary"), name="../../etc/ảnh\u202egnp.pdf", meeting_id=meeting.id))

    assert made["file_name"] == "ảnhgnp.pdf"


def test_a_cancelled_meeting_takes_no_documents(
    sign_in: SignIn, session: Session, world: World
) -> None:
    cancelled = make_meeting(session, world.north_one, status=MeetingStatus.CANCELLED)

    answer = put(sign_in("secretary"), meeting_id=cancelled.id)

    assert (answer.status_code, answer.json()["code"]) == (409, "meeting_cancelled")
    assert rows(session, Document) == []


def test_a_file_that_the_store_has_lost_is_said_to_be_away(
    sign_in: SignIn, meeting: Meeting, session: Session
) -> None:
    secretary = sign_in("secretary")
    made = said(put(secretary, meeting_id=meeting.id))
    (row,) = rows(session, Document)
    row.digest = "f" * 64
    session.add(row)
    session.flush()

    assert secretary.get(f"/documents/{made['id']}/file").status_code == 503
