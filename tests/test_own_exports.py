"""Everything that is held about oneself, and nothing of anybody else's."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlmodel import Session, SQLModel, col, or_, select

from app.models import Member, Organization
from app.services.own_sections import SECTIONS, Section
from app.services.own_words import LABELS
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.corrections import make_correction
from tests.factories.meetings import make_absence_report, make_held_meeting, make_line
from tests.factories.notices import make_notification
from tests.factories.objections import make_objection
from tests.factories.people import make_exemption
from tests.factories.proposals import make_proposal
from tests.factories.tasks import make_task
from tests.proofs import let_lapse
from tests.reports import grid
from tests.world import Human, World, rows

#: Who did something in an office: the acts of a person are a section of their own.
IN_OFFICE = frozenset(
    [
        "decided_by",
        "declared_by",
        "excused_by",
        "granted_by",
        "locked_by",
        "submitted_by",
        "created_by",
        "uploaded_by",
        "written_by",
        "recorded_by",
        "marked_by",
        "merged_by",
        "made_by",
        "sent_by",
    ]
)
#: Other columns that name somebody and lead to no part of the export, each with the reason.
LEFT_OUT = {
    "attendance_events.actor_id": "who marked it, as above",
    "members.merged_into_id": "both rows are in the profile",
    "accounts.member_id": "the account is that of whoever asks",
    "check_ins.account_id": "who sent it in; it is told to whom it is about",
    "access_entries.account_id": "who looked; it is told to whom it is about",
    "kept_answers.account_id": "sealed copies of answers, for a day, so that a repeat is harmless",
}


def busy(session: Session, world: World) -> None:
    """Much that concerns the member, and as much that concerns a neighbour."""
    cell = world.north_one
    for who in (world.people["member"].member_id, world.members[cell.id][6]):
        assert who is not None
        (person,) = rows(session, Member, Member.id == who)
        meeting = make_held_meeting(session, cell, [who])
        other = make_held_meeting(session, cell, [])
        line = make_line(session, other, who)
        make_objection(session, line)
        make_absence_report(session, meeting, who, text="Tôi bị ốm")
        make_exemption(session, cell, person)
        make_task(session, meeting, owner_id=who)
        make_notification(session, meeting, who)
        make_correction(session, cell, who, f"+8491200{len(person.full_name):04}")
        make_proposal(session, person, f"{person.full_name} Mới")


def own(session: Session, section: Section, human: Human) -> int:
    """Counted in another way than by the service."""
    model = section.model
    mine = [col(getattr(model, name)) == human.member_id for name in section.members]
    mine += [col(getattr(model, name)) == human.account_id for name in section.accounts]
    statement = select(model).where(or_(*mine)).execution_options(scoped="a test")
    return len(session.exec(statement).all())


def test_every_table_that_names_a_person_is_told_or_left_out_for_a_reason() -> None:
    named = set()
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            targets = {key.column.table.name for key in column.foreign_keys}
            if targets & {"members", "accounts"} or column.name in ("member_id", "account_id"):
                named.add((table.name, column.name))
    told = {
        (section.model.__tablename__, column)
        for section in SECTIONS.values()
        for column in (*section.members, *section.accounts)
    }

    missing = {f"{table}.{column}" for table, column in named - told if column not in IN_OFFICE}
    assert missing == LEFT_OUT.keys()


def test_every_column_has_a_word(sign_in: SignIn, session: Session, world: World) -> None:
    busy(session, world)
    for section in said(sign_in("member").get("/me/export"))["sections"].values():
        for row in section:
            assert row.keys() <= LABELS.keys()


@pytest.mark.parametrize("who", ["member", "secretary", "officer", "administrator"])
def test_holds_every_row_with_the_own_id_and_nobody_elses(
    sign_in: SignIn, session: Session, world: World, who: str
) -> None:
    busy(session, world)
    human = world.people[who]
    seen: dict[str, Any] = {"field": "phone", "reason": "Gọi về việc chi bộ"}
    said(
        sign_in("secretary").post(f"/members/{world.people['member'].member_id}/reveal", json=seen)
    )

    answer = sign_in(who).get("/me/export")

    sections = said(answer)["sections"]
    counted = {name: len(told) for name, told in sections.items()}
    assert counted == {name: own(session, section, human) for name, section in SECTIONS.items()}
    for member in rows(session, Member):
        if member.id != human.member_id:
            for text in (member.full_name, member.personal_id, member.card_number, member.phone):
                assert text is None or text not in answer.text
    others = {str(each.account_id) for each in world.people.values()} | ids_of(session)
    assert [each for each in others if each in answer.text] == []
    for word in ("digest", "sealed", "hash", 'secret"'):
        assert word not in answer.text


def ids_of(session: Session) -> set[str]:
    return {str(each.id) for model in (Member, Organization) for each in rows(session, model)}


def test_the_own_fields_are_in_clear_and_the_words_of_notices_about_others_are_not(
    sign_in: SignIn, session: Session, world: World
) -> None:
    word = {"field": "phone", "wanted": "0912345678"}
    said(sign_in("member").post("/corrections", json=word))

    own_part = said(sign_in("member").get("/me/export"))["sections"]
    leaders = said(sign_in("secretary").get("/me/export"))["sections"]

    (profile,) = own_part["profile"]
    assert profile["personal_id"] == world.people["member"].card_number
    assert own_part["corrections"][0]["wanted"] == "+84912345678"
    (notice,) = leaders["notifications"]
    assert (notice["kind"], notice["title"], notice["body"]) == ("correction_asked", None, None)
    assert leaders["offices"][0]["organization"] == "Chi bộ Bắc 1"


def test_the_workbook_says_the_same_in_vietnamese(
    sign_in: SignIn, session: Session, world: World
) -> None:
    busy(session, world)
    member = sign_in("member")
    sections = said(member.get("/me/export"))["sections"]

    content = member.get("/me/export.xlsx").content

    book = load_workbook(BytesIO(content))
    lengths = {name: len(grid(content, place)) - 1 for place, name in enumerate(book.sheet_names)}
    assert lengths == {SECTIONS[name].title: len(told) for name, told in sections.items() if told}
    head, row = grid(content)
    profile = dict(zip(head, row, strict=True))
    assert profile["giới tính"] == "Nữ"
    assert profile["số thẻ đảng viên"] == world.people["member"].card_number


@pytest.mark.parametrize("path", ["/me/export", "/me/export.xlsx"])
def test_needs_a_fresh_proof(sign_in: SignIn, session: Session, world: World, path: str) -> None:
    let_lapse(session, world, "member")

    refused = sign_in("member").get(path)

    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
