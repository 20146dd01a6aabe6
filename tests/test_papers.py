"""Papers of a meeting: what was recorded, whole, in Word and in print."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import (
    AbsenceReason,
    AbsenceStatus,
    Meeting,
    MeetingStatus,
    Member,
    Organization,
)
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.files import make_docx
from tests.factories.meetings import make_absence_report, make_meeting
from tests.papers import words_of
from tests.sheets import line_of, make_sheet, mark
from tests.world import NOON, World, rows

NAME = "Nguyễn Thị Quỳnh Ưởng {{ x }} #let $"
ABSENT = "Phạm Ngọc Ẩn"
FORMS = ("docx", "pdf")


def paper(client: TestClient, meeting: Meeting, name: str, form: str, **asked: Any) -> str:
    answer = client.get(f"/meetings/{meeting.id}/{name}.{form}", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment;")
    return words_of(answer.content, form)


@pytest.fixture
def meeting(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> Meeting:
    """Held with one absent without reason, and everything that minutes can say."""
    people = world.people
    for person, name in (("member", NAME), ("committee_member", ABSENT)):
        (row,) = rows(session, Member, Member.id == people[person].member_id)
        row.full_name = name
        session.add(row)
    session.flush()
    secretary = sign_in("secretary")
    made = make_meeting(
        session, world.north_one, status=MeetingStatus.SCHEDULED, starts_at=NOON, title="Kỳ tháng 5"
    )
    path = f"/meetings/{made.id}"
    said(secretary.post(f"{path}/open"))
    absentee = people["committee_member"].member_id
    assert absentee is not None
    absent = line_of(absentee, "absent_unexcused")
    said(mark(secretary, made, absent))
    said(secretary.post(f"{path}/attendances/all-present", json={"except": []}))
    guest = {"meeting_id": str(made.id), "kind": "superior", "full_name": "Lê Thị Tỉnh"}
    said(secretary.post("/guests", json=guest | {"position": "Đảng ủy viên"}))
    task = {"meeting_id": str(made.id), "title": "Rà soát hộ khó khăn", "due_on": "2026-05-30"}
    said(secretary.post("/tasks", json=task | {"owner_id": str(people["member"].member_id)}))
    clock.move_to(NOON + timedelta(minutes=95))
    said(secretary.post(f"{path}/end"))
    minutes = {
        "text": "Thảo luận về đường làng.",
        "number": 5,
        "chair": "Bí thư Chủ Trì",
        "minute_taker": "Thư Ký Ghi",
        "conclusion": "Chi bộ thống nhất.",
        "resolution": "Làm xong nền đường trong tháng.",
        "opinions": "Lê Văn Bảy: nên khởi công sớm",
        "self_score": 92.5,
        "votes": [
            {"subject": "Làm đường", "in_favour": 8, "against": 1, "abstained": 0}
            | {"on_resolution": True},
            {"subject": "Cải chính", "in_favour": 1, "against": 0, "abstained": 0},
        ],
    }
    said(secretary.put(f"{path}/minutes", json=minutes))
    said(secretary.post(f"{path}/minutes/confirm", json={"part": "chair"}))
    return made


@pytest.mark.parametrize("form", FORMS)
def test_the_minutes_say_what_was_recorded(sign_in: SignIn, meeting: Meeting, form: str) -> None:
    text = paper(sign_in("secretary"), meeting, "minutes", form)

    for words in (
        "ĐẢNG CỘNG SẢN VIỆT NAM", "05-BB/CB", "Thảo luận về đường làng.", NAME, ABSENT,
        "Vắng không lý do", "Lê Thị Tỉnh", "Rà soát hộ khó khăn", "30/05/2026", "92,5", "Tốt",
        "Làm đường", "Thông qua", "Lê Văn Bảy", "Thư Ký Ghi", "13:35 ngày 15/05/2026",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize("form", FORMS)
def test_the_resolution_says_what_was_resolved(
    sign_in: SignIn, meeting: Meeting, world: World, form: str
) -> None:
    text = paper(sign_in("secretary"), meeting, "resolution", form)

    base = len(world.members[world.north_one.id])
    vote = f"8/{base} đảng viên tán thành"
    for words in ("05-NQ/CB", "Làm xong nền đường trong tháng.", "Rà soát hộ khó khăn", vote):
        assert words in text, words


def test_a_resolution_names_no_vote_but_the_one_on_it(sign_in: SignIn, meeting: Meeting) -> None:
    secretary, path = sign_in("secretary"), f"/meetings/{meeting.id}/minutes"
    votes = said(secretary.get(path))["votes"]
    assert [vote["on_resolution"] for vote in votes] == [True, False]
    typed = [{"subject": "A", "in_favour": 8, "against": 1, "abstained": 0}]

    def write(votes: list[dict[str, Any]]) -> Any:
        body = {"text": "Đã thảo luận.", "votes": votes}
        return secretary.put(path, json=body, headers={"if-match": "*"})

    said(write(typed))
    assert "tán thành" not in paper(secretary, meeting, "resolution", "docx")
    refused = write([typed[0] | {"on_resolution": True}] * 2)
    (error,) = refused.json()["errors"]
    told = (refused.status_code, error["pointer"], error["code"])
    assert told == (422, "/votes", "votes_on_resolution")


def test_only_the_excused_have_a_reason_on_paper(
    sign_in: SignIn, session: Session, world: World
) -> None:
    secretary = sign_in("secretary")
    held = make_sheet(session, world)
    excused, written, declined, settled = world.members[world.north_one.id][:4]
    for member_id, status, reason in (
        (excused, AbsenceStatus.ACCEPTED, AbsenceReason.HEALTH),
        (written, AbsenceStatus.DECLINED, AbsenceReason.FAMILY),
        (declined, AbsenceStatus.DECLINED, AbsenceReason.BUSINESS),
    ):
        make_absence_report(session, held, member_id, status=status, reason=reason)
    first = said(
        mark(
            secretary,
            held,
            line_of(excused, "absent_excused", reason="Ốm"),
            line_of(written, "absent_excused", reason="Đi công trình thủy lợi"),
            line_of(declined, "absent_unexcused", reason="Không báo"),
            line_of(settled, "absent_excused", reason="Nhầm người"),
        )
    )
    marked = mark(secretary, held, line_of(settled), version=first["version"])
    said(mark(secretary, held, line_of(settled, "absent_excused"), version=said(marked)["version"]))

    for name in ("attendance-list", "minutes"):
        text = paper(secretary, held, name, "docx")
        assert "Sức khỏe" in text
        assert "Đi công trình thủy lợi" in text
        for words in ("Ốm", "Việc gia đình", "Công tác", "Không báo", "Nhầm người"):
            assert words not in text, words


@pytest.mark.parametrize("form", FORMS)
def test_the_attendance_list_names_the_absent(sign_in: SignIn, meeting: Meeting, form: str) -> None:
    secretary = sign_in("secretary")

    full = paper(secretary, meeting, "attendance-list", form)
    blank = paper(secretary, meeting, "attendance-list", form, blank=True)

    assert "Chữ ký" in full
    assert NAME in full
    assert ABSENT in full
    assert "Vắng không lý do" in full
    assert NAME in blank
    assert "Có mặt " not in blank.partition("STT")[2].partition("Tổng")[0].replace("Giờ có mặt", "")


def test_a_list_can_be_printed_before_the_roll_is_called(
    sign_in: SignIn, session: Session, world: World
) -> None:
    planned = make_meeting(
        session,
        world.north_one,
        status=MeetingStatus.SCHEDULED,
        starts_at=NOON + timedelta(days=1),
    )

    text = paper(sign_in("deputy"), planned, "attendance-list", "pdf")

    for member_id in world.members[world.north_one.id]:
        (member,) = rows(session, Member, Member.id == member_id)
        assert member.full_name in text


def test_minutes_that_nobody_wrote_are_a_form(
    sign_in: SignIn, session: Session, world: World
) -> None:
    held = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
    secretary = sign_in("secretary")

    assert "BIÊN BẢN" in paper(secretary, held, "minutes", "docx").upper()
    refused = secretary.get(f"/meetings/{held.id}/resolution.docx")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_resolution")


def test_what_is_too_long_to_print_may_still_be_written(
    sign_in: SignIn, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.papers.pdf.MAX_TYPST", 1_000)
    secretary = sign_in("secretary")

    refused = secretary.get(f"/meetings/{meeting.id}/minutes.pdf")

    assert (refused.status_code, refused.json()["code"]) == (409, "paper_too_large")
    assert "Thảo luận" in paper(secretary, meeting, "minutes", "docx")


def test_the_office_rules_both_forms_by_one_template(
    sign_in: SignIn, meeting: Meeting, world: World
) -> None:
    officer = sign_in("officer")
    heading = "Mẫu riêng của Đảng bộ xã Bắc"
    fields = "{{ head.cell }} {{ title }}: {{ resolution }}"
    wrong = put(officer, world.north, make_docx([heading, fields]))
    assert wrong.json()["errors"][0]["code"] == "template_unknown_name"

    right = "{{ head.cell }} {{ title }}: {{ content }} {{ signature.full_name }}"
    said(put(officer, world.north, make_docx([heading, right])))

    for form in FORMS:
        text = paper(sign_in("secretary"), meeting, "resolution", form)
        assert text.startswith(heading)
        assert "Làm xong nền đường trong tháng." in text


def put(client: TestClient, unit: Organization, template: bytes) -> Any:
    return client.post(
        "/templates",
        data={"organization_id": str(unit.id), "kind": "resolution"},
        files={"file": ("mau.docx", template)},
    )
